//! `sluice init`: a commented configuration file, the key secret, ready to be served; and a key for
//! receipts, should they be wanted.

use super::out::{self, Done, Failure};
use clap::Args;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file that is written.
const TEMPLATE: &str = include_str!("init/sluice.yaml");
const FILE: &str = "sluice.yaml";
const SECRET: &str = "sluice.key";
const RECEIPTS: &str = "receipts.pem";

/// Write a commented configuration file, the key secret, and a key that signs receipts.
#[derive(Args, Debug)]
pub(super) struct Init {
    /// Where; made if it is not there
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
    /// Overwrite the configuration file; a key is never overwritten
    #[arg(long)]
    force: bool,
}

impl Init {
    pub(super) fn run(self) -> Done {
        out::text(&self.written()?)
    }

    /// Writes the files; what to do next.
    fn written(self) -> Result<String, Failure> {
        let Self { folder, force } = self;
        let here = folder == Path::new(".");
        let place = |name: &str| if here { name.into() } else { folder.join(name) };
        let (file, secret): (PathBuf, PathBuf) = (place(FILE), place(SECRET));
        if file.exists() && !force {
            return Err(there_already(&file));
        }
        let made = fs::create_dir_all(&folder);
        made.map_err(|error| failed(&folder, &error))?;
        let kept = keep(&secret, &new_secret()?)?;
        let receipts: PathBuf = place(RECEIPTS);
        keep(&receipts, &new_receipt_key()?)?;
        match if force { replace(&file) } else { create(&file, TEMPLATE, 0o644) } {
            Ok(()) => Ok(next(&file, (&secret, kept), &receipts)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(there_already(&file)),
            Err(error) => Err(failed(&file, &error)),
        }
    }
}

fn there_already(file: &Path) -> Failure {
    Failure::Other(format!("{} is there already; `--force` overwrites it", file.display()))
}

fn failed(at: &Path, error: &io::Error) -> Failure {
    Failure::of(&format!("{} cannot be written", at.display()), error)
}

/// 256 bits, as a line of hex digits.
pub(super) fn new_secret() -> Result<String, Failure> {
    let random = crate::ids::random::<32>();
    let random = random.map_err(|error| Failure::of("no random bytes", error))?;
    let mut line = String::with_capacity(65);
    for byte in random {
        // Writing to a string does not fail.
        let _written = write!(line, "{byte:02x}").is_ok();
    }
    line.push('\n');
    Ok(line)
}

/// A private key for receipts.
fn new_receipt_key() -> Result<String, Failure> {
    let random = crate::ids::random::<32>();
    let random = random.map_err(|error| Failure::of("no random bytes", error))?;
    let key = crate::provenance::key(&random);
    key.ok_or_else(|| Failure::Other("no key for receipts could be made".into()))
}

/// Writes a key for its owner only, unless there is one; whether there was.
fn keep(path: &Path, key: &str) -> Result<bool, Failure> {
    match create(path, key, 0o600) {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(true),
        Err(error) => Err(failed(path, &error)),
    }
}

/// Writes a file that was not there.
pub(super) fn create(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Puts the template in the place of a file in one step, so that a running node reads all of it.
fn replace(path: &Path) -> io::Result<()> {
    let part = path.with_extension("yaml.part");
    fs::write(&part, TEMPLATE)?;
    fs::rename(&part, path)
}

fn next(file: &Path, (secret, kept): (&Path, bool), receipts: &Path) -> String {
    let (shown, secret) = (file.display().to_string(), secret.display().to_string());
    let receipts = receipts.display().to_string();
    let wide = shown.len().max(receipts.len());
    let secret_is = if kept { "was there and is kept" } else { "the key secret: back it up" };
    let named = if shown == FILE { String::new() } else { format!(" -c {shown}") };
    format!(
        "{shown:wide$}  the configuration: three tiers, three models, two filter profiles
{secret:wide$}  {secret_is}
{receipts:wide$}  a key that signs receipts of answers, should you turn them on

Name your models and where they are served in {shown}, and then

  sluice check {shown}
  sluice serve{named} &
  sluice principals create ada --tier public{named}
  KEY=$(sluice keys create ada{named})
  curl http://127.0.0.1:8080/v1/models -H \"authorization: Bearer $KEY\"
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MachineClock;
    use crate::metrics::Metrics;
    use crate::snapshot::Snapshot;
    use sluice_config::Given;
    use sluice_config::words::Clock;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    fn init(folder: &Path, force: bool) -> Result<String, Failure> {
        Init { folder: folder.into(), force }.written()
    }

    #[test]
    fn the_template_compiles_down_to_its_filters() {
        let secret = Given::default().file(SECRET, new_secret().unwrap());
        let read = sluice_config::read(TEMPLATE, Path::new(FILE), &secret);
        let config = read.unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(config.policy.tiers().len(), 3);
        let metrics = Arc::new(Metrics::new().unwrap());
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::default());
        let built = Snapshot::alone(config, &clock, &metrics);
        built.unwrap_or_else(|problems| panic!("{problems}"));
    }

    #[test]
    fn nothing_is_overwritten_but_the_file_if_asked() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("etc");
        assert!(init(&at, false).unwrap().contains("back it up"));
        let secret = fs::read_to_string(at.join(SECRET)).unwrap();
        assert_eq!(secret.trim_end().len(), 64);
        let receipts = fs::read_to_string(at.join(RECEIPTS)).unwrap();
        for key in [SECRET, RECEIPTS] {
            let mode = fs::metadata(at.join(key)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{key}");
        }
        fs::write(at.join(FILE), "mine").unwrap();
        assert!(init(&at, false).is_err());
        assert_eq!(fs::read_to_string(at.join(FILE)).unwrap(), "mine");
        init(&at, true).unwrap();
        assert_eq!(fs::read_to_string(at.join(FILE)).unwrap(), TEMPLATE);
        assert_eq!(fs::read_to_string(at.join(SECRET)).unwrap(), secret, "keys depend on it");
        fs::remove_file(at.join(FILE)).unwrap();
        init(&at, false).unwrap();
        assert_eq!(fs::read_to_string(at.join(SECRET)).unwrap(), secret);
        assert_eq!(fs::read_to_string(at.join(RECEIPTS)).unwrap(), receipts);
    }

    #[test]
    fn the_template_turns_receipts_on_where_it_says_so() {
        let (before, receipts) = TEMPLATE.split_once("# provenance:").unwrap();
        let uncommented = receipts.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
        let lines: Vec<&str> = uncommented.collect();
        let text = format!("{before}provenance:{}\n", lines.join("\n"));
        let given = Given::default();
        let given = given.file(SECRET, new_secret().unwrap());
        let given = given.file(RECEIPTS, new_receipt_key().unwrap());
        let read = sluice_config::read(&text, Path::new(FILE), &given);
        let config = read.unwrap_or_else(|problems| panic!("{problems}"));
        assert!(config.provenance.receipts.is_some());
        let metrics = Arc::new(Metrics::new().unwrap());
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::default());
        let built = Snapshot::alone(config, &clock, &metrics);
        assert!(built.is_ok_and(|snapshot| snapshot.provenance.keys.is_some()));
    }
}
