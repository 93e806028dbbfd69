//! The Hub: a stand-in for it, moved by hand and by Hugging Face's own client, beside our client, our
//! poller and who calls by a token of it.

mod callers;
mod calls;
mod desk;
mod hostile;
mod node;
mod polls;
mod real;
mod records;

use records::Records;
use serde_json::{Value, json};
use sluice_config::words::{Clock, RepoId, Secret};
use sluice_config::{Config, Given, Problems};
use sluice_gateway::hub::{Desk, Event, Hub, HubUser, PollError, Poller, RequestStatus, What};
use sluice_tests::{Caller, Daemon, Hands, Server, checkout, file, soon, until};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// A Hub that is there, what is linked to it, and what is known of it.
struct Scene {
    fake: Server,
    hands: Hands,
    hub: Arc<Hub>,
    records: Arc<Records>,
}

impl Scene {
    async fn start() -> Self {
        Self::with(json!({})).await
    }

    /// A scene with more words in the section `hub`.
    async fn with(more: Value) -> Self {
        let fake = stand_in().await;
        let hands = Hands::default();
        let hub = linked(&format!("http://{}", fake.at), &more, &hands).expect("a hub");
        Self { fake, hands, hub, records: Arc::default() }
    }

    /// What polls a repo, for a node that has just started.
    fn poller(&self, repo: &str) -> Poller {
        let desk: Arc<dyn Desk> = Arc::<Records>::clone(&self.records);
        Poller::new(Arc::clone(&self.hub), self::repo(repo), desk)
    }

    /// Polls once; who has become what.
    async fn hears(&self, repo: &str) -> Result<Vec<(String, What)>, PollError> {
        let events = soon("a poll", self.poller(repo).poll()).await?;
        let who = |event: &Event| {
            event.request.user.as_ref().map_or("somebody".to_owned(), ToString::to_string)
        };
        let mut heard: Vec<_> = events.iter().map(|it| (who(it), it.what)).collect();
        heard.sort();
        Ok(heard)
    }

    /// Does something to the stand-in.
    async fn fake(&self, what: &str, body: Value) -> Value {
        let nobody = Caller::with_key(self.fake.at, "none");
        let path = format!("/fake/{what}");
        let reply = nobody.posts(&path, body).header("connection", "close").tried().await;
        let reply = reply.unwrap_or_else(|| panic!("no answer: {}", self.fake.daemon.log()));
        assert_eq!(reply.status, 200, "{}", reply.body());
        reply.json()
    }

    /// Somebody asks for access; the id of the request.
    async fn asks(&self, repo: &str, user: &str) -> String {
        let fields = json!({ "Country": "DE", "I accept": true });
        let asked = self.fake("ask", json!({ "repo": repo, "user": user, "fields": fields })).await;
        asked["requestId"].as_str().expect("an id").to_owned()
    }

    async fn is_away(&self, on: bool) {
        self.fake("away", json!({ "on": on })).await;
    }

    /// What the stand-in was asked by us: method and path, body.
    async fn transcript(&self) -> Vec<(String, Value)> {
        let (_, text) = self.fake.get("/fake/transcript").await;
        let all: Vec<Value> = serde_json::from_str(&text).expect("a transcript");
        let ours = all.iter().filter(|it| it["agent"] == "sluice");
        let line = |it: &Value| {
            let text = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
            (format!("{} {}", text("method"), text("path")), it["body"].clone())
        };
        ours.map(line).collect()
    }

    fn counts(&self, line: &str) -> u64 {
        let written = self.hub.written_metrics();
        let found = written.lines().find_map(|it| it.strip_prefix(line)).unwrap_or(" 0");
        found.trim().parse().expect("a count")
    }
}

/// The stand-in, on a port that it has chosen: of 25 at a time, two would choose the same free one.
async fn stand_in() -> Server {
    let mut python = Command::new("python3");
    python.arg("-B").arg(checkout().join("tests/real/hub/fake_hub.py"));
    let daemon = Daemon::start(&mut python);
    let at =
        || daemon.log().lines().find_map(|line| line.strip_prefix("listens on ")?.parse().ok());
    until("the stand-in to listen", || async { at().is_some() }).await;
    let at = at().expect("an address");
    Server { daemon, at }
}

/// The Hub as a file links it.
fn linked(endpoint: &str, more: &Value, hands: &Hands) -> Result<Arc<Hub>, Problems> {
    let config = config(endpoint, more, &Given::default())?;
    let clock: Arc<dyn Clock> = Arc::new(hands.clone());
    Hub::alone(&config, &clock).map(|hub| hub.expect("a hub"))
}

fn config(endpoint: &str, more: &Value, around: &Given) -> Result<Config, Problems> {
    let mut file = file("http://127.0.0.1:9");
    let model = json!({ "model": "trusted-1" });
    file["hub"] = json!({
        "endpoint": endpoint, "token": { "env": "HUB_TOKEN" },
        "repos": { "acme/rc1": model, "acme/group-a": model, "acme/auto": model },
        "identity": { "tier": "public" },
    });
    for (word, value) in more.as_object().into_iter().flatten() {
        file["hub"][word] = value.clone();
    }
    let around = around
        .clone()
        .file("etc/sluice.key", "k".repeat(32))
        .variable("HUB_TOKEN", "hf_write")
        .variable("READ_TOKEN", "hf_read")
        .variable("WRONG_TOKEN", "hf_wrong");
    sluice_config::read(&file.to_string(), Path::new("etc/sluice.yaml"), &around)
}

fn repo(name: &str) -> RepoId {
    RepoId::parse(name).expect("a repo")
}

fn user(name: &str) -> HubUser {
    HubUser::parse(name).expect("a name")
}

fn token(text: &str) -> Secret {
    Secret::new(text.into())
}

fn heard(all: &[(&str, What)]) -> Vec<(String, What)> {
    all.iter().map(|(who, what)| ((*who).to_owned(), *what)).collect()
}
