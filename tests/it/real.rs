//! Real parts: the OpenAI SDKs through Sluice, in front of a real llama.cpp server.

use crate::limits::used_up;
use serde_json::{Value, json};
use sluice_tests::{Server, World, answer, checkout, part};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;
use tokio::process::Command as Slow;

/// Three servers of one small model: one speaks, one calls tools, one embeds.
struct Llamas {
    speaks: Server,
    calls: Server,
    embeds: Server,
}

impl Llamas {
    async fn start(made: &HashMap<String, String>) -> Self {
        let template = checkout().join("tests/real/tools.jinja").display().to_string();
        let start = |context: &str, more: &[&str]| {
            let mut command = Command::new(&made["LLAMA_SERVER"]);
            command.args([
                "-m",
                &made["LLAMA_MODEL"],
                "-c",
                context,
                "-np",
                "2",
                "-t",
                "2",
                "--jinja",
            ]);
            command.args(more);
            let tell = |command: &mut Command, at: SocketAddr| {
                command.args(["--host", "127.0.0.1", "--port", &at.port().to_string()]);
            };
            Server::start(command, tell, "/health")
        };
        Self {
            speaks: start("4096", &[]).await,
            calls: start("4096", &["--chat-template-file", &template]).await,
            embeds: start("1024", &["--embedding", "--pooling", "mean"]).await,
        }
    }

    /// A world of theirs: `small-1` speaks, `tools-1` calls tools, `embed-1` embeds.
    async fn world(&self) -> World {
        let setup = World::setup().await.on_the_machine_clock().with_receipts();
        let upstream = |at: SocketAddr| json!({ "engine": "llama_cpp", "backends": [{ "url": format!("http://{at}") }] });
        let model = |file: &Value, upstream: &str, more: Value| {
            let mut model = file["models"]["open-1"].clone();
            model["aliases"] = json!([]);
            model["upstream"] = upstream.into();
            model["context_tokens"] = json!(2048);
            for (name, value) in more.as_object().into_iter().flatten() {
                model[name] = value.clone();
            }
            model
        };
        let (speaks, calls, embeds) = (self.speaks.at, self.calls.at, self.embeds.at);
        let setup = setup.with(move |file| {
            file["upstreams"] =
                json!({ "speaks": upstream(speaks), "calls": upstream(calls), "embeds": upstream(embeds) });
            file["models"] = json!({
                "small-1": model(file, "speaks", Value::Null),
                "tools-1": model(file, "calls", Value::Null),
                "embed-1": model(file, "embeds", json!({ "operations": ["embedding"] })),
                "early-1": model(file, "speaks", json!({ "stage": "trusted" })),
            });
            // Words that no answer does without.
            let words = ["the", "you", "is", "of", "and", "to", "hello", "paris", "people"];
            file["filters"]["strict"] = json!([{ "kind": "patterns", "literals": words }]);
        });
        setup.start().await
    }
}

/// The SDKs, each about to run the script of its language that is called `name`.
fn sdks(clients: &HashMap<String, String>, name: &str) -> [Slow; 2] {
    let scripts = checkout().join("tests/real/clients");
    let mut python = Slow::new(&clients["CLIENT_PYTHON"]);
    python.arg("-B").arg(scripts.join(format!("{name}_python.py")));
    let mut node = Slow::new("node");
    node.arg(scripts.join(format!("{name}_node.mjs")));
    node.env("CLIENT_NODE_MODULES", &clients["CLIENT_NODE_MODULES"]);
    [python, node]
}

/// Runs a client of others to its end; what it said, which was well.
async fn said(world: &World, mut client: Slow) -> String {
    client.env("SLUICE_URL", format!("http://{}", world.api));
    client.env("ADA_KEY", world.ada().key()).env("BOB_KEY", world.bob().key());
    let ran = client.kill_on_drop(true).output().await.expect("the client");
    let said =
        String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
    said
}

