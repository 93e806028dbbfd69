//! What each operation takes of a body, and what it refuses.

use super::*;
use crate::call::Kept;
use serde_json::{Value, json};
use sluice_config::words::{Ask, TierId};
use std::path::Path;

fn tier() -> Arc<Tier> {
    let text = include_str!("../../../config/examples/minimal.yaml");
    let policy = sluice_config::read_policy(text, Path::new("minimal.yaml")).unwrap();
    let tier = policy.tiers().next().unwrap();
    assert!(policy.tier(&TierId::new(tier.id.as_str())).is_some_and(|it| !it.drops_unknown_fields));
    Arc::clone(tier)
}

fn read(operation: Operation, body: &Value) -> Result<Asked, Refusal> {
    asked(operation, &tier(), &Bounds::default(), Prompts::Left, body.to_string().into())
}

/// The least that each operation takes.
fn least(operation: Operation) -> Value {
    let messages = json!([{ "role": "user", "content": "hi" }]);
    match operation {
        Operation::Chat | Operation::CountTokens | Operation::OllamaChat => {
            json!({ "model": "m", "messages": messages })
        }
        Operation::Message => json!({ "model": "m", "messages": messages, "max_tokens": 9 }),
        Operation::Completion | Operation::OllamaGenerate => {
            json!({ "model": "m", "prompt": "hi" })
        }
        Operation::Response | Operation::Embedding => json!({ "model": "m", "input": "hi" }),
        Operation::Rerank => json!({ "model": "m", "query": "q", "documents": ["hi"] }),
        Operation::Score => json!({ "model": "m", "text_1": "q", "text_2": "hi" }),
    }
}

/// The least, and these members.
fn with(operation: Operation, more: &Value) -> Value {
    let mut body = least(operation);
    let members = body.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    body
}

fn names(kept: &[Kept]) -> Vec<&'static str> {
    kept.iter().map(|kept| kept.name).collect()
}

/// The code and the field of a refusal.
fn no(operation: Operation, more: &Value) -> (&'static str, String) {
    let refusal = read(operation, &with(operation, more));
    let refusal = refusal.map(|_| ()).expect_err(&format!("{operation} takes {more}"));
    let shown = crate::refuse::envelope(&refusal, "", sluice_config::words::Dialect::OpenAi);
    let shown: Value = serde_json::from_slice(&shown).unwrap();
    (refusal.code().as_str(), shown["error"]["param"].as_str().unwrap_or_default().to_owned())
}

const UNSUPPORTED: &str = "unsupported_parameter";
const INVALID: &str = "invalid_parameter";

fn refuses(operation: Operation, rows: &[(Value, &str, &str)]) {
    for (more, code, param) in rows {
        assert_eq!(no(operation, more), (*code, (*param).to_owned()), "{operation} {more}");
    }
}

#[test]
fn the_least_is_taken_and_less_is_not() {
    for operation in Operation::ALL {
        let body = least(operation);
        let asked = read(operation, &body).unwrap();
        assert_eq!((&*asked.model, asked.ask.choices), ("m", 1), "{operation}");
        let by_default = operation.streaming() == sluice_config::words::Streaming::ByDefault;
        assert_eq!(asked.stream, by_default, "{operation}");
        for name in body.as_object().unwrap().keys() {
            let nothing = json!({ name.as_str(): null });
            assert_eq!(no(operation, &nothing), (INVALID, name.clone()), "{operation}");
        }
        assert_eq!(no(operation, &json!({ "Model": "x" })).0, "invalid_json", "{operation}");
        assert_eq!(no(operation, &json!({ "lora": "x" })).0, UNSUPPORTED, "{operation}");
    }
}

#[test]
fn a_response_is_read_whole() {
    let more = json!({
        "input": [
            { "role": "user", "content": "hi" },
            {
                "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                "content": [
                    { "type": "output_text", "text": "ho", "annotations": [], "logprobs": [] },
                ],
            },
            { "type": "reasoning", "id": "rs_1", "encrypted_content": null,
              "summary": [{ "type": "summary_text", "text": "so" }] },
            { "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" },
            { "type": "function_call_output", "call_id": "c", "output": "1" },
        ],
        "instructions": "be brief", "max_output_tokens": 7, "temperature": 0.5, "top_p": 0.9,
        "tools": [{ "type": "function", "name": "f", "parameters": {}, "strict": true }],
        "text": { "format": { "type": "json_schema", "name": "a", "schema": {} } },
        "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
        "store": false, "background": false, "previous_response_id": null, "stream": true,
    });
    let asked = read(Operation::Response, &with(Operation::Response, &more)).unwrap();
    let kept = ["input", "instructions", "temperature", "text", "tools", "top_p"];
    assert_eq!(names(&asked.kept), kept);
    let Ask { output_tokens, tools, structured_output, top_logprobs, pieces, .. } = asked.ask;
    assert_eq!((output_tokens, tools, structured_output), (Some(7), 1, true));
    assert_eq!((top_logprobs, pieces, asked.stream), (Some(0), 6, true));
}

