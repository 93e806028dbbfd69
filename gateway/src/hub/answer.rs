//! What an answer of the Hub means that is not the one asked for.

use super::error::{Away, HubError};
use crate::remote::Reply;
use http::StatusCode;

/// What the Hub says of a token it does not know. Other 401s are about the repo.
const UNKNOWN_TOKEN: &str = "Invalid credentials in Authorization header";

/// The reply, if it is a success.
pub(super) fn well(reply: Reply) -> Result<Reply, HubError> {
    if reply.status == StatusCode::OK { Ok(reply) } else { Err(refused(&reply)) }
}

/// What a reply that is no success means. `huggingface_hub` reads it the same.
pub(super) fn refused(reply: &Reply) -> HubError {
    match (reply.status.as_u16(), header(reply, "x-error-code")) {
        (400 | 401 | 403 | 404, Some("RepoNotFound")) => HubError::NoRepo,
        (401, _) if header(reply, "x-error-message") == Some(UNKNOWN_TOKEN) => HubError::BadToken,
        (401, _) => HubError::NoRepo,
        (400, _) => HubError::NotGated,
        (403, _) => HubError::Forbidden,
        (404, _) => HubError::NotFound,
        // Not followed: that would take our token elsewhere.
        (300..=399, _) => HubError::Moved,
        (other, _) => HubError::Away(Away::Status(other)),
    }
}

/// Whether the Hub says that whoever asks is not let in. Others who answer 403 on the way, with no
/// word of the Hub's, do not know.
pub(super) fn is_gated(reply: &Reply) -> bool {
    let gated = header(reply, "x-error-code") == Some("GatedRepo");
    match reply.status {
        StatusCode::UNAUTHORIZED => gated,
        StatusCode::FORBIDDEN => gated || header(reply, "x-error-message").is_some(),
        _ => false,
    }
}

fn header<'r>(reply: &'r Reply, name: &str) -> Option<&'r str> {
    reply.headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn statuses_are_read_as_the_hubs_client_reads_them() {
        let read = |status: u16, headers: &[(&'static str, &'static str)]| {
            let pairs = headers.iter();
            let headers = pairs.map(|(name, value)| {
                (name.parse().expect("a name"), HeaderValue::from_static(value))
            });
            let status = StatusCode::from_u16(status).expect("a status");
            let reply = Reply { status, headers: headers.collect(), body: bytes::Bytes::new() };
            (refused(&reply), is_gated(&reply))
        };
        let unknown = ("x-error-message", UNKNOWN_TOKEN);
        assert_eq!(read(401, &[unknown]), (HubError::BadToken, false));
        assert_eq!(read(401, &[]), (HubError::NoRepo, false));
        assert_eq!(read(404, &[("x-error-code", "RepoNotFound")]), (HubError::NoRepo, false));
        assert_eq!(read(404, &[]), (HubError::NotFound, false));
        assert_eq!(read(400, &[]), (HubError::NotGated, false));
        assert_eq!(read(403, &[]), (HubError::Forbidden, false));
        assert!(read(403, &[("x-error-code", "GatedRepo")]).1);
        assert!(read(403, &[("x-error-message", "enable access in your token's settings")]).1);
        assert!(!read(500, &[("x-error-code", "GatedRepo")]).1);
        assert_eq!(read(307, &[]).0, HubError::Moved);
        for status in [429, 500, 503] {
            assert_eq!(read(status, &[]).0, HubError::Away(Away::Status(status)));
        }
    }
}
