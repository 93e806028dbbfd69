//! The nouns. Plain values with their rules; no files, no network, no clocks of their own.

mod caps;
mod country;
mod credential;
mod dialect;
mod entitlement;
mod form;
mod grant;
mod holder;
mod id;
mod kill;
mod licence;
mod limit;
mod link;
mod operation;
mod principal;
mod profiles;
mod purpose;
mod release;
mod repo;
mod scopes;
mod secret;
mod stage;
mod standing;
mod strategy;
mod text_hash;
mod time;
mod verification;

pub use caps::{Caps, Range};
pub use country::Country;
pub use credential::{ApiKey, KeyDigest, KeyHasher};
pub use dialect::Dialect;
pub use entitlement::{Allowed, Ask, Credit, Denial, Entitlement};
pub use form::{Choice, Field, FieldKind, Form, Unbounded};
pub use grant::{Conditions, Gives, Grant, GrantState, Unmet};
pub use holder::{Acceptance, Allows, Circumstances, Holder, RequestState, Requested};
pub use id::{
    CredentialId, EndUserId, GrantId, GuardId, LicenceId, ModelId, OrganisationId, PrincipalId,
    ProfileId, ProjectId, RevisionId, TierId, UpstreamId,
};
pub use kill::{
    KILL_TEXT_BYTES_MAX, KILLS_MAX, KillDirective, KillFault, KillId, KillMode, KillScope,
    ModelRevision, Restore,
};
pub(crate) use licence::EUROPEAN_UNION;
pub use licence::{Accept, Exclusion, HashList, Licence, LicenceText, Modality, Subject};
pub use limit::{Limit, Scope, Unit, Window};
pub use link::Link;
pub use operation::{Fields, Operation, Prompts, Streaming, Work};
pub use principal::Principal;
pub use profiles::Profiles;
pub use purpose::{Purpose, Purposes};
pub use release::{Cohort, OpState, Release};
pub use repo::RepoId;
pub use scopes::{SCOPE_ENTRIES_MAX, Scopes, ScopesProblem};
pub use secret::Secret;
pub use stage::ReleaseStage;
pub use standing::{Sanction, Standing};
pub use strategy::Strategy;
pub use text_hash::TextHash;
pub use time::{Clock, Timestamp};
pub use verification::{Verification, Verified};
