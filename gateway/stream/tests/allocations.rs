//! What a token allocates once a stream runs: nothing, with a filter or without.
//!
//! A binary of its own, with one test, because the count is of the whole process.
#![expect(clippy::unwrap_used, reason = "a check that cannot run has failed")]

use serde_json::json;
use sluice_config::words::{Operation, ProfileId, Strategy};
use sluice_config::{FilterSpec, Problems, ProfileSpec};
use sluice_stream::filter::Chain;
use sluice_stream::{Plan, Progress, Relay, Usage};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::sync::Arc;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The kind of filter that looks for listed phrases.
const PATTERNS: &str = "patterns";

/// Allocations a token may make: none, unless an escape stands in it. They never go up.
const CASES: [Case; 4] = [
    Case { name: "plain", tokens: without_escapes, filtered: false, most: 0 },
    Case { name: "filtered", tokens: without_escapes, filtered: true, most: 0 },
    Case { name: "escaped", tokens: with_escapes, filtered: false, most: 1 },
    Case { name: "escaped and filtered", tokens: with_escapes, filtered: true, most: 1 },
];

struct Case {
    name: &'static str,
    /// Which words of the text. One with an escape in it needs room of its own.
    tokens: fn(&&str) -> bool,
    filtered: bool,
    most: usize,
}

/// Tokens until a stream has the memory it works with, and tokens that are counted then.
const TOKENS: (usize, usize) = (4_096, 4_096);

/// What growing to a text a little longer than any before may cost in all of the counted tokens.
const GROWTH_MAX: usize = 16;

#[test]
fn a_token_allocates_no_more_than_is_said_here() {
    let region = Region::new(COUNTED);
    let phrases = chain();
    assert!(region.change().allocations > 0, "nothing is counted");
    for Case { name, tokens, filtered, most } in CASES {
        let chain = filtered.then(|| Arc::clone(&phrases));
        let allocations = allocations(&events(tokens), chain);
        let (_, counted) = TOKENS;
        assert!(
            allocations <= counted * most + GROWTH_MAX,
            "{name}: {allocations} allocations in {counted} tokens, at most {most} each"
        );
    }
}

fn with_escapes(word: &&str) -> bool {
    word.contains('"')
}

fn without_escapes(word: &&str) -> bool {
    !with_escapes(word)
}

/// Counts what the later tokens of a stream allocate, each of which comes alone.
fn allocations(events: &[Vec<u8>], chain: Option<Arc<Chain>>) -> usize {
    let (warm, counted) = TOKENS;
    let mut relay = Relay::new(&plan(chain));
    let mut out = Vec::with_capacity(1 << 16);
    let mut push = |event: &Vec<u8>| {
        out.clear();
        assert_eq!(relay.push(event, &mut out), Progress::More);
    };
    events.iter().take(warm).for_each(&mut push);
    let region = Region::new(COUNTED);
    events.iter().skip(warm).take(counted).for_each(&mut push);
    let change = region.change();
    change.allocations + change.reallocations
}

/// These words of the shipped text, an event each, behind one without an escape.
fn events(tokens: fn(&&str) -> bool) -> Vec<Vec<u8>> {
    let (warm, counted) = TOKENS;
    let text = include_str!("../../../loadtests/benign.txt");
    let event = |word: &str| {
        let content = format!(" {word}");
        let delta = json!({"choices": [{"index": 0, "delta": {"content": content}}]});
        format!("data: {delta}\n\n").into_bytes()
    };
    let words = text.split_whitespace().filter(tokens).cycle();
    std::iter::once("a").chain(words).map(event).take(warm + counted).collect()
}

/// The shipped phrases.
fn chain() -> Arc<Chain> {
    let phrases = include_str!("../../../loadtests/patterns.txt").lines();
    let phrases: Vec<&str> = phrases.filter(|line| !line.starts_with('#')).collect();
    let filter = FilterSpec {
        kind: PATTERNS.to_owned(),
        settings: json!({ "literals": phrases }),
        path: "filters.patterns[0]".to_owned(),
    };
    let (id, stream) = (ProfileId::new("patterns"), Strategy::Window);
    let spec = ProfileSpec { id, stream, filters: vec![filter] };
    Chain::build(&spec, &mut Problems::default()).unwrap()
}

fn plan(chain: Option<Arc<Chain>>) -> Plan {
    Plan {
        operation: Operation::Chat,
        chain,
        id: "answer-1".into(),
        model: "open".into(),
        created: 1_700_000_000,
        show_usage: false,
        usage_max: Usage { prompt: 1 << 20, completion: 1 << 20 },
        choices_max: 1,
        event_bytes_max: 1 << 20,
        hold_bytes_max: 1 << 16,
        buffer_bytes_max: 1 << 20,
        strategy_min: Strategy::DetectOnly,
        rulings: None,
        seal: None,
        moderation: None,
    }
}
