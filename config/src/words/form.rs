//! The form somebody fills in to ask for access. Whoever wrote it, it is bounded.

use serde::{Deserialize, Serialize};

/// Fields of a form.
const FIELDS_MAX: usize = 64;
/// Options of one field: more than there are countries.
const OPTIONS_MAX: usize = 512;
/// Bytes of a label, an option or a button.
const LABEL_BYTES_MAX: usize = 1024;
/// Bytes of a longer text: terms are often pasted whole.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// A form. What was read is within the bounds; what was put together is once it went through
/// [`Form::bounded`].
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Written")]
pub struct Form {
    /// What stands above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// What stands below the heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What is agreed to by handing it in, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// What stands on the button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button: Option<String>,
    /// What is asked, in this order.
    pub fields: Vec<Field>,
    /// Whether nobody in the European Union may hand it in.
    pub eu_disallowed: bool,
}

/// One question of a form.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Field {
    /// What is asked. No two fields of a form have the same.
    pub label: String,
    /// What may be answered.
    #[serde(flatten)]
    pub kind: FieldKind,
}

/// What may be answered to a question.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldKind {
    /// A text.
    Text,
    /// That it is so.
    Checkbox,
    /// A day.
    DatePicker,
    /// A country of a list.
    Country,
    /// Nothing: where the address of the answer is.
    IpLocation,
    /// One of these.
    Select {
        /// What may be chosen.
        options: Vec<Choice>,
    },
}

/// What may be chosen.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Choice {
    /// What is shown.
    pub label: String,
    /// What is handed in.
    pub value: String,
}

/// Which bound a form breaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unbounded(&'static str);

impl std::fmt::Display for Unbounded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unbounded {}

impl Form {
    /// The form, if it is within the bounds.
    ///
    /// # Errors
    ///
    /// What is too much of it.
    pub fn bounded(self) -> Result<Self, Unbounded> {
        let Self { heading, description, prompt, button, fields, eu_disallowed: _ } = &self;
        let short = |text: &String| text.len() <= LABEL_BYTES_MAX;
        let long = |text: &String| text.len() <= TEXT_BYTES_MAX;
        if ![heading, button].into_iter().flatten().all(short)
            || ![description, prompt].into_iter().flatten().all(long)
        {
            return Err(Unbounded("a text of the form is too long"));
        }
        if fields.len() > FIELDS_MAX {
            return Err(Unbounded("the form has too many fields"));
        }
        let mut labels: Vec<&str> = Vec::new();
        for Field { label, kind } in fields {
            if label.is_empty() || !short(label) {
                return Err(Unbounded("a label of the form is empty or too long"));
            }
            if labels.contains(&label.as_str()) {
                return Err(Unbounded("two fields of the form have one label"));
            }
            labels.push(label);
            let FieldKind::Select { options } = kind else { continue };
            if options.is_empty() || options.len() > OPTIONS_MAX {
                return Err(Unbounded("a field of the form has no options, or too many"));
            }
            if !options.iter().all(|it| short(&it.label) && short(&it.value)) {
                return Err(Unbounded("an option of the form is too long"));
            }
        }
        Ok(self)
    }
}

/// A form as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    heading: Option<String>,
    description: Option<String>,
    prompt: Option<String>,
    button: Option<String>,
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    eu_disallowed: bool,
}

impl TryFrom<Written> for Form {
    type Error = Unbounded;

    fn try_from(written: Written) -> Result<Self, Unbounded> {
        let Written { heading, description, prompt, button, fields, eu_disallowed } = written;
        Self { heading, description, prompt, button, fields, eu_disallowed }.bounded()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json, to_value};

    #[test]
    fn a_form_is_read_as_it_is_written() {
        let written = json!({
            "heading": "Ask for Early 1",
            "fields": [
                { "label": "Affiliation", "kind": "text" },
                { "label": "Job title", "kind": "select", "options": [
                    { "label": "Student", "value": "student" },
                ] },
                { "label": "I agree", "kind": "checkbox" },
            ],
            "eu_disallowed": true,
        });
        let form: Form = from_value(written.clone()).expect("a form");
        assert_eq!(to_value(&form).expect("JSON"), written);
        assert!(from_value::<Form>(json!({ "fields": [], "more": 1 })).is_err());
    }

    #[test]
    fn a_form_is_bounded() {
        let field = |label: &str| json!({ "label": label, "kind": "text" });
        let many: Vec<_> = (0..=FIELDS_MAX).map(|nth| field(&nth.to_string())).collect();
        let options = vec![json!({ "label": "a", "value": "a" }); OPTIONS_MAX + 1];
        let select = |options| json!([{ "label": "a", "kind": "select", "options": options }]);
        for refused in [
            json!({ "heading": "h".repeat(LABEL_BYTES_MAX + 1) }),
            json!({ "prompt": "p".repeat(TEXT_BYTES_MAX + 1) }),
            json!({ "fields": many }),
            json!({ "fields": [field("a"), field("a")] }),
            json!({ "fields": [field("")] }),
            json!({ "fields": select(json!(options)) }),
            json!({ "fields": select(json!([])) }),
            json!({ "fields": [{ "label": "a", "kind": "file" }] }),
        ] {
            assert!(from_value::<Form>(refused.clone()).is_err(), "{refused}");
        }
    }
}
