//! The rungs of a release, and how well a caller must be known on each.

use crate::Problems;
use crate::file;
use crate::policy::Levels;
use crate::words::ReleaseStage;

/// The rungs a model uses, from the most closed. Unless said, each but `preview`.
pub(super) fn compile(
    model: &file::Model,
    stage: ReleaseStage,
    path: &str,
    problems: &mut Problems,
) -> Vec<ReleaseStage> {
    let path = format!("{path}.ladder");
    let written: Vec<ReleaseStage> = model.ladder.iter().map(|(_, rung)| *rung).collect();
    if model.ladder.0.is_empty() {
        let uses = |rung: &ReleaseStage| *rung != ReleaseStage::Preview || *rung == stage;
        return ReleaseStage::ALL.into_iter().filter(uses).collect();
    }
    if !written.is_sorted_by(|one, next| one < next) {
        problems.note(&path, "write each rung once, from the most closed to the most open");
    }
    if !written.contains(&stage) {
        let what = format!("the model is at `{stage}`, which is no rung of it");
        problems.note(&path, what);
    }
    written
}

/// How well a caller must be known, at each stage: a more open one never asks for more, so what it
/// asks for is asked for before it as well.
pub(super) fn levels(model: &file::Model) -> Levels {
    let later = |stage| ReleaseStage::ALL.into_iter().filter(move |later| *later >= stage);
    let most = |stage| later(stage).map(|later| model.verification.at(later)).max();
    Levels::new(|stage| most(stage).unwrap_or_default())
}
