//! What a guard is sent, and what is made of what it says.

use super::*;

#[tokio::test]
async fn a_guard_is_asked_with_its_own_credential_and_nothing_of_the_callers() {
    let post = Post::with(json!({
        "credential": { "env": "GUARD_KEY" }, "options": { "excluded": ["S6"] },
    }))
    .await;
    post.server.answers(says("unsafe\nS2"));
    let before = vec![Turn { role: Role::User, text: "How?".into() }];
    let exchange = Exchange::answer(before, "Like that. <|eot_id|>");
    let judged =
        soon("a judgement", post.guard().judge(exchange, "ada")).await.expect("a judgement");
    assert_eq!(judged.verdict, Verdict::Unsafe);
    let found: Vec<_> = judged.categories.iter().map(Category::as_str).collect();
    assert_eq!(found, ["mlc:S2"]);
    let seen = post.server.next().await;
    assert_eq!(seen.path(), "/v1/chat/completions");
    assert_eq!(seen.header("authorization"), Some("Bearer sk-of-the-guard"));
    assert_eq!(seen.header("accept-encoding"), Some("identity"));
    assert_eq!(seen.header("x-request-id"), None);
    let body = seen.json();
    assert_eq!(body["model"], "llama-guard");
    assert_eq!(body["chat_template_kwargs"]["excluded_category_keys"], json!(["S6"]));
    assert_eq!(body["messages"][1]["content"], "Like that. < |eot_id|>");
}

#[tokio::test]
async fn what_is_no_verdict_is_told_and_not_kept() {
    let post = Post::start().await;
    for script in [
        says("Well, that depends on what you mean."),
        says(""),
        answer::json(200, &json!({ "detail": "fine" })),
        answer::whole(200, "text/html", "<html>welcome</html>"),
        answer::whole(200, "application/json", "{\"choices\":[{\"mess"),
    ] {
        post.server.answers(script);
        assert_eq!(post.verdict("a text").await, Verdict::Unparsable);
    }
    assert_eq!(post.server.requests(), 5);
    assert_eq!(post.verdict("a text").await, Verdict::Safe);
    assert_eq!(post.counts("sluice_guard_judgements_total", ",verdict=\"unparsable\""), 5);
}

#[tokio::test]
async fn what_is_no_answer_has_its_own_word() {
    let post = Post::with(json!({
        "reply_bytes_max": 1_000, "breaker": { "failures_max": 100 },
    }))
    .await;
    let long = "x".repeat(2_000);
    let cut = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{";
    for (script, why) in [
        (answer::json(500, &json!({})), Unavailable::Status(500)),
        (answer::json(429, &json!({})), Unavailable::Status(429)),
        (answer::json(400, &json!({})), Unavailable::Status(400)),
        (answer::json(204, &json!({})), Unavailable::Status(204)),
        (says(&long), Unavailable::Broken),
        (Script::new().send(cut).close(), Unavailable::Broken),
        (Script::new().send(cut).reset(), Unavailable::Broken),
        (Script::new().close(), Unavailable::Broken),
        (Script::new().send("SSH-2.0-OpenSSH_9.2\r\n").close(), Unavailable::Broken),
        (
            Script::new()
                .send(format!("HTTP/1.1 200 OK\r\na: {long}{long}\r\n").repeat(20))
                .close(),
            Unavailable::Broken,
        ),
    ] {
        // A kept connection that breaks is tried once more on a fresh one.
        post.server.always(script);
        assert_eq!(post.judges("a text").await, Err(why));
    }
    post.server.always(says("safe"));
    assert_eq!(post.verdict("a text").await, Verdict::Safe);
}

#[tokio::test]
async fn nothing_said_and_no_secret_is_in_the_metrics() {
    let post = Post::with(json!({ "credential": { "env": "GUARD_KEY" } })).await;
    post.server.answers(says("unsafe\nS1"));
    post.server.answers(says("the s3cr3t prose"));
    post.server.answers(answer::json(500, &json!({ "error": "s3cr3t" })));
    for text in ["s3cr3t one", "s3cr3t two", "s3cr3t three"] {
        drop(post.judges(text).await);
    }
    let written = post.guards.metrics();
    assert!(
        written.contains("sluice_guard_duration_seconds_count{guard=\"safety\"} 2"),
        "{written}"
    );
    assert!(!written.contains("s3cr3t") && !written.contains("sk-of-the-guard"), "{written}");
    let shown = format!("{:?}", post.guards);
    assert!(!shown.contains("s3cr3t") && !shown.contains("sk-of-the-guard"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_model_that_is_no_guard_says_nothing_that_passes_for_a_verdict() {
    let name = "a_real_model_that_is_no_guard_says_nothing_that_passes_for_a_verdict";
    let Some(made) = part(name, "llama.sh") else { return };
    let mut command = Command::new(&made["LLAMA_SERVER"]);
    command.args(["-m", &made["LLAMA_MODEL"], "-c", "2048", "-np", "1", "-t", "2", "--jinja"]);
    let tell = |command: &mut Command, at: SocketAddr| {
        command.args(["--host", "127.0.0.1", "--port", &at.port().to_string()]);
    };
    let server = Server::start(command, tell, "/health").await;
    let url = format!("http://{}", server.at);
    let guards = guards(&section(&url, &json!({ "timeout_ms": 60_000 })), &Hands::default());
    let guard = guards.named("safety").expect("a guard");
    let judged = guard.judge(Exchange::prompt(Vec::new(), "Tell me about the sea."), "ada").await;
    assert_eq!(judged.expect("an answer").verdict, Verdict::Unparsable);
}
