//! What was asked, by whom, over what: the plain values the steps hand on.

use crate::trust::Certificate;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use sluice_config::words::{Ask, Country, EndUserId, Operation, Secret, Strategy, Timestamp};
use sluice_stream::filter::Chain;
use sluice_stream::moderation::Scores;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// The header that names a call to whoever made it.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where a call came from.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// The address of the caller: the socket's, or the one a trusted proxy names.
    pub(crate) address: IpAddr,
    /// Whether a trusted proxy is at the other end of the socket.
    pub(crate) proxied: bool,
    /// The country it is in, if anything says so that is believed.
    pub(crate) country: Option<Country>,
    /// The certificate that the connection was opened with, if it was with one.
    pub(crate) certificate: Option<Arc<Certificate>>,
}

/// What filters want the caller to know of: categories, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Annotations(Vec<Box<str>>);

/// Categories that are named to a caller: enough to read, few enough for a header.
const ANNOTATIONS_MAX: usize = 16;
/// Bytes of the name of one that is named at all.
const ANNOTATION_BYTES_MAX: usize = 64;

impl Annotations {
    /// Adds what a filter found.
    pub(crate) fn add(&mut self, category: &str) {
        let fits = self.0.len() < ANNOTATIONS_MAX && category.len() <= ANNOTATION_BYTES_MAX;
        if fits && self.0.iter().all(|known| **known != *category) {
            self.0.push(category.into());
        }
    }

    /// What stands in the header; `None` if there is nothing to say.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let said = (!self.0.is_empty()).then(|| self.0.join(", "))?;
        HeaderValue::try_from(said).ok()
    }
}

/// What a path and method ask for. Everything else is refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    /// Something of a model.
    Operation(Operation),
    /// `GET /v1/models`
    Models,
    /// `GET /v1/models/{name}`
    Model(Box<str>),
    /// `GET /v1/receipts/{request id}`
    Receipt(Box<str>),
    /// `GET /v1/receipts/keys`, which anyone may ask for.
    ReceiptKeys,
    /// `POST /v1/receipts/check`
    ReceiptCheck,
    /// `POST /v1/moderations`
    Moderation,
    /// What callers see to themselves.
    Access(Access),
}

/// What callers see to themselves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    /// `GET /v1/access/me`
    Me,
    /// `GET /v1/access/licences/{id}`
    Licence(Box<str>),
    /// `POST /v1/access/licences/{id}`
    Accept(Box<str>),
    /// `GET /v1/access/requests`
    Requests,
    /// `POST /v1/access/requests`
    Apply,
    /// `GET /v1/access/requests/{id}`
    Request(Box<str>),
    /// `POST /v1/access/requests/{id}/withdraw`
    Withdraw(Box<str>),
}

impl Access {
    /// Whether a body says what is wanted.
    pub(crate) fn reads(&self) -> bool {
        matches!(self, Self::Accept(_) | Self::Apply)
    }
}

/// The marks of one call: who it is in logs and headers, and when it began.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// `req_…`, sent as `x-request-id`.
    pub(crate) request_id: Arc<str>,
    /// When it began, on the wall clock.
    pub(crate) at: Timestamp,
    /// When it began, on the steady clock.
    pub(crate) began: Duration,
}

impl Mark {
    /// How long the call has lasted, `now` on the steady clock.
    pub(crate) fn lasted(&self, now: Duration) -> Duration {
        now.saturating_sub(self.began)
    }

    /// What the wall clock shows `now` on the steady clock, if nobody has set it since.
    pub(crate) fn wall(&self, now: Duration) -> Timestamp {
        self.at.plus(self.lasted(now))
    }
}

/// A well-formed head.
#[derive(Debug)]
pub(crate) struct HeadParts {
    pub(crate) route: Route,
    pub(crate) headers: HeaderMap,
    pub(crate) peer: Peer,
    pub(crate) mark: Mark,
    /// On whose behalf it is made, if the caller says so.
    pub(crate) end_user: Option<EndUserId>,
}

/// What the body says.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The model, as the caller calls it.
    pub(crate) model: Box<str>,
    /// What the decision looks at.
    pub(crate) ask: Ask,
    /// Whether the answer is to be streamed.
    pub(crate) stream: bool,
    /// Whether the caller wants the usage chunk of a stream.
    pub(crate) show_usage: bool,
    /// The members that are sent on as written.
    pub(crate) kept: Vec<Kept>,
    /// The members of `options` that are sent on as written, where a dialect has them.
    pub(crate) options: Vec<Kept>,
    /// The texts of the prompt, in the order of the body, if filters look at them.
    pub(crate) texts: Vec<Written>,
    /// What is to be said of what filters find, if anything.
    pub(crate) moderation: Option<Box<Moderating>>,
    /// Whom it is for, as the caller calls them: never written down.
    pub(crate) end_user: Option<Secret>,
    /// The whole body, which [`Self::kept`] and [`Self::options`] point into.
    pub(crate) body: Bytes,
}

/// What a caller wants said of what filters find, in its prompt and in the answer.
#[derive(Clone, Debug)]
pub(crate) struct Moderating {
    /// The moderation model, as the caller calls it; no model is asked.
    pub(crate) model: Box<str>,
    /// What is done about what is found in the prompt.
    pub(crate) prompt: Mode,
    /// What is done about what is found in the answer.
    pub(crate) answer: Mode,
    /// What was found in the prompt, once filters have looked at it.
    pub(crate) scores: Option<Scores>,
}

/// What a caller wants done about what filters find. It can only make them stricter.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Mode {
    /// What they do anyway; what guards say is waited for where it can be.
    #[default]
    Score,
    /// All of it is stopped.
    Block,
}

impl Mode {
    /// The filters of a chain as they are to act, where at least so much waits for them.
    pub(crate) fn of(self, chain: &Arc<Chain>, strategy_min: Strategy) -> Arc<Chain> {
        match self {
            Self::Score => chain.telling(strategy_min),
            Self::Block => chain.blocking(),
        }
    }
}

/// A member of the body that is sent on.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) name: &'static str,
    pub(crate) value: Range<usize>,
}

/// A text of the prompt, as filters look at it.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// The member of the body it stands in.
    pub(crate) member: &'static str,
    /// Which message or input it belongs to: the prose of one is read as one text.
    pub(crate) group: u32,
    /// Who is said to have said it.
    pub(crate) speaker: Speaker,
    pub(crate) place: Place,
    /// What it says, unescaped.
    pub(crate) text: Box<str>,
}

/// Who is said to have said a text of the prompt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Speaker {
    /// Instructions, tools, schemas: what comes before a conversation.
    System,
    User,
    Model,
    Tool,
}

/// Where a text of the prompt stands; spans are of the body, with the quotes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// Words of a message.
    Prose(Range<usize>),
    /// Any other string.
    Word(Range<usize>),
    /// The key of a member, which cannot be changed.
    Key,
}
