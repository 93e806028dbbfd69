//! The compiled list: an automaton, and how much of a phrase each of its states has seen.

use super::glance::Glance;
use super::lists::{Phrase, Rule};
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::{Anchored, MatchError};
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::{BuildHasherDefault, Hasher};

/// An automaton a list can be compiled to.
pub(super) trait Machine: Automaton + Debug + Send + Sync + 'static {}

impl<A: Automaton + Debug + Send + Sync + 'static> Machine for A {}

#[derive(Debug)]
pub(super) struct List<A> {
    pub(super) machine: A,
    pub(super) rules: Vec<Rule>,
    /// The list of each phrase.
    lists: Vec<usize>,
    pub(super) start: StateID,
    /// Bytes of the longest end of the text that begins a phrase and may go on, by state.
    depths: HashMap<StateID, usize, BuildHasherDefault<Spread>>,
    glance: Glance,
}

/// Spreads the numbers of states; nobody outside chooses them.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        let mixed = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }
}

impl<A: Machine> List<A> {
    /// `phrases` are sorted.
    pub(super) fn new(
        machine: A,
        phrases: &[Phrase],
        rules: Vec<Rule>,
    ) -> Result<Self, MatchError> {
        let start = machine.start_state(Anchored::No)?;
        let lists = phrases.iter().map(|phrase| phrase.list).collect();
        let phrases: Vec<&str> = phrases.iter().map(|phrase| phrase.words.as_str()).collect();
        let (depths, glance) = (HashMap::from_iter([(start, 0)]), Glance::new(&phrases));
        let mut list = Self { machine, rules, lists, start, depths, glance };
        for phrase in &phrases {
            // INVARIANT: the machine matches overlapping phrases, so it has a state of its own for
            // every beginning of every phrase, and reading one from the start leads there.
            let mut state = start;
            for (index, byte) in phrase.bytes().enumerate() {
                state = list.next(state, byte);
                list.depths.insert(state, index + 1);
            }
        }
        let nexts = phrases.iter().skip(1).map(Some).chain([None]);
        let mut complete: Vec<&str> = phrases
            .iter()
            .zip(nexts)
            .filter(|(phrase, next)| !next.is_some_and(|next| next.starts_with(**phrase)))
            .map(|(phrase, _)| *phrase)
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

    /// Reads on until phrases end, or nothing of a phrase is left, or all is read; gives what is
    /// not read.
    pub(super) fn run<'b>(&self, state: StateID, bytes: &'b [u8]) -> (StateID, &'b [u8]) {
        let (mut state, mut rest) = (state, bytes.iter());
        for byte in rest.by_ref() {
            state = self.next(state, *byte);
            if state == self.start || self.machine.is_special(state) {
                break;
            }
        }
        (state, rest.as_slice())
    }

    /// How many of these bytes can be passed over from the start: no phrase begins in them.
    pub(super) fn idle(&self, bytes: &[u8]) -> usize {
        self.glance.idle(bytes)
    }

    /// Whether phrases end here.
    pub(super) fn is_match(&self, state: StateID) -> bool {
        self.machine.is_special(state) && self.machine.is_match(state)
    }

    /// Bytes of the phrases that end here, and what their lists say of them.
    pub(super) fn matches(&self, state: StateID) -> impl Iterator<Item = (usize, &Rule)> {
        let count = if self.is_match(state) { self.machine.match_len(state) } else { 0 };
        let phrases = (0..count).map(move |index| self.machine.match_pattern(state, index));
        phrases.filter_map(|phrase| {
            let list = self.lists.get(phrase.as_usize())?;
            Some((self.machine.pattern_len(phrase), self.rules.get(*list)?))
        })
    }
}
