//! Whom Sluice is measured beside. One file a peer: it writes the configuration and starts it.

mod direct;
mod envoy;
mod haproxy;
mod nginx;
mod sluice;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::process::Process;

/// Keys that a peer with a key table holds beside the caller's own.
const OTHER_KEYS: usize = 1_000;

/// Where a contestant lives.
#[derive(Debug)]
pub struct World<'a> {
    /// A folder of its own for files.
    pub dir: &'a Path,
    /// The backend.
    pub mock: SocketAddr,
    /// The core that contestants share; only one works at a time.
    pub core: u32,
    /// The peers' programs.
    pub programs: &'a Programs,
    /// The gateway, if it is not `sluice` beside this program.
    pub sluice: Option<&'a Path>,
}

/// The programs of the peers.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Programs {
    /// nginx, of any build that has the proxy module
    #[arg(long, default_value = "/usr/sbin/nginx")]
    pub nginx: PathBuf,
    /// `HAProxy` 2.6 or later
    #[arg(long, default_value = "/usr/sbin/haproxy")]
    pub haproxy: PathBuf,
    /// Envoy 1.32 or later [default: where install-peers.sh puts it]
    #[arg(long)]
    pub envoy: Option<PathBuf>,
}

/// Somebody who passes calls to the mock.
#[derive(Debug)]
pub struct Contestant {
    /// As in [`ALL`].
    pub name: &'static str,
    /// Where calls go that are answered whole.
    pub whole: SocketAddr,
    /// Where streamed calls go; most have one address for both.
    pub streamed: SocketAddr,
    /// The key it knows.
    pub key: String,
    /// The process, unless there is none between driver and mock.
    pub process: Option<Process>,
}

/// What is sent to those who look at no key.
pub const NO_KEY: &str = "none";

/// How a peer is started.
pub type Start = fn(&World<'_>) -> io::Result<Contestant>;

/// The calls go straight to the mock: what is subtracted from everybody.
pub const DIRECT: &str = "direct";
/// Plain proxy: no key, no limit.
pub const NGINX: &str = "nginx";
/// Key map and stick table.
pub const HAPROXY: &str = "haproxy";
/// Key filter and local rate limit.
pub const ENVOY: &str = "envoy";
/// Everything on.
pub const SLUICE: &str = "sluice";
/// Everything but the filter profile.
pub const SLUICE_NOFILTER: &str = "sluice-nofilter";
/// Everything, with the shipped phrases as the only filter.
pub const SLUICE_PATTERNS: &str = "sluice-patterns";

/// Everybody, in the order of the table.
pub const ALL: [(&str, Start); 6] = [
    (DIRECT, direct::start),
    (NGINX, nginx::start),
    (HAPROXY, haproxy::start),
    (ENVOY, envoy::start),
    (SLUICE, sluice::start),
    (SLUICE_NOFILTER, sluice::start_nofilter),
];

/// The node of `kill`.
pub fn start_nofilter(world: &World<'_>) -> io::Result<Contestant> {
    sluice::start_nofilter(world)
}

/// Those of `filters`: without a filter and with one.
pub const FILTERED: [Start; 2] = [sluice::start_nofilter, sluice::start_patterns];

/// The caller's key, where a peer does not make its own.
fn caller_key() -> String {
    key(OTHER_KEYS)
}

/// The `n`-th key of a peer's table.
fn key(n: usize) -> String {
    let mut state = u64::try_from(n).unwrap_or(0).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut part = || {
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state ^= state >> 27;
        format!("{state:016x}")
    };
    ["sk-peer-".to_owned(), part(), part(), part()].concat()
}

/// Fails with the remedy where a program is missing.
fn installed(program: &Path) -> io::Result<()> {
    if program.is_file() {
        return Ok(());
    }
    let name = program.display();
    Err(io::Error::other(format!("{name} is not there, run loadtests/install-peers.sh")))
}
