//! What filters cost: a node without any beside one that looks for 2,000 phrases, on one core, with
//! one backend, measured in turn, so that a noisy minute falls on both.

mod scene;
pub mod texts;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use scene::Effort;

use crate::budgets;
use crate::compare::figure::{FILTER_FIGURES, Figure};
use crate::compare::seen::Seen;
use crate::compare::table;
use crate::drive::Outcome;
use crate::load::Driver;
use crate::mock::said::Pieces;
use crate::peers::{Contestant, FILTERED, Programs, SLUICE_NOFILTER, SLUICE_PATTERNS, World};

/// The arguments of `filters`.
#[derive(Debug, clap::Args)]
pub struct FiltersArgs {
    /// Under two minutes instead of under ten
    #[arg(long)]
    pub quick: bool,
    /// Fail above the ceilings
    #[arg(long)]
    pub check: bool,
    /// Write every round's values here
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// How the backend cuts its text into tokens
    #[arg(long, value_enum, default_value_t)]
    pub pieces: Pieces,
    /// Rounds, instead of those of the mode
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub rounds: Option<u32>,
    /// Core of the nodes
    #[arg(long, default_value_t = 0)]
    pub core: u32,
    /// Core of driver and mock
    #[arg(long, default_value_t = 1)]
    pub driver_core: u32,
    /// The gateway [default: `sluice` beside this program]
    #[arg(long)]
    pub sluice: Option<PathBuf>,
}

/// Runs all of it.
pub fn run(args: &FiltersArgs) -> io::Result<ExitCode> {
    let dir = tempfile::tempdir()?;
    let driver = Driver::new(args.core, args.driver_core)?.saying(said(dir.path(), args.pieces)?);
    let (_mock, mock) = driver.mock()?;
    let (programs, sluice) = (Programs::default(), args.sluice.as_deref());
    let world = World { dir: dir.path(), mock, core: args.core, programs: &programs, sluice };
    let nodes: Vec<Contestant> =
        FILTERED.into_iter().map(|start| start(&world)).collect::<io::Result<_>>()?;
    let mut effort = if args.quick { Effort::QUICK } else { Effort::FULL };
    effort.rounds = args.rounds.unwrap_or(effort.rounds);
    let mut seen = Seen::default();
    measure(&driver, effort, &nodes, &mut seen)?;
    tell(args, &seen)
}

/// Writes the shipped text, and says how mock and driver are told of it.
fn said(dir: &Path, pieces: Pieces) -> io::Result<[std::ffi::OsString; 4]> {
    let file = dir.join("benign.txt");
    fs::write(&file, texts::BENIGN)?;
    let cut = match pieces {
        Pieces::Words => "words",
        Pieces::Bytes => "bytes",
    };
    Ok(["--text".into(), file.into(), "--pieces".into(), cut.into()])
}

fn measure(
    driver: &Driver,
    effort: Effort,
    nodes: &[Contestant],
    seen: &mut Seen,
) -> io::Result<()> {
    for round in 0..effort.rounds {
        writeln!(io::stderr().lock(), "round {} of {}", round + 1, effort.rounds)?;
        let mut order: Vec<&Contestant> = nodes.iter().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        let mut outcomes = Vec::new();
        for who in &order {
            scene::warm(driver, who, seen)?;
            outcomes.push((who.name, scene::paced(driver, effort, who, seen)?));
        }
        added(&outcomes, seen);
        for who in &order {
            scene::unpaced(driver, effort, who, seen)?;
        }
    }
    Ok(())
}

/// What the filter added to the times of one round.
fn added(outcomes: &[(&'static str, Outcome)], seen: &mut Seen) {
    let of = |wanted| outcomes.iter().find(|(name, _)| *name == wanted).map(|(_, it)| it);
    let (Some(plain), Some(filtered)) = (of(SLUICE_NOFILTER), of(SLUICE_PATTERNS)) else { return };
    let added = [
        (Figure::AddedGapP50, filtered.gap_us.p50 - plain.gap_us.p50),
        (Figure::AddedGapP99, filtered.gap_us.p99 - plain.gap_us.p99),
        (Figure::AddedTtftP50, filtered.ttft_us.p50 - plain.ttft_us.p50),
        (Figure::AddedTtftP99, filtered.ttft_us.p99 - plain.ttft_us.p99),
    ];
    for (figure, value) in added {
        seen.note(figure, SLUICE_PATTERNS, value);
    }
}

fn tell(args: &FiltersArgs, seen: &Seen) -> io::Result<ExitCode> {
    let (names, ours) = ([SLUICE_NOFILTER, SLUICE_PATTERNS], [SLUICE_PATTERNS]);
    let mut out = io::stdout().lock();
    table::write(&mut out, seen, &FILTER_FIGURES, &names, &ours)?;
    if let Some(file) = &args.json {
        fs::write(file, serde_json::to_vec_pretty(&seen.json(&FILTER_FIGURES, &names, &ours))?)?;
    }
    if !args.check {
        return Ok(ExitCode::SUCCESS);
    }
    budgets::tell(&mut out, &budgets::filters_missed(seen, scene::GAP), seen)
}
