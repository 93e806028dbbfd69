//! One server of a guard, and whether it is left alone.

use super::breaker::Breaker;
use super::unavailable::Unavailable;
use crate::remote::{Question, Secure, Silent, Site};
use crate::timer::Deadline;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode};
use sluice_config::{BackendUrl, BreakerSpec};
use std::time::Duration;

/// One server.
#[derive(Debug)]
pub(super) struct Server {
    site: Site,
    authorization: Option<HeaderValue>,
    reply_bytes_max: usize,
    pub(super) breaker: Breaker,
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
        let (site, breaker) = (Site::new(url, secure), Breaker::new(breaker));
        Self { site, authorization, reply_bytes_max, breaker }
    }

    /// Asks, and reads the whole answer. `connecting` bounds connecting; the caller bounds the rest.
    pub(super) async fn ask(
        &self,
        path: &str,
        body: &Bytes,
        now: Duration,
        connecting: &Deadline<'_>,
    ) -> Result<Bytes, Unavailable> {
        // To judge twice harms nobody.
        let question = Question {
            method: Method::POST,
            path,
            authorization: self.authorization.as_ref(),
            body: body.clone(),
            reply_bytes_max: self.reply_bytes_max,
        };
        let reply = self.site.ask(&question, now, connecting).await.map_err(|why| match why {
            Silent::Connect => Unavailable::Connect,
            Silent::Broken => Unavailable::Broken,
        })?;
        match reply.status {
            StatusCode::OK => Ok(reply.body),
            other => Err(Unavailable::Status(other.as_u16())),
        }
    }

    /// Closes what has been idle for too long.
    pub(super) fn sweep(&self, now: Duration) {
        self.site.sweep(now);
    }
}
