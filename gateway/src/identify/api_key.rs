//! API keys in a header: `Authorization: Bearer`, `x-api-key` or `api-key`.

use super::{Method, Presented};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};
use sluice_config::words::{ApiKey, KeyDigest, KeyHasher};

#[derive(Debug)]
pub(super) struct ApiKeys;

static BARE: [HeaderName; 2] =
    [HeaderName::from_static("x-api-key"), HeaderName::from_static("api-key")];

impl Method for ApiKeys {
    fn find<'h>(&self, headers: &'h HeaderMap) -> Presented<'h> {
        let bearer = headers.get_all(AUTHORIZATION).iter().map(|value| bearer(value.as_bytes()));
        let bare =
            BARE.iter().flat_map(|name| headers.get_all(name)).map(http::HeaderValue::as_bytes);
        let mut found = Presented::Nothing;
        for credential in bearer.chain(bare) {
            found = match found {
                Presented::Nothing => Presented::One(credential),
                Presented::One(first) if first == credential => Presented::One(first),
                _ => return Presented::Differing,
            };
        }
        found
    }

    fn digest(&self, credential: &[u8], hasher: &KeyHasher) -> Option<KeyDigest> {
        let key = ApiKey::parse(std::str::from_utf8(credential).ok()?)?;
        Some(hasher.digest(&key))
    }
}

/// The token of a bearer line; a line of another scheme is a credential that proves nothing.
fn bearer(line: &[u8]) -> &[u8] {
    match line.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token.trim_ascii(),
        _ => b"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a header value"));
        }
        match ApiKeys.find(&headers) {
            Presented::Nothing => "nothing".into(),
            Presented::One(key) => String::from_utf8_lossy(key).into_owned(),
            Presented::Differing => "differing".into(),
        }
    }

    #[test]
    fn one_key_in_any_of_three_headers() {
        assert_eq!(found(&[]), "nothing");
        assert_eq!(found(&[("authorization", "bearer  k")]), "k");
        assert_eq!(found(&[("x-api-key", "k"), ("authorization", "Bearer k")]), "k");
        assert_eq!(found(&[("api-key", "k"), ("x-api-key", "l")]), "differing");
        assert_eq!(
            found(&[("authorization", "Bearer k"), ("authorization", "Bearer l")]),
            "differing"
        );
        assert_eq!(found(&[("authorization", "Basic azo=")]), "");
        assert_eq!(found(&[("cookie", "key=k"), ("x-key", "k")]), "nothing");
    }
}
