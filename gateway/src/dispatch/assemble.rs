//! The body a backend gets: put together by us from what was read, never passed through.

use super::upstreams::Upstream;
use crate::call::Asked;
use sluice_config::Engine;
use sluice_config::words::{Entitlement, Operation};

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
    for kept in &asked.kept {
        json.extend_from_slice(b",\"");
        json.extend_from_slice(kept.name.as_bytes());
        json.extend_from_slice(b"\":");
        json.extend_from_slice(asked.body.get(kept.value.clone()).unwrap_or_default());
    }
    if asked.ask.operation != Operation::Embedding {
        json.extend_from_slice(b",\"max_tokens\":");
        json.extend_from_slice(entitlement.output_tokens.to_string().as_bytes());
    }
    if asked.stream {
        json.extend_from_slice(b",\"stream\":true,\"stream_options\":{\"include_usage\":true");
        // Running counts, so that a stream cut short is charged what it cost.
        if matches!(upstream.engine, Engine::Vllm | Engine::Sglang) {
            json.extend_from_slice(b",\"continuous_usage_stats\":true");
        }
        json.push(b'}');
    }
    if upstream.engine.takes_cache_salt() {
        json.extend_from_slice(b",\"cache_salt\":");
        string(&mut json, salt);
    }
    json.push(b'}');
    json
}

fn string(json: &mut Vec<u8>, text: &str) {
    // Writing to a vector does not fail.
    let written = serde_json::to_writer(json, text);
    debug_assert!(written.is_ok(), "a vector takes any string");
}
