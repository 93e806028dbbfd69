//! A Hub that is slow, large or not ours: nothing waits for ever, and our token goes nowhere else.

use super::*;
use sluice_gateway::hub::{Access, Away, HubError};
use sluice_tests::tls::{Authority, unwraps};
use sluice_tests::{Backend, Script, answer};

/// A scripted Hub, and what asks it.
async fn scripted(more: Value) -> (Backend, Hands, Arc<Hub>) {
    let (server, hands) = (Backend::start().await, Hands::default());
    let hub = linked(&server.url(), &more, &hands).expect("a hub");
    (server, hands, hub)
}

async fn lists(hub: &Hub) -> Result<usize, HubError> {
    let (rc1, status) = (repo("acme/rc1"), RequestStatus::Pending);
    soon("a list", hub.client().list(&rc1, status)).await.map(|all| all.len())
}

/// An answer of 200 with one more header.
fn with_header(header: &str, body: &str) -> Script {
    let head = format!("HTTP/1.1 200 OK\r\n{header}\r\ncontent-length: {}\r\n\r\n", body.len());
    Script::new().send(head + body)
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, (server, _, hub)) = (Backend::start().await, scripted(json!({})).await);
    let head = format!("HTTP/1.1 302 Found\r\nlocation: {}/api\r\n", elsewhere.url());
    server.always(Script::new().send(head + "content-length: 0\r\n\r\n"));
    assert_eq!(lists(&hub).await, Err(HubError::Moved));
    let access = hub.client().auth_check(&repo("acme/rc1"), &token("hf_alice")).await;
    assert_eq!(access, Ok(Access::NotFound), "others are still let in elsewhere");
    elsewhere.saw_nothing();
}

#[tokio::test]
async fn a_next_page_elsewhere_is_not_asked_for() {
    let (elsewhere, (server, _, hub)) = (Backend::start().await, scripted(json!({})).await);
    let link = format!("link: <{}/api/models>; rel=\"next\"", elsewhere.url());
    server.always(with_header(&link, "[]"));
    assert!(matches!(lists(&hub).await, Err(HubError::Unreadable(_))));
    elsewhere.saw_nothing();
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_list_without_an_end_ends() {
    let (server, _, hub) = scripted(json!({})).await;
    server.always_by(|seen| {
        let next = if seen.path().ends_with("=1") { "2" } else { "1" };
        with_header(&format!("link: </api/models/a?cursor={next}>; rel=\"next\""), "[]")
    });
    assert_eq!(lists(&hub).await, Err(HubError::TooMany));
    assert_eq!(server.requests(), 1000);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_page_that_is_too_large_is_not_read() {
    let (server, _, hub) = scripted(json!({})).await;
    let spaces = |bytes: usize| format!("[{}]", " ".repeat(bytes - 2));
    server.answers(answer::whole(200, "application/json", &spaces(4 * 1024 * 1024)));
    assert_eq!(lists(&hub).await, Ok(0));
    server.always(answer::whole(200, "application/json", &spaces(4 * 1024 * 1024 + 1)));
    assert_eq!(lists(&hub).await, Err(HubError::Away(Away::Broken)));
}

#[tokio::test]
async fn a_hub_that_is_slow_is_given_up_in_time() {
    let (server, hands, hub) = scripted(json!({ "timeout_ms": 100 })).await;
    server.always(Script::new().hang());
    let asking = tokio::spawn(async move { lists(&hub).await });
    let seen = server.next().await;
    hands.turn(Duration::from_millis(100));
    assert_eq!(soon("an end", asking).await.expect("no panic"), Err(HubError::Away(Away::Late)));
    seen.hung_up().await;
}

#[tokio::test]
async fn one_that_is_not_there_is_away() {
    let (server, _, hub) = scripted(json!({})).await;
    server.stops_listening();
    assert_eq!(lists(&hub).await, Err(HubError::Away(Away::Connect)));
}

#[tokio::test]
async fn what_is_no_list_is_not_read_as_one() {
    let (server, _, hub) = scripted(json!({})).await;
    let request =
        json!({ "requestId": "a", "status": "granted", "timestamp": "2026-11-24T10:00:00Z" });
    for body in [json!({}), json!([request]), json!("[]")] {
        server.always(answer::json(200, &body));
        assert!(matches!(lists(&hub).await, Err(HubError::Unreadable(_))), "{body}");
    }
}

#[tokio::test]
async fn our_token_goes_to_the_hub_and_into_no_word_of_ours() {
    let (server, hands, hub) = scripted(json!({})).await;
    server.always(answer::json(200, &json!([])));
    assert_eq!(lists(&hub).await, Ok(0));
    let seen = server.next().await;
    assert_eq!(seen.header("authorization"), Some("Bearer hf_write"));
    let shown = format!("{hub:?} {:?} {}", hands, hub.written_metrics());
    assert!(!shown.contains("hf_write"), "{shown}");
}

#[tokio::test]
async fn a_hub_is_reached_over_tls_that_its_own_authority_signs() {
    let (authority, server) = (Authority::new(), Backend::start().await);
    server.always(answer::json(200, &json!([])));
    let front = unwraps(&authority.issues(), server.at()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let pem = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).expect("a file");
        path.display().to_string()
    };
    let ours = pem("ours.pem", &authority.pem);
    let theirs = pem("theirs.pem", &Authority::new().pem);
    for (ca, expected) in [(ours, Ok(0)), (theirs, Err(HubError::Away(Away::Connect)))] {
        let around = Given::default().file(&ca, std::fs::read(&ca).expect("a file"));
        let config = config(&format!("https://{front}"), &json!({ "ca": ca }), &around);
        let clock: Arc<dyn Clock> = Arc::new(Hands::default());
        let hub = Hub::alone(&config.expect("a file"), &clock);
        assert_eq!(lists(&hub.expect("no problem").expect("a hub")).await, expected);
    }
}
