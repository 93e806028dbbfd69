//! How one node runs: where it listens, where it keeps, how it ends.

use super::Bounds;
use crate::words::KeyHasher;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// One running process.
#[derive(Clone, Debug)]
pub struct NodeSpec {
    /// Where callers connect.
    pub listeners: Vec<Listener>,
    /// Where health, metrics and the state of the snapshot are served.
    pub ops: SocketAddr,
    /// Where records and usage are kept.
    pub store: StoreSpec,
    /// Hashes keys; made from the key secret, never printed.
    pub key_secret: KeyHasher,
    /// The bounds of a connection and a call.
    pub bounds: Bounds,
    /// Which web pages may call; `None` is none.
    pub cors: Option<Cors>,
    /// How the node ends.
    pub drain: Drain,
    /// What it writes down.
    pub log: LogSpec,
    /// How calls are stopped at once.
    pub kill: KillSpec,
    /// Where decisions are noted; `None` is nowhere.
    pub decisions: Option<Box<DecisionSpec>>,
}

/// A log of decisions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DecisionSpec {
    /// Where it is; the file before has `.1` at the end of its name.
    pub path: PathBuf,
    /// Bytes of both files.
    pub bytes_max: u64,
    /// Which part of decisions is noted, of a million.
    pub sample_ppm: u64,
}

/// One address callers connect to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listener {
    /// The address.
    pub bind: SocketAddr,
    /// Its certificate; `None` is plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Where plain HTTP is fine.
    pub plaintext: Plaintext,
    /// Peers whose forwarded headers count.
    pub trusted_proxies: Vec<IpNet>,
}

/// A certificate chain and its key, in PEM; read again on every reload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TlsFiles {
    /// The chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
    /// Which certificates callers show; `None` if they are asked for none.
    pub clients: Option<ClientsSpec>,
}

/// Which certificates callers show.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientsSpec {
    /// Who signs them, in PEM.
    pub ca: Vec<PathBuf>,
    /// Which of them are revoked, in PEM.
    pub crls: Vec<PathBuf>,
    /// Whether they must.
    pub certificates: ClientCertificates,
}

/// Whether callers must show a certificate.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientCertificates {
    /// Who shows none is not connected.
    #[default]
    Required,
    /// Who shows none is asked for another credential.
    Optional,
}

/// Where plain HTTP is fine.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Plaintext {
    /// On a loopback address only.
    #[default]
    LoopbackOnly,
    /// Behind a proxy that encrypts, named in `trusted_proxies`.
    BehindProxy,
}

/// Where records and usage are kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StoreSpec {
    /// One SQLite file.
    Sqlite {
        /// The file; made if it is not there.
        path: PathBuf,
    },
    /// Nowhere: gone when the process ends. For tests and trials.
    Memory,
}

/// Which web pages may call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cors {
    /// Their origins, for example `https://app.example`.
    pub origins: Vec<String>,
}

/// How the node ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Drain {
    /// How long it says "not ready" before it stops accepting.
    pub wait: Duration,
    /// How long calls under way may take, in all.
    pub total: Duration,
}

/// How calls are stopped at once. A store in memory has nothing beside it: then there is only what
/// the file says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KillSpec {
    /// Where directives are written by hand; it need not be there.
    pub file: Option<PathBuf>,
    /// Where the node keeps what it has heard.
    pub journal: Option<PathBuf>,
}

/// What the node writes down.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LogSpec {
    /// The least important line that is written.
    pub level: LogLevel,
}

/// How important a line is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// A fault someone must look at.
    Error,
    /// Something that may become one.
    Warn,
    /// One line for each call that is refused and each change.
    #[default]
    Info,
    /// For finding a fault.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// The word used in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}
