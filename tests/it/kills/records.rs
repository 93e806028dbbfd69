//! Orders that come from records, and those that name what records say of a caller.

use super::{kill, restore};
use serde_json::{Value, json};
use sluice_config::words::{Clock as _, OrganisationId, PrincipalId, ProjectId};
use sluice_store::{Act, acts};
use sluice_tests::{World, answer, until};

fn act(world: &World) -> Act {
    let (by, verb, reason) = ("a test".into(), "try".into(), "a leak".into());
    Act { by, verb, reason, at: world.hands.now() }
}

#[tokio::test]
async fn what_is_ordered_in_the_store_is_felt_and_so_is_its_restore() {
    let world = World::start().await;
    world.backend.answers(answer::stream().says("good").hangs());
    let mut call = world.ada().asks("open-1").streamed().begins().await;
    call.says("good").await;
    let records = &world.node.store().records;
    let stopped = kill("1", &json!({ "model": "open-1" }), "reject");
    acts::order(&**records, &stopped, &act(&world)).await.expect("an order");
    call.rest().await.is_broken_off("model_suspended");
    world.ada().asks("open-1").await.is_refused(503, "model_suspended");
    acts::order(&**records, &stopped, &act(&world)).await.expect("the same order again");
    acts::order(&**records, &restore("1"), &act(&world)).await.expect("a restore");
    until("it to be restored", || async { world.ada().asks("open-1").await.status == 200 }).await;
}

/// A world in which ada is of a project of an organisation, and open-1 of a category.
async fn organised() -> World {
    let world = World::with(|file| {
        file["models"]["open-1"]["categories"] = json!(["cyber"]);
        file["listeners"][0]["trusted_proxies"] = json!(["127.0.0.1"]);
        file.as_object_mut()
            .expect("a file of sections")
            .insert("jurisdiction".into(), json!({ "country_header": "cf-ipcountry" }));
    })
    .await;
    let (records, act) = (&world.node.store().records, act(&world));
    let (org, project) = (OrganisationId::new("acme"), ProjectId::new("robots"));
    acts::organise(&**records, &org, |_| {}, &act).await.expect("an organisation");
    let of = |it: &mut sluice_store::bodies::Project| it.organisation = Some(org.clone());
    acts::enrol(&**records, &project, of, &act).await.expect("a project");
    acts::place(&**records, &PrincipalId::new("ada"), Some(&project), &act).await.expect("a place");
    world
}

#[tokio::test]
async fn what_records_say_of_a_caller_can_be_named() {
    let world = organised().await;
    // Once the project is felt, a directive that names it stops her.
    world.node.hear(kill("0", &json!({ "project": "robots" }), "reject")).await;
    until("the project to be felt", || async { world.ada().asks("open-1").await.status == 403 })
        .await;
    world.node.hear(restore("0")).await;
    let eve = world.node.end_user(&PrincipalId::new("ada"), "eve").await.expect("an id");
    let scopes: [(Value, u16, &str); 5] = [
        (json!({ "organisation": "acme" }), 403, "principal_suspended"),
        (json!({ "project": "robots" }), 403, "principal_suspended"),
        (json!({ "end_user": eve.as_str() }), 403, "principal_suspended"),
        (json!({ "region": "DE" }), 503, "model_suspended"),
        (json!({ "category": "cyber" }), 503, "model_suspended"),
    ];
    for (number, (scope, status, code)) in scopes.iter().enumerate() {
        let id = number.to_string();
        let asks = || world.ada().asks("open-1").with("user", "eve").header("cf-ipcountry", "DE");
        let id = format!("9{id}");
        world.backend.answers(answer::stream().says("good").hangs());
        let mut call = asks().streamed().begins().await;
        call.says("good").await;
        world.node.hear(kill(&id, scope, "reject")).await;
        call.rest().await.is_broken_off(code);
        asks().await.is_refused(*status, code);
        // Neither bob nor another of her calls is meant, unless all of them are.
        if !matches!(number, 0 | 1 | 4) {
            world.ada().asks("open-1").with("user", "bob").await.is_ok();
        }
        if number < 4 {
            world.bob().asks("open-1").await.is_ok();
        }
        world.node.hear(restore(&id)).await;
        asks().await.is_ok();
    }
}
