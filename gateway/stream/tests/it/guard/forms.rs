//! Scores, lists and options.

use super::*;

#[test]
fn a_threshold_decides_and_nothing_decides_without_a_score() {
    let reply = |text: &str, share: f64| {
        let told = |token: &str, share: f64| json!({ "token": token, "logprob": share.ln() });
        let first = json!({
            "token": "safe", "logprob": (1.0 - share).ln(),
            "top_logprobs": [told("unsafe", share), told("safe", 1.0 - share)],
        });
        let choice = json!({
            "message": { "content": text }, "finish_reason": "stop",
            "logprobs": { "content": [first] },
        });
        json!({ "choices": [choice] }).to_string().into_bytes()
    };
    let strict = adapter("llama_guard", &json!({ "threshold": 0.3 }));
    let exchange = Exchange::prompt(Vec::new(), "a text");
    let verdict = |reply: Vec<u8>| parse(&*strict, &exchange, &[reply]).verdict;
    assert_eq!(verdict(reply("safe", 0.31)), Verdict::Unsafe);
    assert_eq!(verdict(reply("safe", 0.29)), Verdict::Safe);
    assert_eq!(verdict(reply("unsafe\nS1", 0.9)), Verdict::Unsafe);
    assert_eq!(verdict(says("llama_guard", "safe", "stop")), Verdict::Unparsable);
    let lax = adapter("llama_guard", &json!({ "threshold": 0.9 }));
    let judged = parse(&*lax, &exchange, &[reply("unsafe\nS1", 0.6)]);
    assert_eq!((judged.verdict, judged.categories.len()), (Verdict::Safe, 0));
}

#[test]
fn moderations_must_agree_with_themselves() {
    let of = |result: Value| {
        let adapter = plain("moderations");
        let reply = json!({ "results": [result] }).to_string().into_bytes();
        parse(&*adapter, &Exchange::prompt(Vec::new(), "x"), &[reply])
    };
    let fine = of(json!({ "flagged": false, "categories": { "hate": false, "other": false } }));
    assert_eq!(fine.verdict, Verdict::Safe);
    for result in [
        json!({ "flagged": true, "categories": { "hate": false } }),
        json!({ "flagged": false, "categories": { "hate": true } }),
        json!({ "flagged": true, "categories": { "theft": true } }),
        json!({ "flagged": false, "categories": {}, "category_scores": { "hate": 1.5 } }),
        json!({ "flagged": "no", "categories": {} }),
    ] {
        assert_eq!(of(result.clone()).verdict, Verdict::Unparsable, "{result}");
    }
    let two = json!({ "results": [
        { "flagged": false, "categories": {} }, { "flagged": false, "categories": {} },
    ] });
    assert_eq!(verdict("moderations", two.to_string().as_bytes()), Verdict::Unparsable);
}

#[test]
fn a_classifier_must_speak_of_every_window_once() {
    let adapter = plain("prompt_guard");
    let exchange = Exchange::prompt(Vec::new(), "a".repeat(800));
    let class = |index: u64, label: &str, probs: [f64; 2]| json!({ "index": index, "label": label, "probs": probs, "num_classes": 2 });
    let of = |data: Value| {
        let reply = json!({ "data": data }).to_string().into_bytes();
        parse(&*adapter, &exchange, &[reply]).verdict
    };
    let good = [0.9, 0.1];
    assert_eq!(of(json!([class(0, "BENIGN", good), class(1, "BENIGN", good)])), Verdict::Safe);
    let bad = class(1, "LABEL_1", [0.2, 0.8]);
    assert_eq!(of(json!([class(0, "BENIGN", good), bad])), Verdict::Unsafe);
    for data in [
        json!([class(0, "BENIGN", good)]),
        json!([class(0, "BENIGN", good), class(0, "BENIGN", good)]),
        json!([class(0, "BENIGN", good), class(2, "BENIGN", good)]),
        json!([class(0, "BENIGN", good), class(1, "MALICIOUS", good)]),
        json!([class(0, "BENIGN", good), class(1, "BENIGN", [0.9, 0.9])]),
    ] {
        assert_eq!(of(data.clone()), Verdict::Unparsable, "{data}");
    }
}

#[test]
fn a_prompt_too_long_for_the_windows_is_not_half_read() {
    let adapter = adapter("prompt_guard", &json!({ "inputs": "single" }));
    let asked = |length: usize| {
        adapter.requests(&Exchange::prompt(Vec::new(), "a".repeat(length)), "m").map(|it| it.len())
    };
    assert_eq!(asked(6_240), Ok(16));
    assert_eq!(asked(6_241), Err(Unaskable::TooLong));
    let answer = Exchange::answer(Vec::new(), "x");
    assert!(!adapter.judges(Subject::Answer));
    assert_eq!(adapter.requests(&answer, "m").map(|_| ()), Err(Unaskable::Subject));
}

