//! Sluice with everything on: one tier with limits of every kind, a filter profile, metrics, and
//! usage rows in `SQLite`. What an operator would run, with ceilings that the load does not reach.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Contestant, SLUICE, SLUICE_NOFILTER, SLUICE_PATTERNS, World, key};
use crate::filters::texts;
use crate::mock::said::Said;
use crate::mock::script;
use crate::process::{Process, free_address};

/// Literals of `patterns`; every tenth begins as the text of the answers does.
const LITERALS: usize = 2_000;

/// The kind of filter that looks for listed phrases.
const PATTERNS: &str = "patterns";

/// The filters of the other kind, as the file has them.
const REDACT: &str = "    - { kind: redact, classes: [secrets, email, phone, card, iban] }\n";

/// What a node filters.
struct Profile {
    /// The line of the tier that names it; nothing for a node that does not filter.
    named: &'static str,
    /// Phrases, one a line.
    literals: String,
    /// Filters beside that for the phrases.
    others: &'static str,
}

const NAMED: &str = "    filter: measured\n";

/// With the filter profile.
pub(super) fn start(world: &World<'_>) -> io::Result<Contestant> {
    serve(world, SLUICE, &Profile { named: NAMED, literals: literals(), others: REDACT })
}

/// The same without it.
pub(super) fn start_nofilter(world: &World<'_>) -> io::Result<Contestant> {
    serve(world, SLUICE_NOFILTER, &Profile { named: "", literals: literals(), others: REDACT })
}

/// With the shipped phrases alone. Fails if it does not find each of them, or finds anything in the
/// shipped text: then what it costs would say nothing.
pub(super) fn start_patterns(world: &World<'_>) -> io::Result<Contestant> {
    let literals = texts::PATTERNS.to_owned();
    let contestant =
        serve(world, SLUICE_PATTERNS, &Profile { named: NAMED, literals, others: "" })?;
    let (program, dir) = (program(world)?, world.dir.join(SLUICE_PATTERNS));
    let known = dir.join("known.jsonl");
    fs::write(&known, texts::known())?;
    let known = known.to_string_lossy();
    let filter = ["filter", "test", "measured", &known, "--recall-min", "1"];
    said(&program, &dir.join(FILE), &[&filter[..], &["--over-blocking-max", "0"]].concat())?;
    Ok(contestant)
}

/// The file of a node.
const FILE: &str = "sluice.yaml";

fn program(world: &World<'_>) -> io::Result<PathBuf> {
    let program = match world.sluice {
        Some(program) => program.to_owned(),
        None => env::current_exe()?.with_file_name("sluice"),
    };
    if program.is_file() {
        return Ok(program);
    }
    Err(io::Error::other("the gateway is not there, run `cargo build --release -p sluice-gateway`"))
}

fn serve(world: &World<'_>, name: &'static str, profile: &Profile) -> io::Result<Contestant> {
    let program = program(world)?;
    let dir = world.dir.join(name);
    fs::create_dir(&dir)?;
    let (address, ops) = (free_address()?, free_address()?);
    fs::write(dir.join("words.txt"), &profile.literals)?;
    let secret = dir.join("sluice.key");
    let mut private = OpenOptions::new().write(true).create_new(true).mode(0o600).open(secret)?;
    private.write_all(key(1).as_bytes())?;
    let file = dir.join(FILE);
    fs::write(&file, configuration([address, ops, world.mock], profile))?;
    let key = create_key(&program, &file)?;
    let args = [
        "serve".as_ref(),
        "--threads".as_ref(),
        "1".as_ref(),
        "--config".as_ref(),
        file.as_os_str(),
    ];
    let process = Process::start(world.core, &program, args, &dir.join("log"))?.ready(address)?;
    Ok(Contestant { name, whole: address, streamed: address, key, process: Some(process) })
}

/// Makes a principal on the tier and a key for it.
fn create_key(program: &Path, file: &Path) -> io::Result<String> {
    let principal = ["principals", "create", "caller", "--tier", "measured"];
    said(program, file, &principal)?;
    let told = said(program, file, &["keys", "create", "--principal", "caller"])?;
    let is_key = |word: &&str| word.starts_with("sk-sluice-");
    let key = told.split(|c: char| c.is_whitespace() || c == '"').find(is_key);
    key.map(str::to_owned).ok_or_else(|| io::Error::other(format!("no key in: {told}")))
}

/// Runs one command of the gateway's and returns what it printed.
fn said(program: &Path, file: &Path, args: &[&str]) -> io::Result<String> {
    let output = Command::new(program).args(args).arg("--config").arg(file).output()?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!("{args:?} failed: {told}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn configuration([address, ops, mock]: [SocketAddr; 3], profile: &Profile) -> String {
    let Profile { named, others, .. } = profile;
    let tokens = script::TOKENS_MAX;
    format!(
        "store: {{ kind: sqlite, path: sluice.db }}
key_secret: {{ file: sluice.key }}
listeners:
  - {{ bind: \"{address}\" }}
ops: {{ bind: \"{ops}\" }}
bounds: {{ requests_per_connection_max: 1000000000 }}
tiers:
  measured:
    sees: public
    limits:
      - {{ unit: requests, window: minute, scope: principal, ceiling: 1000000 }}
      - {{ unit: tokens, window: minute, scope: principal, ceiling: 100000000000 }}
      - {{ unit: tokens, window: day, scope: principal, ceiling: 100000000000000 }}
      - {{ unit: concurrency, scope: principal, ceiling: 100000 }}
    caps: {{ output_tokens_max: {tokens}, context_tokens_max: 131072 }}
{named}models:
  mock-1:
    revision: \"1\"
    licence: apache-2.0
    stage: public
    upstream: mock
    context_tokens: 131072
upstreams:
  mock:
    backends:
      - {{ url: \"http://{mock}\" }}
    in_flight_max: 100000
filters:
  measured:
    - {{ kind: {PATTERNS}, literals_file: words.txt }}
{others}"
    )
}

/// One literal a line, none of which the mock says.
fn literals() -> String {
    let text = Said::default();
    let line = |n: usize| {
        let tail = key(n);
        let tail: String = tail.chars().filter(char::is_ascii_alphabetic).skip(6).collect();
        match n % 10 {
            0 => format!("{} {tail} {n}\n", text.text(0..2 + n % 3).trim()),
            _ => format!("{tail} {n}\n"),
        }
    };
    (0..LITERALS).map(line).collect::<Vec<String>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_literal_is_in_the_text() {
        let (literals, text) = (literals(), Said::default().text(0..512));
        assert_eq!(literals.lines().count(), LITERALS);
        assert!(literals.lines().all(|literal| literal.len() > 5 && !text.contains(literal)));
    }
}
