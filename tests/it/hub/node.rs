//! The Hub and a node: who is let in there may call here, and the other way round.

use super::real::Theirs;
use super::*;
use sluice_config::words::{GrantId, ReleaseStage};
use sluice_store::acts::{self, Decision};
use sluice_store::{Act, Kind};
use sluice_tests::{Process, Reply, World, put};

/// Longer than the wait between two polls.
const LATER: Duration = Duration::from_secs(2);

/// A node that links the stand-in of a scene.
async fn node(scene: &Scene) -> World {
    let setup = World::setup().await;
    put(setup.folder(), "hub.token", "hf_write");
    let endpoint = format!("http://{}", scene.fake.at);
    setup.with(|file| links(file, &endpoint)).start().await
}

fn links(file: &mut Value, endpoint: &str) {
    file["models"]["trusted-1"]["stage"] = json!("gated");
    file["models"]["trusted-1"]["access_requests"] = json!(true);
    file["hub"] = json!({
        "endpoint": endpoint, "token": { "file": "hub.token" }, "poll_ms": 1000,
        "repos": { "acme/rc1": { "model": "trusted-1" } }, "identity": { "tier": "public" },
    });
}

/// Has the node poll twice: one that was under way may have read the lists before.
async fn polls(world: &World) {
    let count = || async {
        let counted = [("repo", "acme/rc1"), ("result", "ok")];
        world.metrics().await.sum("sluice_hub_polls_total", &counted)
    };
    for _ in 0..2 {
        let before = count().await;
        world.hands.turn(LATER);
        until("a poll", || async { count().await > before }).await;
    }
}

/// What has changed on the Hub is felt after a poll: a call with alice's token comes to this.
async fn becomes(world: &World, status: u16, code: &str) {
    polls(world).await;
    until(code, || async {
        let reply = asks(world, "hf_alice").await;
        (reply.status, reply.code().unwrap_or_default().as_str()) == (status, code)
    })
    .await;
}

async fn asks(world: &World, token: &str) -> Reply {
    world.with_key(token).asks("trusted-1").await
}

async fn decides(world: &World, request: &str, decision: Decision) {
    let (by, verb, reason) = ("ada".into(), "decide".into(), "no affiliation".into());
    let act = Act { by, verb, reason, at: world.hands.now() };
    let records = &world.node.store().records;
    acts::decide(&**records, request, decision, &act).await.expect("a decision");
}

