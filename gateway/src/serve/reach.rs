//! Keeps the counts of distinct users in a file beside the store, so that a restart forgets nobody.

use crate::journal;
use crate::node::Node;
use crate::reach::BYTES_MAX;
use sluice_config::{Environment as _, Process, StoreSpec};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval_at};

/// How often they are written: what a crash may forget.
const EVERY: Duration = Duration::from_mins(1);
/// What the name of the store's file is followed by.
const SUFFIX: &str = "-users";

/// Where they are kept: nowhere if the store is.
pub(super) fn beside(store: &StoreSpec) -> Option<PathBuf> {
    let StoreSpec::Sqlite { path } = store else { return None };
    let mut name = path.file_name()?.to_owned();
    name.push(SUFFIX);
    Some(path.with_file_name(name))
}

/// Takes up what was kept. What cannot be is said, and counted anew.
pub(super) fn take_up(node: &Node, store: &StoreSpec) {
    let Some(path) = beside(store) else { return };
    let taken = match Process.file(&path, BYTES_MAX) {
        Ok(found) => node.reach.restore(&found.bytes).map_err(|error| error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(cause) = taken {
        let what = format!("{}: {cause}", path.display());
        journal::warn("distinct users of this month are counted anew", what);
    }
}

/// Writes them again and again.
pub(super) async fn keep(node: Arc<Node>, path: PathBuf) {
    let mut ticks = interval_at(tokio::time::Instant::now() + EVERY, EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        write(&node, &path).await;
    }
}

/// Writes them once.
pub(super) async fn write(node: &Arc<Node>, path: &Path) {
    let (node, at) = (Arc::clone(node), path.to_owned());
    let written = spawn_blocking(move || {
        // Another node may share the store: what it wrote is taken in, not written over. What
        // cannot be read was said when the node started, or will be when one does.
        let theirs = Process.file(&at, BYTES_MAX).ok();
        let _ours_alone = theirs.is_none_or(|found| node.reach.restore(&found.bytes).is_err());
        node.reach.snapshot().map_or(Ok(()), |bytes| replace(&at, &bytes))
    });
    let cause = match written.await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    let what = format!("{}: {cause}", path.display());
    journal::error("the counts of distinct users cannot be written", what);
}

/// Puts a whole new file in the place of the old one, or leaves the old one.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_beside_the_store() {
        let store = |path: &str| beside(&StoreSpec::Sqlite { path: path.into() });
        assert_eq!(store("/var/sluice.db"), Some("/var/sluice.db-users".into()));
        assert_eq!(store("sluice.db"), Some("sluice.db-users".into()));
        assert_eq!(beside(&StoreSpec::Memory), None);
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sluice.db-users");
        for bytes in [&b"one"[..], b"another"] {
            replace(&path, bytes).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(&folder.path().join("gone/x"), b"one").is_err());
    }
}
