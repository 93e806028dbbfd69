//! How an answer ends: by itself, at its bound, by a filter.

use super::{arguments, call, completed, done, masking, message, plan, strict, text, told};
use crate::speak::{Channel, End};
use serde_json::{Value, json};
use sluice_stream::{Finish, Plan, Progress, whole};

fn incomplete(reason: &str) -> (&'static str, Value) {
    let details = json!({"reason": reason});
    let response = json!({"status": "incomplete", "incomplete_details": details, "output": []});
    ("incomplete", json!({"response": response}))
}

#[test]
fn a_bound_leaves_what_is_open_incomplete() {
    let item = json!({"type": "message", "content": []});
    for (plan, ended) in [(plan(), false), (plan(), true), (masking(), false), (masking(), true)] {
        let end = ended.then(|| done(0, item.clone()));
        let events = [message(0), text(0, "a")].into_iter().chain(end);
        let events: Vec<_> = events.chain([incomplete("max_output_tokens")]).collect();
        let told = told(&plan, &events);
        let status = if ended { "completed" } else { "incomplete" };
        assert_eq!(told.last()["output"][0]["status"], status);
        assert_eq!(told.last()["incomplete_details"]["reason"], "max_output_tokens");
        assert_eq!((told.progress, told.relay.report().finish), (Progress::Done, Finish::Length));
    }
}

#[test]
fn a_filter_of_the_backend_is_one() {
    let told = told(&plan(), &[text(0, "a"), incomplete("content_filter")]);
    assert_eq!(told.heard.ends[&0], End::Filtered);
    assert_eq!(told.progress, Progress::Done);
}

#[test]
fn a_stop_ends_all_that_is_open() {
    let events = [
        ("reasoning_text.delta", json!({"output_index": 0, "delta": "hm"})),
        message(1),
        text(1, "a bo"),
        call(2, "c", "f"),
        arguments(2, "{\"b\":"),
        text(1, "mb"),
        text(1, " leak"),
        completed(),
    ];
    let told = told(&strict(), &events);
    assert_eq!(told.progress, Progress::Stopped);
    let output = told.last()["output"].as_array().unwrap();
    assert_eq!(output.len(), 3);
    assert!(output.iter().all(|item| item["status"] == "incomplete"), "{output:?}");
    assert_eq!(output[1]["content"][0]["text"], "a ");
    assert_eq!(output[2]["arguments"], "{\"b\":");
    assert_eq!(told.last()["incomplete_details"]["reason"], "content_filter");
    assert_eq!(*told.names().last().unwrap(), "incomplete");
    assert_eq!(told.relay.report().finish, Finish::ContentFilter);
}

#[test]
fn the_name_of_a_call_is_judged_before_it_shows() {
    let events = [call(0, "c", "make_bomb"), arguments(0, "{}"), completed()];
    let told = told(&strict(), &events);
    assert_eq!(told.progress, Progress::Stopped);
    assert_eq!(told.names(), ["incomplete"]);
    let masked = super::told(&masking(), &events);
    assert_eq!(masked.last()["output"][0]["name"], "make_#");
}

#[test]
fn an_id_that_says_it_is_ours() {
    let told = told(&strict(), &[call(0, "bomb:0", "f"), arguments(0, "{}"), completed()]);
    assert_eq!(told.progress, Progress::Done);
    let id = told.last()["output"][0]["call_id"].as_str().unwrap();
    assert!(id.starts_with("call_"), "{id}");
}

#[test]
fn what_clients_join_is_one_text() {
    let item = json!({"type": "message", "content": []});
    let parted = |index: u64, text: &str| {
        let data = json!({"output_index": 0, "content_index": index, "delta": text});
        ("output_text.delta", data)
    };
    let two_parts = vec![
        message(0),
        parted(0, "a bo"),
        (
            "content_part.done",
            json!({"output_index": 0, "content_index": 0, "part": {"type": "output_text", "text": "leak"}}),
        ),
        parted(1, "mb!"),
        completed(),
    ];
    let two_items =
        vec![message(0), text(0, "a bo"), done(0, item), message(1), text(1, "mb!"), completed()];
    for events in [two_parts, two_items] {
        assert_eq!(told(&plan(), &events).heard.texts[&(0, Channel::Content)], "a bomb!");
        let stopped = told(&strict(), &events);
        assert_eq!(stopped.heard.texts[&(0, Channel::Content)], "a ");
        assert_eq!(stopped.heard.ends[&0], End::Filtered);
        let masked = told(&masking(), &events);
        assert_eq!(masked.heard.texts[&(0, Channel::Content)], "a #!");
    }
}

