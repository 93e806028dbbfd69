//! The operations listener over a real socket.

use super::{CONNECTIONS_MAX, DEADLINE, serve_within};
use crate::{Readiness, SnapshotState, Version, Vitals};
use sluice_config::words::Timestamp;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A node that is ready, or whose store is away.
#[derive(Default)]
struct Node {
    is_ill: AtomicBool,
}

impl Vitals for Node {
    fn ready(&self) -> Readiness {
        let is_ill = self.is_ill.load(SeqCst);
        let store = if is_ill { Err("no answer for 3 s".to_owned()) } else { Ok(()) };
        Readiness { ready: !is_ill, parts: vec![("store", store), ("listeners", Ok(()))] }
    }

    fn metrics(&self) -> String {
        "# TYPE sluice_connections gauge\nsluice_connections{listener=\"a\"} 1\n".into()
    }

    fn snapshot(&self) -> SnapshotState {
        SnapshotState {
            version: "9f2c".into(),
            loaded_at: Timestamp(1_795_478_400_000),
            last_reload_ok: false,
            problems: vec!["sluice.yaml:3:5: tiers.x: unknown field".into()],
        }
    }

    fn version(&self) -> Version {
        Version { version: "0.1.0".into(), revision: "abc".into() }
    }
}

struct World {
    at: SocketAddr,
    node: Arc<Node>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

async fn world() -> World {
    world_within(DEADLINE).await
}

async fn world_within(deadline: Duration) -> World {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let node = Arc::new(Node::default());
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { stopped.await.unwrap_or(()) };
    let served = serve_within(deadline, listener, node.clone(), shutdown);
    let serving = tokio::runtime::Handle::current().spawn(served);
    World { at, node, stop, serving }
}

impl World {
    /// Says it to the listener; hears everything until the end.
    async fn say(&self, text: &str) -> String {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        hear(&mut stream).await
    }

    async fn get(&self, path: &str) -> String {
        self.say(&format!("GET {path} HTTP/1.1\r\nhost: node\r\n\r\n")).await
    }
}

async fn hear(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    // A reset after the answer is an end as well.
    let _end = stream.read_to_end(&mut heard).await;
    String::from_utf8(heard).unwrap()
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn it_lives() {
    let world = world().await;
    for path in ["/livez", "/healthz", "/readyz", "/livez?verbose"] {
        let answer = world.get(path).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{path}: {answer}");
        assert!(answer.contains("cache-control: no-store\r\n"), "{path}: {answer}");
        assert_eq!(body(&answer), "ok\n", "{path}");
    }
    let answer = world.say("HEAD /livez HTTP/1.1\r\nhost: node\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && body(&answer).is_empty(), "{answer}");
}

#[tokio::test]
async fn a_node_that_is_not_ready_says_why() {
    let world = world().await;
    let answer = world.get("/readyz?verbose").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    world.node.is_ill.store(true, SeqCst);
    let answer = world.get("/readyz").await;
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    assert_eq!(body(&answer), "not ready\n");
    let answer = world.get("/readyz?verbose=1").await;
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    assert!(answer.contains("content-type: application/json\r\n"), "{answer}");
    assert_eq!(
        body(&answer),
        r#"{"ready":false,"parts":[{"name":"store","ok":false,"problem":"no answer for 3 s"},{"name":"listeners","ok":true}]}"#
    );
    assert!(world.get("/livez").await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn it_tells_what_it_runs() {
    let world = world().await;
    let metrics = world.get("/metrics").await;
    assert!(metrics.contains("content-type: text/plain; version=0.0.4\r\n"), "{metrics}");
    assert!(body(&metrics).ends_with("sluice_connections{listener=\"a\"} 1\n"));
    let version = world.get("/version").await;
    assert_eq!(body(&version), r#"{"version":"0.1.0","revision":"abc"}"#);
    let snapshot = world.get("/snapshot").await;
    assert_eq!(
        body(&snapshot),
        r#"{"version":"9f2c","loaded_at":"2026-11-24T00:00:00Z","last_reload_ok":false,"problems":["sluice.yaml:3:5: tiers.x: unknown field"]}"#
    );
}

#[tokio::test]
async fn everything_else_is_a_problem() {
    let world = world().await;
    for path in ["/", "/v1/models", "/metrics/", "/Livez", "/%6civez"] {
        let answer = world.get(path).await;
        assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\n"), "{path}: {answer}");
        assert!(answer.contains("content-type: application/problem+json\r\n"), "{answer}");
        assert!(body(&answer).contains(r#""title":"Not Found","status":404"#), "{answer}");
    }
    let answer = world.say("POST /metrics HTTP/1.1\r\nhost: n\r\ncontent-length: 5\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"), "{answer}");
    assert!(answer.contains("allow: GET,HEAD\r\n"), "{answer}");
    assert!(body(&answer).contains("nothing can be changed here"), "{answer}");
}

#[tokio::test]
async fn a_connection_carries_one_request() {
    let world = world().await;
    let twice = "GET /livez HTTP/1.1\r\nhost: node\r\n\r\n".repeat(2);
    let answer = world.say(&twice).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let world = world().await;
    let answer = world.say(&format!("GET /livez HTTP/1.1\r\nx: {}", "y".repeat(100_000))).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn those_who_dawdle_do_not_keep_others_out_for_long() {
    let world = world_within(Duration::from_millis(500)).await;
    let mut dawdling = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        let mut stream = TcpStream::connect(world.at).await.unwrap();
        stream.write_all(b"GET /livez HTTP/1.1\r\n").await.unwrap();
        dawdling.push(stream);
    }
    let answer = tokio::time::timeout(Duration::from_secs(5), world.get("/livez")).await;
    assert!(answer.unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn shutdown_finishes_what_is_under_way_and_takes_no_more() {
    let world = world().await;
    let mut half = TcpStream::connect(world.at).await.unwrap();
    half.write_all(b"GET /livez HTTP/1.1\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    world.stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(TcpStream::connect(world.at).await.is_err());
    assert!(!world.serving.is_finished());
    half.write_all(b"host: node\r\n\r\n").await.unwrap();
    assert!(hear(&mut half).await.starts_with("HTTP/1.1 200 OK\r\n"));
    tokio::time::timeout(Duration::from_secs(5), world.serving).await.unwrap().unwrap();
}
