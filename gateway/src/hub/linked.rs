//! The Hub as the file links it.

use super::client::Client;
use super::desk::Desk;
use super::error::HubError;
use super::forms::Forms;
use super::identity::{HubCaller, Identity, Unknown};
use super::names::HubUser;
use super::poll::Poller;
use crate::metrics::{HubMetrics, Metrics};
use crate::remote::Secure;
use crate::trust;
use sluice_config::words::{Clock, Form, ModelId, RepoId, Secret};
use sluice_config::{Config, HubSpec, Problems, RepoSpec};
use std::sync::Arc;

/// The Hub: what speaks to it, and who is known by it. Outlives snapshots that link it the same.
#[derive(Debug)]
pub struct Hub {
    spec: HubSpec,
    ca: Option<Vec<u8>>,
    client: Arc<Client>,
    identity: Identity,
    forms: Forms,
    clock: Arc<dyn Clock>,
    metrics: HubMetrics,
    all: Arc<Metrics>,
}

impl Hub {
    /// The Hub of a configuration without a node around it, for tools and tests.
    ///
    /// # Errors
    ///
    /// Every problem with it.
    pub fn alone(config: &Config, clock: &Arc<dyn Clock>) -> Result<Option<Arc<Self>>, Problems> {
        let mut problems = config.positions.problems();
        let metrics = match Metrics::new() {
            Ok(metrics) => Arc::new(metrics),
            Err(error) => {
                problems.note("hub", error.to_string());
                return Err(problems);
            }
        };
        let spec = config.hub.as_deref();
        let hub =
            spec.and_then(|spec| Self::assemble(spec, None, (clock, &metrics), &mut problems));
        problems.clear(hub)
    }

    /// Puts together what the file says, noting what cannot be. One that is written as it was
    /// stays, with its connections and with whom it knows.
    pub(crate) fn assemble(
        spec: &HubSpec,
        held: Option<&Arc<Self>>,
        (clock, metrics): (&Arc<dyn Clock>, &Arc<Metrics>),
        problems: &mut Problems,
    ) -> Option<Arc<Self>> {
        let (secure, ca) = secure(spec, problems)?;
        if let Some(held) = held.filter(|held| held.ca == ca && is_same(&held.spec, spec)) {
            return Some(Arc::clone(held));
        }
        let Some(client) = Client::new(spec, secure, Arc::clone(clock)) else {
            problems.note("hub.token", "a header cannot carry it");
            return None;
        };
        let (client, spec, clock) = (Arc::new(client), spec.clone(), Arc::clone(clock));
        let (metrics, all) = (metrics.hub(), Arc::clone(metrics));
        let identity = Identity::new(&spec, Arc::clone(&client), Arc::clone(&clock));
        let forms = Forms::default();
        Some(Arc::new(Self { spec, ca, client, identity, forms, clock, metrics, all }))
    }

    /// What the file says of it.
    pub fn spec(&self) -> &HubSpec {
        &self.spec
    }

    /// What speaks to it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whose token it is, and to which linked repos they are let in.
    ///
    /// # Errors
    ///
    /// The token is none, or nobody can tell now.
    pub async fn who(&self, token: &Secret) -> Result<HubCaller, Unknown> {
        let (came, how) = self.identity.who(token).await;
        self.metrics.looked_up(how.as_str());
        came
    }

    /// What is asked of who wants a model, by the card of the first repo that is linked to it; nothing
    /// if none is.
    ///
    /// # Errors
    ///
    /// The card cannot be read, and was not before.
    pub async fn form(&self, model: &ModelId) -> Result<Option<Arc<Form>>, HubError> {
        let Some(RepoSpec { id, .. }) = self.spec.repos.iter().find(|it| it.model == *model) else {
            return Ok(None);
        };
        self.forms.of(id, &self.client, &self.clock).await.map(Some)
    }

    /// Has the Hub asked anew about somebody who is no longer let in somewhere.
    pub(super) fn forget(&self, user: &HubUser) {
        self.identity.forget(user);
    }

    /// What polls each linked repo for a desk.
    pub fn pollers(self: &Arc<Self>, desk: &Arc<dyn Desk>) -> Vec<Arc<Poller>> {
        let repos = self.spec.repos.iter();
        let poller = |repo: &RepoId| Poller::new(Arc::clone(self), repo.clone(), Arc::clone(desk));
        repos.map(|repo| Arc::new(poller(&repo.id))).collect()
    }

