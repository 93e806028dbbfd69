//! A changed file: compiled whole, swapped whole, the old one kept on any problem.

use serde_json::{Value, json};
use sluice_tests::{Backend, Gate, Process, World, answer, file, run, until};
use tempfile::TempDir;

/// A file with ten faults, of shape and of meaning, and what each is about, by line.
const FAULTY: &str = r"key_secret: { file: sluice.key }
listeners:
  - { bind: not-an-address }
ops: { bind: '127.0.0.1:0', exposd: true }
bounds: { header_bytes_max: 1 }
tiers:
  public:
    sees: everything
    limits:
      - { unit: tokens, window: day, scope: principal, ceiling: 0 }
      - { unit: concurrency, window: day, scope: principal, ceiling: 4 }
    filter: none-such
models:
  open-1:
    revision: a
    licence: apache-2.0
    stage: public
    upstream: nowhere
    context_tokens: many
  open-2: { aliases: [open-1], revision: a, licence: mit, stage: public, upstream: local, context_tokens: 8192 }
upstreams:
  local: { backends: [{ url: 'ftp://127.0.0.1' }] }
filters: {}
";

const FAULTS: &[(usize, &str)] = &[
    (3, "listeners[0].bind"),
    (4, "ops"),
    (5, "bounds.header_bytes_max"),
    (8, "tiers.public.sees"),
    (10, "tiers.public.limits[0].ceiling"),
    (11, "tiers.public.limits[1]"),
    (12, "tiers.public.filter"),
    (18, "models.open-1.upstream"),
    (19, "models.open-1.context_tokens"),
    (20, "models.open-2.aliases[0]"),
    (22, "upstreams.local.backends[0].url"),
];

#[test]
fn every_fault_of_a_file_is_told_with_its_place() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("bad.yaml"), FAULTY).expect("a file");
    std::fs::write(folder.path().join("sluice.key"), "x".repeat(40)).expect("a file");
    let ran = run(folder.path(), &["check", "bad.yaml"]);
    assert_ne!(ran.code, Some(0), "{}", ran.out);
    let told = format!("{}{}", ran.out, ran.err);
    for (line, path) in FAULTS {
        let place = format!("bad.yaml:{line}:");
        let found = told.lines().any(|told| told.contains(&place) && told.contains(path));
        assert!(found, "nothing of {path} at line {line} in:\n{told}");
    }
    let places = told.lines().filter(|line| line.contains("bad.yaml:")).count();
    assert!(places >= 10, "{places} problems:\n{told}");
}

