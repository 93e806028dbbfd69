//! `sluice receipts check`: is a receipt ours, and for these texts? Asks no node.

use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::when;
use crate::provenance::{Checked, Keys, check};
use clap::{Args, Subcommand};
use sluice_config::words::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};

/// Bytes of a text: no answer is longer than a node may read.
const TEXT_BYTES_MAX: u64 = 1 << 30;

/// Check receipts.
#[derive(Debug, Subcommand)]
pub(super) enum Receipts {
    /// Say whether a receipt is ours, and for these texts
    Check(Check),
}

impl Receipts {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Check(check) => check.run(),
        }
    }
}

/// Say whether a receipt is ours, and for these texts.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// The receipt, as it was answered
    receipt: String,
    /// A file with the text of a choice, to the byte; of several choices, one each, in their order
    #[arg(long = "text", required = true, value_name = "FILE")]
    texts: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Check {
    fn run(self) -> Done {
        let config = self.settings.load()?;
        let mut problems = config.positions.problems();
        let receipts = config.provenance.receipts;
        let keys = receipts.as_ref().and_then(|spec| Keys::assemble(spec, &mut problems));
        let keys = problems.clear(keys)?.ok_or_else(no_keys)?;
        let texts = self.texts.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
        let checked = check(&keys, &self.receipt, &texts);
        self.output.print(&checked, || out::text(&told(&checked)))?;
        if checked.is_good() { Ok(()) } else { Err(Failure::No) }
    }
}

fn no_keys() -> Failure {
    Failure::Other("the configuration has no `provenance.receipts` to check with".into())
}

fn read(file: &Path) -> Result<String, Failure> {
    let failed = |what: &str| Failure::Other(format!("{}: {what}", file.display()));
    let size = fs::metadata(file).map_err(|error| failed(&error.to_string()))?.len();
    if size > TEXT_BYTES_MAX {
        return Err(failed("larger than any answer"));
    }
    fs::read_to_string(file).map_err(|error| failed(&error.to_string()))
}

/// What a person wants to know of it.
fn told(checked: &Checked) -> String {
    let Some(claims) = &checked.claims else {
        return format!("not valid: {}\n", checked.reason.unwrap_or_default());
    };
    let text = if checked.text_matches { "the text is" } else { "the text is NOT" };
    format!(
        "valid: {text} what was shown\n  by        {}\n  as        {}\n  at        {}\n  \
         model     {} at revision {}, licence {}\n",
        claims.iss,
        claims.jti,
        when::minute(Timestamp(claims.iat.saturating_mul(1000))),
        claims.model,
        claims.revision,
        claims.licence,
    )
}
