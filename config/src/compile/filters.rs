//! Filter profiles. Settings stay unread, but for the lists they name.

use super::outside::Outside;
use crate::Problems;
use crate::file::{File, Filter, NONE, Profile};
use crate::spec::{FilterSpec, ProfileSpec};
use crate::words::ProfileId;
use serde_json::{Map, Value};
use std::path::Path;

/// Compiles every profile.
pub(crate) fn compile(
    file: &File,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Vec<ProfileSpec> {
    let mut profiles = Vec::new();
    for (name, profile) in file.filters.iter() {
        let Profile { stream, filters, within } = profile;
        let stands = format!("filters.{name}{within}");
        if name == NONE {
            problems.note(&stands, "`none` is what a tier writes for no profile; choose another");
        }
        if filters.0.is_empty() {
            let what = "a profile without a filter filters nothing; leave `filter` out of the tier";
            problems.note(&stands, what);
        }
        let one = |(index, filter): (usize, &Filter)| {
            let path = format!("{stands}[{index}]");
            let mut settings = expanded(&filter.settings, &path, outside, problems);
            for (key, value) in &mut settings {
                nested(value, &format!("{path}.{key}"), outside, problems);
            }
            let settings = Value::Object(settings);
            FilterSpec { kind: filter.kind.clone(), settings, path }
        };
        let filters = filters.iter().map(one).collect();
        profiles.push(ProfileSpec { id: ProfileId::new(name), stream: *stream, filters });
    }
    profiles
}

/// Does the same for sections in a list, such as `lists: [{ literals_file: words.txt }]`.
fn nested(value: &mut Value, path: &str, outside: &Outside<'_>, problems: &mut Problems) {
    let Value::Array(items) = value else { return };
    for (index, item) in items.iter_mut().enumerate() {
        if let Value::Object(section) = item {
            *section = expanded(section, &format!("{path}[{index}]"), outside, problems);
        }
    }
}

/// Settings in which each `x_file: path` has become entries of the list `x`.
fn expanded(
    written: &Map<String, Value>,
    path: &str,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Map<String, Value> {
    let (lists, mut settings): (Map<_, _>, Map<_, _>) = written
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .partition(|(key, _)| key.len() > "_file".len() && key.ends_with("_file"));
    for (key, file) in lists {
        let path = format!("{path}.{key}");
        let Some(file) = file.as_str().filter(|file| !file.is_empty()) else {
            problems.note(&path, "expected the path of a file with one entry a line");
            continue;
        };
        let Some(entries) = outside.list(Path::new(file), &path, problems) else { continue };
        if entries.is_empty() {
            problems.note(&path, format!("{} has no entry", outside.path(file).display()));
        }
        let key = key.strip_suffix("_file").unwrap_or(&key);
        match settings.entry(key).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(list) => list.extend(entries.into_iter().map(Value::String)),
            _ => problems.note(&path, format!("`{key}` must be a list to be added to")),
        }
    }
    settings
}
