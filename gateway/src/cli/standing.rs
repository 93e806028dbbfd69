//! `sluice standing`: what is done about how somebody behaves, and taken back.

use super::act::Why;
use super::kept::{self, Record};
use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::when::{self, When};
use super::whose::Whose;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use sluice_config::words::{Sanction, Standing};
use sluice_store::Kind;
use sluice_store::acts::{self, NewAction};
use sluice_store::bodies::{Action, NextStep};

/// Say how somebody behaves, and take that back.
#[derive(Debug, Subcommand)]
pub(super) enum Standings {
    /// Show what was done, and how somebody stands by it
    Show(Show),
    /// Tell them; nothing else changes
    Warn(Open),
    /// Leave them a quarter of each ceiling
    Throttle(Open),
    /// Have all of a streamed answer wait for its filters
    Buffer(Open),
    /// Leave them what is public, and no grant
    Restrict(Open),
    /// Take no call until somebody has looked
    Suspend(Open),
    /// Take no call
    Ban(Open),
    /// End what was done
    Lift(Lift),
}

impl Standings {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Show(command) => command.run(),
            Self::Warn(command) => command.open(Standing::Warned),
            Self::Throttle(command) => command.open(Standing::Throttled),
            Self::Buffer(command) => command.open(Standing::Buffered),
            Self::Restrict(command) => command.open(Standing::Restricted),
            Self::Suspend(command) => command.open(Standing::Suspended),
            Self::Ban(command) => command.open(Standing::Banned),
            Self::Lift(command) => command.run(),
        }
    }
}

/// Show what was done.
#[derive(Args, Debug)]
pub(super) struct Show {
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Show {
    fn run(self) -> Done {
        let Self { whose, output, settings } = self;
        let (owner, actions) = settings.with_store(|config, store| async move {
            let owner = whose.find(&config, &store).await?;
            let actions = kept::all::<Action>(&store, Kind::ACTION, owner.as_ref()).await?;
            Ok((owner, actions))
        })?;
        let open = actions.iter().filter(|it| it.body.lifted.is_none());
        let sanctions: Vec<_> = open.map(|it| it.body.sanction).collect();
        let standing = owner.as_ref().map(|_| Standing::under(&sanctions, when::now()));
        let values: Vec<_> = actions.iter().map(shown).collect();
        output.print(&json!({ "standing": standing, "actions": values }), || {
            if let (Some(owner), Some(standing)) = (&owner, standing) {
                out::line(format!("{owner} is {standing}"))?;
            }
            out::text(&table(&actions))
        })
    }
}

/// What they can do about it.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Next {
    None,
    Verify,
    Appeal,
}

impl From<Next> for NextStep {
    fn from(next: Next) -> Self {
        match next {
            Next::None => Self::None,
            Next::Verify => Self::Verify,
            Next::Appeal => Self::Appeal,
        }
    }
}

/// Do something about how somebody behaves.
#[derive(Args, Debug)]
pub(super) struct Open {
    #[command(flatten)]
    whose: Whose,
    /// Until when, such as 7d
    #[arg(long, value_name = "WHEN")]
    until: Option<When>,
    /// What they can do about it
    #[arg(long, value_name = "STEP", default_value = "none")]
    next: Next,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Open {
    fn open(self, standing: Standing) -> Done {
        let Self { whose, until, next, why, output, settings } = self;
        let act = why.act("open_action");
        let expires = until.map(|when| when.ahead(act.at));
        if expires.is_some_and(|at| at <= act.at) {
            return Err(Failure::Other("it would be over already; give a later `--until`".into()));
        }
        let id = kept::fresh("enac")?;
        let sanction = Sanction { standing, expires };
        let new = NewAction { id: id.clone(), sanction, next: next.into() };
        let (owner, action) = settings.with_store(|config, store| async move {
            let owner = whose.owner(&config, &store).await?;
            let opened = acts::open(&*store.records, owner.clone(), new, &act).await;
            Ok((owner, opened.map_err(kept::undone)?))
        })?;
        let ends = expires.map_or(String::new(), |at| format!(" until {} UTC", when::minute(at)));
        out::note(format!(
            "{owner} is {standing}{ends}; running nodes know within a second; `sluice standing lift \
             {id}` ends it"
        ));
        output.print(&json!({ "id": id, "action": action }), || out::line(&id))
    }
}

/// End what was done.
#[derive(Args, Debug)]
pub(super) struct Lift {
    /// Its name, as `sluice standing show` shows it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Lift {
    fn run(self) -> Done {
        let Self { id, why, output, settings } = self;
        let name = id.clone();
        let action = settings.with_store(|_, store| async move {
            let act = why.act("lift_action");
            acts::lift(&*store.records, &id, &act).await.map_err(kept::undone)
        })?;
        out::note(format!("{name} is lifted; running nodes know within a second"));
        output.print(&json!({ "id": name, "action": action }), || Ok(()))
    }
}

fn shown(action: &Record<Action>) -> Value {
    let Record { id, owner, body, .. } = action;
    json!({ "id": id, "owner": { "kind": owner.word(), "id": owner.id() }, "action": body })
}

fn table(actions: &[Record<Action>]) -> String {
    let row = |it: &Record<Action>| {
        let Action { sanction, reason, by, opened, lifted, .. } = &it.body;
        let state = match (lifted, sanction.expires) {
            (Some(_), _) => "lifted",
            (None, Some(at)) if at <= when::now() => "over",
            _ => "open",
        };
        vec![
            it.id.clone(),
            it.owner.to_string(),
            sanction.standing.to_string(),
            state.into(),
            when::minute(*opened),
            sanction.expires.map_or("no end".into(), when::minute),
            by.clone(),
            reason.replace(char::is_control, " "),
        ]
    };
    let rows: Vec<_> = actions.iter().map(row).collect();
    out::columns(&["id", "of", "standing", "state", "opened", "until", "by", "reason"], &rows)
}