#[test]
fn a_moderation_is_read_and_never_sent() {
    use crate::call::Mode::{Block, Score};
    let name = "omni-moderation-latest";
    let side = |mode: &str| json!({ "mode": mode });
    for operation in [Operation::Chat, Operation::Response] {
        for (policy, modes) in [
            (Value::Null, (Score, Score)),
            (json!({}), (Score, Score)),
            (json!({ "input": null, "output": side("score") }), (Score, Score)),
            (json!({ "input": side("block") }), (Block, Score)),
            (json!({ "input": side("score"), "output": side("block") }), (Score, Block)),
        ] {
            let more = json!({ "moderation": { "model": name, "policy": policy } });
            let asked = read(operation, &with(operation, &more)).unwrap();
            let wanted = asked.moderation.expect("a moderation");
            assert_eq!((&*wanted.model, (wanted.prompt, wanted.answer)), (name, modes));
            assert!(!names(&asked.kept).contains(&"moderation"), "{operation}");
        }
        let of = |policy: Value| json!({ "moderation": { "model": name, "policy": policy } });
        let rows = [
            (json!({ "moderation": {} }), INVALID, "moderation.model"),
            (json!({ "moderation": true }), INVALID, "moderation"),
            (json!({ "moderation": { "model": "mine" } }), INVALID, "moderation.model"),
            (of(json!({ "input": {} })), INVALID, "moderation.policy.input.mode"),
            (of(json!({ "output": side("warn") })), INVALID, "moderation.policy.output.mode"),
            (of(json!({ "tools": side("block") })), UNSUPPORTED, "moderation.policy.tools"),
            (json!({ "moderation": { "model": name, "x": 1 } }), UNSUPPORTED, "moderation.x"),
        ];
        refuses(operation, &rows);
        assert!(read(operation, &least(operation)).unwrap().moderation.is_none());
    }
    let elsewhere = json!({ "moderation": { "model": name } });
    for operation in [Operation::Completion, Operation::Message, Operation::OllamaChat] {
        assert_eq!(no(operation, &elsewhere), (UNSUPPORTED, "moderation".into()), "{operation}");
    }
}

#[test]
fn a_response_refuses_what_is_kept_run_or_fetched_elsewhere() {
    let item = |item: Value| json!({ "input": [item] });
    let part = |part: Value| item(json!({ "role": "user", "content": [part] }));
    refuses(
        Operation::Response,
        &[
            (json!({ "previous_response_id": "resp_1" }), UNSUPPORTED, "previous_response_id"),
            (json!({ "conversation": { "id": "c" } }), UNSUPPORTED, "conversation"),
            (json!({ "prompt": { "id": "p" } }), UNSUPPORTED, "prompt"),
            (json!({ "store": true }), UNSUPPORTED, "store"),
            (json!({ "background": true }), UNSUPPORTED, "background"),
            (json!({ "tools": [{ "type": "web_search" }] }), INVALID, "tools[0].type"),
            (
                json!({ "tools": [{ "type": "mcp", "server_url": "https://a" }] }),
                INVALID,
                "tools[0].type",
            ),
            (json!({ "tools": [{ "name": "f" }] }), INVALID, "tools[0].type"),
            (json!({ "tool_choice": { "type": "web_search" } }), INVALID, "tool_choice.type"),
            (json!({ "include": ["file_search_call.results"] }), INVALID, "include[0]"),
            (json!({ "max_tokens": 1 }), UNSUPPORTED, "max_tokens"),
            (item(json!({ "type": "item_reference", "id": "a" })), INVALID, "input[0].type"),
            (item(json!({ "type": "web_search_call" })), INVALID, "input[0].type"),
            (
                item(json!({ "type": "reasoning", "encrypted_content": "x" })),
                INVALID,
                "input[0].encrypted_content",
            ),
            (
                part(json!({ "type": "input_image", "image_url": "https://a/" })),
                INVALID,
                "input[0].content[0].type",
            ),
            (
                part(json!({ "type": "input_file", "file_id": "a" })),
                INVALID,
                "input[0].content[0].type",
            ),
            (
                part(json!({ "type": "input_text", "text": "a", "image_url": "b" })),
                UNSUPPORTED,
                "input[0].content[0].image_url",
            ),
            (part(json!({ "type": "input_text", "Type": "input_image" })), "invalid_json", "type"),
        ],
    );
}

