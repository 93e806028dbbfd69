//! The desk over records: what the Hub says is a request and a grant here, once, whoever polls.

use super::*;
use sluice_config::words::{GrantId, GrantState, PrincipalId, ReleaseStage, RequestState};
use sluice_gateway::hub::{HubRequest, RecordsDesk};
use sluice_store::acts::{self, Decision};
use sluice_store::bodies::{self, AccessRequest};
use sluice_store::{Act, Batch, Kind, Listing, Owner, Store, Write};

/// A scene whose desk is that of a node.
struct Desked {
    scene: Scene,
    store: Store,
}

impl Desked {
    async fn start() -> Self {
        let scene = Scene::start().await;
        let store = sluice_store::open(&sluice_config::StoreSpec::Memory).await.expect("a store");
        Self { scene, store }
    }

    /// What polls, for a node that has just started.
    fn poller(&self) -> Poller {
        Poller::new(Arc::clone(&self.scene.hub), repo("acme/rc1"), Arc::new(self.desk()))
    }

    fn desk(&self) -> RecordsDesk {
        let clock: Arc<dyn Clock> = Arc::new(self.scene.hands.clone());
        RecordsDesk::new(Arc::clone(&self.store.records), clock, self.scene.hub.spec())
    }

    async fn polls(&self) {
        soon("a poll", self.poller().poll()).await.expect("a poll");
    }

    /// What somebody has: the states of their requests, and how many grants count.
    async fn has(&self, owner: &str) -> (Vec<RequestState>, usize) {
        let owner = Some(Owner::Principal(PrincipalId::new(owner)).into());
        let listing = Listing { owner, ..Listing::default() };
        let all = self.store.records.documents(&listing).await.expect("records");
        let requests = all.iter().filter(|it| it.kind == Kind::REQUEST);
        let read = |it| bodies::read::<AccessRequest>(it).expect("a request").state;
        let active = GrantState::Active.as_str();
        let grants = all.iter().filter(|it| it.kind == Kind::GRANT && it.tag == active);
        (requests.map(read).collect(), grants.count())
    }

    async fn decides(&self, id: &str, decision: Decision) {
        let (by, verb, reason) = ("ada".into(), "decide".into(), "so".into());
        let act = Act { by, verb, reason, at: self.scene.hands.now() };
        let records = &*self.store.records;
        acts::decide(records, id, decision, &act).await.expect("a decision");
    }

    async fn posts(&self) -> usize {
        let all = self.scene.transcript().await;
        all.iter().filter(|(line, _)| line.starts_with("POST")).count()
    }

    async fn handles(&self, body: Value) {
        let path = "/api/models/acme/rc1/user-access-request/handle";
        let owner = Caller::with_key(self.scene.fake.at, "hf_write");
        let reply = owner.posts(path, body).header("connection", "close").tried().await;
        assert_eq!(reply.expect("an answer").status, 200);
    }
}

fn yes(grant: &str) -> Decision {
    Decision::Accept { grant: GrantId::new(grant), from: ReleaseStage::Gated }
}

#[tokio::test]
async fn each_step_on_the_hub_is_one_here_and_nothing_is_twice() {
    let world = Desked::start().await;
    let id = world.scene.asks("acme/rc1", "alice").await;
    let steps = [
        (None, RequestState::Pending, 0),
        (Some("accepted"), RequestState::Accepted, 1),
        (Some("pending"), RequestState::Pending, 0),
        (Some("accepted"), RequestState::Accepted, 1),
        (Some("rejected"), RequestState::Rejected, 0),
        (Some("accepted"), RequestState::Accepted, 1),
        (Some("reset"), RequestState::Withdrawn, 0),
    ];
    for (status, state, grants) in steps {
        if let Some(status) = status {
            world.handles(json!({ "requestId": id, "status": status })).await;
        }
        for _ in 0..2 {
            world.polls().await;
            assert_eq!(world.has("hub:alice").await, (vec![state], grants), "{status:?}");
        }
        let head = world.store.records.head().await.expect("records");
        world.polls().await;
        assert_eq!(world.store.records.head().await.expect("records"), head, "{status:?}");
    }
    assert_eq!(world.posts().await, 0, "what the Hub decided it is not told");
}

#[tokio::test]
async fn two_nodes_that_poll_at_once_write_everything_once() {
    let world = Desked::start().await;
    for user in ["alice", "bob", "carol"] {
        world.scene.asks("acme/rc1", user).await;
        world.handles(json!({ "user": user, "status": "accepted" })).await;
    }
    let (one, two) = (world.poller(), world.poller());
    let polls = async { tokio::join!(one.poll(), two.poll()) };
    let (one, two) = soon("two polls", polls).await;
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    world.polls().await;
    for user in ["alice", "bob", "carol"] {
        let has = world.has(&format!("hub:{user}")).await;
        assert_eq!(has, (vec![RequestState::Accepted], 1), "{user}");
    }
}

