//! Asking for a model: by its form, decided, withdrawn.

use super::{act, world};
use serde_json::{Value, json};
use sluice_config::words::{GrantId, ReleaseStage};
use sluice_store::acts::{self, Decision};
use sluice_tests::until;

fn fields() -> Value {
    json!({ "Affiliation": "a lab", "Role": "student", "I agree": true })
}

#[tokio::test]
async fn access_is_asked_for_decided_and_withdrawn() {
    let world = world().await;
    let gina = world.makes("gina", "gated").await;
    gina.asks("gated-1").await.is_refused(403, "access_request_required");
    let asked =
        gina.posts("/v1/access/requests", json!({ "model": "gated-1", "fields": fields() })).await;
    let id = asked.is_ok().json()["id"].as_str().expect("an id").to_owned();
    gina.asks("gated-1").await.is_refused(403, "access_pending");
    let list = gina.gets("/v1/access/requests").await.json();
    assert_eq!(
        (&list["data"][0]["id"], &list["data"][0]["state"]),
        (&json!(id), &json!("pending"))
    );
    assert_eq!(list["data"][0]["fields"]["Role"], "student");
    let again =
        gina.posts("/v1/access/requests", json!({ "model": "gated-1", "fields": fields() }));
    again.await.is_refused(403, "access_pending");

    let one = format!("/v1/access/requests/{id}");
    let hugo = world.makes("hugo", "gated").await;
    hugo.gets(&one).await.is_refused(404, "not_found");
    hugo.sends("POST", &format!("{one}/withdraw")).await.is_refused(404, "not_found");

    gina.sends("POST", &format!("{one}/withdraw")).await.is_ok();
    gina.asks("gated-1").await.is_refused(403, "access_request_required");
    let again =
        gina.posts("/v1/access/requests", json!({ "model": "gated-1", "fields": fields() }));
    let id = again.await.is_ok().json()["id"].as_str().expect("an id").to_owned();
    let records = world.node.store().records.clone();
    let (grant, from) = (GrantId::new("grant_1"), ReleaseStage::Gated);
    let yes = Decision::Accept { grant, from };
    acts::decide(&*records, &id, yes, &act()).await.expect("a yes");
    let accepted = || async {
        gina.gets(&format!("/v1/access/requests/{id}")).await.json()["state"] == "accepted"
    };
    until("the yes to be heard", accepted).await;
    gina.asks("gated-1").await.is_ok();
}

#[tokio::test]
async fn a_form_is_answered_as_it_asks() {
    let world = world().await;
    let gina = world.makes("gina", "gated").await;
    for (label, answer) in [
        ("Role", json!("king")),
        ("I agree", json!(false)),
        ("Affiliation", Value::Null),
        ("Affiliation", json!("a".repeat(2049))),
        ("Shoe size", json!("42")),
    ] {
        let mut fields = fields();
        fields[label] = answer;
        let asked = json!({ "model": "gated-1", "fields": fields });
        let reply = gina.posts("/v1/access/requests", asked).await;
        reply.is_refused(400, "invalid_parameter");
        assert_eq!(reply.error().expect("an error")["param"], "fields", "{label}");
    }
    let list = gina.gets("/v1/access/requests").await.json();
    assert_eq!(list["data"], json!([]), "nothing was written");
}
