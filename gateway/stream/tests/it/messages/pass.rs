//! Messages that pass, from backends of several makes.

use super::*;

#[test]
fn recorded_streams_pass() {
    let (out, heard, report, progress) = fixture("vllm/messages_stream");
    assert_eq!(progress, Progress::Done);
    assert_eq!(said(&heard, Channel::Content), "That's a delight. Everything");
    assert_eq!(report.usage, Some(Usage { prompt: 32, completion: 6 }));
    assert_eq!((report.pieces, report.finish), (6, Finish::Length));
    assert!(out.contains(r#""usage":{"input_tokens":32,"output_tokens":0}}}"#), "{out}");
    assert!(out.contains(r#""delta":{"stop_reason":"max_tokens","stop_sequence":null}"#), "{out}");
    assert!(out.contains(r#""usage":{"input_tokens":32,"output_tokens":6}}"#), "{out}");

    let (out, heard, report, _) = fixture("llamacpp/messages_stream");
    assert_eq!(said(&heard, Channel::Content), "Ah, welcome to");
    assert_eq!(report.usage, Some(Usage { prompt: 32, completion: 4 }));
    assert!(out.contains(r#""usage":{"input_tokens":32,"output_tokens":0}}}"#), "{out}");
    assert!(!out.contains("cache"), "{out}");
}

#[test]
fn a_recorded_message_passes() {
    let whole = whole(&asked(), &body("vllm/messages")).unwrap();
    assert_eq!(
        String::from_utf8(whole.body).unwrap(),
        r#"{"id":"answer-1","type":"message","role":"assistant","model":"open","content":[{"type":"text","text":"I hope your free time is"}],"stop_reason":"max_tokens","stop_sequence":null,"usage":{"input_tokens":32,"output_tokens":6}}"#
    );
    assert_eq!(whole.report.usage, Some(Usage { prompt: 32, completion: 6 }));
}

#[test]
fn blocks_of_all_kinds_pass_or_are_dropped() {
    let (out, heard, report, progress) = fixture("anthropic/tools_stream");
    assert_eq!(progress, Progress::Done);
    assert_eq!(said(&heard, Channel::Reasoning), "The user wants the weather.");
    assert_eq!(said(&heard, Channel::Content), "Let me look.\n");
    assert_eq!(said(&heard, Channel::Name), "get_weatherget_time");
    assert_eq!(said(&heard, Channel::Arguments), r#"{"city": "Paris", "unit": "c"}"#);
    assert_eq!(report.usage, Some(Usage { prompt: 32, completion: 61 }));
    assert_eq!(report.finish, Finish::ToolCalls);
    assert!(out.contains("toolu_01A") && out.contains("\"stop_reason\":\"tool_use\""), "{out}");
    // Blocks that do not pass leave no gap in the numbers.
    assert!(out.contains(r#""index":3,"content_block":{"type":"tool_use""#), "{out}");
    let shown = streamed(&blocking(&["zzz"]), &body("anthropic/tools_stream")).1;
    assert_eq!(shown, heard);
}

#[test]
fn a_whole_message_shows_the_same_blocks() {
    let heard = fixture("anthropic/tools_stream").1;
    let whole = whole(&asked(), &body("anthropic/tools")).unwrap();
    let (whole_heard, text) = (Messages.read_whole(&whole.body), String::from_utf8(whole.body));
    assert!(THEIRS.iter().all(|word| !text.as_ref().unwrap().contains(word)), "{text:?}");
    assert_eq!(said(&whole_heard, Channel::Content), said(&heard, Channel::Content));
    assert_eq!(said(&whole_heard, Channel::Name), said(&heard, Channel::Name));
    assert_eq!(said(&whole_heard, Channel::Arguments), r#"{"city":"Paris","unit":"c"}"#);
    let message: Value = serde_json::from_str(&text.unwrap()).unwrap();
    let kinds: Vec<_> =
        message["content"].as_array().unwrap().iter().map(|it| &it["type"]).collect();
    assert_eq!(kinds, ["thinking", "text", "tool_use", "tool_use"]);
}

#[test]
fn engines_write_calls_in_their_own_ways() {
    for name in ["anthropic/vllm_tools_stream", "anthropic/llamacpp_tools_stream"] {
        let (_, heard, report, progress) = fixture(name);
        assert_eq!(progress, Progress::Done, "{name}");
        assert_eq!(said(&heard, Channel::Reasoning), "Weather?");
        assert_eq!(said(&heard, Channel::Content), "Let me look.");
        assert_eq!(said(&heard, Channel::Name), "get_weather");
        let arguments: Value = serde_json::from_str(said(&heard, Channel::Arguments)).unwrap();
        assert_eq!(arguments, json!({"city": "Paris"}));
        assert_eq!(report.usage, Some(Usage { prompt: 32, completion: 24 }));
    }
}

#[test]
fn a_count_is_a_number_and_costs_nothing() {
    let asked = plan(Operation::CountTokens);
    let counted = whole(&asked, &body("anthropic/count_tokens")).unwrap();
    assert_eq!(counted.body, br#"{"input_tokens":2095}"#);
    assert_eq!(counted.report.usage(), Some(Usage { prompt: 0, completion: 0 }));
    for odd in ["{}", "[]", "<html>", r#"{"input_tokens":"7"}"#, r#"{"input_tokens":-1}"#] {
        assert_eq!(whole(&asked, odd.as_bytes()), Err(Fault::NotAnEvent), "{odd}");
    }
    let overloaded = Fault::Upstream { status: Some(529) };
    assert_eq!(whole(&asked, &body("anthropic/error")), Err(overloaded));
}

#[test]
fn reasons_are_the_dialects_own() {
    for (theirs, ours, finish) in [
        ("end_turn", "end_turn", Finish::Stop),
        ("max_tokens", "max_tokens", Finish::Length),
        ("tool_use", "tool_use", Finish::ToolCalls),
        ("stop_sequence", "stop_sequence", Finish::Stop),
        ("refusal", "refusal", Finish::ContentFilter),
        ("pause_turn", "end_turn", Finish::Stop),
        ("model_context_window_exceeded", "max_tokens", Finish::Length),
        ("abracadabra", "end_turn", Finish::Stop),
    ] {
        let (out, heard, report, progress) =
            streamed(&asked(), &events(&[text(0, "a"), end(theirs), over()]));
        assert_eq!((progress, report.finish, heard.done), (Progress::Done, finish, true));
        assert!(out.contains(&format!("\"stop_reason\":\"{ours}\"")), "{theirs}: {out}");
        let message = json!({"content": [], "stop_reason": theirs}).to_string();
        let whole = whole(&asked(), message.as_bytes()).unwrap();
        assert_eq!(whole.report.finish, finish);
        let message: Value = serde_json::from_slice(&whole.body).unwrap();
        assert_eq!(message["stop_reason"], ours);
    }
}

#[test]
fn counts_on_the_way_are_not_the_last_word() {
    let on_the_way = json!({"type": "message_delta", "delta": {}, "usage": {"input_tokens": 3, "output_tokens": 1}});
    let (out, _, report, _) =
        streamed(&asked(), &events(&[text(0, "a"), on_the_way, text(0, "b"), end("end_turn")]));
    assert_eq!(report.usage, Some(Usage { prompt: 3, completion: 4 }));
    assert_eq!(out.matches("event: message_delta").count(), 1);
}

#[test]
fn counts_that_cannot_be_true_are_not_shown() {
    let begun = json!({"type": "message_start", "message": {"usage":
        {"input_tokens": (1 << 20) - 1, "cache_read_input_tokens": 2}}});
    let ended = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}});
    let (out, _, report, progress) = streamed(&asked(), &events(&[begun, text(0, "a"), ended]));
    assert_eq!((report.usage, progress), (None, Progress::Done));
    assert_eq!(out.matches(r#""usage":{"input_tokens":0,"output_tokens":0}"#).count(), 1, "{out}");
    assert_eq!(out.matches(r#""usage":{"output_tokens":0}"#).count(), 1, "{out}");
}
