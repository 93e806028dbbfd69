//! The Hugging Face Hub.

use super::outside::Outside;
use super::upstreams::sendable;
use crate::Problems;
use crate::file::{self, File, Named};
use crate::spec::{BackendUrl, HubSpec, RepoSpec};
use crate::words::{ModelId, RepoId, TierId};
use std::net::IpAddr;

/// Linked repos: each is listed again and again, and asked about for each new token.
const REPOS_MAX: usize = 64;

/// Compiles the section.
pub(crate) fn compile(
    file: &File,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Option<HubSpec> {
    let hub = file.hub.as_ref()?;
    let endpoint = hub.endpoint.0.clone();
    if !endpoint.https && !is_loopback(&endpoint) {
        let what = "our token would be sent in the clear; write https:// unless it is this machine";
        problems.note("hub.endpoint", what);
    }
    if let Some(ca) = &hub.ca {
        outside.pem(&ca.0, false, "hub.ca", problems);
        if !endpoint.https {
            problems.note("hub.ca", "only https has a certificate to check; leave it out");
        }
    }
    let token = hub.token.as_ref().and_then(|it| outside.secret(it, "hub.token", problems));
    if let Some(token) = &token {
        sendable(token, "hub.token", problems);
    }
    let repos = repos(file, hub, problems);
    let identity = hub.identity.as_ref().and_then(|it| it.tier.as_ref()).map(|tier| {
        if !file.tiers.as_ref().is_some_and(|tiers| tiers.has(&tier.0)) {
            problems.note("hub.identity.tier", format!("there is no tier `{}`", tier.0));
        }
        TierId::new(&tier.0)
    });
    Some(HubSpec {
        endpoint,
        token: token?,
        poll: hub.poll_ms.milliseconds(),
        timeout: hub.timeout_ms.milliseconds(),
        ca: hub.ca.as_ref().map(|ca| outside.path(&ca.0)),
        repos,
        identity,
    })
}

fn repos(file: &File, hub: &file::Hub, problems: &mut Problems) -> Vec<RepoSpec> {
    let Some(written) = &hub.repos else { return Vec::new() };
    match written.0.len() {
        0 => problems.note("hub.repos", "there must be at least one"),
        many if many > REPOS_MAX => {
            problems.note("hub.repos", format!("more than {REPOS_MAX} repos"));
        }
        _ => {}
    }
    let mut repos: Vec<RepoSpec> = Vec::new();
    for (name, repo) in written.iter().take(REPOS_MAX) {
        let path = format!("hub.repos.{name}");
        let Some(id) = RepoId::parse(name) else {
            problems.note(&path, "a repo is written OWNER/NAME, as in its address on the Hub");
            continue;
        };
        let same = |other: &RepoSpec| other.id.as_str().eq_ignore_ascii_case(name);
        if repos.iter().any(same) {
            problems.note(&path, "the Hub takes it for a repo that is named above; keep one");
        }
        let Some(model) = &repo.model else { continue };
        if !file.models.as_ref().is_some_and(|models: &Named<_>| models.has(&model.0)) {
            let what = format!("there is no model `{}`; an alias is none", model.0);
            problems.note(&format!("{path}.model"), what);
        }
        repos.push(RepoSpec { id, model: ModelId::new(&model.0) });
    }
    repos
}

fn is_loopback(url: &BackendUrl) -> bool {
    url.host == "localhost" || url.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
