//! The guards of a snapshot, over guards that outlive it.

use super::asking::{Guard, Parts};
use super::server::{Manner, Server};
use crate::metrics::Metrics;
use crate::remote::{Secure, bearer};
use crate::tasks::Tasks;
use crate::trust;
use http::HeaderValue;
use rustls::ClientConfig;
use sluice_config::words::{Clock, GuardId, Secret};
use sluice_config::{Config, GuardSpec, Problems};
use sluice_stream::guard;
use std::collections::HashMap;
use std::sync::Arc;

/// The guards of one snapshot, by name.
#[derive(Debug)]
pub struct Guards {
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    /// Where questions are asked for which nothing waits.
    aside: Tasks,
    named: HashMap<GuardId, Arc<Guard>>,
}

impl Guards {
    /// No guards.
    pub(crate) fn none(clock: Arc<dyn Clock>, metrics: Arc<Metrics>, aside: Tasks) -> Self {
        Self { clock, metrics, aside, named: HashMap::new() }
    }

    /// The guards of a configuration without a node around them, for tools and tests.
    ///
    /// # Errors
    ///
    /// Every problem with them.
    pub fn alone(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, Problems> {
        let mut problems = config.positions.problems();
        let metrics = match Metrics::new() {
            Ok(metrics) => Arc::new(metrics),
            Err(error) => {
                problems.note("guards", error.to_string());
                return Err(problems);
            }
        };
        let guards =
            Self::none(clock, metrics, Tasks::default()).assemble(&config.guards, &mut problems);
        problems.clear(guards)
    }

    /// Puts together what the file says, noting what cannot be. A guard that is written as it was
    /// stays, with its connections, its breaker and what it has kept.
    pub(crate) fn assemble(&self, specs: &[GuardSpec], problems: &mut Problems) -> Self {
        let built = specs.iter().filter_map(|spec| {
            let guard = self.find(spec, problems)?;
            Some((spec.id.clone(), guard))
        });
        let (clock, metrics) = (Arc::clone(&self.clock), Arc::clone(&self.metrics));
        Self { named: built.collect(), clock, metrics, aside: self.aside.clone() }
    }

    /// A guard by name.
    pub fn named(&self, name: &str) -> Option<&Arc<Guard>> {
        self.named.get(name)
    }

    /// Where what guards say is counted.
    pub(crate) fn recorder(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Where questions are asked for which nothing waits.
    pub(crate) fn aside(&self) -> &Tasks {
        &self.aside
    }

    /// Closes idle connections and shows which guards are left alone.
    pub fn sweep(&self) {
        self.named.values().for_each(|guard| guard.sweep());
    }

    /// The metrics, as Prometheus reads them, of guards that stand alone.
    pub fn metrics(&self) -> String {
        self.metrics.written()
    }

    fn find(&self, spec: &GuardSpec, problems: &mut Problems) -> Option<Arc<Guard>> {
        let adapter = guard::build(&spec.kind, &spec.options, &spec.path, problems);
        let trusted = trusted(spec, problems);
        let authorization = authorization(spec, problems);
        let (adapter, (tls, ca), authorization) = (adapter?, trusted?, authorization?);
        if let Some(held) = self.named.get(&spec.id).filter(|held| is_same(held, spec, ca.as_ref()))
        {
            return Some(Arc::clone(held));
        }
        let server = |(nth, url): (usize, &sluice_config::BackendUrl)| {
            let secure = match tls.as_ref().filter(|_| url.https) {
                None => None,
                Some(config) => match trust::name(&url.host) {
                    Ok(name) => Some(Secure { config: Arc::clone(config), name }),
                    Err(what) => {
                        problems.note(&format!("{}.urls[{nth}]", spec.path), what);
                        return None;
                    }
                },
            };
            let manner = Manner {
                secure,
                authorization: authorization.clone(),
                reply_bytes_max: spec.reply_bytes_max,
                breaker: spec.breaker,
            };
            Some(Server::new(url.clone(), manner))
        };
        let servers = spec.urls.iter().enumerate().map(server).collect::<Option<Vec<_>>>()?;
        let metrics = self.metrics.guard(spec.id.as_str());
        let parts = Parts { ca, adapter, servers, clock: Arc::clone(&self.clock), metrics };
        Some(Arc::new(Guard::new(spec.clone(), parts)))
    }
}

/// How TLS servers of a guard are spoken to, if it has any.
type Trusted = (Option<Arc<ClientConfig>>, Option<Vec<u8>>);

fn trusted(spec: &GuardSpec, problems: &mut Problems) -> Option<Trusted> {
    if !spec.urls.iter().any(|url| url.https) {
        return Some((None, None));
    }
    match trust::client(spec.ca.as_deref()) {
        Ok((config, ca)) => Some((Some(Arc::new(config)), ca)),
        Err(what) => {
            problems.note(&format!("{}.ca", spec.path), what);
            None
        }
    }
}

/// The header that lets us in, if there is one. `None` if a problem was noted.
#[expect(clippy::option_option, reason = "no header, and a header that cannot be")]
fn authorization(spec: &GuardSpec, problems: &mut Problems) -> Option<Option<HeaderValue>> {
    let Some(credential) = &spec.credential else { return Some(None) };
    let value = bearer(credential);
    if value.is_none() {
        problems.note(&format!("{}.credential", spec.path), "a header cannot carry it");
    }
    value.map(Some)
}

/// Whether a guard was written just so, and its CA is what it was.
fn is_same(held: &Guard, spec: &GuardSpec, ca: Option<&Vec<u8>>) -> bool {
    let rest = |spec: &GuardSpec| {
        let sizes =
            [spec.connections_max, spec.queue_max, spec.exchange_bytes_max, spec.reply_bytes_max];
        let secret = |secret: &Secret| secret.expose().to_vec();
        let credential = spec.credential.as_ref().map(secret);
        (sizes, spec.timeout, spec.cache, spec.breaker, credential)
    };
    let was = &held.spec;
    (&was.kind, &was.urls, &was.model, &was.options)
        == (&spec.kind, &spec.urls, &spec.model, &spec.options)
        && rest(was) == rest(spec)
        && held.ca.as_ref() == ca
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MachineClock;
    use serde_json::json;
    use sluice_config::{BackendUrl, BreakerSpec, CacheSpec};
    use std::time::Duration;

    fn spec() -> GuardSpec {
        GuardSpec {
            id: GuardId::new("safety"),
            kind: "llama_guard".into(),
            urls: vec![BackendUrl {
                https: false,
                host: "127.0.0.1".into(),
                port: 8_081,
                prefix: String::new(),
            }],
            model: "llama-guard".into(),
            ca: None,
            credential: Some(Secret::new(b"one".to_vec())),
            timeout: Duration::from_secs(1),
            connections_max: 1,
            queue_max: 0,
            exchange_bytes_max: 1_024,
            reply_bytes_max: 1_024,
            cache: CacheSpec { entries_max: 1, ttl: Duration::from_secs(1) },
            breaker: BreakerSpec { failures_max: 1, open: Duration::from_secs(1) },
            options: json!({}),
            path: "guards.safety".into(),
        }
    }

    #[test]
    fn a_guard_outlives_the_snapshot_unless_it_is_written_anew() {
        let metrics = Arc::new(Metrics::new().expect("metrics"));
        let none = Guards::none(Arc::new(MachineClock::default()), metrics, Tasks::default());
        let mut problems = Problems::default();
        let first = none.assemble(&[spec()], &mut problems);
        let held = first.named("safety").expect("a guard");
        let kept = |changed: GuardSpec| {
            let next = first.assemble(&[changed], &mut Problems::default());
            next.named("safety").is_some_and(|guard| Arc::ptr_eq(guard, held))
        };
        assert!(problems.is_empty() && kept(spec()));
        let anew: [fn(&mut GuardSpec); 8] = [
            |spec| spec.model = "another".into(),
            |spec| spec.kind = "qwen3guard".into(),
            |spec| spec.credential = Some(Secret::new(b"two".to_vec())),
            |spec| spec.credential = None,
            |spec| spec.timeout = Duration::from_secs(2),
            |spec| spec.cache.ttl = Duration::from_secs(2),
            |spec| spec.options = json!({ "threshold": 0.5 }),
            |spec| spec.connections_max = 2,
        ];
        for change in anew {
            let mut changed = spec();
            change(&mut changed);
            assert!(!kept(changed));
        }
        assert!(first.assemble(&[], &mut problems).named("safety").is_none());
    }
}
