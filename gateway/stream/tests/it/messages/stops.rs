//! Messages that a filter ends.

use super::*;

#[test]
fn a_stop_closes_what_is_open_and_says_why() {
    let wire = events(&[
        text_block(0),
        text(0, "a tool: "),
        tool_block(1, "f"),
        arguments(1, "{\"a\":\"bo"),
        arguments(1, "mb\"}"),
        text(0, "never"),
    ]);
    let (out, heard, report, progress) = streamed(&blocking(&["bomb"]), &wire);
    assert_eq!((progress, report.finish), (Progress::Stopped, Finish::ContentFilter));
    assert_eq!((heard.ends[&0], heard.done), (End::Filtered, true));
    assert_eq!(said(&heard, Channel::Arguments), "{\"a\":\"");
    let (_, after) = out.split_once("\"{\\\"a\\\":\\\"\"}}\n\n").unwrap();
    assert_eq!(
        after,
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n\
         event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n\
         event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\
         \"stop_reason\":\"refusal\",\"stop_sequence\":null,\"stop_details\":{\"type\":\"refusal\",\
         \"category\":null,\"explanation\":\"a content filter ended the answer\"}},\
         \"usage\":{\"output_tokens\":0}}\n\n\
         event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
    );
}

#[test]
fn what_was_held_of_a_block_comes_before_its_end() {
    let wire = events(&[
        text_block(0),
        text(0, "a bo"),
        stop(0),
        text_block(1),
        text(1, "x"),
        stop(1),
        end("end_turn"),
        over(),
    ]);
    let (out, heard, _, progress) = streamed(&blocking(&["bomb"]), &wire);
    assert_eq!((progress, heard.ends[&0]), (Progress::Done, End::Stop));
    let held = out.find("bo\"}}").unwrap();
    assert!(held < out.find("content_block_stop").unwrap(), "{out}");
}

#[test]
fn the_names_of_calls_are_judged_in_one_piece() {
    let wire = events(&[tool_block(0, "make_bomb"), arguments(0, "{}"), stop(0), end("tool_use")]);
    let (out, heard, _, progress) = streamed(&blocking(&["bomb"]), &wire);
    assert_eq!((progress, heard.ends[&0]), (Progress::Stopped, End::Filtered));
    assert!(heard.texts.is_empty() && !out.contains("content_block"), "{out}");
}

#[test]
fn a_stop_sequence_is_shown_unless_a_filter_minds() {
    let shown = |plan: &Plan, reason: &str, sequence: &str| {
        let ended = json!({"stop_reason": reason, "stop_sequence": sequence});
        let delta =
            json!({"type": "message_delta", "delta": &ended, "usage": {"output_tokens": 1}});
        let (out, heard, ..) = streamed(plan, &events(&[text(0, "a"), delta, over()]));
        assert_eq!(heard.ends[&0], End::Stop);
        let line =
            out.lines().find(|line| line.starts_with("data: {\"type\":\"message_delta")).unwrap();
        let delta =
            serde_json::from_str::<Value>(&line["data: ".len()..]).unwrap()["delta"].clone();
        let mut message = ended;
        message["content"] = json!([]);
        let whole = whole(plan, message.to_string().as_bytes()).unwrap();
        let message: Value = serde_json::from_slice(&whole.body).unwrap();
        assert_eq!(message["stop_sequence"], delta["stop_sequence"]);
        assert_eq!(message["stop_reason"], delta["stop_reason"]);
        delta["stop_sequence"].clone()
    };
    let strict = blocking(&["bomb"]);
    assert_eq!(shown(&asked(), "stop_sequence", "\n\"END\""), "\n\"END\"");
    assert_eq!(shown(&strict, "stop_sequence", "END"), "END");
    assert_eq!(shown(&strict, "stop_sequence", "a b\u{200b}omb"), Value::Null);
    assert_eq!(shown(&asked(), "stop_sequence", &"x".repeat(257)), Value::Null);
    // Engines name the end of a turn so, by a word of their template.
    assert_eq!(shown(&asked(), "end_turn", "<|im_end|>"), Value::Null);
}

