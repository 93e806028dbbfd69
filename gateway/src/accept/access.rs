//! The paths by which callers see to their access themselves.

use crate::call::{Access, Route};
use crate::refuse::{Refusal, RefusalCode};
use http::Method;

/// Bytes of the id of a licence or of a request.
const ID_BYTES_MAX: usize = 128;

/// What is at a path below `/v1/access/`; `None` if nothing is.
pub(super) fn route(method: &Method, path: &str) -> Option<Result<Route, Refusal>> {
    let rest = path.strip_prefix(super::ACCESS)?;
    let (get, post) = match rest.split_once('/') {
        None if rest == "me" => (Some(Access::Me), None),
        None if rest == "requests" => (Some(Access::Requests), Some(Access::Apply)),
        Some(("licences", id)) => {
            let id = named(id)?;
            (Some(Access::Licence(id.into())), Some(Access::Accept(id.into())))
        }
        Some(("requests", rest)) => match rest.split_once('/') {
            None => (Some(Access::Request(named(rest)?.into())), None),
            Some((id, "withdraw")) => (None, Some(Access::Withdraw(named(id)?.into()))),
            Some(_) => return None,
        },
        _ => return None,
    };
    let allowed = match (&get, &post) {
        (Some(_), Some(_)) => "GET or POST",
        (Some(_), None) => "GET",
        _ => "POST",
    };
    let found = match *method {
        Method::GET => get,
        Method::POST => post,
        _ => None,
    };
    let refused = || {
        let message = format!("this path takes {allowed}");
        Refusal::new(RefusalCode::MethodNotAllowed, message).closing()
    };
    Some(found.map(Route::Access).ok_or_else(refused))
}

fn named(id: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    ((1..=ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(plain)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_exact() {
        let at = |method, path| route(&method, path).map(|it| it.map_err(|no| no.code()));
        let ok = |access| Some(Ok(Route::Access(access)));
        let (get, post) = (|path| at(Method::GET, path), |path| at(Method::POST, path));
        assert_eq!(get("/v1/access/me"), ok(Access::Me));
        assert_eq!(get("/v1/access/licences/llama3.1"), ok(Access::Licence("llama3.1".into())));
        assert_eq!(post("/v1/access/licences/llama3.1"), ok(Access::Accept("llama3.1".into())));
        assert_eq!(get("/v1/access/requests"), ok(Access::Requests));
        assert_eq!(post("/v1/access/requests"), ok(Access::Apply));
        assert_eq!(get("/v1/access/requests/areq_1"), ok(Access::Request("areq_1".into())));
        let withdraw = "/v1/access/requests/areq_1/withdraw";
        assert_eq!(post(withdraw), ok(Access::Withdraw("areq_1".into())));
        assert_eq!(get(withdraw), Some(Err(RefusalCode::MethodNotAllowed)));
        assert_eq!(post("/v1/access/me"), Some(Err(RefusalCode::MethodNotAllowed)));
        for path in [
            "/v1/access/",
            "/v1/access/me/",
            "/v1/access/licences",
            "/v1/access/licences/",
            "/v1/access/licences/a/b",
            "/v1/access/licences/%2e",
            "/v1/access/requests/",
            "/v1/access/requests/a/b",
            "/v1/access/requests/a/withdraw/",
        ] {
            assert_eq!(get(path), None, "{path}");
            assert_eq!(post(path), None, "{path}");
        }
    }
}
