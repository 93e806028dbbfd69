//! What holds for every answer, however it is cut.

use crate::answers::{
    BENIGN, BLOCKING, LEAKING, MASKING, PIECES, QUIET, STOPPING, Said, cut, cuts, of_two, plainly,
    said, shown, sorted, stream, texts,
};
use crate::support::{Seen, plan, relay};
use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_config::words::Operation;
use sluice_stream::{Plan, Relay, whole};

/// A dialect of each kind.
const OPERATIONS: &[Operation] = &[
    Operation::Chat,
    Operation::Message,
    Operation::CountTokens,
    Operation::OllamaChat,
    Operation::OllamaGenerate,
    Operation::Score,
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_cut_changes_an_answer(said in said(PIECES), ascii: bool, sizes in cuts(), nth in 0..4_usize) {
        let [debouncing, detecting] = &*LEAKING;
        let plan = of_two([&BLOCKING, &MASKING, debouncing, detecting][nth]);
        let wire = stream(&said, ascii, "\n");
        let (one, out, progress) = relay(&plan, [&wire[..]]);
        let (other, cut_out, cut_progress) = relay(&plan, cut(&wire, &sizes));
        prop_assert_eq!(&out, &cut_out);
        prop_assert_eq!(progress, cut_progress);
        prop_assert_eq!(one.report(), other.report());
        prop_assert_eq!(one.has_shown(), other.has_shown());
        prop_assert!(one.has_shown() || Seen::read(&out).texts.is_empty());
        for ending in ["\r", "\r\n"] {
            let wire = stream(&said, !ascii, ending);
            let (_, other_out, _) = relay(&plan, cut(&wire, &sizes));
            prop_assert_eq!(&out, &other_out);
        }
    }

    #[test]
    fn how_text_is_split_into_pieces_changes_nothing(said in said(PIECES)) {
        let plan = of_two(&MASKING);
        let split: Vec<Said> = said.iter().flat_map(|it| {
            it.text.chars().map(|c| Said { text: c.to_string(), ..it.clone() })
        }).collect();
        let (one, out, _) = relay(&plan, [&stream(&said, false, "\n")[..]]);
        let (other, split_out, _) = relay(&plan, [&stream(&split, false, "\n")[..]]);
        prop_assert_eq!(shown(&Seen::read(&out)), shown(&Seen::read(&split_out)));
        prop_assert_eq!(sorted(&one), sorted(&other));
    }

    #[test]
    fn nothing_listed_is_ever_shown(said in said(PIECES), sizes in cuts(), block: bool) {
        let (plan, listed) = if block {
            (of_two(&BLOCKING), &["bomb", "secret phrase", "hello hello"][..])
        } else {
            (of_two(&MASKING), &["bomb", "secret phrase", "mbo"][..])
        };
        let wire = stream(&said, false, "\n");
        let mut relay = Relay::new(&plan);
        let mut out = Vec::new();
        for piece in cut(&wire, &sizes) {
            relay.push(piece, &mut out);
            for (channel, text) in Seen::read(&out).texts {
                let text = plainly(&text);
                for phrase in listed {
                    prop_assert!(!text.contains(phrase), "{:?} shows {}", channel, text);
                }
            }
        }
    }

    #[test]
    fn a_stop_shows_all_before_the_match_and_nothing_of_it(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 1..30), sizes in cuts(),
    ) {
        let text = pieces.concat();
        let said: Vec<Said> = pieces.iter().map(|it| Said { index: 0, channel: "content", text: (*it).to_owned() }).collect();
        let (_, out, _) = relay(&STOPPING, cut(&stream(&said, false, "\n"), &sizes));
        let seen = Seen::read(&out);
        let shown = seen.text(0, "content");
        // The listed phrase that begins first.
        let plain = plainly(&text);
        let listed = ["secret phrase", "bomb", "om"].into_iter();
        let Some((at, phrase)) = listed.filter_map(|it| Some((plain.find(it)?, it))).min() else {
            prop_assert_eq!(shown, text);
            return Ok(());
        };
        let hidden = text.strip_prefix(shown).map(plainly);
        prop_assert!(hidden.is_some_and(|it| it.starts_with(phrase)), "{:?} of {:?}", shown, text);
        let before = plain.get(..at).unwrap_or_default();
        prop_assert_eq!(plainly(shown).trim_end().to_owned(), before.trim_end().to_owned());
        prop_assert_eq!(&seen.finishes[&0], "content_filter");
    }

    #[test]
    fn what_is_not_forbidden_passes_as_it_is(said in said(BENIGN), ascii: bool, sizes in cuts()) {
        for plan in [of_two(&QUIET), plan(Operation::Chat)] {
            let (_, out, _) = relay(&plan, cut(&stream(&said, ascii, "\n"), &sizes));
            prop_assert_eq!(shown(&Seen::read(&out)), texts(&said));
        }
    }

    #[test]
    fn whole_and_streamed_answers_are_the_same(said in said(PIECES)) {
        // Masks may not stand everywhere in arguments; a stop there ends what else comes later.
        let said = said.into_iter().filter(|it| !matches!(it.channel, "tool" | "function"));
        let said: Vec<Said> = said.map(|it| Said { index: 0, ..it }).collect();
        prop_assume!(!said.is_empty());
        let mut message = json!({"role": "assistant"});
        for ((_, channel), text) in texts(&said) {
            message[channel] = json!(text);
        }
        let body = json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
        let whole = whole(&MASKING, body.to_string().as_bytes()).unwrap();
        let mut seen = Seen::default();
        let answer: Value = serde_json::from_slice(&whole.body).unwrap();
        seen.choice(&answer["choices"][0]);
        let (relay, out, _) = relay(&MASKING, [&stream(&said, false, "\n")[..]]);
        let streamed = Seen::read(&out);
        prop_assert_eq!(&seen.texts, &streamed.texts);
        prop_assert_eq!(&seen.finishes, &streamed.finishes);
        let mut verdicts = whole.report.verdicts;
        verdicts.sort_by_key(|it| (it.filter, it.category.clone()));
        prop_assert_eq!(verdicts, sorted(&relay));
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), sizes in cuts()) {
        for operation in OPERATIONS {
            let plan = |plan: &Plan| Plan { operation: *operation, ..plan.clone() };
            relay(&plan(&MASKING), cut(&bytes, &sizes));
            let _any = whole(&plan(&BLOCKING), &bytes);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let wire = stream(&[Said { index: 0, channel: "content", text }], true, "\n");
        relay(&MASKING, cut(&wire, &sizes));
    }
}
