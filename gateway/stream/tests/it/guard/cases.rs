//! What guards are asked and say, as their makers write it.

use super::*;

#[test]
fn every_guard_is_asked_and_read_as_its_makers_say() {
    for kind in KINDS {
        let cases = cases(kind);
        assert!(cases.len() >= 2, "{kind}");
        for (path, case) in cases {
            let at = path.display();
            assert!(case["source"].as_str().is_some_and(|it| it.starts_with("https://")), "{at}");
            let adapter = adapter(kind, &case["options"]);
            let exchange = exchange(&case);
            let asked = adapter.requests(&exchange, case["model"].as_str().unwrap()).unwrap();
            let asked: Value = asked
                .iter()
                .map(|request| {
                    let body: Value = serde_json::from_slice(&request.body).unwrap();
                    json!({ "path": request.path, "body": body })
                })
                .collect();
            assert_eq!(asked, case["requests"], "{at}");
            let replies = case["replies"].as_array().unwrap();
            let replies: Vec<_> = replies.iter().map(|it| it.to_string().into_bytes()).collect();
            let mut wanted = case["judgement"].clone();
            if let Some(score) = wanted["score"].as_f64() {
                wanted["score"] = json!((score * 1e9).round() / 1e9);
            }
            wanted.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            assert_eq!(shown(&parse(&*adapter, &exchange, &replies)), wanted, "{at}");
        }
    }
}

#[test]
fn what_is_found_is_among_what_may_be_found() {
    for kind in KINDS {
        for (path, case) in cases(kind) {
            let known = adapter(kind, &case["options"]).categories();
            for category in case["judgement"]["categories"].as_array().into_iter().flatten() {
                let category = category.as_str().unwrap();
                assert!(known.iter().any(|it| it.as_str() == category), "{}", path.display());
            }
        }
    }
}
