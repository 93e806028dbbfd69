//! One licence: from its file to terms.

use crate::Problems;
use crate::file::{self, AppliesTo, Inherit, List, Terms};
use crate::words::{Country, Exclusion, HashList, Licence, LicenceId, Subject};
use std::collections::BTreeSet;

/// Uses that one licence excludes: the longest list there is has some thirty.
const RESTRICTIONS_MAX: usize = 64;
/// Names that one licence has.
const ALIASES_MAX: usize = 16;

/// A licence of which terms are known.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Its own terms, but for what must be accepted: that needs a text.
    pub(crate) licence: Licence,
    /// Its names, in lower case.
    pub(super) names: BTreeSet<String>,
    /// Who must accept it, and again when the text changes.
    pub(super) asks: Option<(Subject, bool)>,
    /// The hash of the text the terms were read in, and where that was.
    pub(super) read_in: Option<([u8; 32], Box<str>)>,
    /// Whether models made from its weights inherit the terms.
    pub(super) is_inherited: bool,
    /// Whether each term was read in the text.
    pub(crate) is_verified: bool,
}

impl Known {
    /// The licence as its file says it, which must say that it is `id`.
    pub(super) fn of(terms: &Terms, id: &str, problems: &mut Problems) -> Option<Self> {
        let own = terms.id.as_ref()?.0.as_str();
        if own != id {
            problems.note("id", format!("this is `{own}`, but it is named for `{id}`"));
        }
        bounded("aliases", &terms.aliases, ALIASES_MAX, problems);
        let names = terms.aliases.iter().map(|(_, alias)| alias.0.as_str()).chain([own]);
        let asks = terms.accept.as_ref().filter(|it| it.required == Some(true));
        let seen = terms.seen.as_ref().map_or("", |seen| &seen.0);
        let derive = terms.derive.as_ref().and_then(|derive| derive.inherit);
        let mut licence = Licence {
            family: terms.family.as_ref()?.0.as_str().into(),
            title: terms.title.as_ref()?.0.as_str().into(),
            ..Licence::without_terms(LicenceId::new(own))
        };
        shown(terms, &mut licence, problems);
        bound(terms, &mut licence);
        Some(Self {
            licence,
            names: names.map(str::to_ascii_lowercase).collect(),
            asks: asks.map(|it| (it.subject, it.reaccept_on_change)),
            read_in: terms.text_sha256.as_ref().map(|hash| (hash.0, seen.into())),
            is_inherited: derive != Some(Inherit::None),
            is_verified: verified(terms),
        })
    }
}

/// What is told with an answer.
fn shown(terms: &Terms, licence: &mut Licence, problems: &mut Problems) {
    licence.links.extend(terms.url.iter().map(|url| url.0.clone()));
    if let Some(passdown) = &terms.passdown {
        let restrictions = &passdown.use_restrictions;
        bounded("passdown.use_restrictions", restrictions, RESTRICTIONS_MAX, problems);
        let categories = restrictions.iter().map(|(_, category)| category.0.as_str().into());
        licence.use_restrictions.extend(categories);
        licence.links.extend(passdown.copy_url.iter().map(|url| url.0.clone()));
    }
    if let Some(names) = &terms.attribution {
        licence.attribution.extend(names.display.iter().map(|text| text.0.as_str().into()));
        licence.notice.extend(names.notice.iter().map(|text| text.0.as_str().into()));
        licence.name_prefix.extend(names.name_prefix.iter().map(|text| text.0.as_str().into()));
    }
    licence.no_train_other_llm =
        terms.outputs.as_ref().and_then(|it| it.no_train_other_llm) == Some(true);
}

/// What is checked.
fn bound(terms: &Terms, licence: &mut Licence) {
    if let Some(purpose) = &terms.purpose {
        licence.non_commercial = purpose.non_commercial;
        licence.non_production = purpose.non_production;
    }
    if let Some(limits) = &terms.limits {
        licence.mau_cap = limits.mau.as_ref().and_then(|mau| mau.cap).map(|cap| cap.0);
        licence.revenue_cap = limits.revenue_cap.map(|cap| cap.0);
    }
    if let Some(region) = &terms.region {
        place(region, licence);
    }
    if let Some(filters) = &terms.filters
        && let (Some(url), Some(days)) = (&filters.hash_list_url, filters.max_age_days)
    {
        licence.hash_lists.insert(HashList { url: url.0.clone(), max_age_days: days.0 });
    }
}

fn place(region: &file::Region, licence: &mut Licence) {
    let denied = region.deny.iter().flat_map(List::iter);
    let denied: Vec<Country> = denied.flat_map(|(_, it)| it.0.iter().copied()).collect();
    match region.applies_to {
        None => {}
        Some(AppliesTo::EndUser) => licence.deny_end_user.extend(denied),
        Some(AppliesTo::Licensee) => {
            let named: Vec<_> = region.modalities.iter().map(|(_, it)| Some(*it)).collect();
            let modalities = if named.is_empty() { vec![None] } else { named };
            let every = |country| {
                modalities.iter().map(move |modality| Exclusion { country, modality: *modality })
            };
            licence.deny_licensee.extend(denied.into_iter().flat_map(every));
        }
    }
}

fn bounded<T>(path: &str, list: &List<T>, most: usize, problems: &mut Problems) {
    if list.0.len() > most {
        problems.note(path, format!("more than {most}"));
    }
}

/// Whether each term that is written was read in the text.
pub(super) fn verified(terms: &Terms) -> bool {
    let marks = [
        terms.accept.as_ref().map(|it| it.verified),
        terms.passdown.as_ref().map(|it| it.verified),
        terms.attribution.as_ref().map(|it| it.verified),
        terms.limits.as_ref().map(|it| it.verified),
        terms.purpose.as_ref().map(|it| it.verified),
        terms.region.as_ref().map(|it| it.verified),
        terms.outputs.as_ref().map(|it| it.verified),
        terms.filters.as_ref().map(|it| it.verified),
        terms.derive.as_ref().map(|it| it.verified),
        terms.terminate.as_ref().map(|it| it.verified),
    ];
    marks.into_iter().flatten().all(|mark| mark == Some(true))
}
