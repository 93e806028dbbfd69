//! Answers that are scores: numbers only.

use crate::fixtures::body;
use crate::support::plan;
use sluice_config::words::Operation;
use sluice_stream::{Fault, Usage, whole};

fn shown(operation: Operation, body: &[u8]) -> String {
    String::from_utf8(whole(&plan(operation), body).unwrap().body).unwrap()
}

fn fault(operation: Operation, body: &str) -> Fault {
    whole(&plan(operation), body.as_bytes()).unwrap_err()
}

#[test]
fn ranks_pass_without_their_documents() {
    assert_eq!(
        shown(Operation::Rerank, &body("scores/rerank")),
        r#"{"id":"answer-1","model":"open","usage":{"total_tokens":56},"results":[{"index":1,"relevance_score":0.9965},{"index":0,"relevance_score":-2.5e-05}]}"#
    );
    assert_eq!(
        shown(Operation::Rerank, &body("scores/llamacpp_rerank")),
        r#"{"id":"answer-1","model":"open","usage":{"total_tokens":56},"results":[{"index":0,"relevance_score":-11.25}]}"#
    );
    let none = br#"{"results":[{"index":0,"relevance_score":1}],"usage":{"total_tokens":-1}}"#;
    assert_eq!(
        shown(Operation::Rerank, none),
        r#"{"id":"answer-1","model":"open","results":[{"index":0,"relevance_score":1}]}"#
    );
}

#[test]
fn scores_pass_as_they_are_written() {
    assert_eq!(
        shown(Operation::Score, &body("scores/score")),
        r#"{"id":"answer-1","object":"list","created":1700000000,"model":"open","data":[{"index":0,"object":"score","score":1},{"index":1,"object":"score","score":0.001}],"usage":{"prompt_tokens":17,"total_tokens":17}}"#
    );
    let report = whole(&plan(Operation::Score), &body("scores/score")).unwrap().report;
    assert_eq!(report.usage, Some(Usage { prompt: 17, completion: 0 }));
}

#[test]
fn what_is_no_score_is_a_fault() {
    let ranked = |one: &str, two: &str| format!("{{\"results\":[{{{one}}},{{{two}}}]}}");
    let sound = r#""index":0,"relevance_score":1"#;
    for odd in [
        r#""index":0,"relevance_score":2"#,
        r#""index":65536,"relevance_score":1"#,
        r#""index":-1,"relevance_score":1"#,
        r#""index":1,"relevance_score":1e999"#,
        r#""index":1,"relevance_score":"leak""#,
        r#""index":1,"relevance_score":[1]"#,
        r#""index":1,"relevance_score":null"#,
        r#""index":1,"relevance_score":NaN"#,
        r#""index":1"#,
        r#""index":1,"relevance_score":1,"relevance_score":2"#,
    ] {
        let body = ranked(sound, odd);
        assert_eq!(fault(Operation::Rerank, &body), Fault::NotAnEvent, "{odd}");
        let body = body.replace("relevance_score", "score").replace("results", "data");
        assert_eq!(fault(Operation::Score, &body), Fault::NotAnEvent, "{odd}");
    }
    let apart = ranked(sound, r#""index":65535,"relevance_score":1"#);
    assert!(whole(&plan(Operation::Rerank), apart.as_bytes()).is_ok());
    assert_eq!(fault(Operation::Score, "{}"), Fault::NotAnEvent);
    assert_eq!(fault(Operation::Score, "<html>"), Fault::NotAnEvent);
}

#[test]
fn errors_of_a_backend_are_faults() {
    let upstream = |status| Fault::Upstream { status: Some(status) };
    let nested = r#"{"error":{"message":"leak","type":"BadRequestError","code":400}}"#;
    assert_eq!(fault(Operation::Rerank, nested), upstream(400));
    let flat = r#"{"object":"error","message":"leak","code":501}"#;
    assert_eq!(fault(Operation::Score, flat), upstream(501));
}
