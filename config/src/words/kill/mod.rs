//! Orders to stop something at once, and to let it go on again.
//!
//! A directive is ended by its own expiry or by a [`Restore`], and by nothing else: not by its file
//! being gone, nor by a restart.

mod mode;
mod moment;
mod scope;

pub use mode::KillMode;
pub use scope::{KillScope, ModelRevision};

use super::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// Directives a node holds at once; restores as well. More than anyone would stop one by one.
pub const KILLS_MAX: usize = 10_000;
/// Bytes of a reason, of a message, and of who it was.
pub const KILL_TEXT_BYTES_MAX: usize = 512;
/// Bytes of an id after its `kill_`.
const ID_BYTES_MAX: usize = 64;

/// What a directive is called: `kill_` and then letters, digits, `-` or `_`.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String")]
pub struct KillId(Arc<str>);

impl KillId {
    /// Reads an id.
    pub fn parse(text: &str) -> Option<Self> {
        let own = text.strip_prefix("kill_")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let fine = (1..=ID_BYTES_MAX).contains(&own.len()) && own.bytes().all(plain);
        fine.then(|| Self(text.into()))
    }

    /// An id of random bytes.
    pub fn make(random: [u8; 16]) -> Self {
        Self(format!("kill_{:032x}", u128::from_be_bytes(random)).into())
    }

    /// The id as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for KillId {
    type Error = KillFault;

    fn try_from(text: String) -> Result<Self, KillFault> {
        Self::parse(&text).ok_or(KillFault::Id)
    }
}

impl fmt::Display for KillId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An order to stop something. Ordered by everything in it, so that two nodes that heard the same
/// hold the same.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct KillDirective {
    /// What it is called.
    pub id: KillId,
    /// What it stops.
    pub scope: KillScope,
    /// How.
    pub mode: KillMode,
    /// Why. Operators read it; no caller does.
    pub reason: Arc<str>,
    /// What callers are told instead of our own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Arc<str>>,
    /// Who gave it.
    pub by: Arc<str>,
    /// When it was given. It holds from when it is heard.
    #[serde(with = "moment")]
    pub at: Timestamp,
    /// When it ends by itself, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "moment::option")]
    pub expires: Option<Timestamp>,
}

/// An order that ends a directive.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Restore {
    /// The directive it ends, whether or not it was heard of yet.
    pub kill: KillId,
    /// Who gave it.
    pub by: Arc<str>,
    /// When.
    #[serde(with = "moment")]
    pub at: Timestamp,
    /// Why.
    pub reason: Arc<str>,
}

impl KillDirective {
    /// Itself, if all that is written in it is within its bounds.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn checked(self) -> Result<Self, KillFault> {
        self.scope.check()?;
        for text in [&self.reason, &self.by].into_iter().chain(&self.message) {
            line(text)?;
        }
        if self.expires.is_some_and(|expires| expires <= self.at) {
            return Err(KillFault::Expiry);
        }
        Ok(self)
    }

    /// Whether it has not ended by itself.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

impl Restore {
    /// Itself, if all that is written in it is within its bounds.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn checked(self) -> Result<Self, KillFault> {
        line(&self.reason)?;
        line(&self.by)?;
        Ok(self)
    }
}

fn line(text: &str) -> Result<(), KillFault> {
    let fine = (1..=KILL_TEXT_BYTES_MAX).contains(&text.len()) && !text.contains(char::is_control);
    fine.then_some(()).ok_or(KillFault::Text)
}

/// Why an order cannot be taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KillFault {
    /// Its id is none.
    Id,
    /// What it stops has no such name.
    Name,
    /// A revision is not written as one.
    Revision,
    /// A text is empty, too long, or more than a line.
    Text,
    /// It ends before it begins.
    Expiry,
}

impl fmt::Display for KillFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "an id is `kill_` and then 1 to 64 letters, digits, `-` or `_`",
            Self::Name => "what is stopped has a name of 1 to 256 bytes without control signs",
            Self::Revision => "a revision is written `model@revision`",
            Self::Text => "reason, message and by are one line of 1 to 512 bytes each",
            Self::Expiry => "it expires before it was given",
        })
    }
}

impl std::error::Error for KillFault {}

impl<'de> Deserialize<'de> for KillDirective {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)?.checked().map_err(serde::de::Error::custom)
    }
}

impl Serialize for KillDirective {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Restore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)?.checked().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Restore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

#[cfg(test)]
mod tests;
