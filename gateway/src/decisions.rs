//! The decision log: what was decided, for `sluice simulate` to decide again by another configuration.
//!
//! A line goes through a bounded queue to a task that writes; a call never waits for it. What does not
//! fit is counted and gone: the log is for looking back, the audit and the ledger are elsewhere.

use crate::journal;
use crate::metrics::Metrics;
use crate::tasks::Tasks;
use sluice_config::DecisionSpec;
use sluice_config::simulate::Decided;
use std::fs::{File, OpenOptions, rename};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Decisions that may wait to be written.
const QUEUE_MAX: usize = 4_096;
/// Decisions that are written in one go.
const BATCH_MAX: usize = 256;
/// A whole, in parts.
const MILLION: u64 = 1_000_000;

/// Where decisions are noted; nowhere, if the file names no log.
#[derive(Debug)]
pub(crate) struct Decisions {
    queue: Option<Box<Queue>>,
}

#[derive(Debug)]
struct Queue {
    sender: Sender<Decided>,
    sample_ppm: u64,
    seen: AtomicU64,
    metrics: Arc<Metrics>,
}

impl Decisions {
    /// Starts the task that writes, if there is something to write to.
    pub(crate) fn start(
        spec: Option<Box<DecisionSpec>>,
        tasks: &Tasks,
        metrics: &Arc<Metrics>,
    ) -> Self {
        let Some(spec) = spec else { return Self { queue: None } };
        let (sender, receiver) = channel(QUEUE_MAX);
        let sample_ppm = spec.sample_ppm;
        let log = Log { path: spec.path, bytes_max: spec.bytes_max, open: None };
        let writing = write(receiver, log, Arc::clone(metrics), tasks.clone());
        tasks.spawn(writing);
        let metrics = Arc::clone(metrics);
        let queue = Queue { sender, sample_ppm, seen: AtomicU64::new(0), metrics };
        Self { queue: Some(Box::new(queue)) }
    }

    /// Notes a decision that `of` makes, if it is one of the sample.
    pub(crate) fn note(&self, of: impl FnOnce() -> Decided) {
        let Some(queue) = self.queue.as_ref().filter(|queue| queue.takes_next()) else { return };
        if queue.sender.try_send(of()).is_err() {
            queue.metrics.families.decisions_dropped.inc();
        }
    }
}

impl Queue {
    /// Whether the next one is of the sample: evenly, and with no need of chance.
    fn takes_next(&self) -> bool {
        let part = |n: u64| u128::from(n) * u128::from(self.sample_ppm) / u128::from(MILLION);
        let n = self.seen.fetch_add(1, Ordering::Relaxed);
        part(n.wrapping_add(1)) > part(n)
    }
}

async fn write(mut receiver: Receiver<Decided>, mut log: Log, metrics: Arc<Metrics>, tasks: Tasks) {
    let (mut batch, mut failing, mut open) = (Vec::new(), false, true);
    while open {
        tokio::select! {
            biased;
            count = receiver.recv_many(&mut batch, BATCH_MAX) => open = count > 0,
            () = tasks.stopping().wait() => receiver.close(),
        }
        let lines = std::mem::take(&mut batch);
        let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        // Files block, so they are not for the threads that calls are served on.
        let task = tokio::task::spawn_blocking(move || {
            let done = log.append(&lines);
            (log, done)
        });
        let Ok((back, done)) = task.await else { return };
        log = back;
        match (&done, failing) {
            (Err(error), false) => journal::error("the decision log cannot be written", error),
            (Ok(()), true) => journal::info("the decision log can be written again", ""),
            _ => {}
        }
        failing = done.is_err();
        if failing {
            metrics.families.decisions_dropped.inc_by(count);
        }
    }
}

/// Two files: one that is written, and the one before.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    bytes_max: u64,
    open: Option<(File, u64)>,
}

impl Log {
    fn append(&mut self, lines: &[Decided]) -> io::Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        if text.is_empty() {
            return Ok(());
        }
        let more = u64::try_from(text.len()).unwrap_or(u64::MAX);
        let (mut file, size) = match self.open.take() {
            Some(open) => open,
            None => opened(&self.path)?,
        };
        let (mut file, size) = if size > 0 && size.saturating_add(more) > self.bytes_max / 2 {
            file.flush()?;
            rename(&self.path, before(&self.path))?;
            opened(&self.path)?
        } else {
            (file, size)
        };
        file.write_all(&text)?;
        self.open = Some((file, size.saturating_add(more)));
        Ok(())
    }
}

/// The file before, beside the one that is written.
fn before(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".1");
    name.into()
}

/// For nobody else to read.
fn opened(path: &Path) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_config::words::{Ask, PrincipalId, TierId, Timestamp};

    fn decided(n: u64) -> Decided {
        Decided {
            at: Timestamp(n),
            policy: "p".into(),
            principal: PrincipalId::new("ada"),
            tier: TierId::new("public"),
            model: "open-1".into(),
            ask: Ask::default(),
            network: None,
            country: None,
            end_user: None,
            verdict: "ok".into(),
        }
    }

    async fn written(spec: DecisionSpec, calls: u64) -> (Arc<Metrics>, Decisions) {
        let (tasks, metrics) = (Tasks::default(), Arc::new(Metrics::new().unwrap()));
        let decisions = Decisions::start(Some(Box::new(spec)), &tasks, &metrics);
        (0..calls).for_each(|n| decisions.note(|| decided(n)));
        tasks.stop().await;
        (metrics, decisions)
    }

    fn lines(path: &Path) -> Vec<Decided> {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines().map(|line| Decided::read(line).unwrap()).collect()
    }

    #[tokio::test]
    async fn what_was_queued_is_written_and_two_files_hold_the_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let bytes_max = 600_000;
        let spec = DecisionSpec { path: path.clone(), bytes_max, sample_ppm: MILLION };
        written(spec.clone(), 1_000).await;
        let (metrics, _decisions) = written(spec, 2_000).await;
        assert_eq!(metrics.families.decisions_dropped.get(), 0);
        let (older, newer) = (lines(&before(&path)), lines(&path));
        assert_eq!(newer.last(), Some(&decided(1_999)));
        assert!(!older.is_empty(), "it has turned");
        let size = |path: &Path| std::fs::metadata(path).unwrap().len();
        assert!(size(&path) + size(&before(&path)) <= bytes_max);
    }

    #[tokio::test]
    async fn a_sample_is_even_and_what_does_not_fit_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let spec = DecisionSpec { path: path.clone(), bytes_max: 1 << 30, sample_ppm: 250_000 };
        written(spec, 400).await;
        assert_eq!(lines(&path).len(), 100);
        let missing = folder.path().join("no such folder/decisions.jsonl");
        let spec = DecisionSpec { path: missing, bytes_max: 1 << 30, sample_ppm: MILLION };
        let (metrics, _decisions) = written(spec, 5_000).await;
        assert_eq!(
            metrics.families.decisions_dropped.get(),
            5_000,
            "904 had no place, no line a file"
        );
    }
}