/// Runs a client of others, which prints one line a check; fails if one of its checks does.
async fn runs(world: &World, client: Slow) {
    let said = said(world, client).await;
    assert!(said.lines().filter(|line| line.starts_with("ok ")).count() >= 7, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_openai_sdks_are_served_by_a_real_model() {
    let name = "the_openai_sdks_are_served_by_a_real_model";
    let (Some(llama), Some(clients)) = (part(name, "llama.sh"), part(name, "clients.sh")) else {
        return;
    };
    let llamas = Llamas::start(&llama).await;
    for sdk in sdks(&clients, "openai") {
        runs(&llamas.world().await, sdk).await;
    }
}

/// Lets an SDK ask once more than fits; the code it ends with, how often the gateway was asked, and
/// how long that took.
async fn asks(world: &World, sdk: Slow) -> (String, i64, Duration) {
    let fitted = world.metrics().await.sum("sluice_requests_total", &[]);
    let said = said(world, sdk).await;
    let (code, took) = said.trim().split_once(' ').unwrap_or_else(|| panic!("it said {said:?}"));
    let metrics = world.metrics().await;
    let asked = metrics.sum("sluice_requests_total", &[]) - fitted;
    assert_eq!(metrics.sum("sluice_refusals_total", &[("code", code)]), asked, "{}", metrics.text);
    (code.to_owned(), asked, Duration::from_millis(took.parse().expect("milliseconds")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_openai_sdks_ask_again_after_the_wait_that_is_said() {
    let name = "the_openai_sdks_ask_again_after_the_wait_that_is_said";
    let Some(clients) = part(name, "clients.sh") else { return };
    for sdk in sdks(&clients, "asks") {
        let world = Box::pin(used_up("minute")).await;
        // A second before the minute ends, where the clock stays: what is said each time is 1 s.
        world.hands.turn(Duration::from_secs(49));
        let (code, asked, took) = asks(&world, sdk).await;
        assert_eq!((code.as_str(), asked), ("rate_limit_exceeded", 3));
        // Twice a second, by timers that may be a little early; by themselves the SDKs wait 0.5 s
        // and 1 s at most.
        assert!(took >= Duration::from_millis(1900), "asked three times in {took:?}");
        assert_eq!(world.backend.requests(), 3, "what is refused reaches no backend");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_openai_sdks_do_not_ask_again_when_the_quota_is_used_up() {
    let name = "the_openai_sdks_do_not_ask_again_when_the_quota_is_used_up";
    let Some(clients) = part(name, "clients.sh") else { return };
    for sdk in sdks(&clients, "asks") {
        let world = Box::pin(used_up("day")).await;
        let (code, asked, _) = asks(&world, sdk).await;
        assert_eq!((code.as_str(), asked), ("insufficient_quota", 1));
        assert_eq!(world.backend.requests(), 3, "what is refused reaches no backend");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_check_a_receipt_as_we_do() {
    let name = "others_check_a_receipt_as_we_do";
    let Some(clients) = part(name, "clients.sh") else { return };
    let world = World::setup().await.with_receipts().start().await;
    for sdk in sdks(&clients, "receipts") {
        world.backend.answers(answer::chat("h\u{e9}llo \u{1f600} a@lab.example\n"));
        world.backend.answers(answer::streamed(&["h\u{e9}l", "lo \u{1f600} a@lab.", "example\n"]));
        let said = said(&world, sdk).await;
        let checks: Vec<&str> = said.lines().collect();
        assert_eq!(checks, ["ok whole", "ok streamed"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_server_is_let_go_when_its_caller_leaves() {
    let name = "a_real_server_is_let_go_when_its_caller_leaves";
    let Some(llama) = part(name, "llama.sh") else { return };
    let llamas = Llamas::start(&llama).await;
    let world = llamas.world().await;
    let call = world
        .ada()
        .asks("small-1")
        .says("Tell a very long story.")
        .with("max_tokens", 1000)
        .streamed();
    let mut call = call.begins().await;
    for _ in 0..5 {
        assert!(call.event().await.is_some());
    }
    call.hangs_up();
    let idle = || async {
        let (_, slots) = llamas.speaks.get("/slots").await;
        let slots: Value = serde_json::from_str(&slots).unwrap_or_default();
        slots
            .as_array()
            .is_some_and(|slots| slots.iter().all(|slot| slot["is_processing"] == false))
    };
    sluice_tests::until("the model to stop", idle).await;
    let total = world.total(1).await;
    assert_eq!(total.estimated, 1);
    assert!(total.completion_tokens < 1000, "{total:?}");
}
