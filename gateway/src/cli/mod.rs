//! The command line. Data goes to standard output, everything else to standard error; exit codes
//! are 0, 1 for "no", 2 for usage, 78 for a configuration that cannot be used.

mod act;
mod arguments;
mod check;
mod demo;
mod end_users;
mod explain;
mod filter;
mod init;
mod keys;
mod kill;
mod log;
mod out;
mod principals;
mod receipts;
mod serve;
mod settings;
mod stop;
mod usage;
mod when;

use clap::{Parser, Subcommand};
use out::Failure;
use std::process::ExitCode;

/// A graduated-access gateway for hosted open models.
#[derive(Debug, Parser)]
#[command(name = "sluice", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve calls until told to stop (SIGTERM drains, SIGHUP reloads)
    Serve(serve::Serve),
    /// Write a commented configuration file, the key secret, and a key that signs receipts
    Init(init::Init),
    /// Compile a configuration file and report every problem in it
    Check(check::Check),
    /// Say whether a principal may use a model, and why
    Explain(explain::Explain),
    /// Run decision tables
    Test(check::Test),
    /// Try filter profiles on texts
    #[command(subcommand)]
    Filter(filter::Filter),
    /// Make, list, rotate and revoke API keys
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Add, list and change principals
    #[command(subcommand)]
    Principals(principals::Principals),
    /// Stop models, callers or everything at once, and let them go on
    Kill(Box<kill::Kill>),
    /// Find out what records call an end user
    #[command(subcommand)]
    EndUsers(end_users::Named),
    /// Check receipts of what was shown
    #[command(subcommand)]
    Receipts(receipts::Receipts),
    /// Show what calls have cost
    Usage(usage::Usage),
    /// Bring up a node with three tiers and a backend, ready to try
    Demo(demo::Demo),
    /// Print the JSON Schema of the configuration file
    Schema,
    /// Print the table of refusal codes
    Codes,
}

/// Runs the command that was asked for.
pub fn run() -> ExitCode {
    let Cli { command } = Cli::parse();
    let done = match command {
        Command::Serve(command) => command.run(),
        Command::Init(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Test(command) => command.run(),
        Command::Filter(command) => command.run(),
        Command::Keys(command) => command.run(),
        Command::Principals(command) => command.run(),
        Command::Kill(command) => command.run(),
        Command::EndUsers(command) => command.run(),
        Command::Receipts(command) => command.run(),
        Command::Usage(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Schema => out::json(&sluice_config::schema()),
        Command::Codes => out::text(&crate::refuse::table()),
    };
    done.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}
