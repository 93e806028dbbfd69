//! Questions that wait are asked about in one request, where a guard takes lists.

use super::*;

/// A guard of one connection that takes lists.
async fn post() -> Post {
    let post = Post::with(json!({ "kind": "moderations", "connections_max": 1 })).await;
    post.server.always_by(|seen| {
        let input = &seen.json()["input"];
        let told = |text: &Value| moderation(text.as_str().is_some_and(|it| it.contains("hate")));
        let results: Vec<Value> = match input {
            Value::Array(texts) => texts.iter().map(told).collect(),
            text => vec![told(text)],
        };
        answer::json(200, &json!({ "results": results }))
    });
    post
}

fn moderation(hate: bool) -> Value {
    json!({ "flagged": hate, "categories": { "hate": hate } })
}

type Judging = tokio::task::JoinHandle<Result<Judgement, Unavailable>>;

/// Five questions that wait behind one that is asked until the gate opens.
async fn waiting(post: &Post) -> (Gate, Judging, Vec<Judging>) {
    let gate = Gate::new();
    let first = answer::json(200, &json!({ "results": [moderation(false)] }));
    post.server.answers(Script::new().wait(&gate).and(first));
    let first = post.begins("first");
    assert_eq!(post.server.next().await.json()["input"], "first");
    let others = ["a", "b hate", "c", "d", "e hate"].map(|text| post.begins(text)).into();
    tokio::task::yield_now().await;
    (gate, first, others)
}

async fn verdicts(judging: Vec<Judging>) -> Vec<Result<Verdict, Unavailable>> {
    let mut verdicts = Vec::new();
    for judging in judging {
        let judged = soon("a judgement", judging).await.expect("no panic");
        verdicts.push(judged.map(|it| it.verdict));
    }
    verdicts
}

const EACH: [Result<Verdict, Unavailable>; 5] = [
    Ok(Verdict::Safe),
    Ok(Verdict::Unsafe),
    Ok(Verdict::Safe),
    Ok(Verdict::Safe),
    Ok(Verdict::Unsafe),
];

#[tokio::test]
async fn who_waits_shares_a_request_and_hears_of_its_own_text() {
    let post = post().await;
    let (gate, first, others) = waiting(&post).await;
    gate.open();
    assert_eq!(verdicts(others).await, EACH);
    assert_eq!(verdicts(vec![first]).await, [Ok(Verdict::Safe)]);
    let seen = post.server.next().await;
    assert_eq!(seen.json()["input"], json!(["a", "b hate", "c", "d", "e hate"]));
    assert_eq!(post.server.requests(), 2);
    assert!(post.judges("d").await.is_ok() && post.server.requests() == 2, "each is kept");
}

#[tokio::test]
async fn one_text_does_not_spoil_the_judgement_of_others() {
    for spoilt in [
        answer::json(400, &json!({ "error": "the third is too long" })),
        answer::json(200, &json!({ "results": [moderation(false)] })),
    ] {
        let post = post().await;
        let (gate, first, others) = waiting(&post).await;
        post.server.answers(spoilt);
        gate.open();
        assert_eq!(verdicts(others).await, EACH);
        assert_eq!(verdicts(vec![first]).await, [Ok(Verdict::Safe)]);
        assert_eq!(post.server.requests(), 7, "the list, and then each alone");
    }
}

#[tokio::test]
async fn when_who_asks_for_others_leaves_they_ask_for_themselves() {
    let post = post().await;
    let (gate, first, mut others) = waiting(&post).await;
    post.server.answers(Script::new().hang());
    gate.open();
    let list = post.server.next().await;
    assert_eq!(list.json()["input"].as_array().map(Vec::len), Some(5));
    others.remove(0).abort();
    list.hung_up().await;
    assert_eq!(verdicts(others).await, EACH[1..]);
    assert_eq!(verdicts(vec![first]).await, [Ok(Verdict::Safe)]);
}

#[tokio::test]
async fn a_list_ends_in_time_for_all() {
    let post = post().await;
    let (gate, first, others) = waiting(&post).await;
    post.server.answers(Script::new().hang());
    gate.open();
    let list = post.server.next().await;
    post.hands.turn(Duration::from_secs(1));
    assert_eq!(verdicts(others).await, [Err(Unavailable::Timeout); 5]);
    assert_eq!(verdicts(vec![first]).await, [Ok(Verdict::Safe)]);
    list.hung_up().await;
}