#[test]
fn a_stop_in_a_whole_message_shows_nothing_behind_it() {
    let message = json!({"content": [
        {"type": "text", "text": "first"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": "a bomb"}},
        {"type": "text", "text": "never"},
    ], "stop_reason": "tool_use"});
    let stopped = whole(&blocking(&["bomb"]), message.to_string().as_bytes()).unwrap();
    let text = String::from_utf8(stopped.body.clone()).unwrap();
    assert!(stopped.stopped && !text.contains("never") && !text.contains("bomb"), "{text}");
    let heard = Messages.read_whole(&stopped.body);
    assert_eq!((heard.ends[&0], said(&heard, Channel::Content)), (End::Filtered, "first"));
    assert!(!text.contains("tool_use"), "a call that was cut off is none: {text}");
}

#[test]
fn arguments_a_filter_made_no_object_end_the_message() {
    let masks =
        json!([{"kind": "patterns", "literals": ["{\"a\""], "action": "redact", "mask": "#"}]);
    let plan =
        Plan { chain: Some(chain(&masks, sluice_config::words::Strategy::Window)), ..asked() };
    let tool = json!({"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}});
    let message = json!({"content": [tool], "stop_reason": "tool_use"});
    let masked = whole(&plan, message.to_string().as_bytes()).unwrap();
    assert!(masked.stopped);
    assert_eq!(masked.report.finish, Finish::ContentFilter);
    let heard = Messages.read_whole(&masked.body);
    assert_eq!((heard.ends[&0], said(&heard, Channel::Arguments)), (End::Filtered, ""));
}

#[test]
fn blocks_of_a_whole_message_are_judged_one_by_one_and_stay_in_order() {
    let message = json!({"content": [
        {"type": "tool_use", "id": "t", "name": "f", "input": {}},
        {"type": "text", "text": "a bo"},
        {"type": "text", "text": "x bomb"},
    ], "stop_reason": "tool_use"});
    let stopped = whole(&blocking(&["bomb"]), message.to_string().as_bytes()).unwrap();
    let message: Value = serde_json::from_slice(&stopped.body).unwrap();
    assert_eq!(
        message["content"],
        json!([
            {"type": "tool_use", "id": "t", "name": "f", "input": {}},
            {"type": "text", "text": "a bo"},
            {"type": "text", "text": "x "},
        ])
    );
}

#[test]
fn a_match_that_goes_on_in_the_next_block_is_stopped_there() {
    let text = |text: &str| json!({"type": "text", "text": text});
    let tool = json!({"type": "tool_use", "id": "t", "name": "f", "input": {}});
    for (blocks, shown) in [
        (vec![text("a bo"), text("mb")], "a bo"),
        (vec![text("b"), tool, text("o"), text("m"), text("b"), text("never")], "bom"),
    ] {
        let wire = streaming(&blocks);
        let (mut relay, mut out) = (Relay::new(&blocking(&["bomb"])), Vec::new());
        assert_eq!(relay.push(wire.as_bytes(), &mut out), Progress::Stopped);
        let heard = Messages.read(&out);
        assert_eq!((heard.ends[&0], said(&heard, Channel::Content)), (End::Filtered, shown));
    }
    let blocks = [text("a bo"), text("x mb"), text("bo"), text(" mb")];
    let (mut relay, mut out) = (Relay::new(&blocking(&["bomb"])), Vec::new());
    assert_eq!(relay.push(streaming(&blocks).as_bytes(), &mut out), Progress::Done);
    assert_eq!(said(&Messages.read(&out), Channel::Content), "a box mbbo mb");
}

/// The stream of a message of these blocks.
fn streaming(blocks: &[Value]) -> String {
    let mut wire = String::new();
    let mut say = |data: Value| {
        let name = data["type"].as_str().unwrap_or_default().to_owned();
        wire.extend(["event: ", &name, "\ndata: ", &data.to_string(), "\n\n"]);
    };
    say(json!({"type": "message_start", "message": {"usage": {"input_tokens": 1}}}));
    for (index, block) in blocks.iter().enumerate() {
        let (mut begun, text) = (block.clone(), block["text"].clone());
        if text.is_string() {
            begun["text"] = json!("");
        }
        say(json!({"type": "content_block_start", "index": index, "content_block": begun}));
        if text.is_string() {
            let delta = json!({"type": "text_delta", "text": text});
            say(json!({"type": "content_block_delta", "index": index, "delta": delta}));
        }
        say(json!({"type": "content_block_stop", "index": index}));
    }
    let delta = json!({"stop_reason": "end_turn", "stop_sequence": null});
    say(json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 9}}));
    say(json!({"type": "message_stop"}));
    wire
}
