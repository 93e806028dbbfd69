//! Lines of the log that need no more than what happened and why.

use std::fmt::Display;

/// Somebody must look.
pub(crate) fn error(what: &str, cause: impl Display) {
    tracing::error!(%cause, "{what}");
}

/// Somebody may want to look.
pub(crate) fn warn(what: &str, cause: impl Display) {
    tracing::warn!(%cause, "{what}");
}

/// It is as it should be.
pub(crate) fn info(what: &str, detail: impl Display) {
    tracing::info!(%detail, "{what}");
}
