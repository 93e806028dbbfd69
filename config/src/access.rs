//! What callers are told of how to come by what they do not have, and what they may do about it
//! themselves.

use crate::words::{Form, Link, ModelId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where callers are sent, and what they are asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SelfService {
    /// Where access is asked for; if nothing is named, at the paths of the gateway.
    pub request_url: Option<Link>,
    /// Where somebody can object to what was done about them.
    pub appeal_url: Option<Link>,
    /// Where licences are accepted; if nothing is named, at the paths of the gateway.
    pub licence_url: Option<Link>,
    /// Whether one caller may accept a licence for all of its organisation.
    pub organisation_acceptance: OrganisationAcceptance,
    /// What is asked of whoever asks for a model.
    pub forms: BTreeMap<ModelId, AccessForm>,
}

/// Whether one caller may accept a licence for all of its organisation.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationAcceptance {
    /// It may not: the operator writes down that an organisation agreed.
    #[default]
    Deny,
    /// It may, if it belongs to one.
    Allow,
}

/// The form of one model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessForm {
    /// What is asked.
    pub form: Form,
    /// The labels of what need not be answered.
    pub optional: BTreeSet<String>,
}
