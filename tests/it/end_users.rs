//! On whose behalf: what callers call their end users is hashed at once, and each stands for itself.

use serde_json::json;
use sluice_config::words::{EndUserId, PrincipalId, Sanction, Standing};
use sluice_store::acts::{self, NewAction};
use sluice_store::bodies::NextStep;
use sluice_store::{Act, Listing, Owner};
use sluice_tests::{Call, World, until};

fn act(world: &World, verb: &str) -> Act {
    use sluice_config::words::Clock as _;
    let (by, reason) = ("a test".into(), "abuse".into());
    Act { by, verb: verb.into(), reason, at: world.hands.now() }
}

/// Opens an action about somebody.
async fn is(world: &World, owner: Owner, standing: Standing) {
    let sanction = Sanction { standing, expires: None };
    let id = format!("enac_{}_{standing}", owner.id());
    let new = NewAction { id, sanction, next: NextStep::Appeal };
    let records = &world.node.store().records;
    acts::open(&**records, owner, new, &act(world, "sanction")).await.expect("an action");
}

/// Every way to name an end user, in the body or in a header.
fn ways(world: &World, name: &str) -> Vec<Call> {
    let ada = world.ada();
    let message = json!({
        "model": "open-1", "max_tokens": 64, "messages": [{ "role": "user", "content": "hi" }],
        "metadata": { "user_id": name },
    });
    let by = |header: &str| ada.asks("open-1").header(header, name);
    vec![
        ada.asks("open-1").with("safety_identifier", name),
        ada.asks("open-1").with("user", name),
        by("openai-safety-identifier"),
        by("perplexity-safety-identifier"),
        by("anthropic-user-profile-id"),
        ada.posts("/v1/messages", message),
    ]
}

/// A world whose model is offered in Anthropic's dialect too.
async fn world() -> World {
    World::with(|file| {
        file["upstreams"]["local"]["dialects"] = json!(["openai", "anthropic"]);
        file["models"]["open-1"]["operations"] = json!(["chat", "completion", "message"]);
    })
    .await
}

/// Suspends whom ada calls so.
async fn blocked(world: &World, name: &str) -> EndUserId {
    let known = world.node.end_user(&PrincipalId::new("ada"), name).await.expect("an id");
    is(world, Owner::EndUser(known.clone()), Standing::Suspended).await;
    known
}

#[tokio::test]
async fn one_end_user_is_blocked_and_no_other_and_not_the_caller() {
    let world = world().await;
    let id = blocked(&world, "alice@example.com").await;
    assert!(!id.as_str().contains("alice"), "hashed");
    let first = || async { world.ada().asks("open-1").with("user", "alice@example.com").await };
    until("it to be felt", || async { first().await.status == 403 }).await;
    for call in ways(&world, "alice@example.com") {
        let reply = call.await;
        assert_eq!(reply.status, 403, "{}", reply.body());
        assert!(reply.body().contains("end user"), "{}", reply.body());
        assert!(!reply.body().contains("alice"), "not told back: {}", reply.body());
    }
    first().await.is_refused(403, "identifier_blocked");
    world.ada().asks("open-1").with("user", "bob@example.com").await.is_ok();
    world.ada().asks("open-1").await.is_ok();
    // The same name of another principal is another person.
    world.bob().asks("open-1").with("user", "alice@example.com").await.is_ok();
    // Nothing that was kept has the name.
    let all = world.node.store().records.documents(&Listing::default()).await.expect("documents");
    let all = serde_json::to_string(&all.iter().map(|it| &it.body).collect::<Vec<_>>());
    assert!(!all.expect("JSON").contains("alice"));
    assert!(!world.metrics().await.text.contains("alice"));
}

#[tokio::test]
async fn identifiers_that_differ_or_are_too_long_are_refused() {
    let world = World::start().await;
    let two = world.ada().asks("open-1").with("user", "a").header("openai-safety-identifier", "b");
    two.await.is_refused(400, "invalid_parameter");
    let long = "x".repeat(129);
    let call = world.ada().asks("open-1").with("safety_identifier", long.as_str());
    call.await.is_refused(400, "invalid_parameter");
    // `safety_identifier` takes the place of `user`.
    let both = world.ada().asks("open-1").with("user", "a").with("safety_identifier", "b");
    both.header("openai-safety-identifier", "b").await.is_ok();
    let sent = world.backend.next().await.json();
    assert!(sent.get("user").is_none() && sent.get("safety_identifier").is_none(), "{sent}");
}
