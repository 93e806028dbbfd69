//! Backends that answer wrongly: our own error, one call, everything given back.

use serde_json::{Value, json};
use sluice_tests::{Gate, Reply, Script, World, answer};

/// A world in which ada's tokens are counted.
async fn counted() -> World {
    World::with(|file| {
        file["tiers"]["trusted"]["limits"] =
            json!([{ "unit": "tokens", "window": "day", "scope": "principal", "ceiling": 1_000_000 }]);
    })
    .await
}

fn left(reply: &Reply) -> u64 {
    let left = reply.header("x-ratelimit-remaining-tokens").expect("a header");
    left.parse().expect("a number")
}

/// Answers that are not one, and what becomes of each: most are the backend's fault.
fn faults() -> Vec<(&'static str, Script, u16, &'static str)> {
    let faulty = |(name, script)| (name, script, 502, "upstream_error");
    let mut all: Vec<_> =
        statuses().into_iter().chain(bodies()).chain(framings()).map(faulty).collect();
    let error = error();
    all.push(("400", answer::json(400, &error), 400, "upstream_rejected"));
    all.push(("429", answer::json(429, &error), 503, "overloaded"));
    all.push(("503", answer::json(503, &error), 503, "overloaded"));
    all
}

fn error() -> Value {
    json!({ "error": { "message": "s3cr3t", "type": "x", "code": 1 } })
}

