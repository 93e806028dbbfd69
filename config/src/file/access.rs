//! The section of the file that says what callers may do about their access themselves.

use super::leaf::Line;
use super::provenance::LinkAt;
use super::read::List;
use super::section::section;
use crate::access::OrganisationAcceptance;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

section! {
    /// What callers are told of how to come by what they do not have.
    Access {
        /// Where access is asked for, if not at `POST /v1/access/requests`.
        request_url: optional(LinkAt),
        /// Where somebody can object to what was done about them.
        appeal_url: optional(LinkAt),
        /// Where licences are accepted, if not at `POST /v1/access/licences/{id}`.
        licence_url: optional(LinkAt),
        /// Whether one caller may accept a licence for all of its organisation: `deny` or `allow`.
        organisation_acceptance: default(OrganisationAcceptance, OrganisationAcceptance::Deny),
    }
}

section! {
    /// One question to whoever asks for a model.
    AccessField {
        /// What is asked. No two fields of a form have the same.
        label: required(Line),
        /// What may be answered: `text`, `checkbox`, `date_picker`, `country` or `select`.
        kind: required(AccessFieldKind),
        /// What may be chosen, of `select`.
        options: default(List<Line>, Vec::new()),
        /// Whether there must be an answer. A checkbox that must be answered must be ticked.
        required: default(bool, true),
    }
}

/// What may be answered.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccessFieldKind {
    /// A text.
    Text,
    /// That it is so.
    Checkbox,
    /// A day, as `2026-11-24`.
    DatePicker,
    /// The two letters of a country.
    Country,
    /// One of `options`.
    Select,
}
