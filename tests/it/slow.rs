//! Clients and backends that take their time.

use sluice_tests::{Gate, Script, Wire, World, answer, soon};
use std::time::Duration;

/// A world with deadlines that a test can wait for.
async fn hasty() -> World {
    let setup = World::setup().await.on_the_machine_clock();
    let setup = setup.with(|file| {
        file["bounds"] = serde_json::json!({
            "first_byte_timeout_ms": 300, "header_timeout_ms": 400, "body_timeout_ms": 500,
            "idle_timeout_ms": 400, "write_stall_timeout_ms": 500,
        });
        file["upstreams"]["local"]["timeouts"] =
            serde_json::json!({ "connect_ms": 300, "first_token_ms": 300, "idle_ms": 300 });
    });
    setup.start().await
}

/// Sends a byte at a time, slowly, until the other side closes; all that it said before.
async fn drips(mut wire: Wire, bytes: &str) -> String {
    let slowly = async {
        for byte in bytes.bytes().cycle() {
            wire.send([byte]).await;
            if let Some(said) = wire.said_and_closed(Duration::from_millis(20)).await {
                return said;
            }
        }
        String::new()
    };
    soon("a slow client to be cut off", slowly).await
}

#[tokio::test]
async fn silence_is_cut_off() {
    let world = hasty().await;
    let mut wire = Wire::connect(world.api).await;
    wire.is_closed().await;
    for bytes in ["G", "PRI * HT", "GET /v1/models HTTP/1.1\r\nhost: a\r\n"] {
        let mut wire = Wire::connect(world.api).await;
        wire.send(bytes).await;
        let rest = wire.rest().await;
        let told = rest.is_empty() || rest.starts_with("HTTP/1.1 408 ");
        assert!(told, "{bytes:?}: {rest}");
    }
}

#[tokio::test]
async fn a_head_that_drips_is_cut_off() {
    let world = hasty().await;
    let mut wire = Wire::connect(world.api).await;
    wire.send("GET /v1/models HTTP/1.1\r\nhost: a\r\n").await;
    let rest = drips(wire, "x-a: b\r\n").await;
    assert!(rest.starts_with("HTTP/1.1 408 "), "{rest}");
    assert!(rest.contains("request_timeout"), "{rest}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_cut_off() {
    let world = hasty().await;
    let head =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    let head = format!("{head}authorization: Bearer {}\r\n", world.ada().key());
    for framing in ["content-length: 100\r\n\r\n", "transfer-encoding: chunked\r\n\r\n"] {
        let mut wire = Wire::connect(world.api).await;
        wire.send(format!("{head}{framing}")).await;
        let rest = wire.rest().await;
        assert!(rest.starts_with("HTTP/1.1 408 "), "{framing:?}: {rest}");
        let mut wire = Wire::connect(world.api).await;
        wire.send(format!("{head}{framing}")).await;
        let byte = if framing.starts_with('c') { " " } else { "1\r\n \r\n" };
        let rest = drips(wire, byte).await;
        assert!(rest.starts_with("HTTP/1.1 408 "), "dripping {framing:?}: {rest}");
    }
    world.backend.saw_nothing();
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let world = hasty().await;
    let mut wire = Wire::connect(world.api).await;
    wire.send(world.ada().gets("/v1/models").bytes()).await;
    assert_eq!(wire.reply().await.status, 200);
    wire.is_closed().await;
}

#[tokio::test]
async fn a_call_that_takes_longer_than_idle_connections_may_is_not_cut_off() {
    let world = World::with(|file| file["bounds"] = serde_json::json!({ "idle_timeout_ms": 400 }));
    let world = world.await;
    let gate = Gate::new();
    let texts = ["a", "b", "c", "d"];
    let slow = texts.iter().fold(answer::stream(), |s, text| s.says(text).waits(&gate));
    world.backend.answers(slow.stops().done());
    let mut call = world.ada().asks("open-1").streamed().begins().await;
    for text in texts {
        call.says(text).await;
        // By the clock that the node asks whenever the connection moves; the backend's own patience
        // is of real time, which a busy machine may use up.
        world.hands.turn(Duration::from_secs(1));
        gate.open();
    }
    assert_eq!(call.rest().await.is_ok().finish().as_deref(), Some("stop"));
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_cut_off() {
    let world = hasty().await;
    let flood = "x".repeat(60_000);
    let many = (0..1000).fold(answer::stream(), |stream, _| stream.says(&flood));
    world.backend.answers(many.stops().done());
    let wire = world.ada().asks("open-1").streamed().wire().await;
    let seen = world.backend.next().await;
    seen.hung_up().await;
    drop(wire);
    assert_eq!(world.outcome().await, "client_closed");
}

#[tokio::test]
async fn a_backend_that_says_nothing_is_given_up() {
    let world = hasty().await;
    world.backend.always(Script::new().hang());
    let reply = world.ada().asks("open-1").await;
    reply.is_refused(504, "upstream_timeout");
    world.backend.next().await.hung_up().await;
    let reply = world.ada().asks("open-1").streamed().await;
    reply.is_refused(504, "upstream_timeout");
    assert_eq!(world.backend.requests(), 2, "a call that was sent is not sent again");
}

#[tokio::test]
async fn a_backend_that_begins_but_says_nothing_is_given_up() {
    let world = hasty().await;
    world.backend.answers(answer::stream().hangs());
    let reply = world.ada().asks("open-1").streamed().await;
    match reply.status {
        200 => reply.is_broken_off("upstream_timeout"),
        _ => reply.is_refused(504, "upstream_timeout"),
    };
    world.backend.next().await.hung_up().await;
}

#[tokio::test]
async fn a_backend_that_stops_speaking_is_given_up() {
    let world = hasty().await;
    world.backend.answers(answer::stream().says("good").says(" morning").hangs());
    let reply = world.ada().asks("open-1").streamed().await;
    reply.is_broken_off("upstream_timeout");
    assert_eq!(reply.text(), "good morning");
    let total = world.total(1).await;
    assert_eq!(total.estimated, 1);
    assert!(total.completion_tokens >= 2, "{total:?}");
}

#[tokio::test]
async fn a_backend_that_does_not_take_the_connection_is_given_up() {
    // A listener whose queue is full: connections to it hang.
    let world = World::setup().await.on_the_machine_clock();
    let full = tokio::net::TcpSocket::new_v4().expect("a socket");
    full.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let full = full.listen(1).expect("a listener");
    let at = full.local_addr().expect("an address");
    let mut filling = Vec::new();
    for _ in 0..8 {
        filling.push(tokio::spawn(tokio::net::TcpStream::connect(at)));
    }
    let world = world.with(|file| {
        file["upstreams"]["local"] = serde_json::json!({
            "backends": [{ "url": format!("http://{at}") }],
            "timeouts": { "connect_ms": 300, "first_token_ms": 300, "idle_ms": 300 },
        });
    });
    let world = world.start().await;
    let reply = world.ada().asks("open-1").await;
    assert!([502, 504].contains(&reply.status), "{}", reply.body());
    drop(filling);
}

#[tokio::test]
async fn no_answer_takes_longer_than_a_stream_may() {
    let setup = World::setup().await.on_the_machine_clock();
    let setup = setup.with(|file| {
        file["bounds"] = serde_json::json!({ "stream_total_ms": 1000 });
    });
    let world = setup.start().await;
    world.backend.answers(answer::stream().says("good").hangs());
    let reply = world.ada().asks("open-1").streamed().await;
    reply.is_broken_off("stream_too_long");
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    world.backend.answers(Script::new().send(head).hang());
    world.ada().asks("open-1").await.is_refused(504, "stream_too_long");
}