#[test]
fn a_file_that_init_wrote_is_fine() {
    let folder = TempDir::new().expect("a folder");
    run(folder.path(), &["init"]).is_fine();
    run(folder.path(), &["check", "sluice.yaml"]).is_fine();
    let again = run(folder.path(), &["init"]);
    assert_ne!(again.code, Some(0), "a second init must not overwrite");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let key = std::fs::metadata(folder.path().join("sluice.key")).expect("a key secret");
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_file_under_load_is_kept_out_and_meters_are_kept() {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let limits = |ceiling: u64| {
        let mut settings = file(&backend.url());
        settings["tiers"]["trusted"]["limits"] = json!([
            { "unit": "tokens", "window": "day", "scope": "principal", "ceiling": ceiling },
        ]);
        settings
    };
    let process = Process::serve(folder.path(), limits(100_000)).await;
    let ada = process.makes("ada", "trusted");
    until("the key to work", || async { ada.gets("/v1/models").await.status == 200 }).await;
    let left = |reply: &sluice_tests::Reply| {
        let left = reply.header("x-ratelimit-remaining-tokens").expect("a header");
        left.parse::<u64>().expect("a number")
    };
    let first = left(ada.asks("open-1").await.is_ok());
    let gate = Gate::new();
    backend.answers(
        answer::stream().says("good").waits(&gate).stops().usage(&answer::usage(5, 2)).done(),
    );
    let mut under_way = ada.asks("open-1").streamed().begins().await;
    under_way.says("good").await;
    for bad in [FAULTY, "{", "tiers: 7", "\0\0", &"a: &a [*a]\n".repeat(3)] {
        std::fs::write(folder.path().join("sluice.yaml"), bad).expect("a file");
        process.daemon.signal("HUP");
        let kept =
            || async { process.metrics().await.sum("sluice_snapshot_reload_successful", &[]) == 0 };
        until("the node to say that the file is bad", kept).await;
        ada.asks("open-1").await.is_ok();
    }
    let snapshot = process.ops("/snapshot").await.1;
    assert!(snapshot.contains("sluice.yaml"), "it says what is wrong: {snapshot}");
    process.rewrite(limits(200_000));
    process.daemon.signal("HUP");
    let taken =
        || async { process.metrics().await.sum("sluice_snapshot_reload_successful", &[]) == 1 };
    until("the node to take the good file", taken).await;
    gate.open();
    under_way.rest().await.is_ok();
    // Six whole calls and a stream have used 7 tokens each: no swap has refilled anything.
    let settled = || async { left(ada.asks("open-1").await.is_ok()) < 200_000 };
    until("the new ceiling", settled).await;
    let last = left(ada.asks("open-1").await.is_ok());
    let used = (first + 100_000) - last;
    assert!(used >= 7 * 7, "a swap has refilled a quota: {used} used");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_file_is_picked_up_by_itself() {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let process = Process::serve(folder.path(), file(&backend.url())).await;
    let bob = process.makes("bob", "public");
    until("the key to work", || async { bob.asks("open-1").await.status == 200 }).await;
    assert_eq!(bob.asks("trusted-1").await.status, 404);
    let mut changed = file(&backend.url());
    changed["models"]["trusted-1"]["stage"] = json!("public");
    process.rewrite(changed);
    until("the model to be released", || async { bob.asks("trusted-1").await.status == 200 }).await;
}

#[tokio::test]
async fn a_swap_changes_what_the_file_says_and_nothing_else() {
    let mut world = World::with(|file| {
        file["tiers"]["trusted"]["limits"] =
            json!([{ "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 3 }]);
    })
    .await;
    for _ in 0..3 {
        world.ada().asks("open-1").await.is_ok();
    }
    let gate = Gate::new();
    world.backend.answers(answer::stream().says("good ").waits(&gate).stops().done());
    let mut call = world.bob().asks("open-1").streamed().begins().await;
    call.says("good ").await;
    let changed = world.reloads(|file| {
        let models = file["models"].as_object_mut().expect("models");
        models.insert("new-1".into(), models["open-1"].clone());
        models.remove("open-1");
        models["new-1"]["aliases"] = Value::Array(Vec::new());
    });
    changed.expect("a file without problems");
    world.bob().asks("open-1").await.is_refused(404, "model_not_found");
    world.bob().asks("new-1").await.is_ok();
    world.ada().asks("new-1").await.is_refused(429, "rate_limit_exceeded");
    gate.open();
    call.rest().await.is_ok();
    let bad = world.reloads(|file| file["models"]["new-1"]["upstream"] = json!("none"));
    assert!(bad.is_err_and(|problems| problems.contains("upstream")));
    world.bob().asks("new-1").await.is_ok();
}

#[tokio::test]
async fn explain_says_what_the_node_does() {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let process = Process::serve(folder.path(), file(&backend.url())).await;
    process.makes("bob", "public");
    let may = process.cli(&["explain", "--principal", "bob", "--model", "open-1"]);
    assert!(may.is_fine().contains("public"), "{}", may.out);
    let may_not = process.cli(&["explain", "--principal", "bob", "--model", "internal-1"]);
    let said = format!("{}{}", may_not.out, may_not.err);
    assert!(said.contains("internal"), "the operator is told why: {said}");
}
