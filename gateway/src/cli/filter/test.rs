//! `sluice filter test`: what a profile does to texts one knows.

use super::super::out::{self, Done, Failure, Output};
use super::super::settings::Settings;
use super::delays::Delays;
use super::found::Found;
use super::score::Score;
use super::{chain, place, texts};
use clap::Args;
use serde::Serialize;
use sluice_stream::filter::Place;
use std::path::PathBuf;

/// Spans of one text that may be printed.
const SPANS_MAX: i64 = 1000;
/// Bytes that a token may have.
const TOKEN_BYTES_MAX: i64 = 64;

/// Run a profile over texts.
#[derive(Args, Debug)]
pub(in crate::cli) struct Test {
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
    /// How many of the spans that were matched in a text are printed, at most
    #[arg(long, value_name = "NUMBER", default_value = "10",
        value_parser = clap::value_parser!(u16).range(0..=SPANS_MAX))]
    spans: u16,
    /// How long a token is taken to be, at most, to tell how long text waits: a token is a word with
    /// the white space before it, or a piece of one
    #[arg(long, value_name = "BYTES", default_value = "4",
        value_parser = clap::value_parser!(u16).range(1..=TOKEN_BYTES_MAX))]
    token_bytes: u16,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

/// All that is told of a test.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    score: Score,
    delay: Delays,
    found: Vec<Found>,
}

impl Test {
    pub(super) fn run(self) -> Done {
        let chain = chain(&self.settings.load()?, &self.profile)?;
        let delay = Delays::new(chain.strategy(), self.token_bytes.into());
        let mut told = Told { score: Score::default(), delay, found: Vec::new() };
        for file in &self.files {
            for text in texts::read(file)? {
                let tried = chain.try_on(&text.words, self.place);
                told.score.note(text.labels.as_deref(), &tried.verdicts);
                told.delay.note(&chain, &text.words, self.place);
                let spans = chain.spans(&text.words, self.place);
                told.found.extend(Found::of(text, &tried, spans, self.spans.into()));
            }
        }
        let people = || {
            let found: String = told.found.iter().map(Found::lines).collect();
            out::text(&format!("{found}{}{}", told.score.table(), told.delay.table()))
        };
        self.output.print(&told, people)?;
        let recall = self.recall_min.is_none_or(|least| told.score.recalls(least));
        let spared = self.over_blocking_max.is_none_or(|most| told.score.spares(most));
        if recall && spared { Ok(()) } else { Err(Failure::No) }
    }
}

/// Reads a share: from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a share from 0 to 1, such as 0.95".into())
}
