//! Bytes that two servers could read differently: refused before anything of ours reads them.

use serde_json::json;
use sluice_tests::{Wire, World};

/// A body that would be served.
const BODY: &str = r#"{"model":"open-1","messages":[{"role":"user","content":"hi"}]}"#;
/// What an attacker hopes to have served after it.
const SMUGGLED: &str = "GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n";

/// A request with a good key and these lines, then a body, then a request to smuggle.
fn request(world: &World, line: &str, headers: &str, body: &str) -> String {
    let key = world.ada().key();
    format!("{line}\r\nauthorization: Bearer {key}\r\n{headers}\r\n{body}{SMUGGLED}")
}

fn post(world: &World, headers: &str, body: &str) -> String {
    request(world, "POST /v1/chat/completions HTTP/1.1", &format!("host: a\r\n{headers}"), body)
}

/// Sends bytes; fails unless there is one refusal with this status, then the end, and nothing came
/// to the backend.
async fn is_refused(world: &World, name: &str, bytes: &[u8], statuses: &[u16]) {
    let mut wire = Wire::connect(world.api).await;
    wire.send(bytes).await;
    let Some(reply) = wire.try_reply().await else { panic!("{name}: no answer") };
    assert!(statuses.contains(&reply.status), "{name}: {} {}", reply.status, reply.body());
    assert!(reply.code().is_some(), "{name}: no code in {}", reply.body());
    assert_eq!(reply.header("connection"), Some("close"), "{name}");
    assert_eq!(wire.rest().await, "", "{name}: a second answer");
    assert_eq!(world.backend.requests(), 0, "{name}: reached the backend");
}

#[tokio::test]
async fn a_length_that_can_be_read_in_two_ways_is_refused() {
    let world = World::start().await;
    let length = BODY.len();
    for (name, headers) in [
        (
            "length and coding",
            format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"),
        ),
        (
            "coding and length",
            format!("transfer-encoding: chunked\r\ncontent-length: {length}\r\n"),
        ),
        ("twice the same", format!("content-length: {length}\r\ncontent-length: {length}\r\n")),
        ("twice, differing", format!("content-length: 0\r\ncontent-length: {length}\r\n")),
        ("a list", format!("content-length: {length}, {length}\r\n")),
        ("a list of zeros", "content-length: 0,0\r\n".into()),
        ("a sign", format!("content-length: +{length}\r\n")),
        ("less than nothing", "content-length: -1\r\n".into()),
        ("hexadecimal", format!("content-length: 0x{length:x}\r\n")),
        ("beyond 64 bits", "content-length: 99999999999999999999\r\n".into()),
        ("empty", "content-length:\r\n".into()),
        ("a space within", "content-length: 6 2\r\n".into()),
        ("a letter", format!("content-length: {length}a\r\n")),
    ] {
        let bytes = post(&world, &headers, BODY);
        is_refused(&world, name, bytes.as_bytes(), &[400]).await;
    }
}

#[tokio::test]
async fn a_coding_that_can_be_read_in_two_ways_is_refused() {
    let world = World::start().await;
    let body = format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len());
    for coding in [
        "identity, chunked",
        "gzip, chunked",
        "chunked, identity",
        "chunked, chunked",
        "xchunked",
        "chunked;q=1",
        "\"chunked\"",
        "identity",
        "",
        "\x0bchunked",
        "chun ked",
    ] {
        let bytes = post(&world, &format!("transfer-encoding: {coding}\r\n"), &body);
        is_refused(&world, coding, bytes.as_bytes(), &[400, 501]).await;
    }
    for (name, headers) in [
        ("twice", "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n"),
        ("with identity", "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n"),
        ("a space before the colon", "transfer-encoding : chunked\r\n"),
        ("an underscore", "transfer_encoding: chunked\r\n"),
        ("a folded line", "transfer-encoding:\r\n chunked\r\n"),
    ] {
        let bytes = post(&world, headers, &body);
        is_refused(&world, name, bytes.as_bytes(), &[400, 501]).await;
    }
    let old = "POST /v1/chat/completions HTTP/1.0";
    let bytes = request(&world, old, "host: a\r\ntransfer-encoding: chunked\r\n", &body);
    is_refused(&world, "HTTP/1.0", bytes.as_bytes(), &[400]).await;
}

