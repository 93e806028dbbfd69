//! The configuration that a world begins with; tests change what they are about.

use serde_json::{Value, json};

/// Three tiers, and models at several stages, all behind one backend:
///
/// | tier | sees | filter |
/// |---|---|---|
/// | `internal` | `internal` | none |
/// | `trusted` | `trusted` | none |
/// | `public` | `public` | `strict`: stops at "dark recipe", redacts keys and addresses |
///
/// | model | stage |
/// |---|---|
/// | `open-1`, alias `open` | `public` |
/// | `embed-1` (embeddings only) | `public` |
/// | `soon-1` (announced) | `trusted` |
/// | `trusted-1` | `trusted` |
/// | `internal-1`, alias `secret` | `internal` |
pub fn file(backend: &str) -> Value {
    json!({
        "store": { "kind": "memory" },
        "key_secret": { "file": "sluice.key" },
        "listeners": [{ "bind": "127.0.0.1:0" }],
        "ops": { "bind": "127.0.0.1:0" },
        "drain": { "wait_ms": 0, "total_ms": 10_000 },
        "tiers": {
            "internal": tier("internal"),
            "trusted": tier("trusted"),
            "public": {
                "sees": "public",
                "filter": "strict",
                "caps": { "output_tokens_max": 256, "context_tokens_max": 4096 },
            },
        },
        "models": {
            "open-1": model("public", &json!({ "aliases": ["open"] })),
            "embed-1": model("public", &json!({ "operations": ["embedding"] })),
            "soon-1": model("trusted", &json!({ "announced": true })),
            "trusted-1": model("trusted", &json!({})),
            "internal-1": model("internal", &json!({ "aliases": ["secret"] })),
        },
        "upstreams": { "local": { "backends": [{ "url": backend }] } },
        "filters": {
            "strict": [
                { "kind": "patterns", "literals": ["dark recipe"] },
                { "kind": "redact", "classes": ["secrets", "email"] },
            ],
        },
    })
}

fn tier(sees: &str) -> Value {
    json!({
        "sees": sees,
        "caps": {
            "output_tokens_max": 1024, "choices_max": 4, "top_logprobs_max": 5, "tools_max": 8,
            "structured_output": true,
        },
    })
}

fn model(stage: &str, more: &Value) -> Value {
    let mut model = json!({
        "revision": "9f2c1b7d", "licence": "apache-2.0", "stage": stage, "upstream": "local",
        "upstream_model": "backend-name", "context_tokens": 8192, "output_tokens_default": 64,
        "created": "2026-11-01", "owned_by": "lab",
    });
    if let (Some(model), Some(more)) = (model.as_object_mut(), more.as_object()) {
        model.extend(more.clone());
    }
    model
}
