//! How far a call got: what metrics, usage and the log say of it, whatever becomes of it.

use sluice_config::words::{Entitlement, Operation, Principal, ReleaseStage};
use std::sync::Arc;

/// What is known of a call so far. Holds nothing that was said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    pub(crate) operation: Option<Operation>,
    /// What is asked of the node itself, where it is no operation of a model.
    pub(crate) asks: Option<&'static str>,
    pub(crate) principal: Option<Arc<sluice_store::Known>>,
    pub(crate) entitlement: Option<Entitlement>,
}

impl Trail {
    /// The caller is proven.
    pub(crate) fn identified(&mut self, known: Arc<sluice_store::Known>) {
        self.principal = Some(known);
    }

    /// The policy has said yes.
    pub(crate) fn entitled(&mut self, entitlement: &Entitlement) {
        self.entitlement = Some(entitlement.clone());
    }

    fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref().map(|known| &known.principal)
    }

    /// The tier, or `unknown`.
    pub(crate) fn tier(&self) -> &str {
        self.principal().map_or("unknown", |principal| principal.tier.as_str())
    }

    /// Who calls, or nobody known.
    pub(crate) fn caller(&self) -> &str {
        self.principal().map_or("", |principal| principal.id.as_str())
    }

    /// The public part of the credential.
    pub(crate) fn credential(&self) -> &str {
        self.principal().map_or("", |principal| principal.credential.as_str())
    }

    /// The canonical name of the model, or `unknown`: never what a caller made up.
    pub(crate) fn model(&self) -> &str {
        self.entitlement.as_ref().map_or("unknown", |given| given.model.id.as_str())
    }

    /// The stage of the revision, or `unknown`.
    pub(crate) fn stage(&self) -> &'static str {
        self.entitlement.as_ref().map_or("unknown", |given| ReleaseStage::as_str(given.stage))
    }

    /// The operation, or `unknown`.
    pub(crate) fn operation(&self) -> &'static str {
        self.operation.map(Operation::as_str).or(self.asks).unwrap_or("unknown")
    }
}
