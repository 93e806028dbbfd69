//! Whatever the order of a backend, the caller's is that of the reference.

use super::{arguments, call, completed, done, masking, message, plan, stream, text, told};
use crate::speak::Channel;
use serde_json::json;
use sluice_stream::{Fault, Progress, whole};

#[test]
fn items_and_pieces_begin_with_their_first_text() {
    let told = told(&plan(), &[text(0, "a"), completed()]);
    let names = ["output_item.added", "content_part.added", "output_text.delta"];
    let ends = ["output_text.done", "content_part.done", "output_item.done", "completed"];
    assert_eq!(told.names(), [&names[..], &ends].concat());
    let first = &told.events[0];
    assert_eq!(
        (&first["type"], &first["sequence_number"]),
        (&json!("response.created"), &json!(0))
    );
    assert_eq!(first["response"]["created_at"], 1_700_000_000);
    assert_eq!(told.last()["id"], "resp_a");
    assert_eq!(told.last()["model"], "open");
}

#[test]
fn an_item_of_which_nothing_is_said_is_none() {
    let told = told(&plan(), &[("created", json!({})), message(0), completed()]);
    assert_eq!(told.names(), ["completed"]);
    assert_eq!(told.last()["output"], json!([]));
}

#[test]
fn text_that_came_only_at_the_end_is_taken() {
    let item = json!({"type": "message", "content": [{"type": "output_text", "text": "abc"}]});
    let part = json!({"output_index": 0, "content_index": 0, "part": item["content"][0]});
    let last = json!({"response": {"status": "completed", "output": [item]}});
    for events in [
        vec![("output_text.done", json!({"output_index": 0, "text": "abc"})), completed()],
        vec![message(0), ("content_part.done", part), completed()],
        vec![message(0), done(0, item.clone()), completed()],
        vec![done(0, item), completed()],
        vec![("completed", last)],
    ] {
        let told = told(&plan(), &events);
        assert_eq!(told.heard.texts[&(0, Channel::Content)], "abc", "{events:?}");
        assert_eq!(told.all("output_text.delta").len(), 1);
    }
}

#[test]
fn text_at_the_end_that_came_before_is_not_read() {
    let leak = json!({"type": "message", "content": [{"type": "output_text", "text": "leak"}]});
    let part = json!({"output_index": 0, "content_index": 0, "part": leak["content"][0]});
    let last = json!({"response": {"status": "completed", "output": [leak]}});
    let events = [
        message(0),
        text(0, ""),
        text(0, "a"),
        text(0, "b"),
        ("output_text.done", json!({"output_index": 0, "text": "leak"})),
        ("content_part.done", part),
        done(0, leak.clone()),
        done(0, leak),
        ("completed", last),
    ];
    let told = told(&plan(), &events);
    assert_eq!(told.heard.texts[&(0, Channel::Content)], "ab");
    assert_eq!(told.all("output_text.done")[0]["text"], "ab");
    assert_eq!(told.all("output_item.done").len(), 1);
}

#[test]
fn indexes_that_count_on_from_item_to_item_say_nothing_twice() {
    let delta = |index: u64, text: &str| {
        let data = json!({"output_index": 1, "content_index": index, "delta": text});
        ("output_text.delta", data)
    };
    let part = |text: &str| json!({"type": "output_text", "text": text});
    let one = json!({"type": "message", "content": [part("leak")]});
    let told_of = told(&plan(), &[message(1), delta(1, "a"), done(1, one), completed()]);
    assert_eq!(told_of.heard.texts[&(0, Channel::Content)], "a");
    // Of the second nothing came.
    let two = json!({"type": "message", "content": [part("leak"), part("b")]});
    let told_of = told(&plan(), &[message(1), delta(1, "a"), done(1, two), completed()]);
    assert_eq!(told_of.heard.texts[&(0, Channel::Content)], "ab");
}

