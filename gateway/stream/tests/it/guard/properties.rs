//! What holds for every text and every reply.

use super::*;
use proptest::prelude::*;

proptest! {
    /// Whatever comes back, reading it ends, and says safe only of what an adapter itself takes.
    #[test]
    fn no_bytes_break_a_reader(
        kind in proptest::sample::select(&KINDS[..]),
        reply in proptest::collection::vec(any::<u8>(), 0..200),
        text in ".{0,80}",
    ) {
        prop_assert_eq!(verdict(kind, &reply), Verdict::Unparsable);
        let said = says(kind, &text, "stop");
        let _any = verdict(kind, &said);
    }

    /// What was cut off anywhere is no verdict.
    #[test]
    fn half_a_reply_is_no_verdict(
        kind in proptest::sample::select(&KINDS[..]),
        nth in any::<proptest::sample::Index>(),
        cut in any::<proptest::sample::Index>(),
    ) {
        let cases = cases(kind);
        let (_, case) = nth.get(&cases);
        let adapter = adapter(kind, &case["options"]);
        let mut replies: Vec<_> =
            case["replies"].as_array().unwrap().iter().map(|it| it.to_string().into_bytes()).collect();
        for reply in &mut replies {
            reply.truncate(cut.index(reply.len()));
        }
        let judged = parse(&*adapter, &exchange(case), &replies);
        prop_assert_eq!(judged.verdict, Verdict::Unparsable);
    }

    /// Every request is JSON that names the model, and asks for one greedy answer.
    #[test]
    fn requests_are_whole(kind in proptest::sample::select(&KINDS[..]), text in "\\PC{0,300}") {
        let adapter = plain(kind);
        for request in adapter.requests(&asked(&*adapter, &text), "the model").unwrap() {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            prop_assert_eq!(&body["model"], "the model");
            if request.path.contains("completions") {
                prop_assert_eq!(&body["temperature"], 0);
                prop_assert!(body["max_tokens"].as_u64().is_some_and(|it| it <= 2_048));
                prop_assert_eq!(&body["stream"], false);
            }
        }
    }
}
