//! Upstreams and their backends.

use super::outside::Outside;
use crate::Problems;
use crate::file::{self, File, Named};
use crate::spec::{BackendSpec, UpstreamSpec};
use crate::words::{Dialect, Secret, UpstreamId};

/// Compiles every upstream.
pub(crate) fn compile(
    file: &File,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Vec<UpstreamSpec> {
    let written = file.upstreams.iter().flat_map(Named::iter);
    written.filter_map(|(name, upstream)| one(name, upstream, outside, problems)).collect()
}

fn one(
    name: &str,
    upstream: &file::Upstream,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Option<UpstreamSpec> {
    dialects(upstream, &format!("upstreams.{name}.dialects"), problems);
    let path = format!("upstreams.{name}.backends");
    let written = upstream.backends.as_ref()?;
    if written.0.is_empty() {
        problems.note(&path, "there must be at least one");
    }
    let mut backends: Vec<BackendSpec> = Vec::new();
    for (index, backend) in written.iter() {
        let path = format!("{path}[{index}]");
        let Some(backend) = self::backend(backend, &path, outside, problems) else { continue };
        if backends.iter().any(|other| other.url == backend.url) {
            problems.note(&format!("{path}.url"), "named twice; keep one");
        }
        backends.push(backend);
    }
    Some(UpstreamSpec {
        id: UpstreamId::new(name),
        engine: upstream.engine,
        backends,
        connect: upstream.timeouts.connect_ms.milliseconds(),
        first_byte: upstream.timeouts.first_token_ms.milliseconds(),
        idle: upstream.timeouts.idle_ms.milliseconds(),
        in_flight_max: upstream.in_flight_max.small(),
    })
}

fn dialects(upstream: &file::Upstream, path: &str, problems: &mut Problems) {
    if upstream.dialects.0.is_empty() {
        problems.note(path, "there must be at least one");
    }
    let mut seen: Vec<Dialect> = Vec::new();
    for (index, dialect) in upstream.dialects.iter() {
        if seen.contains(dialect) {
            problems.note(&format!("{path}[{index}]"), "named twice; keep one");
        }
        seen.push(*dialect);
    }
}

fn backend(
    backend: &file::Backend,
    path: &str,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Option<BackendSpec> {
    if let Some(ca) = &backend.ca {
        let path = format!("{path}.ca");
        outside.pem(&ca.0, false, &path, problems);
        if backend.url.as_ref().is_some_and(|url| !url.0.https) {
            problems.note(&path, "only https has a certificate to check; leave it out");
        }
    }
    let credential = match &backend.credential {
        Some(written) => {
            let path = format!("{path}.credential");
            outside.secret(written, &path, problems).inspect(|it| sendable(it, &path, problems))
        }
        None => None,
    };
    let url = backend.url.as_ref()?.0.clone();
    Some(BackendSpec { url, ca: backend.ca.as_ref().map(|ca| outside.path(&ca.0)), credential })
}

/// What cannot stand in a header cannot be a credential.
pub(crate) fn sendable(secret: &Secret, path: &str, problems: &mut Problems) {
    if !secret.expose().iter().all(u8::is_ascii_graphic) {
        problems.note(path, "it holds spaces or signs that a header cannot carry");
    }
}
