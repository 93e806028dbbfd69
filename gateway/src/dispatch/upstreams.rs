//! The upstreams of a snapshot, over backends that outlive it.

use super::backend::{Backend, InFlight, Patience};
use super::health::Failure;
use super::tls;
use super::wire::{Secure, Target};
use crate::metrics::Metrics;
use foldhash::fast::RandomState;
use sluice_config::words::{Clock, Secret, UpstreamId};
use sluice_config::{BackendSpec, BackendUrl, Engine, Problems, UpstreamSpec};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Every backend that has been named, by where it is and how it is spoken to.
#[derive(Debug)]
pub(crate) struct Backends {
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    seen: Mutex<HashMap<(UpstreamId, BackendUrl), Arc<Backend>>>,
}

impl Backends {
    /// No backends yet.
    pub(crate) fn new(clock: Arc<dyn Clock>, metrics: Arc<Metrics>) -> Self {
        Self { clock, metrics, seen: Mutex::default() }
    }

    /// Closes idle connections and shows which backends are up.
    pub(crate) fn sweep(&self) {
        let now = self.clock.steady();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // One that no snapshot names and no call uses is gone.
        seen.retain(|_, backend| {
            let kept = Arc::strong_count(backend) > 1;
            if !kept {
                backend.metrics.forget();
            }
            kept
        });
        for backend in seen.values() {
            backend.pool.sweep(now);
            backend.metrics.up.set(i64::from(backend.health.is_up()));
        }
    }

    /// The backend as it was, or a new one if anything about it has changed.
    fn find(
        &self,
        upstream: &UpstreamId,
        spec: &BackendSpec,
        path: &str,
        problems: &mut Problems,
    ) -> Option<Arc<Backend>> {
        let secure = tls::secure(spec, path, problems).ok()?;
        let key = (upstream.clone(), spec.url.clone());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let same = seen.get(&key).filter(|held| {
            let credential = |secret: &Option<Secret>| secret.as_ref().map(|s| s.expose().to_vec());
            let ca = |secure: &Option<Secure>| secure.as_ref().and_then(|s| s.ca.clone());
            credential(&held.target.credential) == credential(&spec.credential)
                && ca(&held.secure) == ca(&secure)
        });
        if let Some(same) = same {
            return Some(Arc::clone(same));
        }
        let target = Target {
            authority: spec.url.authority(),
            prefix: spec.url.prefix.clone(),
            credential: spec.credential.clone(),
        };
        let metrics = self.metrics.backend(upstream.as_str(), &spec.url.to_string());
        let clock = Arc::clone(&self.clock);
        let backend = Arc::new(Backend::new(spec.url.clone(), target, secure, metrics, clock));
        seen.insert(key, Arc::clone(&backend));
        Some(backend)
    }
}

/// A set of equal backends.
#[derive(Debug)]
pub(crate) struct Upstream {
    pub(crate) engine: Engine,
    pub(crate) patience: Patience,
    in_flight_max: u32,
    backends: Vec<Arc<Backend>>,
}

/// Why no backend can be asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoPlace {
    /// Each is full.
    Full,
    /// Each is put aside, the first for so long.
    Aside(Duration),
}

impl Upstream {
    /// The less loaded of two backends chosen at random among those that are up, have a place,
    /// and are not in `tried`.
    pub(crate) fn choose(
        &self,
        random: u64,
        tried: &[BackendUrl],
        now: Duration,
    ) -> Result<InFlight, NoPlace> {
        let mut open = Vec::with_capacity(self.backends.len());
        let mut aside = None::<Duration>;
        for backend in self.backends.iter().filter(|backend| !tried.contains(&backend.url)) {
            match backend.health.aside(now) {
                Duration::ZERO if backend.in_flight() < self.in_flight_max => open.push(backend),
                Duration::ZERO => {}
                left => aside = Some(aside.map_or(left, |least| least.min(left))),
            }
        }
        let pair = [random, random >> 32].map(|random| nth(&open, random));
        let best = pair.into_iter().flatten().min_by_key(|backend| backend.in_flight());
        match (best.and_then(|backend| backend.enter(self.in_flight_max)), aside) {
            (Some(place), _) => Ok(place),
            (None, Some(left)) if open.is_empty() => Err(NoPlace::Aside(left)),
            _ => Err(NoPlace::Full),
        }
    }

    /// Whether there is no backend left to try.
    pub(crate) fn is_tried(&self, tried: &[BackendUrl]) -> bool {
        self.backends.iter().all(|backend| tried.contains(&backend.url))
    }

    /// A call to `backend` failed: notes it against the backend, if it is its fault.
    pub(crate) fn failed(&self, backend: &Backend, failure: Failure, principal: &str) {
        let now = backend.clock.steady();
        let up = |other: &&Arc<Backend>| other.health.aside(now).is_zero();
        let alone = self.backends.iter().filter(up).count() <= 1;
        backend.metrics.failed(failure.as_str());
        if backend.health.failed(failure, principal, alone, now) {
            backend.metrics.ejections.inc();
            backend.metrics.up.set(0);
            let (backend, reason) = (backend.url.to_string(), failure.as_str());
            tracing::warn!(backend, reason, "backend put aside after repeated failures");
        }
    }
}

/// The backend that a random number falls on.
fn nth<'b>(open: &[&'b Arc<Backend>], random: u64) -> Option<&'b Arc<Backend>> {
    let count = u64::try_from(open.len()).ok().filter(|count| *count > 0)?;
    open.get(usize::try_from((random & 0xffff_ffff) % count).ok()?).copied()
}

/// The upstreams of one snapshot.
#[derive(Debug)]
pub(crate) struct Upstreams(HashMap<UpstreamId, Arc<Upstream>, RandomState>);

impl Upstreams {
    /// Puts together what the file says with the backends there are, noting what cannot be.
    pub(crate) fn assemble(
        specs: &[UpstreamSpec],
        backends: &Backends,
        problems: &mut Problems,
    ) -> Self {
        let upstream = |spec: &UpstreamSpec, problems: &mut Problems| {
            let each = spec.backends.iter().enumerate();
            let found = each.filter_map(|(nth, backend)| {
                let path = format!("upstreams.{}.backends[{nth}]", spec.id);
                backends.find(&spec.id, backend, &path, problems)
            });
            let patience =
                Patience { connect: spec.connect, first_byte: spec.first_byte, idle: spec.idle };
            let backends = found.collect();
            let in_flight_max = spec.in_flight_max;
            Arc::new(Upstream { engine: spec.engine, patience, in_flight_max, backends })
        };
        Self(specs.iter().map(|spec| (spec.id.clone(), upstream(spec, problems))).collect())
    }

    /// An upstream by name.
    pub(crate) fn get(&self, id: &UpstreamId) -> Option<&Arc<Upstream>> {
        self.0.get(id)
    }
}
