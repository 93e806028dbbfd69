//! Why there is no judgement.

use sluice_stream::guard::Unaskable;

/// Why a guard gave no judgement.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unavailable {
    /// There was none in time.
    #[error("the guard did not answer in time")]
    Timeout,
    /// Every server of the guard has failed too often, and is left alone for a while.
    #[error("the guard is left alone after repeated failures")]
    Breaker,
    /// No server of it can be reached.
    #[error("the guard cannot be reached")]
    Connect,
    /// It answered with another status than 200.
    #[error("the guard answered with status {0}")]
    Status(u16),
    /// As many are being judged and waiting as may.
    #[error("the guard is busy")]
    Busy,
    /// Its answer broke off, is not HTTP, or is too large.
    #[error("the guard's answer is broken")]
    Broken,
    /// The text is longer than may be sent or can be read.
    #[error("the text is too long for the guard")]
    TooLong,
    /// The guard judges no such texts.
    #[error("the guard judges no such texts")]
    Subject,
}

impl Unavailable {
    /// The word in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Breaker => "breaker",
            Self::Connect => "connect",
            Self::Status(_) => "status",
            Self::Busy => "busy",
            Self::Broken => "broken",
            Self::TooLong => "too_long",
            Self::Subject => "subject",
        }
    }

    /// Whether it speaks against the server: what a text may have provoked does not.
    pub(super) fn is_fault(self) -> bool {
        match self {
            Self::Timeout | Self::Connect | Self::Broken => true,
            // Not let in, not found, too many: the next text fares no better.
            Self::Status(status) => status >= 500 || matches!(status, 401 | 403 | 404 | 429),
            Self::Breaker | Self::Busy | Self::TooLong | Self::Subject => false,
        }
    }
}

impl From<Unaskable> for Unavailable {
    fn from(why: Unaskable) -> Self {
        match why {
            Unaskable::TooLong => Self::TooLong,
            Unaskable::Subject => Self::Subject,
        }
    }
}
