//! A running node: listeners, background work, and how it ends.

mod background;
mod body;
mod connection;
mod cors;
mod executor;
mod hub;
mod kill;
mod listener;
mod reach;
mod tls;
mod vitals;
mod watch;

use crate::clock::MachineClock;
use crate::journal;
use crate::kill::KillSwitch;
use crate::metrics::Metrics;
use crate::node::{Node, Parts};
use crate::tasks::Tasks;
use listener::Bound;
use sluice_config::kill::KillOrders;
use sluice_config::words::{Clock, EndUserId, PrincipalId};
use sluice_config::{Config, NodeSpec, Problems};
use sluice_store::{Store, StoreError, Writer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;
pub use watch::watch;

/// Usage rows that may wait to be written before calls are refused.
const ROWS_MAX: usize = 65_536;
/// How long calls that are cut off may take to say so.
const GOODBYE: Duration = Duration::from_secs(2);
/// How long the rest of usage may take to be written once the last call has ended.
const FLUSH: Duration = Duration::from_secs(30);

/// What a node may be given beside its configuration.
#[derive(Debug)]
pub struct Options {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// A store that is open already; otherwise the configured one is opened.
    pub store: Option<Store>,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: Arc::new(MachineClock::default()), store: None }
    }
}

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration has problems.
    #[error("{0}")]
    Config(#[from] Problems),
    /// The store cannot be opened.
    #[error("the store cannot be opened: {0}")]
    Store(#[from] StoreError),
    /// An address cannot be listened on.
    #[error("cannot listen on {at}: {source}")]
    Listen {
        /// The address.
        at: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// A certificate or key cannot be used.
    #[error("cannot serve TLS: {0}")]
    Tls(String),
    /// What must stay stopped is not known.
    #[error("the kill journal cannot be opened: {0}")]
    Kill(std::io::Error),
    /// Metrics clash, which is a mistake in this program.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// A node that serves.
#[derive(Debug)]
pub struct Running {
    /// Where callers are served, one address a listener.
    pub api: Vec<SocketAddr>,
    /// Where health and metrics are served.
    pub ops: SocketAddr,
    node: Arc<Node>,
    store: Store,
    /// As it was when the node started.
    spec: NodeSpec,
    certificates: Vec<Arc<tls::Certificates>>,
    /// Accept loops and connections of callers.
    calls: Tasks,
    /// Everything else.
    background: Tasks,
    written: oneshot::Receiver<()>,
}

/// Starts a node: everything that can fail has been tried when this returns.
///
/// # Errors
///
/// See [`StartError`].
pub async fn start(config: Config, options: Options) -> Result<Running, StartError> {
    let Options { clock, store } = options;
    let spec = config.node.clone();
    let bounds = spec.bounds.clone();
    let store = match store {
        Some(store) => store,
        None => sluice_store::open(&spec.store).await?,
    };
    let (writer, writing) = Writer::start(Arc::clone(&store.ledger), ROWS_MAX);
    let metrics = Arc::new(Metrics::new()?);
    let (calls, background) = (Tasks::default(), Tasks::default());
    let kill = open_kill(&spec, &calls, &clock, &metrics)?;
    let parts = Parts {
        store: store.clone(),
        writer,
        metrics,
        clock,
        kill,
        background: background.clone(),
    };
    let node = Arc::new(Node::new(config, parts)?);
    node.seed(&store).await?;
    kill::start(&background, &node, &spec.kill);
    reach::take_up(&node, &spec.store);
    let mut bound = Vec::new();
    for listener in spec.listeners.clone() {
        bound.push(Bound::bind(listener, bounds.connections_max)?);
    }
    let ops = TcpListener::bind(spec.ops).await;
    let ops = ops.map_err(|source| StartError::Listen { at: spec.ops, source })?;
    let ops_at = ops.local_addr().map_err(|source| StartError::Listen { at: spec.ops, source })?;

    let (flushed, written) = oneshot::channel();
    background.spawn(async move {
        writing.await;
        // Nobody waits any more if the process is being killed.
        let _nobody = flushed.send(()).is_err();
    });
    background::start(&background, &node, ops);
    hub::start(&background, &node, &store.records);
    if let Some(path) = reach::beside(&spec.store) {
        background.spawn_until_stop(reach::keep(Arc::clone(&node), path));
    }
    let api = bound.iter().map(Bound::address).collect();
    let certificates = bound.iter().filter_map(Bound::certificates).collect();
    for listener in bound {
        listener.run(&node, &calls);
    }
    Ok(Running { api, ops: ops_at, node, store, spec, certificates, calls, background, written })
}

/// What was ordered to stop is, before anybody can call.
fn open_kill(
    spec: &NodeSpec,
    calls: &Tasks,
    clock: &Arc<dyn Clock>,
    metrics: &Arc<Metrics>,
) -> Result<Arc<KillSwitch>, StartError> {
    let (bell, journal) = (calls.bell().clone(), spec.kill.journal.as_deref());
    let opened = KillSwitch::open(journal, bell, Arc::clone(clock), Arc::clone(metrics));
    Ok(Arc::new(opened.map_err(StartError::Kill)?))
}

/// What differs in the file and is taken up only by a restart.
fn fixed(old: &NodeSpec, new: &NodeSpec) -> Vec<&'static str> {
    let differs = [
        ("listeners", old.listeners != new.listeners),
        ("ops", old.ops != new.ops),
        ("store", old.store != new.store),
        ("kill", old.kill != new.kill),
        ("key_secret", old.key_secret.id() != new.key_secret.id()),
        ("drain", old.drain != new.drain),
        ("log", old.log != new.log),
        ("bounds.connections_max", old.bounds.connections_max != new.bounds.connections_max),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(word, _)| word).collect()
}

impl Running {
    /// Its store, as other processes see it.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Takes orders of the kill switch: what is new is written down, put in force, and heard by
    /// every call under way before this returns.
    pub async fn hear(&self, orders: KillOrders) {
        kill::hear(&self.node, orders).await;
    }

    /// The id of whom a principal calls so, as records name them. The identifier is kept nowhere.
    ///
    /// # Errors
    ///
    /// The records cannot be read.
    pub async fn end_user(
        &self,
        principal: &PrincipalId,
        identifier: &str,
    ) -> Result<EndUserId, StoreError> {
        let held = sluice_store::holdings(&*self.store.records, principal, None, None).await?;
        let caller = (principal, held.project.as_ref(), held.organisation.as_ref());
        Ok(self.node.end_users.named(caller, identifier.as_bytes()))
    }

    /// Puts a configuration in force, whole, or keeps the one there is. Certificates are read
    /// again in any case; a bad one leaves the old one in use.
    ///
    /// # Errors
    ///
    /// Every problem of the configuration.
    pub fn reload(&self, config: Result<Config, Problems>) -> Result<(), Problems> {
        for certificates in &self.certificates {
            if let Err(cause) = certificates.reload() {
                journal::error("certificate not taken; the old one stays in use", cause);
            }
        }
        if let Ok(config) = &config {
            let fixed = fixed(&self.spec, &config.node);
            if !fixed.is_empty() {
                journal::warn("restart the node for these to change", fixed.join(", "));
            }
        }
        let reloaded = self.node.reload(config);
        match &reloaded {
            Ok(()) => {
                journal::info("configuration in force", self.node.snapshot().policy.version());
            }
            Err(problems) => {
                journal::error("configuration not taken; the old one stays in force", problems);
            }
        }
        reloaded
    }

    /// Ends the node: says it is not ready, waits for balancers to notice, stops accepting, lets
    /// calls under way finish or tells them that they cannot, writes the last usage. True if that
    /// is all written.
    pub async fn drain(self) -> bool {
        self.node.draining.store(true, Ordering::Release);
        journal::info("draining", "");
        tokio::time::sleep(self.spec.drain.wait).await;
        let finished = timeout(self.spec.drain.total, self.calls.stop()).await.is_ok();
        if !finished {
            // Streams end with an event that says so; what cannot even do that is dropped.
            self.node.kill.end_calls();
            if timeout(GOODBYE, self.calls.stop()).await.is_err() {
                self.calls.abandon();
            }
        }
        self.node.writer.close();
        if let Some(path) = reach::beside(&self.spec.store) {
            reach::write(&self.node, &path).await;
        }
        let flushed = timeout(FLUSH, self.written).await.is_ok();
        if !flushed {
            journal::error("usage could not be written before the node ended", "timeout");
        }
        self.background.stop().await;
        self.store.close().await;
        journal::info(
            "stopped",
            if finished { "every call had ended" } else { "calls were cut off" },
        );
        flushed
    }
}
