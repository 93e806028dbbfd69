//! What SDKs make of answers that a filter stopped or masked, and of answers that broke.

use serde_json::{Value, json};
use sluice_tests::{Gate, Script, Seen, World, answer, checkout, part};
use std::collections::HashMap;
use tokio::process::Command;

/// What the backend says to a prompt that asks for it.
fn said(seen: &Seen) -> &'static str {
    if seen.holds("forbidden") {
        "this is the dark recipe of it"
    } else if seen.holds("private") {
        "write to jane@example.org now"
    } else {
        "hello there friend"
    }
}

/// The text in pieces, as a model writes it.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', '@', '.'])
}

fn backend(seen: &Seen) -> Script {
    let (text, breaks) = (said(seen), seen.holds("broken"));
    match (seen.path(), seen.is_streamed()) {
        ("/v1/messages", true) => message_stream(text, breaks),
        ("/v1/messages", false) => answer::json(200, &message(text)),
        (_, true) => {
            let said = pieces(text).fold(answer::stream(), answer::Streaming::says);
            if breaks { said.ends() } else { said.stops().usage(&answer::usage(5, 9)).done() }
        }
        (_, false) => answer::chat(text),
    }
}

/// A message that says it.
pub(crate) fn message(text: &str) -> Value {
    json!({
        "id": "msg_backend", "type": "message", "role": "assistant", "model": "backend-name",
        "content": [{ "type": "text", "text": text }], "stop_reason": "end_turn",
        "stop_sequence": null, "usage": { "input_tokens": 5, "output_tokens": 9 },
    })
}

/// The same, streamed in pieces.
pub(crate) fn message_stream(text: &str, breaks: bool) -> Script {
    let mut begun = message("");
    (begun["content"], begun["stop_reason"]) = (json!([]), Value::Null);
    let block = json!({ "type": "text", "text": "" });
    let mut events = vec![
        json!({ "type": "message_start", "message": begun }),
        json!({ "type": "content_block_start", "index": 0, "content_block": block }),
    ];
    events.extend(pieces(text).map(|piece| {
        let delta = json!({ "type": "text_delta", "text": piece });
        json!({ "type": "content_block_delta", "index": 0, "delta": delta })
    }));
    if !breaks {
        let delta = json!({ "stop_reason": "end_turn", "stop_sequence": null });
        let usage = json!({ "input_tokens": 5, "output_tokens": 9 });
        events.extend([
            json!({ "type": "content_block_stop", "index": 0 }),
            json!({ "type": "message_delta", "delta": delta, "usage": usage }),
            json!({ "type": "message_stop" }),
        ]);
    }
    let named = |stream: answer::Streaming, event: &Value| {
        let name = event["type"].as_str().unwrap_or_default();
        stream.bytes(&format!("event: {name}\ndata: {event}\n\n"))
    };
    events.iter().fold(answer::stream(), named).ends()
}

async fn world() -> World {
    let setup = World::setup().await.on_the_machine_clock().with_receipts();
    let setup = setup.with(|file| {
        file["upstreams"]["local"]["dialects"] = json!(["openai", "anthropic"]);
        file["models"]["open-1"]["operations"] =
            json!(["chat", "completion", "message", "count_tokens"]);
    });
    let world = setup.start().await;
    world.backend.always_by(backend);
    world
}

/// What the backends of the Responses checks say: recorded streams and answers, by model.
fn response(seen: &Seen, go_on: &Gate) -> Script {
    if seen.holds("go on") {
        go_on.open();
    }
    let model = seen.json()["model"].as_str().unwrap_or_default().trim_end_matches("-1").to_owned();
    let kind = if seen.is_streamed() { "_stream" } else { "" };
    let path = format!("tests/fixtures/streams/made/responses_{model}{kind}.body");
    let body = std::fs::read_to_string(checkout().join(path)).expect("a recording");
    if seen.is_streamed() {
        let said = answer::stream().bytes(&body);
        // It breaks off once the caller has its beginning.
        return if model == "fails" { said.waits(go_on).ends() } else { said.ends() };
    }
    answer::whole(200, "application/json", &body)
}

/// A world whose models answer as recorded: ada's unfiltered, bob's stopped, ray's masked.
async fn responding() -> World {
    let setup = World::setup().await.on_the_machine_clock().with_receipts();
    let setup = setup.with(|file| {
        for name in ["says-1", "thinks-1", "calls-1", "cut-1", "fails-1"] {
            let mut model = file["models"]["open-1"].clone();
            (model["aliases"], model["operations"]) = (json!([]), json!(["response"]));
            model["upstream_model"] = name.into();
            file["models"][name] = model;
        }
        let bomb = json!({ "kind": "patterns", "literals": ["bomb"] });
        let mask = json!({ "kind": "patterns", "literals": ["bomb"], "action": "redact" });
        (file["filters"]["strict"], file["filters"]["masks"]) = (json!([bomb]), json!([mask]));
        file["tiers"]["public"]["caps"]["tools_max"] = json!(8);
        file["tiers"]["masked"] = file["tiers"]["public"].clone();
        file["tiers"]["masked"]["filter"] = "masks".into();
    });
    let world = setup.start().await;
    let go_on = Gate::default();
    world.backend.always_by(move |seen| response(seen, &go_on));
    world
}

/// Runs a script of a client with bob's key, and fails if one of its checks does.
async fn run(world: &World, mut client: Command, checks: usize) {
    client.env("SLUICE_URL", format!("http://{}", world.api));
    client.env("ADA_KEY", world.ada().key()).env("BOB_KEY", world.bob().key());
    let ran = client.kill_on_drop(true).output().await.expect("the client");
    let said =
        String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("ok ")).count(), checks, "{said}");
}

fn python(clients: &HashMap<String, String>, script: &str) -> Command {
    let mut python = Command::new(&clients["CLIENT_PYTHON"]);
    python.arg("-B").arg(checkout().join("tests/real/clients").join(script));
    python
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anthropics_sdk_reads_what_is_stopped_masked_and_broken() {
    let name = "anthropics_sdk_reads_what_is_stopped_masked_and_broken";
    let Some(clients) = part(name, "clients.sh") else { return };
    run(&world().await, python(&clients, "anthropic_python.py"), 9).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openais_sdks_read_what_is_stopped_masked_and_broken() {
    let name = "openais_sdks_read_what_is_stopped_masked_and_broken";
    let Some(clients) = part(name, "clients.sh") else { return };
    run(&world().await, python(&clients, "stops_python.py"), 5).await;
    let mut node = Command::new("node");
    node.arg(checkout().join("tests/real/clients/stops_node.mjs"));
    node.env("CLIENT_NODE_MODULES", &clients["CLIENT_NODE_MODULES"]);
    run(&world().await, node, 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openais_sdks_read_responses() {
    let name = "openais_sdks_read_responses";
    let Some(clients) = part(name, "clients.sh") else { return };
    let mut node = Command::new("node");
    node.arg(checkout().join("tests/real/clients/responses_node.mjs"));
    node.env("CLIENT_NODE_MODULES", &clients["CLIENT_NODE_MODULES"]);
    for (mut client, checks) in [(python(&clients, "responses_python.py"), 11), (node, 9)] {
        let world = responding().await;
        client.env("RAY_KEY", world.makes("ray", "masked").await.key());
        run(&world, client, checks).await;
    }
}
