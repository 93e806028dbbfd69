//! The node: store, key secret, listeners, bounds.

use super::listeners;
use super::outside::Outside;
use crate::Problems;
use crate::file::{File, StoreKind};
use crate::spec::{Cors, DecisionSpec, Drain, KillSpec, LogSpec, NodeSpec, StoreSpec};
use crate::words::KeyHasher;
use std::path::Path;

/// Compiles how the node runs. `None` only if there is no key secret, and that was noted.
pub(crate) fn compile(
    file: &File,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Option<NodeSpec> {
    let listeners = listeners::compile(file, outside, problems);
    let ops = listeners::ops(file, &listeners, problems);
    let store = store(file, outside, problems);
    let kill = kill(file, &store, outside);
    let drain = drain(file, problems);
    let cors = cors(file, problems);
    let key_secret = key_secret(file, outside, problems);
    Some(NodeSpec {
        listeners,
        ops,
        store,
        key_secret: key_secret?,
        bounds: file.bounds.meant(),
        cors,
        drain,
        log: LogSpec { level: file.log.level },
        kill,
        decisions: decisions(file, outside),
    })
}

fn key_secret(file: &File, outside: &Outside<'_>, problems: &mut Problems) -> Option<KeyHasher> {
    let secret = outside.secret(file.key_secret.as_ref()?, "key_secret", problems)?;
    let hasher = KeyHasher::new(secret);
    if hasher.is_none() {
        let what = "the key secret is shorter than 32 bytes; `openssl rand -hex 32` makes one";
        problems.note("key_secret", what);
    }
    hasher
}

fn store(file: &File, outside: &Outside<'_>, problems: &mut Problems) -> StoreSpec {
    match (file.store.kind, &file.store.path) {
        (StoreKind::Memory, path) => {
            if path.is_some() {
                problems.note("store.path", "a store in memory has no file; leave it out");
            }
            StoreSpec::Memory
        }
        (StoreKind::Sqlite, path) => {
            let written = path.as_ref().map_or(Path::new("sluice.db"), |path| &path.0);
            StoreSpec::Sqlite { path: outside.path(written) }
        }
    }
}

fn kill(file: &File, store: &StoreSpec, outside: &Outside<'_>) -> KillSpec {
    let beside = |name: &str| match store {
        StoreSpec::Sqlite { path } => Some(path.with_file_name(name)),
        StoreSpec::Memory => None,
    };
    let written = file.kill.file.as_ref().map(|path| outside.path(&path.0));
    let journal = file.kill.journal.as_ref().map(|path| outside.path(&path.0));
    KillSpec {
        file: written.or_else(|| beside("kill.yaml")),
        journal: journal.or_else(|| beside("kill-journal.jsonl")),
    }
}

fn decisions(file: &File, outside: &Outside<'_>) -> Option<Box<DecisionSpec>> {
    let written = file.decisions.as_ref()?;
    Some(Box::new(DecisionSpec {
        path: outside.path(&written.log.as_ref()?.0),
        bytes_max: written.bytes_max.0,
        sample_ppm: written.sample_ppm.0,
    }))
}

fn drain(file: &File, problems: &mut Problems) -> Drain {
    let (wait, total) = (file.drain.wait_ms, file.drain.total_ms);
    if wait.0 > total.0 {
        let what = format!("must not be longer than total_ms ({})", total.0);
        problems.note("drain.wait_ms", what);
    }
    Drain { wait: wait.milliseconds(), total: total.milliseconds() }
}

fn cors(file: &File, problems: &mut Problems) -> Option<Cors> {
    let written = file.cors.as_ref()?.origins.as_ref()?;
    if written.0.is_empty() {
        problems.note("cors.origins", "no origin; leave `cors` out to let no web page call");
    }
    let mut origins: Vec<String> = Vec::new();
    for (index, origin) in written.iter() {
        if origins.contains(&origin.0) {
            problems.note(&format!("cors.origins[{index}]"), "named twice; keep one");
        }
        origins.push(origin.0.clone());
    }
    Some(Cors { origins })
}