#[tokio::test]
async fn chunks_that_can_be_read_in_two_ways_are_refused() {
    let world = World::start().await;
    let size = BODY.len();
    for (name, body) in [
        ("a bare LF after the size", format!("{size:x}\n{BODY}\r\n0\r\n\r\n")),
        ("a bare LF after the data", format!("{size:x}\r\n{BODY}\n0\r\n\r\n")),
        ("a bare CR after the size", format!("{size:x}\r{BODY}\r\n0\r\n\r\n")),
        ("a prefix", format!("0x{size:x}\r\n{BODY}\r\n0\r\n\r\n")),
        ("a sign", format!("+{size:x}\r\n{BODY}\r\n0\r\n\r\n")),
        ("less than nothing", format!("-1\r\n{BODY}\r\n0\r\n\r\n")),
        ("no size", format!("\r\n{BODY}\r\n0\r\n\r\n")),
        ("a size beyond 64 bits", format!("10000000000000000\r\n{BODY}\r\n0\r\n\r\n")),
        ("a space before the size", format!(" {size:x}\r\n{BODY}\r\n0\r\n\r\n")),
        ("data longer than its size", format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", size - 1)),
        ("an extension", format!("{size:x};a=b\r\n{BODY}\r\n0\r\n\r\n")),
        ("a trailer", format!("{size:x}\r\n{BODY}\r\n0\r\nx-tier: internal\r\n\r\n")),
        ("a bare LF in an extension", format!("{size:x};a\nb\r\n{BODY}\r\n0\r\n\r\n")),
        ("a bare LF at the end", format!("{size:x}\r\n{BODY}\r\n0\n\n")),
    ] {
        let bytes = post(&world, "transfer-encoding: chunked\r\n", &body);
        is_refused(&world, name, bytes.as_bytes(), &[400]).await;
    }
}

#[tokio::test]
async fn heads_that_can_be_read_in_two_ways_are_refused() {
    let world = World::start().await;
    for (name, headers) in [
        ("no host", ""),
        ("two hosts", "host: a\r\nhost: a\r\n"),
        ("a host with a query", "host: a/?\r\n"),
        ("a host with a fragment", "host: a/#\r\n"),
        ("a host with a user", "host: a@b\r\n"),
        ("an empty host", "host:\r\n"),
        ("a folded line", "host: a\r\nx-a: b\r\n c\r\n"),
        ("a space before the colon", "host: a\r\nx-a : b\r\n"),
        ("no colon", "host: a\r\nx-a\r\n"),
        ("no name", "host: a\r\n: b\r\n"),
        ("a bare LF", "host: a\nx-a: b\r\n"),
        ("a bare CR", "host: a\r\nx-a: b\rc\r\n"),
        ("a NUL", "host: a\r\nx-a: b\0c\r\n"),
        ("an underscore twin", "host: a\r\nx_tier: internal\r\n"),
    ] {
        let bytes = request(&world, "GET /v1/models HTTP/1.1", headers, "");
        is_refused(&world, name, bytes.as_bytes(), &[400]).await;
    }
    let high = b"GET /v1/models HTTP/1.1\r\nhost: a\r\nauthorization: Bearer \xff\r\n\r\n";
    is_refused(&world, "a high byte in a credential", high, &[400]).await;
}

#[tokio::test]
async fn odd_request_lines_are_refused() {
    let world = World::start().await;
    for (line, statuses) in [
        ("GET http://b/v1/models HTTP/1.1", &[400][..]),
        ("GET a/v1/models HTTP/1.1", &[400]),
        ("GET * HTTP/1.1", &[400]),
        ("GET /v1/models#a HTTP/1.1", &[400]),
        ("GET  /v1/models HTTP/1.1", &[400]),
        ("GET /v1/models  HTTP/1.1", &[400]),
        ("GET /v1/models", &[400]),
        ("GET /v1/models http/1.1", &[400]),
        ("GET /v1/models HTTP/1.2", &[505]),
        ("GET /v1/models HTTP/9.9", &[505]),
        ("GET /v1/models HTTP/1.10", &[400, 505]),
        ("get /v1/models HTTP/1.1", &[405]),
        ("CONNECT a:443 HTTP/1.1", &[405]),
        ("TRACE /v1/models HTTP/1.1", &[405]),
        ("BREW /v1/models HTTP/1.1", &[405]),
        ("G\"T /v1/models HTTP/1.1", &[400, 405]),
        ("~ /malformed HTTP/1.1", &[400, 405]),
    ] {
        let bytes = request(&world, line, "host: a\r\n", "");
        is_refused(&world, line, bytes.as_bytes(), statuses).await;
    }
    let mut wire = Wire::connect(world.api).await;
    wire.send(b"GET /v1/\xc3\xa9 HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(wire.reply().await.status, 400);
    let mut wire = Wire::connect(world.api).await;
    wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert_ne!(wire.try_reply().await.map(|reply| reply.status), Some(200));
}

#[tokio::test]
async fn too_much_of_a_head_is_refused() {
    let world = World::start().await;
    let many = "x-a: b\r\n".repeat(200);
    let bytes = request(&world, "GET /v1/models HTTP/1.1", &format!("host: a\r\n{many}"), "");
    is_refused(&world, "200 headers", bytes.as_bytes(), &[431]).await;
    let large = format!("host: a\r\nx-a: {}\r\n", "a".repeat(200_000));
    let bytes = request(&world, "GET /v1/models HTTP/1.1", &large, "");
    is_refused(&world, "a header of 200 kB", bytes.as_bytes(), &[431]).await;
    let line = format!("GET /v1/{} HTTP/1.1", "a".repeat(60_000));
    let bytes = request(&world, &line, "host: a\r\n", "");
    is_refused(&world, "a target of 60 kB", bytes.as_bytes(), &[414]).await;
}

#[tokio::test]
async fn an_answer_that_leaves_a_body_unread_ends_the_connection() {
    let world = World::start().await;
    let secret = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n";
    let length = SMUGGLED.len() * 3;
    for (name, head) in [
        ("no key", format!("{secret}content-length: {length}\r\n\r\n")),
        ("no key, chunked", format!("{secret}transfer-encoding: chunked\r\n\r\n")),
        (
            "too large",
            format!(
                "{secret}authorization: Bearer {}\r\ncontent-length: 99000000000\r\n\r\n",
                world.ada().key(),
            ),
        ),
        (
            "no such path",
            format!("POST /v1/none HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n"),
        ),
    ] {
        let bytes = head + &SMUGGLED.repeat(3);
        is_refused(&world, name, bytes.as_bytes(), &[401, 404, 413]).await;
    }
}

#[tokio::test]
async fn no_connection_is_ever_upgraded() {
    let setup = World::setup().await.on_the_machine_clock();
    let setup = setup.with(|file| file["bounds"] = json!({ "header_timeout_ms": 300 }));
    let world = setup.start().await;
    let key = world.ada().key();
    for (upgrade, more) in [
        ("h2c", "http2-settings: AAMAAABkAAQAAP__\r\nconnection: upgrade, http2-settings\r\n"),
        (
            "websocket",
            "connection: upgrade\r\nsec-websocket-key: AAAA\r\nsec-websocket-version: 13\r\n",
        ),
    ] {
        let mut wire = Wire::connect(world.api).await;
        let head = "GET /v1/models HTTP/1.1\r\nhost: a\r\n";
        let bytes =
            format!("{head}authorization: Bearer {key}\r\nupgrade: {upgrade}\r\n{more}\r\n");
        wire.send([bytes.as_bytes(), b"\x81\x05early"].concat()).await;
        let head = format!("{:?}", wire.rest().await);
        assert!(!head.contains("HTTP/1.1 101"), "{upgrade}: {head}");
        world.backend.saw_nothing();
    }
}

#[tokio::test]
async fn strict_requests_are_served_one_after_another_on_one_connection() {
    let world = World::start().await;
    let key = world.ada().key();
    let length = BODY.len();
    let head =
        format!("POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\n");
    let plain = format!("{head}content-length: {length}\r\n\r\n{BODY}");
    let (first, last) = BODY.split_at(20);
    let chunked = format!(
        "{head}transfer-encoding: chunked\r\n\r\n14\r\n{first}\r\n{:x}\r\n{last}\r\n0\r\n\r\n",
        last.len(),
    );
    let mut wire = Wire::connect(world.api).await;
    wire.send(format!("{plain}{chunked}{plain}")).await;
    for _ in 0..3 {
        assert_eq!(wire.reply().await.is_ok().text(), "hello there");
    }
    // The bytes may come one by one.
    for byte in chunked.bytes() {
        wire.send([byte]).await;
    }
    assert_eq!(wire.reply().await.is_ok().text(), "hello there");
    assert_eq!(world.backend.requests(), 4);
}
