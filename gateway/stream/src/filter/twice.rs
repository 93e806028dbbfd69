//! One text read in two ways: JSON as it is written and as it is meant, since a caller may show
//! either; or for phrases and for regular expressions.

use super::findings::Findings;
use super::kind::Judge;

/// Two readings of one text, and what each found.
#[derive(Debug)]
pub(super) struct Twice([(Box<dyn Judge>, Findings); 2]);

impl Twice {
    pub(super) fn new(one: Box<dyn Judge>, other: Box<dyn Judge>) -> Self {
        Self([one, other].map(|judge| (judge, Findings::default())))
    }

    /// What either found, and up to where the text is clear to both.
    fn join(&mut self, findings: &mut Findings) {
        let Self(readings) = self;
        for (_, found) in readings.iter_mut() {
            findings.join(found);
        }
        findings.clear(readings.iter().map(|(_, found)| found.clear).min().unwrap_or_default());
    }
}

impl Judge for Twice {
    fn feed(&mut self, text: &str, findings: &mut Findings) {
        for (judge, found) in &mut self.0 {
            judge.feed(text, found);
        }
        self.join(findings);
    }

    fn end(&mut self, findings: &mut Findings) {
        for (judge, found) in &mut self.0 {
            judge.end(found);
        }
        self.join(findings);
    }
}
