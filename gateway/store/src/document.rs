//! Documents: every record that has no table of its own, with its owner, its version and its body.
//!
//! What a body means, and which states may follow which, is for whoever writes it. The store keeps
//! it whole, by name, and never forgets one: what is over says so in its body.

use sluice_config::words::{EndUserId, OrganisationId, PrincipalId, ProjectId, Timestamp};
use std::borrow::Cow;
use std::fmt;

/// Bytes of the word for a kind.
pub const KIND_BYTES_MAX: usize = 32;
/// Bytes of an id, of a document or of its owner.
pub const ID_BYTES_MAX: usize = 256;
/// Bytes of a tag.
pub const TAG_BYTES_MAX: usize = 64;
/// Bytes of a body, written as JSON.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// One record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Document {
    /// What kind of record it is.
    pub kind: Kind,
    /// Its name among those of its kind.
    pub id: String,
    /// Whom it concerns, for as long as it lives.
    pub owner: Owner,
    /// A word to list it by, such as the state it is in. May be empty.
    pub tag: String,
    /// What it says.
    pub body: serde_json::Value,
    /// How often it was written: 1 at first.
    pub version: u64,
    /// When it was first written.
    pub created: Timestamp,
    /// When it was last written.
    pub changed: Timestamp,
}

/// A kind of document: a short word in `snake_case`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Kind(Cow<'static, str>);

impl Kind {
    /// An organisation, by its id.
    pub const ORGANISATION: Self = Self::word("organisation");
    /// A project, by its id. Its body may name its `organisation`.
    pub const PROJECT: Self = Self::word("project");
    /// What is known of a principal beside its row. Its body may name its `project`.
    pub const PROFILE: Self = Self::word("profile");
    /// What somebody has beyond their tier.
    pub const GRANT: Self = Self::word("grant");
    /// Who agreed to which licence.
    pub const ACCEPTANCE: Self = Self::word("acceptance");
    /// An application for a gated revision.
    pub const REQUEST: Self = Self::word("request");
    /// A request for access as the Hugging Face Hub told it last.
    pub const HUB_REQUEST: Self = Self::word("hub_request");
    /// How a principal or an end user behaves.
    pub const STANDING: Self = Self::word("standing");
    /// What was done about a standing.
    pub const ACTION: Self = Self::word("action");
    /// How far a revision is out.
    pub const RELEASE: Self = Self::word("release");
    /// One move on a ladder.
    pub const TRANSITION: Self = Self::word("transition");
    /// Some of those who may, before all of them.
    pub const COHORT: Self = Self::word("cohort");
    /// An order to stop.
    pub const KILL: Self = Self::word("kill");
    /// The end of an order to stop.
    pub const RESTORE: Self = Self::word("restore");

    const fn word(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }

    /// Reads a word: a letter, then letters, digits and `_`, all small. What has a table of its own
    /// is no kind of document.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins = text.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
        let fits = begins && text.len() <= KIND_BYTES_MAX && text.bytes().all(plain);
        let taken = matches!(text, "principal" | "credential");
        (fits && !taken).then(|| Self(Cow::Owned(text.into())))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whom a document concerns.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Owner {
    /// Everybody: what every node has to know.
    World,
    /// An organisation, and so its projects and their principals.
    Organisation(OrganisationId),
    /// A project, and so its principals.
    Project(ProjectId),
    /// A principal.
    Principal(PrincipalId),
    /// Somebody behind a principal's calls.
    EndUser(EndUserId),
}

impl Owner {
    /// Reads what [`Self::word`] and [`Self::id`] wrote.
    pub fn parse(word: &str, id: &str) -> Option<Self> {
        match (word, id) {
            ("world", "") => Some(Self::World),
            (_, "") => None,
            ("organisation", id) => Some(Self::Organisation(OrganisationId::new(id))),
            ("project", id) => Some(Self::Project(ProjectId::new(id))),
            ("principal", id) => Some(Self::Principal(PrincipalId::new(id))),
            ("end_user", id) => Some(Self::EndUser(EndUserId::new(id))),
            _ => None,
        }
    }

    /// What kind of owner it is.
    pub fn word(&self) -> &'static str {
        match self {
            Self::World => "world",
            Self::Organisation(_) => "organisation",
            Self::Project(_) => "project",
            Self::Principal(_) => "principal",
            Self::EndUser(_) => "end_user",
        }
    }

    /// Which one; empty for the world.
    pub fn id(&self) -> &str {
        match self {
            Self::World => "",
            Self::Organisation(id) => id.as_str(),
            Self::Project(id) => id.as_str(),
            Self::Principal(id) => id.as_str(),
            Self::EndUser(id) => id.as_str(),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::World => f.write_str("the world"),
            _ => write!(f, "{} {}", self.word(), self.id()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_a_short_plain_word() {
        for word in ["grant", "end_user_2", "a", &"k".repeat(32)] {
            assert_eq!(Kind::parse(word).map(|kind| kind.to_string()), Some(word.into()));
        }
        assert_eq!(Kind::parse("grant"), Some(Kind::GRANT));
        let long = "k".repeat(33);
        for word in
            ["", "_a", "2a", "Grant", "a-b", "a b", "gr\u{e4}nt", "principal", "credential", &long]
        {
            assert_eq!(Kind::parse(word), None, "{word}");
        }
    }

    #[test]
    fn an_owner_is_read_as_it_is_written() {
        for (word, id) in [
            ("world", ""),
            ("organisation", "acme"),
            ("project", "p"),
            ("principal", "ada"),
            ("end_user", "9f2c"),
        ] {
            let owner = Owner::parse(word, id).unwrap();
            assert_eq!((owner.word(), owner.id()), (word, id));
        }
        for (word, id) in [("world", "x"), ("principal", ""), ("tier", "public"), ("", "")] {
            assert_eq!(Owner::parse(word, id), None, "{word} {id}");
        }
    }
}
