//! `sluice-loadtests mock | drive | compare | filters | kill`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sluice_loadtests::{compare, drive, filters, kill, mock};

/// Measures Sluice beside its peers.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve scripted answers, paced or as fast as they can be written
    Mock(mock::MockArgs),
    /// Call one address at a constant rate, or as fast as it answers, and print JSON
    Drive(drive::DriveArgs),
    /// Measure Sluice and its peers side by side and print ratios
    Compare(compare::CompareArgs),
    /// Measure a node that filters beside one that does not
    Filters(filters::FiltersArgs),
    /// Measure how soon streams under way end once a directive stops them
    Kill(kill::KillArgs),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Mock(args) => mock::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Drive(args) => drive::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Compare(args) => compare::run(&args),
        Command::Filters(args) => filters::run(&args),
        Command::Kill(args) => kill::run(&args),
    };
    outcome.unwrap_or_else(|error| report(&error))
}

/// The one place where an error of these tools is told.
fn report(error: &io::Error) -> ExitCode {
    let told = writeln!(io::stderr().lock(), "error: {error}");
    if told.is_ok() { ExitCode::FAILURE } else { ExitCode::from(2) }
}
