//! `sluice end-users`: what records call whom a principal calls for.

use super::arguments;
use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use crate::read::end_user::EndUsers;
use clap::{Args, Subcommand};
use serde::Serialize;
use sluice_config::words::{EndUserId, PrincipalId};
use std::io::{self, BufRead, Read};

/// Bytes of a line on standard input.
const LINE_BYTES_MAX: u64 = 1024;

/// Find out what records call an end user.
#[derive(Debug, Subcommand)]
pub(super) enum Named {
    /// Print the id of whom a principal calls as standard input says
    Id(Id),
}

impl Named {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Id(command) => command.run(),
        }
    }
}

/// Print the id of an end user. The identifier is read from standard input and kept nowhere.
#[derive(Args, Debug)]
pub(super) struct Id {
    /// The principal that calls for them
    #[arg(value_name = "PRINCIPAL", value_parser = arguments::principal)]
    principal: PrincipalId,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

/// An id, for machines.
#[derive(Serialize)]
struct Shown {
    end_user: EndUserId,
}

impl Id {
    fn run(self) -> Done {
        let Self { principal, output, settings } = self;
        let identifier = line()?;
        let end_user = settings.with_store(|config, store| async move {
            let held = sluice_store::holdings(&*store.records, &principal, None, None).await;
            let held = held.map_err(|error| Failure::of("records cannot be read", error))?;
            let end_users = EndUsers::new(&config.node.key_secret);
            let caller = (&principal, held.project.as_ref(), held.organisation.as_ref());
            Ok(end_users.named(caller, identifier.as_bytes()))
        })?;
        let id = end_user.to_string();
        output.print(&Shown { end_user }, || out::line(&id))
    }
}

/// The first line of standard input, as it stands.
fn line() -> Result<String, Failure> {
    let mut line = String::new();
    let read = io::stdin().lock().take(LINE_BYTES_MAX).read_line(&mut line);
    read.map_err(|error| Failure::of("standard input cannot be read", error))?;
    Ok(line.trim_end_matches(['\r', '\n']).into())
}
