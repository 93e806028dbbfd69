//! Streams recorded from real servers.

use crate::support::{Seen, plan, relay};
use sluice_config::words::Operation;
use sluice_stream::{Fault, Finish, Plan, Progress, Report, Usage, whole};

pub(crate) fn body(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/streams");
    std::fs::read(format!("{folder}/{name}.body")).unwrap()
}

fn streamed(plan: &Plan, name: &str) -> (Seen, Report) {
    let body = body(name);
    let (whole_relay, out, progress) = relay(plan, [&body[..]]);
    let (_, slow, _) = relay(plan, body.chunks(1));
    assert_eq!(out, slow, "{name} depends on how it is cut");
    assert_eq!(progress, Progress::Done, "{name}");
    (Seen::read(&out), whole_relay.report().clone())
}

#[test]
fn vllm_streams_pass() {
    let asked = Plan { show_usage: true, ..plan(Operation::Chat) };
    let (seen, report) = streamed(&asked, "vllm/chat_stream");
    assert_eq!(seen.text(0, "content"), "I'm glad you're enjoying the service.");
    assert_eq!(seen.finishes[&0], "stop");
    assert_eq!(report.usage, Some(Usage { prompt: 37, completion: 10 }));
    assert_eq!(seen.usage.unwrap()["total_tokens"], 47);
    assert_eq!((report.pieces, report.finish), (9, Finish::Stop));

    let (seen, report) = streamed(&plan(Operation::Chat), "vllm/chat_stream_nousage");
    assert_eq!((seen.usage, report.usage), (None, None));

    let (seen, report) = streamed(&plan(Operation::Chat), "vllm/chat_stream_cont_usage");
    assert_eq!(seen.finishes.len(), 2);
    assert!(report.usage.is_some());
}

#[test]
fn usage_nobody_asked_for_does_not_show() {
    let (seen, report) = streamed(&plan(Operation::Chat), "vllm/chat_stream");
    assert_eq!(seen.usage, None);
    assert!(report.usage.is_some());
}

#[test]
fn llamacpp_streams_pass() {
    let (seen, report) = streamed(&plan(Operation::Chat), "llamacpp/chat_stream");
    assert!(seen.text(0, "content").starts_with("I'm here to help with any creative writing"));
    assert_eq!(seen.finishes[&0], "stop");
    assert_eq!(report.usage, Some(Usage { prompt: 37, completion: 12 }));
    streamed(&plan(Operation::Chat), "llamacpp/chat_stream_nousage");
}

#[test]
fn completions_pass() {
    let (seen, report) = streamed(&plan(Operation::Completion), "vllm/completions_stream");
    assert_eq!(seen.text(0, "text"), " the scene, a young");
    assert_eq!(seen.finishes[&0], "length");
    assert_eq!(report.usage, Some(Usage { prompt: 2, completion: 5 }));
}

#[test]
fn logprobs_pass_without_filters() {
    let body = body("vllm/chat_logprobs_stream");
    let (_, out, _) = relay(&plan(Operation::Chat), [&body[..]]);
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains(r#""logprob":-0.4759909212589264,"bytes":[72,101,108,108,111]"#), "{out}");
    assert!(!out.contains("vllm"), "{out}");
}

#[test]
fn an_answer_cut_short_is_no_answer() {
    let (_, out, progress) = relay(&plan(Operation::Chat), [&body("vllm/abort")[..]]);
    assert_eq!(progress, Progress::Fault(Fault::Truncated));
    assert!(!Seen::read(&out).done);
}

#[test]
fn whole_answers_pass() {
    for name in ["vllm/chat", "llamacpp/chat"] {
        let whole = whole(&plan(Operation::Chat), &body(name)).unwrap();
        let text = String::from_utf8(whole.body).unwrap();
        for word in ["smollm2", "fingerprint", "timings", "chatcmpl", "kv_transfer"] {
            assert!(!text.contains(word), "{text}");
        }
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(answer["choices"][0]["message"]["content"].as_str().unwrap().starts_with("I'm "));
        assert_eq!(answer["object"], "chat.completion");
        assert_eq!(answer["usage"]["prompt_tokens"], 37);
    }
}

#[test]
fn errors_of_backends_are_faults() {
    let fault = |name: &str, operation| whole(&plan(operation), &body(name)).unwrap_err();
    let upstream = |status| Fault::Upstream { status: Some(status) };
    assert_eq!(fault("vllm/err_long", Operation::Chat), upstream(400));
    assert_eq!(fault("llamacpp/err_json", Operation::Completion), upstream(500));
    assert_eq!(fault("llamacpp/embeddings", Operation::Embedding), upstream(501));
}
