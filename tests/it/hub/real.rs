//! Hugging Face's own client on one side of the Hub, we on the other.

use super::*;
use sluice_gateway::hub::{Decision, Reason, RequestId, Whose, Wish};
use sluice_tests::part;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// What their client is told to do, and what a poll hears of it.
type Step<'s> = (&'s [&'s str], &'s [(&'s str, What)]);

/// The client of others, which does what it is told, line by line.
pub(super) struct Theirs {
    _client: Child,
    tells: ChildStdin,
    hears: Lines<BufReader<ChildStdout>>,
}

impl Theirs {
    pub(super) fn start(name: &str, scene: &Scene) -> Option<Self> {
        let clients = part(name, "clients.sh")?;
        let mut client = Command::new(&clients["CLIENT_PYTHON"]);
        client.arg("-B").arg(checkout().join("tests/real/hub/drive_python.py"));
        client.env("HUB_URL", format!("http://{}", scene.fake.at)).kill_on_drop(true);
        let mut client =
            client.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the client");
        let tells = client.stdin.take().expect("a pipe");
        let hears = BufReader::new(client.stdout.take().expect("a pipe")).lines();
        Some(Self { _client: client, tells, hears })
    }

    /// Does one thing as somebody; what came of it.
    async fn does(&mut self, token: &str, words: &[&str]) -> Value {
        let line = format!("{}\n", json!([&[token], words].concat()));
        self.tells.write_all(line.as_bytes()).await.expect("a pipe");
        let came = soon("the client", self.hears.next_line()).await.expect("a pipe");
        serde_json::from_str(&came.expect("a line")).expect("JSON")
    }

    /// Does one thing as the owner, which goes well.
    pub(super) async fn owner(&mut self, words: &[&str]) {
        let came = self.does("hf_write", words).await;
        assert!(came.get("status").is_none(), "{words:?}: {came}");
    }

    /// Who is on a list of `acme/rc1`.
    pub(super) async fn lists(&mut self, status: &str) -> Vec<String> {
        let listed = self.does("hf_write", &["list", "acme/rc1", status]).await;
        let names = listed.as_array().expect("a list").iter();
        names.map(|it| it[0].as_str().unwrap_or("somebody").to_owned()).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_their_client_does_is_heard_in_one_poll() {
    let scene = Scene::start().await;
    let Some(mut theirs) = Theirs::start("what_their_client_does_is_heard_in_one_poll", &scene)
    else {
        return;
    };
    for user in ["alice", "carol"] {
        scene.asks("acme/rc1", user).await;
    }
    let bob = scene.asks("acme/rc1", "bob").await;
    scene.hears("acme/rc1").await.expect("a poll");
    let bob = format!("id:{bob}");
    let script: &[Step<'_>] = &[
        (&["accept", "acme/rc1", "alice"], &[("alice", What::Accepted)]),
        (&["reject", "acme/rc1", &bob, "no affiliation"], &[("bob", What::Rejected)]),
        (&["cancel", "acme/rc1", "alice"], &[("alice", What::Revoked), ("alice", What::Pending)]),
        (&["grant", "acme/rc1", "dave"], &[("dave", What::Accepted)]),
        (&["accept", "acme/rc1", &bob], &[("bob", What::Accepted)]),
        (&["reset", "acme/rc1", &bob], &[("bob", What::Revoked)]),
        (&["reset", "acme/rc1", "carol"], &[("carol", What::Revoked)]),
    ];
    for (words, expected) in script {
        theirs.owner(words).await;
        let events = scene.hears("acme/rc1").await.expect("a poll");
        assert_eq!(events, heard(expected), "{words:?}");
        assert_eq!(scene.hears("acme/rc1").await.expect("a poll"), [], "{words:?}");
    }
    theirs.owner(&["gate", "acme/rc1", "false"]).await;
    let failed = scene.hears("acme/rc1").await;
    assert!(failed.is_err_and(|why| why.as_str() == "not_gated"));
    theirs.owner(&["gate", "acme/rc1", "auto"]).await;
    assert_eq!(scene.hears("acme/rc1").await.expect("a poll"), [], "nobody is lost by that");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_we_decide_is_what_their_client_lists() {
    let scene = Scene::start().await;
    let Some(mut theirs) = Theirs::start("what_we_decide_is_what_their_client_lists", &scene)
    else {
        return;
    };
    let rc1 = repo("acme/rc1");
    scene.asks("acme/rc1", "alice").await;
    let bob = RequestId::parse(scene.asks("acme/rc1", "bob").await).expect("an id");
    assert_eq!(theirs.does("hf_alice", &["check", "acme/rc1"]).await, "gated");
    let reason = Reason::parse("no affiliation");
    for decision in [
        Decision::Handle { whose: Whose::User(user("alice")), wish: Wish::Accept },
        Decision::Handle { whose: Whose::Request(bob.clone()), wish: Wish::Reject(reason) },
        Decision::Grant { user: user("dave") },
    ] {
        scene.records.decides(&rc1, decision);
    }
    scene.hears("acme/rc1").await.expect("a poll");
    assert_eq!(theirs.lists("accepted").await, ["alice", "dave"]);
    assert_eq!(theirs.lists("rejected").await, ["bob"]);
    assert_eq!(theirs.does("hf_alice", &["check", "acme/rc1"]).await, "granted");
    let posts: Vec<_> = scene.transcript().await;
    let posts: Vec<_> = posts.into_iter().filter(|(line, _)| line.starts_with("POST")).collect();
    let path = |call: &str| format!("POST /api/models/acme/rc1/user-access-request/{call}");
    let rejected = json!({
        "requestId": bob, "status": "rejected", "rejectionReason": "no affiliation",
    });
    assert_eq!(
        posts,
        [
            (path("handle"), json!({ "user": "alice", "status": "accepted" })),
            (path("handle"), rejected),
            (path("grant"), json!({ "user": "dave" })),
        ]
    );
    // What their client may do, ours may; what it is refused, ours is.
    let again = theirs.does("hf_write", &["grant", "acme/rc1", "dave"]).await;
    assert_eq!(again["status"], 400);
    assert_eq!(theirs.does("hf_alice", &["whoami"]).await, "alice");
    assert_eq!(scene.hub.who(&token("hf_alice")).await.map(|it| it.repos), Ok(vec![rc1]));
}
