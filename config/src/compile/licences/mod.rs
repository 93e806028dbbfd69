//! Licences: the terms that come with the program, and what the file says of them.

mod checks;
mod known;
mod lineage;
mod shipped;
mod table;

pub(super) use checks::check;
use known::Known;
pub(super) use lineage::Lineage;
use shipped::SHIPPED;
pub(crate) use table::table;

use super::outside::Outside;
use crate::Problems;
use crate::file::{File, LicenceAt, Terms, near};
use crate::load::written;
use crate::words::{Accept, Licence, LicenceId, LicenceText, Subject};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// Every licence of which terms are known, by its names.
#[derive(Debug, Default)]
pub(crate) struct Licences {
    known: BTreeMap<String, Known>,
    /// The ids, by every name in lower case.
    ids: HashMap<String, String>,
}

/// Reads what comes with the program, and then what the file says.
pub(crate) fn compile(file: &File, outside: &Outside<'_>, problems: &mut Problems) -> Licences {
    let mut licences = Licences::shipped(problems);
    for (name, at) in file.licences.iter() {
        let path = format!("licences.{name}");
        match &at.file {
            Some(terms) => {
                let path = format!("{path}.file");
                if let Some(text) = outside.text(&terms.0, &path, problems) {
                    licences.add(name, &text, &outside.path(&terms.0), (&path, problems));
                }
            }
            None if licences.find(name).is_none() => {
                let ids: Vec<&str> = licences.known.keys().map(String::as_str).collect();
                let hint = near(name, &ids);
                let what = format!("no terms of this licence are known{hint}; write its `file`");
                problems.note(&path, what);
            }
            None => {}
        }
        licences.text(name, at, outside, problems);
    }
    licences
}

impl Licences {
    /// What comes with the program.
    pub(crate) fn shipped(problems: &mut Problems) -> Self {
        let mut licences = Self::default();
        for (id, text) in SHIPPED {
            licences.add(id, text, Path::new(id), ("licences", problems));
        }
        licences
    }

    /// Every licence by its id, for the policy.
    pub(super) fn policy(&self) -> BTreeMap<LicenceId, Arc<Licence>> {
        let licences = self.known.values().map(|known| &known.licence);
        licences.map(|licence| (licence.id.clone(), Arc::new(licence.clone()))).collect()
    }

    /// A licence by any of its names, in any case.
    pub(super) fn find(&self, name: &str) -> Option<&Known> {
        self.known.get(self.ids.get(&name.to_ascii_lowercase())?)
    }

    /// Adds the licence whose file is `text`; what is wrong with it is noted at `path`.
    fn add(&mut self, id: &str, text: &str, at: &Path, (path, problems): (&str, &mut Problems)) {
        let mut tell = |wrong: &Problems| {
            wrong.to_string().lines().for_each(|line| problems.note(path, line));
        };
        match written::<Terms>(text, at) {
            Err(wrong) => tell(&wrong),
            Ok((terms, _, mut wrong)) => {
                let known = Known::of(&terms, id, &mut wrong);
                tell(&wrong);
                // What was read in part is not used: a term that is left out forbids nothing.
                if let Some(known) = known.filter(|_| wrong.is_empty()) {
                    self.ids.extend(known.names.iter().map(|name| (name.clone(), id.to_owned())));
                    self.known.insert(id.to_owned(), known);
                }
            }
        }
    }

    /// Takes the text that the file names for a licence, and makes of it what must be accepted.
    fn text(&mut self, name: &str, at: &LicenceAt, outside: &Outside<'_>, problems: &mut Problems) {
        let path = format!("licences.{name}");
        let Some(id) = self.ids.get(&name.to_ascii_lowercase()) else { return };
        let Some(known) = self.known.get_mut(id) else { return };
        known.asks = asked(known.asks, at.accept);
        let Some(file) = &at.text else { return };
        let path = format!("{path}.text");
        if known.licence.text.is_some() {
            problems
                .note(&path, "a text of this licence is named by another of its names; keep one");
            return;
        }
        let Some(text) = outside.licence(&file.0, &path, problems) else { return };
        let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        if let Some((read_in, seen)) = &known.read_in
            && *read_in != hash
            && !at.other_text
        {
            let digits = blake3::Hash::from_bytes(hash).to_hex();
            let what = format!(
                "its SHA-256 is {digits}: not the text that the terms were read in ({seen}); \
                 compare the two, then write `other_text: true`"
            );
            problems.note(&path, what);
        }
        let licence = &mut known.licence;
        licence.text_sha256 = Some(hash);
        licence.text = Some(LicenceText::new(&text));
        if let Some((subject, again_on_change)) = known.asks {
            let licence_id = licence.id.clone();
            let accept =
                Accept { licence: licence_id, subject, text_sha256: hash, again_on_change };
            licence.accept.insert(accept);
        }
    }
}

/// Who must accept: what the file says wins.
fn asked(terms: Option<(Subject, bool)>, file: Option<Subject>) -> Option<(Subject, bool)> {
    match file {
        Some(subject) => Some((subject, terms.is_none_or(|(_, again)| again))),
        None => terms,
    }
}
