//! What is listed is what may be used; what is hidden does not exist.

use serde_json::json;
use sluice_tests::{Caller, Reply, World};

async fn listed(caller: &Caller) -> Vec<String> {
    let reply = caller.gets("/v1/models").await;
    let json = reply.is_ok().json();
    assert_eq!(json["object"], "list");
    let cards = json["data"].as_array().expect("a list");
    for card in cards {
        assert_eq!(card["object"], "model");
        assert_eq!(card["owned_by"], "lab");
        assert_eq!(card["created"], 1_793_491_200);
        assert_eq!(card.as_object().map(serde_json::Map::len), Some(4), "{card}");
    }
    cards.iter().map(|card| card["id"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn the_list_is_the_decision() {
    let world = World::start().await;
    assert_eq!(listed(world.bob()).await, ["embed-1", "open-1"]);
    assert_eq!(listed(world.ada()).await, ["embed-1", "open-1", "soon-1", "trusted-1"]);
    assert_eq!(
        listed(world.ina()).await,
        ["embed-1", "internal-1", "open-1", "soon-1", "trusted-1"]
    );
    let all = ["open-1", "soon-1", "trusted-1", "internal-1"];
    for caller in [world.bob(), world.ada(), world.ina()] {
        let list = listed(caller).await;
        for model in all {
            let may = caller.asks(model).await.status == 200;
            let card = caller.gets(&format!("/v1/models/{model}")).await.status == 200;
            let is_listed = list.iter().any(|listed| listed == model);
            assert_eq!((may, card), (is_listed, is_listed), "{model}");
        }
    }
}

#[tokio::test]
async fn an_alias_is_the_model() {
    let world = World::start().await;
    assert_eq!(world.bob().asks("open").await.is_ok().json()["model"], "open");
    assert_eq!(world.bob().gets("/v1/models/open").await.is_ok().json()["id"], "open");
    world.bob().asks("secret").await.is_refused(404, "model_not_found");
    world.ina().asks("secret").await.is_ok();
}

/// What of a refusal may differ from another: the request id, the date, the name asked for.
fn essence(reply: &Reply, name: &str) -> String {
    let id = reply.header("x-request-id").unwrap_or_default().to_owned();
    let headers: Vec<_> = reply
        .head
        .headers
        .iter()
        .filter(|(name, _)| !["date", "content-length"].contains(&name.to_lowercase().as_str()))
        .collect();
    let text = format!("{} {headers:?} {}", reply.head.first, reply.body());
    text.replace(&id, "ID").replace(name, "NAME")
}

#[tokio::test]
async fn a_hidden_model_does_not_exist() {
    let world = World::start().await;
    for streamed in [false, true] {
        let ask = |name: &str| world.bob().asks(name).with("stream", streamed);
        let made_up = ask("none-1").await;
        for hidden in ["internal-1", "trusted-1", "secret"] {
            let reply = ask(hidden).await;
            reply.is_refused(404, "model_not_found");
            assert_eq!(essence(&reply, hidden), essence(&made_up, "none-1"), "{hidden}");
        }
    }
    let made_up = world.bob().gets("/v1/models/none-1").await;
    for hidden in ["internal-1", "trusted-1", "secret"] {
        let reply = world.bob().gets(&format!("/v1/models/{hidden}")).await;
        assert_eq!(essence(&reply, hidden), essence(&made_up, "none-1"), "{hidden}");
    }
    // Nor is it betrayed by what is asked of it, in a bad way or a wrong one.
    for (field, value) in [("max_tokens", json!(100_000)), ("n", json!(100)), ("tools", json!([]))]
    {
        let hidden = world.bob().asks("internal-1").with(field, value.clone()).await;
        let made_up = world.bob().asks("none-1").with(field, value).await;
        assert_eq!(essence(&hidden, "internal-1"), essence(&made_up, "none-1"), "{field}");
    }
    let hidden = world.bob().embeds("internal-1", "x").await;
    assert_eq!(
        essence(&hidden, "internal-1"),
        essence(&world.bob().embeds("none-1", "x").await, "none-1")
    );
    world.backend.saw_nothing();
}

#[tokio::test]
async fn an_announced_model_is_said_to_be_coming() {
    let world = World::start().await;
    let reply = world.bob().asks("soon-1").await;
    reply.is_refused(403, "model_not_released");
    assert!(reply.body().contains("trusted"), "{}", reply.body());
    world.bob().gets("/v1/models/soon-1").await.is_refused(403, "model_not_released");
    assert_eq!(listed(world.bob()).await, ["embed-1", "open-1"]);
}

#[tokio::test]
async fn a_tier_that_is_gone_sees_nothing() {
    let mut world = World::start().await;
    let carl = world.makes("carl", "trusted").await;
    carl.asks("open-1").await.is_ok();
    let changed = world.reloads(|file| {
        file["tiers"].as_object_mut().expect("tiers").remove("trusted");
    });
    changed.expect("a file without problems");
    carl.asks("open-1").await.is_refused(404, "model_not_found");
    world.bob().asks("open-1").await.is_ok();
}
