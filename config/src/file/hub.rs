//! The section of the file that links models to repos of the Hugging Face Hub.

use super::leaf::{FilePath, Name, Whole};
use super::net::Url;
use super::read::Named;
use super::secret::SecretAt;
use super::section::section;
use crate::spec::BackendUrl;

section! {
    /// The Hugging Face Hub: whose requests for access to its gated repos count here as well.
    Hub {
        /// Where it is. Plain `http://` only on this machine.
        endpoint: default(Url, Url(BackendUrl::hugging_face())),
        /// Our token there, which may manage the repos: it needs write access to them.
        token: required(SecretAt),
        /// How often the requests of a repo are listed.
        poll_ms: default(Whole<1_000, 86_400_000>, 60_000),
        /// What one call to it may take in all.
        timeout_ms: default(Whole<10, 600_000>, 10_000),
        /// Who signs its certificate, in PEM; the system's roots if absent.
        ca: optional(FilePath),
        /// Gated repos, by `OWNER/NAME`.
        repos: required(Named<Repo>),
        /// Whether a caller may prove who they are by a token of theirs. Absent: no.
        identity: optional(HubIdentity),
    }
}

section! {
    /// A gated repo of the Hub.
    Repo {
        /// The model that who is accepted there may use here.
        model: required(Name),
    }
}

section! {
    /// Callers that prove who they are by a token of the Hub.
    HubIdentity {
        /// Their tier.
        tier: required(Name),
    }
}
