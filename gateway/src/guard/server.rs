//! One server of a guard, the connections kept open to it, and whether it is left alone.

use super::breaker::Breaker;
use super::connection::{Answer, Broken, Connection, Secure};
use super::unavailable::Unavailable;
use crate::timer::{Deadline, within};
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::Full;
use sluice_config::{BackendUrl, BreakerSpec};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Servers of models close idle connections after five seconds; ours are closed before that.
const IDLE_MAX: Duration = Duration::from_secs(4);

const AGENT: &str = concat!("sluice/", env!("CARGO_PKG_VERSION"));

/// One server.
#[derive(Debug)]
pub(super) struct Server {
    url: BackendUrl,
    secure: Option<Secure>,
    authorization: Option<HeaderValue>,
    reply_bytes_max: usize,
    pub(super) breaker: Breaker,
    /// Newest last, each with since when it is idle. No more than were ever asked at once.
    idle: Mutex<Vec<(Duration, Connection)>>,
}

/// What a server is told and how.
#[derive(Debug)]
pub(super) struct Manner {
    pub(super) secure: Option<Secure>,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) reply_bytes_max: usize,
    pub(super) breaker: BreakerSpec,
}

impl Server {
    pub(super) fn new(url: BackendUrl, manner: Manner) -> Self {
        let Manner { secure, authorization, reply_bytes_max, breaker } = manner;
        let (breaker, idle) = (Breaker::new(breaker), Mutex::default());
        Self { url, secure, authorization, reply_bytes_max, breaker, idle }
    }

    /// Asks, and reads the whole answer. `connecting` bounds connecting; the caller bounds the rest.
    pub(super) async fn ask(
        &self,
        path: &str,
        body: &Bytes,
        now: Duration,
        connecting: &Deadline<'_>,
    ) -> Result<Bytes, Unavailable> {
        if let Some(kept) = self.take(now) {
            // One that failed may have been closed just as we wrote. To judge twice harms nobody.
            if let Ok(answer) = kept.exchange(self.request(path, body)?, self.reply_bytes_max).await
            {
                return self.read(answer, now);
            }
        }
        let BackendUrl { host, port, .. } = &self.url;
        let opening = Connection::open(host, *port, self.secure.as_ref());
        let opened = within(connecting, opening).await.and_then(Result::ok);
        let fresh = opened.ok_or(Unavailable::Connect)?;
        match fresh.exchange(self.request(path, body)?, self.reply_bytes_max).await {
            Ok(answer) => self.read(answer, now),
            Err(Broken) => Err(Unavailable::Broken),
        }
    }

    /// Closes what has been idle for too long.
    pub(super) fn sweep(&self, now: Duration) {
        self.lock().retain(|(since, _)| now.saturating_sub(*since) < IDLE_MAX);
    }

    fn read(&self, answer: Answer, now: Duration) -> Result<Bytes, Unavailable> {
        let Answer { status, body, connection } = answer;
        if let Some(connection) = connection {
            self.lock().push((now, connection));
        }
        if status == StatusCode::OK { Ok(body) } else { Err(Unavailable::Status(status.as_u16())) }
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

    fn request(&self, path: &str, body: &Bytes) -> Result<Request<Full<Bytes>>, Unavailable> {
        let mut request = Request::post(format!("{}{path}", self.url.prefix))
            .header(HOST, self.url.authority())
            .header(USER_AGENT, AGENT)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT_ENCODING, "identity");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        // Paths and addresses were checked where they were read.
        request.body(Full::new(body.clone())).map_err(|_| Unavailable::Broken)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Duration, Connection)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
