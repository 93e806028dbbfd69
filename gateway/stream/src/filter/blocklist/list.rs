//! The compiled list: an automaton, and how much of a phrase each of its states has seen.

use super::Rule;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::{Anchored, MatchError};
use std::collections::HashMap;
use std::fmt::Debug;

/// An automaton a list can be compiled to.
pub(super) trait Machine: Automaton + Debug + Send + Sync + 'static {}

impl<A: Automaton + Debug + Send + Sync + 'static> Machine for A {}

#[derive(Debug)]
pub(super) struct List<A> {
    pub(super) machine: A,
    pub(super) rule: Rule,
    pub(super) start: StateID,
    /// Bytes of the longest end of the text that begins a phrase and may go on, by state.
    depths: HashMap<StateID, usize>,
}

impl<A: Machine> List<A> {
    /// `phrases` are sorted, none twice.
    pub(super) fn new(machine: A, phrases: &[String], rule: Rule) -> Result<Self, MatchError> {
        let start = machine.start_state(Anchored::No)?;
        let mut list = Self { machine, rule, start, depths: HashMap::from([(start, 0)]) };
        for phrase in phrases {
            // INVARIANT: the machine matches overlapping phrases, so it has a state of its own for
            // every beginning of every phrase, and reading one from the start leads there.
            let mut state = start;
            for (index, byte) in phrase.bytes().enumerate() {
                state = list.next(state, byte);
                list.depths.insert(state, index + 1);
            }
        }
        let nexts = phrases.iter().skip(1).map(Some).chain([None]);
        let mut complete: Vec<&String> = phrases
            .iter()
            .zip(nexts)
            .filter(|(phrase, next)| !next.is_some_and(|next| next.starts_with(*phrase)))
            .map(|(phrase, _)| phrase)
            .collect();
        // A phrase that no other continues is only held as far as an end of it begins one; the
        // shorter such ends come first.
        complete.sort_by_key(|phrase| phrase.len());
        for phrase in complete {
            let whole = list.walk(phrase.bytes());
            let depth = list.depth(list.walk(phrase.bytes().skip(1)));
            list.depths.insert(whole, depth);
        }
        Ok(list)
    }

    fn walk(&self, bytes: impl Iterator<Item = u8>) -> StateID {
        bytes.fold(self.start, |state, byte| self.next(state, byte))
    }

    pub(super) fn next(&self, state: StateID, byte: u8) -> StateID {
        self.machine.next_state(Anchored::No, state, byte)
    }

    /// Bytes of the text's end that begin a phrase and may go on.
    pub(super) fn depth(&self, state: StateID) -> usize {
        self.depths.get(&state).copied().unwrap_or_default()
    }

    /// Bytes of the phrases that end here.
    pub(super) fn matches(&self, state: StateID) -> impl Iterator<Item = usize> {
        let count = if self.machine.is_match(state) { self.machine.match_len(state) } else { 0 };
        (0..count)
            .map(move |index| self.machine.pattern_len(self.machine.match_pattern(state, index)))
    }
}
