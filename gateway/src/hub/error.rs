//! What the Hub says no to, and why it says nothing.

/// Why a call to the Hub came to nothing; it says what to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HubError {
    /// Ask again later.
    #[error("the Hub is away: {0}")]
    Away(Away),
    /// 401.
    #[error("the Hub does not know our token; make a new one and put it where `hub.token` says")]
    BadToken,
    /// 403.
    #[error("our token may only read; give the one of `hub.token` write access to the repo")]
    Forbidden,
    /// 400.
    #[error("the repo is not gated; turn access requests on in its settings on the Hub")]
    NotGated,
    /// The repo: 404, or 401 without a word.
    #[error("the Hub has no such repo, or our token may not see it; look at `hub.repos`")]
    NoRepo,
    /// It is elsewhere: 3xx.
    #[error("the Hub says that this is elsewhere now; if the repo has a new name, write that one")]
    Moved,
    /// Who or what a call names: 404.
    #[error("the Hub knows no such person or request, or it is as asked already")]
    NotFound,
    /// What came is not what was asked for.
    #[error("the Hub's answer cannot be read as {0}")]
    Unreadable(&'static str),
    /// A list does not end.
    #[error("the Hub lists more requests than are read: {max}", max = super::client::REQUESTS_MAX)]
    TooMany,
}

/// Why the Hub is away.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Away {
    /// Nobody is there.
    #[error("it cannot be reached")]
    Connect,
    /// There was no answer in time.
    #[error("it did not answer in time")]
    Late,
    /// The answer broke off, is not HTTP, or is too large.
    #[error("its answer is broken")]
    Broken,
    /// It has no time for us, or is not well.
    #[error("it answered with status {0}")]
    Status(u16),
}

impl HubError {
    /// The word in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Away(_) => "away",
            Self::BadToken => "bad_token",
            Self::Forbidden => "forbidden",
            Self::NotGated => "not_gated",
            Self::NoRepo => "no_repo",
            Self::Moved => "moved",
            Self::NotFound => "not_found",
            Self::Unreadable(_) => "unreadable",
            Self::TooMany => "too_many",
        }
    }
}
