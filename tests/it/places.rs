//! Where callers are, and where what answers them is: each mode of jurisdiction, each source.

use serde_json::{Value, json};
use sluice_tests::{Call, World};

/// A world behind a proxy that writes countries into a header, and with a table of networks.
async fn somewhere(rules: Value) -> World {
    let setup = World::setup().await.with(|file| {
        file["listeners"][0]["trusted_proxies"] = json!(["127.0.0.1"]);
        let sections = file.as_object_mut().expect("a file of sections");
        sections.insert(
            "jurisdiction".into(),
            json!({
                "country_header": "cf-ipcountry",
                "country_table": "countries.csv",
                "rules": rules,
            }),
        );
        file["upstreams"]["local"]["region"] = "eu".into();
    });
    sluice_tests::put(
        setup.folder(),
        "countries.csv",
        "# ours\n192.0.2.0/24,FR\n2001:db8::/32,JP\n",
    );
    setup.start().await
}

/// A call from a country, as the proxy says.
fn from(world: &World, country: &str) -> Call {
    world.ada().asks("open-1").header("cf-ipcountry", country)
}

/// A call from an address, as the proxy says.
fn at(world: &World, address: &str) -> Call {
    world.ada().asks("open-1").header("x-forwarded-for", address)
}

#[tokio::test]
async fn a_rule_that_denies_is_for_those_it_names() {
    let world = somewhere(json!([{ "callers": ["KP", "FR"], "then": "deny" }])).await;
    from(&world, "kp").await.is_refused(403, "region_not_supported");
    from(&world, "DE").await.is_ok();
    at(&world, "192.0.2.7").await.is_refused(403, "region_not_supported");
    at(&world, "198.51.100.7").await.is_ok();
    at(&world, "2001:db8::7").await.is_ok();
    // Nobody knows: that is a country of its own, and the rule does not name it.
    world.ada().asks("open-1").await.is_ok();
    for unknown in ["XX", "T1", "", "DEU"] {
        from(&world, unknown).await.is_ok();
    }
    // What is not listed to those who may not use it is as if it were not there.
    let listed = world.ada().gets("/v1/models").header("cf-ipcountry", "KP").await;
    assert_eq!(listed.is_ok().json()["data"], json!([]));
    assert_eq!(world.backend.requests(), 8);
}

#[tokio::test]
async fn an_unknown_country_can_be_named_by_itself() {
    let world = somewhere(json!([{ "callers_unknown": true, "then": "deny" }])).await;
    world.ada().asks("open-1").await.is_refused(403, "region_not_supported");
    from(&world, "XX").await.is_refused(403, "region_not_supported");
    from(&world, "DE").await.is_ok();
    let known = json!([{ "callers_except": ["DE"], "then": "deny" }]);
    let world = somewhere(known).await;
    world.ada().asks("open-1").await.is_ok();
    from(&world, "DE").await.is_ok();
    from(&world, "FR").await.is_refused(403, "region_not_supported");
}

#[tokio::test]
async fn a_caller_and_a_backend_count_together() {
    let outside = json!([{ "callers": ["DE"], "backends_outside": ["eu"], "then": "deny" }]);
    let world = somewhere(outside).await;
    from(&world, "DE").await.is_ok();
    let within = json!([{ "callers": ["US"], "backends_in": ["eu"], "models": ["open-1"],
        "then": "deny" }]);
    let world = somewhere(within).await;
    from(&world, "US").await.is_refused(403, "region_not_supported");
    let other = world.ada().asks("trusted-1").header("cf-ipcountry", "US").await;
    other.is_ok();
    from(&world, "DE").await.is_ok();
}

#[tokio::test]
async fn labels_and_notices_are_told_and_refuse_nothing() {
    let world = somewhere(json!([
        { "callers": ["CN"], "then": "label", "text": "AI-generated" },
        { "callers": ["DE", "CN"], "then": "notice", "text": "see lab.example/eu" },
    ]))
    .await;
    for streamed in [false, true] {
        let told = from(&world, "CN").with("stream", streamed).await;
        assert_eq!(told.is_ok().header("x-sluice-label"), Some("AI-generated"));
        assert_eq!(told.header("x-sluice-notice"), Some("see lab.example/eu"));
    }
    let told = from(&world, "DE").await;
    assert_eq!(told.is_ok().header("x-sluice-label"), None);
    assert_eq!(told.header("x-sluice-notice"), Some("see lab.example/eu"));
    let told = world.ada().asks("open-1").await;
    assert_eq!(told.is_ok().header("x-sluice-notice"), None);
}

#[tokio::test]
async fn what_a_caller_writes_itself_is_not_believed() {
    let world = World::with(|file| {
        file["listeners"][0]["trusted_proxies"] = json!(["192.0.2.1"]);
        file.as_object_mut().expect("a file of sections").insert(
            "jurisdiction".into(),
            json!({
                "country_header": "cf-ipcountry",
                "rules": [{ "callers_unknown": true, "then": "deny" }],
            }),
        );
    })
    .await;
    from(&world, "DE").await.is_refused(403, "region_not_supported");
}

#[tokio::test]
async fn every_answer_names_the_policy_it_was_judged_by() {
    let mut world = World::start().await;
    let version = |reply: &sluice_tests::Reply| {
        reply.header("x-policy-version").map(str::to_owned).expect("a version")
    };
    let one = version(&world.ada().asks("open-1").await);
    for reply in [
        world.ada().asks("nothing").await,
        world.nobody().asks("open-1").await,
        world.ada().gets("/v1/models").await,
        world.ada().asks("open-1").streamed().await,
    ] {
        assert_eq!(version(&reply), one);
    }
    world.reloads(|file| file["models"]["open-1"]["stage"] = "gated".into()).expect("a good file");
    assert_ne!(version(&world.ada().asks("open-1").await), one);
}
