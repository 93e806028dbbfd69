//! How much text waits, while an answer is under way.

use crate::answers::{BENIGN, Said, cut, cuts, said, stream};
use crate::support::{Seen, chain, plan};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use serde_json::json;
use sluice_config::words::{Operation, Strategy};
use sluice_stream::{Plan, Relay};
use std::sync::LazyLock;

static PLANS: LazyLock<[Plan; 4]> = LazyLock::new(|| {
    let filters = json!([
        { "kind": "patterns", "literals": ["bomb", "a secret phrase"] },
        { "kind": "redact", "classes": ["email", "secrets", "card", "iban"] },
    ]);
    Strategy::ALL.map(|by| Plan { chain: Some(chain(&filters, by)), ..plan(Operation::Chat) })
});

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_came_is_shown_or_waits(said in said(BENIGN), sizes in cuts(), nth in 0..4_usize) {
        // Of a call, every piece may name the tool anew: that is dropped.
        let said: Vec<Said> =
            said.into_iter().filter(|it| !matches!(it.channel, "tool" | "function")).collect();
        let (mut relay, mut out) = (Relay::new(&PLANS[nth]), Vec::new());
        for piece in cut(&stream(&said, false, "\n"), &sizes) {
            relay.push(piece, &mut out);
            let shown: usize = Seen::read(&out).texts.values().map(String::len).sum();
            prop_assert_eq!(relay.report().bytes, (shown + relay.waiting()) as u64);
        }
        relay.end(&mut out);
        prop_assert_eq!(relay.waiting(), 0);
    }
}

#[test]
fn nothing_waits_of_a_choice_that_a_filter_ended() {
    let [.., window, _] = &*PLANS;
    let said =
        ["so", " bo", "mb"].map(|text| Said { index: 0, channel: "content", text: text.into() });
    let events = stream(&said, false, "\n");
    let text = String::from_utf8(events).unwrap();
    let (mut relay, mut out) = (Relay::new(window), Vec::new());
    let waits = text.split_inclusive("\n\n").take(3).map(|event| {
        relay.push(event.as_bytes(), &mut out);
        (relay.waiting(), relay.report().ended_after)
    });
    assert_eq!(waits.collect::<Vec<_>>(), [(2, None), (2, None), (0, Some(3))]);
}
