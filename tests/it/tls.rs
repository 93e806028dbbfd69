//! TLS: towards callers with HTTP/1.1 and HTTP/2, towards backends with an authority of their own.

use crate::kills::kill;
use serde_json::json;
use sluice_tests::tls::{Authority, Identity, NAME, unwraps, wraps};
use sluice_tests::{Backend, Caller, Script, World, answer, put};
use std::path::Path;
use tokio::process::Command;

fn show(folder: &Path, identity: &Identity) {
    put(folder, "tls.pem", &identity.certificate);
    put(folder, "tls.key", &identity.key);
}

/// A world whose callers' listener speaks TLS.
async fn encrypted(authority: &Authority) -> World {
    let setup = World::setup().await;
    show(setup.folder(), &authority.issues());
    let setup = setup.with(|file| {
        file["listeners"] = json!([{
            "bind": "127.0.0.1:0", "tls": { "certificate": "tls.pem", "key": "tls.key" },
        }]);
    });
    setup.start().await
}

/// What curl, which speaks HTTP/2, gets: version, status, body.
async fn curl(world: &World, authority: &Authority, more: &[&str]) -> (String, String) {
    let ca = world.folder().join("ca.pem");
    std::fs::write(&ca, &authority.pem).expect("a file");
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--http2", "-m", "20", "-w", "\n%{http_version} %{http_code}", "--cacert"])
        .arg(&ca);
    curl.args(["--resolve", &format!("{NAME}:{}:127.0.0.1", world.api.port())]).args(more);
    let ran = curl.output().await.expect("curl");
    let out = String::from_utf8_lossy(&ran.stdout).into_owned();
    let (body, told) = out.rsplit_once('\n').unwrap_or_default();
    (told.to_owned(), body.to_owned() + &String::from_utf8_lossy(&ran.stderr))
}

fn url(world: &World, path: &str) -> String {
    format!("https://{NAME}:{}{path}", world.api.port())
}

#[tokio::test]
async fn callers_are_served_over_tls() {
    let authority = Authority::new();
    let world = encrypted(&authority).await;
    let front = wraps(&authority.pem, world.api).await;
    let ada = Caller::with_key(front, world.ada().key());
    assert_eq!(ada.asks("open-1").await.is_ok().text(), "hello there");
    assert_eq!(ada.asks("open-1").streamed().await.is_ok().text(), "hello there");
    // Plain text on it is not taken for a request.
    assert!(world.ada().asks("open-1").tried().await.is_none_or(|reply| reply.status == 400));
}

#[tokio::test]
async fn callers_are_served_over_http_2() {
    let authority = Authority::new();
    let world = encrypted(&authority).await;
    let key = format!("authorization: Bearer {}", world.bob().key());
    let models = url(&world, "/v1/models");
    let (told, body) = curl(&world, &authority, &["-H", &key, &models]).await;
    assert_eq!(told, "2 200", "{body}");
    assert!(body.contains("open-1"), "{body}");
    let (told, body) = curl(&world, &authority, &[&models]).await;
    assert_eq!(told, "2 401", "{body}");
    assert!(body.contains("invalid_api_key"), "{body}");
    let chat = url(&world, "/v1/chat/completions");
    let kind = "content-type: application/json";
    world.backend.answers(answer::streamed(&["the dark", " recipe"]));
    let ask = r#"{"model":"open-1","stream":true,"messages":[{"role":"user","content":"hi"}]}"#;
    let (told, body) = curl(&world, &authority, &["-H", &key, "-H", kind, "-d", ask, &chat]).await;
    assert_eq!(told, "2 200", "{body}");
    assert!(body.contains("content_filter") && body.contains("[DONE]"), "{body}");
    assert!(!body.contains("dark"), "{body}");
    for (method, path, expected) in [
        ("GET", "/v1/chat/completions", "2 405"),
        ("TRACE", "/v1/models", "2 405"),
        ("POST", "/metrics", "2 404"),
        ("GET", "/v1/models?x=y", "2 400"),
    ] {
        let at = url(&world, path);
        let (told, body) = curl(&world, &authority, &["-H", &key, "-X", method, &at]).await;
        assert_eq!(told, expected, "{method} {path}: {body}");
    }
}