#[test]
fn a_list_is_asked_and_read_in_order() {
    let texts = ["one", "two", "three"].map(|text| Exchange::prompt(Vec::new(), text));
    let all: Vec<&Exchange> = texts.iter().collect();
    let adapter = plain("moderations");
    let request = adapter.joined(&all, "m").unwrap();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body, json!({ "model": "m", "input": ["one", "two", "three"] }));
    let told = |hate: bool| json!({ "flagged": hate, "categories": { "hate": hate } });
    let reply = json!({ "results": [told(false), told(true), { "flagged": true }] }).to_string();
    let verdicts = |reply: &str| {
        let judged = adapter.split(&all, reply.as_bytes());
        judged.into_iter().map(|judged| judged.verdict).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&reply), [Verdict::Unparsable; 3], "one result is of another shape");
    let odd = json!({ "flagged": true, "categories": {} });
    let reply = json!({ "results": [told(false), told(true), odd] }).to_string();
    assert_eq!(verdicts(&reply), [Verdict::Safe, Verdict::Unsafe, Verdict::Unparsable]);
    let short = json!({ "results": [told(false), told(false)] }).to_string();
    assert_eq!(verdicts(&short), [Verdict::Unparsable; 3], "nobody knows whose is missing");
    assert_eq!(adapter.inputs(all[0]), Some(1));
    assert_eq!(self::adapter("moderations", &json!({ "inputs": "single" })).inputs(all[0]), None);
}

#[test]
fn windows_of_several_prompts_share_a_list() {
    let texts = ["a".repeat(800), "b".into()].map(|text| Exchange::prompt(Vec::new(), text));
    let all: Vec<&Exchange> = texts.iter().collect();
    let adapter = plain("prompt_guard");
    assert_eq!([adapter.inputs(all[0]), adapter.inputs(all[1])], [Some(2), Some(1)]);
    let body: Value = serde_json::from_slice(&adapter.joined(&all, "m").unwrap().body).unwrap();
    assert_eq!(body["input"].as_array().map(Vec::len), Some(3));
    assert_eq!(body["input"][2], "b");
    let class = |index: u64, share: f64| {
        let label = if share > 0.5 { "MALICIOUS" } else { "BENIGN" };
        json!({ "index": index, "label": label, "probs": [1.0 - share, share], "num_classes": 2 })
    };
    let reply = json!({ "data": [class(2, 0.1), class(0, 0.2), class(1, 0.9)] }).to_string();
    let judged = adapter.split(&all, reply.as_bytes());
    let scores: Vec<_> = judged.iter().map(|it| (it.verdict, it.score)).collect();
    assert_eq!(scores, [(Verdict::Unsafe, Some(0.9)), (Verdict::Safe, Some(0.1))]);
    let short = json!({ "data": [class(0, 0.1), class(1, 0.1)] }).to_string();
    let judged = adapter.split(&all, short.as_bytes());
    assert!(judged.iter().all(|it| it.verdict == Verdict::Unparsable));
    assert_eq!(adapter.inputs(&Exchange::prompt(Vec::new(), "x".repeat(10_000))), None);
    assert_eq!(adapter.inputs(&Exchange::answer(Vec::new(), "x")), None);
}

#[test]
fn options_that_mean_nothing_are_problems() {
    for (kind, options, expected) in [
        ("lama_guard", json!({}), "there is no guard lama_guard; there are llama_guard"),
        ("llama_guard", json!({ "treshold": 0.5 }), "unknown field `treshold`"),
        ("llama_guard", json!({ "threshold": 0.0 }), "options.threshold: must be above 0"),
        ("llama_guard", json!({ "threshold": 1.1 }), "options.threshold: must be above 0"),
        ("llama_guard", json!({ "excluded": ["S99"] }), "excluded[0]: there is no S99"),
        ("llama_guard", json!({ "categories": { "a b": "x" } }), "categories: must be at most"),
        ("qwen3guard", json!({ "controversial": "maybe" }), "unknown variant `maybe`"),
        ("shieldgemma", json!({ "policies": [] }), "policies: must name one of"),
        ("granite_guardian", json!({}), "missing field `version`"),
        ("granite_guardian", json!({ "version": "4.1", "criteria": ["x"] }), "there is no x"),
        (
            "granite_guardian",
            json!({ "version": "3.3", "definitions": { "x": "y" } }),
            "only version 4.1 reads any",
        ),
        ("gpt_oss_safeguard", json!({}), "missing field `policy`"),
        ("gpt_oss_safeguard", json!({ "policy": " " }), "policy: must be 1 to"),
        (
            "gpt_oss_safeguard",
            json!({ "policy": "x", "output": "binary", "categories": ["y"] }),
            "only an answer in JSON names one",
        ),
        ("prompt_guard", json!({ "path": "/pooling" }), "unknown variant `/pooling`"),
        ("wildguard", json!({ "threshold": 0.5 }), "unknown field `threshold`"),
    ] {
        let mut problems = Problems::default();
        assert!(build(kind, &options, "guards.x", &mut problems).is_none(), "{kind} {options}");
        let shown = problems.to_string();
        assert!(shown.contains(expected), "{kind} {options}: {shown}");
        assert!(shown.contains("guards.x"), "{shown}");
    }
}
