//! Who calls by a token of the Hub: asked once, kept for a while, and known for a while longer when
//! the Hub is away.

use super::*;
use sluice_gateway::hub::{HubCaller, Unknown, Whose, Wish};
use sluice_tests::{Backend, Gate, Script, answer};

impl Scene {
    async fn who(&self, text: &str) -> Result<HubCaller, Unknown> {
        soon("an answer", self.hub.who(&token(text))).await
    }

    /// How often the Hub was asked whose a token is, and whether they are let in.
    async fn asked(&self) -> (usize, usize) {
        let all = self.transcript().await;
        let count = |end: &str| all.iter().filter(|(line, _)| line.ends_with(end)).count();
        (count("/whoami-v2"), count("/auth-check"))
    }

    async fn accepts(&self, name: &str, who: &str) {
        let (repo, whose) = (repo(name), Whose::User(user(who)));
        let wrote = self.hub.client().handle(&repo, &whose, &Wish::Accept).await;
        wrote.expect("accepted");
    }

    async fn cancels(&self, name: &str, who: &str) {
        let (repo, whose) = (repo(name), Whose::User(user(who)));
        let wrote = self.hub.client().handle(&repo, &whose, &Wish::Cancel).await;
        wrote.expect("cancelled");
    }
}

fn alice(repos: &[&str]) -> HubCaller {
    HubCaller { user: user("alice"), repos: repos.iter().map(|name| repo(name)).collect() }
}

const RC1: &[&str] = &["acme/rc1"];

/// A scene in which alice was let in to `acme/rc1`, and asked for no other.
async fn alice_is_in() -> Scene {
    let scene = Scene::start().await;
    scene.asks("acme/rc1", "alice").await;
    scene.accepts("acme/rc1", "alice").await;
    scene
}

#[tokio::test]
async fn a_caller_is_known_with_where_they_are_let_in() {
    let scene = alice_is_in().await;
    assert_eq!(scene.who("hf_alice").await, Ok(alice(RC1)));
    assert_eq!(scene.who("hf_alice").await, Ok(alice(RC1)));
    assert_eq!(scene.asked().await, (1, 3), "once, and once for each linked repo");
    let bob = HubCaller { user: user("bob"), repos: vec![] };
    assert_eq!(scene.who("hf_bob").await, Ok(bob));
    for wrong in ["hf_wrong", "hf_org", "", "hf_ alice"] {
        assert_eq!(scene.who(wrong).await, Err(Unknown::BadToken), "{wrong}");
    }
    let hits = scene.counts("sluice_hub_token_lookups_total{result=\"hit\"}");
    assert_eq!((hits, scene.counts("sluice_hub_token_lookups_total{result=\"error\"}")), (1, 0));
}

#[tokio::test]
async fn yes_counts_for_five_minutes_and_no_for_one() {
    let scene = alice_is_in().await;
    scene.asks("acme/group-a", "alice").await;
    assert_eq!(scene.who("hf_alice").await, Ok(alice(RC1)));
    scene.accepts("acme/group-a", "alice").await;
    scene.cancels("acme/rc1", "alice").await;
    scene.hands.turn(Duration::from_millis(59_999));
    assert_eq!(scene.who("hf_alice").await, Ok(alice(RC1)));
    assert_eq!(scene.asked().await, (1, 3));
    scene.hands.turn(Duration::from_millis(1));
    let both = &["acme/group-a", "acme/rc1"];
    let who = scene.who("hf_alice").await.expect("alice");
    assert_eq!(who.repos.len(), both.len(), "{who:?}");
    assert_eq!(scene.asked().await, (1, 5), "only where it was no");
    scene.hands.turn(Duration::from_mins(4));
    assert_eq!(scene.who("hf_alice").await, Ok(alice(&["acme/group-a"])));
    assert_eq!(scene.asked().await.0, 2);
}

