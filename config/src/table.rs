//! Decision tables: who, which model, what → answer. Run by our tests and by `sluice test`.

mod caller;
mod expected;

use crate::explain::{Explanation, explain};
use crate::file::{Answer, Row, Table};
use crate::load::{load_policy, text_of, written};
use crate::words::{Ask, CredentialId, Principal, PrincipalId, TierId};
use crate::{Policy, Positions, Problems, decide};
use caller::Caller;
use decide::View;
use expected::expected;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// What running a table, or a folder of them, found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Rows that were run.
    pub rows: usize,
    /// Rows whose answer was another.
    pub failures: Vec<Failure>,
    /// The words that rows expect.
    pub answers: BTreeSet<&'static str>,
}

/// Every word that a row may expect.
pub fn answers() -> impl Iterator<Item = &'static str> {
    Answer::ALL.into_iter().map(Answer::as_str)
}

/// A row whose answer was another.
#[derive(Debug)]
pub struct Failure {
    /// The table.
    pub file: PathBuf,
    /// The line of the row.
    pub line: usize,
    /// What the row says.
    pub wanted: String,
    /// What was decided.
    pub found: String,
    /// Why.
    pub explanation: Explanation,
}

/// Runs the table at `path`, or every `*.yaml` in it if it is a folder, in order of their names.
///
/// # Errors
///
/// Every problem with the first table or configuration that cannot be read.
pub fn run(path: &Path) -> Result<Outcome, Problems> {
    let mut outcome = Outcome::default();
    for file in tables(path)? {
        one(&file, &mut outcome)?;
    }
    Ok(outcome)
}

fn tables(path: &Path) -> Result<Vec<PathBuf>, Problems> {
    if !path.is_dir() {
        return Ok(vec![path.into()]);
    }
    let trouble = |what: String| {
        let mut problems = Positions::new(path, None).problems();
        problems.note("", what);
        problems
    };
    let unreadable = |error: std::io::Error| trouble(format!("cannot be read: {error}"));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|extension| extension == "yaml") {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(trouble("no table (`*.yaml`) is in this folder".into()));
    }
    files.sort();
    Ok(files)
}

fn one(path: &Path, outcome: &mut Outcome) -> Result<(), Problems> {
    let (table, positions, mut problems) = written::<Table>(&text_of(path)?, path)?;
    let (Some(config), Some(rows)) = (&table.config, &table.rows) else { return Err(problems) };
    let folder = path.parent().unwrap_or(Path::new(""));
    let policy = load_policy(&folder.join(&config.0))?;
    if rows.0.is_empty() {
        problems.note("rows", "there must be at least one");
    }
    for (index, row) in rows.iter() {
        let at = format!("rows[{index}]");
        outcome.rows += 1;
        outcome.answers.extend(row.answer.map(Answer::as_str));
        let Some(checked) = check(&policy, row, &at, &mut problems) else { continue };
        let Err((wanted, found, explanation)) = checked else { continue };
        let (line, _) = positions.locate(&at);
        let file = path.into();
        outcome.failures.push(Failure { file, line, wanted, found, explanation });
    }
    problems.clear(())
}

type Checked = Result<(), (String, String, Explanation)>;

/// `None` if the row itself is wrong, which is noted.
fn check(policy: &Policy, row: &Row, at: &str, problems: &mut Problems) -> Option<Checked> {
    let (tier, model, wanted) = (row.tier.as_ref()?, row.model.as_ref()?, row.answer.as_ref()?);
    let principal = Principal {
        id: PrincipalId::new(&row.who.principal.0),
        tier: TierId::new(&tier.0),
        credential: CredentialId::new("none"),
    };
    if policy.tier(&principal.tier).is_none() && !row.unknown_tier {
        let what = "the file has no such tier; write `unknown_tier: true` if that is the point";
        problems.note(&format!("{at}.tier"), what);
        return None;
    }
    let (ask, caller) = (ask(row), Caller::of(policy, row, principal));
    let (view, asker) = (View { policy, world: &caller.world }, caller.asker());
    let answer = decide::entitle(view, asker, &model.0, &ask);
    let mut found = Answer::of(answer.as_ref().err()).as_str().to_owned();
    let mut wanted = wanted.as_str().to_owned();
    for (word, expected, seen) in expected(policy, row, &answer) {
        wanted = format!("{wanted} {word} {expected}");
        found = format!("{found} {word} {seen}");
    }
    if wanted == found {
        return Some(Ok(()));
    }
    if let Some(because) = &row.because {
        wanted = format!("{wanted} ({})", because.0);
    }
    let explanation = explain(view, asker, &model.0, &ask);
    Some(Err((wanted, found, explanation)))
}

/// What the row asks for; what it does not say is one short message.
fn ask(row: &Row) -> Ask {
    let ask = &row.ask;
    Ask {
        operation: ask.operation,
        prompt_bytes: ask.prompt_bytes.0,
        part_bytes_max: ask.part_bytes_max.as_ref().unwrap_or(&ask.prompt_bytes).0,
        pieces: ask.pieces.0,
        output_tokens: ask.max_tokens.map(|tokens| tokens.0),
        choices: ask.n.0,
        top_logprobs: ask.top_logprobs.map(|alternatives| alternatives.0),
        tools: ask.tools.0,
        stops: ask.stops.0,
        structured_output: ask.structured_output,
        temperature: ask.temperature,
        top_p: ask.top_p,
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Failure { file, line, wanted, found, explanation } in &self.failures {
            writeln!(f, "{}:{line}: wanted {wanted}, found {found}", file.display())?;
            write!(f, "{explanation}")?;
        }
        write!(f, "{} rows, {} failed", self.rows, self.failures.len())
    }
}
