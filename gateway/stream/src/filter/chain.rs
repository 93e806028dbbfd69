//! The filters of one profile, compiled once.

use super::json::Json;
use super::kind::{Dated, Filter, Notes};
use super::lane::{Flow, Lane, Script};
use super::registry;
use super::rule::{Manner, Place, Rule};
use super::stage::Stage;
use super::twice::Twice;
use super::ward::{Ward, When};
use crate::report::{Action, Report, VerdictCount, Voice};
use serde_json::Value;
use sluice_config::words::Strategy;
use sluice_config::{FilterSpec, Problems, ProfileSpec};
use std::sync::Arc;

/// Filters a profile may have: each is read by every text of an answer.
const FILTERS_MAX: usize = 16;

/// The filters of one profile, compiled once at load.
#[derive(Debug)]
pub struct Chain {
    pub(super) strategy: Strategy,
    pub(super) members: Vec<Member>,
    pub(super) wards: Vec<Ward>,
}

/// One filter of a profile.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) kind: &'static str,
    pub(super) rule: Rule,
    pub(super) filter: Arc<dyn Filter>,
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
        let members = built.into_iter().collect::<Option<Vec<Member>>>()?;
        let wards = wards(spec, &members, problems)?;
        let chain = Self { strategy: spec.stream, members, wards };
        let minded =
            spec.filters.iter().zip(&chain.members).filter_map(|(spec, member)| {
                Some((&spec.path, chain.minded_mask(member)?.to_owned()))
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

    /// A mask of this filter that a filter finds where it would be put.
    fn minded_mask<'m>(&self, member: &'m Member) -> Option<&'m str> {
        let masks = if member.rule.redacts() { member.filter.masks() } else { Vec::new() };
        let places = &member.rule.places;
        let minded =
            |mask: &&str| places.iter().any(|place| self.minds(mask, *place, self.strategy));
        masks.into_iter().find(minded)
    }

    /// How much of a streamed answer waits, if a call wants no more.
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// The filters that ask guards.
    pub fn wards(&self) -> &[Ward] {
        &self.wards
    }

    /// Whether no filter looks at an answer.
    pub fn is_empty(&self) -> bool {
        ![Place::Answer, Place::Reasoning, Place::ToolCalls].iter().any(|it| self.looks_at(*it))
    }

    /// Whether a filter looks there.
    pub fn looks_at(&self, place: Place) -> bool {
        self.members.iter().any(|member| member.rule.places.contains(&place))
    }

    /// Whether a filter may ask that another model answer.
    pub fn asks_fallback(&self) -> bool {
        let asks = |rule: &Rule| rule.action == Action::Fallback && !rule.shadow;
        self.members.iter().any(|member| asks(&member.rule))
    }

    /// The kinds of the filters, and what is done about what each finds.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = (&'static str, &Rule)> {
        self.members.iter().map(|member| (member.kind, &member.rule))
    }

    /// The filters that look for what was published some day, by their place in the profile.
    pub fn dated(&self) -> impl Iterator<Item = (usize, Dated)> {
        let members = self.members.iter().enumerate();
        members.filter_map(|(place, member)| Some((place, member.filter.dated()?)))
    }

    /// Begins a text. Each piece that it is fed is one token.
    pub(crate) fn lane(
        &self,
        script: Script,
        place: Place,
        hold_bytes_max: usize,
        strategy: Strategy,
    ) -> Lane {
        let reads = |member: &&Member| {
            member.rule.places.contains(&place) && member.filter.asks().is_none()
        };
        let looking = self.members.iter().filter(reads);
        let stages = looking.map(|member| member.stage(script, hold_bytes_max, strategy)).collect();
        Lane::new(stages, strategy == Strategy::TokenDebounce)
    }

    /// Judges a text that is there in one piece.
    pub(crate) fn once(
        &self,
        text: &str,
        place: Place,
        strategy: Strategy,
        report: &mut Report,
    ) -> (String, Flow) {
        let mut shown = String::new();
        let mut lane = self.lane(Script::Prose, place, usize::MAX, strategy.whole());
        let flow = match lane.feed(text, &mut shown, report) {
            Flow::Stop => Flow::Stop,
            flow => flow.then(lane.end(&mut shown, report)),
        };
        (shown, flow)
    }

    /// What would become of a text there.
    pub fn try_on(&self, text: &str, place: Place) -> Tried {
        let mut report = Report::default();
        let (shown, flow) = self.once(text, place, self.strategy, &mut report);
        Tried { shown, stopped: flow == Flow::Stop, verdicts: report.verdicts }
    }

    /// Whether a filter would do something about a text.
    pub(crate) fn minds(&self, text: &str, place: Place, strategy: Strategy) -> bool {
        let mut report = Report::default();
        let _shown = self.once(text, place, strategy, &mut report);
        let acted = |said: &VerdictCount| !said.shadow && said.action.acts();
        strategy != Strategy::DetectOnly && report.verdicts.iter().any(acted)
    }
}

