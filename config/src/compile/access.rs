//! What callers may do about their access themselves, and the forms they fill in.

use crate::Problems;
use crate::access::{AccessForm, SelfService};
use crate::file::{AccessField, AccessFieldKind, File, List};
use crate::words::{Choice, Field, FieldKind, ModelId};

/// Compiles the section, and the forms of models.
pub(crate) fn compile(file: &File, problems: &mut Problems) -> SelfService {
    let written = &file.access;
    let models = file.models.iter().flat_map(crate::file::Named::iter);
    let forms = models.filter_map(|(name, model)| {
        let path = format!("models.{name}.access_form");
        let form = form(&model.access_form, &path, problems)?;
        if !model.access_requests {
            problems.note(&path, "nobody asks for this model; write `access_requests: true`");
        }
        Some((ModelId::new(name), form))
    });
    SelfService {
        forms: forms.collect(),
        request_url: written.request_url.as_ref().map(|url| url.0.clone()),
        appeal_url: written.appeal_url.as_ref().map(|url| url.0.clone()),
        licence_url: written.licence_url.as_ref().map(|url| url.0.clone()),
        organisation_acceptance: written.organisation_acceptance,
    }
}

fn form(written: &List<AccessField>, path: &str, problems: &mut Problems) -> Option<AccessForm> {
    if written.0.is_empty() {
        return None;
    }
    let mut read = AccessForm::default();
    for (index, field) in written.iter() {
        let (Some(label), Some(kind)) = (&field.label, field.kind) else { continue };
        let at = format!("{path}[{index}].options");
        match kind {
            AccessFieldKind::Select if field.options.0.is_empty() => {
                problems.note(&at, "there must be at least one");
            }
            AccessFieldKind::Select => {}
            _ if !field.options.0.is_empty() => {
                problems.note(&at, "only a field of the kind `select` has options");
            }
            _ => {}
        }
        if !field.required {
            read.optional.insert(label.0.clone());
        }
        read.form.fields.push(Field { label: label.0.clone(), kind: meant(kind, field) });
    }
    match read.form.bounded() {
        Ok(form) => Some(AccessForm { form, ..read }),
        Err(unbounded) => {
            problems.note(path, unbounded.to_string());
            None
        }
    }
}

fn meant(kind: AccessFieldKind, field: &AccessField) -> FieldKind {
    match kind {
        AccessFieldKind::Text => FieldKind::Text,
        AccessFieldKind::Checkbox => FieldKind::Checkbox,
        AccessFieldKind::DatePicker => FieldKind::DatePicker,
        AccessFieldKind::Country => FieldKind::Country,
        AccessFieldKind::Select => {
            let choice = |(_, it): (usize, &crate::file::Line)| Choice {
                label: it.0.clone(),
                value: it.0.clone(),
            };
            FieldKind::Select { options: field.options.iter().map(choice).collect() }
        }
    }
}
