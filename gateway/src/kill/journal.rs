//! What this node has heard, a line an order: read at the start, before anybody can call.
//!
//! A line that was torn by a crash is no order, since it was not yet acted upon. A file that another
//! process has cut, replaced or written to is noticed, and written anew with all that both knew.

use crate::journal as log;
use serde::{Deserialize, Serialize};
use sluice_config::kill::KillOrders;
use sluice_config::words::{KillDirective, Restore, Timestamp};
use std::fs::{File, OpenOptions, metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of a journal that are read: far more than as many orders as a node holds.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Lines that may be over before the file is written anew.
const SPARE_MAX: usize = 1_000;

/// One line.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Directive(Arc<KillDirective>),
    Restore(Arc<Restore>),
}

/// A journal that is open.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Which file it is, and how long it was when we last wrote to it.
    is: (u64, u64),
    lines: usize,
}

impl Journal {
    /// Opens the journal, or begins one; what is in it.
    pub(super) fn open(path: &Path) -> io::Result<(Self, KillOrders)> {
        let text = load(path)?;
        let (orders, lines, unread) = read(&text);
        if unread > 0 {
            let aside = path.with_extension("unread");
            std::fs::copy(path, &aside)?;
            let what = format!("{unread} lines; all of it is kept in {}", aside.display());
            log::error("the kill journal has lines that are no orders", what);
        }
        let (mut file, mut bytes) = (append(path)?, text.len() as u64);
        if !text.is_empty() && !text.ends_with(b"\n") {
            // What follows must not be taken for the rest of a torn line.
            file.write_all(b"\n")?;
            bytes += 1;
        }
        file.sync_all()?;
        sync_folder(path)?;
        let is = (file.metadata()?.ino(), bytes);
        Ok((Self { path: path.to_owned(), file, is, lines }, orders))
    }

    /// Whether another process has cut it, replaced it or written to it.
    pub(super) fn is_disturbed(&self) -> bool {
        metadata(&self.path).map_or(true, |found| identity(&found) != self.is)
    }

    /// What is in the file now, as far as it can be read.
    pub(super) fn found(&self) -> KillOrders {
        recorded(&self.path).unwrap_or_default()
    }

    /// Writes down what is new, and waits until the disk has it. The whole is written anew, as of a
    /// moment, if that is asked for or too much of the file is over.
    pub(super) fn keep(
        &mut self,
        news: &KillOrders,
        all: &KillOrders,
        anew: Option<Timestamp>,
    ) -> io::Result<()> {
        if let Some(now) = anew {
            return self.write_anew(&all.clone().pruned(now));
        }
        let text = written(news)?;
        self.file.write_all(&text)?;
        self.file.sync_data()?;
        self.is.1 += text.len() as u64;
        self.lines += count(news);
        if self.lines > 2 * count(all) + SPARE_MAX {
            return self.write_anew(all);
        }
        Ok(())
    }

    /// Writes a new file and puts it in the place of the old one, in one step.
    fn write_anew(&mut self, all: &KillOrders) -> io::Result<()> {
        let folder = folder(&self.path);
        let mut part = tempfile::Builder::new().append(true).tempfile_in(folder)?;
        part.write_all(&written(all)?)?;
        part.as_file().sync_all()?;
        // The file we wrote, and not whatever has its name by then.
        self.is = identity(&part.as_file().metadata()?);
        self.file = part.persist(&self.path).map_err(|error| error.error)?;
        self.lines = count(all);
        sync_folder(&self.path)
    }
}

/// The orders of a journal that somebody else may have open; none if there is no file.
pub(crate) fn recorded(path: &Path) -> io::Result<KillOrders> {
    Ok(read(&load(path)?).0)
}

fn load(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    match File::open(path) {
        Ok(file) => drop(file.take(BYTES_MAX).read_to_end(&mut text)?),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(text)
}

/// The orders of a journal, how many lines it has, and how many of them are none.
fn read(text: &[u8]) -> (KillOrders, usize, usize) {
    let (mut orders, mut lines, mut unread) = (KillOrders::default(), 0, 0);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let is_whole = line.ends_with(b"\n");
        if line.trim_ascii().is_empty() {
            continue;
        }
        lines += 1;
        match serde_json::from_slice(line) {
            Ok(Line::Directive(directive)) => drop(orders.directives.insert(directive)),
            Ok(Line::Restore(restore)) => drop(orders.restores.insert(restore)),
            Err(_) if is_whole => unread += 1,
            Err(_) => {}
        }
    }
    (orders, lines, unread)
}

fn written(orders: &KillOrders) -> io::Result<Vec<u8>> {
    let directives = orders.directives.iter().map(|it| Line::Directive(Arc::clone(it)));
    let restores = orders.restores.iter().map(|it| Line::Restore(Arc::clone(it)));
    let mut text = Vec::new();
    for line in directives.chain(restores) {
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
    }
    Ok(text)
}

fn count(orders: &KillOrders) -> usize {
    orders.directives.len() + orders.restores.len()
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

fn identity(found: &std::fs::Metadata) -> (u64, u64) {
    (found.ino(), found.len())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that is new is there after a crash only once its folder is written.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}