#[tokio::test]
async fn a_stream_over_http_2_that_is_left_is_let_go() {
    let authority = Authority::new();
    let world = encrypted(&authority).await;
    world.backend.answers(answer::stream().says("good").hangs());
    let key = format!("authorization: Bearer {}", world.ada().key());
    let ask = r#"{"model":"open-1","stream":true,"messages":[{"role":"user","content":"hi"}]}"#;
    let chat = url(&world, "/v1/chat/completions");
    let kind = "content-type: application/json";
    let (told, _) =
        curl(&world, &authority, &["-m", "1", "-H", &key, "-H", kind, "-d", ask, &chat]).await;
    assert_eq!(told, "2 200");
    world.backend.next().await.hung_up().await;
    assert_eq!(world.outcome().await, "client_closed");
}

#[tokio::test]
async fn a_call_over_http_2_that_a_directive_stops_is_cut() {
    let authority = Authority::new();
    for (script, streamed) in
        [(answer::stream().says("good").hangs(), true), (Script::new().hang(), false)]
    {
        let world = encrypted(&authority).await;
        world.backend.answers(script);
        let key = format!("authorization: Bearer {}", world.ada().key());
        let messages = json!([{ "role": "user", "content": "hi" }]);
        let ask =
            json!({ "model": "open-1", "stream": streamed, "messages": messages }).to_string();
        let (chat, kind) = (url(&world, "/v1/chat/completions"), "content-type: application/json");
        let more = ["-H", &key, "-H", kind, "-d", &ask, &chat];
        let stopped = async {
            let seen = world.backend.next().await;
            world.node.hear(kill("1", &json!("everything"), "reject")).await;
            seen.hung_up().await;
        };
        let ((_, body), ()) = tokio::join!(curl(&world, &authority, &more), stopped);
        assert!(body.contains("model_suspended"), "{body}");
        assert_eq!(world.outcome().await, "model_suspended");
    }
}

#[tokio::test]
async fn a_new_certificate_is_taken_and_a_bad_one_is_not() {
    let (old, new) = (Authority::new(), Authority::new());
    let mut world = encrypted(&old).await;
    show(world.folder(), &new.issues());
    world.reloads(|_| {}).expect("a file without problems");
    let served = async |authority: &Authority| {
        let front = wraps(&authority.pem, world.api).await;
        Caller::with_key(front, world.ada().key()).gets("/v1/models").tried().await.is_some()
    };
    assert!(served(&new).await, "the new certificate");
    assert!(!served(&old).await, "the old certificate");
    put(world.folder(), "tls.pem", "garbage");
    // Whether it is told as a problem or logged: what was good is still shown.
    let mut world = world;
    drop(world.reloads(|_| {}));
    let front = wraps(&new.pem, world.api).await;
    let ada = Caller::with_key(front, world.ada().key());
    ada.asks("open-1").await.is_ok();
}

#[tokio::test]
async fn backends_are_asked_over_tls_by_an_authority_of_their_own() {
    let (theirs, other) = (Authority::new(), Authority::new());
    for (authority, trusted) in [(&theirs, true), (&other, false)] {
        let backend = Backend::start().await;
        let front = unwraps(&theirs.issues(), backend.at()).await;
        let setup = World::setup().await;
        put(setup.folder(), "ca.pem", &authority.pem);
        let setup = setup.with(|file| {
            file["upstreams"]["local"]["backends"] =
                json!([{ "url": format!("https://127.0.0.1:{}", front.port()), "ca": "ca.pem" }]);
        });
        let world = setup.start().await;
        let reply = world.ada().asks("open-1").await;
        if trusted {
            assert_eq!(reply.is_ok().text(), "hello there");
            assert_eq!(world.ada().asks("open-1").streamed().await.is_ok().text(), "hello there");
        } else {
            reply.is_refused(502, "upstream_unavailable");
            backend.saw_nothing();
        }
    }
}
