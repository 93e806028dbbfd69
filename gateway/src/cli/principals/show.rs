//! `sluice principals show`: one principal, its keys, and what it may use.

use super::super::arguments::{self, listed};
use super::super::out::{self, Done, Output};
use super::super::settings::Settings;
use super::super::{holder, keys, when};
use super::{Shown, record, state};
use clap::Args;
use serde::Serialize;
use sluice_config::decide::{self, Asker, View};
use sluice_config::words::{Circumstances, Holder, PrincipalId};
use sluice_config::{Policy, World};
use sluice_store::{CredentialRecord, PrincipalRecord};

/// Show a principal.
#[derive(Args, Debug)]
pub(in crate::cli) struct Show {
    /// The principal
    #[arg(value_name = "PRINCIPAL", value_parser = arguments::principal)]
    id: PrincipalId,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

/// A principal with what belongs to it, for machines.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    principal: Shown,
    models: Vec<String>,
    keys: Vec<keys::Shown>,
}

impl Show {
    pub(super) fn run(self) -> Done {
        let Self { id, output, settings } = self;
        let (policy, record, keys, models) = settings.with_store(|config, store| async move {
            let record = record(&store, &id).await?;
            let keys = keys::records(&store, Some(&id)).await?;
            let holder = holder::of_principal(&store, &id).await?;
            let models = usable((&config.policy, &*holder::world(&store).await?), &holder);
            Ok((config.policy, record, keys, models))
        })?;
        let people = page(&policy, &record, &models, &keys);
        let whole = Whole { principal: Shown::of(&record), models, keys: keys::shown(&keys) };
        output.print(&whole, || out::text(&people))
    }
}

/// The models a principal may use, by the decision of the node, wherever it calls from.
fn usable((policy, world): (&Policy, &World), holder: &Holder) -> Vec<String> {
    let call = Circumstances { now: when::now(), ..Circumstances::default() };
    let usable = decide::usable(View { policy, world }, Asker { holder, call });
    usable.map(|(model, _)| model.id.to_string()).collect()
}

fn page(
    policy: &Policy,
    record: &PrincipalRecord,
    models: &[String],
    keys: &[CredentialRecord],
) -> String {
    let PrincipalRecord { id, tier, note, created, disabled } = record;
    let gone = if policy.tier(tier).is_none() { ", which the file does not have" } else { "" };
    let since = disabled.map_or(String::new(), |at| format!(" since {}", when::minute(at)));
    let models =
        if models.is_empty() { "none".into() } else { listed(models.iter().map(String::as_str)) };
    let mut lines = vec![
        format!("principal  {id}"),
        format!("tier       {tier}{gone}"),
        format!("state      {}{since}", state(record)),
        format!("created    {}", when::minute(*created)),
        format!("models     {models}"),
    ];
    if !note.is_empty() {
        lines.push(format!("note       {note}"));
    }
    match keys {
        [] => lines.push("keys       none\n".into()),
        keys => lines.push(format!("\n{}", keys::table(keys))),
    }
    lines.join("\n")
}