    /// Closes connections that have been idle for too long.
    pub fn sweep(&self) {
        self.client.sweep();
    }

    /// The metrics, as Prometheus reads them, of a Hub that stands alone.
    pub fn written_metrics(&self) -> String {
        self.all.written()
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(super) fn metrics(&self) -> &HubMetrics {
        &self.metrics
    }
}

/// How it is spoken to in secret, if it is, and the CA of its own. `None` if a problem was noted.
fn secure(spec: &HubSpec, problems: &mut Problems) -> Option<(Option<Secure>, Option<Vec<u8>>)> {
    if !spec.endpoint.https {
        return Some((None, None));
    }
    let name = trust::name(&spec.endpoint.host);
    let name = name.map_err(|what| problems.note("hub.endpoint", what)).ok()?;
    let trusted = trust::client(spec.ca.as_deref());
    let (config, ca) = trusted.map_err(|what| problems.note("hub.ca", what)).ok()?;
    Some((Some(Secure { config: Arc::new(config), name }), ca))
}

fn is_same(was: &HubSpec, now: &HubSpec) -> bool {
    let parts = |it: &HubSpec| (it.poll, it.timeout, it.token.expose().to_vec());
    (&was.endpoint, &was.repos, &was.identity) == (&now.endpoint, &now.repos, &now.identity)
        && parts(was) == parts(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MachineClock;
    use sluice_config::words::{ModelId, TierId};
    use sluice_config::{BackendUrl, RepoSpec};
    use std::time::Duration;

    fn spec() -> HubSpec {
        HubSpec {
            endpoint: BackendUrl {
                https: false,
                host: "127.0.0.1".into(),
                port: 8_081,
                prefix: String::new(),
            },
            token: Secret::new(b"hf_one".to_vec()),
            poll: Duration::from_mins(1),
            timeout: Duration::from_secs(1),
            ca: None,
            repos: RepoId::parse("acme/rc1")
                .map(|id| RepoSpec { id, model: ModelId::new("rc-1") })
                .into_iter()
                .collect(),
            identity: None,
        }
    }

    #[test]
    fn a_hub_outlives_the_snapshot_unless_it_is_written_anew() {
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::default());
        let metrics = Arc::new(Metrics::new().expect("metrics"));
        let mut problems = Problems::default();
        let mut assemble =
            |spec: &HubSpec, held| Hub::assemble(spec, held, (&clock, &metrics), &mut problems);
        let first = assemble(&spec(), None).expect("a hub");
        let mut kept = |changed: &HubSpec| {
            assemble(changed, Some(&first)).is_some_and(|hub| Arc::ptr_eq(&hub, &first))
        };
        assert!(kept(&spec()));
        let anew: [fn(&mut HubSpec); 6] = [
            |spec| spec.endpoint.port = 8_082,
            |spec| spec.token = Secret::new(b"hf_two".to_vec()),
            |spec| spec.poll = Duration::from_mins(2),
            |spec| spec.timeout = Duration::from_secs(2),
            |spec| spec.repos.clear(),
            |spec| spec.identity = Some(TierId::new("public")),
        ];
        for change in anew {
            let mut changed = spec();
            change(&mut changed);
            assert!(!kept(&changed));
        }
        assert!(problems.is_empty());
    }

    #[test]
    fn what_cannot_be_is_a_problem_at_its_place() {
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::default());
        let metrics = Arc::new(Metrics::new().expect("metrics"));
        let shown = |change: fn(&mut HubSpec)| {
            let (mut spec, mut problems) = (spec(), Problems::default());
            change(&mut spec);
            let hub = Hub::assemble(&spec, None, (&clock, &metrics), &mut problems);
            assert!(hub.is_none());
            problems.to_string()
        };
        let token = |spec: &mut HubSpec| spec.token = Secret::new(b"hf\none".to_vec());
        assert!(shown(token).contains("hub.token: a header cannot carry it"));
        let host = |spec: &mut HubSpec| {
            spec.endpoint.https = true;
            spec.endpoint.host = "a..b".into();
        };
        assert!(shown(host).contains("hub.endpoint: not a name a certificate can have"));
        let ca = |spec: &mut HubSpec| {
            spec.endpoint.https = true;
            spec.ca = Some("/nowhere/ca.pem".into());
        };
        assert!(shown(ca).contains("hub.ca: cannot read /nowhere/ca.pem"));
    }
}
