//! What has changed on the Hub is known after a poll; what we decide is on the Hub after one.

use super::*;
use sluice_gateway::hub::{Decision, HubError, RequestId, Whose, Wish, Written};

fn handle(user: &str, wish: Wish) -> Decision {
    Decision::Handle { whose: Whose::User(self::user(user)), wish }
}

#[tokio::test]
async fn a_poll_hears_what_is_new_and_nothing_twice() {
    let scene = Scene::start().await;
    for user in ["alice", "bob", "carol"] {
        scene.asks("acme/rc1", user).await;
    }
    let new = ["alice", "bob", "carol"].map(|user| (user, What::Pending));
    assert_eq!(scene.hears("acme/rc1").await.expect("a poll"), heard(&new));
    assert_eq!(scene.hears("acme/rc1").await.expect("a poll"), []);
    assert_eq!(scene.counts("sluice_hub_polls_total{repo=\"acme/rc1\",result=\"ok\"}"), 2);
    assert_eq!(scene.counts("sluice_hub_requests{repo=\"acme/rc1\",status=\"pending\"}"), 3);
    let at = scene.counts("sluice_hub_poll_success_timestamp_seconds{repo=\"acme/rc1\"}");
    scene.hands.turn(Duration::from_mins(1));
    assert_eq!(scene.hears("acme/rc1").await.expect("a poll"), []);
    let later = scene.counts("sluice_hub_poll_success_timestamp_seconds{repo=\"acme/rc1\"}");
    assert_eq!(later, at + 60);
}

#[tokio::test]
async fn who_asks_where_everybody_is_let_in_is_accepted_at_once() {
    let scene = Scene::start().await;
    scene.asks("acme/auto", "alice").await;
    let events = scene.hears("acme/auto").await.expect("a poll");
    assert_eq!(events, heard(&[("alice", What::Accepted)]));
}

#[tokio::test]
async fn what_we_decide_is_written_and_heard_in_one_poll() {
    let scene = Scene::start().await;
    let rc1 = repo("acme/rc1");
    scene.asks("acme/rc1", "alice").await;
    scene.asks("acme/rc1", "bob").await;
    scene.hears("acme/rc1").await.expect("a poll");
    let decided = [
        handle("alice", Wish::Accept),
        handle("bob", Wish::Reject(None)),
        Decision::Grant { user: user("dave") },
        Decision::Grant { user: user("mallory") },
        handle("carol", Wish::Accept),
    ];
    for decision in &decided {
        scene.records.decides(&rc1, decision.clone());
    }
    let events = scene.hears("acme/rc1").await.expect("a poll");
    let expected = [("alice", What::Accepted), ("bob", What::Rejected), ("dave", What::Accepted)];
    assert_eq!(events, heard(&expected));
    let told: Vec<Written> = scene.records.kept().told.iter().map(|(_, came)| *came).collect();
    let (done, gone) = (Written::Done, Written::Already);
    assert_eq!(told, [done, done, done, Written::Nobody, gone]);
    assert!(scene.records.kept().decided[&rc1].is_empty(), "nothing is written twice");
    let posts = scene.transcript().await;
    let posts = posts.iter().filter(|(line, _)| line.starts_with("POST")).count();
    scene.hears("acme/rc1").await.expect("a poll");
    let then = scene.transcript().await;
    assert_eq!(then.iter().filter(|(line, _)| line.starts_with("POST")).count(), posts);
    assert_eq!(scene.counts("sluice_hub_writes_total{repo=\"acme/rc1\",result=\"done\"}"), 3);
}

#[tokio::test]
async fn a_restart_misses_nobody_who_was_revoked_meanwhile() {
    let scene = Scene::start().await;
    let rc1 = repo("acme/rc1");
    scene.records.decides(&rc1, Decision::Grant { user: user("dave") });
    scene.hears("acme/rc1").await.expect("a poll");
    // Each poll of these tests is of a new poller, as after a restart.
    let client = scene.hub.client();
    client.handle(&rc1, &Whose::User(user("dave")), &Wish::Cancel).await.expect("cancelled");
    let events = scene.hears("acme/rc1").await.expect("a poll");
    assert_eq!(events, heard(&[("dave", What::Revoked), ("dave", What::Pending)]));
}

#[tokio::test]
async fn one_approval_of_a_group_opens_each_of_its_repos() {
    let scene = Scene::start().await;
    scene.asks("acme/group-a", "alice").await;
    scene.records.decides(&repo("acme/group-b"), handle("alice", Wish::Accept));
    for group in ["acme/group-b", "acme/group-a"] {
        let events = scene.hears(group).await.expect("a poll");
        assert_eq!(events, heard(&[("alice", What::Accepted)]), "{group}");
    }
}