#[test]
fn a_piece_of_a_message_ends_when_the_next_begins() {
    let parted = |index: u64| {
        let data = json!({"output_index": 0, "content_index": index, "delta": "a b"});
        ("output_text.delta", data)
    };
    let part = json!({"type": "output_text", "text": "a b"});
    let data = json!({"output_index": 0, "content_index": 0, "part": part});
    let events = [message(0), parted(0), ("content_part.done", data), parted(1), completed()];
    for plan in [plan(), strict()] {
        let told = told(&plan, &events);
        let names = told.names().into_iter().filter(|name| name.starts_with("content_part"));
        let names: Vec<_> = names.collect();
        assert_eq!(names, ["content_part.added", "content_part.done"].repeat(2));
        assert_eq!(told.heard.texts[&(0, Channel::Content)], "a ba b");
    }
}

#[test]
fn what_was_held_at_the_end_of_a_message_is_of_it() {
    let item = json!({"type": "message", "content": []});
    let events = [
        message(0),
        text(0, "a bo"),
        done(0, item),
        call(1, "c", "f"),
        arguments(1, "{}"),
        completed(),
    ];
    let told = told(&strict(), &events);
    let output = told.last()["output"].as_array().unwrap();
    assert_eq!(output.len(), 2);
    assert_eq!(
        (&output[0]["content"][0]["text"], &output[0]["status"]),
        (&json!("a bo"), &json!("completed"))
    );
}

#[test]
fn what_was_held_of_other_pieces_shows_at_their_end() {
    let events = [
        ("reasoning_text.delta", json!({"output_index": 0, "delta": "a bo"})),
        ("reasoning_text.done", json!({"output_index": 0, "text": "leak"})),
        done(0, json!({"type": "reasoning", "summary": []})),
        message(1),
        text(1, "so"),
        completed(),
    ];
    let told = told(&strict(), &events);
    let names = told.names();
    let at = |wanted: &str| names.iter().position(|name| *name == wanted).unwrap();
    assert!(at("reasoning_text.done") < at("output_text.delta"), "{names:?}");
    assert_eq!(told.heard.texts[&(0, Channel::Reasoning)], "a bo");
}

#[test]
fn whole_answers_are_filtered_alike() {
    let text =
        |text: &str| json!({"type": "message", "content": [{"type": "output_text", "text": text}]});
    let call = json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"b\":\"bomb\"}"});
    let answer = |plan: &Plan, output: &[Value]| -> Value {
        let body = json!({"status": "completed", "output": output, "usage": {"input_tokens": 7, "output_tokens": 9}});
        serde_json::from_slice(&whole(plan, body.to_string().as_bytes()).unwrap().body).unwrap()
    };
    let masked = answer(&masking(), &[text("a bo"), text("mb b"), call.clone()]);
    assert_eq!(masked["output"][1]["content"][0]["text"], "# b");
    assert_eq!(masked["output"][2]["arguments"], "{\"b\":\"#\"}");
    assert_eq!(
        (&masked["status"], &masked["usage"]["total_tokens"]),
        (&json!("completed"), &json!(16))
    );
    let call = answer(&strict(), &[call]);
    assert_eq!(call["output"][0]["arguments"], "{\"b\":\"");
    assert_eq!(call["output"][0]["status"], "incomplete");
    let stopped = answer(&strict(), &[text("so"), text("a bomb"), text("leak")]);
    assert_eq!(stopped["incomplete_details"]["reason"], "content_filter");
    let shown: Vec<_> = stopped["output"].as_array().unwrap().iter().collect();
    assert_eq!(shown.len(), 2, "what comes behind a stop is not shown");
    assert_eq!(
        (&shown[0]["content"][0]["text"], &shown[0]["status"]),
        (&json!("so"), &json!("completed"))
    );
    assert_eq!(
        (&shown[1]["content"][0]["text"], &shown[1]["status"]),
        (&json!("a "), &json!("incomplete"))
    );
}

#[test]
fn usage_that_cannot_be_true_is_none() {
    let answer = |usage: Value| {
        let response = json!({"status": "completed", "output": [], "usage": usage});
        told(&plan(), &[text(0, "a"), text(0, "b"), ("completed", json!({"response": response}))])
    };
    assert_eq!(
        answer(json!({"input_tokens": 3, "output_tokens": 2})).last()["usage"]["input_tokens"],
        3
    );
    for odd in [
        json!({"input_tokens": 3, "output_tokens": 1}),
        json!({"input_tokens": -3, "output_tokens": 2}),
        json!(7),
    ] {
        assert_eq!(answer(odd).last()["usage"], Value::Null);
    }
}
