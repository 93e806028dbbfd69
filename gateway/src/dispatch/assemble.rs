//! The body a backend gets: put together by us from what was read, never passed through.

use super::upstreams::Upstream;
use crate::call::{Asked, Kept};
use sluice_config::Engine;
use sluice_config::words::{Entitlement, Operation, Streaming};

/// The JSON that is sent: our model name, our token cap, the caller's checked fields as written.
pub(super) fn body(
    asked: &Asked,
    entitlement: &Entitlement,
    upstream: &Upstream,
    salt: &str,
) -> Vec<u8> {
    let mut json = Vec::with_capacity(asked.body.len() + 160);
    json.extend_from_slice(b"{\"model\":");
    string(&mut json, &entitlement.model.upstream_name);
    members(&mut json, &asked.kept, asked);
    cap(&mut json, asked, entitlement.output_tokens);
    stream(&mut json, asked, upstream.engine);
    if asked.ask.operation == Operation::Response {
        response(&mut json, asked);
    }
    if upstream.engine.takes_cache_salt() {
        json.extend_from_slice(b",\"cache_salt\":");
        string(&mut json, salt);
    }
    json.push(b'}');
    json
}

/// Members as the caller wrote them; another stands before them.
fn members(json: &mut Vec<u8>, kept: &[Kept], asked: &Asked) {
    for Kept { name, value } in kept {
        json.extend_from_slice(b",\"");
        json.extend_from_slice(name.as_bytes());
        json.extend_from_slice(b"\":");
        json.extend_from_slice(asked.body.get(value.clone()).unwrap_or_default());
    }
}

/// The most tokens to write, where the operation's own servers look for it.
fn cap(json: &mut Vec<u8>, asked: &Asked, tokens: u64) {
    let name: &[u8] = match asked.ask.operation {
        Operation::Chat | Operation::Completion | Operation::Message => b",\"max_tokens\":",
        Operation::Response => b",\"max_output_tokens\":",
        Operation::OllamaChat | Operation::OllamaGenerate => return options(json, asked, tokens),
        Operation::Embedding | Operation::Rerank | Operation::Score | Operation::CountTokens => {
            return;
        }
    };
    json.extend_from_slice(name);
    json.extend_from_slice(itoa::Buffer::new().format(tokens).as_bytes());
}

/// Ollama's options: our cap, and the caller's checked ones.
fn options(json: &mut Vec<u8>, asked: &Asked, tokens: u64) {
    json.extend_from_slice(b",\"options\":{\"num_predict\":");
    json.extend_from_slice(itoa::Buffer::new().format(tokens).as_bytes());
    members(json, &asked.options, asked);
    json.push(b'}');
}

/// Whether the answer is to be a stream, and how it is to count.
fn stream(json: &mut Vec<u8>, asked: &Asked, engine: Engine) {
    let operation = asked.ask.operation;
    match (asked.stream, operation.streaming()) {
        (true, _) => json.extend_from_slice(b",\"stream\":true"),
        (false, Streaming::ByDefault) => json.extend_from_slice(b",\"stream\":false"),
        (false, Streaming::Never | Streaming::OnRequest) => {}
    }
    // Other streams always say what they used.
    if asked.stream && matches!(operation, Operation::Chat | Operation::Completion) {
        json.extend_from_slice(b",\"stream_options\":{\"include_usage\":true");
        // Running counts, so that a stream cut short is charged what it cost.
        if matches!(engine, Engine::Vllm | Engine::Sglang) {
            json.extend_from_slice(b",\"continuous_usage_stats\":true");
        }
        json.push(b'}');
    }
}

/// Servers keep responses unless told not to, for whoever knows their id.
fn response(json: &mut Vec<u8>, asked: &Asked) {
    json.extend_from_slice(b",\"store\":false");
    if asked.ask.top_logprobs.is_some() {
        json.extend_from_slice(b",\"include\":[\"message.output_text.logprobs\"]");
    }
}

fn string(json: &mut Vec<u8>, text: &str) {
    // Writing to a vector does not fail.
    let written = serde_json::to_writer(json, text);
    debug_assert!(written.is_ok(), "a vector takes any string");
}
