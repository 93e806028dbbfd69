//! Each call of the Hub, and what its answers mean.

use super::*;
use sluice_gateway::hub::{Access, Away, Gated, HubError, Reason, RequestId, Whose, Wish, Written};

#[tokio::test]
async fn a_list_is_read_to_its_last_page() {
    let scene = Scene::start().await;
    for user in ["alice", "bob", "carol", "dave"] {
        scene.asks("acme/rc1", user).await;
    }
    let client = scene.hub.client();
    let listed = client.list(&repo("acme/rc1"), RequestStatus::Pending).await.expect("a list");
    let users: Vec<_> =
        listed.iter().filter_map(|it| it.user.as_ref()).map(HubUser::as_str).collect();
    assert_eq!(users, ["alice", "bob", "carol", "dave"]);
    assert_eq!(listed[0].email.as_deref(), Some("alice@example.org"));
    assert_eq!(listed[0].fields[0], ("Country".into(), "DE".into()));
    let asked: Vec<String> = scene.transcript().await.into_iter().map(|(line, _)| line).collect();
    assert_eq!(asked.len(), 2, "two a page: {asked:?}");
    assert!(asked[1].ends_with("/pending?cursor=Mg%3D%3D"), "{asked:?}");
}

#[tokio::test]
async fn a_request_is_handled_by_name_or_by_id() {
    let scene = Scene::start().await;
    let (rc1, client) = (repo("acme/rc1"), scene.hub.client());
    scene.asks("acme/rc1", "alice").await;
    let id = RequestId::parse(scene.asks("acme/rc1", "bob").await).expect("an id");
    let alice = Whose::User(user("alice"));
    let reason = Reason::parse("no affiliation");
    let handle = |whose, wish| {
        let rc1 = &rc1;
        async move { client.handle(rc1, &whose, &wish).await }
    };
    assert_eq!(handle(alice.clone(), Wish::Accept).await, Ok(Written::Done));
    assert_eq!(handle(alice.clone(), Wish::Accept).await, Ok(Written::Already));
    assert_eq!(handle(Whose::Request(id), Wish::Reject(reason)).await, Ok(Written::Done));
    let nobody = Whose::Request(RequestId::parse("0").expect("an id"));
    assert_eq!(handle(nobody, Wish::Accept).await, Ok(Written::Already));
    assert_eq!(handle(alice, Wish::Cancel).await, Ok(Written::Done));
    let rejected = client.list(&rc1, RequestStatus::Rejected).await.expect("a list");
    assert_eq!(rejected[0].reason.as_deref(), Some("no affiliation"));
    let (_, sent) = scene.transcript().await.swap_remove(2);
    assert_eq!((&sent["status"], sent.get("user")), (&json!("rejected"), None), "{sent}");
}

#[tokio::test]
async fn somebody_is_let_in_who_has_not_asked() {
    let scene = Scene::start().await;
    let (rc1, client) = (repo("acme/rc1"), scene.hub.client());
    assert_eq!(client.grant(&rc1, &user("dave")).await, Ok(Written::Done));
    assert_eq!(client.grant(&rc1, &user("dave")).await, Ok(Written::Already));
    assert_eq!(client.grant(&rc1, &user("mallory")).await, Ok(Written::Nobody));
    let accepted = client.list(&rc1, RequestStatus::Accepted).await.expect("a list");
    assert_eq!((accepted.len(), accepted[0].email.as_deref()), (1, None));
    assert_eq!(client.grant(&repo("acme/open"), &user("dave")).await, Err(HubError::NotGated));
}

#[tokio::test]
async fn what_the_hub_refuses_says_what_to_do() {
    let scene = Scene::start().await;
    let list = |hub: Arc<Hub>, name: &'static str| async move {
        hub.client().list(&repo(name), RequestStatus::Pending).await.map(|all| all.len())
    };
    assert_eq!(list(Arc::clone(&scene.hub), "acme/open").await, Err(HubError::NotGated));
    assert_eq!(list(Arc::clone(&scene.hub), "acme/none").await, Err(HubError::NoRepo));
    let url = format!("http://{}", scene.fake.at);
    for (variable, expected, says) in [
        ("READ_TOKEN", HubError::Forbidden, "write access"),
        ("WRONG_TOKEN", HubError::BadToken, "make a new one"),
    ] {
        let token = json!({ "token": { "env": variable } });
        let hub = linked(&url, &token, &scene.hands).expect("a hub");
        assert_eq!(list(hub, "acme/rc1").await, Err(expected));
        assert!(expected.to_string().contains(says) && !expected.to_string().contains("hf_"));
    }
    scene.is_away(true).await;
    let away = Err(HubError::Away(Away::Status(503)));
    assert_eq!(list(Arc::clone(&scene.hub), "acme/rc1").await, away);
}

#[tokio::test]
async fn a_token_is_somebodys_and_opens_what_they_were_let_in_to() {
    let scene = Scene::start().await;
    let (client, rc1) = (scene.hub.client(), repo("acme/rc1"));
    assert_eq!(client.whoami(&token("hf_alice")).await, Ok(user("alice")));
    for wrong in ["hf_wrong", "hf_org", "hf alice", "", "hf_\u{e4}"] {
        assert_eq!(client.whoami(&token(wrong)).await, Err(HubError::BadToken), "{wrong}");
    }
    let check = |name: &'static str, text: &'static str| async move {
        client.auth_check(&repo(name), &token(text)).await
    };
    scene.asks("acme/rc1", "alice").await;
    assert_eq!(check("acme/rc1", "hf_alice").await, Ok(Access::Gated));
    client.handle(&rc1, &Whose::User(user("alice")), &Wish::Accept).await.expect("accepted");
    assert_eq!(check("acme/rc1", "hf_alice").await, Ok(Access::Granted));
    assert_eq!(check("acme/rc1", "hf_bob").await, Ok(Access::Gated));
    assert_eq!(check("acme/none", "hf_alice").await, Ok(Access::NotFound));
    assert_eq!(check("acme/rc1", "hf_wrong").await, Err(HubError::BadToken));
}

#[tokio::test]
async fn a_repo_shows_its_gate_and_its_form() {
    let scene = Scene::start().await;
    let card = scene.hub.client().repo(&repo("acme/rc1")).await.expect("a card");
    assert_eq!((card.gated, card.licence.as_deref()), (Gated::Manual, Some("acme-research")));
    let labels: Vec<_> = card.form.fields.iter().map(|field| field.label.as_str()).collect();
    assert_eq!(labels, ["Country", "Affiliation", "Purpose", "I accept"]);
    let gated = |name: &'static str| async {
        let card = scene.hub.client().repo(&repo(name)).await;
        card.map(|card| card.gated)
    };
    assert_eq!(gated("acme/auto").await, Ok(Gated::Auto));
    assert_eq!(gated("acme/open").await, Ok(Gated::Open));
    assert_eq!(gated("acme/none").await, Err(HubError::NoRepo));
}
