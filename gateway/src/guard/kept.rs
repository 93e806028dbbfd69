//! Judgements that are kept, by a keyed hash of what was judged.
//!
//! What is kept belongs to one guard with its settings: other settings make another guard. Only
//! judgements are kept. A failure is not one, nor is what could not be read.

use crate::flights::Key;
use crate::ids::random;
use moka::sync::Cache;
use sluice_config::CacheSpec;
use sluice_stream::guard::{Exchange, Judgement, Role, Subject, Verdict};
use std::sync::Arc;
use std::time::Duration;

/// The judgements of one guard.
#[derive(Debug)]
pub(super) struct Kept {
    /// What hashes are made under: nobody else can tell what was asked.
    secret: Key,
    ttl: Duration,
    entries: Cache<Key, Arc<Entry>>,
}

#[derive(Debug)]
struct Entry {
    judgement: Judgement,
    /// Until when it counts, by our clock, which the cache does not know.
    until: Duration,
}

impl Kept {
    pub(super) fn new(spec: CacheSpec) -> Self {
        let CacheSpec { entries_max, ttl } = spec;
        // Without randomness the hash is still a hash.
        Self { secret: random().unwrap_or_default(), ttl, entries: Cache::new(entries_max) }
    }

    /// The key of an exchange. Lengths stand before texts, so that no two exchanges read alike.
    pub(super) fn key(&self, exchange: &Exchange) -> Key {
        let mut hasher = blake3::Hasher::new_keyed(&self.secret);
        let mut text = |tag: u8, text: &str| {
            hasher.update(&[tag]).update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        for turn in exchange.before() {
            let role = match turn.role {
                Role::System => 1,
                Role::User => 2,
                Role::Assistant => 3,
                Role::Tool => 4,
            };
            text(role, &turn.text);
        }
        let subject = match exchange.subject() {
            Subject::Prompt => 5,
            Subject::Answer => 6,
        };
        text(subject, exchange.judged());
        hasher.finalize().into()
    }

    /// What is kept of it and still counts.
    pub(super) fn find(&self, key: &Key, now: Duration) -> Option<Judgement> {
        let entry = self.entries.get(key)?;
        if now >= entry.until {
            self.entries.invalidate(key);
            return None;
        }
        Some(entry.judgement.clone())
    }

    /// Keeps a judgement, if it is one.
    pub(super) fn keep(&self, key: Key, judgement: &Judgement, now: Duration) {
        if judgement.verdict != Verdict::Unparsable {
            let until = now.saturating_add(self.ttl);
            self.entries.insert(key, Arc::new(Entry { judgement: judgement.clone(), until }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_stream::guard::Turn;

    fn kept(entries_max: u64) -> Kept {
        Kept::new(CacheSpec { entries_max, ttl: Duration::from_secs(5) })
    }

    #[test]
    fn what_is_kept_counts_for_its_time() {
        let (kept, at) = (kept(10), Duration::from_secs(100));
        let key = kept.key(&Exchange::prompt(Vec::new(), "x"));
        let safe = Judgement::of(Verdict::Safe);
        kept.keep(key, &safe, at);
        assert_eq!(kept.find(&key, at + Duration::from_millis(4_999)), Some(safe));
        assert_eq!(kept.find(&key, at + Duration::from_secs(5)), None);
        assert_eq!(kept.find(&key, at), None, "it is gone");
        kept.keep(key, &Judgement::of(Verdict::Unparsable), at);
        assert_eq!(kept.find(&key, at), None, "it was no judgement");
    }

    #[test]
    fn no_two_exchanges_have_one_key() {
        let kept = kept(10);
        let turn = |role, text: &str| Turn { role, text: text.into() };
        let exchanges = [
            Exchange::prompt(Vec::new(), "ab"),
            Exchange::answer(Vec::new(), "ab"),
            Exchange::prompt(vec![turn(Role::User, "a")], "b"),
            Exchange::prompt(vec![turn(Role::Assistant, "a")], "b"),
            Exchange::prompt(vec![turn(Role::User, "")], "ab"),
            Exchange::prompt(vec![turn(Role::User, ""), turn(Role::User, "a")], "b"),
            Exchange::prompt(vec![turn(Role::User, "a"), turn(Role::User, "")], "b"),
        ];
        let mut keys: Vec<Key> = exchanges.iter().map(|exchange| kept.key(exchange)).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), exchanges.len());
        assert_ne!(kept.key(&exchanges[0]), self::kept(10).key(&exchanges[0]), "keyed");
    }
}
