//! How backends are trusted.

use super::wire::Secure;
use crate::trust;
use sluice_config::{BackendSpec, Problems};
use std::sync::Arc;

/// What is needed to speak to a backend in secret, if it is; a problem is noted and is an error.
pub(super) fn secure(
    spec: &BackendSpec,
    path: &str,
    problems: &mut Problems,
) -> Result<Option<Secure>, Noted> {
    if !spec.url.https {
        return Ok(None);
    }
    let name = match trust::name(&spec.url.host) {
        Ok(name) => name,
        Err(what) => {
            problems.note(&format!("{path}.url"), what);
            return Err(Noted);
        }
    };
    match trust::client(spec.ca.as_deref()) {
        Ok((config, ca)) => Ok(Some(Secure { config: Arc::new(config), name, ca })),
        Err(what) => {
            problems.note(&format!("{path}.ca"), what);
            Err(Noted)
        }
    }
}

/// A problem was noted.
#[derive(Debug)]
pub(super) struct Noted;
