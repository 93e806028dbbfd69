//! What the card of a repo says of its gate, as a form of ours.

use super::error::HubError;
use super::ordered::Ordered;
use serde::Deserialize;
use serde_json::Value;
use sluice_config::words::{Choice, Field, FieldKind, Form};

/// What a repo says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RepoCard {
    /// Whether one must ask.
    pub gated: Gated,
    /// Its licence, as the card names it.
    pub licence: Option<String>,
    /// What is asked of who wants in; empty if the card asks for nothing.
    pub form: Form,
}

/// Whether one must ask for access to a repo.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Gated {
    /// No.
    Open,
    /// Yes, and whoever asks is let in.
    Auto,
    /// Yes, and somebody decides.
    Manual,
}

/// A repo as it is written. What we do not know of it does not matter.
#[derive(Deserialize)]
struct Written {
    gated: WrittenGate,
    #[serde(rename = "cardData")]
    card: Option<Card>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenGate {
    Is(bool),
    How(How),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    Auto,
    Manual,
}

#[derive(Deserialize)]
struct Card {
    license: Option<Value>,
    license_name: Option<String>,
    #[serde(rename = "extra_gated_heading")]
    heading: Option<String>,
    #[serde(rename = "extra_gated_description")]
    description: Option<String>,
    #[serde(rename = "extra_gated_prompt")]
    prompt: Option<String>,
    #[serde(rename = "extra_gated_button_content")]
    button: Option<String>,
    #[serde(rename = "extra_gated_fields")]
    fields: Option<Ordered<WrittenField>>,
    #[serde(rename = "extra_gated_eu_disallowed", default)]
    eu_disallowed: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenField {
    Word(Word),
    Section(Section),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Text,
    Checkbox,
    DatePicker,
    Country,
    IpLocation,
    Select,
}

#[derive(Deserialize)]
struct Section {
    r#type: Word,
    #[serde(default)]
    options: Vec<WrittenOption>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenOption {
    Word(String),
    Pair { label: String, value: String },
}

impl RepoCard {
    /// Reads what the Hub says of a repo.
    pub(super) fn read(body: &[u8]) -> Result<Self, HubError> {
        let unreadable = HubError::Unreadable("a repo and its form");
        let Written { gated, card } = serde_json::from_slice(body).map_err(|_| unreadable)?;
        let gated = match gated {
            WrittenGate::Is(false) => Gated::Open,
            WrittenGate::How(How::Auto) => Gated::Auto,
            WrittenGate::How(How::Manual) => Gated::Manual,
            WrittenGate::Is(true) => return Err(unreadable),
        };
        let (licence, form) = card.map(Card::form).unwrap_or_default();
        Ok(Self { gated, licence, form: form.bounded().map_err(|_| unreadable)? })
    }
}

impl Card {
    fn form(self) -> (Option<String>, Form) {
        let fields = self.fields.map(|it| it.0).unwrap_or_default().into_iter();
        let form = Form {
            heading: self.heading,
            description: self.description,
            prompt: self.prompt,
            button: self.button,
            fields: fields.map(|(label, field)| Field { label, kind: kind(field) }).collect(),
            eu_disallowed: self.eu_disallowed,
        };
        // `other` has its name beside it.
        let named = match self.license {
            Some(Value::String(id)) if id != "other" => Some(id),
            _ => None,
        };
        (named.or(self.license_name), form)
    }
}

fn kind(field: WrittenField) -> FieldKind {
    let (word, options) = match field {
        WrittenField::Word(word) => (word, Vec::new()),
        WrittenField::Section(section) => (section.r#type, section.options),
    };
    match word {
        Word::Text => FieldKind::Text,
        Word::Checkbox => FieldKind::Checkbox,
        Word::DatePicker => FieldKind::DatePicker,
        Word::Country => FieldKind::Country,
        Word::IpLocation => FieldKind::IpLocation,
        Word::Select => FieldKind::Select { options: options.into_iter().map(choice).collect() },
    }
}

fn choice(option: WrittenOption) -> Choice {
    match option {
        WrittenOption::Word(word) => Choice { label: word.clone(), value: word },
        WrittenOption::Pair { label, value } => Choice { label, value },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form that Meta's models have, as the Hub hands cards out.
    const LLAMA: &str = r#"{
        "id": "meta-llama/Llama-3.3-70B-Instruct", "sha": "6f6073b", "gated": "manual",
        "cardData": {
            "license": "llama3.3", "language": ["en"],
            "extra_gated_prompt": "LLAMA 3.3 COMMUNITY LICENSE AGREEMENT",
            "extra_gated_fields": {
                "First Name": "text", "Last Name": "text", "Date of birth": "date_picker",
                "Country": "country", "Affiliation": "text",
                "Job title": { "type": "select", "options": [
                    "Student", { "label": "AI researcher", "value": "ai" }
                ] },
                "geo": "ip_location", "By clicking Submit below I accept": "checkbox"
            },
            "extra_gated_description": "The information you provide will be collected.",
            "extra_gated_button_content": "Submit", "extra_gated_heading": "Read this",
            "extra_gated_eu_disallowed": true
        }
    }"#;

    #[test]
    fn a_card_becomes_a_form_in_its_order() {
        let card = RepoCard::read(LLAMA.as_bytes()).expect("a card");
        assert_eq!((card.gated, card.licence.as_deref()), (Gated::Manual, Some("llama3.3")));
        let form = card.form;
        assert_eq!(form.heading.as_deref(), Some("Read this"));
        assert_eq!(form.button.as_deref(), Some("Submit"));
        assert!(form.eu_disallowed && form.prompt.is_some() && form.description.is_some());
        let fields: Vec<_> = form.fields.iter().map(|it| (it.label.as_str(), &it.kind)).collect();
        let options = [("Student", "Student"), ("AI researcher", "ai")]
            .map(|(label, value)| Choice { label: label.into(), value: value.into() });
        assert_eq!(
            fields,
            [
                ("First Name", &FieldKind::Text),
                ("Last Name", &FieldKind::Text),
                ("Date of birth", &FieldKind::DatePicker),
                ("Country", &FieldKind::Country),
                ("Affiliation", &FieldKind::Text),
                ("Job title", &FieldKind::Select { options: options.into() }),
                ("geo", &FieldKind::IpLocation),
                ("By clicking Submit below I accept", &FieldKind::Checkbox),
            ]
        );
    }

    #[test]
    fn a_card_may_say_little_and_not_too_much() {
        let read = |text: &str| RepoCard::read(text.as_bytes()).ok();
        let open = read(r#"{ "gated": false }"#).expect("a card");
        assert_eq!((open.gated, open.form), (Gated::Open, Form::default()));
        let named =
            r#"{ "gated": "auto", "cardData": { "license": "other", "license_name": "x" } }"#;
        assert_eq!(read(named).and_then(|card| card.licence).as_deref(), Some("x"));
        let card = |fields: &str| {
            read(&format!(
                r#"{{ "gated": "auto", "cardData": {{ "extra_gated_fields": {fields} }} }}"#
            ))
        };
        assert!(card(r#"{ "a": "text" }"#).is_some());
        for none in [
            r#"{ "a": "file" }"#,
            r#"{ "a": { "type": "select", "options": [] } }"#,
            r#"{ "a": "select" }"#,
            r#"{ "a": "text", "a": "checkbox" }"#,
            r#"["a"]"#,
        ] {
            assert_eq!(card(none), None, "{none}");
        }
        assert_eq!(read(r#"{ "gated": true }"#), None);
        assert_eq!(read("{}"), None);
    }
}
