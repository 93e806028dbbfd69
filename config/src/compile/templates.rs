//! Claims, and text with claims in it.

use crate::spec::{ClaimPath, Piece, Template};

/// Names within each other.
const DEPTH_MAX: usize = 8;

/// Reads the path of a claim: `a.b`, or `/a/b` (RFC 6901) where names have dots.
pub(crate) fn claim(text: &str) -> Result<ClaimPath, String> {
    let names: Vec<String> = match text.strip_prefix('/') {
        Some(rest) => rest.split('/').map(|it| it.replace("~1", "/").replace("~0", "~")).collect(),
        None => text.split('.').map(Into::into).collect(),
    };
    if names.len() > DEPTH_MAX || names.iter().any(String::is_empty) {
        return Err(format!("a claim is written `a.b` or `/a/b`, {DEPTH_MAX} names at most"));
    }
    Ok(ClaimPath(names))
}

/// Reads text with `{claim}` in it.
pub(crate) fn template(text: &str) -> Result<Template, String> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}').ok_or("`}` is missing")?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before.into()));
        } else if matches!(pieces.last(), Some(Piece::Claim(_))) {
            return Err("write something between two claims, so that they can be told apart".into());
        }
        pieces.push(Piece::Claim(claim(name)?));
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.into()));
    }
    let stray = |piece: &Piece| matches!(piece, Piece::Text(text) if text.contains(['{', '}']));
    if pieces.iter().any(stray) {
        return Err("`{` and `}` stand around a claim and nowhere else".into());
    }
    Ok(Template(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &[&str]) -> ClaimPath {
        ClaimPath(path.iter().map(|&name| name.into()).collect())
    }

    #[test]
    fn claims_are_found_within_claims() {
        assert_eq!(claim("sub"), Ok(names(&["sub"])));
        assert_eq!(claim("realm.roles"), Ok(names(&["realm", "roles"])));
        assert_eq!(claim("/https:~1~1a.b/tier"), Ok(names(&["https://a.b", "tier"])));
        for none in ["", ".", "a..b", "/", "a.", "1.2.3.4.5.6.7.8.9"] {
            assert!(claim(none).is_err(), "{none}");
        }
    }

    #[test]
    fn templates_keep_claims_apart() {
        let pieces = template("lab-{org}/{sub}").map(|it| it.0.len());
        assert_eq!(pieces, Ok(4));
        assert_eq!(template("plain").map(|it| it.0), Ok(vec![Piece::Text("plain".into())]));
        for none in ["{a}{b}", "{a", "a}", "{}", "{{a}}", "{a}}"] {
            assert!(template(none).is_err(), "{none}");
        }
    }
}
