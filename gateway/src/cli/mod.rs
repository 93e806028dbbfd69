//! The command line. Data goes to standard output, everything else to standard error; exit codes
//! are 0, 1 for "no", 2 for usage, 78 for a configuration that cannot be used.

mod act;
mod arguments;
mod audit;
mod check;
mod demo;
mod end_users;
mod explain;
mod filter;
mod grants;
mod holder;
mod hub;
mod init;
mod kept;
mod keys;
mod kill;
mod licences;
mod log;
mod orgs;
mod out;
mod principals;
mod projects;
mod receipts;
mod releases;
mod requests;
mod serve;
mod settings;
mod simulate;
mod standing;
mod stop;
mod usage;
mod when;
mod whose;

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
    /// Say who would gain and who would lose what by another configuration
    Simulate(simulate::Simulate),
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
    /// Add, change and show organisations
    #[command(subcommand)]
    Orgs(orgs::Orgs),
    /// Add, change and show projects of organisations
    #[command(subcommand)]
    Projects(projects::Projects),
    /// Give somebody more than their tier has, and take it back
    #[command(subcommand)]
    Grants(grants::Grants),
    /// Show licences, and write down who agreed to them
    #[command(subcommand)]
    Licences(licences::Licences),
    /// Decide who gets the models they asked for
    #[command(subcommand)]
    Requests(requests::Requests),
    /// Move revisions on their ladders, stop them, and see who used them
    #[command(subcommand)]
    Releases(releases::Releases),
    /// Say how somebody behaves, and take that back
    #[command(subcommand)]
    Standing(standing::Standings),
    /// Show who changed what, when and why
    Audit(audit::Audit),
    /// Take over who was let in on the Hugging Face Hub
    #[command(subcommand)]
    Hub(hub::Hub),
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
        Command::Simulate(command) => command.run(),
        Command::Filter(command) => command.run(),
        Command::Keys(command) => command.run(),
        Command::Principals(command) => command.run(),
        Command::Kill(command) => command.run(),
        Command::EndUsers(command) => command.run(),
        Command::Orgs(command) => command.run(),
        Command::Projects(command) => command.run(),
        Command::Grants(command) => command.run(),
        Command::Licences(command) => command.run(),
        Command::Requests(command) => command.run(),
        Command::Releases(command) => command.run(),
        Command::Standing(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Hub(command) => command.run(),
        Command::Receipts(command) => command.run(),
        Command::Usage(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Schema => out::json(&sluice_config::schema()),
        Command::Codes => out::text(&crate::refuse::table()),
    };
    done.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}