#[tokio::test]
async fn a_token_that_is_none_is_asked_about_once_a_minute() {
    let scene = Scene::start().await;
    for asked in [1, 1] {
        assert_eq!(scene.who("hf_wrong").await, Err(Unknown::BadToken));
        assert_eq!(scene.asked().await.0, asked);
    }
    scene.hands.turn(Duration::from_mins(1));
    assert_eq!(scene.who("hf_wrong").await, Err(Unknown::BadToken));
    assert_eq!(scene.asked().await.0, 2);
}

#[tokio::test]
async fn while_the_hub_is_away_who_was_known_is_known_for_fifteen_minutes() {
    let scene = alice_is_in().await;
    assert_eq!(scene.who("hf_alice").await, Ok(alice(RC1)));
    assert_eq!(scene.who("hf_wrong").await, Err(Unknown::BadToken));
    scene.is_away(true).await;
    scene.hands.turn(Duration::from_mins(15));
    assert_eq!(scene.who("hf_alice").await, Ok(alice(RC1)));
    assert_eq!(scene.counts("sluice_hub_token_lookups_total{result=\"stale\"}"), 1);
    assert_eq!(scene.who("hf_bob").await, Err(Unknown::Away));
    assert_eq!(scene.who("hf_wrong").await, Err(Unknown::Away), "nobody can say that it is wrong");
    scene.hands.turn(Duration::from_millis(1));
    assert_eq!(scene.who("hf_alice").await, Err(Unknown::Away));
    scene.is_away(false).await;
    scene.hands.turn(Duration::from_secs(5));
    assert_eq!(scene.who("hf_alice").await, Ok(alice(RC1)));
}

#[tokio::test]
async fn a_hub_that_is_away_is_not_asked_with_every_call() {
    let scene = alice_is_in().await;
    assert_eq!(scene.who("hf_alice").await, Ok(alice(RC1)));
    scene.is_away(true).await;
    scene.hands.turn(Duration::from_mins(5));
    let before = scene.asked().await.0;
    for _ in 0..3 {
        assert_eq!(scene.who("hf_alice").await, Ok(alice(RC1)));
        assert_eq!(scene.who("hf_bob").await, Err(Unknown::Away));
    }
    assert_eq!(scene.asked().await.0, before + 2, "once for each");
    scene.hands.turn(Duration::from_secs(5));
    assert_eq!(scene.who("hf_alice").await, Ok(alice(RC1)));
    assert_eq!(scene.asked().await.0, before + 3);
}

#[tokio::test]
async fn a_token_that_many_call_with_is_asked_about_once() {
    let (server, gate) = (Backend::start().await, Gate::new());
    let hub = linked(&server.url(), &json!({}), &Hands::default()).expect("a hub");
    let body = json!({ "type": "user", "name": "alice" }).to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    server.answers(Script::new().wait(&gate).send(head + &body));
    server.always(answer::json(200, &json!({})));
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let hub = Arc::clone(&hub);
            tokio::spawn(async move { hub.who(&token("hf_alice")).await })
        })
        .collect();
    server.next().await;
    gate.open();
    for call in calls {
        let who = soon("an answer", call).await.expect("no panic").expect("alice");
        assert_eq!((who.user, who.repos.len()), (user("alice"), 3));
    }
    assert_eq!(server.requests(), 4);
}

#[tokio::test]
async fn a_token_that_is_withdrawn_is_wrong_as_soon_as_it_is_asked_about() {
    let server = Backend::start().await;
    let hands = Hands::default();
    let hub = linked(&server.url(), &json!({}), &hands).expect("a hub");
    server.answers(answer::json(200, &json!({ "type": "user", "name": "alice" })));
    server.always(answer::json(200, &json!({})));
    assert_eq!(hub.who(&token("hf_alice")).await.map(|who| who.user), Ok(user("alice")));
    server.always(answer::json(401, &json!({ "error": "Invalid credentials" })));
    hands.turn(Duration::from_mins(5));
    assert_eq!(hub.who(&token("hf_alice")).await, Err(Unknown::BadToken));
    // It is not taken for known when the Hub is away after that.
    server.always(answer::json(503, &json!({})));
    hands.turn(Duration::from_mins(1));
    assert_eq!(hub.who(&token("hf_alice")).await, Err(Unknown::Away));
}
