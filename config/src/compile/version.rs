//! A short name of what a file means.

use crate::file::File;
use crate::policy::Model;
use crate::spec::{GuardSpec, ProfileSpec};
use crate::words::ModelId;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// Hex digits of a version: enough to tell any two files of an operator apart.
const DIGITS: usize = 16;

/// The version: equal for files that differ in comments, order of names or defaults spelt out;
/// different where a meaning is. Secrets count only as there or not.
pub(crate) fn of(
    file: &File,
    (profiles, guards): (&[ProfileSpec], &[GuardSpec]),
    models: &BTreeMap<ModelId, Arc<Model>>,
) -> String {
    let mut meaning = serde_json::to_value(file).unwrap_or_default();
    if let Value::Object(sections) = &mut meaning {
        let filters = profiles.iter().map(|profile| {
            let filters = profile.filters.iter();
            let filters: Value = filters.map(|it| json!([it.kind, it.settings])).collect();
            (profile.id.to_string(), json!([profile.stream, filters]))
        });
        sections.insert("filters".into(), Value::Object(filters.collect()));
        // The terms that hold, with the texts to be accepted, not only where those lie.
        let terms = models.iter().map(|(id, model)| {
            let terms = serde_json::to_value(&*model.terms).unwrap_or_default();
            (id.to_string(), terms)
        });
        sections.remove("licences");
        sections.insert("terms".into(), Value::Object(terms.collect()));
        for guard in guards {
            // Options with the texts they name, not only where those lie.
            let written = sections.get_mut("guards").and_then(|all| all.get_mut(guard.id.as_str()));
            if let Some(Value::Object(written)) = written {
                written.insert("options".into(), guard.options.clone());
            }
        }
    }
    let mut text = String::new();
    canonical(&meaning, &mut text);
    blake3::hash(text.as_bytes()).to_hex().chars().take(DIGITS).collect()
}

/// Writes `value` with sorted keys, and without those that stand for nothing.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().filter(|(_, value)| !value.is_null()).collect();
            fields.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (key, value) in fields {
                canonical(&Value::from(key.as_str()), text);
                text.push(':');
                canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        // Writing to a string cannot fail.
        plain => drop(write!(text, "{plain}")),
    }
}
