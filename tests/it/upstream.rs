//! Backends that are odd, old, gone, or one of several.

use serde_json::json;
use sluice_tests::{Backend, Script, World, answer};

#[tokio::test]
async fn what_is_odd_but_harmless_is_passed_over() {
    let world = World::start().await;
    let body = answer::chat_body("good morning", &answer::usage(5, 2)).to_string();
    let length = body.len();
    let early = "HTTP/1.1 103 Early Hints\r\nlink: </s3cr3t>\r\n\r\n";
    let go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\n\
                set-cookie: session=s3cr3t\r\nserver: s3cr3t\r\nx-served-by: s3cr3t\r\n\
                access-control-allow-origin: *\r\nopenai-processing-ms: 5\r\n";
    world.backend.answers(
        Script::new().send(format!("{early}{go_on}{head}content-length: {length}\r\n\r\n{body}")),
    );
    let reply = world.ada().asks("open-1").await;
    assert_eq!(reply.is_ok().text(), "good morning");
    assert!(!format!("{:?}", reply.head).contains("s3cr3t"), "{:?}", reply.head);
    assert_eq!(reply.header("access-control-allow-origin"), None);
    assert_eq!(reply.header("set-cookie"), None);
    // A body that ends with the connection, as HTTP/1.0 has it.
    let old = "HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n";
    world.backend.answers(Script::new().send(format!("{old}{body}")).close());
    assert_eq!(world.ada().asks("open-1").await.is_ok().text(), "good morning");
}

#[tokio::test]
async fn a_backend_that_is_down_is_said_to_be() {
    let world = World::start().await;
    world.backend.stops_listening();
    tokio::task::yield_now().await;
    for streamed in [false, true] {
        let reply = world.ada().asks("open-1").with("stream", streamed).await;
        reply.is_refused(502, "upstream_unavailable");
        assert!(reply.header("retry-after").is_some());
    }
}

#[tokio::test]
async fn another_backend_is_asked_where_nothing_was_sent() {
    let setup = World::setup().await;
    let gone = sluice_tests::free_port();
    let url = setup.backend().url();
    let world = setup.with(|file| {
        file["upstreams"]["local"]["backends"] =
            json!([{ "url": format!("http://{gone}") }, { "url": url }]);
    });
    let world = world.start().await;
    for _ in 0..20 {
        world.ada().asks("open-1").await.is_ok();
    }
    assert_eq!(world.backend.requests(), 20);
}

#[tokio::test]
async fn another_backend_is_not_asked_once_something_was_sent() {
    let other = Backend::start().await;
    let url = other.url();
    let setup = World::setup().await;
    let world = setup.with(|file| {
        let first = file["upstreams"]["local"]["backends"][0].clone();
        file["upstreams"]["local"]["backends"] = json!([first, { "url": url }]);
    });
    let world = world.start().await;
    other.always(Script::new().reset());
    world.backend.always(Script::new().reset());
    world.ada().asks("open-1").await.is_refused(502, "upstream_error");
    assert_eq!(other.requests() + world.backend.requests(), 1);
}

#[tokio::test]
async fn calls_are_shared_among_backends() {
    let other = Backend::start().await;
    let url = other.url();
    let setup = World::setup().await;
    let world = setup.with(|file| {
        let first = file["upstreams"]["local"]["backends"][0].clone();
        file["upstreams"]["local"]["backends"] = json!([first, { "url": url }]);
    });
    let world = world.start().await;
    for _ in 0..40 {
        world.ada().asks("open-1").await.is_ok();
    }
    assert!(other.requests() > 0 && world.backend.requests() > 0);
    assert_eq!(other.requests() + world.backend.requests(), 40);
}

#[tokio::test]
async fn connections_are_used_again_and_a_stale_one_is_replaced() {
    let world = World::start().await;
    for _ in 0..5 {
        world.ada().asks("open-1").await.is_ok();
    }
    assert_eq!(world.backend.connections(), 1);
    let body = answer::chat_body("last", &answer::usage(5, 1)).to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}",
        body.len()
    );
    // It closes after this answer without having said so.
    world.backend.answers(Script::new().send(format!("{head}\r\n\r\n{body}")).close());
    assert_eq!(world.ada().asks("open-1").await.is_ok().text(), "last");
    assert_eq!(world.ada().asks("open-1").await.is_ok().text(), "hello there");
    assert_eq!(world.backend.connections(), 2);
}

#[tokio::test]
async fn a_callers_own_faults_put_no_backend_aside() {
    let world = World::start().await;
    world.backend.always_by(|seen| {
        if seen.holds("provoke") {
            answer::json(500, &json!({ "error": "x" }))
        } else {
            answer::chat("fine")
        }
    });
    for _ in 0..30 {
        world.ada().asks("open-1").says("provoke").await.is_refused(502, "upstream_error");
    }
    assert_eq!(world.bob().asks("open-1").await.is_ok().text(), "fine");
}

#[tokio::test]
async fn a_backend_that_fails_several_is_put_aside_and_asked_again_later() {
    let world = World::start().await;
    world.backend.stops_listening();
    tokio::task::yield_now().await;
    for _ in 0..20 {
        world.ada().asks("open-1").await.is_refused(502, "upstream_unavailable");
        world.bob().asks("open-1").await.is_refused(502, "upstream_unavailable");
    }
    let metrics = world.metrics().await;
    assert!(metrics.sum("sluice_upstream_ejections_total", &[]) >= 1, "{}", metrics.text);
    assert!(metrics.sum("sluice_upstream_backend_up", &[]) < 1, "{}", metrics.text);
}
