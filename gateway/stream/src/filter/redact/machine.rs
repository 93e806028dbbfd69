//! Shapes compiled to automata.

use super::shapes::{CLASSES, Shape, Tail};
use crate::filter::findings::Mask;
use regex_automata::dfa::dense::{BuildError, Builder, Config, DFA};
use regex_automata::dfa::{Automaton, StartKind};
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;
use regex_automata::{Anchored, MatchKind};

/// One shape.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) shape: &'static Shape,
    pub(super) mask: Mask,
    pub(super) start: StateID,
    dfa: DFA<Vec<u32>>,
    /// Finds the end of a thing that goes on up to a mark.
    pub(super) until: Option<(DFA<Vec<u32>>, StateID)>,
}

/// What one more byte tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Step {
    /// Whether a match ended before the byte.
    pub(super) matched: bool,
    /// Whether no longer match can come.
    pub(super) over: bool,
}

impl Machine {
    pub(super) fn compile(shape: &'static Shape) -> Result<Self, Box<BuildError>> {
        let (dfa, start) = compile(shape.pattern, StartKind::Anchored)?;
        let until = match shape.tail {
            Tail::Until(pattern) => Some(compile(pattern, StartKind::Unanchored)?),
            Tail::None | Tail::Bytes(_) => None,
        };
        let text = CLASSES.iter().find(|class| class.name == shape.class).map_or("", |it| it.mask);
        let mask = Mask { category: shape.class.into(), text: text.into() };
        Ok(Self { shape, mask, start, dfa, until })
    }

    /// Reads one byte.
    pub(super) fn step(&self, state: StateID, byte: u8) -> (StateID, Step) {
        let next = self.dfa.next_state(state, byte);
        let matched = self.dfa.is_match_state(next);
        (next, Step { matched, over: self.dfa.is_dead_state(next) })
    }

    /// Reads the first bytes; `None` if nothing begins with them.
    pub(super) fn read(&self, bytes: &[u8]) -> Option<StateID> {
        bytes.iter().try_fold(self.start, |state, byte| {
            let (next, step) = self.step(state, *byte);
            (!step.over).then_some(next)
        })
    }

    /// Whether a match ends with the text.
    pub(super) fn ends(&self, state: StateID) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }

    /// Reads one byte of what belongs to a thing whose start is certain; `None` if it does not.
    pub(super) fn swallow(&self, state: StateID, byte: u8) -> Option<StateID> {
        match (self.shape.tail, &self.until) {
            (Tail::Bytes(belongs), _) => belongs(byte).then_some(state),
            (Tail::Until(_), Some((dfa, _))) => {
                let next = dfa.next_state(state, byte);
                (!dfa.is_match_state(next)).then_some(next)
            }
            _ => None,
        }
    }
}

fn compile(pattern: &str, start: StartKind) -> Result<(DFA<Vec<u32>>, StateID), Box<BuildError>> {
    let dfa = Builder::new()
        .configure(Config::new().start_kind(start).match_kind(MatchKind::All))
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(regex_automata::nfa::thompson::Config::new().utf8(false))
        .build(pattern)
        .map_err(Box::new)?;
    let anchored = if start == StartKind::Anchored { Anchored::Yes } else { Anchored::No };
    let state = dfa.universal_start_state(anchored).unwrap_or_default();
    Ok((dfa, state))
}
