//! The configuration file, taken up when it changes or on SIGHUP.

use super::Running;
use crate::journal;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use sluice_config::load;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Editors write a file in several steps; this long without another, it is read.
const SETTLED: Duration = Duration::from_millis(100);
/// How a mounted volume of Kubernetes swaps all its files at once.
const MOUNTED: &str = "..data";

/// Reloads `running` from `file` whenever it changes. Ends only if the file cannot be watched and
/// no signal can be heard.
pub async fn watch(file: PathBuf, running: &Running) {
    let (changed, mut heard) = mpsc::channel(1);
    let watcher = watcher(&file, changed);
    if let Err(error) = &watcher {
        journal::warn(
            "the configuration file cannot be watched; send SIGHUP after a change",
            error,
        );
    }
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    loop {
        tokio::select! {
            Some(()) = heard.recv() => {
                while timeout(SETTLED, heard.recv()).await.is_ok_and(|change| change.is_some()) {}
            }
            Some(()) = hangup.recv() => {}
            else => return,
        }
        again(&file, running).await;
    }
}

async fn again(file: &Path, running: &Running) {
    let path = file.to_owned();
    match tokio::task::spawn_blocking(move || load(&path)).await {
        // What became of it is logged and counted there.
        Ok(config) => drop(running.reload(config)),
        Err(error) => journal::error("the configuration could not be read", error),
    }
}

/// Watches the folder, since editors and volumes replace the file itself.
pub(super) fn watcher(
    file: &Path,
    changed: mpsc::Sender<()>,
) -> notify::Result<RecommendedWatcher> {
    let name = file.file_name().map(OsStr::to_owned);
    let concerns = move |event: &Event| {
        let mut names = event.paths.iter().filter_map(|path| path.file_name());
        !event.kind.is_access()
            && names.any(|seen| Some(seen) == name.as_deref() || seen == MOUNTED)
    };
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| concerns(&event)) {
            // One waiting change is as good as many.
            let _already_waiting = changed.try_send(()).is_err();
        }
    })?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    watcher.watch(folder.unwrap_or(Path::new(".")), RecursiveMode::NonRecursive)?;
    Ok(watcher)
}