#[test]
fn a_message_is_read_whole() {
    let cached = json!({ "type": "ephemeral" });
    let more = json!({
        "system": [{ "type": "text", "text": "be brief", "cache_control": cached }],
        "messages": [
            { "role": "user", "content": "hi" },
            { "role": "assistant", "content": [
                { "type": "thinking", "thinking": "so", "signature": "s" },
                { "type": "text", "text": "ho", "citations": null },
                { "type": "tool_use", "id": "t", "name": "f", "input": { "any": ["thing"] } },
            ] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "t", "is_error": false,
                  "content": [{ "type": "text", "text": "1" }] },
                { "type": "tool_result", "tool_use_id": "u", "content": "2" },
            ] },
        ],
        "tools": [{ "name": "f", "input_schema": {}, "cache_control": cached },
                  { "type": "custom", "name": "g", "input_schema": {} }],
        "tool_choice": { "type": "auto", "disable_parallel_tool_use": true },
        "thinking": { "type": "enabled", "budget_tokens": 1024 },
        "stop_sequences": ["a", "b"], "metadata": { "user_id": "u" }, "service_tier": "auto",
        "cache_control": cached, "top_k": 5,
    });
    let asked = read(Operation::Message, &with(Operation::Message, &more)).unwrap();
    let kept =
        ["messages", "stop_sequences", "system", "thinking", "tool_choice", "tools", "top_k"];
    assert_eq!(names(&asked.kept), kept);
    let Ask { output_tokens, tools, stops, pieces, .. } = asked.ask;
    assert_eq!((output_tokens, tools, stops, pieces), (Some(9), 2, 2, 4));
}

#[test]
fn a_message_refuses_what_is_kept_run_or_fetched_elsewhere() {
    let block = |block: Value| json!({ "messages": [{ "role": "user", "content": [block] }] });
    let at = "messages[0].content[0].type";
    let rows = [
        (json!({ "container": "c" }), UNSUPPORTED, "container"),
        (json!({ "mcp_servers": [{ "url": "https://a" }] }), UNSUPPORTED, "mcp_servers"),
        (json!({ "context_management": { "edits": [1] } }), UNSUPPORTED, "context_management"),
        (
            json!({ "tools": [{ "type": "web_search_20250305", "name": "web_search" }] }),
            INVALID,
            "tools[0].type",
        ),
        (json!({ "thinking": { "type": "auto" } }), INVALID, "thinking.type"),
        (json!({ "thinking": {} }), INVALID, "thinking.type"),
        (
            json!({ "messages": [{ "role": "system", "content": "a" }] }),
            INVALID,
            "messages[0].role",
        ),
        (block(json!({ "type": "image", "source": { "type": "url", "url": "a" } })), INVALID, at),
        (block(json!({ "type": "document", "source": {} })), INVALID, at),
        (block(json!({ "type": "redacted_thinking", "data": "x" })), INVALID, at),
        (block(json!({ "type": "server_tool_use", "id": "a" })), INVALID, at),
        (block(json!({ "type": "search_result" })), INVALID, at),
        (block(json!({ "text": "a" })), INVALID, at),
        (
            block(json!({ "type": "tool_result", "content": [{ "type": "image" }] })),
            INVALID,
            "messages[0].content[0].content[0].type",
        ),
        (
            block(json!({ "type": "text", "text": "a", "citations": [1] })),
            INVALID,
            "messages[0].content[0].citations",
        ),
    ];
    refuses(Operation::Message, &rows);
    refuses(Operation::CountTokens, &rows);
    refuses(
        Operation::CountTokens,
        &[
            (json!({ "max_tokens": 1 }), UNSUPPORTED, "max_tokens"),
            (json!({ "stream": true }), UNSUPPORTED, "stream"),
        ],
    );
}

#[test]
fn ollama_is_read_whole() {
    let more = json!({
        "options": {
            "num_predict": 7, "temperature": 0.5, "stop": ["a"], "seed": 1,
            "num_ctx": 4096, "num_gpu": 1, "use_mmap": true,
        },
        "format": { "type": "object" }, "think": true, "keep_alive": 0, "stream": false,
        "tools": [{ "type": "function", "function": { "name": "f", "parameters": {} } }],
    });
    let asked = read(Operation::OllamaChat, &with(Operation::OllamaChat, &more)).unwrap();
    assert_eq!(names(&asked.kept), ["format", "messages", "think", "tools"]);
    assert_eq!(names(&asked.options), ["seed", "stop", "temperature"]);
    let Ask { output_tokens, tools, structured_output, stops, temperature, .. } = asked.ask;
    assert_eq!((output_tokens, tools, structured_output, stops), (Some(7), 1, true, 1));
    assert_eq!((temperature, asked.stream), (Some(0.5), false));

    let endless = json!({ "options": { "num_predict": -1 }, "format": "json", "system": "s" });
    let asked = read(Operation::OllamaGenerate, &with(Operation::OllamaGenerate, &endless));
    let Ask { output_tokens, structured_output, pieces, .. } = asked.unwrap().ask;
    assert_eq!((output_tokens, structured_output, pieces), (None, false, 2));
}