#[tokio::test]
async fn what_is_decided_here_is_told_once_and_anew_when_it_is_decided_anew() {
    let world = Desked::start().await;
    let id = world.scene.asks("acme/rc1", "alice").await;
    let name = format!("hub:acme/rc1#{id}:alice");
    world.polls().await;
    world.decides(&name, yes("g1")).await;
    for posts in [1, 1] {
        world.polls().await;
        assert_eq!(world.posts().await, posts);
        assert_eq!(world.has("hub:alice").await, (vec![RequestState::Accepted], 1));
    }
    // Somebody there decides otherwise, and that counts; then somebody here does again.
    world.handles(json!({ "requestId": id, "status": "pending" })).await;
    world.polls().await;
    assert_eq!(world.has("hub:alice").await, (vec![RequestState::Pending], 0));
    world.decides(&name, yes("g2")).await;
    world.polls().await;
    assert_eq!(world.posts().await, 2);
    world.decides(&name, Decision::Reopen).await;
    world.polls().await;
    world.decides(&name, Decision::Reject).await;
    world.polls().await;
    world.polls().await;
    let told: Vec<Value> = world.scene.transcript().await.into_iter().map(|it| it.1).collect();
    let told: Vec<_> = told.iter().filter_map(|body| body["status"].as_str()).collect();
    assert_eq!(told, ["accepted", "accepted", "pending", "rejected"]);
    assert_eq!(world.has("hub:alice").await, (vec![RequestState::Rejected], 0));
}

#[tokio::test]
async fn what_the_hub_cannot_be_told_is_not_told_for_ever() {
    let world = Desked::start().await;
    let id = world.scene.asks("acme/rc1", "alice").await;
    world.polls().await;
    world.decides(&format!("hub:acme/rc1#{id}:alice"), yes("g1")).await;
    world.handles(json!({ "requestId": id, "status": "reset" })).await;
    for _ in 0..3 {
        world.polls().await;
    }
    assert_eq!(world.posts().await, 1, "it is gone");
    assert_eq!(world.has("hub:alice").await, (vec![RequestState::Withdrawn], 0));
}

#[tokio::test]
async fn where_names_are_hidden_a_request_can_be_decided_and_is_whose_it_is_once_that_is_known() {
    let world = Desked::start().await;
    world.scene.fake("hide", json!({ "repo": "acme/rc1", "on": true })).await;
    let id = world.scene.asks("acme/rc1", "alice").await;
    world.polls().await;
    let nobody = format!("hub:request:{id}");
    assert_eq!(world.has(&nobody).await, (vec![RequestState::Pending], 0));
    world.decides(&format!("hub:acme/rc1#{id}"), yes("g1")).await;
    world.polls().await;
    assert_eq!(world.posts().await, 1);
    world.scene.fake("hide", json!({ "repo": "acme/rc1", "on": false })).await;
    world.polls().await;
    assert_eq!(world.has("hub:alice").await, (vec![RequestState::Accepted], 1));
    assert_eq!(world.has(&nobody).await, (vec![RequestState::Withdrawn], 0));
    assert_eq!(world.posts().await, 1);
}

#[tokio::test]
async fn answers_that_are_longer_than_a_record_stop_no_poll() {
    let world = Desked::start().await;
    let long = "\u{1}".repeat(4000);
    let fields: serde_json::Map<_, _> =
        (0..60).map(|number| (format!("field {number:02}"), json!(long))).collect();
    let ask = json!({ "repo": "acme/rc1", "user": "alice", "fields": fields });
    world.scene.fake("ask", ask).await;
    world.polls().await;
    assert_eq!(world.has("hub:alice").await, (vec![RequestState::Pending], 0));
}

#[tokio::test]
async fn who_has_another_name_on_the_hub_leaves_nothing_to_whoever_takes_the_former() {
    let (world, rc1) = (Desked::start().await, repo("acme/rc1"));
    let desk = world.desk();
    let mut known = Vec::new();
    for name in ["alice", "alicia"] {
        let request = json!({ "id": "r1", "user": name, "status": "accepted" });
        let seen: HubRequest = serde_json::from_value(request).expect("a request");
        let events = sluice_gateway::hub::diff(&rc1, &known, &[seen]);
        desk.apply(&events).await.expect("records");
        known = desk.known(&rc1).await.expect("records");
        assert_eq!(known.len(), 1);
        assert_eq!(world.has(&format!("hub:{name}")).await, (vec![RequestState::Accepted], 1));
    }
    assert_eq!(world.has("hub:alice").await, (vec![RequestState::Withdrawn], 0));
}

#[tokio::test]
async fn a_request_that_cannot_be_kept_stands_in_no_others_way() {
    let (world, rc1) = (Desked::start().await, repo("acme/rc1"));
    let desk = world.desk();
    // A document of this name is there already, and is none.
    let owner = Owner::Principal(PrincipalId::new("eve"));
    let (id, tag) = ("hub:acme/rc1#r1:alice".to_owned(), String::new());
    let spoilt = Write { kind: Kind::REQUEST, id, owner, tag, body: json!(7), expected: None };
    let (by, verb, reason) = ("eve".into(), "spoil".into(), String::new());
    let act = Act { by, verb, reason, at: world.scene.hands.now() };
    let batch = Batch { writes: vec![spoilt], act };
    world.store.records.commit(batch).await.expect("kept");
    let seen = [("r1", "alice"), ("r2", "bob")].map(|(id, user)| {
        let request = json!({ "id": id, "user": user, "status": "accepted" });
        serde_json::from_value::<HubRequest>(request).expect("a request")
    });
    let events = sluice_gateway::hub::diff(&rc1, &[], &seen);
    let failed = desk.apply(&events).await;
    assert!(failed.is_err_and(|why| why.to_string().contains("r1:alice")));
    assert_eq!(world.has("hub:bob").await, (vec![RequestState::Accepted], 1));
    assert_eq!(desk.known(&rc1).await.expect("records").len(), 1, "the other is tried again");
}
