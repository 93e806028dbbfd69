//! The calls of the Hub that we make.

use super::answer::{is_gated, refused, well};
use super::card::RepoCard;
use super::error::{Away, HubError};
use super::names::{HubUser, Reason};
use super::page;
use super::request::{HubRequest, RequestStatus, requests};
use super::{Whose, Wish};
use crate::remote::{Question, Reply, Secure, Silent, Site, bearer};
use crate::timer::{Deadline, within};
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use sluice_config::HubSpec;
use sluice_config::words::{Clock, RepoId, Secret};
use std::sync::Arc;
use std::time::Duration;

/// Bytes of one answer: a page holds some hundred requests.
const REPLY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Pages of one list.
const PAGES_MAX: usize = 1_000;
/// Requests of one list: more than the most wanted repos have, few enough to hold.
pub(super) const REQUESTS_MAX: usize = 200_000;
/// Bytes of a token.
const TOKEN_BYTES_MAX: usize = 4096;

/// What speaks to the Hub.
#[derive(Debug)]
pub struct Client {
    site: Site,
    token: HeaderValue,
    timeout: Duration,
    clock: Arc<dyn Clock>,
}

/// What whoever has a token may do with a repo.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    /// Read it.
    Granted,
    /// Ask for access.
    Gated,
    /// Nothing: it is not there, or they may not see it.
    NotFound,
}

/// What came of a decision of ours that we wrote to the Hub.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Written {
    /// It is as we decided.
    Done,
    /// It was so already, or the request is gone: the next list tells.
    Already,
    /// The Hub knows nobody of that name.
    Nobody,
}

impl Written {
    /// The word in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Already => "already",
            Self::Nobody => "nobody",
        }
    }
}

impl Client {
    /// A client, if a header can carry our token.
    pub(super) fn new(
        spec: &HubSpec,
        secure: Option<Secure>,
        clock: Arc<dyn Clock>,
    ) -> Option<Self> {
        let site = Site::new(spec.endpoint.clone(), secure);
        Some(Self { site, token: bearer(&spec.token)?, timeout: spec.timeout, clock })
    }

    /// Every request for a repo that has come to `status`.
    ///
    /// # Errors
    ///
    /// The list could not be read, whole.
    pub async fn list(
        &self,
        repo: &RepoId,
        status: RequestStatus,
    ) -> Result<Vec<HubRequest>, HubError> {
        let mut path = format!("/api/models/{repo}/user-access-request/{}", status.as_str());
        let mut all = Vec::new();
        for _ in 0..PAGES_MAX {
            let reply = well(self.ours(Method::GET, &path, Bytes::new()).await?)?;
            all.extend(requests(&reply.body)?);
            if all.len() > REQUESTS_MAX {
                return Err(HubError::TooMany);
            }
            match page::next(&reply.headers, self.site.url())? {
                Some(next) if next == path => return Err(HubError::Unreadable("a next page")),
                Some(next) => path = next,
                None => return Ok(all),
            }
        }
        Err(HubError::TooMany)
    }

    /// Moves a request to what we decided.
    ///
    /// # Errors
    ///
    /// It was not moved.
    pub async fn handle(
        &self,
        repo: &RepoId,
        whose: &Whose,
        wish: &Wish,
    ) -> Result<Written, HubError> {
        let mut body = match whose {
            Whose::User(user) => json!({ "user": user }),
            Whose::Request(id) => json!({ "requestId": id }),
        };
        let (status, reason) = match wish {
            Wish::Accept => (RequestStatus::Accepted, None),
            Wish::Reject(reason) => (RequestStatus::Rejected, reason.as_ref()),
            Wish::Cancel => (RequestStatus::Pending, None),
        };
        if let Value::Object(body) = &mut body {
            body.insert("status".into(), status.as_str().into());
            let reason = reason.map(Reason::as_str);
            body.extend(reason.map(|reason| ("rejectionReason".into(), reason.into())));
        }
        match self.written(repo, "handle", &body).await.map(well)? {
            Ok(_) => Ok(Written::Done),
            Err(HubError::NotFound) => Ok(Written::Already),
            Err(why) => Err(why),
        }
    }

