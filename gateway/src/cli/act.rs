//! What the command line writes into the audit beside what it changes.

use super::{arguments, when};
use clap::Args;
use sluice_store::Act;

/// Who acts, as the audit has it where nobody says. Who sat at it is for the machine to know.
const BY: &str = "command line";

/// Why something is changed.
#[derive(Args, Debug)]
pub(super) struct Why {
    /// Why, for the audit
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = arguments::note)]
    reason: String,
    /// Who does it, for the audit
    #[arg(long, value_name = "NAME", default_value = BY, hide_default_value = true, value_parser = arguments::by_whom)]
    by: String,
}

impl Why {
    /// The act, now.
    pub(super) fn act(self, verb: &str) -> Act {
        Act { by: self.by, verb: verb.into(), reason: self.reason, at: when::now() }
    }
}

/// An act that needs no reason, now.
pub(super) fn act(verb: &str) -> Act {
    Act { by: BY.into(), verb: verb.into(), reason: String::new(), at: when::now() }
}
