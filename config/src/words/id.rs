//! Names that cannot be mixed up.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes a name that was checked where it was read.
            pub fn new(name: &str) -> Self {
                Self(name.into())
            }

            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name!(
    /// One rung of capacity and safeguards, for example `trusted`.
    TierId
);
name!(
    /// The canonical name of a model, as callers ask for it.
    ModelId
);
name!(
    /// The exact weights behind a model, for example a commit of its repository.
    RevisionId
);
name!(
    /// Whoever calls, in the books: a person, a service, a project of an organisation.
    PrincipalId
);
name!(
    /// A model licence, by its SPDX or Hugging Face id, for example `llama3.3`.
    LicenceId
);
name!(
    /// A set of equal backends.
    UpstreamId
);
name!(
    /// A filter profile of the configuration.
    ProfileId
);
name!(
    /// A remote classifier that filters ask.
    GuardId
);
name!(
    /// The public part of an API key; safe to log.
    CredentialId
);
name!(
    /// A company, a lab, a university: whoever answers for its projects.
    OrganisationId
);
name!(
    /// What an organisation does with its own principals and limits.
    ProjectId
);
name!(
    /// Whoever sits behind a principal's call, by a keyed hash of what the principal calls them: the
    /// identifier itself is kept nowhere.
    EndUserId
);
name!(
    /// A grant, in the books.
    GrantId
);
