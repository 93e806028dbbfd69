//! What callers see to themselves: what they may do, licences they agree to, models they ask for.

mod requests;

use serde_json::{Value, json};
use sluice_config::words::{
    Grant, OrganisationId, PrincipalId, ProjectId, Sanction, Standing, Timestamp,
};
use sluice_store::acts::{self, NewAction};
use sluice_store::bodies::NextStep;
use sluice_store::{Act, Owner};
use sluice_tests::{Reply, Setup, World, put, until};

const TEXT: &str = "You may use these weights for research.\n";
/// `sha256sum` of [`TEXT`].
const HASH: &str = "afd343e4d5934ff06e945cb3bc96d9a543ea0de83a04ad2576383c2d86163607";

/// A world in which `open-1` wants its licence agreed to, by `who`, and `gated-1` has to be asked for.
async fn setup(who: &str) -> Setup {
    let setup = World::setup().await;
    put(setup.folder(), "mit.txt", TEXT);
    setup.with(|file| {
        file["licences"] = json!({
            "mit": { "text": "mit.txt", "accept": who },
            "gemma": { "text": "mit.txt", "other_text": true },
        });
        file["models"]["open-1"]["licence"] = "mit".into();
        let mut gated = file["models"]["embed-1"].clone();
        gated["operations"] = json!(["chat"]);
        gated["stage"] = "gated".into();
        gated["access_requests"] = true.into();
        gated["access_form"] = json!([
            { "label": "Affiliation", "kind": "text" },
            { "label": "Role", "kind": "select", "options": ["student", "other"] },
            { "label": "I agree", "kind": "checkbox" },
            { "label": "News", "kind": "checkbox", "required": false },
        ]);
        let mut hidden = file["models"]["internal-1"].clone();
        hidden["licence"] = "gemma".into();
        hidden["aliases"] = json!([]);
        file["models"]["gated-1"] = gated;
        file["models"]["hidden-1"] = hidden;
        file["tiers"]["gated"] = json!({ "sees": "gated", "limits": [
            { "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 50 },
            { "unit": "tokens", "window": "day", "scope": "principal", "ceiling": 100_000 },
            { "unit": "concurrency", "scope": "principal", "window": "now", "ceiling": 3 },
        ] });
    })
}

async fn world() -> World {
    setup("principal").await.start().await
}

fn act() -> Act {
    let (by, verb, reason) = ("test".into(), "test".into(), "spam was sent".into());
    Act { by, verb, reason, at: Timestamp(1) }
}

fn named<'a>(me: &'a Value, model: &str) -> &'a Value {
    let models = me["models"].as_array().expect("models");
    models.iter().find(|it| it["id"] == model).unwrap_or(&Value::Null)
}

async fn hash(world: &World) -> String {
    let licence = world.bob().gets("/v1/access/licences/mit").await;
    licence.is_ok().json()["text_sha256"].as_str().expect("a hash").to_owned()
}

#[tokio::test]
async fn a_licence_is_read_and_agreed_to_and_the_next_call_passes() {
    let world = world().await;
    let refused = world.bob().asks("open-1").await;
    refused.is_refused(403, "licence_acceptance_required");
    assert!(refused.body().contains("/v1/access/licences/mit"), "{}", refused.body());
    let licence = world.bob().gets("/v1/access/licences/mit").await;
    let told = licence.is_ok().json();
    assert_eq!((&told["text"], &told["accepted"]), (&json!(TEXT), &json!(false)));
    assert_eq!(told["text_sha256"], HASH);
    let agreed = world.bob().posts(
        "/v1/access/licences/mit",
        json!({ "text_sha256": HASH, "statement": "I have read it" }),
    );
    assert_eq!(agreed.await.is_ok().json()["method"], "self_service");
    world.bob().asks("open-1").await.is_ok();
    let licence = world.bob().gets("/v1/access/licences/mit").await;
    assert_eq!(licence.json()["accepted"], true);
    world.ada().asks("open-1").await.is_refused(403, "licence_acceptance_required");
}

