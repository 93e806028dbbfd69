//! Callers who prove themselves by other means than a key of ours.

use sluice_config::words::{
    Country, CredentialId, Grant, OrganisationId, PrincipalId, ProjectId, TierId, Timestamp,
};

/// What a credential of somebody else's says of its holder, once it is proven. Our own records win
/// over it wherever they say something.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// Its name in the books.
    pub principal: PrincipalId,
    /// The tier it stands on, if it has no row of ours.
    pub tier: TierId,
    /// Its project, if its profile names none.
    pub project: Option<ProjectId>,
    /// Its organisation, if its project names none.
    pub organisation: Option<OrganisationId>,
    /// What it proved itself with; safe to log.
    pub credential: CredentialId,
    /// When that ends, if it does.
    pub expires: Option<Timestamp>,
    /// Where it says its holder is.
    pub country: Option<Country>,
    /// What it gives its holder beyond the tier, beside what our records do.
    pub grants: Vec<Grant>,
}
