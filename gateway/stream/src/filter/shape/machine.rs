//! Patterns of one shape compiled to an automaton.

use super::{Pattern, SCOUT_BYTES, Shape, Tail};
use crate::filter::findings::Mask;
use crate::filter::normal::Tape;
use regex_automata::dfa::dense::{Builder, Config, DFA};
use regex_automata::dfa::{Automaton, StartKind};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::{ClassUnicode, Hir};

/// Bytes of one automaton, and of the work of making it.
const MACHINE_BYTES_MAX: usize = 16 << 20;

/// Patterns of one shape.
#[derive(Debug)]
pub(in crate::filter) struct Machine {
    pub(in crate::filter) shape: Shape,
    /// What each pattern finds.
    pub(super) masks: Vec<Mask>,
    pub(in crate::filter) start: StateID,
    dfa: DFA<Vec<u32>>,
    /// Finds the end of a thing that goes on up to a mark.
    pub(super) until: Option<(DFA<Vec<u32>>, StateID)>,
    /// Whether what began may match again, once a start of it is certain.
    pub(super) branches: bool,
}

/// What one more byte tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::filter) struct Step {
    /// Whether a match ended before the byte.
    pub(in crate::filter) matched: bool,
    /// Whether no longer match can come.
    pub(in crate::filter) over: bool,
}

/// The automaton would take more memory than it may.
#[derive(Debug, thiserror::Error)]
#[error("one needs more than {MACHINE_BYTES_MAX} bytes; make it shorter, or its classes smaller")]
pub(in crate::filter) struct TooLarge;

impl Machine {
    pub(in crate::filter) fn compile(
        shape: Shape,
        patterns: Vec<Pattern>,
    ) -> Result<Self, TooLarge> {
        let (hirs, masks): (Vec<Hir>, Vec<Mask>) =
            patterns.into_iter().map(|pattern| (pattern.hir, pattern.mask)).unzip();
        let (dfa, start) = compile(&hirs, StartKind::Anchored)?;
        let until = match &shape.tail {
            Tail::Until(end) => Some(compile(std::slice::from_ref(end), StartKind::Unanchored)?),
            Tail::None | Tail::Bytes(_) | Tail::Chars(_) => None,
        };
        let fixed = |hir: &Hir| hir.properties().minimum_len() == hir.properties().maximum_len();
        let branches = hirs.len() > 1 || !hirs.iter().all(fixed);
        let branches = branches && matches!(shape.tail, Tail::Chars(_));
        Ok(Self { shape, masks, start, dfa, until, branches })
    }

    /// Reads one byte.
    pub(in crate::filter) fn step(&self, state: StateID, byte: u8) -> (StateID, Step) {
        let next = self.dfa.next_state(state, byte);
        let matched = self.dfa.is_match_state(next);
        let over = self.dfa.is_dead_state(next) || matched && self.is_last(next);
        (next, Step { matched, over })
    }

    /// Whether nothing longer matches. Asked of matches only, which are few.
    fn is_last(&self, state: StateID) -> bool {
        let dead = |byte| self.dfa.is_dead_state(self.dfa.next_state(state, byte));
        !self.ends(state) && (0..=u8::MAX).all(dead)
    }

    /// Reads the first bytes; `None` if nothing begins with them.
    pub(super) fn read(&self, bytes: &[u8]) -> Option<StateID> {
        bytes.iter().try_fold(self.start, |state, byte| {
            let (next, step) = self.step(state, *byte);
            (!step.over).then_some(next)
        })
    }

    /// The same of the first bytes at some places, if it may stand there.
    pub(super) fn begin(&self, tape: &Tape, places: std::ops::Range<usize>) -> Option<StateID> {
        let state = self.read(tape.bytes(places.clone()))?;
        self.shape.edges.begins(tape, places.start).then_some(state)
    }

    /// Which pattern a match is of that ended where this state was reached.
    pub(super) fn pattern(&self, state: StateID) -> usize {
        if self.masks.len() > 1 { self.dfa.match_pattern(state, 0).as_usize() } else { 0 }
    }

    /// The state at the end of the text, if a match ends there.
    pub(super) fn end(&self, state: StateID) -> Option<StateID> {
        let end = self.dfa.next_eoi_state(state);
        self.dfa.is_match_state(end).then_some(end)
    }

    /// Whether a match ends with the text.
    pub(in crate::filter) fn ends(&self, state: StateID) -> bool {
        self.end(state).is_some()
    }

    /// Reads one byte of what belongs to a thing whose start is certain; `None` if it does not.
    pub(super) fn swallow(
        &self,
        state: StateID,
        tape: &Tape,
        (at, byte): (usize, u8),
    ) -> Option<StateID> {
        match (&self.shape.tail, &self.until) {
            (Tail::Bytes(belongs), _) => belongs(byte).then_some(state),
            (Tail::Chars(chars), _) => {
                // A character is told by its first byte, and its others go with it.
                let behind = byte & 0xc0 == 0x80;
                (behind || tape.letter(at).is_some_and(|it| holds(chars, it))).then_some(state)
            }
            (Tail::Until(_), Some((dfa, _))) => {
                let next = dfa.next_state(state, byte);
                (!dfa.is_match_state(next)).then_some(next)
            }
            _ => None,
        }
    }
}

fn holds(chars: &ClassUnicode, c: char) -> bool {
    let ranges = chars.ranges();
    let behind = ranges.partition_point(|range| range.start() <= c);
    behind.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|range| c <= range.end())
}

fn compile(hirs: &[Hir], start: StartKind) -> Result<(DFA<Vec<u32>>, StateID), TooLarge> {
    let limit = Some(MACHINE_BYTES_MAX);
    let nfa = thompson::Compiler::new()
        .configure(thompson::Config::new().utf8(false).nfa_size_limit(limit))
        .build_many_from_hir(hirs)
        .map_err(|_| TooLarge)?;
    let config = Config::new().start_kind(start).match_kind(MatchKind::All);
    let dfa = Builder::new()
        .configure(config.dfa_size_limit(limit).determinize_size_limit(limit))
        .build_from_nfa(&nfa)
        .map_err(|_| TooLarge)?;
    let anchored = if start == StartKind::Anchored { Anchored::Yes } else { Anchored::No };
    let state = dfa.universal_start_state(anchored).unwrap_or_default();
    Ok((dfa, state))
}

/// Whether a pattern can be looked for: the scout sees so many bytes before a match may end.
pub(in crate::filter) fn is_long_enough(hir: &Hir) -> bool {
    hir.properties().minimum_len().is_some_and(|least| least >= SCOUT_BYTES)
}
