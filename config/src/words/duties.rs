//! What the licence of a model asks of whoever calls it.

use super::{Country, TextHash};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the licence of a model asks of whoever calls it; nothing, by default.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Duties {
    /// Whose agreement it wants, and to which text.
    pub acceptance: Option<(Accepts, TextHash)>,
    /// Not for money.
    pub non_commercial: bool,
    /// Not in what others rely on.
    pub non_production: bool,
    /// Countries whose licensees it is not for.
    pub denied_licensees: Box<[Country]>,
}

/// Who has to agree.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Accepts {
    /// Each principal.
    Principal,
    /// Its organisation, once for all.
    Organisation,
}
