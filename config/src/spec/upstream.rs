//! Where models are served.

use crate::words::{Secret, UpstreamId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A set of equal backends.
#[derive(Clone, Debug)]
pub struct UpstreamSpec {
    /// Its name.
    pub id: UpstreamId,
    /// What runs there; decides which hints are sent along.
    pub engine: Engine,
    /// The servers.
    pub backends: Vec<BackendSpec>,
    /// To connect.
    pub connect: Duration,
    /// From the request to the first token.
    pub first_byte: Duration,
    /// Between two reads of an answer.
    pub idle: Duration,
    /// Calls under way at one backend.
    pub in_flight_max: u32,
}

/// One server.
#[derive(Clone, Debug)]
pub struct BackendSpec {
    /// Its address.
    pub url: BackendUrl,
    /// Who signs its certificate, in PEM; the system's roots if not given.
    pub ca: Option<PathBuf>,
    /// Sent as `authorization: Bearer`; with the anthropic dialect as `x-api-key` as well.
    pub credential: Option<Secret>,
}

/// `http[s]://host[:port][/prefix]`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct BackendUrl {
    /// Whether it is encrypted.
    pub https: bool,
    /// A name or address, in lower case; an IPv6 address without brackets.
    pub host: String,
    /// The port, also when it is the scheme's own.
    pub port: u16,
    /// What stands before `/v1/…`: empty, or begins with `/` and does not end with one.
    pub prefix: String,
}

impl BackendUrl {
    /// Where the Hugging Face Hub is.
    pub(crate) fn hugging_face() -> Self {
        Self { https: true, host: "huggingface.co".into(), port: 443, prefix: String::new() }
    }

    /// The value of the `host` header.
    pub fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        let own = if self.https { 443 } else { 80 };
        match (host.contains(':'), *port == own) {
            (true, true) => format!("[{host}]"),
            (true, false) => format!("[{host}]:{port}"),
            (false, true) => host.clone(),
            (false, false) => format!("{host}:{port}"),
        }
    }
}

impl fmt::Display for BackendUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.prefix)
    }
}

/// What serves the model.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// vLLM.
    Vllm,
    /// SGLang.
    Sglang,
    /// The server of llama.cpp.
    LlamaCpp,
    /// Text Generation Inference.
    Tgi,
    /// Ollama.
    Ollama,
    /// Anything else that speaks the OpenAI dialect.
    #[default]
    Other,
}

impl Engine {
    /// The word used in the configuration and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vllm => "vllm",
            Self::Sglang => "sglang",
            Self::LlamaCpp => "llama_cpp",
            Self::Tgi => "tgi",
            Self::Ollama => "ollama",
            Self::Other => "other",
        }
    }

    /// Whether it understands a `cache_salt` field.
    pub fn takes_cache_salt(self) -> bool {
        matches!(self, Self::Vllm)
    }
}
