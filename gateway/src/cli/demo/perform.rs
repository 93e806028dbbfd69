//! Performs the lines of the demo, and holds what came of them against what should.

use super::super::out::{self, Done, Failure};
use super::super::usage;
use super::client::{self, Told};
use super::lines::{self, LINES, Line};
use super::screen::{Fold, Ink, Screen, folded, indented};
use super::world::World;
use sluice_store::{By, Ledger, Query, UsageLine};
use std::time::Duration;

/// Lines that are shown of each.
const EACH: usize = 2;
/// How often, and how many times at most, it is asked whether usage is written.
const LOOK: (Duration, u32) = (Duration::from_millis(50), 100);
/// Metrics that are shown of all there are.
const SHOWN: [&str; 3] =
    ["sluice_tokens_total{", "sluice_refusals_total{", "sluice_filter_verdicts_total{"];

/// Performs every line. Fails if one did not end as it should.
pub(super) async fn perform(world: &World, screen: Screen, scripted: bool) -> Done {
    let mut tally = Tally::default();
    let lines = LINES.iter().filter(|line| scripted || !line.scripted);
    let mut number = 0;
    for line in lines {
        number += 1;
        screen.part(number, line.title, &line.curl())?;
        let ended = one(world, screen, line, &mut tally).await?;
        if line.named {
            tally.words.push((ended, line.ends));
        }
    }
    screen.part(number + 1, "what it cost, by tier", &lines::usage(world))?;
    let used = used(&*world.running.store().ledger, tally.answered).await?;
    out::line(indented(&usage::table(&[By::Tier, By::Model], &used), 3))?;
    screen.part(number + 2, "where metrics are", &lines::metrics(world))?;
    metrics(world).await?;
    out::text("\n")?;
    if !scripted {
        out::line("filters were not tried: only the scripted backend says what they must find")?;
    }
    tally.told(screen)
}

/// How lines ended.
#[derive(Debug, Default)]
struct Tally {
    /// How the named ones did, and should have.
    words: Vec<(String, &'static str)>,
    /// What else was wrong.
    wrong: Vec<String>,
    /// Calls that were answered, so that cost something.
    answered: u64,
}

impl Tally {
    /// The last line.
    fn told(self, screen: Screen) -> Done {
        let found: Vec<&str> = self.words.iter().map(|(found, _)| found.as_str()).collect();
        let wanted: Vec<&str> = self.words.iter().map(|(_, wanted)| *wanted).collect();
        let found = found.join(" ");
        if found == wanted.join(" ") && self.wrong.is_empty() {
            return out::line(screen.ink(Ink::Good, &format!("demo: {found} as expected")));
        }
        out::line(screen.ink(Ink::Bad, &format!("demo: {found}, not as expected")))?;
        let wanted = format!("expected: {}", wanted.join(" "));
        let wrong = std::iter::once(wanted).chain(self.wrong).collect::<Vec<_>>().join("\n  ");
        Err(Failure::Other(wrong))
    }
}

/// Performs a line; how it ended, in a word.
async fn one(
    world: &World,
    screen: Screen,
    line: &Line,
    tally: &mut Tally,
) -> Result<String, Failure> {
    let key = world.callers.iter().find(|caller| caller.variable == line.caller);
    let key = key.map(|caller| caller.key.as_str()).unwrap_or_default();
    let (api, body) = (world.api()?, line.body());
    let mut statuses = Vec::new();
    let mut fold = Fold::default();
    let mut heard = false;
    let told = loop {
        let mut shown = |text: &str| {
            if line.times > 1 || text.is_empty() {
                return;
            }
            let status = screen.ink(Ink::Good, "200");
            let start = if heard { String::new() } else { format!("   {status} ") };
            heard = true;
            // What cannot be printed is told by the next line that cannot.
            let _printed = out::text(&(start + &fold.push(text))).is_ok();
        };
        let told = client::chat(api, key, &body, &mut shown).await?;
        statuses.push(told.status.to_string());
        tally.answered += u64::from(told.status == 200);
        if told.status != 200 || statuses.len() == line.times {
            break told;
        }
    };
    let ended = ended(&told);
    let right = verdict(line, &told, &ended, tally);
    if heard {
        out::line(fold.end())?;
    } else {
        refused(screen, &statuses, &told, right)?;
    }
    if right && !line.remark.is_empty() {
        screen.remark(line.remark)?;
    }
    Ok(ended)
}

/// How a call ended: for an answer that was stopped, why.
fn ended(told: &Told) -> String {
    match (told.status, told.finish.as_str()) {
        (200, "content_filter") => told.finish.clone(),
        (status, _) => status.to_string(),
    }
}

/// Whether it ended as it should, with what should be seen and without what should not.
fn verdict(line: &Line, told: &Told, ended: &str, tally: &mut Tally) -> bool {
    let seen = format!("{} {}", told.text, told.code);
    let broken = told.status == 200 && !told.code.is_empty();
    let shown =
        seen.contains(line.shows) && !line.hides.is_some_and(|hidden| seen.contains(hidden));
    let right = ended == line.ends && shown && !broken;
    if !right {
        let Told { text, code, message, .. } = told;
        tally.wrong.push(format!("{}: {ended} {code} {message} {text:?}", line.title));
    }
    right
}

/// What is shown of a call that was not answered.
fn refused(screen: Screen, statuses: &[String], told: &Told, right: bool) -> Done {
    let ink = if right { Ink::Good } else { Ink::Bad };
    if let [before @ .., _] = statuses
        && !before.is_empty()
    {
        out::line(format!("   {}", before.join(" ")))?;
    }
    let status = screen.ink(ink, &told.status.to_string());
    out::line(format!("   {status} {}", folded(&format!("{}: {}", told.code, told.message))))
}

/// Usage by tier and model, once it is written.
async fn used(ledger: &dyn Ledger, calls: u64) -> Result<Vec<UsageLine>, Failure> {
    let query = Query { by: vec![By::Tier, By::Model], ..Query::default() };
    let (every, times) = LOOK;
    let mut looked = 0;
    loop {
        let lines = ledger.summary(&query).await;
        let lines = lines.map_err(|error| Failure::of("usage cannot be read", error))?;
        looked += 1;
        if lines.iter().map(|line| line.requests).sum::<u64>() >= calls || looked == times {
            return Ok(lines);
        }
        tokio::time::sleep(every).await;
    }
}

/// A few lines of the metrics.
async fn metrics(world: &World) -> Done {
    let ops = world.running.ops;
    let (status, page) = client::get((&ops.ip().to_string(), ops.port()), "/metrics", None).await?;
    if status != 200 {
        return Err(Failure::Other(format!("the metrics answer {status}")));
    }
    let of = |name: &&'static str| {
        let name = *name;
        page.lines().filter(move |line| line.starts_with(name)).take(EACH)
    };
    let some: Vec<&str> = SHOWN.iter().flat_map(of).collect();
    out::line(indented(&some.join("\n"), 3))?;
    let all = page.lines().filter(|line| !line.starts_with('#')).count();
    out::line(format!("   … {all} lines in all, for Prometheus"))
}
