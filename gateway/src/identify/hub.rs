//! Tokens of the Hugging Face Hub: `Authorization: Bearer hf_…`, where the file takes them.
//!
//! Whoever has one is `hub:USER` on the tier of the file, with a grant for each linked model whose
//! repo the Hub lets them in to.

use super::salt::Salt;
use super::{Arrival, Carried, Method, Proving, Unproven};
use crate::hub::{Hub, HubCaller, Unknown};
use sluice_config::RepoSpec;
use sluice_config::words::{
    Conditions, CredentialId, Gives, Grant, GrantId, GrantState, KeyDigest, PrincipalId,
    ReleaseStage, Secret, TierId, Timestamp,
};
use sluice_store::Claimed;
use std::sync::Arc;
use std::time::Duration;

/// How every token of theirs begins.
const PREFIX: &[u8] = b"hf_";
/// How long what the Hub said is taken as it is, before it is looked at again.
const BELIEVED: Duration = Duration::from_mins(1);
/// When somebody may try again while the Hub is away.
const RETRY: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct HubTokens {
    pub(super) hub: Option<Arc<Hub>>,
    pub(super) salt: Salt,
}

impl HubTokens {
    /// The Hub and the tier of who is known by it, if that is a way in.
    fn way(&self) -> Option<(&Hub, &TierId)> {
        let hub = self.hub.as_deref()?;
        Some((hub, hub.spec().identity.as_ref()?))
    }

    async fn check(&self, credential: &[u8], at: Timestamp) -> Result<Claimed, Unproven> {
        let (hub, tier) = self.way().ok_or(Unproven::Failed("a token of the Hub"))?;
        match hub.who(&Secret::new(credential.to_vec())).await {
            Ok(caller) => claimed(&caller, &hub.spec().repos, tier, at.plus(BELIEVED))
                .ok_or(Unproven::Failed("a token of the Hub whose name is none here")),
            Err(Unknown::BadToken) => Err(Unproven::Failed("a token the Hub does not know")),
            Err(away @ Unknown::Away) => {
                Err(Unproven::Unknowable { cause: away.into(), wait: RETRY })
            }
        }
    }
}

impl Method for HubTokens {
    fn find<'c>(&self, carried: &'c Carried<'_>) -> Option<&'c [u8]> {
        self.way()?;
        carried.header.filter(|credential| credential.starts_with(PREFIX))
    }

    fn digest(&self, credential: &[u8]) -> Option<KeyDigest> {
        Some(self.salt.digest("hub", credential))
    }

    fn prove<'a>(&'a self, credential: &'a [u8], arrival: Arrival<'a>) -> Option<Proving<'a>> {
        Some(Box::pin(self.check(credential, arrival.at)))
    }
}

fn claimed(
    caller: &HubCaller,
    repos: &[RepoSpec],
    tier: &TierId,
    until: Timestamp,
) -> Option<Claimed> {
    let open = repos.iter().filter(|repo| caller.repos.contains(&repo.id));
    Some(Claimed {
        principal: PrincipalId::parse(&format!("hub:{}", caller.user))?,
        tier: tier.clone(),
        project: None,
        organisation: None,
        credential: CredentialId::new("hub"),
        expires: Some(until),
        country: None,
        grants: open.map(|repo| grant(repo, until)).collect(),
    })
}

/// What being let in to a repo gives.
fn grant(repo: &RepoSpec, until: Timestamp) -> Grant {
    Grant {
        id: GrantId::new(&format!("hub:{}", repo.id)),
        gives: Gives::Model { name: repo.model.clone(), from: ReleaseStage::Gated },
        conditions: Conditions::default(),
        state: GrantState::Active,
        starts: None,
        expires: Some(until),
        source: "hub".into(),
        reason: "let in on the Hub".into(),
    }
}
