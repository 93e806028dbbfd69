//! Which filter profile an answer passes, by the stage of the revision that gives it.

use super::{ProfileId, ReleaseStage};

/// The filter profiles of a tier, one for each stage or none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Profiles([Option<ProfileId>; ReleaseStage::ALL.len()]);

impl Profiles {
    /// What `of` says of each stage.
    pub fn new(of: impl Fn(ReleaseStage) -> Option<ProfileId>) -> Self {
        Self(ReleaseStage::ALL.map(of))
    }

    /// The profile at a stage.
    pub fn at(&self, stage: ReleaseStage) -> Option<&ProfileId> {
        self.0.get(stage.index())?.as_ref()
    }
}
