//! Logs: JSON lines on standard error, for machines; never a prompt, never a secret.

use sluice_config::{LogLevel, LogSpec};
use std::io;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging. A second start in one process changes nothing.
pub(super) fn start(spec: LogSpec) {
    let level = spec.level.as_str();
    // What the libraries say matters only as a warning.
    let others = if spec.level == LogLevel::Error { "error" } else { "warn" };
    let filter = EnvFilter::new(format!(
        "{others},sluice_gateway={level},sluice_store={level},sluice_admin={level}"
    ));
    let subscriber = fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .finish();
    let _already_started = subscriber.try_init().is_err();
}
