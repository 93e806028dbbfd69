//! Answers to a form, held to what it asks.

use crate::refuse::{Refusal, RefusalCode};
use serde_json::{Map, Value};
use sluice_config::access::AccessForm;
use sluice_config::words::{Country, Field, FieldKind};
use std::collections::BTreeMap;

/// Bytes of one answer.
const ANSWER_BYTES_MAX: usize = 2048;
/// Bytes of all of them, with their labels: what a record holds, with room for the rest of it.
const ANSWERS_BYTES_MAX: usize = 32 * 1024;
/// The answer to a checkbox.
const TICKED: &str = "true";

/// The answers by label, if each is what was asked and none is missing.
pub(super) fn answered(
    form: &AccessForm,
    given: &Map<String, Value>,
) -> Result<BTreeMap<String, String>, Refusal> {
    let fields = &form.form.fields;
    let known = |label: &&String| fields.iter().any(|field| field.label == **label);
    if given.keys().any(|label| !known(&label)) {
        return Err(wrong("the form of this model does not ask for one of your `fields`"));
    }
    let mut answers = BTreeMap::new();
    for field in fields {
        match given.get(&field.label).filter(|value| !value.is_null()) {
            Some(value) => {
                if let Some(answer) = answer(field, value)? {
                    answers.insert(field.label.clone(), answer);
                }
            }
            None if is_asked(form, field) => return Err(must(field, "is missing")),
            None => {}
        }
        if is_asked(form, field) && !answers.contains_key(&field.label) {
            return Err(must(field, "has to be agreed to"));
        }
    }
    let bytes = answers.iter().map(|(label, answer)| label.len().saturating_add(answer.len()));
    if bytes.sum::<usize>() > ANSWERS_BYTES_MAX {
        return Err(wrong("the answers are longer than is kept; write less"));
    }
    Ok(answers)
}

fn is_asked(form: &AccessForm, field: &Field) -> bool {
    field.kind != FieldKind::IpLocation && !form.optional.contains(&field.label)
}

/// One answer; nothing, of a box that is not ticked.
fn answer(field: &Field, value: &Value) -> Result<Option<String>, Refusal> {
    if field.kind == FieldKind::Checkbox {
        let ticked = value.as_bool().ok_or_else(|| must(field, "is true or false"))?;
        return Ok(ticked.then(|| TICKED.into()));
    }
    let text = value.as_str().ok_or_else(|| must(field, "is a text"))?;
    let odd = |sign: char| sign.is_control() && sign != '\n';
    if text.trim().is_empty() || text.len() > ANSWER_BYTES_MAX || text.contains(odd) {
        return Err(must(field, "is 1 to 2048 bytes of text"));
    }
    let (fits, rule) = match &field.kind {
        FieldKind::Text | FieldKind::Checkbox => (true, ""),
        FieldKind::DatePicker => (is_day(text), "is a day, as 2026-11-24"),
        FieldKind::Country => (Country::parse(text).is_some(), "is the two letters of a country"),
        FieldKind::IpLocation => (false, "is not for you to answer"),
        FieldKind::Select { options } => {
            (options.iter().any(|it| it.value == text), "is one of its options")
        }
    };
    if fits { Ok(Some(text.into())) } else { Err(must(field, rule)) }
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

fn must(field: &Field, what: &str) -> Refusal {
    wrong(&format!("the answer to `{}` {what}", field.label))
}

fn wrong(message: &str) -> Refusal {
    Refusal::new(RefusalCode::InvalidParameter, message.to_owned()).param("fields")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use sluice_config::words::{Choice, Form};

    fn form() -> AccessForm {
        let field = |label: &str, kind| Field { label: label.into(), kind };
        let choice = |value: &str| Choice { label: value.into(), value: value.into() };
        let fields = vec![
            field("why", FieldKind::Text),
            field("agreed", FieldKind::Checkbox),
            field("since", FieldKind::DatePicker),
            field("where", FieldKind::Country),
            field("job", FieldKind::Select { options: vec![choice("student"), choice("other")] }),
            field("news", FieldKind::Checkbox),
        ];
        let form = Form { fields, ..Form::default() };
        AccessForm { form, optional: ["news".to_owned()].into() }
    }

    #[test]
    fn answers_are_what_was_asked() {
        let good = json!({
            "why": "to find\nfaults", "agreed": true, "since": "2026-02-28", "where": "DE",
            "job": "student", "news": false,
        });
        let good = good.as_object().unwrap();
        let read = answered(&form(), good).unwrap();
        assert_eq!(read.len(), 5, "a box that is not ticked is no answer: {read:?}");
        for (label, bad) in [
            ("why", json!("")),
            ("why", json!("w".repeat(ANSWER_BYTES_MAX + 1))),
            ("why", json!("\u{7}")),
            ("why", json!(1)),
            ("why", Value::Null),
            ("agreed", json!(false)),
            ("agreed", json!("true")),
            ("since", json!("2026-02-30")),
            ("since", json!("yesterday")),
            ("where", json!("Germany")),
            ("job", json!("king")),
            ("unasked", json!("x")),
        ] {
            let mut given = good.clone();
            given.insert(label.into(), bad.clone());
            let refusal = answered(&form(), &given).expect_err(label);
            assert_eq!(refusal.code(), RefusalCode::InvalidParameter, "{label} {bad}");
        }
        for label in ["why", "agreed", "since", "where", "job"] {
            let mut given = good.clone();
            given.remove(label);
            assert!(answered(&form(), &given).is_err(), "{label} is missing");
        }
        assert!(answered(&AccessForm::default(), &Map::new()).is_ok(), "nothing is asked");
    }
}
