//! `sluice filter`: what a profile does, before it does it to answers.

mod delays;
mod differences;
mod found;
mod recorded;
mod replay;
mod score;
mod test;
mod texts;

use super::arguments::listed;
use super::out::{Done, Failure};
use clap::Subcommand;
use sluice_config::{Config, Problems};
use sluice_stream::filter::{Chain, Place};
use std::sync::Arc;

/// Try filter profiles.
#[derive(Debug, Subcommand)]
pub(super) enum Filter {
    /// Run a profile over texts and say what it found, and how well
    Test(test::Test),
    /// Run two profiles over what was recorded and say where they differ
    Replay(replay::Replay),
}

impl Filter {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Test(test) => test.run(),
            Self::Replay(replay) => replay.run(),
        }
    }
}

/// Reads a place.
fn place(text: &str) -> Result<Place, String> {
    let place = Place::ALL.into_iter().find(|place| place.as_str() == text);
    place.ok_or_else(|| {
        format!("there are {}", listed(Place::ALL.iter().map(|place| place.as_str())))
    })
}

/// The profile of this name, compiled as the node compiles it.
fn chain(config: &Config, name: &str) -> Result<Arc<Chain>, Failure> {
    let mut problems: Problems = config.positions.problems();
    let Some(profile) = config.profiles.iter().find(|profile| profile.id.as_str() == name) else {
        let known = listed(config.profiles.iter().map(|profile| profile.id.as_str()));
        return Err(Failure::Other(format!(
            "the file has no filter profile `{name}`; it has {known}"
        )));
    };
    let chain = Chain::build(profile, &mut problems);
    let chain = problems.clear(chain)?;
    chain.ok_or_else(|| Failure::Other(format!("the filter profile `{name}` cannot be compiled")))
}
