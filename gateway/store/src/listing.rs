//! Which documents are listed.

use crate::{Document, Kind, Owner};

/// The most documents one question answers.
pub const LISTED_MAX: usize = 1000;

/// Which documents are listed: those that are everything asked for, by kind and id. Fewer than
/// asked for come only where there are no more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listing {
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only theirs.
    pub owner: Option<Whose>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only those after this one: the last of the page before.
    pub after: Option<(Kind, String)>,
    /// At most so many, and never more than [`LISTED_MAX`].
    pub most: usize,
}

/// Whose documents.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Whose {
    /// Those of one owner.
    Of(Owner),
    /// Those of the world and of every end user: what belongs to no one who calls.
    NoCallers,
}

impl From<Owner> for Whose {
    fn from(owner: Owner) -> Self {
        Self::Of(owner)
    }
}

impl Default for Listing {
    fn default() -> Self {
        Self { kind: None, owner: None, tag: None, after: None, most: LISTED_MAX }
    }
}

impl Listing {
    /// How many may be answered.
    pub(crate) fn bound(&self) -> usize {
        self.most.min(LISTED_MAX)
    }

    /// Whether a document is one of those, wherever the page begins.
    pub(crate) fn has(&self, document: &Document) -> bool {
        let theirs = match &self.owner {
            None => true,
            Some(Whose::Of(owner)) => document.owner == *owner,
            Some(Whose::NoCallers) => {
                matches!(document.owner, Owner::World | Owner::EndUser(_))
            }
        };
        theirs
            && self.kind.as_ref().is_none_or(|kind| document.kind == *kind)
            && self.tag.as_ref().is_none_or(|tag| document.tag == *tag)
    }
}
