//! What the file says of a guard.

use super::*;

#[tokio::test]
async fn a_guard_is_reached_over_tls_that_its_own_authority_signs() {
    let (authority, server) = (Authority::new(), Backend::start().await);
    server.always(says("safe"));
    let front = unwraps(&authority.issues(), server.at()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let pem = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).expect("a file");
        path.display().to_string()
    };
    let ours = pem("ours.pem", &authority.pem);
    let theirs = pem("theirs.pem", &Authority::new().pem);
    for (ca, expected) in [(ours, Ok(Verdict::Safe)), (theirs, Err(Unavailable::Connect))] {
        let guard = section(&format!("https://{front}"), &json!({ "ca": ca }));
        let around = Given::default()
            .file("etc/sluice.key", "k".repeat(32))
            .file(&ca, std::fs::read(&ca).expect("a file"));
        let guards = built(&guard, &around, Arc::new(Hands::default())).expect("guards");
        let guard = guards.named("safety").expect("a guard");
        let judged = soon("an end", guard.judge(Exchange::prompt(Vec::new(), "x"), "ada")).await;
        assert_eq!(judged.map(|it| it.verdict), expected);
    }
}

#[tokio::test]
async fn what_an_adapter_cannot_take_is_a_problem_of_the_file() {
    let around = Given::default().file("etc/sluice.key", "k".repeat(32));
    for (more, expected) in [
        (json!({ "kind": "lama_guard" }), "guards.safety.kind: there is no guard lama_guard"),
        (json!({ "options": { "treshold": 1 } }), "guards.safety.options: unknown field"),
        (json!({ "urls": ["https://a..b"] }), "not a name a certificate can have"),
    ] {
        let section = section("http://127.0.0.1:8", &more);
        let problems = built(&section, &around, Arc::new(Hands::default())).map(|_| ());
        let shown = problems.expect_err("a problem").to_string();
        assert!(shown.contains(expected) && shown.starts_with("etc/sluice.yaml:1:"), "{shown}");
    }
}
