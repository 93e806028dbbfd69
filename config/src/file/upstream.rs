//! The section of the file that says where models are served.

use super::leaf::{FilePath, Name, Whole};
use super::net::Url;
use super::read::List;
use super::secret::SecretAt;
use super::section::section;
use crate::spec::Engine;
use crate::words::Dialect;

section! {
    /// A set of equal backends.
    Upstream {
        /// What runs there.
        engine: default(Engine, Engine::Other),
        /// The dialects it speaks. A model of it offers operations of these and no others.
        dialects: default(List<Dialect>, vec![Dialect::OpenAi]),
        /// Where its servers are, in a word of yours, for example `eu`; what `jurisdiction` looks at.
        region: optional(Name),
        /// The servers.
        backends: required(List<Backend>),
        /// How long each step may take.
        timeouts: default(Timeouts, Timeouts::default()),
        /// Calls under way at one backend.
        in_flight_max: default(Whole<1, 1_000_000>, 1_024),
    }
}

section! {
    /// One server.
    Backend {
        /// Where it is: `http[s]://host[:port][/prefix]`, without `/v1`.
        url: required(Url),
        /// Who signs its certificate, in PEM; the system's roots if absent.
        ca: optional(FilePath),
        /// Sent as `authorization: Bearer`; with the anthropic dialect as `x-api-key` as well.
        credential: optional(SecretAt),
    }
}

section! {
    /// How long a backend may take.
    #[expect(clippy::struct_field_names, reason = "the words of the file")]
    Timeouts {
        /// To connect.
        connect_ms: default(Whole<10, 600_000>, 2_000),
        /// From the request to the first token.
        first_token_ms: default(Whole<100, 3_600_000>, 300_000),
        /// Between two reads of an answer.
        idle_ms: default(Whole<100, 3_600_000>, 120_000),
    }
}
