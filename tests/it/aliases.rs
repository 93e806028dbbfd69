//! Names that mean what a caller may use, and names that pin one revision.

use serde_json::json;
use sluice_tests::World;

/// `latest` is the internal model for whoever may use that, then the trusted one, then the open one.
async fn world() -> World {
    World::with(|file| {
        file.as_object_mut()
            .expect("a file of sections")
            .insert("aliases".into(), json!({ "latest": ["internal-1", "trusted-1", "open-1"] }));
    })
    .await
}

#[tokio::test]
async fn one_name_means_to_each_caller_what_it_may_use() {
    let mut world = world().await;
    let meant = async |world: &World, caller: &sluice_tests::Caller| {
        let reply = caller.asks("latest").await;
        // The caller is answered by the name it asked for: another would tell of a model.
        assert_eq!(reply.is_ok().json()["model"], "latest");
        world.total(u64::try_from(world.backend.requests()).expect("few")).await;
        let books = world.books(&[sluice_store::By::Model, sluice_store::By::Principal]).await;
        format!("{books:?}")
    };
    let books = meant(&world, world.ina()).await;
    assert!(books.contains("internal-1") && !books.contains("trusted-1"), "{books}");
    let books = meant(&world, world.ada()).await;
    assert!(books.contains("trusted-1") && !books.contains("open-1"), "{books}");
    let books = meant(&world, world.bob()).await;
    assert!(books.contains("open-1"), "{books}");
    // Nobody is told of an alias all of whose models are hidden.
    world.reloads(|file| file["aliases"]["latest"] = json!(["internal-1"])).expect("a good file");
    world.bob().asks("latest").await.is_refused(404, "model_not_found");
    world.bob().gets("/v1/models/latest").await.is_refused(404, "model_not_found");
    world.ina().gets("/v1/models/latest").await.is_ok();
}

#[tokio::test]
async fn a_pinned_revision_is_that_one_or_none() {
    let mut world = world().await;
    world.bob().asks("open-1@9f2c1b7d").await.is_ok();
    world.bob().asks("open-1@other").await.is_refused(404, "model_not_found");
    world.bob().asks("internal-1@9f2c1b7d").await.is_refused(404, "model_not_found");
    world.reloads(|file| file["models"]["open-1"]["revision"] = "new".into()).expect("a good file");
    world.bob().asks("open-1@9f2c1b7d").await.is_refused(404, "model_not_found");
    world.bob().asks("open-1@new").await.is_ok();
}
