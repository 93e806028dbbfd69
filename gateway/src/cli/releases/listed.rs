//! Where revisions are, and how they came there.

use super::super::out::{self, Done, Failure, Output};
use super::super::settings::Settings;
use super::super::{arguments, kept, when};
use clap::Args;
use serde_json::{Value, json};
use sluice_config::Policy;
use sluice_config::policy::Model;
use sluice_store::acts::{self, Standpoint};
use sluice_store::bodies::{self, Transition};
use sluice_store::{Kind, Store};
use std::sync::Arc;

/// List revisions.
#[derive(Args, Debug)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl List {
    pub(super) fn run(self) -> Done {
        let all = self.settings.with_store(|config, store| async move {
            let mut all = Vec::new();
            for model in config.policy.models() {
                all.push(place(&store, model).await?);
            }
            for warning in drift(&config.policy, &store).await? {
                out::note(warning);
            }
            Ok(all)
        })?;
        printed(self.output, &all)
    }
}

/// Show where a revision is.
#[derive(Args, Debug)]
pub(in crate::cli) struct Show {
    /// The model, or the revision as MODEL@REVISION
    #[arg(value_name = "MODEL")]
    model: String,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Show {
    pub(super) fn run(self) -> Done {
        let Self { model, output, settings } = self;
        let one = settings.with_store(|config, store| async move {
            place(&store, arguments::named_model(&config.policy, &model)?).await
        })?;
        printed(output, &[one])
    }
}

/// A revision, and where it is.
type Placed = (Arc<Model>, Standpoint);

async fn place(store: &Store, model: &Arc<Model>) -> Result<Placed, Failure> {
    let now = acts::standpoint(&*store.records, model).await.map_err(kept::unread)?;
    Ok((Arc::clone(model), now))
}

fn printed(output: Output, all: &[Placed]) -> Done {
    let values: Vec<_> = all.iter().map(shown).collect();
    output.print(&values, || {
        let row = |(model, now): &Placed| {
            let Standpoint { release, version, moves, .. } = now;
            let drift = version.is_some() && release.stage != model.stage;
            let most = release.cohort.principals_max;
            let most = most.map_or(String::new(), |most| format!(", {most} principals"));
            vec![
                model.release.to_string(),
                model.stage.to_string(),
                release.stage.to_string(),
                release.op_state.to_string(),
                format!("{} %{most}", release.cohort.percent),
                moves.to_string(),
                if drift { "yes" } else { "no" }.into(),
            ]
        };
        let rows: Vec<_> = all.iter().map(row).collect();
        let heads = ["revision", "file", "now", "state", "cohort", "moves", "drift"];
        out::text(&out::columns(&heads, &rows))
    })
}

fn shown((model, now): &Placed) -> Value {
    json!({
        "model": model.id, "revision": model.revision, "file_stage": model.stage,
        "release": now.release, "moves": now.moves, "recorded": now.version.is_some(),
        "drift": now.version.is_some() && now.release.stage != model.stage,
    })
}

/// Where the file and records differ, in words.
pub(in crate::cli) async fn drift(policy: &Policy, store: &Store) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for document in kept::documents(store, Kind::RELEASE, None, "").await? {
        let name = &document.id;
        let at = acts::release(&document).map_err(kept::unread)?.stage;
        let model = policy.models().find(|model| *model.release == **name);
        let told = match model {
            None => format!("records have {name} at {at}, and the file does not have it"),
            Some(model) if model.stage == at => continue,
            Some(model) => {
                let first = model.stage;
                format!("{name} is at {at} by records, which count; the file says {first}")
            }
        };
        found.push(told);
    }
    Ok(found)
}

/// Show each move of a revision.
#[derive(Args, Debug)]
pub(in crate::cli) struct History {
    /// The model, or any revision as MODEL@REVISION
    #[arg(value_name = "MODEL")]
    model: String,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl History {
    pub(super) fn run(self) -> Done {
        let Self { model, output, settings } = self;
        let moves = settings.with_store(|config, store| async move {
            let release = match config.policy.model(&model) {
                Some(model) => model.release.to_string(),
                None if model.contains('@') => model,
                None => arguments::named_model(&config.policy, &model)?.release.to_string(),
            };
            let prefix = format!("{release}/");
            let all = kept::documents(&store, Kind::TRANSITION, None, &prefix).await?;
            let read = all.iter().map(bodies::read::<Transition>);
            read.collect::<Result<Vec<_>, _>>().map_err(kept::unread)
        })?;
        output.print(&moves, || {
            let row = |it: &Transition| {
                vec![
                    it.number.to_string(),
                    when::minute(it.at),
                    format!("{} {}", it.from.stage, it.from.op_state),
                    format!("{} {}", it.to.stage, it.to.op_state),
                    it.by.clone(),
                    it.reason.replace(char::is_control, " "),
                ]
            };
            let rows: Vec<_> = moves.iter().map(row).collect();
            out::text(&out::columns(&["move", "at", "from", "to", "by", "reason"], &rows))
        })
    }
}
