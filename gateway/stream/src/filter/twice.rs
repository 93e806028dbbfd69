//! JSON, read as it is written and as it is meant: a caller may show either.

use super::findings::Findings;
use super::kind::Judge;

/// Two readings of one text.
#[derive(Debug)]
pub(super) struct Twice {
    written: (Box<dyn Judge>, Findings),
    meant: (Box<dyn Judge>, Findings),
}

impl Twice {
    pub(super) fn new(written: Box<dyn Judge>, meant: Box<dyn Judge>) -> Self {
        Self { written: (written, Findings::default()), meant: (meant, Findings::default()) }
    }

    fn join(&mut self, findings: &mut Findings) {
        let (Self { written: (_, written), meant: (_, meant) }, clear) = (self, findings);
        clear.join(written);
        clear.join(meant);
        clear.clear(written.clear.min(meant.clear));
    }
}

impl Judge for Twice {
    fn feed(&mut self, text: &str, findings: &mut Findings) {
        for (judge, found) in [&mut self.written, &mut self.meant] {
            judge.feed(text, found);
        }
        self.join(findings);
    }

    fn end(&mut self, findings: &mut Findings) {
        for (judge, found) in [&mut self.written, &mut self.meant] {
            judge.end(found);
        }
        self.join(findings);
    }
}
