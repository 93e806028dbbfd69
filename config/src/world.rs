//! What records say now, of everything but the caller: how far each revision is out, and who calls
//! are made for that need be looked at.

use crate::policy::Model;
use crate::words::{EndUserId, Grant, Release, ReleaseStage, Sanction, Standing, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;

/// What records say now. One value for a whole call, replaced whole.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Revisions that have moved, by `model@revision`.
    pub releases: HashMap<Arc<str>, Arc<Release>>,
    /// End users of whom there is something to say.
    pub end_users: HashMap<EndUserId, Arc<EndUser>>,
}

/// What there is to say of an end user.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndUser {
    /// What was done about how they behave.
    pub sanctions: Vec<Sanction>,
    /// What they have beyond the tier of whoever calls for them.
    pub grants: Vec<Grant>,
}

impl EndUser {
    /// How they stand at `now`.
    pub fn standing(&self, now: Timestamp) -> Standing {
        Standing::under(&self.sanctions, now)
    }
}

impl World {
    /// What records say of a model's revision, if it has moved.
    pub fn release(&self, model: &Model) -> Option<&Arc<Release>> {
        if self.releases.is_empty() {
            return None;
        }
        self.releases.get(&model.release)
    }

    /// How far a model's revision is out.
    pub fn stage(&self, model: &Model) -> ReleaseStage {
        self.release(model).map_or(model.stage, |release| release.stage)
    }

    /// What there is to say of an end user, if anything.
    pub fn end_user(&self, id: Option<&EndUserId>) -> Option<&Arc<EndUser>> {
        id.filter(|_| !self.end_users.is_empty()).and_then(|id| self.end_users.get(id))
    }
}
