//! What the answer to one call has to say beside itself: labels and notices of where it is read, and
//! that its model is to end.

use crate::entitle::{Court, Entitled, visible};
use http::header::LINK;
use http::{HeaderMap, HeaderName, HeaderValue};
use sluice_config::decide::View;
use sluice_config::jurisdiction::Then;
use sluice_config::words::{ModelId, Release, Timestamp};
use std::time::{Duration, SystemTime};

const LABEL: HeaderName = HeaderName::from_static("x-sluice-label");
const NOTICE: HeaderName = HeaderName::from_static("x-sluice-notice");
/// RFC 9745: since when the model is deprecated.
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
/// RFC 8594: when it is to end.
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// What is told with one answer. For most calls, nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'n> {
    view: View<'n>,
    rules: u64,
    ends: Option<&'n Release>,
    /// What to use instead, if the caller may know of it.
    successor: Option<&'n ModelId>,
}

impl<'n> Told<'n> {
    /// What is told with the answer to a call.
    pub(super) fn of(view: View<'n>, entitled: &Entitled) -> Self {
        let Entitled { call, entitlement } = entitled;
        let release = view.world.release(&entitlement.model).map(AsRef::as_ref);
        let ends: Option<&Release> =
            release.filter(|release| release.deprecated.is_some() || release.sunset.is_some());
        let successor = ends.and_then(|release| release.successor.as_ref()).filter(|name| {
            visible(Court::of(view, &call.known, &call.parts), name.as_str()).is_ok()
        });
        Self { view, rules: entitlement.told, ends, successor }
    }

    /// Adds it to the headers.
    pub(super) fn write(self, headers: &mut HeaderMap) {
        for then in self.view.policy.jurisdiction().of(self.rules) {
            match then {
                Then::Deny => {}
                Then::Label(text) => add(headers, LABEL, text),
                Then::Notice(text) => add(headers, NOTICE, text),
            }
        }
        let Some(release) = self.ends else { return };
        if let Some(since) = release.deprecated {
            add(headers, DEPRECATION, &format!("@{}", since.seconds()));
        }
        if let Some(at) = release.sunset {
            add(headers, SUNSET, &date(at));
        }
        if let Some(successor) = self.successor {
            let link = format!("</v1/models/{successor}>; rel=\"successor-version\"");
            add(headers, LINK, &link);
        }
    }
}

fn add(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.append(name, value);
    }
}

fn date(at: Timestamp) -> String {
    let since = Duration::from_millis(at.0);
    SystemTime::UNIX_EPOCH.checked_add(since).map(httpdate::fmt_http_date).unwrap_or_default()
}
