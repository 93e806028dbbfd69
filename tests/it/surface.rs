//! What can be asked at all: an exact table; everything else is no, and reaches no backend.

use sluice_config::words::Operation;
use sluice_tests::{Wire, World};

/// Paths that model servers serve, and some that only attackers ask for.
const PATHS: &[&str] = &[
    "/",
    "/metrics",
    "/health",
    "/livez",
    "/readyz",
    "/version",
    "/docs",
    "/openapi.json",
    "/tokenize",
    "/detokenize",
    "/invocations",
    "/ping",
    "/load",
    "/sleep",
    "/wake_up",
    "/pause",
    "/resume",
    "/abort_requests",
    "/update_weights",
    "/collective_rpc",
    "/server_info",
    "/reset_prefix_cache",
    "/scale_elastic_ep",
    "/generative_scoring",
    "/inference/v1/generate",
    "/v1/load_lora_adapter",
    "/v1/unload_lora_adapter",
    "/v1/responses/resp_1",
    "/v1/responses/resp_1/cancel",
    "/v1/messages/batches",
    "/v2/rerank",
    "/rerank",
    "/score",
    "/v1/audio/transcriptions",
    "/v1/images/generations",
    "/v1/files",
    "/v1/batches",
    "/slots",
    "/props",
    "/completion",
    "/infill",
    "/cors-proxy",
    "/tools",
    "/models/load",
    "/api",
    "/api/tags",
    "/api/show",
    "/api/ps",
    "/api/pull",
    "/api/create",
    "/api/delete",
    "/api/embed",
    "/api/version",
    "/generate",
    "/flush_cache",
    "/get_weights_by_name",
    "/start_profile",
    "/admin",
    "/..",
    "/v1",
    "/v1/",
    "/.well-known/jwks.json",
    "/v1/chat",
    "/v1/chat/completions/batch",
];

/// Other spellings of a path that is served.
fn spellings(path: &str) -> Vec<String> {
    let bare = path.trim_start_matches('/');
    let (top, rest) = bare.split_once('/').unwrap_or((bare, ""));
    let upper = path.to_uppercase();
    vec![
        format!("{path}/"),
        format!("/{path}"),
        format!("//{path}"),
        format!("/.{path}"),
        format!("/./{bare}"),
        format!("/x/..{path}"),
        format!("/..;{path}"),
        format!("/..;x=y{path}"),
        format!("/%2e{path}"),
        format!("/%2e%2e{path}"),
        format!("{path}%2f"),
        format!("{path}%00"),
        format!("{path}%20"),
        format!("{path};x"),
        format!("{path};/"),
        format!("{path}."),
        format!("{path}%3f"),
        format!("{path}%23"),
        format!("/{top}%2f{rest}"),
        format!("/{top}//{rest}"),
        format!("/{}/{rest}", top.to_uppercase()),
        format!("/{top}\\{rest}"),
        format!("/{top}/./{rest}"),
        format!("/{top}/../{top}/{rest}"),
        upper,
    ]
}

#[tokio::test]
async fn what_is_not_in_the_table_is_not_there() {
    let world = World::start().await;
    let served = Operation::ALL.map(Operation::path);
    let spelled = served.iter().chain(&["/v1/moderations"]).flat_map(|path| spellings(path));
    let paths = PATHS.iter().map(|path| (*path).to_owned()).chain(spelled);
    for path in paths {
        for method in ["GET", "POST"] {
            let reply = world.ina().sends(method, &path).header("content-length", "0").await;
            assert!([400, 404].contains(&reply.status), "{method} {path}: {}", reply.body());
            assert!(reply.code().is_some(), "{method} {path}: {}", reply.body());
        }
    }
    world.backend.saw_nothing();
}

#[tokio::test]
async fn a_query_changes_nothing() {
    let world = World::start().await;
    for path in [
        "/v1/chat/completions?model=internal-1",
        "/v1/embeddings?api-version=1",
        "/v1/chat/completions?beta=true",
        "/api/chat?beta=true",
        "/v1/messages?beta=true&model=internal-1",
    ] {
        let body = serde_json::json!({ "model": "open-1", "messages": [] });
        let reply = world.bob().posts(path, body).await;
        assert_eq!((reply.status, reply.code().as_deref()), (400, Some("bad_request")), "{path}");
    }
    world.backend.saw_nothing();
}

#[tokio::test]
async fn an_absolute_target_is_no_way_around() {
    let world = World::start().await;
    let key = world.ina().key();
    for target in ["http://127.0.0.1/metrics", "https://a/v1/models", "http://a", "//a/v1/models"] {
        let mut wire = Wire::connect(world.api).await;
        let head =
            format!("GET {target} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\n\r\n");
        wire.send(head).await;
        let status = wire.reply().await.status;
        assert!([400, 404].contains(&status), "{target}: {status}");
    }
}

#[tokio::test]
async fn the_ops_pages_are_not_on_the_callers_listener() {
    let world = World::start().await;
    for path in ["/livez", "/readyz", "/healthz", "/metrics", "/version", "/snapshot"] {
        assert_eq!(world.ops(path).await.status, 200, "{path} of the ops listener");
        assert_eq!(world.ina().gets(path).await.status, 404, "{path} of the callers' listener");
    }
}
