//! `sluice principals`: who may call, and on which tier.

mod profile;
mod show;

use super::act::Why;
use super::arguments::{self, known_tier};
use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::when;
use clap::{Args, Subcommand};
use profile::{Declare, SetProject, Verify};
pub(super) use profile::{Known, level};
use serde::Serialize;
use show::Show;
use sluice_config::words::{PrincipalId, TierId};
use sluice_store::{NewPrincipal, PrincipalRecord, Store, StoreError};

/// Add, list and change principals.
#[derive(Debug, Subcommand)]
pub(super) enum Principals {
    /// Add a principal on a tier
    Create(Create),
    /// List principals
    List(List),
    /// Show a principal, its keys, and what it may use
    Show(Show),
    /// Put a principal on another tier
    SetTier(SetTier),
    /// Put a principal into a project, or into none
    SetProject(SetProject),
    /// Write down how well a principal is known
    Verify(Verify),
    /// Write down what a principal uses models for
    Purposes(Declare),
    /// Stop a principal, with all its keys
    Disable(One),
    /// Let a stopped principal call again
    Enable(One),
}

impl Principals {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Create(command) => command.run(),
            Self::List(command) => command.run(),
            Self::Show(command) => command.run(),
            Self::SetTier(command) => command.run(),
            Self::SetProject(command) => command.run(),
            Self::Verify(command) => command.run(),
            Self::Purposes(command) => command.run(),
            Self::Disable(command) => command.turn(Turn::Off),
            Self::Enable(command) => command.turn(Turn::On),
        }
    }
}

/// The principal called `id`, or words that help.
pub(super) async fn record(store: &Store, id: &PrincipalId) -> Result<PrincipalRecord, Failure> {
    let found = store.records.principal(id).await;
    let found = found.map_err(|error| Failure::of("principals cannot be read", error))?;
    found.ok_or_else(|| {
        Failure::Other(format!(
            "no principal is called {id}; `sluice principals create {id} --tier TIER` adds it"
        ))
    })
}

/// Add a principal.
#[derive(Args, Debug)]
pub(super) struct Create {
    /// Its name: a person, a service, a project
    #[arg(value_name = "PRINCIPAL", value_parser = arguments::new_principal)]
    id: PrincipalId,
    /// The tier it begins on
    #[arg(long, value_parser = arguments::tier)]
    tier: TierId,
    /// What to remember of it
    #[arg(long, default_value = "", hide_default_value = true, value_parser = arguments::note)]
    note: String,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Create {
    fn run(self) -> Done {
        let Self { id, tier, note, why, output, settings } = self;
        let made = settings.with_store(|config, store| async move {
            known_tier(&config.policy, &tier)?;
            let new = NewPrincipal { id: id.clone(), tier, note };
            let created = store.records.create_principal(new, &why.act("create_principal")).await;
            created.map_err(|error| Failure::of("the principal cannot be added", error))?;
            record(&store, &id).await
        })?;
        let PrincipalRecord { id, tier, .. } = &made;
        out::note(format!("{id} is on tier {tier}; `sluice keys create {id}` makes it a key"));
        output.print(&Shown::of(&made), || Ok(()))
    }
}

/// List principals.
#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl List {
    fn run(self) -> Done {
        let all = self.settings.with_store(|_, store| async move {
            let all = store.records.principals().await;
            all.map_err(|error| Failure::of("principals cannot be listed", error))
        })?;
        let shown: Vec<_> = all.iter().map(Shown::of).collect();
        self.output.print(&shown, || out::text(&table(&all)))
    }
}

/// Principals for people.
fn table(principals: &[PrincipalRecord]) -> String {
    let row = |one: &PrincipalRecord| {
        vec![
            one.id.to_string(),
            one.tier.to_string(),
            state(one).into(),
            when::minute(one.created),
            one.note.clone(),
        ]
    };
    let rows: Vec<_> = principals.iter().map(row).collect();
    out::columns(&["principal", "tier", "state", "created", "note"], &rows)
}

/// A principal for machines.
#[derive(Serialize)]
struct Shown {
    id: PrincipalId,
    tier: TierId,
    state: &'static str,
    created: Option<String>,
    disabled: Option<String>,
    note: String,
}

impl Shown {
    fn of(record: &PrincipalRecord) -> Self {
        Self {
            id: record.id.clone(),
            tier: record.tier.clone(),
            state: state(record),
            created: when::exact(record.created),
            disabled: record.disabled.and_then(when::exact),
            note: record.note.clone(),
        }
    }
}

fn state(record: &PrincipalRecord) -> &'static str {
    if record.disabled.is_some() { "disabled" } else { "enabled" }
}

/// Put a principal on another tier.
#[derive(Args, Debug)]
pub(super) struct SetTier {
    /// The principal
    #[arg(value_name = "PRINCIPAL", value_parser = arguments::principal)]
    id: PrincipalId,
    /// The tier
    #[arg(value_parser = arguments::tier)]
    tier: TierId,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    settings: Settings,
}

impl SetTier {
    fn run(self) -> Done {
        let Self { id, tier, why, settings } = self;
        settings.with_store(|config, store| async move {
            known_tier(&config.policy, &tier)?;
            let act = why.act("set_tier");
            changed(&store, &id, store.records.set_tier(&id, &tier, &act).await).await?;
            out::note(format!("{id} is on tier {tier}; running nodes know within a second"));
            Ok(())
        })
    }
}

/// Stop a principal, or let it go on.
#[derive(Args, Debug)]
pub(super) struct One {
    /// The principal
    #[arg(value_name = "PRINCIPAL", value_parser = arguments::principal)]
    id: PrincipalId,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Clone, Copy)]
enum Turn {
    On,
    Off,
}

impl One {
    fn turn(self, turn: Turn) -> Done {
        let Self { id, why, settings } = self;
        settings.with_store(|_, store| async move {
            let (done, word) = match turn {
                Turn::On => {
                    (store.records.enable(&id, &why.act("enable_principal")).await, "enabled")
                }
                Turn::Off => {
                    (store.records.disable(&id, &why.act("disable_principal")).await, "disabled")
                }
            };
            changed(&store, &id, done).await?;
            out::note(format!("{id} is {word}; running nodes know within a second"));
            Ok(())
        })
    }
}

/// Says what a change came to; that there is no such principal, with what helps.
async fn changed(store: &Store, id: &PrincipalId, done: Result<(), StoreError>) -> Done {
    if let Err(StoreError::Absent { .. }) = &done {
        record(store, id).await?;
    }
    done.map_err(|error| Failure::of("the principal cannot be changed", error))
}