#[test]
fn arguments_that_stand_in_the_beginning_of_a_call_are_not_said_twice() {
    let mut added = call(0, "c", "f");
    added.1["item"]["arguments"] = json!("{");
    let told = told(&plan(), &[added, arguments(0, "{"), arguments(0, "}"), completed()]);
    assert_eq!(told.last()["output"][0]["arguments"], "{}");
    assert_eq!(told.last()["output"][0]["call_id"], "c");
}

#[test]
fn two_calls_with_one_id_have_two() {
    let call = |index| call(index, "c", "f");
    let told =
        told(&plan(), &[call(0), call(1), arguments(0, "{}"), arguments(1, "[]"), completed()]);
    let ids: Vec<_> = (0..2).map(|at| told.last()["output"][at]["call_id"].clone()).collect();
    assert_eq!(ids, ["c", "call_a_1"]);
    let texts: Vec<_> = (0..2).map(|at| told.last()["output"][at]["arguments"].clone()).collect();
    assert_eq!(texts, ["{}", "[]"]);
}

#[test]
fn two_items_with_one_index_are_two() {
    let item = json!({"type": "message", "content": []});
    let events = [message(0), text(0, "a"), done(0, item), message(0), text(0, "b"), completed()];
    let ended = told(&plan(), &events);
    assert_eq!(ended.last()["output"].as_array().unwrap().len(), 2);
    assert_eq!(ended.last()["output"][1]["id"], "msg_a_1");
    // The first has not ended: it does then.
    let events = [message(0), text(0, "a"), call(0, "c", "f"), arguments(0, "{}"), completed()];
    let names = told(&plan(), &events);
    let names: Vec<_> = names.names().into_iter().filter(|name| name.contains("item")).collect();
    assert_eq!(names, ["output_item.added", "output_item.done"].repeat(2));
}