#[test]
fn ollama_refuses_what_goes_round_the_template() {
    refuses(
        Operation::OllamaGenerate,
        &[
            (json!({ "raw": true }), UNSUPPORTED, "raw"),
            (json!({ "template": "{{ .Prompt }}" }), UNSUPPORTED, "template"),
            (json!({ "context": [1, 2] }), UNSUPPORTED, "context"),
            (json!({ "images": ["AAAA"] }), UNSUPPORTED, "images"),
            // An order to load the model, or to unload it.
            (json!({ "prompt": "" }), INVALID, "prompt"),
            (json!({ "options": [] }), INVALID, "options"),
            (json!({ "options": { "vocab_only": true } }), UNSUPPORTED, "options.vocab_only"),
            (json!({ "options": { "Num_Predict": 9 } }), "invalid_json", "num_predict"),
            (json!({ "options": { "temperature": 9 } }), INVALID, "options.temperature"),
            (json!({ "temperature": 0.5 }), UNSUPPORTED, "temperature"),
        ],
    );
    let images = json!({ "messages": [{ "role": "user", "content": "a", "images": ["AAAA"] }] });
    refuses(
        Operation::OllamaChat,
        &[
            (images, INVALID, "messages[0].images"),
            (json!({ "messages": [] }), INVALID, "messages"),
            (json!({ "format": 7 }), INVALID, "format"),
            // A schema in a text would be one that no cap has seen.
            (json!({ "format": "{\"type\":\"object\"}" }), INVALID, "format"),
            (json!({ "think": "hard" }), INVALID, "think"),
        ],
    );
    let nothing = json!({ "raw": false, "template": "", "context": [], "images": [] });
    assert!(read(Operation::OllamaGenerate, &with(Operation::OllamaGenerate, &nothing)).is_ok());
}

#[test]
fn a_text_beside_many_is_paid_for_with_each() {
    let weighs = |operation, more: &Value| {
        let ask = read(operation, &with(operation, more)).unwrap().ask;
        (ask.pieces, ask.prompt_bytes, ask.part_bytes_max)
    };
    // With their quotes, brackets and commas: never less than the truth.
    let rerank = json!({ "query": "12345678", "documents": ["1", "22", "333"] });
    assert_eq!(weighs(Operation::Rerank, &rerank), (3, 3 * 10 + 16, 10 + 5));
    let one = json!({ "text_1": "12345678", "text_2": ["1", "22"] });
    assert_eq!(weighs(Operation::Score, &one), (2, 2 * 10 + 10, 10 + 4));
    let pairs = json!({ "text_1": ["1", "22"], "text_2": ["1", "22"] });
    assert_eq!(weighs(Operation::Score, &pairs), (2, 10 + 10, 4 + 4));
    let other = json!({ "text_1": ["1", "22"], "text_2": "12345678" });
    assert_eq!(weighs(Operation::Score, &other), (2, 2 * 10 + 10, 10 + 4));
    // A suffix comes with every prompt.
    let two = json!({ "prompt": ["1", "22"], "suffix": "x" });
    assert_eq!(weighs(Operation::Completion, &two), (2, 10 + 2 * 3, 4 + 3));
}

#[test]
fn a_text_judged_must_be_text() {
    let documents = json!({ "documents": [{ "type": "image_url", "image_url": "https://a" }] });
    refuses(
        Operation::Rerank,
        &[
            (documents, INVALID, "documents[0]"),
            (json!({ "documents": [] }), INVALID, "documents"),
            (json!({ "query": { "content": [] } }), INVALID, "query"),
            (json!({ "mm_processor_kwargs": {} }), UNSUPPORTED, "mm_processor_kwargs"),
            (json!({ "priority": 1 }), UNSUPPORTED, "priority"),
        ],
    );
    refuses(
        Operation::Score,
        &[
            (json!({ "text_1": [[1]] }), INVALID, "text_1[0]"),
            (json!({ "text_2": [] }), INVALID, "text_2"),
        ],
    );
}
