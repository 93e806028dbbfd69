//! On whose behalf a call is made: what the caller calls them, in the body or a header.
//!
//! The identifier is hashed at once, under a key of the node's secret and within the organisation
//! that uses it; what is kept and shown is the hash.

use super::rule::{self, Path};
use super::scan::View;
use crate::refuse::{Refusal, RefusalCode};
use http::{HeaderMap, HeaderName};
use sluice_config::words::{
    EndUserId, Holder, KeyHasher, OrganisationId, PrincipalId, ProjectId, Secret,
};
use std::fmt;

/// Bytes of an identifier: what OpenAI's client library lets pass.
const BYTES_MAX: usize = 128;

/// The headers in which vendors' clients write it.
static HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("openai-safety-identifier"),
    HeaderName::from_static("perplexity-safety-identifier"),
    HeaderName::from_static("anthropic-user-profile-id"),
];

/// What a body calls the end user, in each of the ways it can.
#[derive(Debug, Default)]
pub(super) struct Named {
    identifier: Option<Secret>,
    user: Option<Secret>,
}

impl Named {
    /// `safety_identifier`, which takes the place of `user`.
    pub(super) fn by_identifier(&mut self, value: View<'_, '_>) {
        self.identifier = text(value);
    }

    /// OpenAI's `user`.
    pub(super) fn by_user(&mut self, value: View<'_, '_>) {
        self.user = text(value);
    }

    /// Anthropic's `metadata.user_id`.
    pub(super) fn by_metadata(&mut self, value: View<'_, '_>) {
        self.user = value.member("user_id").and_then(text);
    }

    /// The one that counts, if it can be one.
    pub(super) fn taken(self) -> Result<Option<Secret>, Refusal> {
        let field = if self.identifier.is_some() { "safety_identifier" } else { "user" };
        let named = self.identifier.or(self.user);
        match named {
            Some(named) if !is_fine(named.expose()) => {
                Err(rule::invalid(&Path::Top(field), "at most 128 bytes"))
            }
            named => Ok(named),
        }
    }
}

fn text(value: View<'_, '_>) -> Option<Secret> {
    let text = value.text().filter(|text| !text.is_empty())?;
    Some(Secret::new(text.into_owned().into_bytes()))
}

fn is_fine(identifier: &[u8]) -> bool {
    identifier.len() <= BYTES_MAX
}

/// Turns identifiers into ids.
#[derive(Clone)]
pub(crate) struct EndUsers {
    key: [u8; 32],
}

impl fmt::Debug for EndUsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EndUsers")
    }
}

impl EndUsers {
    /// Hashes by the node's secret.
    pub(crate) fn new(hasher: &KeyHasher) -> Self {
        Self { key: hasher.derive("end user identifier") }
    }

    /// Whom a call is for, by its headers and its body.
    pub(super) fn of(
        &self,
        holder: &Holder,
        headers: &HeaderMap,
        body: Option<&Secret>,
    ) -> Result<Option<EndUserId>, Refusal> {
        let mut named = body.map(Secret::expose);
        for header in HEADERS.iter().flat_map(|name| headers.get_all(name)) {
            let said = header.as_bytes();
            if !is_fine(said) || named.is_some_and(|named| named != said) {
                return Err(differing());
            }
            named = Some(said);
        }
        Ok(named.filter(|named| !named.is_empty()).map(|named| self.id(holder, named)))
    }

    pub(crate) fn id(&self, holder: &Holder, identifier: &[u8]) -> EndUserId {
        let (organisation, project) = (holder.organisation.as_ref(), holder.project.as_ref());
        self.named((&holder.principal.id, project, organisation), identifier)
    }

    /// The id of whom a principal calls so. The same name of two organisations is two people.
    pub(crate) fn named(
        &self,
        caller: (&PrincipalId, Option<&ProjectId>, Option<&OrganisationId>),
        identifier: &[u8],
    ) -> EndUserId {
        let (kind, whose) = match caller {
            (_, _, Some(organisation)) => ("organisation", organisation.as_str()),
            (_, Some(project), None) => ("project", project.as_str()),
            (principal, None, None) => ("principal", principal.as_str()),
        };
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in [kind.as_bytes(), whose.as_bytes()] {
            hasher.update(part).update(&[0]);
        }
        let hash = hasher.update(identifier).finalize().to_hex();
        EndUserId::new(hash.get(..32).unwrap_or(&hash))
    }
}

fn differing() -> Refusal {
    let message = "the headers and the body name two end users, or one by more than 128 bytes; send \
                   one identifier";
    Refusal::new(RefusalCode::InvalidParameter, message).param("safety_identifier")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_config::words::{CredentialId, OrganisationId, Principal, PrincipalId, TierId};

    fn holder(organisation: Option<&str>) -> Holder {
        let principal = Principal {
            id: PrincipalId::new("ada"),
            tier: TierId::new("public"),
            credential: CredentialId::new("key"),
        };
        Holder { organisation: organisation.map(OrganisationId::new), ..Holder::of(principal) }
    }

    fn users() -> EndUsers {
        let secret = Secret::new(vec![7; 32]);
        EndUsers::new(&KeyHasher::new(secret).unwrap())
    }

    #[test]
    fn an_identifier_is_one_person_within_its_organisation() {
        let (users, acme, other) = (users(), holder(Some("acme")), holder(Some("other")));
        let id = users.id(&acme, b"alice");
        assert_eq!(id, users.id(&acme, b"alice"));
        assert_eq!(id.as_str().len(), 32);
        for different in
            [users.id(&other, b"alice"), users.id(&holder(None), b"alice"), users.id(&acme, b"bob")]
        {
            assert_ne!(id, different);
        }
    }

    #[test]
    fn headers_and_body_must_agree() {
        let (users, holder) = (users(), holder(None));
        let of = |headers: &[(&'static str, &str)], body: Option<&str>| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, value.parse().unwrap());
            }
            let body = body.map(|text| Secret::new(text.as_bytes().to_vec()));
            users.of(&holder, &map, body.as_ref()).map_err(|refusal| refusal.code())
        };
        let alice = of(&[], Some("alice"));
        assert!(matches!(alice, Ok(Some(_))));
        for name in [
            "openai-safety-identifier",
            "perplexity-safety-identifier",
            "anthropic-user-profile-id",
        ] {
            assert_eq!(of(&[(name, "alice")], None), alice, "{name}");
            assert_eq!(of(&[(name, "alice")], Some("alice")), alice);
            assert_eq!(of(&[(name, "bob")], Some("alice")), Err(RefusalCode::InvalidParameter));
            let long = "x".repeat(129);
            assert_eq!(of(&[(name, &long)], None), Err(RefusalCode::InvalidParameter));
        }
        assert_eq!(of(&[], None), Ok(None));
    }
}
