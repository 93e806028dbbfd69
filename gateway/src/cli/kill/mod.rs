//! `sluice kill`: stop something at once, say what is stopped, let it go on.

mod orders;
mod scope;

use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::when::{self, When};
use crate::ids::random;
use clap::{Args, Subcommand};
use scope::Scope;
use serde::Serialize;
use sluice_config::kill::KillOrders;
use sluice_config::words::{KillDirective, KillId, KillMode, KillScope, Restore};
use sluice_store::Act;
use std::path::PathBuf;

/// Stop something at once.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Kill {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    scope: Scope,
    /// What becomes of calls: reject refuses new ones and cuts those under way, drain lets those
    /// finish, fallback has the model's fallback answer new ones and cuts those under way
    #[arg(long, required = true, value_parser = mode)]
    mode: Option<KillMode>,
    /// What callers are told instead of our own words
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
    /// How long it holds; until it is restored, if not said
    #[arg(long = "for", value_name = "SPAN")]
    lasts: Option<When>,
    /// Confirm that everything is to stop
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    order: Order,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what is stopped
    List(List),
    /// Let what a directive stopped go on
    Restore(Restoring),
}

/// Who orders it, why, and where it is written.
#[derive(Args, Debug)]
struct Order {
    /// Why; operators read it, no caller does
    #[arg(long, required = true, value_name = "TEXT")]
    reason: Option<String>,
    /// Who orders it
    #[arg(long, default_value = "operator", value_name = "NAME")]
    by: String,
    /// Write it into this kill file, where the store is gone
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

impl Order {
    fn act(&self, verb: &str) -> Act {
        let (by, reason) = (self.by.clone(), self.reason().to_owned());
        Act { by, verb: verb.into(), reason, at: when::now() }
    }

    fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or_default()
    }

    /// Puts the orders where nodes hear of them.
    fn give(&self, verb: &str, orders: KillOrders) -> Done {
        match &self.file {
            Some(file) => orders::write(file, orders),
            None => orders::commit(&self.settings, orders, self.act(verb)),
        }
    }
}

/// Say what is stopped.
#[derive(Args, Debug)]
struct List {
    /// Only what this kill file says
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

/// Let what a directive stopped go on.
#[derive(Args, Debug)]
struct Restoring {
    /// The directive
    #[arg(value_parser = id)]
    id: KillId,
    /// Write it even if the kill file has no such directive
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    order: Order,
    #[command(flatten)]
    output: Output,
}

impl Kill {
    pub(super) fn run(self) -> Done {
        match self.command {
            Some(Command::List(list)) => list.run(),
            Some(Command::Restore(restoring)) => restoring.run(),
            None => self.kill(),
        }
    }

    fn kill(self) -> Done {
        let missing = || Failure::Other("say what to stop, and --mode".into());
        let scope = self.scope.named().ok_or_else(missing)?;
        if scope == KillScope::Everything && !self.yes {
            return Err(Failure::Other("this stops everything; add --yes if you mean it".into()));
        }
        let (mode, at) = (self.mode.ok_or_else(missing)?, when::now());
        let bytes = random().map_err(|error| Failure::of("no random id", error))?;
        let directive = KillDirective {
            id: KillId::make(bytes),
            scope,
            mode,
            reason: self.order.reason().into(),
            message: self.message.map(Into::into),
            by: self.order.by.as_str().into(),
            at,
            expires: self.lasts.map(|lasts| lasts.ahead(at)),
        };
        let directive = directive.checked().map_err(|fault| Failure::Other(fault.to_string()))?;
        self.order.give("kill", KillOrders::kill(directive.clone()))?;
        let told = || out::line(format_args!("{}: {} is stopped", directive.id, directive.scope));
        self.output.print(&directive, told)
    }
}

impl Restoring {
    fn run(self) -> Done {
        if let Some(file) = self.order.file.as_ref().filter(|_| !self.yes) {
            orders::knows(file, &self.id)?;
        }
        let (reason, by) = (self.order.reason().into(), self.order.by.as_str().into());
        let restore = Restore { kill: self.id, by, at: when::now(), reason };
        let restore = restore.checked().map_err(|fault| Failure::Other(fault.to_string()))?;
        self.order.give("restore", KillOrders::restore(restore.clone()))?;
        self.output.print(&restore, || out::line(format_args!("{} is restored", restore.kill)))
    }
}

/// What is stopped, as it is printed.
#[derive(Serialize)]
struct Listed<'o> {
    held: Vec<&'o KillDirective>,
}

impl List {
    fn run(self) -> Done {
        let orders = match &self.file {
            Some(file) => orders::read(file)?,
            None => self.heard()?,
        };
        let held: Vec<_> = orders.held(when::now()).map(|directive| &**directive).collect();
        let rows: Vec<_> = held.iter().map(|directive| row(directive)).collect();
        let heads = ["ID", "STOPS", "MODE", "SINCE", "UNTIL", "BY", "REASON"];
        let listed = Listed { held };
        self.output.print(&listed, || out::text(&out::columns(&heads, &rows)))
    }
}

impl List {
    /// What the node wrote down, and what records say, where they can be read.
    fn heard(&self) -> Result<KillOrders, Failure> {
        let heard = orders::heard(&self.settings.load()?.node.kill)?;
        let recorded = orders::recorded(&self.settings).inspect_err(|_| {
            out::note("the store cannot be read: this is what the node wrote down");
        });
        Ok(heard.merge(recorded.unwrap_or_default()))
    }
}

fn row(directive: &KillDirective) -> Vec<String> {
    vec![
        directive.id.to_string(),
        directive.scope.to_string(),
        directive.mode.to_string(),
        when::minute(directive.at),
        directive.expires.map_or_else(|| "it is restored".into(), when::minute),
        directive.by.to_string(),
        directive.reason.to_string(),
    ]
}

fn mode(text: &str) -> Result<KillMode, String> {
    let found = KillMode::ALL.into_iter().find(|mode| mode.as_str() == text);
    found.ok_or_else(|| "expected reject, drain or fallback".into())
}

fn id(text: &str) -> Result<KillId, String> {
    KillId::parse(text).ok_or_else(|| "expected the id of a directive, `kill_…`".into())
}
