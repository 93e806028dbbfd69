//! The texts of a part: mostly one, which then needs no room of its own.

use super::Channel;
use crate::wire::Text;
use std::iter::Chain;
use std::ops::{Deref, DerefMut};
use std::{option, slice, vec};

/// The texts of a part, in order.
#[derive(Debug)]
pub(crate) enum Texts<'a> {
    // INVARIANT: what has more than one is `Many`.
    Few(Option<Said<'a>>),
    Many(Vec<Said<'a>>),
}

type Said<'a> = (Channel, Text<'a>);

impl<'a> Texts<'a> {
    /// One text.
    pub(crate) fn one(channel: Channel, text: Text<'a>) -> Self {
        Self::Few(Some((channel, text)))
    }

    /// What of it is not lent; it may be one text less.
    pub(crate) fn owned(self) -> Texts<'static> {
        match self {
            Self::Few(Some((channel, Text::Made(text)))) => Texts::one(channel, Text::Made(text)),
            _ => Texts::default(),
        }
    }

    /// The room that its one text took, to be used again.
    pub(crate) fn reclaim(self) -> String {
        match self {
            Self::Few(Some((_, Text::Made(mut text)))) => {
                text.clear();
                text
            }
            _ => String::new(),
        }
    }

    pub(crate) fn push(&mut self, said: Said<'a>) {
        match self {
            Self::Few(none @ None) => *none = Some(said),
            Self::Few(one) => *self = Self::Many(one.take().into_iter().chain([said]).collect()),
            Self::Many(many) => many.push(said),
        }
    }
}

impl Default for Texts<'_> {
    fn default() -> Self {
        Self::Few(None)
    }
}

impl<'a> Deref for Texts<'a> {
    type Target = [Said<'a>];

    fn deref(&self) -> &[Said<'a>] {
        match self {
            Self::Few(few) => few.as_slice(),
            Self::Many(many) => many,
        }
    }
}

impl<'a> DerefMut for Texts<'a> {
    fn deref_mut(&mut self) -> &mut [Said<'a>] {
        match self {
            Self::Few(few) => few.as_mut_slice(),
            Self::Many(many) => many,
        }
    }
}

impl<'a> Extend<Said<'a>> for Texts<'a> {
    fn extend<I: IntoIterator<Item = Said<'a>>>(&mut self, all: I) {
        all.into_iter().for_each(|said| self.push(said));
    }
}

impl<'a> FromIterator<Said<'a>> for Texts<'a> {
    fn from_iter<I: IntoIterator<Item = Said<'a>>>(all: I) -> Self {
        let mut texts = Self::default();
        texts.extend(all);
        texts
    }
}

impl<'a> IntoIterator for Texts<'a> {
    type Item = Said<'a>;
    type IntoIter = Chain<option::IntoIter<Said<'a>>, vec::IntoIter<Said<'a>>>;

    fn into_iter(self) -> Self::IntoIter {
        let (few, many) = match self {
            Self::Few(few) => (few, Vec::new()),
            Self::Many(many) => (None, many),
        };
        few.into_iter().chain(many)
    }
}

impl<'t, 'a> IntoIterator for &'t Texts<'a> {
    type Item = &'t Said<'a>;
    type IntoIter = slice::Iter<'t, Said<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
