//! The kill file: orders that an operator writes by hand when nothing else is left.

use crate::journal;
use crate::metrics::Metrics;
use sluice_config::kill::{KillOrders, read_orders};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Bytes of the file that are read; the reader of YAML takes no more.
const BYTES_MAX: u64 = 4 * 1024 * 1024 + 1;

/// A kill file that is looked at again and again.
#[derive(Debug)]
pub(crate) struct KillFile {
    path: PathBuf,
    /// What it was like when it was last read.
    seen: Option<Look>,
}

impl KillFile {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), seen: None }
    }

    /// Whether it is not as it was when it was last read.
    pub(crate) fn has_changed(&self) -> bool {
        self.seen != look(&self.path)
    }

    /// The orders in it. A bad file changes nothing: it is logged and counted. No file, no orders.
    pub(crate) fn read(&mut self, metrics: &Metrics) -> Option<KillOrders> {
        let seen = look(&self.path);
        let found = text(&self.path);
        // What could not be read is tried again: to let it be read changes nothing that is looked at.
        self.seen = found.as_ref().ok().and(seen);
        let read = found.map_err(|error| error.to_string());
        let read = read.and_then(|text| {
            read_orders(&text, &self.path).map_err(|problems| problems.to_string())
        });
        metrics.families.kill_file_ok.set(i64::from(read.is_ok()));
        match read {
            Ok(orders) => Some(orders),
            Err(problems) => {
                journal::error("the kill file was not taken; it changes nothing", problems);
                None
            }
        }
    }
}

/// The text of a kill file; nothing if there is none.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(String::new()),
        opened => opened?,
    };
    let mut text = String::new();
    file.take(BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

/// Which file it is, how long, and when it was written.
type Look = (u64, u64, SystemTime);

fn look(path: &Path) -> Option<Look> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.ino(), found.len(), found.modified().ok()?))
}
