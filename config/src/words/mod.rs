//! The nouns. Plain values with their rules; no files, no network, no clocks of their own.

mod caps;
mod country;
mod credential;
mod dialect;
mod entitlement;
mod id;
mod limit;
mod link;
mod operation;
mod principal;
mod profiles;
mod secret;
mod stage;
mod strategy;
mod time;

pub use caps::{Caps, Range};
pub use country::Country;
pub use credential::{ApiKey, KeyDigest, KeyHasher};
pub use dialect::Dialect;
pub use entitlement::{Allowed, Ask, Denial, Entitlement};
pub use id::{
    CredentialId, EndUserId, GuardId, LicenceId, ModelId, OrganisationId, PrincipalId, ProfileId,
    ProjectId, RevisionId, TierId, UpstreamId,
};
pub use limit::{Limit, Scope, Unit, Window};
pub use link::Link;
pub use operation::{Fields, Operation, Prompts, Streaming, Work};
pub use principal::Principal;
pub use profiles::Profiles;
pub use secret::Secret;
pub use stage::ReleaseStage;
pub use strategy::Strategy;
pub use time::{Clock, Timestamp};
