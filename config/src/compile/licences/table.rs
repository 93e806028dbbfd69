//! The terms that come with the program, as a table for people.

use super::known::verified;
use super::shipped::SHIPPED;
use crate::file::{MauAt, Terms};
use crate::load::written;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "\
| `licence` | what it is | callers accept it | told with answers | names | bounds | read in its text |
|---|---|---|---|---|---|---|
";

/// One row a licence.
pub(crate) fn table() -> String {
    let mut text = HEAD.to_owned();
    for (id, file) in SHIPPED {
        // A test holds that each can be read.
        if let Ok((terms, ..)) = written::<Terms>(file, Path::new(id)) {
            let cells = [accepted(&terms), told(&terms), names(&terms), bounds(&terms)];
            let [accepted, told, names, bounds] = cells.map(|parts| or_none(&parts));
            // Writing to a string cannot fail.
            let _written = writeln!(
                text,
                "| {} | {} | {accepted} | {told} | {names} | {bounds} | {} |",
                called(id, &terms),
                title(&terms),
                read_in(&terms),
            );
        }
    }
    text
}

fn or_none(parts: &[String]) -> String {
    if parts.is_empty() { "\u{2013}".into() } else { parts.join("; ") }
}

fn called(id: &str, terms: &Terms) -> String {
    let aliases = terms.aliases.iter().map(|(_, alias)| format!(", `{}`", alias.0));
    format!("`{id}`{}", aliases.collect::<String>())
}

fn title(terms: &Terms) -> String {
    let title = terms.title.as_ref().map_or("", |title| &title.0);
    match &terms.url {
        Some(url) => format!("[{title}]({})", url.0),
        None => title.to_owned(),
    }
}

fn accepted(terms: &Terms) -> Vec<String> {
    let asked = terms.accept.as_ref().filter(|it| it.required == Some(true));
    asked.map(|_| "yes, by the hash of its text".to_owned()).into_iter().collect()
}

fn told(terms: &Terms) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(passdown) = &terms.passdown {
        let count = passdown.use_restrictions.0.len();
        if count > 0 {
            parts.push(format!("{count} excluded uses"));
        }
    }
    if let Some(names) = &terms.attribution {
        parts.extend(names.display.as_ref().map(|text| format!("\u{201c}{}\u{201d}", text.0)));
        parts.extend(names.notice.as_ref().map(|_| "its notice".into()));
    }
    if terms.outputs.as_ref().is_some_and(|it| it.no_train_other_llm == Some(true)) {
        parts.push("answers train no other language model".into());
    }
    parts
}

fn names(terms: &Terms) -> Vec<String> {
    let prefix = terms.attribution.as_ref().and_then(|names| names.name_prefix.as_ref());
    prefix
        .map(|text| format!("derived models: \u{201c}{}\u{2026}\u{201d}", text.0))
        .into_iter()
        .collect()
}

fn bounds(terms: &Terms) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(purpose) = &terms.purpose {
        parts.extend(purpose.non_commercial.then(|| "no commerce".into()));
        parts.extend(purpose.non_production.then(|| "no production".into()));
    }
    if let Some(mau) = terms.limits.as_ref().and_then(|limits| limits.mau.as_ref()) {
        let cap = mau.cap.map_or(0, |cap| cap.0 / 1_000_000);
        let at = if mau.at == Some(MauAt::ReleaseDate) { ", before its release" } else { "" };
        parts.push(format!("ask above {cap} million users a month{at}"));
    }
    if let Some(region) = &terms.region {
        let countries = region.deny.iter().flat_map(crate::file::List::iter);
        let countries: usize = countries.map(|(_, it)| it.0.len()).sum();
        let which = if region.modalities.0.is_empty() { "" } else { ", multimodal models only" };
        parts.push(format!("no licensee at home in {countries} countries{which}"));
    }
    parts
}

fn read_in(terms: &Terms) -> String {
    match &terms.seen {
        Some(seen) => seen.0.clone(),
        None if verified(terms) => "yes; it has many texts".into(),
        None => "**no**".into(),
    }
}
