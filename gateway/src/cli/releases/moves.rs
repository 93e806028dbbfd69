//! Moves of a revision, each with its reason.

use super::super::act::Why;
use super::super::out::{self, Done, Failure, Output};
use super::super::settings::Settings;
use super::super::{arguments, kept};
use clap::Args;
use sluice_config::ladder::Move;
use sluice_config::words::ReleaseStage;
use sluice_store::acts;

/// Move a revision up.
#[derive(Args, Debug)]
pub(in crate::cli) struct Promote {
    #[command(flatten)]
    to: Target,
    /// The revision once more, MODEL@REVISION: open weights cannot be taken back
    #[arg(long, value_name = "MODEL@REVISION")]
    confirm: Option<String>,
}

/// Move a revision down.
#[derive(Args, Debug)]
pub(in crate::cli) struct Demote {
    #[command(flatten)]
    to: Target,
}

/// Where to.
#[derive(Args, Debug)]
struct Target {
    /// The model, or the revision as MODEL@REVISION
    #[arg(value_name = "MODEL")]
    model: String,
    /// The stage
    #[arg(value_name = "STAGE", value_parser = arguments::stage)]
    stage: ReleaseStage,
    #[command(flatten)]
    rest: Rest,
}

#[derive(Args, Debug)]
struct Rest {
    /// What shows that it may; may be given again
    #[arg(long, value_name = "TEXT", value_parser = arguments::note)]
    evidence: Vec<String>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

/// Have a revision serve, or not.
#[derive(Args, Debug)]
pub(in crate::cli) struct Turn {
    /// The model, or the revision as MODEL@REVISION
    #[arg(value_name = "MODEL")]
    model: String,
    #[command(flatten)]
    rest: Rest,
}

/// Which way a stage is to lie.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Up,
    Down,
    Any,
}

impl Promote {
    pub(super) fn run(self) -> Done {
        let Self { to: Target { model, stage, rest }, confirm } = self;
        rest.run(&model, Move::Stage(stage), (Way::Up, confirm))
    }
}

impl Demote {
    pub(super) fn run(self) -> Done {
        let Target { model, stage, rest } = self.to;
        rest.run(&model, Move::Stage(stage), (Way::Down, None))
    }
}

impl Turn {
    pub(super) fn run(self, wanted: Move) -> Done {
        self.rest.run(&self.model, wanted, (Way::Any, None))
    }
}

impl Rest {
    fn run(self, model: &str, wanted: Move, (way, confirm): (Way, Option<String>)) -> Done {
        let Self { evidence, why, output, settings } = self;
        let verb = match (way, wanted) {
            (Way::Up, _) => "promote".into(),
            (Way::Down, _) => "demote".into(),
            (Way::Any, Move::State(state)) => format!("set_{state}"),
            (Way::Any, _) => "resume".into(),
        };
        let act = why.act(&verb);
        let moved = settings.with_store(|config, store| async move {
            let model = arguments::named_model(&config.policy, model)?;
            let now = acts::standpoint(&*store.records, model).await.map_err(kept::unread)?;
            if let Move::Stage(to) = wanted {
                lies(way, now.release.stage, to)?;
                confirmed(&model.release, to, confirm.as_deref())?;
            }
            let moved = acts::transition(&*store.records, model, wanted, evidence, &act).await;
            moved.map_err(kept::undone)
        })?;
        let (release, to) = (&moved.release, moved.to);
        out::note(format!(
            "{release} is at {} and {}, by move {}; running nodes know within a second",
            to.stage, to.op_state, moved.number
        ));
        output.print(&moved, || Ok(()))
    }
}

fn lies(way: Way, at: ReleaseStage, to: ReleaseStage) -> Done {
    let other = match way {
        Way::Up if to < at => "demote",
        Way::Down if to > at => "promote",
        _ => return Ok(()),
    };
    Err(Failure::Other(format!("it is at {at}; `sluice releases {other}` leads to {to}")))
}

/// What cannot be taken back is typed twice.
fn confirmed(release: &str, to: ReleaseStage, confirm: Option<&str>) -> Done {
    if to != ReleaseStage::OpenWeights || confirm == Some(release) {
        return Ok(());
    }
    let what = format!("open weights cannot be taken back: add `--confirm {release}`");
    Err(Failure::Other(what))
}
