//! One server, and the connections kept open to it.

use super::connection::{Answer, Broken, Connection, Secure};
use crate::timer::{Deadline, within};
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, USER_AGENT};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use sluice_config::BackendUrl;
use sluice_config::words::Secret;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Servers of models close idle connections after five seconds; ours are closed before that.
const IDLE_MAX: Duration = Duration::from_secs(4);

const AGENT: &str = concat!("sluice/", env!("CARGO_PKG_VERSION"));

/// One server.
#[derive(Debug)]
pub(crate) struct Site {
    url: BackendUrl,
    secure: Option<Secure>,
    /// Newest last, each with since when it is idle. No more than were ever asked at once.
    idle: Mutex<Vec<(Duration, Connection)>>,
}

/// What a server is asked. It may be asked twice, if a connection breaks.
#[derive(Debug)]
pub(crate) struct Question<'q> {
    pub(crate) method: Method,
    /// Behind the prefix of the server's address; it was checked where it was read.
    pub(crate) path: &'q str,
    pub(crate) authorization: Option<&'q HeaderValue>,
    /// JSON; empty if there is none.
    pub(crate) body: Bytes,
    /// Bytes of an answer.
    pub(crate) reply_bytes_max: usize,
}

/// What a server answers.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Silent {
    /// It cannot be reached, or not in time.
    Connect,
    /// The answer broke off, is not HTTP, or is too large.
    Broken,
}

impl Site {
    pub(crate) fn new(url: BackendUrl, secure: Option<Secure>) -> Self {
        Self { url, secure, idle: Mutex::default() }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &BackendUrl {
        &self.url
    }

    /// Asks, and reads the whole answer. `connecting` bounds connecting; the caller bounds the rest.
    pub(crate) async fn ask(
        &self,
        question: &Question<'_>,
        now: Duration,
        connecting: &Deadline<'_>,
    ) -> Result<Reply, Silent> {
        let bytes_max = question.reply_bytes_max;
        if let Some(kept) = self.take(now) {
            // One that failed may have been closed just as we wrote.
            if let Ok(answer) = kept.exchange(self.request(question)?, bytes_max).await {
                return Ok(self.read(answer, now));
            }
        }
        let BackendUrl { host, port, .. } = &self.url;
        let opening = Connection::open(host, *port, self.secure.as_ref());
        let opened = within(connecting, opening).await.and_then(Result::ok);
        let fresh = opened.ok_or(Silent::Connect)?;
        match fresh.exchange(self.request(question)?, bytes_max).await {
            Ok(answer) => Ok(self.read(answer, now)),
            Err(Broken) => Err(Silent::Broken),
        }
    }

    /// Closes what has been idle for too long.
    pub(crate) fn sweep(&self, now: Duration) {
        self.lock().retain(|(since, _)| now.saturating_sub(*since) < IDLE_MAX);
    }

    fn read(&self, answer: Answer, now: Duration) -> Reply {
        let Answer { head, body, connection } = answer;
        if let Some(connection) = connection {
            self.lock().push((now, connection));
        }
        Reply { status: head.status, headers: head.headers, body }
    }

    /// The newest idle connection that is open.
    fn take(&self, now: Duration) -> Option<Connection> {
        loop {
            let (since, mut connection) = self.lock().pop()?;
            if now.saturating_sub(since) < IDLE_MAX && connection.is_open() {
                return Some(connection);
            }
        }
    }

    fn request(&self, question: &Question<'_>) -> Result<Request<Full<Bytes>>, Silent> {
        let Question { method, path, authorization, body, .. } = question;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url.prefix))
            .header(HOST, self.url.authority())
            .header(USER_AGENT, AGENT)
            .header(ACCEPT_ENCODING, "identity");
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, *authorization);
        }
        // Paths and addresses were checked where they were read.
        request.body(Full::new(body.clone())).map_err(|_| Silent::Broken)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Duration, Connection)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The header that carries a secret, if a header can.
pub(crate) fn bearer(secret: &Secret) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(&[b"Bearer ", secret.expose()].concat()).ok()?;
    value.set_sensitive(true);
    Some(value)
}
