//! Guards. Options stay unread, but for the texts they name.

use super::outside::Outside;
use super::upstreams::sendable;
use crate::Problems;
use crate::file::{self, File, Named};
use crate::spec::{BackendUrl, BreakerSpec, CacheSpec, GuardSpec};
use crate::words::GuardId;
use serde_json::{Map, Value};
use std::path::Path;

/// Compiles every guard.
pub(crate) fn compile(
    file: &File,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Vec<GuardSpec> {
    let guards = file.guards.iter();
    guards.filter_map(|(name, guard)| one(file, name, guard, outside, problems)).collect()
}

fn one(
    file: &File,
    name: &str,
    guard: &file::Guard,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Option<GuardSpec> {
    let path = format!("guards.{name}");
    let urls = urls(guard, &path, problems);
    if let Some(ca) = &guard.ca {
        let path = format!("{path}.ca");
        outside.pem(&ca.0, false, &path, problems);
        if urls.iter().all(|url| !url.https) {
            problems.note(&path, "only https has a certificate to check; leave it out");
        }
    }
    let at = format!("{path}.credential");
    let credential = guard.credential.as_ref();
    let credential = credential.and_then(|written| outside.secret(written, &at, problems));
    if let Some(secret) = &credential {
        sendable(secret, &at, problems);
    }
    let options = Value::Object(expanded(&guard.options.0, &path, outside, problems));
    let model = guard.model.as_ref()?.0.clone();
    if urls.iter().any(|url| is_guarded(file, url, &model)) {
        let what = "a model is served under this name at this address; the guard must not be the \
            guarded model";
        problems.note(&format!("{path}.model"), what);
    }
    Some(GuardSpec {
        id: GuardId::new(name),
        kind: guard.kind.as_ref()?.0.clone(),
        urls,
        model,
        ca: guard.ca.as_ref().map(|ca| outside.path(&ca.0)),
        credential,
        timeout: guard.timeout_ms.milliseconds(),
        connections_max: guard.connections_max.size(),
        queue_max: guard.queue_max.size(),
        exchange_bytes_max: guard.exchange_bytes_max.size(),
        reply_bytes_max: guard.reply_bytes_max.size(),
        cache: CacheSpec {
            entries_max: guard.cache.entries_max.0,
            ttl: guard.cache.ttl_ms.milliseconds(),
        },
        breaker: BreakerSpec {
            failures_max: guard.breaker.failures_max.small(),
            open: guard.breaker.open_ms.milliseconds(),
        },
        options,
        path,
    })
}

/// The addresses, each once; at least one.
fn urls(guard: &file::Guard, path: &str, problems: &mut Problems) -> Vec<BackendUrl> {
    let mut urls: Vec<BackendUrl> = Vec::new();
    let Some(written) = &guard.urls else { return urls };
    if written.0.is_empty() {
        problems.note(&format!("{path}.urls"), "there must be at least one");
    }
    for (index, url) in written.iter() {
        if urls.contains(&url.0) {
            problems.note(&format!("{path}.urls[{index}]"), "named twice; keep one");
        }
        urls.push(url.0.clone());
    }
    urls
}

/// Whether a model callers may use is served at this address under this name.
fn is_guarded(file: &File, url: &BackendUrl, name: &str) -> bool {
    let mut models = file.models.iter().flat_map(Named::iter);
    models.any(|(own, model)| {
        let theirs = model.upstream_model.as_ref().map_or(own, |it| &it.0);
        let upstream = model.upstream.as_ref().map(|it| it.0.as_str());
        theirs == name && serves(file, upstream, url)
    })
}

fn serves(file: &File, upstream: Option<&str>, url: &BackendUrl) -> bool {
    let mut upstreams = file.upstreams.iter().flat_map(Named::iter);
    upstreams.any(|(id, written)| {
        let mut backends = written.backends.iter().flat_map(file::List::iter);
        Some(id) == upstream
            && backends.any(|(_, it)| it.url.as_ref().is_some_and(|at| at.0 == *url))
    })
}

/// Options in which each `x_file: path` has become the text of `x`.
fn expanded(
    written: &Map<String, Value>,
    path: &str,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Map<String, Value> {
    let mut options = Map::new();
    for (key, value) in written {
        let Some(name) = key.strip_suffix("_file").filter(|name| !name.is_empty()) else {
            options.insert(key.clone(), value.clone());
            continue;
        };
        let path = format!("{path}.options.{key}");
        if written.contains_key(name) {
            problems.note(&path, format!("`{name}` is written as well; keep one"));
        }
        let Some(file) = value.as_str().filter(|file| !file.is_empty()) else {
            problems.note(&path, "expected the path of a file");
            continue;
        };
        if let Some(text) = outside.text(Path::new(file), &path, problems) {
            options.insert(name.into(), text.into());
        }
    }
    options
}