    /// Lets somebody in who has not asked.
    ///
    /// # Errors
    ///
    /// They were not let in.
    pub async fn grant(&self, repo: &RepoId, user: &HubUser) -> Result<Written, HubError> {
        let reply = self.written(repo, "grant", &json!({ "user": user })).await?;
        match reply.status {
            StatusCode::OK => Ok(Written::Done),
            // The Hub has one status for both: no gate, and in already.
            StatusCode::BAD_REQUEST if says(&reply, "already") => Ok(Written::Already),
            _ => match refused(&reply) {
                HubError::NotFound => Ok(Written::Nobody),
                why => Err(why),
            },
        }
    }

    /// What whoever has `token` may do with a repo.
    ///
    /// # Errors
    ///
    /// The Hub does not know the token, or is away.
    pub async fn auth_check(&self, repo: &RepoId, token: &Secret) -> Result<Access, HubError> {
        let path = format!("/api/models/{repo}/auth-check");
        let reply = self.theirs(&path, token).await?;
        if is_gated(&reply) {
            return Ok(Access::Gated);
        }
        match well(reply) {
            Ok(_) => Ok(Access::Granted),
            Err(HubError::NoRepo | HubError::Moved | HubError::NotFound) => Ok(Access::NotFound),
            Err(why) => Err(why),
        }
    }

    /// Whose token it is. That of an organisation is nobody's: access is given to persons.
    ///
    /// # Errors
    ///
    /// The Hub does not know the token, or is away.
    pub async fn whoami(&self, token: &Secret) -> Result<HubUser, HubError> {
        #[derive(Deserialize)]
        struct Who {
            r#type: String,
            name: HubUser,
        }
        let reply = self.theirs("/api/whoami-v2", token).await?;
        if reply.status == StatusCode::UNAUTHORIZED {
            return Err(HubError::BadToken);
        }
        let who: Result<Who, _> = serde_json::from_slice(&well(reply)?.body);
        let who = who.map_err(|_| HubError::Unreadable("who has a token"))?;
        if who.r#type == "user" { Ok(who.name) } else { Err(HubError::BadToken) }
    }

    /// How a repo is gated, and what is asked of who wants in.
    ///
    /// # Errors
    ///
    /// There is no such repo, or it cannot be read.
    pub async fn repo(&self, repo: &RepoId) -> Result<RepoCard, HubError> {
        let path = format!("/api/models/{repo}");
        let reply = well(self.ours(Method::GET, &path, Bytes::new()).await?)?;
        RepoCard::read(&reply.body)
    }

    /// Closes connections that have been idle for too long.
    pub(super) fn sweep(&self) {
        self.site.sweep(self.clock.steady());
    }

    async fn written(&self, repo: &RepoId, what: &str, body: &Value) -> Result<Reply, HubError> {
        let path = format!("/api/models/{repo}/user-access-request/{what}");
        self.ours(Method::POST, &path, body.to_string().into()).await
    }

    async fn ours(&self, method: Method, path: &str, body: Bytes) -> Result<Reply, HubError> {
        self.ask(method, path, &self.token, body).await
    }

    async fn theirs(&self, path: &str, token: &Secret) -> Result<Reply, HubError> {
        let bytes = token.expose();
        let plain = bytes.iter().all(u8::is_ascii_graphic);
        let plain = plain && (1..=TOKEN_BYTES_MAX).contains(&bytes.len());
        let token = bearer(token).filter(|_| plain).ok_or(HubError::BadToken)?;
        self.ask(Method::GET, path, &token, Bytes::new()).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &HeaderValue,
        body: Bytes,
    ) -> Result<Reply, HubError> {
        let (authorization, reply_bytes_max) = (Some(token), REPLY_BYTES_MAX);
        let question = Question { method, path, authorization, body, reply_bytes_max };
        let now = self.clock.steady();
        let deadline = Deadline::new(&self.clock, now, self.timeout);
        // Boxed: whoever waits for the Hub must not carry the room for a handshake.
        let asking = Box::pin(self.site.ask(&question, now, &deadline));
        let asked = within(&deadline, asking).await;
        match asked {
            Some(Ok(reply)) => Ok(reply),
            Some(Err(Silent::Connect)) => Err(HubError::Away(Away::Connect)),
            Some(Err(Silent::Broken)) => Err(HubError::Away(Away::Broken)),
            None => Err(HubError::Away(Away::Late)),
        }
    }
}

/// Whether the words of a refusal have this one.
fn says(reply: &Reply, word: &str) -> bool {
    #[derive(Deserialize)]
    struct Said {
        error: String,
    }
    let said: Option<Said> = serde_json::from_slice(&reply.body).ok();
    said.is_some_and(|said| said.error.contains(word))
}
