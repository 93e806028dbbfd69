//! A backend that answers as it is told, byte for byte, and remembers what it was asked.

pub mod answer;
mod connection;
mod script;
mod seen;

pub use script::Script;
pub use seen::Seen;

use crate::soon;
use connection::Connection;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

type Answers = Arc<dyn Fn(&Seen) -> Script + Send + Sync>;

/// A scripted model server on a port of its own.
#[derive(Debug)]
pub struct Backend {
    at: SocketAddr,
    shared: Arc<Shared>,
    seen: tokio::sync::Mutex<UnboundedReceiver<Seen>>,
    listens: AbortHandle,
}

pub(crate) struct Shared {
    queue: Mutex<VecDeque<Script>>,
    always: Mutex<Answers>,
    tell: UnboundedSender<Seen>,
    bytes: AtomicUsize,
    requests: AtomicUsize,
    connections: AtomicUsize,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} requests seen", self.requests.load(Ordering::SeqCst))
    }
}

impl Shared {
    fn script(&self, seen: &Seen) -> Script {
        let queued = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        queued.unwrap_or_else(|| {
            let always = Arc::clone(&self.always.lock().unwrap_or_else(PoisonError::into_inner));
            always(seen)
        })
    }
}

impl Backend {
    /// Listens. Until told otherwise it answers "hello there", in the form it is asked for.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let at = listener.local_addr().expect("a bound address");
        let (tell, seen) = unbounded_channel();
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            always: Mutex::new(Arc::new(answer::fitting)),
            tell,
            bytes: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
        });
        let listens = tokio::spawn(listen(listener, Arc::clone(&shared))).abort_handle();
        Self { at, shared, seen: tokio::sync::Mutex::new(seen), listens }
    }

    /// Where it listens.
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// Where it listens, as the configuration spells it.
    pub fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Answers the next request so; several line up.
    pub fn answers(&self, script: impl Into<Script>) {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(script.into());
    }

    /// Answers every request so for which nothing is lined up.
    pub fn always(&self, script: impl Into<Script>) {
        let script = script.into();
        self.always_by(move |_| script.clone());
    }

    /// Answers every request by what it asks.
    pub fn always_by(&self, answers: impl Fn(&Seen) -> Script + Send + Sync + 'static) {
        *self.shared.always.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(answers);
    }

    /// The next request that came and was not yet asked for.
    pub async fn next(&self) -> Seen {
        let next = async { self.seen.lock().await.recv().await };
        soon("a request at the backend", next).await.expect("a backend that listens")
    }

    /// How many whole requests came.
    pub fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// How many connections were opened.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Fails unless nothing at all reached it.
    #[track_caller]
    pub fn saw_nothing(&self) {
        let bytes = self.shared.bytes.load(Ordering::SeqCst);
        assert_eq!((self.requests(), bytes), (0, 0), "requests and bytes that reached the backend");
    }

    /// Stops listening: new connections are refused, open ones live on.
    pub fn stops_listening(&self) {
        self.listens.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        shared.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(Connection::new(stream, Arc::clone(&shared)).serve());
    }
}
