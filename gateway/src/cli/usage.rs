//! `sluice usage`: what calls have cost, added up.

use super::arguments;
use super::out::{self, Done, Failure};
use super::settings::Settings;
use super::when::{self, When};
use clap::Args;
use serde_json::{Map, Value};
use sluice_store::{By, Query, UsageLine};

/// Show what calls have cost.
#[derive(Args, Debug)]
pub(super) struct Usage {
    /// What lines are told apart by: tier, model, principal, stage, operation, day, outcome
    #[arg(
        long,
        value_name = "WORDS",
        value_delimiter = ',',
        default_value = "tier,model",
        value_parser = arguments::by
    )]
    by: Vec<By>,
    /// From when: a day such as 2026-11-01, a moment, or so long ago, such as 7d
    #[arg(long, value_name = "WHEN")]
    since: Option<When>,
    /// Until just before when
    #[arg(long, value_name = "WHEN")]
    until: Option<When>,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    settings: Settings,
}

/// The numbers of a line, by the heads of their columns.
const NUMBERS: [&str; 5] =
    ["requests", "prompt_tokens", "completion_tokens", "estimated", "duration_ms"];

impl Usage {
    pub(super) fn run(self) -> Done {
        let Self { by, since, until, json, csv, settings } = self;
        let now = when::now();
        let (since, until) = (since.map(|at| at.ago(now)), until.map(|at| at.ago(now)));
        let query = Query { by: distinct(by), since, until };
        let asked = query.clone();
        let lines = settings.with_store(|_, store| async move {
            let lines = store.ledger.summary(&asked).await;
            lines.map_err(|error| Failure::of("usage cannot be read", error))
        })?;
        match (json, csv) {
            (true, _) => out::json(&objects(&query.by, &lines)),
            (_, true) => out::text(&comma_separated(&query.by, &lines)),
            _ if lines.is_empty() => {
                out::note("no calls in that time");
                Ok(())
            }
            _ => out::text(&table(&query.by, &lines)),
        }
    }
}

fn distinct(by: Vec<By>) -> Vec<By> {
    let mut distinct = Vec::new();
    for by in by {
        if !distinct.contains(&by) {
            distinct.push(by);
        }
    }
    distinct
}

fn numbers(line: &UsageLine) -> [u64; 5] {
    let UsageLine { requests, prompt_tokens, completion_tokens, estimated, duration_ms, .. } =
        *line;
    [requests, prompt_tokens, completion_tokens, estimated, duration_ms]
}

/// A table for people, with a sum under it where there is something to add up.
pub(super) fn table(by: &[By], lines: &[UsageLine]) -> String {
    let heads: Vec<&str> = by
        .iter()
        .map(|by| by.as_str())
        .chain(["requests", "prompt", "completion", "estimated", "mean ms"])
        .collect();
    let row = |of: &[String], line: [u64; 5]| {
        let [requests, prompt, completion, estimated, duration] = line;
        let mean = duration.checked_div(requests).unwrap_or_default();
        let numbers = [requests, prompt, completion, estimated, mean].map(|it| it.to_string());
        of.iter().cloned().chain(numbers).collect::<Vec<_>>()
    };
    let mut rows: Vec<_> = lines.iter().map(|line| row(&line.of, numbers(line))).collect();
    if rows.len() > 1 {
        let mut of = vec![String::new(); by.len()];
        if let Some(first) = of.first_mut() {
            *first = "total".into();
        }
        rows.push(row(&of, sum(lines)));
    }
    out::columns(&heads, &rows)
}

fn sum(lines: &[UsageLine]) -> [u64; 5] {
    let mut sum = [0_u64; 5];
    for line in lines {
        for (sum, number) in sum.iter_mut().zip(numbers(line)) {
            *sum = sum.saturating_add(number);
        }
    }
    sum
}

fn objects(by: &[By], lines: &[UsageLine]) -> Vec<Map<String, Value>> {
    let object = |line: &UsageLine| {
        let of = by.iter().map(|by| by.as_str().to_owned());
        let of = of.zip(line.of.iter().cloned().map(Value::String));
        let numbers = NUMBERS.map(str::to_owned).into_iter().zip(numbers(line).map(Value::from));
        of.chain(numbers).collect()
    };
    lines.iter().map(object).collect()
}

fn comma_separated(by: &[By], lines: &[UsageLine]) -> String {
    let heads = by.iter().map(|by| by.as_str()).chain(NUMBERS).map(str::to_owned);
    let mut text = heads.collect::<Vec<_>>().join(",") + "\n";
    for line in lines {
        let of = line.of.iter().map(|word| cell(word));
        let numbers = numbers(line).map(|number| number.to_string());
        text.push_str(&of.chain(numbers).collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

/// A cell of CSV (RFC 4180). What a spreadsheet would run is written as text.
fn cell(word: &str) -> String {
    let formula = word.starts_with(['=', '+', '-', '@']);
    let word = if formula { format!("'{word}") } else { word.to_owned() };
    if word.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", word.replace('"', "\"\""));
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<UsageLine> {
        let line = |tier: &str, requests| UsageLine {
            of: vec![tier.into(), "open-1".into()],
            requests,
            prompt_tokens: 100,
            completion_tokens: 20,
            estimated: 1,
            duration_ms: 900,
        };
        vec![line("public", 3), line("trusted", 2)]
    }

    const BY: [By; 2] = [By::Tier, By::Model];

    #[test]
    fn the_table_adds_up() {
        let expected = "\
tier     model   requests  prompt  completion  estimated  mean ms
public   open-1         3     100          20          1      300
trusted  open-1         2     100          20          1      450
total                   5     200          40          2      360
";
        assert_eq!(table(&BY, &lines()), expected);
        let one = table(&BY, lines().get(..1).unwrap());
        assert!(!one.contains("total"), "{one}");
    }

    #[test]
    fn machines_read_json_and_csv() {
        let csv = comma_separated(&BY, &lines());
        assert!(csv.starts_with("tier,model,requests,"), "{csv}");
        assert!(csv.contains("\npublic,open-1,3,100,20,1,900\n"), "{csv}");
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        let objects = serde_json::to_value(objects(&BY, &lines())).unwrap();
        assert_eq!(objects[1]["tier"], "trusted");
        assert_eq!(objects[1]["requests"], 2);
    }

    #[test]
    fn a_word_said_twice_is_one_column() {
        assert_eq!(distinct(vec![By::Tier, By::Day, By::Tier]), [By::Tier, By::Day]);
    }
}
