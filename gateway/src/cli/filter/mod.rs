//! `sluice filter test`: what a profile does to texts one knows, before it does it to answers.

mod score;
mod texts;

use super::arguments::listed;
use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use clap::{Args, Subcommand};
use score::Score;
use sluice_config::{Config, Problems};
use sluice_stream::filter::{Chain, Place, Tried};
use std::path::PathBuf;
use std::sync::Arc;
use texts::Text;

/// Characters of a text that are shown beside what was found in it.
const SHOWN_MAX: usize = 100;

/// Try filter profiles.
#[derive(Debug, Subcommand)]
pub(super) enum Filter {
    /// Run a profile over texts and say what it found, and how well
    Test(Test),
}

impl Filter {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Test(test) => test.run(),
        }
    }
}

/// Run a profile over texts.
#[derive(Args, Debug)]
pub(super) struct Test {
    /// A filter profile of the configuration
    profile: String,
    /// Texts, one a line. In a file that ends in `.jsonl` a line is an object: `text`, and `labels`,
    /// the categories that are to be found in it (`[]` for none)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the texts are: `prompt`, `answer`, `reasoning` or `tool_calls`
    #[arg(long = "in", default_value = "answer", value_name = "PLACE", value_parser = place)]
    place: Place,
    /// Say no if a category is found in less than this share of the texts that are labelled with it
    #[arg(long, value_name = "SHARE", value_parser = share)]
    recall_min: Option<f64>,
    /// Say no if more than this share of the texts that are labelled with nothing is touched
    #[arg(long, value_name = "SHARE", value_parser = share)]
    over_blocking_max: Option<f64>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Test {
    fn run(self) -> Done {
        let chain = chain(&self.settings.load()?, &self.profile)?;
        let (mut score, mut lines) = (Score::default(), String::new());
        for file in &self.files {
            for text in texts::read(file)? {
                let tried = chain.try_on(&text.words, self.place);
                score.note(text.labels.as_deref(), &tried);
                lines.push_str(&told(&text, &tried));
            }
        }
        let shown = || out::text(&format!("{lines}{}", score.table()));
        self.output.print(&score, shown)?;
        let recall = self.recall_min.is_none_or(|least| score.recalls(least));
        let spared = self.over_blocking_max.is_none_or(|most| score.spares(most));
        if recall && spared { Ok(()) } else { Err(Failure::No) }
    }
}

/// Reads a place.
fn place(text: &str) -> Result<Place, String> {
    let place = Place::ALL.into_iter().find(|place| place.as_str() == text);
    place.ok_or_else(|| {
        format!("there are {}", listed(Place::ALL.iter().map(|place| place.as_str())))
    })
}

/// Reads a share: from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a share from 0 to 1, such as 0.95".into())
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

/// A line about a text in which something was found or missed; nothing about any other.
fn told(text: &Text, tried: &Tried) -> String {
    let labels = text.labels.iter().flatten();
    let missed = labels.filter(|label| !tried.verdicts.iter().any(|v| *v.category == ***label));
    let missed: Vec<_> = missed.map(|label| format!("missed {label}")).collect();
    let found = tried.verdicts.iter().map(|verdict| {
        let labels = text.labels.as_ref();
        let odd = labels.is_some_and(|labels| !labels.iter().any(|it| *verdict.category == **it));
        let (action, category) = (verdict.action.as_str(), &verdict.category);
        let shadow = if verdict.shadow { "shadow " } else { "" };
        format!("{shadow}{action} {category}{}", if odd { " (not labelled)" } else { "" })
    });
    let said: Vec<_> = found.chain(missed).collect();
    if said.is_empty() {
        return String::new();
    }
    let mut shown: String = tried.shown.chars().take(SHOWN_MAX).collect();
    if shown.len() < tried.shown.len() {
        shown.push('…');
    }
    let end = if tried.stopped { " ■" } else { "" };
    format!("{}: {}\n    {shown}{end}\n", text.at, said.join(", "))
}
