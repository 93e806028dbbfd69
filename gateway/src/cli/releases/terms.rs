//! Who is let in at a stage, and when a revision ends.

use super::super::act::Why;
use super::super::out::{self, Done, Failure, Output};
use super::super::settings::Settings;
use super::super::when::When;
use super::super::{arguments, kept};
use clap::Args;
use sluice_store::acts;

/// Let in a part of principals, or so many.
#[derive(Args, Debug)]
pub(in crate::cli) struct Narrow {
    /// The model, or the revision as MODEL@REVISION
    #[arg(value_name = "MODEL")]
    model: String,
    /// The part of those whose tier sees the stage that is let in, from 0 to 100
    #[arg(long, value_name = "N", default_value_t = 100)]
    percent: u8,
    /// How many principals are let in at most; no bound unless given
    #[arg(long, value_name = "N")]
    places: Option<u32>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Narrow {
    pub(super) fn run(self) -> Done {
        let Self { model, percent, places, why, output, settings } = self;
        let (name, act) = (model.clone(), why.act("narrow"));
        let release = settings.with_store(|config, store| async move {
            let model = arguments::named_model(&config.policy, &model)?;
            let narrowed = acts::narrow(&*store.records, model, (percent, places), &act).await;
            narrowed.map_err(kept::undone)
        })?;
        let most =
            places.map_or("no bound of principals".into(), |most| format!("{most} principals"));
        let stage = release.stage;
        out::note(format!(
            "{name} lets in {percent} % and {most} at {stage}; running nodes know within a second"
        ));
        output.print(&release, || Ok(()))
    }
}

/// Announce the end of a revision.
#[derive(Args, Debug)]
pub(in crate::cli) struct Deprecate {
    /// The model, or the revision as MODEL@REVISION
    #[arg(value_name = "MODEL")]
    model: String,
    /// Since when it is not to be begun with; now unless given
    #[arg(long, value_name = "WHEN")]
    since: Option<When>,
    /// When it will end
    #[arg(long, value_name = "WHEN")]
    sunset: Option<When>,
    /// What to use instead
    #[arg(long, value_name = "MODEL")]
    successor: Option<String>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Deprecate {
    pub(super) fn run(self) -> Done {
        let Self { model, since, sunset, successor, why, output, settings } = self;
        let (name, act) = (model.clone(), why.act("deprecate"));
        let since = since.map_or(act.at, |when| when.ahead(act.at));
        let sunset = sunset.map(|when| when.ahead(act.at));
        if sunset.is_some_and(|sunset| sunset < since) {
            return Err(Failure::Other("it would end before it is deprecated".into()));
        }
        let release = settings.with_store(|config, store| async move {
            let model = arguments::named_model(&config.policy, &model)?;
            let successor = successor.as_deref();
            let successor = successor.map(|name| arguments::named_model(&config.policy, name));
            let successor = successor.transpose()?.map(|model| model.id.clone());
            let when = (Some(since), sunset);
            let told = acts::retire_on(&*store.records, model, when, successor, &act).await;
            told.map_err(kept::undone)
        })?;
        out::note(format!("{name} is deprecated; running nodes say so within a second"));
        output.print(&release, || Ok(()))
    }
}
