//! Guards: a remote classifier is asked in time, once, over connections of its own.

mod answers;
mod bounds;
mod breaker;
mod file;
mod once;
mod together;

use serde_json::{Value, json};
use sluice_config::Given;
use sluice_gateway::guard::{
    Category, Exchange, Guard, Guards, Judgement, Role, Turn, Unavailable, Verdict,
};
use sluice_tests::tls::{Authority, unwraps};
use sluice_tests::{Backend, Gate, Hands, Script, Server, answer, file, part, soon};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A guard called `safety`, its server, and its clock.
struct Post {
    server: Backend,
    hands: Hands,
    guards: Guards,
    askers: AtomicUsize,
}

impl Post {
    async fn start() -> Self {
        Self::with(json!({})).await
    }

    /// A post with more words in its section.
    async fn with(more: Value) -> Self {
        let server = Backend::start().await;
        server.always(says("safe"));
        let hands = Hands::default();
        let guards = guards(&section(&server.url(), &more), &hands);
        Self { server, hands, guards, askers: AtomicUsize::new(0) }
    }

    fn guard(&self) -> &Arc<Guard> {
        self.guards.named("safety").expect("a guard of that name")
    }

    async fn judges(&self, text: &str) -> Result<Judgement, Unavailable> {
        let exchange = Exchange::prompt(Vec::new(), text);
        soon("a judgement", self.guard().judge(exchange, &self.asker())).await
    }

    async fn verdict(&self, text: &str) -> Verdict {
        self.judges(text).await.expect("a judgement").verdict
    }

    /// Each time somebody else.
    fn asker(&self) -> String {
        format!("caller {}", self.askers.fetch_add(1, Ordering::SeqCst))
    }

    /// Begins to judge, beside the test.
    fn begins(&self, text: &str) -> tokio::task::JoinHandle<Result<Judgement, Unavailable>> {
        let (guard, exchange) = (Arc::clone(self.guard()), Exchange::prompt(Vec::new(), text));
        let who = self.asker();
        tokio::spawn(async move { guard.judge(exchange, &who).await })
    }

    fn counts(&self, name: &str, labels: &str) -> u64 {
        let written = self.guards.metrics();
        let line = format!("{name}{{guard=\"safety\"{labels}}} ");
        let found = written.lines().find_map(|it| it.strip_prefix(&line)).unwrap_or("0");
        found.parse().expect("a count")
    }
}

/// A guard as it is written.
fn section(url: &str, more: &Value) -> Value {
    let mut guard = json!({
        "kind": "llama_guard", "urls": [url], "model": "llama-guard", "timeout_ms": 1_000,
    });
    for (word, value) in more.as_object().into_iter().flatten() {
        guard[word] = value.clone();
    }
    guard
}

fn guards(guard: &Value, hands: &Hands) -> Guards {
    let around = Given::default()
        .file("etc/sluice.key", "k".repeat(32))
        .variable("GUARD_KEY", "sk-of-the-guard");
    built(guard, &around, Arc::new(hands.clone())).unwrap_or_else(|why| panic!("{why}"))
}

fn built(
    guard: &Value,
    around: &Given,
    clock: Arc<dyn sluice_config::words::Clock>,
) -> Result<Guards, sluice_config::Problems> {
    let mut file = file("http://127.0.0.1:9");
    file["guards"] = json!({ "safety": guard });
    let config = sluice_config::read(&file.to_string(), Path::new("etc/sluice.yaml"), around)?;
    Guards::alone(&config, clock)
}

/// What a guard that generates text answers.
fn says(text: &str) -> Script {
    Script::new().send(says_bytes(text))
}

/// The bytes of it, to be sent when a gate opens.
fn says_bytes(text: &str) -> String {
    let choice = json!({
        "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop",
    });
    let body = json!({ "choices": [choice] }).to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
    format!("{head}: {}\r\n\r\n{body}", body.len())
}