#[tokio::test]
async fn another_text_is_not_agreed_to_and_the_present_one_is_named() {
    let world = world().await;
    let path = "/v1/access/licences/mit";
    let old = world.bob().posts(path, json!({ "text_sha256": "0".repeat(64) })).await;
    old.is_refused(400, "invalid_parameter");
    assert!(old.body().contains(&hash(&world).await), "{}", old.body());
    for body in [json!({}), json!({ "text_sha256": "x" }), json!({ "text_sha256": HASH, "by": 1 })]
    {
        world.bob().posts(path, body).await.is_refused(400, "invalid_parameter");
    }
    let twice = format!(r#"{{"text_sha256":"{HASH}","text_sha256":"{HASH}"}}"#);
    world.bob().posts(path, json!({})).body(twice).await.is_refused(400, "invalid_json");
    world.bob().asks("open-1").await.is_refused(403, "licence_acceptance_required");
}

#[tokio::test]
async fn nobody_agrees_for_an_organisation_unless_the_file_says_so() {
    let mut world = setup("organisation").await.start().await;
    let records = world.node.store().records.clone();
    let (lab, team) = (OrganisationId::new("lab"), ProjectId::new("team"));
    acts::organise(&*records, &lab, |_| {}, &act()).await.expect("an organisation");
    let theirs = lab.clone();
    acts::enrol(&*records, &team, |it| it.organisation = Some(theirs), &act()).await.expect("it");
    for who in ["bob", "ada"] {
        let who = PrincipalId::new(who);
        acts::place(&*records, &who, Some(&team), &act()).await.expect("a place");
    }
    let agree = json!({ "text_sha256": HASH });
    let path = "/v1/access/licences/mit";
    world.bob().posts(path, agree.clone()).await.is_refused(403, "insufficient_scope");
    world.bob().asks("open-1").await.is_refused(403, "licence_acceptance_required");
    let allow = |file: &mut Value| file["access"] = json!({ "organisation_acceptance": "allow" });
    world.reloads(allow).expect("a good file");
    world.bob().posts(path, agree.clone()).await.is_ok();
    world.bob().asks("open-1").await.is_ok();
    world.ada().asks("open-1").await.is_ok();
    world.ina().posts(path, agree).await.is_refused(403, "insufficient_scope");
}

#[tokio::test]
async fn a_caller_sees_what_it_has_and_what_each_model_would_need() {
    let world = world().await;
    let gina = world.makes("gina", "gated").await;
    let me = gina.gets("/v1/access/me").await.is_ok().json();
    assert_eq!((&me["principal"], &me["tier"]), (&json!("gina"), &json!("gated")));
    assert_eq!(me["standing"], json!({ "standing": "good", "actions": [] }));
    let left: Vec<_> =
        me["limits"].as_array().expect("limits").iter().map(|it| &it["left"]).collect();
    assert_eq!(left, [&json!(49), &json!(100_000), &json!(3)]);
    assert_eq!(named(&me, "embed-1")["usable"], true);
    assert_eq!(named(&me, "open-1")["needs"]["code"], "licence_acceptance_required");
    assert_eq!(named(&me, "open-1")["needs"]["url"], "/v1/access/licences/mit");
    assert_eq!(named(&me, "gated-1")["needs"]["code"], "access_request_required");
    assert_eq!(named(&me, "gated-1")["needs"]["url"], "/v1/access/requests");
    gina.embeds("embed-1", "x").await.is_ok();
    world.total(1).await;
    let me = gina.gets("/v1/access/me").await.is_ok().json();
    let left = |nth: usize| me["limits"][nth]["left"].as_u64().expect("a number");
    assert!(left(1) < 100_000 && left(0) < 49, "{}", me["limits"]);
    assert_eq!(left(2), 3, "none is under way");
}

#[tokio::test]
async fn who_is_suspended_is_told_why_and_where_to_appeal_and_nothing_of_models() {
    let setup = setup("principal").await;
    let appeal = "https://lab.example/appeal";
    let setup = setup.with(|file| file["access"] = json!({ "appeal_url": appeal }));
    let world = setup.start().await;
    let records = world.node.store().records.clone();
    let sanction = Sanction { standing: Standing::Suspended, expires: None };
    let new = NewAction { id: "enac_1".into(), sanction, next: NextStep::Appeal };
    let bob = Owner::Principal(PrincipalId::new("bob"));
    acts::open(&*records, bob, new, &act()).await.expect("an action");
    let refused = || async { world.bob().asks("open-1").await.status == 403 };
    until("the action to be heard", refused).await;
    let reply = world.bob().asks("open-1").await;
    reply.is_refused(403, "principal_suspended");
    assert!(reply.body().contains(appeal), "{}", reply.body());
    let me = world.bob().gets("/v1/access/me").await.is_ok().json();
    assert_eq!(me["standing"]["standing"], "suspended");
    assert_eq!(me["standing"]["appeal_url"], appeal);
    let action = &me["standing"]["actions"][0];
    assert_eq!((&action["reason"], &action["next"]), (&json!("spam was sent"), &json!("appeal")));
    assert_eq!(me["models"], json!([]));
}

/// An answer without what differs between any two calls.
fn bare(reply: &Reply, name: &str) -> (u16, String) {
    let id = reply.header("x-request-id").unwrap_or_default();
    (reply.status, reply.body().replace(id, "ID").replace(name, "NAME"))
}

#[tokio::test]
async fn a_hidden_model_is_one_that_does_not_exist_on_every_path() {
    let world = world().await;
    let me = world.bob().gets("/v1/access/me").await.is_ok().body();
    for secret in ["hidden-1", "internal-1", "trusted-1", "gemma"] {
        assert!(!me.contains(secret), "{secret}: {me}");
    }
    for (hidden, nothing) in [("gemma", "nothing"), ("llama3.1", "nothing")] {
        let path = |id: &str| format!("/v1/access/licences/{id}");
        let (one, other) = (world.bob().gets(&path(hidden)), world.bob().gets(&path(nothing)));
        assert_eq!(bare(&one.await, hidden), bare(&other.await, nothing));
        let agree = json!({ "text_sha256": HASH });
        let one = world.bob().posts(&path(hidden), agree.clone()).await;
        let other = world.bob().posts(&path(nothing), agree).await;
        assert_eq!((bare(&one, hidden), one.status), (bare(&other, nothing), 404));
    }
    let ask = |model: &str| {
        world.bob().posts("/v1/access/requests", json!({ "model": model, "fields": {} }))
    };
    let (one, other) = (ask("hidden-1").await, ask("nothing").await);
    one.is_refused(404, "model_not_found");
    assert_eq!(bare(&one, "hidden-1"), bare(&other, "nothing"));
}

#[tokio::test]
async fn each_takes_a_request_and_wants_a_key() {
    let world = setup("principal").await.with(|file| {
        file["tiers"]["public"]["limits"] =
            json!([{ "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 3 }]);
    });
    let world = world.start().await;
    world.nobody().gets("/v1/access/me").await.is_refused(401, "invalid_api_key");
    world.bob().gets("/v1/access/me").await.is_ok();
    world.bob().gets("/v1/access/requests").await.is_ok();
    let bad = world.bob().posts("/v1/access/requests", json!({ "odd": 1 })).await;
    bad.is_refused(400, "invalid_parameter");
    world.bob().gets("/v1/access/me").await.is_refused(429, "rate_limit_exceeded");
}

#[tokio::test]
async fn refusals_name_the_urls_of_the_file() {
    let setup = setup("principal").await.with(|file| {
        file["access"] = json!({
            "request_url": "https://lab.example/ask", "licence_url": "https://lab.example/terms",
        });
    });
    let world = setup.start().await;
    let gina = world.makes("gina", "gated").await;
    for (model, url) in
        [("gated-1", "https://lab.example/ask"), ("open-1", "https://lab.example/terms")]
    {
        let refused = gina.asks(model).await;
        assert!(refused.body().contains(url), "{}", refused.body());
        let me = gina.gets("/v1/access/me").await.json();
        assert_eq!(named(&me, model)["needs"]["url"], url);
    }
}

#[tokio::test]
async fn a_raised_limit_is_one_limit_whatever_is_asked() {
    let world = setup("principal").await.with(|file| {
        file["models"]["open-1"]["licence"] = "apache-2.0".into();
        file["tiers"]["public"]["limits"] = json!([
            { "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 3 },
        ]);
    });
    let world = world.start().await;
    let grant = json!({
        "id": "grant_1", "source": "operator", "reason": "a trial",
        "gives": { "limit": {
            "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 4,
        } },
    });
    let grant: Grant = serde_json::from_value(grant).expect("a grant");
    let bob = Owner::Principal(PrincipalId::new("bob"));
    acts::give(&*world.node.store().records, bob, &grant, &act()).await.expect("given");
    let me = world.bob().gets("/v1/access/me").await.is_ok().json();
    assert_eq!((&me["limits"][0]["ceiling"], &me["limits"][0]["left"]), (&json!(4), &json!(3)));
    assert_eq!(me["grants"][0]["id"], "grant_1");
    world.bob().posts("/v1/moderations", json!({ "input": "x" })).await.is_ok();
    world.bob().asks("open-1").await.is_ok();
    world.bob().posts("/v1/moderations", json!({ "input": "x" })).await.is_ok();
    world.bob().asks("open-1").await.is_refused(429, "rate_limit_exceeded");
}
