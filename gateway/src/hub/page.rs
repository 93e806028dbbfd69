//! Where the next page of a list is.

use super::error::HubError;
use http::header::LINK;
use http::{HeaderMap, Uri};
use sluice_config::BackendUrl;

/// Bytes of a link.
const LINK_BYTES_MAX: usize = 4096;

/// The path of the next page, behind the prefix of `url`; `None` on the last page. Our token goes
/// with the question, so a link that leads elsewhere is not followed.
pub(super) fn next(headers: &HeaderMap, url: &BackendUrl) -> Result<Option<String>, HubError> {
    let foreign = HubError::Unreadable("a link to a page of its own");
    for header in headers.get_all(LINK) {
        let text = header.to_str().ok().filter(|text| text.len() <= LINK_BYTES_MAX);
        for link in links(text.ok_or(foreign)?) {
            let (target, parameters) = link.ok_or(foreign)?;
            if is_next(parameters) {
                return within(target, url).map(Some).ok_or(foreign);
            }
        }
    }
    Ok(None)
}

/// The links of a header, each with its parameters (RFC 8288); `None` for what is none.
fn links(text: &str) -> impl Iterator<Item = Option<(&str, &str)>> {
    let mut rest = Some(text).filter(|text| !text.trim().is_empty());
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let link = text.trim_start().strip_prefix('<').and_then(|text| text.split_once('>'));
        let Some((target, behind)) = link else { return Some(None) };
        let (parameters, more) = behind.split_once(',').unwrap_or((behind, ""));
        rest = Some(more).filter(|more| !more.trim().is_empty());
        Some(Some((target, parameters)))
    })
}

fn is_next(parameters: &str) -> bool {
    parameters.split(';').filter_map(|it| it.split_once('=')).any(|(name, value)| {
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("rel") && value.eq_ignore_ascii_case("next")
    })
}

/// The path and query of a target on the same server.
fn within(target: &str, url: &BackendUrl) -> Option<String> {
    let target: Uri = target.parse().ok()?;
    if let Some(authority) = target.authority() {
        let https = target.scheme_str() == Some("https");
        let port = authority.port_u16().unwrap_or(if https { 443 } else { 80 });
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let same = (https, port) == (url.https, url.port) && host.eq_ignore_ascii_case(&url.host);
        if !same || authority.as_str().contains('@') {
            return None;
        }
    }
    let path = target.path_and_query()?.as_str().strip_prefix(url.prefix.as_str())?;
    path.starts_with("/api/").then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn read(link: &str) -> Result<Option<String>, HubError> {
        let url =
            BackendUrl { https: true, host: "hub.example".into(), port: 443, prefix: "/hf".into() };
        let mut headers = HeaderMap::new();
        headers.insert(LINK, HeaderValue::from_str(link).expect("a header"));
        next(&headers, &url)
    }

    proptest! {
        #[test]
        fn no_link_leads_elsewhere(link in "(<(https?:)?(//|/)?[!-~]{0,24}>;? ?(rel=next)?,? ?){0,3}") {
            if let Ok(Some(path)) = read(&link) {
                prop_assert!(path.starts_with("/api/") && !path.contains(' '), "{path}");
            }
        }
    }

    #[test]
    fn the_next_page_is_on_the_same_server() {
        let path = Ok(Some("/api/models/a/b?cursor=x%3D".to_owned()));
        for link in [
            "<https://hub.example/hf/api/models/a/b?cursor=x%3D>; rel=\"next\"",
            "<https://HUB.example:443/hf/api/models/a/b?cursor=x%3D>;rel=next",
            "</hf/api/models/a/b?cursor=x%3D>; title=\"a\"; REL=\"next\"",
            "</hf/api/x>; rel=\"prev\", </hf/api/models/a/b?cursor=x%3D>; rel=\"next\"",
        ] {
            assert_eq!(read(link), path, "{link}");
        }
        for last in ["</hf/api/x>; rel=\"prev\"", "</hf/api/x>", "", " "] {
            assert_eq!(read(last), Ok(None), "{last}");
        }
        for foreign in [
            "<https://evil.example/hf/api/models>; rel=\"next\"",
            "<http://hub.example/hf/api/models>; rel=\"next\"",
            "<https://hub.example:8443/hf/api/models>; rel=\"next\"",
            "<https://hub.example@evil.example/hf/api/models>; rel=\"next\"",
            "<https://me@hub.example/hf/api/models>; rel=\"next\"",
            "<//evil.example/hf/api/models>; rel=\"next\"",
            "</other/api/models>; rel=\"next\"",
            "</hf/elsewhere>; rel=\"next\"",
            "hub.example; rel=\"next\"",
            "<>; rel=\"next\"",
        ] {
            assert!(read(foreign).is_err(), "{foreign}");
        }
        let long = format!("</hf/api/{}>; rel=\"next\"", "a".repeat(LINK_BYTES_MAX));
        assert!(read(&long).is_err());
    }
}
