//! `sluice init`: a commented configuration file and the key secret, ready to be served.

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

/// Write a commented configuration file and the key secret.
#[derive(Args, Debug)]
pub(super) struct Init {
    /// Where; made if it is not there
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
    /// Overwrite the configuration file; a key secret is never overwritten
    #[arg(long)]
    force: bool,
}

impl Init {
    pub(super) fn run(self) -> Done {
        out::text(&self.written()?)
    }

    /// Writes both files; what to do next.
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
        let kept = match create(&secret, &new_secret()?, 0o600) {
            Ok(()) => false,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => true,
            Err(error) => return Err(failed(&secret, &error)),
        };
        match if force { replace(&file) } else { create(&file, TEMPLATE, 0o644) } {
            Ok(()) => Ok(next(&file, &secret, kept)),
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

fn next(file: &Path, secret: &Path, kept: bool) -> String {
    let (shown, secret) = (file.display().to_string(), secret.display().to_string());
    let wide = shown.len();
    let secret_is = if kept { "was there and is kept" } else { "the key secret: back it up" };
    let named = if shown == FILE { String::new() } else { format!(" -c {shown}") };
    format!(
        "{shown}  the configuration: three tiers, three models, two filter profiles
{secret:wide$}  {secret_is}

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
    use crate::dispatch::Backends;
    use crate::metrics::Metrics;
    use crate::snapshot::Snapshot;
    use sluice_config::Given;
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
        let backends = Backends::new(Arc::new(MachineClock::default()), metrics);
        let built = Snapshot::assemble(config, &backends);
        built.unwrap_or_else(|problems| panic!("{problems}"));
    }

    #[test]
    fn nothing_is_overwritten_but_the_file_if_asked() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("etc");
        assert!(init(&at, false).unwrap().contains("back it up"));
        let secret = fs::read_to_string(at.join(SECRET)).unwrap();
        assert_eq!(secret.trim_end().len(), 64);
        let mode = fs::metadata(at.join(SECRET)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(at.join(FILE), "mine").unwrap();
        assert!(init(&at, false).is_err());
        assert_eq!(fs::read_to_string(at.join(FILE)).unwrap(), "mine");
        init(&at, true).unwrap();
        assert_eq!(fs::read_to_string(at.join(FILE)).unwrap(), TEMPLATE);
        assert_eq!(fs::read_to_string(at.join(SECRET)).unwrap(), secret, "keys depend on it");
        fs::remove_file(at.join(FILE)).unwrap();
        init(&at, false).unwrap();
        assert_eq!(fs::read_to_string(at.join(SECRET)).unwrap(), secret);
    }
}
