//! Step 1: is it a request to something we serve?

mod access;
mod country;
mod peer;

use crate::call::{HeadParts, Mark, Peer, Route};
use crate::refuse::{Refusal, RefusalCode};
pub(crate) use country::Countries;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, Method, Request};
use hyper::body::Incoming;
pub(crate) use peer::{address, is_trusted};
use sluice_config::words::{Dialect, Operation};

/// Where callers see to their access themselves.
const ACCESS: &str = "/v1/access/";

/// The longest model name that is looked up.
const NAME_MAX: usize = 256;

/// A head that asks for something we serve, and its body, unread. Made only here.
#[derive(Debug)]
pub(crate) struct Head {
    parts: Box<HeadParts>,
    body: Incoming,
}

impl Head {
    pub(crate) fn parts(&self) -> &HeadParts {
        &self.parts
    }

    pub(crate) fn into_parts(self) -> (Box<HeadParts>, Incoming) {
        (self.parts, self.body)
    }
}

/// Takes a request whose path, method and media type are known here.
pub(crate) fn accept(request: Request<Incoming>, peer: Peer, mark: Mark) -> Result<Head, Refusal> {
    let (head, body) = request.into_parts();
    let route = route(&head.method, head.uri.path())?;
    if !is_plain(&route, head.uri.query()) {
        let message = "this path takes no query; put parameters in the body";
        return Err(Refusal::new(RefusalCode::BadRequest, message).closing());
    }
    let reads = match &route {
        Route::Access(asked) => asked.reads(),
        route => matches!(route, Route::Operation(_) | Route::ReceiptCheck | Route::Moderation),
    };
    if reads {
        media_type(&head.headers)?;
    }
    let headers = head.headers;
    let parts = Box::new(HeadParts { route, headers, peer, mark, end_user: None });
    Ok(Head { parts, body })
}

/// The exact table of what is served, by method and path.
fn route(method: &Method, path: &str) -> Result<Route, Refusal> {
    let (wanted, route) = match (Operation::at(path), path) {
        (Some(operation), _) => (Method::POST, Route::Operation(operation)),
        (None, "/v1/models") => (Method::GET, Route::Models),
        (None, "/v1/moderations") => (Method::POST, Route::Moderation),
        (None, path) if path.starts_with(ACCESS) => {
            return access::route(method, path).unwrap_or_else(|| Err(not_found()));
        }
        (None, "/v1/receipts/check") => (Method::POST, Route::ReceiptCheck),
        (None, "/v1/receipts/keys") => (Method::GET, Route::ReceiptKeys),
        (None, _) => (Method::GET, named(path).ok_or_else(not_found)?),
    };
    if *method == wanted {
        return Ok(route);
    }
    let message = format!("this path takes {wanted}");
    Err(Refusal::new(RefusalCode::MethodNotAllowed, message).closing())
}

/// Whether there is no query. Anthropic's clients mark calls of their beta interface by one that
/// changes nothing here: its fields are refused as ever.
fn is_plain(route: &Route, query: Option<&str>) -> bool {
    match (route, query) {
        (_, None) => true,
        (Route::Operation(operation), Some("beta=true")) => {
            operation.dialect() == Dialect::Anthropic
        }
        _ => false,
    }
}

/// What a path asks for that ends in a name.
fn named(path: &str) -> Option<Route> {
    let receipt = || receipt_id(path).map(|id| Route::Receipt(id.into()));
    model_name(path).map(|name| Route::Model(name.into())).or_else(receipt)
}

/// The request id in `/v1/receipts/{request id}`.
fn receipt_id(path: &str) -> Option<&str> {
    let id = path.strip_prefix("/v1/receipts/")?;
    let digits = id.strip_prefix("req_")?;
    let fine = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    fine.then_some(id)
}

/// The name in `/v1/models/{name}`; as in the Hub, it may hold a slash.
fn model_name(path: &str) -> Option<&str> {
    let name = path.strip_prefix("/v1/models/")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
    (!name.is_empty() && name.len() <= NAME_MAX && name.bytes().all(plain)).then_some(name)
}

