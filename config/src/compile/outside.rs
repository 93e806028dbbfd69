//! What the file names but does not hold: secrets, lists, certificates.

use crate::Problems;
use crate::file::{Environment, Found, SecretAt};
use crate::words::Secret;
use std::path::{Path, PathBuf};

/// Bytes of a secret.
const SECRET_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a certificate chain or a key.
const PEM_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a text, such as a policy.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Bytes of a licence.
const LICENCE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a list of entries.
const LIST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Where the file lies and what lies around it.
pub(crate) struct Outside<'a> {
    folder: PathBuf,
    environment: &'a dyn Environment,
}

impl<'a> Outside<'a> {
    /// What lies around the configuration file `at`.
    pub(crate) fn new(at: &Path, environment: &'a dyn Environment) -> Self {
        Self { folder: at.parent().unwrap_or(Path::new("")).into(), environment }
    }

    /// A path as meant: what is relative is so to the folder of the file.
    pub(crate) fn path(&self, written: impl AsRef<Path>) -> PathBuf {
        self.folder.join(written)
    }

    /// The secret at `written`, noted at `path` if there is none, it is empty or others can read
    /// it.
    pub(crate) fn secret(
        &self,
        written: &SecretAt,
        path: &str,
        problems: &mut Problems,
    ) -> Option<Secret> {
        let bytes = match written {
            SecretAt::Env(name) => {
                let Some(bytes) = self.environment.variable(name) else {
                    problems.note(path, format!("the environment variable {name} is not set"));
                    return None;
                };
                bytes
            }
            SecretAt::File(file) => {
                let found = self.file(Path::new(file), SECRET_BYTES_MAX, path, problems)?;
                if let Some(what) = exposed(&self.path(file), &found, 0o077) {
                    problems.note(path, what);
                }
                line(found.bytes)
            }
        };
        if bytes.is_empty() {
            problems.note(path, "the secret is empty");
            return None;
        }
        Some(Secret::new(bytes))
    }

    /// Checks that a PEM file is there and is one. A private key must not be readable to all.
    pub(crate) fn pem(&self, written: &Path, private: bool, path: &str, problems: &mut Problems) {
        let Some(found) = self.file(written, PEM_BYTES_MAX, path, problems) else { return };
        let marker: &[u8] = if private { b"PRIVATE KEY-----" } else { b"BEGIN CERTIFICATE-----" };
        if !found.bytes.windows(marker.len()).any(|window| window == marker) {
            let what = if private { "private key" } else { "certificate" };
            let shown = self.path(written);
            problems.note(path, format!("{} holds no {what} in PEM", shown.display()));
        }
        if let Some(what) = exposed(&self.path(written), &found, 0o007).filter(|_| private) {
            problems.note(path, what);
        }
    }

    /// A public key in PEM, as it is written.
    pub(crate) fn public_key(
        &self,
        written: &Path,
        path: &str,
        problems: &mut Problems,
    ) -> Option<Vec<u8>> {
        self.file(written, PEM_BYTES_MAX, path, problems).map(|found| found.bytes)
    }

    /// The entries of a list: one a line, `#` comments and blank lines skipped.
    pub(crate) fn list(
        &self,
        written: &Path,
        path: &str,
        problems: &mut Problems,
    ) -> Option<Vec<String>> {
        let text = self.utf8(written, LIST_BYTES_MAX, path, problems)?;
        let lines = text.lines().map(str::trim);
        Some(
            lines
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .map(Into::into)
                .collect(),
        )
    }

    /// A text, all of it.
    pub(crate) fn text(
        &self,
        written: &Path,
        path: &str,
        problems: &mut Problems,
    ) -> Option<String> {
        self.utf8(written, TEXT_BYTES_MAX, path, problems)
    }

    /// The text of a licence, byte for byte: its hash is what is accepted.
    pub(crate) fn licence(
        &self,
        written: &Path,
        path: &str,
        problems: &mut Problems,
    ) -> Option<String> {
        let found = self.file(written, LICENCE_BYTES_MAX, path, problems)?;
        let text = String::from_utf8(found.bytes).ok().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            let what = format!("{} is no text in UTF-8", self.path(written).display());
            problems.note(path, what);
        }
        text
    }

    fn utf8(
        &self,
        written: &Path,
        bytes_max: usize,
        path: &str,
        problems: &mut Problems,
    ) -> Option<String> {
        let found = self.file(written, bytes_max, path, problems)?;
        let Ok(text) = String::from_utf8(found.bytes) else {
            problems.note(path, format!("{} is not UTF-8", self.path(written).display()));
            return None;
        };
        Some(match text.strip_prefix('\u{feff}') {
            Some(text) => text.to_owned(),
            None => text,
        })
    }

    fn file(
        &self,
        written: &Path,
        bytes_max: usize,
        path: &str,
        problems: &mut Problems,
    ) -> Option<Found> {
        let file = self.path(written);
        match self.environment.file(&file, bytes_max) {
            Ok(found) => Some(found),
            Err(error) => {
                problems.note(path, format!("{} cannot be read: {error}", file.display()));
                None
            }
        }
    }
}

/// What to say of a file that `others` may read or write, if they may.
fn exposed(file: &Path, found: &Found, others: u32) -> Option<String> {
    let exposed = found.mode.is_some_and(|mode| mode & others != 0);
    exposed.then(|| format!("others can read it; run `chmod 600 {}`", file.display()))
}

/// A file's bytes without the line end that editors add.
fn line(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    bytes
}