impl Member {
    fn stage(&self, script: Script, hold_bytes_max: usize, strategy: Strategy) -> Stage {
        let Self { kind, rule, filter } = self;
        let voice = Voice { filter: kind, action: rule.action, shadow: rule.shadow };
        let manner = rule.manner(strategy);
        let judge = match script {
            Script::Prose => filter.judge(Script::Prose),
            Script::Json => {
                Box::new(Twice::new(filter.judge(Script::Prose), filter.judge(Script::Json)))
            }
        };
        let masks = script == Script::Json && rule.redacts() && manner != Manner::Watches;
        Stage::new((voice, manner), judge, hold_bytes_max, masks.then(Json::default))
    }
}

/// The filters that ask guards, if each can do what it is to do.
fn wards(spec: &ProfileSpec, members: &[Member], problems: &mut Problems) -> Option<Vec<Ward>> {
    let mut sound = true;
    let mut wards = Vec::new();
    for (spec, Member { kind, rule, filter }) in spec.filters.iter().zip(members) {
        let Some(asks) = filter.asks().cloned() else { continue };
        let mut note = |setting: &str, what: &str| {
            problems.note(&format!("{}.{setting}", spec.path), what);
            sound = false;
        };
        if matches!(rule.action, Action::Redact | Action::Hold) {
            note("action", "a guard finds no place in a text: score, annotate, block or fallback");
        }
        if asks.when == When::Held && rule.places.contains(&Place::Prompt) {
            note("when", "nothing of a prompt is held: ask about prompts in a filter of its own");
        }
        let holds = |rule: &Rule| rule.action == Action::Hold && !rule.shadow;
        if asks.when == When::Held && !members.iter().any(|member| holds(&member.rule)) {
            note("when", "no filter of this profile holds anything: give one `action: hold`");
        }
        wards.push(Ward { kind, asks, rule: rule.clone(), path: spec.path.clone() });
    }
    sound.then_some(wards)
}

fn build(spec: &FilterSpec, problems: &mut Problems) -> Option<Member> {
    let Some(kind) = registry::find(&spec.kind) else {
        let known = registry::names().collect::<Vec<_>>().join(", ");
        let path = format!("{}.kind", spec.path);
        if spec.kind == "blocklist" {
            problems.note(&path, "`blocklist` is called `patterns`");
            return None;
        }
        problems.note(&path, format!("there is no filter {}; there are {known}", spec.kind));
        return None;
    };
    let mut notes = Notes::new(&spec.path, problems);
    let mut settings = spec.settings.as_object().cloned().unwrap_or_default();
    let rule = Rule::take(&mut settings, kind.action(), &mut notes);
    let filter = kind.build(&Value::Object(settings), &mut notes);
    Some(Member { kind: kind.name(), rule: rule?, filter: filter? })
}