/// What is not in the table, or not on this node.
pub(crate) fn not_found() -> Refusal {
    let message = "no such path; see POST /v1/chat/completions and GET /v1/models";
    Refusal::new(RefusalCode::NotFound, message).closing()
}

/// Plain JSON only: what is compressed could grow past any bound, or be read differently.
fn media_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let plain = headers.get_all(CONTENT_ENCODING).iter().all(|coding| coding == "identity");
    let json = match headers.get(CONTENT_TYPE) {
        None => true,
        Some(value) => value.to_str().is_ok_and(is_json),
    };
    if plain && json {
        return Ok(());
    }
    let message = "send the body as application/json without content-encoding";
    Err(Refusal::new(RefusalCode::UnsupportedMediaType, message).closing())
}

fn is_json(value: &str) -> bool {
    let mut parts = value.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts.all(|part| {
        let charset = part.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("charset"));
        charset.is_none_or(|(_, set)| set.trim_matches('"').eq_ignore_ascii_case("utf-8"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_exact() {
        let post = |path| route(&Method::POST, path).map_err(|refusal| refusal.code());
        let get = |path| route(&Method::GET, path).map_err(|refusal| refusal.code());
        assert_eq!(post("/v1/chat/completions"), Ok(Route::Operation(Operation::Chat)));
        assert_eq!(post("/api/generate"), Ok(Route::Operation(Operation::OllamaGenerate)));
        assert_eq!(get("/v1/models"), Ok(Route::Models));
        assert_eq!(get("/v1/models/a/b"), Ok(Route::Model("a/b".into())));
        let id = "req_0123456789abcdef0123456789abcdef";
        let receipt = format!("/v1/receipts/{id}");
        assert_eq!(route(&Method::GET, &receipt).ok(), Some(Route::Receipt(id.into())));
        assert_eq!(get("/v1/receipts/keys"), Ok(Route::ReceiptKeys));
        assert_eq!(post("/v1/receipts/check"), Ok(Route::ReceiptCheck));
        assert_eq!(post("/v1/moderations"), Ok(Route::Moderation));
        for path in [
            "/v1/chat/completions/",
            "//v1/chat/completions",
            "/V1/models",
            "/metrics",
            "/v1/models/",
            "/v1/models/%2e",
            "/v1/models/a;b",
            "/v1/load_lora_adapter",
            "/v1/receipts",
            "/v1/receipts/",
            "/v1/receipts/req_0123",
            "/v1/receipts/keys/",
            "/v1/moderations/",
            "/",
        ] {
            assert_eq!(get(path), Err(RefusalCode::NotFound), "{path}");
            assert_eq!(post(path), Err(RefusalCode::NotFound), "{path}");
        }
        assert_eq!(get("/v1/chat/completions"), Err(RefusalCode::MethodNotAllowed));
        assert_eq!(post("/v1/models"), Err(RefusalCode::MethodNotAllowed));
        assert_eq!(get("/v1/moderations"), Err(RefusalCode::MethodNotAllowed));
    }

    #[test]
    fn a_query_is_refused_but_for_the_mark_of_a_beta() {
        let message = Route::Operation(Operation::Message);
        assert!(is_plain(&message, None) && is_plain(&message, Some("beta=true")));
        for query in ["", "beta=false", "beta=true&x", "Beta=true"] {
            assert!(!is_plain(&message, Some(query)), "{query}");
        }
        assert!(!is_plain(&Route::Operation(Operation::Chat), Some("beta=true")));
        assert!(!is_plain(&Route::Models, Some("beta=true")));
    }

    #[test]
    fn only_plain_json() {
        for good in ["application/json", "Application/JSON; charset=UTF-8"] {
            assert!(is_json(good), "{good}");
        }
        for bad in ["text/plain", "application/json; charset=utf-16", "application/jsonx", ""] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
