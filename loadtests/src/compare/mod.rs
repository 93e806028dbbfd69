//! Everybody side by side: one mock, one core for the contestants, one for driver and mock, and
//! rounds in which each is measured in turn, so that a noisy minute falls on all of them.

mod bench;
pub mod effort;
pub mod figure;
pub mod seen;
pub mod table;

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use bench::Bench;
use effort::Effort;
use figure::{FIGURES, Figure};
use seen::Seen;

use crate::budgets;
use crate::load::Driver;
use crate::peers::{ALL, Contestant, DIRECT, Programs, SLUICE, SLUICE_NOFILTER, World};

/// The arguments of `compare`.
#[derive(Debug, clap::Args)]
pub struct CompareArgs {
    /// Under two minutes instead of under fifteen
    #[arg(long)]
    pub quick: bool,
    /// Fail below the floors, and where a peer is missing
    #[arg(long)]
    pub check: bool,
    /// Write every round's values here
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Only these, by name
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<String>,
    /// Rounds, instead of those of the mode
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub rounds: Option<u32>,
    /// Core of the contestants
    #[arg(long, default_value_t = 0)]
    pub core: u32,
    /// Core of driver and mock
    #[arg(long, default_value_t = 1)]
    pub driver_core: u32,
    /// The gateway [default: `sluice` beside this program]
    #[arg(long)]
    pub sluice: Option<PathBuf>,
    /// The peers' programs
    #[command(flatten)]
    pub programs: Programs,
}

/// Runs all of it.
pub fn run(args: &CompareArgs) -> io::Result<ExitCode> {
    let driver = Driver::new(args.core, args.driver_core)?;
    let (_mock, mock) = driver.mock()?;
    let dir = tempfile::tempdir()?;
    let (dir, sluice) = (dir.path(), args.sluice.as_deref());
    let world = World { dir, mock, core: args.core, programs: &args.programs, sluice };
    let mut seen = Seen::default();
    let contestants = assemble(args, &world, &mut seen);
    let mut effort = if args.quick { Effort::QUICK } else { Effort::FULL };
    effort.rounds = args.rounds.unwrap_or(effort.rounds);
    let bench = Bench { driver, effort };
    measure(&bench, &contestants, &mut seen)?;
    tell(args, &contestants, &seen)
}

/// Starts everybody who was asked for; who does not start is trouble, not the end.
fn assemble(args: &CompareArgs, world: &World<'_>, seen: &mut Seen) -> Vec<Contestant> {
    let wanted = |name: &str| args.only.is_empty() || args.only.iter().any(|only| only == name);
    let mut contestants = Vec::new();
    for (name, start) in ALL.iter().filter(|(name, _)| wanted(name)) {
        match start(world) {
            Ok(contestant) => contestants.push(contestant),
            Err(error) => seen.trouble.push(format!("{name} was not measured: {error}")),
        }
    }
    contestants
}

fn measure(bench: &Bench, contestants: &[Contestant], seen: &mut Seen) -> io::Result<()> {
    // Memory first: a process that has not been busy yet has no room left over to hide a stream in.
    for who in contestants {
        bench.refuses(who, seen)?;
        bench.warm(who, seen)?;
        bench.paced(who, seen)?;
    }
    for round in 0..bench.effort.rounds {
        writeln!(io::stderr().lock(), "round {} of {}", round + 1, bench.effort.rounds)?;
        let mut order: Vec<&Contestant> = contestants.iter().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        each(bench, &order, seen)?;
    }
    Ok(())
}

/// One round: scenario by scenario, so that those compared are seconds apart.
fn each(bench: &Bench, order: &[&Contestant], seen: &mut Seen) -> io::Result<()> {
    for who in order {
        bench.warm(who, seen)?;
        bench.throughput(who, seen)?;
    }
    let mut latency = Vec::new();
    for who in order {
        latency.push((who.name, bench.latency(who, seen)?));
    }
    let direct = latency.iter().find(|(name, _)| *name == DIRECT).map(|(_, direct)| *direct);
    for (name, (p50, p99)) in latency {
        if let Some(direct) = direct.filter(|_| name != DIRECT) {
            seen.note(Figure::AddedP50, name, p50 - direct.0);
            seen.note(Figure::AddedP99, name, p99 - direct.1);
        }
    }
    for who in order {
        bench.unpaced(who, seen)?;
    }
    Ok(())
}

fn tell(args: &CompareArgs, contestants: &[Contestant], seen: &Seen) -> io::Result<ExitCode> {
    let names: Vec<&'static str> = contestants.iter().map(|who| who.name).collect();
    let ours = [SLUICE, SLUICE_NOFILTER];
    let mut out = io::stdout().lock();
    table::write(&mut out, seen, &FIGURES, &names, &ours)?;
    if let Some(file) = &args.json {
        fs::write(file, serde_json::to_vec_pretty(&seen.json(&FIGURES, &names, &ours))?)?;
    }
    if !args.check {
        return Ok(ExitCode::SUCCESS);
    }
    budgets::tell(&mut out, &budgets::missed(seen), seen)
}