#[test]
fn text_after_the_end_of_an_item_is_of_another() {
    let item = json!({"type": "message", "content": []});
    for plan in [plan(), masking()] {
        let events = [message(0), text(0, "a"), done(0, item.clone()), text(0, "c"), completed()];
        let told = told(&plan, &events);
        assert_eq!(told.heard.texts[&(0, Channel::Content)], "ac");
        assert_eq!(told.last()["output"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn reasoning_that_ends_last_does_not_hold_up_the_message() {
    // As llama.cpp writes it: by ids, and reasoning ends behind the text.
    let added = |kind, id| {
        (
            "output_item.added",
            json!({"item": {"type": kind, "id": id, "content": [], "summary": []}}),
        )
    };
    let thought = json!({"type": "reasoning", "id": "theirs_r", "summary": [],
        "encrypted_content": "leak", "content": [{"type": "reasoning_text", "text": "hm"}]});
    let events = [
        added("reasoning", "theirs_r"),
        ("reasoning_text.delta", json!({"item_id": "theirs_r", "delta": "hm"})),
        added("message", "theirs_m"),
        ("output_text.delta", json!({"item_id": "theirs_m", "delta": "so"})),
        ("output_item.done", json!({"item": thought})),
        ("output_text.done", json!({"item_id": "theirs_m", "text": "so"})),
        completed(),
    ];
    let told = told(&plan(), &events);
    assert_eq!(told.heard.texts[&(0, Channel::Reasoning)], "hm");
    let kinds: Vec<_> = (0..2).map(|at| told.last()["output"][at]["type"].clone()).collect();
    assert_eq!(kinds, ["reasoning", "message"]);
    assert_eq!(told.last()["output"][0]["id"], "rs_a_0");
}

#[test]
fn summaries_have_their_own_events() {
    let at = |more: serde_json::Value| {
        let mut all = json!({"output_index": 0, "item_id": "theirs"});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let part = json!({"type": "summary_text", "text": ""});
    let one = |index: u64, text: &str| {
        [
            ("reasoning_summary_part.added", at(json!({"summary_index": index, "part": part}))),
            ("reasoning_summary_text.delta", at(json!({"summary_index": index, "delta": text}))),
            ("reasoning_summary_text.done", at(json!({"summary_index": index, "text": text}))),
            ("reasoning_summary_part.done", at(json!({"summary_index": index, "part": part}))),
        ]
    };
    let thought = at(json!({"content_index": 0, "delta": "c"}));
    let events =
        [&one(0, "a")[..], &one(1, "b"), &[("reasoning_text.delta", thought), completed()]];
    let told = told(&plan(), &events.concat());
    assert_eq!(told.all("reasoning_summary_text.done")[1]["summary_index"], 1);
    let item = &told.last()["output"][0];
    let summary = |text: &str| json!({"type": "summary_text", "text": text});
    assert_eq!(item["summary"], json!([summary("a"), summary("b")]));
    assert_eq!(item["content"], json!([{"type": "reasoning_text", "text": "c"}]));
}

#[test]
fn tools_of_the_host_are_dropped() {
    let search = json!({"type": "web_search_call", "id": "theirs", "action": {"query": "leak"}});
    let events = [
        ("output_item.added", json!({"output_index": 0, "item": search})),
        ("web_search_call.searching", json!({"output_index": 0, "item_id": "leak"})),
        ("mcp_call_arguments.delta", json!({"output_index": 0, "delta": "leak"})),
        ("output_text.annotation.added", json!({"output_index": 1, "annotation": {"url": "leak"}})),
        ("output_item.done", json!({"output_index": 0, "item": search})),
        ("something.new", json!({"delta": {"leak": []}, "text": 7})),
        message(1),
        text(1, "a"),
        completed(),
    ];
    let told = told(&plan(), &events);
    assert_eq!(told.progress, Progress::Done);
    assert_eq!(told.last()["output"][0]["id"], "msg_a_0");
}

#[test]
fn a_message_with_the_index_of_what_was_dropped_passes() {
    let search = json!({"output_index": 0, "item": {"type": "web_search_call"}});
    let item = json!({"type": "message", "content": [{"type": "output_text", "text": "a"}]});
    for begun in [vec![message(0), text(0, "a")], vec![]] {
        let search = ("output_item.added", search.clone());
        let events = [vec![search], begun, vec![done(0, item.clone()), completed()]].concat();
        let told = told(&plan(), &events);
        assert_eq!(told.heard.texts[&(0, Channel::Content)], "a", "{events:?}");
    }
}

#[test]
fn what_the_caller_would_have_to_do_is_a_fault() {
    for kind in ["custom_tool_call", "computer_call", "local_shell_call", "mcp_approval_request"] {
        let item = json!({"type": kind, "id": "theirs", "input": "leak"});
        let fault = Progress::Fault(Fault::NotAnEvent);
        let added = ("output_item.added", json!({"output_index": 0, "item": item}));
        assert_eq!(told(&plan(), &[added, completed()]).progress, fault, "{kind}");
        let body = json!({"status": "completed", "output": [item]}).to_string();
        assert_eq!(whole(&plan(), body.as_bytes()).unwrap_err(), Fault::NotAnEvent);
    }
}

#[test]
fn annotations_and_probabilities_do_not_pass() {
    let note = json!({"type": "url_citation", "url": "leak", "title": "leak"});
    let part = json!({"type": "output_text", "text": "a", "annotations": [note],
        "logprobs": [{"token": "leak", "logprob": -1.0}]});
    let item = json!({"type": "message", "content": [part]});
    let body = json!({"status": "completed", "output": [item]}).to_string();
    let body = String::from_utf8(whole(&plan(), body.as_bytes()).unwrap().body).unwrap();
    assert!(!body.contains("leak"), "{body}");
    assert_eq!(told(&plan(), &[message(0), done(0, item), completed()]).progress, Progress::Done);
}

#[test]
fn a_stream_may_have_a_mark_at_its_end() {
    let wire = stream(&[text(0, "a"), completed()]) + "data: [DONE]\n\n";
    assert_eq!(super::Told::new(&plan(), wire.as_bytes()).progress, Progress::Done);
    let wire = stream(&[text(0, "a")]) + "data: [DONE]\n\n";
    let told = super::Told::new(&plan(), wire.as_bytes());
    assert_eq!(told.progress, Progress::Fault(Fault::Truncated));
}
