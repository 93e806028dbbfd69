//! The one door to what lies outside the file: environment variables and other files.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What lies outside the file.
pub trait Environment {
    /// An environment variable.
    fn variable(&self, name: &str) -> Option<Vec<u8>>;

    /// A regular file of at most `bytes_max` bytes.
    ///
    /// # Errors
    ///
    /// It is not there, not readable, not a regular file or too large.
    fn file(&self, path: &Path, bytes_max: usize) -> io::Result<Found>;
}

/// A file that was read.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Who may do what with it, as on Unix; `None` where there is no such thing.
    pub mode: Option<u32>,
}

/// The process and its file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process;

impl Environment for Process {
    #[expect(clippy::disallowed_methods, reason = "this is the one door to the environment")]
    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        std::env::var(name).ok().map(String::into_bytes)
    }

    fn file(&self, path: &Path, bytes_max: usize) -> io::Result<Found> {
        // Asked before it is opened: opening a pipe would wait for its writer.
        regular(&std::fs::metadata(path)?)?;
        let file = std::fs::File::open(path)?;
        let metadata = file.metadata()?;
        regular(&metadata)?;
        let mut bytes = Vec::new();
        let room = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
        file.take(room).read_to_end(&mut bytes)?;
        if bytes.len() > bytes_max {
            return Err(io::Error::other(format!("it is larger than {bytes_max} bytes")));
        }
        Ok(Found { bytes, mode: mode(&metadata).into() })
    }
}

fn regular(metadata: &std::fs::Metadata) -> io::Result<()> {
    if metadata.is_file() { Ok(()) } else { Err(io::Error::other("it is not a regular file")) }
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> impl Into<Option<u32>> {
    std::os::unix::fs::MetadataExt::mode(metadata)
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> impl Into<Option<u32>> {
    None
}

/// An environment made up, for tests and tools.
#[derive(Clone, Debug, Default)]
pub struct Given {
    variables: BTreeMap<String, Vec<u8>>,
    files: BTreeMap<PathBuf, Found>,
}

impl Given {
    /// With this variable as well.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// With this file as well; only its owner may read it.
    #[must_use]
    pub fn file(self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) -> Self {
        self.file_of_mode(path, bytes, 0o600)
    }

    /// With this file of this mode as well.
    #[must_use]
    pub fn file_of_mode(
        mut self,
        path: impl AsRef<Path>,
        bytes: impl Into<Vec<u8>>,
        mode: u32,
    ) -> Self {
        let found = Found { bytes: bytes.into(), mode: Some(mode) };
        self.files.insert(path.as_ref().into(), found);
        self
    }
}

impl Environment for Given {
    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        self.variables.get(name).cloned()
    }

    fn file(&self, path: &Path, bytes_max: usize) -> io::Result<Found> {
        match self.files.get(path) {
            Some(found) if found.bytes.len() <= bytes_max => Ok(found.clone()),
            Some(_) => Err(io::Error::other(format!("it is larger than {bytes_max} bytes"))),
            None => Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }
}
