//! A caller and the world as a running node would see them, for what explains its decisions.

use super::out::Failure;
use super::{arguments, kept, principals, when};
use crate::read::end_user::EndUsers;
use crate::world::Keeper;
use clap::Args;
use sluice_config::World;
use sluice_config::words::{
    Circumstances, Country, CredentialId, EndUserId, Holder, KeyHasher, Principal, PrincipalId,
};
use sluice_store::{Known, Store};
use std::net::IpAddr;
use std::sync::Arc;

/// A principal of the store with all that belongs to it, by no credential in particular.
pub(super) async fn of_principal(store: &Store, id: &PrincipalId) -> Result<Holder, Failure> {
    let record = principals::record(store, id).await?;
    let credential = CredentialId::new("none");
    let known = Known::of(Principal { id: id.clone(), tier: record.tier, credential });
    let known = known.with_holdings(&*store.records).await;
    known.map(|known| known.holder).map_err(kept::unread)
}

/// What records say now of everything but the caller, built as a node builds it.
pub(super) async fn world(store: &Store) -> Result<Arc<World>, Failure> {
    let keeper = Keeper::new(Arc::clone(&store.records));
    keeper.catch_up().await.map_err(kept::unread)?;
    Ok(keeper.now())
}

/// From where, and for whom, a call would be made.
#[derive(Args, Debug, Default)]
pub(super) struct From {
    /// The country it would come from
    #[arg(long, value_name = "COUNTRY", value_parser = arguments::country)]
    country: Option<Country>,
    /// The address it would come from
    #[arg(long, value_name = "ADDRESS")]
    address: Option<IpAddr>,
    /// On whose behalf, as the caller calls them
    #[arg(long, value_name = "END_USER")]
    end_user: Option<String>,
}

impl From {
    /// Whether somebody is named on whose behalf it would be.
    pub(super) fn names_end_user(&self) -> bool {
        self.end_user.is_some()
    }

    /// The id of the end user, hashed as a node hashes it.
    pub(super) fn end_user(&self, hasher: &KeyHasher, holder: &Holder) -> Option<EndUserId> {
        let named = self.end_user.as_deref().filter(|named| !named.is_empty())?;
        Some(EndUsers::new(hasher).id(holder, named.as_bytes()))
    }

    /// What would be true of the call, now.
    pub(super) fn call<'c>(&self, end_user: Option<&'c EndUserId>) -> Circumstances<'c> {
        let Self { country, address, .. } = *self;
        Circumstances { now: when::now(), address, country, end_user }
    }
}
