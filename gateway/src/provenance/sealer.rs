//! Makes the receipt of one answer.

use super::claims::{Choice, Claims};
use super::{Kept, Keys};
use sluice_config::policy::Model;
use sluice_config::words::{Clock, PrincipalId, Timestamp};
use sluice_stream::{Seal, Shown};
use std::sync::Arc;

/// What the receipt of one answer is made of, but for what is shown.
#[derive(Debug)]
pub(crate) struct Sealer {
    pub(crate) keys: Arc<Keys>,
    /// Where it can be asked for.
    pub(crate) kept: Arc<Kept>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) request_id: Arc<str>,
    pub(crate) principal: PrincipalId,
    /// The model, by the name the caller used.
    pub(crate) name: Box<str>,
    pub(crate) model: Arc<Model>,
}

impl Seal for Sealer {
    /// Signs and keeps it. An answer is not held up for a receipt that cannot be made.
    fn seal(&self, shown: &[Shown]) -> Option<String> {
        let claims = Claims {
            iss: self.keys.issuer.clone(),
            jti: (*self.request_id).to_owned(),
            iat: Timestamp::seconds(self.clock.now()),
            model: (*self.name).to_owned(),
            revision: self.model.revision.to_string(),
            licence: self.model.licence.to_string(),
            choices: shown.iter().map(Choice::of).collect(),
        };
        match self.keys.sign(&claims) {
            Ok(receipt) => {
                let (request_id, principal) =
                    (Arc::clone(&self.request_id), self.principal.clone());
                self.kept.keep(request_id, principal, &receipt, self.keys.keep);
                Some(receipt)
            }
            Err(error) => {
                tracing::error!(request_id = &*self.request_id, %error, "no receipt was signed");
                None
            }
        }
    }
}
