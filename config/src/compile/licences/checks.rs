//! What the terms of a model's licences say of the file itself: names, the licensee's home, texts.

use super::Lineage;
use crate::Problems;
use crate::file::{self, File};
use crate::words::{Exclusion, Licence, Modality};
use std::collections::BTreeSet;

/// Notes what does not agree with the terms of a model.
pub(crate) fn check(
    file: &File,
    (name, model): (&str, &file::Model),
    terms: &Licence,
    lineage: &Lineage<'_>,
    problems: &mut Problems,
) {
    known(name, model, lineage, problems);
    names(name, model, terms, problems);
    home(file, name, model, terms, problems);
    lists(name, terms, problems);
}

/// Says where little is known of a licence.
fn known(name: &str, model: &file::Model, lineage: &Lineage<'_>, problems: &mut Problems) {
    let Some(id) = &model.licence else { return };
    let id = &id.0;
    let what = match lineage.known(id) {
        None => format!(
            "no terms of the licence `{id}` are known, so nothing of it is checked; write them in a \
             file of your own, `licences: {{ \"{id}\": {{ file: FILE }} }}`"
        ),
        Some(known) if !known.is_verified => {
            format!("not every term of the licence `{id}` was read in its text; read it")
        }
        Some(_) => return,
    };
    problems.warn(&format!("models.{name}.licence"), what);
}

/// A model that was made from others is named as their licences ask, by each of its names.
fn names(name: &str, model: &file::Model, terms: &Licence, problems: &mut Problems) {
    let aliases = model.aliases.iter();
    let aliases =
        aliases.map(|(at, alias)| (format!("models.{name}.aliases[{at}]"), alias.0.as_str()));
    for (path, shown) in aliases.chain([(format!("models.{name}"), name)]) {
        for prefix in terms.name_prefix.iter().filter(|prefix| !begins(shown, prefix)) {
            if model.base_models.0.is_empty() {
                let what = format!(
                    "if these weights were made from others under `{}`, their name must begin with \
                     `{prefix}`; write `base_models` if so",
                    terms.id
                );
                problems.warn(&path, what);
            } else {
                let what =
                    format!("the licence of its base asks for a name that begins with `{prefix}`");
                problems.note(&path, what);
            }
        }
    }
}

/// Whether a name begins as it must. Case and what stands between words do not count, since names
/// hold no spaces; nor does the owner before the last `/`.
fn begins(name: &str, prefix: &str) -> bool {
    let own = name.rsplit('/').next().unwrap_or(name);
    let bare = |text: &str| {
        let signs = text.chars().filter(char::is_ascii_alphanumeric);
        signs.map(|sign| sign.to_ascii_lowercase()).collect::<String>()
    };
    bare(own).starts_with(&bare(prefix))
}

/// Whether the licensee may be at home where it is.
fn home(file: &File, name: &str, model: &file::Model, terms: &Licence, problems: &mut Problems) {
    if terms.deny_licensee.is_empty() {
        return;
    }
    let path = format!("models.{name}.licence");
    let Some(home) = file.licensee.as_ref().map(|licensee| &licensee.country) else {
        let what = "its terms exclude some licensees; write `licensee: { country: CC }`, your \
            principal place of business";
        problems.warn(&path, what);
        return;
    };
    let Some(home) = home else { return };
    let denied = terms.deny_licensee.iter().filter(|it| it.country == home.0);
    let denied: BTreeSet<Exclusion> = denied.copied().collect();
    let said = model.modalities.as_ref();
    let uses =
        |modality: Modality| said.is_some_and(|all| all.iter().any(|(_, it)| *it == modality));
    if denied.iter().any(|it| it.modality.is_none_or(uses)) {
        let what = format!("its terms exclude licensees at home in {}", home.0);
        problems.note(&path, what);
    } else if said.is_none() && !denied.is_empty() {
        let what = format!(
            "its terms exclude licensees at home in {} from some modalities; write `modalities`, \
             for example `[text]`",
            home.0
        );
        problems.note(&path, what);
    }
}

/// Lists that answers are to be filtered by: which filter does is for the operator to say.
fn lists(name: &str, terms: &Licence, problems: &mut Problems) {
    for list in &terms.hash_lists {
        let what = format!(
            "its terms ask for answers to be filtered by {}, no older than {} days; see the filter \
             `hash_list`",
            list.url, list.max_age_days
        );
        problems.warn(&format!("models.{name}.licence"), what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_words_and_not_with_signs() {
        for name in ["Llama-3-lab", "llama3.1-lab", "lab/Llama_3:8b", "LLAMA-3"] {
            assert!(begins(name, "Llama 3") && begins(name, "Llama"), "{name}");
        }
        for name in ["lab-llama-3", "llama/lab", "lama-3", "llama-2-3", ""] {
            assert!(!begins(name, "Llama 3"), "{name}");
        }
    }
}
