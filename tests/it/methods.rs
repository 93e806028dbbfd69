//! Methods: each path takes one; no other is echoed or passed on.

use sluice_tests::{Wire, World};

#[tokio::test]
async fn the_wrong_method_is_refused_and_ends_the_connection() {
    let world = World::start().await;
    for (method, path) in [
        ("GET", "/v1/chat/completions"),
        ("PUT", "/v1/chat/completions"),
        ("DELETE", "/v1/completions"),
        ("PATCH", "/v1/embeddings"),
        ("OPTIONS", "/v1/chat/completions"),
        ("HEAD", "/v1/embeddings"),
        ("POST", "/v1/models"),
        ("DELETE", "/v1/models/open-1"),
    ] {
        let call = world.ada().sends(method, path).header("content-length", "0");
        let mut wire = call.wire().await;
        let rest = wire.rest().await;
        assert!(rest.starts_with("HTTP/1.1 405 "), "{method} {path}: {rest}");
        assert_eq!(rest.matches("HTTP/1.1").count(), 1, "{method} {path}: {rest}");
    }
    world.backend.saw_nothing();
}

#[tokio::test]
async fn nothing_is_echoed() {
    let world = World::start().await;
    for method in ["TRACE", "CONNECT", "post", "get"] {
        let mut wire = Wire::connect(world.api).await;
        wire.send(format!("{method} /v1/models HTTP/1.1\r\nhost: a\r\nx-secret: s3cr3t\r\n\r\n"))
            .await;
        let rest = wire.rest().await;
        assert!(rest.starts_with("HTTP/1.1 405 "), "{method}: {rest}");
        assert!(!rest.contains("s3cr3t"), "{method}: {rest}");
    }
}

#[tokio::test]
async fn a_web_page_may_call_only_where_it_is_named() {
    let world = World::start().await;
    let reply = world.ada().asks("open-1").header("origin", "https://evil.example").await;
    assert_eq!(reply.is_ok().header("access-control-allow-origin"), None);
    let world = World::with(|file| {
        file["cors"] = serde_json::json!({ "origins": ["https://app.example"] });
    })
    .await;
    let ask = |origin: &'static str| world.ada().asks("open-1").header("origin", origin);
    let named = ask("https://app.example").await;
    let allowed = named.is_ok().header("access-control-allow-origin");
    assert_eq!(allowed, Some("https://app.example"));
    let other = ask("https://evil.example").await;
    assert_eq!(other.is_ok().header("access-control-allow-origin"), None);
    let preflight = world
        .nobody()
        .sends("OPTIONS", "/v1/chat/completions")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
        .await;
    assert!([200, 204].contains(&preflight.status), "{}", preflight.body());
    let allowed = preflight.header("access-control-allow-origin");
    assert_eq!(allowed, Some("https://app.example"));
    let headers = preflight.header("access-control-allow-headers").unwrap_or_default();
    assert!(headers.to_lowercase().contains("authorization"), "{headers}");
}
