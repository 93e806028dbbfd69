//! What a model's licence asks of whoever hosts the model: terms that can be checked or shown.
//!
//! Terms are what a file says of a licence. They are no legal advice, and not the licence.

use super::{Acceptance, Country, LicenceId, Link};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The terms of one licence, or of a licence and those that a derived model inherits.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Licence {
    /// Its id. Where terms are inherited, that of the model's own licence.
    pub id: LicenceId,
    /// The licences that are told apart by version only, for example `llama`.
    pub family: Box<str>,
    /// What it is called.
    pub title: Box<str>,
    /// The hash of the text the operator names for it.
    pub text_sha256: Option<[u8; 32]>,
    /// That text.
    #[serde(skip)]
    pub text: Option<LicenceText>,
    /// Where texts can be read: its own, and those inherited.
    pub links: BTreeSet<Link>,
    /// What must have been accepted before a call, each on its own.
    pub accept: BTreeSet<Accept>,
    /// Commerce is excluded.
    pub non_commercial: bool,
    /// Production is excluded: testing, research and evaluation are not.
    pub non_production: bool,
    /// Where a licensee may not be at home.
    pub deny_licensee: BTreeSet<Exclusion>,
    /// Where an end user may not be.
    pub deny_end_user: BTreeSet<Country>,
    /// What the name of a derived model begins with, all of them.
    pub name_prefix: BTreeSet<Box<str>>,
    /// What is to be shown with an answer.
    pub attribution: BTreeSet<Box<str>>,
    /// What is to be kept with copies, and is told with an answer.
    pub notice: BTreeSet<Box<str>>,
    /// Uses that are excluded, each as `namespace:category`, to be passed down to callers.
    pub use_restrictions: BTreeSet<Box<str>>,
    /// Answers may not be used to improve other language models.
    pub no_train_other_llm: bool,
    /// Users in a month above which the licensor is to be asked. Whose users count, of which month,
    /// is for people to read: nothing is refused for it.
    pub mau_cap: Option<u64>,
    /// Revenue in a year, in US dollars, above which the licensor is to be asked.
    pub revenue_cap: Option<u64>,
    /// Lists of hashes that answers are to be filtered by.
    pub hash_lists: BTreeSet<HashList>,
}

/// A text that must have been accepted, and by whom.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Accept {
    /// The licence.
    pub licence: LicenceId,
    /// Who accepts.
    pub subject: Subject,
    /// The hash of the text that is accepted.
    pub text_sha256: [u8; 32],
    /// Whether an acceptance of an earlier text is none.
    pub again_on_change: bool,
}

impl Accept {
    /// Whether one of some acceptances is what is asked for.
    pub fn is_met(&self, acceptances: &[Acceptance]) -> bool {
        acceptances.iter().any(|one| {
            let whose = self.subject == Subject::Principal || one.by == Subject::Organisation;
            let text = !self.again_on_change || one.text.0 == self.text_sha256;
            one.licence == self.licence && text && whose
        })
    }
}

/// Who accepts a licence.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Each principal for itself.
    Principal,
    /// An organisation, for all its principals.
    Organisation,
}

/// A country in which no licensee may be at home.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Exclusion {
    /// The country.
    pub country: Country,
    /// For models of this modality only; `None` is for every model.
    pub modality: Option<Modality>,
}

/// What a model reads or writes.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Modality {
    /// Text.
    Text,
    /// Pictures.
    Image,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
}

/// A list of hashes that a licensor publishes for hosts to filter answers by.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct HashList {
    /// Where it is.
    pub url: Link,
    /// The oldest it may be, in days.
    pub max_age_days: u64,
}

/// The text of a licence. Shared, and never printed with what holds it.
#[derive(Clone, Eq, PartialEq)]
pub struct LicenceText(Arc<str>);

impl LicenceText {
    /// Takes a text whose size was bounded where it was read.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LicenceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LicenceText({} bytes)", self.0.len())
    }
}

impl Licence {
    /// A licence that asks nothing that can be checked, or of which nothing is known.
    pub fn without_terms(id: LicenceId) -> Self {
        Self {
            family: id.as_str().into(),
            title: id.as_str().into(),
            id,
            text_sha256: None,
            text: None,
            links: BTreeSet::new(),
            accept: BTreeSet::new(),
            non_commercial: false,
            non_production: false,
            deny_licensee: BTreeSet::new(),
            deny_end_user: BTreeSet::new(),
            name_prefix: BTreeSet::new(),
            attribution: BTreeSet::new(),
            notice: BTreeSet::new(),
            use_restrictions: BTreeSet::new(),
            no_train_other_llm: false,
            mau_cap: None,
            revenue_cap: None,
            hash_lists: BTreeSet::new(),
        }
    }

    /// This licence with the terms of another besides: of each term, the stricter.
    ///
    /// What it is called stays its own. Of the terms, order and repetition change nothing.
    #[must_use]
    pub fn strictest(mut self, other: &Self) -> Self {
        join(&mut self.links, &other.links);
        join(&mut self.accept, &other.accept);
        self.non_commercial |= other.non_commercial;
        self.non_production |= other.non_production;
        join(&mut self.deny_licensee, &other.deny_licensee);
        join(&mut self.deny_end_user, &other.deny_end_user);
        join(&mut self.name_prefix, &other.name_prefix);
        join(&mut self.attribution, &other.attribution);
        join(&mut self.notice, &other.notice);
        join(&mut self.use_restrictions, &other.use_restrictions);
        self.no_train_other_llm |= other.no_train_other_llm;
        self.mau_cap = least(self.mau_cap, other.mau_cap);
        self.revenue_cap = least(self.revenue_cap, other.revenue_cap);
        join(&mut self.hash_lists, &other.hash_lists);
        self
    }
}

fn join<T: Clone + Ord>(own: &mut BTreeSet<T>, others: &BTreeSet<T>) {
    own.extend(others.iter().cloned());
}

/// The lower of two ceilings; none is no ceiling.
fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}

/// The member states of the European Union.
pub(crate) const EUROPEAN_UNION: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

#[cfg(test)]
mod tests;
