//! The filters of one profile, compiled once.

use super::kind::{Filter, Notes};
use super::lane::{Flow, Lane, Script};
use super::registry;
use super::stage::Stage;
use crate::report::{Report, VerdictCount};
use sluice_config::{FilterSpec, Problems, ProfileSpec};
use std::sync::Arc;

/// Filters a profile may have: each is read by every text of an answer.
const FILTERS_MAX: usize = 16;

/// The filters of one profile, compiled once at load.
#[derive(Debug)]
pub struct Chain {
    filters: Vec<(&'static str, Arc<dyn Filter>)>,
}

/// What would become of a text.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What of it would be shown.
    pub shown: String,
    /// Whether it would end there.
    pub stopped: bool,
    /// What filters said, counted.
    pub verdicts: Vec<VerdictCount>,
}

impl Chain {
    /// Compiles a profile. What is wrong with it is noted, and then there is no chain.
    pub fn build(spec: &ProfileSpec, problems: &mut Problems) -> Option<Arc<Self>> {
        let built: Vec<_> = spec.filters.iter().map(|filter| build(filter, problems)).collect();
        if let Some(filter) = spec.filters.get(FILTERS_MAX) {
            problems.note(&filter.path, format!("a profile has at most {FILTERS_MAX} filters"));
            return None;
        }
        let chain = Self { filters: built.into_iter().collect::<Option<_>>()? };
        let minded = spec.filters.iter().zip(&chain.filters).filter_map(|(spec, (_, filter))| {
            let mask = filter.masks().into_iter().find(|mask| chain.minds(mask))?;
            Some((&spec.path, mask.to_owned()))
        });
        let mut sound = true;
        for (path, mask) in minded {
            problems.note(
                path,
                format!("its mask {mask} is what a filter of this profile finds; choose another"),
            );
            sound = false;
        }
        sound.then(|| Arc::new(chain))
    }

    /// Whether it has no filter at all.
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// Begins a text.
    pub(crate) fn lane(&self, script: Script, hold_bytes_max: usize) -> Lane {
        // JSON is looked at as it is written, and as it is meant: a caller may show either.
        let scripts: &[Script] = match script {
            Script::Prose => &[Script::Prose],
            Script::Json => &[Script::Prose, Script::Json],
        };
        let mut stages = Vec::with_capacity(self.filters.len() * scripts.len());
        for (kind, filter) in &self.filters {
            let judges = scripts.iter().map(|script| filter.judge(*script));
            stages.extend(judges.map(|judge| Stage::new(kind, judge, hold_bytes_max)));
        }
        Lane::new(stages)
    }

    /// Judges a text that is there in one piece.
    pub(crate) fn once(&self, text: &str, report: &mut Report) -> (String, Flow) {
        let mut shown = String::new();
        let mut lane = self.lane(Script::Prose, usize::MAX);
        let flow = match lane.feed(text, &mut shown, report) {
            Flow::On => lane.end(&mut shown, report),
            Flow::Stop => Flow::Stop,
        };
        (shown, flow)
    }

    /// What would become of a text.
    pub fn try_on(&self, text: &str) -> Tried {
        let mut report = Report::default();
        let (shown, flow) = self.once(text, &mut report);
        Tried { shown, stopped: flow == Flow::Stop, verdicts: report.verdicts }
    }

    /// Whether a filter finds something in a text.
    pub(crate) fn minds(&self, text: &str) -> bool {
        let mut report = Report::default();
        let _shown = self.once(text, &mut report);
        !report.verdicts.is_empty()
    }
}

fn build(spec: &FilterSpec, problems: &mut Problems) -> Option<(&'static str, Arc<dyn Filter>)> {
    let Some(kind) = registry::find(&spec.kind) else {
        let known = registry::names().collect::<Vec<_>>().join(", ");
        let path = format!("{}.kind", spec.path);
        problems.note(&path, format!("there is no filter {}; there are {known}", spec.kind));
        return None;
    };
    let filter = kind.build(&spec.settings, &mut Notes::new(&spec.path, problems))?;
    Some((kind.name(), filter))
}
