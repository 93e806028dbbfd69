//! Who is calling.

use super::{CredentialId, PrincipalId, TierId};

/// A caller whose identity is proven.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Principal {
    /// Its name in the books.
    pub id: PrincipalId,
    /// The tier it stands on.
    pub tier: TierId,
    /// What it proved itself with.
    pub credential: CredentialId,
}
