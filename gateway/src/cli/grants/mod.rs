//! `sluice grants`: what somebody has beyond their tier.

mod give;

use super::act::Why;
use super::kept::{self, Record};
use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::when;
use super::whose::Whose;
use clap::{Args, Subcommand};
use give::Give;
use serde_json::{Value, json};
use sluice_config::words::{Gives, Grant, GrantId, GrantState};
use sluice_store::{Kind, acts};

/// Give somebody more than their tier has, and take it back.
#[derive(Debug, Subcommand)]
pub(super) enum Grants {
    /// Give a grant
    Give(Box<Give>),
    /// List grants
    List(List),
    /// Show a grant
    Show(Show),
    /// Have a grant not count for a while
    Suspend(Turn),
    /// Have a suspended grant count again
    Resume(Turn),
    /// End a grant for ever
    Revoke(Turn),
}

impl Grants {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Give(command) => command.run(),
            Self::List(command) => command.run(),
            Self::Show(command) => command.run(),
            Self::Suspend(command) => command.turn(GrantState::Suspended),
            Self::Resume(command) => command.turn(GrantState::Active),
            Self::Revoke(command) => command.turn(GrantState::Revoked),
        }
    }
}

/// List grants.
#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl List {
    fn run(self) -> Done {
        let Self { whose, output, settings } = self;
        let all = settings.with_store(|config, store| async move {
            let owner = whose.find(&config, &store).await?;
            kept::all::<Grant>(&store, Kind::GRANT, owner.as_ref()).await
        })?;
        let values: Vec<_> = all.iter().map(shown).collect();
        output.print(&values, || out::text(&table(&all)))
    }
}

/// Show a grant.
#[derive(Args, Debug)]
pub(super) struct Show {
    /// Its name, as `sluice grants list` shows it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Show {
    fn run(self) -> Done {
        let Self { id, output, settings } = self;
        let grant = settings.with_store(|_, store| async move {
            kept::one::<Grant>(&store, Kind::GRANT, "grant", &id).await
        })?;
        output.print(&shown(&grant), || out::text(&table(&[grant])))
    }
}

/// Put a grant into another state.
#[derive(Args, Debug)]
pub(super) struct Turn {
    /// Its name, as `sluice grants list` shows it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Turn {
    fn turn(self, next: GrantState) -> Done {
        let Self { id, why, output, settings } = self;
        let name = id.clone();
        let grant = settings.with_store(|_, store| async move {
            let act = why.act("turn_grant");
            let turned = acts::turn(&*store.records, &GrantId::new(&id), next, &act).await;
            turned.map_err(kept::undone)
        })?;
        let state = grant.state.as_str();
        out::note(format!("grant {name} is {state}; running nodes know within a second"));
        output.print(&json!({ "grant": grant }), || Ok(()))
    }
}

fn shown(grant: &Record<Grant>) -> Value {
    let Record { owner, body, created, .. } = grant;
    let owner = json!({ "kind": owner.word(), "id": owner.id() });
    json!({ "owner": owner, "created": when::exact(*created), "grant": body })
}

fn table(grants: &[Record<Grant>]) -> String {
    let row = |it: &Record<Grant>| {
        let Grant { gives: what, state, expires, reason, conditions, .. } = &it.body;
        let state = match expires {
            Some(at) if *at <= when::now() => "expired",
            _ => state.as_str(),
        };
        vec![
            it.id.clone(),
            it.owner.to_string(),
            gives(what),
            state.into(),
            expires.map_or("never".into(), when::minute),
            if conditions.is_empty() { "none" } else { "some" }.into(),
            reason.replace(char::is_control, " "),
        ]
    };
    let rows: Vec<_> = grants.iter().map(row).collect();
    out::columns(&["id", "to", "gives", "state", "expires", "conditions", "reason"], &rows)
}

/// What a grant gives, for people.
pub(super) fn gives(gives: &Gives) -> String {
    match gives {
        Gives::Model { name, from } => format!("model {name} from {from}"),
        Gives::Limit(limit) => format!("{} {}", limit.name(), limit.ceiling),
        Gives::Relax { category } => format!("relax {category}"),
        Gives::Credit { tokens, sponsor, purpose } => {
            format!("{tokens} tokens from {sponsor} for {purpose}")
        }
    }
}

/// That something does not go together.
fn wrong(what: &str) -> Failure {
    Failure::Other(what.into())
}
