//! `sluice requests`: who asked for which model, and what is decided.

use super::act::Why;
use super::arguments;
use super::kept::{self, Record};
use super::out::{self, Done, Output};
use super::settings::Settings;
use super::when;
use super::whose::Whose;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sluice_config::words::{GrantId, ReleaseStage, RequestState};
use sluice_store::Kind;
use sluice_store::acts::{self, Decision};
use sluice_store::bodies::AccessRequest;

/// Decide who gets the models they asked for.
#[derive(Debug, Subcommand)]
pub(super) enum Requests {
    /// List requests
    List(List),
    /// Show a request
    Show(Show),
    /// Say yes: a grant comes of it
    Accept(One),
    /// Say no, or no longer
    Reject(One),
    /// Have it decided anew
    Reopen(One),
    /// Nobody decided in time
    Expire(One),
}

impl Requests {
    pub(super) fn run(self) -> Done {
        match self {
            Self::List(command) => command.run(),
            Self::Show(command) => command.run(),
            Self::Accept(command) => command.decide(RequestState::Accepted),
            Self::Reject(command) => command.decide(RequestState::Rejected),
            Self::Reopen(command) => command.decide(RequestState::Pending),
            Self::Expire(command) => command.decide(RequestState::Expired),
        }
    }
}

/// List requests.
#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    whose: Whose,
    /// Only those in this state
    #[arg(long, value_parser = state)]
    state: Option<RequestState>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

fn state(text: &str) -> Result<RequestState, String> {
    arguments::word(RequestState::ALL, RequestState::as_str, text)
}

impl List {
    fn run(self) -> Done {
        let Self { whose, state, output, settings } = self;
        let mut all = settings.with_store(|config, store| async move {
            let owner = whose.find(&config, &store).await?;
            kept::all::<AccessRequest>(&store, Kind::REQUEST, owner.as_ref()).await
        })?;
        all.retain(|it| state.is_none_or(|state| it.body.state == state));
        let values: Vec<_> = all.iter().map(shown).collect();
        output.print(&values, || out::text(&table(&all)))
    }
}

/// Show a request.
#[derive(Args, Debug)]
pub(super) struct Show {
    /// Its name, as `sluice requests list` shows it
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
        let request = settings.with_store(|_, store| async move {
            kept::one::<AccessRequest>(&store, Kind::REQUEST, "request", &id).await
        })?;
        output.print(&shown(&request), || {
            out::text(&table(std::slice::from_ref(&request)))?;
            let plain = |text: &str| text.replace(char::is_control, " ");
            let mut fields = request.body.fields.iter();
            fields
                .try_for_each(|(name, said)| out::line(format!("{}: {}", plain(name), plain(said))))
        })
    }
}

/// Decide a request.
#[derive(Args, Debug)]
pub(super) struct One {
    /// Its name, as `sluice requests list` shows it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl One {
    fn decide(self, next: RequestState) -> Done {
        let Self { id, why, output, settings } = self;
        let (name, verb) = (id.clone(), format!("request_{}", next.as_str()));
        let request = settings.with_store(|config, store| async move {
            let decision = match next {
                RequestState::Accepted => {
                    let kind = Kind::REQUEST;
                    let asked = kept::one::<AccessRequest>(&store, kind, "request", &id).await?;
                    let wanted = asked.body.model.as_str();
                    let model = arguments::named_model(&config.policy, wanted)?;
                    let now = acts::standpoint(&*store.records, model).await;
                    let from = now.map_err(kept::unread)?.release.stage;
                    let from = from.max(ReleaseStage::Internal);
                    Decision::Accept { grant: GrantId::new(&kept::fresh("grant")?), from }
                }
                RequestState::Pending => Decision::Reopen,
                RequestState::Expired => Decision::Expire,
                RequestState::Rejected | RequestState::Withdrawn => Decision::Reject,
            };
            let decided = acts::decide(&*store.records, &id, decision, &why.act(&verb)).await;
            decided.map_err(kept::undone)
        })?;
        let state = request.state.as_str();
        out::note(format!("request {name} is {state}; running nodes know within a second"));
        output.print(&json!({ "id": name, "request": request }), || Ok(()))
    }
}

fn shown(request: &Record<AccessRequest>) -> Value {
    let Record { id, owner, body, created } = request;
    let owner = json!({ "kind": owner.word(), "id": owner.id() });
    json!({ "id": id, "owner": owner, "created": when::exact(*created), "request": body })
}

fn table(requests: &[Record<AccessRequest>]) -> String {
    let row = |it: &Record<AccessRequest>| {
        let AccessRequest { model, state, decided_by, reason, .. } = &it.body;
        vec![
            it.id.clone(),
            it.owner.to_string(),
            model.to_string(),
            state.as_str().into(),
            when::minute(it.created),
            decided_by.clone().unwrap_or_default(),
            reason.replace(char::is_control, " "),
        ]
    };
    let rows: Vec<_> = requests.iter().map(row).collect();
    out::columns(&["id", "of", "model", "state", "asked", "decided by", "reason"], &rows)
}
