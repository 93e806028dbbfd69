//! `sluice filter replay`: where two profiles differ on what was recorded.

use super::super::arguments::operation;
use super::super::out::{self, Done, Failure, Output};
use super::super::settings::Settings;
use super::differences::{Differences, Played};
use super::texts::{self, Text};
use super::{chain, place, recorded};
use clap::Args;
use sluice_config::Config;
use sluice_config::words::{Operation, Strategy};
use sluice_stream::filter::{Chain, Place};
use sluice_stream::{Plan, Usage};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Differences that may be printed.
const DIFFERENCES_MAX: i64 = 10_000;
/// Choices that a recorded answer may have.
const CHOICES_MAX: u32 = 128;
/// Tokens a recorded answer may say it cost.
const TOKENS_MAX: u64 = u64::MAX >> 1;

/// Run two profiles over what was recorded and say where they differ.
#[derive(Args, Debug)]
pub(in crate::cli) struct Replay {
    /// A filter profile of the configuration, such as the one in force
    #[arg(value_name = "PROFILE_A")]
    first: String,
    /// Another, such as the one that is to take its place
    #[arg(value_name = "PROFILE_B")]
    second: String,
    /// A file that ends in `.sse`, `.ndjson` or `.body` is a streamed answer of a backend, as it came.
    /// Others are texts, as for `sluice filter test`
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the texts are: `prompt`, `answer`, `reasoning` or `tool_calls`
    #[arg(long = "in", default_value = "answer", value_name = "PLACE", value_parser = place)]
    place: Place,
    /// What the streams answer, if their first events do not tell
    #[arg(long, value_parser = operation)]
    operation: Option<Operation>,
    /// How many differences are printed, at most
    #[arg(long, value_name = "NUMBER", default_value = "100",
        value_parser = clap::value_parser!(u16).range(0..=DIFFERENCES_MAX))]
    differences: u16,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Replay {
    pub(super) fn run(self) -> Done {
        let config = self.settings.load()?;
        let chains = [chain(&config, &self.first)?, chain(&config, &self.second)?];
        let names = [self.first.clone(), self.second.clone()];
        let mut found = Differences::new(names, self.differences.into());
        for file in &self.files {
            if recorded::is_recorded(file) {
                self.stream(&config, &chains, file, &mut found)?;
                continue;
            }
            for text in texts::read(file)? {
                let Text { at, words, labels } = text;
                let play = |chain: &Arc<Chain>| Played::text(chain.try_on(&words, self.place));
                let played = chains.each_ref().map(play);
                found.note(&at, labels.as_deref(), &played);
            }
        }
        self.output.print(&found, || out::text(&found.told()))
    }

    fn stream(
        &self,
        config: &Config,
        chains: &[Arc<Chain>; 2],
        file: &Path,
        found: &mut Differences,
    ) -> Done {
        let stream = texts::all(file)?;
        let operation = self.operation.map_or_else(|| recorded::operation(file, &stream), Ok)?;
        let play = |chain: &Arc<Chain>| {
            let plan = plan(config, operation, chain);
            let played = sluice_stream::replay(&plan, stream.as_bytes());
            played.map(Played::stream).map_err(|fault| {
                let what = format!("{} is not a whole stream of `{operation}`", file.display());
                Failure::of(&what, fault)
            })
        };
        let [first, second] = chains;
        found.note(&file.display().to_string(), None, &[play(first)?, play(second)?]);
        Ok(())
    }
}

/// What a recorded answer is read with.
fn plan(config: &Config, operation: Operation, chain: &Arc<Chain>) -> Plan {
    let bounds = &config.node.bounds;
    Plan {
        operation,
        chain: Some(Arc::clone(chain)),
        id: "replay".into(),
        model: "replay".into(),
        created: 0,
        show_usage: false,
        usage_max: Usage { prompt: TOKENS_MAX, completion: TOKENS_MAX },
        choices_max: CHOICES_MAX,
        event_bytes_max: bounds.event_bytes_max,
        hold_bytes_max: bounds.hold_bytes_max,
        buffer_bytes_max: bounds.answer_bytes_max,
        strategy_min: Strategy::DetectOnly,
        rulings: None,
        moderation: None,
        seal: None,
    }
}
