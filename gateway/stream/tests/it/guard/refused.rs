//! What is no verdict is never taken for one.

use super::*;

#[test]
fn what_is_no_verdict_is_never_safe() {
    let prose = "The conversation looks safe to me. No harm, Safety: Safe, 0, VALID.";
    let whole: &[&[u8]] = &[
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"<html><body>502 Bad Gateway</body></html>",
        br#"{"error":{"message":"model not found","code":404}}"#,
        br#"{"choices":[]}"#,
        br#"{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#,
        br#"{"choices":[{"message":{"content":"safe"},"finish_reason":"stop"}"#,
        br#"{"results":[]}"#,
        br#"{"results":[{"flagged":false}]}"#,
        br#"{"data":[]}"#,
        br#"{"data":[{"index":0,"label":"BENIGN","probs":[],"num_classes":0}]}"#,
        br#"{"data":[{"index":0,"label":"FINE","probs":[1.0,0.0],"num_classes":2}]}"#,
    ];
    for kind in KINDS {
        for reply in whole {
            assert_eq!(verdict(kind, reply), Verdict::Unparsable, "{kind}: {reply:?}");
        }
        for text in [prose, "", " ", "safe unsafe", "SAFE", "ok", "none", "{}", "\u{0}", "no no"] {
            let reply = says(kind, text, "stop");
            assert_eq!(verdict(kind, &reply), Verdict::Unparsable, "{kind}: {text}");
        }
    }
}

/// What some guard could say, and is no verdict of its own.
const CONTRADICTIONS: &[(&str, &[&str])] = &[
    (
        "llama_guard",
        &[
            "safe\nS1",
            "unsafe",
            "unsafe\n",
            "unsafe\nS15",
            "unsafe\nS1,violence",
            "unsafe\nS1,S1",
            "unsafe\nS1\nsafe",
            "safe\nunsafe\nS1",
            "unsafe S1",
            "Safe",
        ],
    ),
    (
        "qwen3guard",
        &[
            "Safety: Safe\nCategories: Violent\nRefusal: No",
            "Safety: Unsafe\nCategories: None\nRefusal: No",
            "Safety: Unsafe\nCategories: Theft\nRefusal: No",
            "Safety: Unsafe\nCategories: Jailbreak\nRefusal: No",
            "Safety: Safe\nCategories: None",
            "Safety: Safe\nSafety: Unsafe\nCategories: None\nRefusal: No",
            "Safety: Safe\nCategories: None\nRefusal: Maybe",
            "Safety: Harmless\nCategories: None\nRefusal: No",
            "Categories: None\nSafety: Safe\nRefusal: No",
        ],
    ),
    ("shieldgemma", &["Yes and No", "Maybe", "yes!", "Not"]),
    (
        "granite_guardian",
        &[
            "<score> maybe </score>",
            "<score> yes </score><score> no </score>",
            "<score> no",
            "no",
            "<think>no",
            "<think>x</think>",
            "It is <score> no </score>",
        ],
    ),
    (
        "wildguard",
        &[
            "Harmful request: no\nResponse refusal: no",
            "Harmful request: no\nResponse refusal: no\nHarmful response: maybe",
            "Harmful request: no\nResponse refusal: no\nHarmful response: n/a",
            "Harmful request: n/a\nResponse refusal: no\nHarmful response: no",
            "Harmful request: no\nResponse refusal: no\nHarmful response: no\nOr: yes",
            "no\nno\nno",
        ],
    ),
    (
        "gpt_oss_safeguard",
        &[
            "0",
            "VALID",
            r#"{"violation": 2}"#,
            r#"{"violation": true, "policy_category": null}"#,
            r#"{"violation": 0, "policy_category": "H2.f"}"#,
            r#"{"violation": 0, "violation": 1, "policy_category": null}"#,
            r#"{"violation": 0, "policy_category": null} or 1"#,
            "```json\n{\"violation\": 0, \"policy_category\": null}\n```",
        ],
    ),
];

#[test]
fn what_contradicts_itself_or_names_the_unknown_is_no_verdict() {
    for (kind, texts) in CONTRADICTIONS {
        for text in *texts {
            let reply = says(kind, text, "stop");
            assert_eq!(verdict(kind, &reply), Verdict::Unparsable, "{kind}: {text}");
        }
    }
}

/// Verdicts as guards write them.
const VERDICTS: [(&str, &str); 6] = [
    ("llama_guard", "safe"),
    ("llama_guard", "unsafe\nS1"),
    ("qwen3guard", "Safety: Safe\nCategories: None\nRefusal: No"),
    ("granite_guardian", "<score> no </score>"),
    ("wildguard", "Harmful request: no\nResponse refusal: no\nHarmful response: no"),
    ("gpt_oss_safeguard", r#"{"violation": 0, "policy_category": null}"#),
];

#[test]
fn two_answers_are_none() {
    for (kind, text) in VERDICTS {
        let one: Value = serde_json::from_slice(&says(kind, text, "stop")).unwrap();
        assert_ne!(verdict(kind, one.to_string().as_bytes()), Verdict::Unparsable, "{kind}");
        let choice = &one["choices"][0];
        let two = json!({ "choices": [choice, choice] }).to_string();
        assert_eq!(verdict(kind, two.as_bytes()), Verdict::Unparsable, "{kind}");
    }
}

#[test]
fn a_verdict_cut_short_is_none() {
    for (kind, text) in VERDICTS {
        assert_ne!(verdict(kind, &says(kind, text, "stop")), Verdict::Unparsable, "{kind}");
        for finish in ["length", "content_filter", "tool_calls", ""] {
            let reply = says(kind, text, finish);
            assert_eq!(verdict(kind, &reply), Verdict::Unparsable, "{kind}: {finish}");
        }
    }
}
