//! What every call shares: the live snapshot and the few things that outlive it.

use crate::admit::Meters;
use crate::decisions::Decisions;
use crate::dispatch::Backends;
use crate::guard::Guards;
use crate::identify::{Door, Methods, Throttle};
use crate::ids::Ids;
use crate::journal;
use crate::kill::KillSwitch;
use crate::metrics::Metrics;
use crate::provenance::Kept;
use crate::reach::Reach;
use crate::read::end_user::EndUsers;
use crate::snapshot::{Held, Snapshot};
use crate::tasks::Tasks;
use crate::world::Keeper;
use arc_swap::ArcSwap;
use sluice_config::kill::KillOrders;
use sluice_config::words::{Clock, KeyHasher, Timestamp, Window};
use sluice_config::{Config, Problems, World};
use sluice_store::{Directory, Records, Store, StoreError, Writer};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Keys held in memory.
const KEYS_MAX: u64 = 100_000;

/// The node; one for the process. Cheap to borrow.
#[derive(Debug)]
pub(crate) struct Node {
    live: ArcSwap<Snapshot>,
    pub(crate) keeper: Keeper,
    pub(crate) door: Door,
    /// Turns what callers call their end users into ids.
    pub(crate) end_users: EndUsers,
    pub(crate) decisions: Decisions,
    pub(crate) meters: Meters,
    /// Where what callers see to themselves is written.
    pub(crate) records: Arc<dyn Records>,
    pub(crate) backends: Backends,
    pub(crate) writer: Writer,
    pub(crate) receipts: Arc<Kept>,
    pub(crate) reach: Reach,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ids: Ids,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) draining: AtomicBool,
    pub(crate) kill: Arc<KillSwitch>,
    loaded: Mutex<Loaded>,
}

/// How the last load went.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) at: Timestamp,
    pub(crate) problems: Vec<String>,
}

/// What a node is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) clock: Arc<dyn Clock>,
    /// What was ordered to stop before the node started, still is.
    pub(crate) kill: Arc<KillSwitch>,
    /// Work that goes on beside calls.
    pub(crate) background: Tasks,
}

impl Node {
    /// A node on its first snapshot.
    ///
    /// # Errors
    ///
    /// Every problem of the configuration.
    pub(crate) fn new(config: Config, parts: Parts) -> Result<Self, Problems> {
        let Parts { store, writer, metrics, clock, kill, background } = parts;
        let backends = Backends::new(Arc::clone(&clock), Arc::clone(&metrics));
        let hasher = config.node.key_secret.clone();
        let decisions = Decisions::start(config.node.decisions.clone(), &background, &metrics);
        let guards = Guards::none(Arc::clone(&clock), Arc::clone(&metrics), background);
        let methods = Methods::new(hasher.clone(), Arc::clone(&clock), Arc::clone(&metrics));
        let held = Held {
            backends: &backends,
            guards: &guards,
            methods: &methods,
            hub: None,
            clock: &clock,
            metrics: &metrics,
        };
        let snapshot = Snapshot::assemble(config, held)?;
        let reach = Reach::new(&hasher);
        let node = Self {
            live: ArcSwap::from_pointee(snapshot),
            keeper: Keeper::new(Arc::clone(&store.records)),
            records: Arc::clone(&store.records),
            end_users: EndUsers::new(&hasher),
            door: door(store, hasher, &clock, &metrics),
            decisions,
            meters: Meters::new(Arc::clone(&clock)),
            backends,
            writer,
            receipts: Arc::new(Kept::new(Arc::clone(&clock))),
            reach,
            metrics,
            ids: Ids::default(),
            clock,
            draining: AtomicBool::new(false),
            kill,
            loaded: Mutex::default(),
        };
        node.note_loaded();
        Ok(node)
    }

    /// The snapshot in force.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.live.load_full()
    }

    /// What records say now.
    pub(crate) fn world(&self) -> Arc<World> {
        self.keeper.now()
    }

    /// Puts a configuration in force, whole, or keeps the one there is.
    pub(crate) fn reload(&self, config: Result<Config, Problems>) -> Result<(), Problems> {
        let live = self.snapshot();
        let held = Held {
            backends: &self.backends,
            guards: &live.guards,
            methods: &live.methods,
            hub: live.hub.as_ref(),
            clock: &self.clock,
            metrics: &self.metrics,
        };
        match config.and_then(|config| Snapshot::assemble(config, held)) {
            Ok(snapshot) => {
                self.live.store(Arc::new(snapshot));
                self.note_loaded();
                Ok(())
            }
            Err(problems) => {
                self.metrics.not_loaded();
                let lines = problems.to_string().lines().map(str::to_owned).collect();
                self.lock().problems = lines;
                Err(problems)
            }
        }
    }

    /// How the last load went.
    pub(crate) fn loaded(&self) -> Loaded {
        self.lock().clone()
    }

    /// Brings the metrics of distinct users up to what is estimated now.
    pub(crate) fn tell_reach(&self) {
        let now = self.clock.now();
        for model in self.snapshot().policy.models() {
            if let Some(cap) = model.terms.mau_cap {
                let users = self.reach.estimate(&model.id, now);
                self.metrics.reach(model.id.as_str(), users, cap);
            }
        }
    }

    /// Whether the node takes no new calls.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Reads what records say now, and counts what the ledger says was spent in the windows that run,
    /// so that a restart refills no quota.
    pub(crate) async fn seed(&self, store: &Store) -> Result<(), StoreError> {
        self.keeper.catch_up().await?;
        self.kill.hear(KillOrders::clone(&self.keeper.orders()));
        let now = self.clock.now();
        for window in [Window::Minute, Window::Day, Window::Month] {
            let began = crate::admit::window::began(window, now);
            for spent in store.ledger.spent(began).await? {
                self.meters.seed(&spent.principal, &spent.tier, window, spent.tokens);
            }
        }
        Ok(())
    }

    fn note_loaded(&self) {
        let now = self.clock.now();
        let snapshot = self.snapshot();
        self.metrics.loaded(snapshot.policy.version(), now.seconds());
        for (profile, place, dated) in snapshot.chains.dated() {
            self.metrics.list(profile.as_str(), place, dated.at_seconds);
        }
        for stale in snapshot.chains.stale(now.seconds()) {
            journal::warn("a filter looks for what was published long ago", stale);
        }
        *self.lock() = Loaded { at: now, problems: Vec::new() };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn door(store: Store, hasher: KeyHasher, clock: &Arc<dyn Clock>, metrics: &Arc<Metrics>) -> Door {
    Door {
        directory: Directory::new(store.records, Arc::clone(clock), KEYS_MAX),
        hasher,
        throttle: Throttle::new(Arc::clone(clock)),
        metrics: Arc::clone(metrics),
    }
}