fn yes(grant: &str) -> Decision {
    Decision::Accept { grant: GrantId::new(grant), from: ReleaseStage::Gated }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_decided_on_either_side_is_so_on_both() {
    let scene = Scene::start().await;
    let test = "what_is_decided_on_either_side_is_so_on_both";
    let Some(mut theirs) = Theirs::start(test, &scene) else { return };
    let world = node(&scene).await;
    asks(&world, "hf_alice").await.is_refused(403, "access_request_required");
    let id = scene.asks("acme/rc1", "alice").await;
    becomes(&world, 403, "access_pending").await;
    theirs.owner(&["accept", "acme/rc1", "alice"]).await;
    becomes(&world, 200, "").await;
    theirs.owner(&["cancel", "acme/rc1", "alice"]).await;
    becomes(&world, 403, "access_pending").await;
    let request = format!("hub:acme/rc1#{id}:alice");
    decides(&world, &request, yes("grant_1")).await;
    becomes(&world, 200, "").await;
    until("the Hub to know", || async { says(&scene, &id, "accepted").await }).await;
    assert_eq!(theirs.lists("accepted").await, ["alice"]);
    decides(&world, &request, Decision::Reject).await;
    until("the Hub to know", || async { says(&scene, &id, "rejected").await }).await;
    becomes(&world, 403, "access_rejected").await;
    assert_eq!(theirs.lists("rejected").await, ["alice"]);
}

/// Whether the last that we told the Hub is this.
async fn says(scene: &Scene, id: &str, status: &str) -> bool {
    let told = scene.transcript().await;
    let last = told.iter().rfind(|(line, _)| line.ends_with("/handle"));
    last.is_some_and(|(_, body)| body["requestId"] == id && body["status"] == status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_decided_here_waits_for_no_poll() {
    let scene = Scene::start().await;
    let id = scene.asks("acme/rc1", "alice").await;
    let world = node(&scene).await;
    let name = format!("hub:acme/rc1#{id}:alice");
    let records = &world.node.store().records;
    until("the first poll", || async {
        records.document(&Kind::REQUEST, &name).await.expect("records").is_some()
    })
    .await;
    // The clock stands still: nothing but the decision has the node speak to the Hub again.
    decides(&world, &name, yes("grant_1")).await;
    until("the Hub to know", || async { says(&scene, &id, "accepted").await }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_hub_said_of_a_token_ends_with_the_poll_that_hears_otherwise() {
    let scene = Scene::start().await;
    let (client, rc1) = (scene.hub.client(), repo("acme/rc1"));
    client.grant(&rc1, &user("alice")).await.expect("granted");
    let world = node(&scene).await;
    asks(&world, "hf_alice").await.is_ok();
    polls(&world).await;
    let whose = sluice_gateway::hub::Whose::User(user("alice"));
    let wish = sluice_gateway::hub::Wish::Cancel;
    client.handle(&rc1, &whose, &wish).await.expect("cancelled");
    becomes(&world, 403, "access_pending").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_hub_is_away_a_caller_is_known_for_a_while_and_no_token_is_wrong() {
    let scene = Scene::start().await;
    let client = scene.hub.client();
    client.grant(&repo("acme/rc1"), &user("alice")).await.expect("granted");
    let world = node(&scene).await;
    asks(&world, "hf_alice").await.is_ok();
    scene.is_away(true).await;
    world.hands.turn(Duration::from_mins(15));
    asks(&world, "hf_alice").await.is_ok();
    asks(&world, "hf_bob").await.is_refused(503, "auth_unavailable");
    world.hands.turn(Duration::from_secs(61));
    asks(&world, "hf_alice").await.is_refused(503, "auth_unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_the_hub_does_not_know_is_like_any_other_wrong_credential() {
    let scene = Scene::start().await;
    let mut world = node(&scene).await;
    let essence = |reply: &Reply| {
        let id = reply.header("x-request-id").unwrap_or_default().to_owned();
        (reply.status, reply.body().replace(&id, "ID"))
    };
    let wrong = essence(&asks(&world, "hf_wrong").await);
    assert_eq!(wrong, essence(&asks(&world, "sk-sluice-nonsense").await));
    assert_eq!(wrong.0, 401);
    asks(&world, "hf_bob").await.is_refused(403, "access_request_required");
    // Without a tier for them, a token of the Hub is no credential, and is sent to nobody.
    let without =
        |file: &mut Value| _ = file["hub"].as_object_mut().map(|hub| hub.remove("identity"));
    world.reloads(without).expect("a configuration");
    let before = asked(&scene).await;
    assert_eq!(essence(&asks(&world, "hf_carol").await), wrong);
    assert_eq!(asked(&scene).await, before);
}

async fn asked(scene: &Scene) -> usize {
    let all = scene.transcript().await;
    all.iter().filter(|(line, _)| line.ends_with("/whoami-v2")).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_polls_the_hub_that_is_linked_then() {
    let (scene, other) = (Scene::start().await, Scene::start().await);
    let mut world = node(&scene).await;
    let id = other.asks("acme/rc1", "alice").await;
    world
        .reloads(|file| file["hub"]["endpoint"] = json!(format!("http://{}", other.fake.at)))
        .expect("it");
    let name = format!("hub:acme/rc1#{id}:alice");
    let records = &world.node.store().records;
    until("the request", || async {
        records.document(&Kind::REQUEST, &name).await.expect("records").is_some()
    })
    .await;
    let before = scene.transcript().await.len();
    let client = other.hub.client();
    client.grant(&repo("acme/rc1"), &user("dave")).await.expect("granted");
    polls(&world).await;
    world.with_key("hf_dave").asks("trusted-1").await.is_ok();
    assert_eq!(scene.transcript().await.len(), before, "nobody polls the former one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_lets_in_whom_it_accepts_and_a_later_one_takes_back() {
    let (scene, backend) = (Scene::start().await, sluice_tests::Backend::start().await);
    let folder = tempfile::TempDir::new().expect("a folder");
    put(folder.path(), "hub.token", "hf_write");
    let mut file = file(&backend.url());
    links(&mut file, &format!("http://{}", scene.fake.at));
    let process = Process::serve(folder.path(), file).await;
    let row = |user: &str, status: &str| {
        json!({ "user": user, "fullname": "A", "status": status, "email": null,
            "time": "2026-11-01T00:00:00.000Z", "reviewedAt": null })
    };
    let alice = Caller::with_key(process.api, "hf_alice");
    let import = |rows: Value| {
        put(folder.path(), "report.json", &rows.to_string());
        let ran = process.cli(&["hub", "import", "report.json", "--repo", "acme/rc1", "--json"]);
        serde_json::from_str::<Value>(ran.is_fine()).expect("JSON")
    };
    alice.asks("trusted-1").await.is_refused(403, "access_request_required");
    let both = json!([row("alice", "accepted"), row("bob", "pending")]);
    let expected = json!({ "given": ["alice"], "taken_back": [], "unchanged": 0 });
    assert_eq!(import(both.clone()), expected);
    until("alice to be in", || async { alice.asks("trusted-1").await.status == 200 }).await;
    assert_eq!(import(both.clone()), json!({ "given": [], "taken_back": [], "unchanged": 1 }));
    let expected = json!({ "given": ["bob"], "taken_back": ["alice"], "unchanged": 0 });
    assert_eq!(import(json!([row("bob", "accepted"), row("alice", "rejected")])), expected);
    until("alice to be out", || async { alice.asks("trusted-1").await.status == 403 }).await;
    let expected = json!({ "given": ["alice"], "taken_back": ["bob"], "unchanged": 0 });
    assert_eq!(import(both), expected);
    // What the Hub says of somebody counts more than a report that is older.
    scene.asks("acme/rc1", "alice").await;
    until("alice to wait", || async {
        alice.asks("trusted-1").await.code().as_deref() == Some("access_pending")
    })
    .await;
    let unknown = process.cli(&["hub", "import", "report.json", "--repo", "acme/rc2"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.err.contains("acme/rc2 is linked to no model"), "{}", unknown.err);
}

#[tokio::test]
async fn a_form_is_read_once_and_kept_while_the_hub_is_away() {
    let scene = Scene::start().await;
    let model = sluice_config::words::ModelId::new("trusted-1");
    let form = scene.hub.form(&model).await.expect("a card").expect("a form");
    assert_eq!(form.fields.len(), 4);
    scene.is_away(true).await;
    for _ in 0..2 {
        let kept = scene.hub.form(&model).await.expect("kept").expect("a form");
        assert!(Arc::ptr_eq(&form, &kept));
        scene.hands.turn(Duration::from_mins(5));
    }
    let nothing = scene.hub.form(&sluice_config::words::ModelId::new("open-1")).await;
    assert_eq!(nothing, Ok(None));
}