#[tokio::test]
async fn where_names_are_hidden_a_request_is_known_by_its_id() {
    let scene = Scene::start().await;
    let rc1 = repo("acme/rc1");
    scene.fake("hide", json!({ "repo": "acme/rc1", "on": true })).await;
    let id = RequestId::parse(scene.asks("acme/rc1", "alice").await).expect("an id");
    let events = scene.hears("acme/rc1").await.expect("a poll");
    assert_eq!(events, heard(&[("somebody", What::Pending)]));
    let whose = Whose::Request(id.clone());
    scene.records.decides(&rc1, Decision::Handle { whose, wish: Wish::Accept });
    let events = scene.hears("acme/rc1").await.expect("a poll");
    assert_eq!(events, heard(&[("somebody", What::Accepted)]));
    scene.fake("hide", json!({ "repo": "acme/rc1", "on": false })).await;
    let events = scene.hears("acme/rc1").await.expect("a poll");
    assert_eq!(events, heard(&[("alice", What::Accepted)]), "now it is known who that was");
    scene.fake("hide", json!({ "repo": "acme/rc1", "on": true })).await;
    assert_eq!(scene.hears("acme/rc1").await.expect("a poll"), []);
    assert_eq!(scene.records.kept().known[&rc1][0].user, Some(user("alice")));
}

#[tokio::test]
async fn a_poll_that_fails_changes_nothing_and_the_next_hears_all() {
    let scene = Scene::start().await;
    scene.records.decides(&repo("acme/rc1"), Decision::Grant { user: user("dave") });
    scene.hears("acme/rc1").await.expect("a poll");
    scene.is_away(true).await;
    let failed = scene.hears("acme/rc1").await;
    assert!(matches!(failed, Err(PollError::Hub(HubError::Away(_)))), "{failed:?}");
    scene.is_away(false).await;
    scene.asks("acme/rc1", "alice").await;
    scene.records.kept().away = true;
    let failed = scene.hears("acme/rc1").await;
    assert!(matches!(failed, Err(PollError::Desk(_))), "{failed:?}");
    scene.records.kept().away = false;
    assert_eq!(scene.records.kept().known[&repo("acme/rc1")].len(), 1);
    let events = scene.hears("acme/rc1").await.expect("a poll");
    assert_eq!(events, heard(&[("alice", What::Pending)]));
    let failed =
        |why: &str| format!("sluice_hub_polls_total{{repo=\"acme/rc1\",result=\"{why}\"}}");
    assert_eq!([failed("away"), failed("desk")].map(|line| scene.counts(&line)), [1, 1]);
}

#[tokio::test]
async fn who_is_revoked_is_heard_of_though_nothing_can_be_written() {
    let scene = Scene::start().await;
    let (rc1, server) = (repo("acme/rc1"), sluice_tests::Backend::start().await);
    scene.records.decides(&rc1, Decision::Grant { user: user("dave") });
    scene.hears("acme/rc1").await.expect("a poll");
    // A Hub that lets us list, and write no more; it lists nobody.
    server.always_by(|seen| match seen.json() {
        Value::Null => sluice_tests::answer::json(200, &json!([])),
        _ => sluice_tests::answer::json(403, &json!({ "error": "Forbidden" })),
    });
    let hub = linked(&server.url(), &json!({}), &scene.hands).expect("a hub");
    scene.records.decides(&rc1, Decision::Grant { user: user("bob") });
    let desk: Arc<dyn Desk> = Arc::<Records>::clone(&scene.records);
    let polled = Poller::new(hub, rc1.clone(), desk).poll().await;
    assert!(matches!(polled, Err(PollError::Hub(HubError::Forbidden))), "{polled:?}");
    assert!(scene.records.kept().known[&rc1].is_empty(), "dave is revoked");
    assert_eq!(scene.records.kept().decided[&rc1].len(), 1, "bob is tried again");
}

#[tokio::test]
async fn a_poller_polls_by_itself_and_at_once_when_nudged() {
    let scene = Scene::with(json!({ "poll_ms": 86_400_000 })).await;
    let rc1 = repo("acme/rc1");
    let poller = Arc::new(scene.poller("acme/rc1"));
    let running = Arc::clone(&poller);
    let task = tokio::spawn(async move { running.run().await });
    let polls = "sluice_hub_polls_total{repo=\"acme/rc1\",result=\"ok\"}";
    until("a first poll", || async { scene.counts(polls) == 1 }).await;
    scene.records.decides(&rc1, Decision::Grant { user: user("dave") });
    poller.nudge();
    until("a second poll", || async { scene.counts(polls) == 2 }).await;
    assert_eq!(scene.records.kept().known[&rc1].len(), 1);
    task.abort();
}
