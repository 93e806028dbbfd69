//! A real issuer: its tokens work, its keys rotate under load, it goes away and comes back, and
//! nobody is told that a good token is bad.

use serde_json::{Value, json};
use sluice_config::words::Timestamp;
use sluice_tests::{Caller, Daemon, Server, Wire, World, checkout, part, until};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const KINDS: [&str; 2] = ["rs256", "es256"];

/// The program, but for where it listens.
fn program(made: &HashMap<String, String>) -> Command {
    let mut command = Command::new("node");
    command.env("OIDC_NODE_MODULES", &made["OIDC_NODE_MODULES"]);
    command.arg(checkout().join("tests/real/issuer.mjs"));
    command
}

/// Posts a form: what services of others take.
async fn posts(at: SocketAddr, path: &str, form: &str) -> Value {
    let kind = "content-type: application/x-www-form-urlencoded";
    let head = format!("POST {path} HTTP/1.1\r\nhost: {at}\r\n{kind}\r\nconnection: close");
    let mut wire = Wire::connect(at).await;
    wire.send(format!("{head}\r\ncontent-length: {}\r\n\r\n{form}", form.len())).await;
    let reply = wire.reply().await;
    assert_eq!(reply.status, 200, "{}", reply.body());
    serde_json::from_str(&reply.body()).expect("JSON")
}

/// A new token of a service that signs in this way.
async fn token(at: SocketAddr, kind: &str) -> String {
    let secret = "client_secret=a-secret-of-tests&scope=infer";
    let form = format!("grant_type=client_credentials&client_id=svc-{kind}&{secret}");
    let token = posts(at, "/token", &form).await;
    token["access_token"].as_str().expect("a token").to_owned()
}

/// A world that takes its tokens, by a clock that shows the time of this machine and stands still.
async fn world(at: SocketAddr) -> World {
    let world = World::with(|file| {
        let lab = json!({
            "issuer": format!("http://{at}"), "audiences": ["https://sluice.test/api"],
            "rules": [{
                "when": { "tier": "trusted", "groups": "red-team", "scope": "infer" },
                "tier": "trusted", "organisation": "lab",
            }],
        });
        file["identity"] = json!({ "issuers": { "lab": lab } });
    })
    .await;
    let wall = SystemTime::UNIX_EPOCH.elapsed().expect("a time after 1970").as_millis();
    world.hands.jump_to(Timestamp(u64::try_from(wall).expect("a time that fits")));
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_issuer_rotates_stops_and_starts_without_a_401() {
    let test = "a_real_issuer_rotates_stops_and_starts_without_a_401";
    let Some(made) = part(test, "oidc.sh") else { return };
    let folder = TempDir::new().expect("a folder");
    let keys = folder.path().join("keys.json");
    let tell = |command: &mut Command, at: SocketAddr| {
        command.arg(at.port().to_string()).arg(&keys);
    };
    let ready = "/.well-known/openid-configuration";
    let mut server = Server::start(program(&made), tell, ready).await;
    let at = server.at;
    let world = world(at).await;
    for kind in KINDS {
        let caller = world.with_key(&token(at, kind).await);
        caller.asks("trusted-1").await.is_ok();
        assert_eq!(caller.asks("internal-1").await.status, 404, "{kind}");
    }
    rotates(&world, at).await;

    // It stops: old tokens and new ones whose keys are known go on.
    let fresh = [token(at, "rs256").await, token(at, "es256").await];
    world.with_key(&token(at, "es256").await).asks("open-1").await.is_ok();
    server.daemon.signal("KILL");
    server.daemon.ends().await;
    let errors = [("issuer", "lab"), ("result", "connect")];
    let family = "sluice_identity_key_fetches_total";
    world.hands.turn(Duration::from_secs(301));
    until("it to be missed", || async { world.metrics().await.sum(family, &errors) > 0 }).await;
    for token in &fresh {
        world.with_key(token).asks("open-1").await.is_ok();
    }

    // It starts again: new tokens work, and it is asked for its keys again.
    let mut command = program(&made);
    tell(&mut command, at);
    server.daemon = Daemon::start(&mut command);
    until("it to be back", || async { server.get(ready).await.0 == 200 }).await;
    let fine = [("issuer", "lab"), ("result", "ok")];
    let before = world.metrics().await.sum(family, &fine);
    world.hands.turn(Duration::from_secs(2));
    until("its keys", || async { world.metrics().await.sum(family, &fine) > before }).await;
    for kind in KINDS {
        world.with_key(&token(at, kind).await).asks("open-1").await.is_ok();
    }
}

/// Calls go on while keys rotate, each with a token of its own.
async fn rotates(world: &World, at: SocketAddr) {
    let (stop, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load = (0..8).map(|nth| {
        let (stop, calls, api) = (Arc::clone(&stop), Arc::clone(&calls), world.api);
        tokio::spawn(async move {
            while !stop.load(Ordering::SeqCst) {
                let token = token(at, KINDS[nth % 2]).await;
                let reply = Caller::with_key(api, &token).asks("open-1").await;
                assert_eq!(reply.status, 200, "{}", reply.body());
                calls.fetch_add(1, Ordering::SeqCst);
            }
        })
    });
    let load: Vec<_> = load.collect();
    for round in 1..4 {
        // Keys were fetched a while ago, so they may be fetched again.
        world.hands.turn(Duration::from_secs(31));
        let keys = posts(at, "/rotate", "").await;
        assert_eq!(keys[0], format!("rs256-{}", round + 1));
        let before = calls.load(Ordering::SeqCst);
        until("many calls", || async { calls.load(Ordering::SeqCst) > before + 100 }).await;
    }
    stop.store(true, Ordering::SeqCst);
    for task in load {
        task.await.expect("every call was answered");
    }
}