type Faults = Vec<(&'static str, Script)>;

fn statuses() -> Faults {
    let error = error();
    vec![
        ("401", answer::json(401, &error)),
        ("403", answer::json(403, &error)),
        ("404", answer::json(404, &error)),
        ("418", answer::json(418, &error)),
        ("500", answer::json(500, &error)),
        (
            "a redirect",
            raw("302 Found\r\nlocation: http://127.0.0.1:1/s3cr3t\r\ncontent-length: 0"),
        ),
        ("an upgrade", raw("101 Switching\r\nupgrade: x\r\nconnection: upgrade")),
        ("HTTP/9.9", Script::from("HTTP/9.9 200 OK\r\ncontent-length: 0\r\n\r\n").close()),
        ("no answer", Script::new().close()),
        ("a reset", Script::new().reset()),
        ("garbage", Script::from("\0\x01s3cr3t\r\n\r\n").close()),
        ("half a head", Script::from("HTTP/1.1 200 OK\r\ncontent-").close()),
    ]
}

fn bodies() -> Faults {
    vec![
        ("HTML", answer::whole(200, "text/html", "<html>s3cr3t</html>")),
        ("HTML error", answer::whole(500, "text/html", "<html>s3cr3t</html>")),
        ("HTML as JSON", answer::whole(200, "application/json", "<html>s3cr3t")),
        ("other JSON", answer::json(200, &json!({ "detail": "s3cr3t" }))),
        ("a list", answer::json(200, &json!(["s3cr3t"]))),
        ("an error as 200", answer::json(200, &error())),
        ("empty", answer::whole(200, "application/json", "")),
    ]
}

fn framings() -> Faults {
    let length = good().len();
    let framed =
        |headers: &str| raw(&format!("200 OK\r\ncontent-type: application/json\r\n{headers}"));
    vec![
        ("a short body", framed(&format!("content-length: {}", length + 9))),
        ("bad chunks", framed("transfer-encoding: chunked")),
        ("two lengths", framed(&format!("content-length: {length}\r\ncontent-length: 5"))),
        ("both", framed(&format!("content-length: {length}\r\ntransfer-encoding: chunked"))),
        ("gzip", framed(&format!("content-encoding: gzip\r\ncontent-length: {length}"))),
    ]
}

/// A body that would be fine.
fn good() -> String {
    answer::chat_body("s3cr3t", &answer::usage(5, 1)).to_string()
}

/// A head, then a body that would be fine, then the end.
fn raw(head: &str) -> Script {
    Script::new().send(format!("HTTP/1.1 {head}\r\n\r\n{}", good())).close()
}

#[tokio::test]
async fn a_wrong_answer_is_our_error_and_costs_nothing() {
    let fresh = left(counted().await.ada().asks("open-1").await.is_ok());
    for (name, script, status, code) in faults() {
        let world = counted().await;
        world.backend.answers(script);
        let reply = world.ada().asks("open-1").await;
        let got = (reply.status, reply.code());
        assert_eq!(got, (status, Some(code.into())), "{name}: {}", reply.body());
        reply.is_refused(status, code);
        let shown = format!("{:?}{}", reply.head, reply.body());
        assert!(!shown.contains("s3cr3t"), "{name}: {shown}");
        assert_eq!(world.backend.requests(), 1, "{name}: asked more than once");
        let after = left(world.ada().asks("open-1").await.is_ok());
        assert_eq!(after, fresh, "{name}: not all was given back");
    }
}

#[tokio::test]
async fn a_wrong_answer_to_a_stream_is_an_error_before_it_begins() {
    for (name, script, status, code) in faults() {
        let world = counted().await;
        world.backend.answers(script);
        let reply = world.ada().asks("open-1").streamed().await;
        assert!(
            !format!("{:?}{}", reply.head, reply.body()).contains("s3cr3t"),
            "{name}: {}",
            reply.body()
        );
        assert!(!reply.is_streamed(), "{name}: {}", reply.body());
        // What answers a stream with JSON is wrong, whatever the JSON says.
        let expected = if reply.status == 502 { (502, "upstream_error") } else { (status, code) };
        reply.is_refused(expected.0, expected.1);
        assert_eq!(world.backend.requests(), 1, "{name}: asked more than once");
    }
}

/// Answers that break in the middle, once it was heard that they said "good morning".
fn breaks(heard: &Gate) -> Vec<(&'static str, Script)> {
    let begun = || answer::stream().says("good").says(" morning").waits(heard);
    let error =
        json!({ "error": { "message": "s3cr3t", "type": "x", "param": null, "code": 500 } });
    vec![
        ("cut", begun().is_cut()),
        ("reset", begun().is_reset()),
        ("ended without an end", begun().ends()),
        ("DONE without an end", begun().done()),
        ("garbage", begun().bytes("data: s3cr3t{\n\n").done()),
        ("HTML", begun().bytes("<html>s3cr3t</html>\n\n").done()),
        ("its own error", begun().event(&error).done()),
        ("an error event", begun().bytes(&format!("event: error\ndata: {error}\n\n")).done()),
        ("an endless event", begun().bytes(&format!("data: {}", "x".repeat(2_000_000))).hangs()),
        ("a bad chunk", begun().ends().ending("zz\r\ns3cr3t\r\n").close()),
        (
            "half an event",
            begun()
                .bytes("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"s3cr")
                .is_cut(),
        ),
        (
            "another choice",
            begun().choice(7, &json!({ "content": "s3cr3t" }), &json!(null)).stops().done(),
        ),
    ]
}

#[tokio::test]
async fn an_answer_that_breaks_in_the_middle_ends_in_an_error() {
    let heard = Gate::new();
    for (name, script) in breaks(&heard) {
        let world = counted().await;
        world.backend.answers(script);
        let mut call = world.ada().asks("open-1").streamed().begins().await;
        call.says("good morning").await;
        heard.open();
        let reply = call.rest().await;
        assert_eq!(reply.code().as_deref(), Some("upstream_error"), "{name}: {}", reply.body());
        reply.is_broken_off("upstream_error");
        assert_eq!(reply.text(), "", "{name}");
        assert!(!reply.body().contains("s3cr3t"), "{name}: {}", reply.body());
        let total = world.total(1).await;
        assert_eq!(total.estimated, 1, "{name}: {total:?}");
        assert!(total.completion_tokens >= 2, "{name}: {total:?}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_before_anything_was_passed_on_says_so_in_one_way_or_the_other() {
    let heard = Gate::new();
    heard.open_wide();
    for (name, script) in breaks(&heard) {
        let world = counted().await;
        world.backend.answers(script);
        let reply = world.ada().asks("open-1").streamed().await;
        match reply.status {
            200 => reply.is_broken_off("upstream_error"),
            _ => reply.is_refused(502, "upstream_error"),
        };
        assert!(!reply.body().contains("s3cr3t"), "{name}: {}", reply.body());
    }
}
