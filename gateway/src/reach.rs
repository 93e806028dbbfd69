//! How many distinct end users a model has in a month, for licences that ask to be told above some
//! number of them.
//!
//! It is an estimate, with a standard error of 0.8 %, and it is of this node and this model alone:
//! what a licence counts as a user, and whose affiliates count, is for people to read. Nothing is
//! refused for it. What is kept of anybody is what is left of a keyed hash in a sketch, from which
//! nobody can be read back.

mod saved;

pub(crate) use saved::BYTES_MAX;

use crate::admit::window::number;
use dashmap::DashMap;
use hyperloglogplus::{HyperLogLog as _, HyperLogLogPlus};
use serde::{Deserialize, Serialize};
use sluice_config::policy::Model;
use sluice_config::words::{EndUserId, KeyHasher, ModelId, PrincipalId, Timestamp, Window};
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Registers are 2 to this: a standard error of 1.04 / 128, in 13 KiB a model.
const PRECISION: u8 = 14;
/// Callers of a model that are known to have been counted, so that most calls take no lock.
const RECENT: usize = 1024;

/// The counts of every model whose licence has a cap. Outlives snapshots.
#[derive(Debug)]
pub(crate) struct Reach {
    /// What callers are hashed with.
    key: [u8; 32],
    /// What a saved count is sealed with.
    seal: [u8; 32],
    models: DashMap<ModelId, Arc<Count>>,
}

/// Who is behind a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who<'a> {
    /// The person whom the principal names.
    EndUser(&'a EndUserId),
    /// The principal, who names nobody.
    Principal(&'a PrincipalId),
}

/// The count of one model.
#[derive(Debug)]
struct Count {
    /// Who was counted lately: the hash of caller and month, where the hash says.
    recent: Box<[AtomicU64]>,
    month: Mutex<Month>,
}

type Sketch = HyperLogLogPlus<u64, Hashed>;

/// Who was there in one month.
#[derive(Debug)]
struct Month {
    /// Months since the year 0.
    number: u64,
    sketch: Option<Sketch>,
}

/// What is counted is a hash already.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Hashed;

/// Hands back the hash it is given.
#[derive(Debug, Default)]
pub(crate) struct Same(u64);

impl BuildHasher for Hashed {
    type Hasher = Same;

    fn build_hasher(&self) -> Same {
        Same::default()
    }
}

impl Hasher for Same {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Reach {
    /// Nobody yet. The keys come from the node's secret: who was counted before a restart is not
    /// counted again after it.
    pub(crate) fn new(secret: &KeyHasher) -> Self {
        let key = secret.derive("distinct users: identifiers");
        let seal = secret.derive("distinct users: saved counts");
        Self { key, seal, models: DashMap::new() }
    }

    /// Counts whoever is behind a call of a model, once a month; nobody where its licence has no cap.
    pub(crate) fn note(&self, model: &Model, who: Who<'_>, at: Timestamp) {
        if model.terms.mau_cap.is_none() {
            return;
        }
        let month = number(Window::Month, at);
        let hash = self.hash(who);
        let count = self.count(&model.id);
        if !count.knows(hash, month) {
            count.month().add(hash, month);
        }
    }

    /// About how many there were in the month that `at` is in.
    pub(crate) fn estimate(&self, model: &ModelId, at: Timestamp) -> f64 {
        let count = self.models.get(model).map(|count| Arc::clone(&count));
        count.map_or(0.0, |count| count.month().estimate(number(Window::Month, at)))
    }

    fn count(&self, model: &ModelId) -> Arc<Count> {
        if let Some(count) = self.models.get(model) {
            return Arc::clone(&count);
        }
        Arc::clone(&self.models.entry(model.clone()).or_default())
    }

    /// A hash that is the same whatever the model, and means nothing without the node's secret.
    fn hash(&self, who: Who<'_>) -> u64 {
        let (kind, id) = match who {
            Who::EndUser(id) => (b"e", id.as_str()),
            Who::Principal(id) => (b"p", id.as_str()),
        };
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(kind).update(id.as_bytes());
        let hash = hasher.finalize();
        hash.as_bytes().first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
    }
}

impl Default for Count {
    fn default() -> Self {
        let recent = (0..RECENT).map(|_| AtomicU64::new(0)).collect();
        Self { recent, month: Mutex::new(Month { number: 0, sketch: None }) }
    }
}

impl Count {
    /// Whether somebody was counted in a month; remembers it from now on.
    fn knows(&self, hash: u64, month: u64) -> bool {
        // The month is part of it, so that a new one begins with nobody known.
        let mark = hash ^ month.rotate_right(16);
        let place = usize::try_from(hash % RECENT as u64).ok().and_then(|at| self.recent.get(at));
        place.is_some_and(|place| place.swap(mark, Ordering::Relaxed) == mark)
    }

    fn month(&self) -> MutexGuard<'_, Month> {
        self.month.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Month {
    /// Adds somebody. A month that is over begins no more: a clock that went back counts here.
    fn add(&mut self, hash: u64, number: u64) {
        self.turn(number);
        if let Some(sketch) = self.sketch() {
            sketch.insert(&hash);
        }
    }

    /// Adds everybody of a sketch.
    fn join(&mut self, other: &Sketch, number: u64) -> bool {
        self.turn(number);
        // What is of an earlier month than this is told by nobody any more.
        self.number > number || self.sketch().is_some_and(|sketch| sketch.merge(other).is_ok())
    }

    fn turn(&mut self, number: u64) {
        if number > self.number {
            *self = Self { number, sketch: None };
        }
    }

    fn sketch(&mut self) -> Option<&mut Sketch> {
        if self.sketch.is_none() {
            self.sketch = Sketch::new(PRECISION, Hashed).ok();
        }
        self.sketch.as_mut()
    }

    fn estimate(&mut self, number: u64) -> f64 {
        let sketch = self.sketch.as_mut().filter(|_| self.number == number);
        sketch.map_or(0.0, |sketch| sketch.count().round())
    }
}

#[cfg(test)]
mod tests;
