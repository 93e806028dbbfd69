//! No order of a backend's events breaks that of the caller's.

use super::{arguments, call, completed, done, masking, message, plan, read, stream, strict, text};
use crate::answers::{cut, cuts};
use crate::speak::Heard;
use crate::support::failure;
use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_stream::{Plan, Progress, Relay};
use std::sync::LazyLock;

static PLANS: LazyLock<[Plan; 3]> = LazyLock::new(|| [plan(), strict(), masking()]);

/// Events about one of three items, of any kind, at any index, in no order.
fn event() -> impl Strategy<Value = (&'static str, Value)> {
    let words = prop::sample::select(&["a ", "bo", "mb", "bomb", "\n", "é"][..]);
    (0..14_usize, 0..3_u64, 0..3_u64, words).prop_map(|(which, item, piece, word)| {
        let of_text = json!({"type": "output_text", "text": word});
        let of_summary = json!({"type": "summary_text", "text": word});
        let reasoning = json!({"type": "reasoning", "content": [], "summary": [of_summary]});
        let said = json!({"output_index": item, "content_index": piece, "summary_index": piece,
            "delta": word, "text": word, "refusal": word, "part": of_text});
        match which {
            0 => message(item),
            1 => text(item, word),
            2 => call(item, "c", word),
            3 => arguments(item, word),
            4 => done(item, json!({"type": "message", "content": [of_text, of_text]})),
            5 => ("output_item.added", json!({"output_index": item, "item": reasoning})),
            6 => done(item, reasoning),
            7 => ("output_text.delta", said),
            8 => ("refusal.delta", said),
            9 => ("output_text.done", said),
            10 => ("content_part.done", said),
            11 => ("reasoning_text.delta", said),
            12 => ("reasoning_summary_text.delta", said),
            _ => ("output_item.added", json!({"output_index": item, "item": {"type": "search"}})),
        }
    })
}

/// What a client makes of it, which holds each event to the reference.
fn relayed(plan: &Plan, wire: &[u8], sizes: &[usize]) -> (Heard, Vec<u8>) {
    let (mut relay, mut out) = (Relay::new(plan), Vec::new());
    for piece in cut(wire, sizes) {
        relay.push(piece, &mut out);
        read(&out);
    }
    if let Progress::Fault(_) = relay.end(&mut out) {
        relay.fail(&failure(b"{}"), &mut out);
    }
    (read(&out), out)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_callers_order_is_that_of_the_reference(
        mut events in prop::collection::vec(event(), 1..14), which in 0..3_usize, sizes in cuts(),
    ) {
        events.push(completed());
        let plan = &PLANS[which];
        let (heard, out) = relayed(plan, stream(&events).as_bytes(), &sizes);
        prop_assert_eq!(heard.ends.len(), 1, "it ends once");
        let (_, once) = relayed(plan, stream(&events).as_bytes(), &[usize::MAX]);
        prop_assert_eq!(out, once, "it depends on how it is cut");
        let content = heard.texts.iter().filter(|((_, channel), _)| *channel == crate::speak::Channel::Content);
        for (_, text) in content {
            prop_assert!(which == 0 || !text.contains("bomb"), "{}", text);
        }
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), sizes in cuts()) {
        relayed(&PLANS[2], &bytes, &sizes);
        let _any = sluice_stream::whole(&PLANS[1], &bytes);
        let data = String::from_utf8_lossy(&bytes).into_owned();
        relayed(&PLANS[1], stream(&[text(0, &data)]).as_bytes(), &sizes);
    }
}
