//! The end of a node: not ready, no more calls, those under way finished, exit 0.

use serde_json::json;
use sluice_tests::{Backend, Gate, Live, Process, Wire, answer, file, until};
use tempfile::TempDir;

async fn streams(process: &Process, backend: &Backend, gate: &Gate, count: usize) -> Vec<Live> {
    let ada = process.makes("ada", "trusted");
    until("the key to work", || async { ada.gets("/v1/models").await.status == 200 }).await;
    let mut calls = Vec::new();
    for _ in 0..count {
        let said = answer::stream().says("good").waits(gate).says(" morning").stops();
        backend.answers(said.usage(&answer::usage(5, 2)).done());
        let mut call = ada.asks("open-1").streamed().begins().await;
        call.says("good").await;
        calls.push(call);
    }
    calls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_streams_finish_and_the_node_exits_well() {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let mut settings = file(&backend.url());
    settings["drain"] = json!({ "wait_ms": 300, "total_ms": 20_000 });
    let mut process = Process::serve(folder.path(), settings).await;
    let gate = Gate::new();
    let calls = streams(&process, &backend, &gate, 16).await;
    let mut idle = Wire::connect(process.api).await;
    process.daemon.signal("TERM");
    until("the node to say it is not ready", || async { process.ops("/readyz").await.0 == 503 })
        .await;
    assert_eq!(process.ops("/livez").await.0, 200, "alive, though not ready");
    idle.is_closed().await;
    let refused = || async {
        let Some(mut wire) = Wire::try_connect(process.api).await else { return true };
        wire.send("GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n").await;
        wire.try_reply().await.is_none_or(|reply| reply.code().as_deref() == Some("draining"))
    };
    until("new calls to be refused", refused).await;
    gate.open_wide();
    for call in calls {
        let reply = call.rest().await;
        assert!(reply.is_whole, "cut");
        assert!(reply.body().contains(" morning"), "{}", reply.body());
        assert!(reply.body().ends_with("data: [DONE]\n\n"), "{}", reply.body());
    }
    assert_eq!(process.daemon.ends().await, Some(0), "{}", process.daemon.log());
    let usage = process.cli(&["usage", "--by", "tier,model,day"]);
    let line =
        usage.is_fine().lines().find(|line| line.contains("open-1")).unwrap_or_default().to_owned();
    assert!(line.contains("16"), "every call is in the books: {}", usage.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_does_not_end_in_time_ends_in_an_error() {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let mut settings = file(&backend.url());
    settings["drain"] = json!({ "wait_ms": 0, "total_ms": 500 });
    let mut process = Process::serve(folder.path(), settings).await;
    let calls = streams(&process, &backend, &Gate::new(), 2).await;
    process.daemon.signal("TERM");
    for call in calls {
        call.rest().await.is_broken_off("draining");
    }
    assert_eq!(process.daemon.ends().await, Some(0), "{}", process.daemon.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_ends_it_now() {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let mut process = Process::serve(folder.path(), file(&backend.url())).await;
    let _calls = streams(&process, &backend, &Gate::new(), 1).await;
    process.daemon.signal("TERM");
    until("the node to drain", || async { process.ops("/readyz").await.0 != 200 }).await;
    process.daemon.signal("TERM");
    process.daemon.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_killed_comes_up_again() {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let mut process = Process::serve(folder.path(), file(&backend.url())).await;
    let ada = process.makes("ada", "trusted");
    until("the key to work", || async { ada.asks("open-1").await.status == 200 }).await;
    process.daemon.signal("KILL");
    assert_eq!(process.daemon.ends().await, None);
    let again = Process::serve(folder.path(), file(&backend.url())).await;
    let ada = sluice_tests::Caller::with_key(again.api, ada.key());
    ada.asks("open-1").await.is_ok();
}
