//! `sluice keys rotate`: a new key in the place of an old one, with a while in which both work.

use super::super::act::Why;
use super::super::out::{self, Done, Failure, Output};
use super::super::settings::Settings;
use super::super::when::{self, When};
use super::super::{arguments, principals};
use super::make::{Made, Wanted, make};
use super::state;
use clap::Args;
use sluice_config::words::{CredentialId, Timestamp};
use sluice_store::{CredentialRecord, Replaced, Store};

/// Make a key in the place of another.
#[derive(Args, Debug)]
pub(in crate::cli) struct Rotate {
    /// The id of the old one, as `sluice keys list` shows it
    #[arg(value_name = "ID", value_parser = arguments::credential)]
    id: CredentialId,
    /// How long the old one still works, such as 12h, or until when; never longer than it would have
    #[arg(long, value_name = "WHEN", default_value = "24h")]
    overlap: When,
    /// When the new one ends by itself, as for `create`; unless given, it lives as long as the old one
    #[arg(long, value_name = "WHEN")]
    expires: Option<When>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Rotate {
    pub(super) fn run(self) -> Done {
        let Self { id, overlap, expires, why, output, settings } = self;
        let act = why.act("rotate_credential");
        let (until, expires) = (overlap.ahead(act.at), expires.map(|when| when.ahead(act.at)));
        for at in [Some(until), expires].into_iter().flatten() {
            if at <= act.at {
                return Err(Failure::Other(
                    "a key would have ended already; give a later time".into(),
                ));
            }
        }
        let (old, made) = settings.with_store(|config, store| async move {
            let old = record(&store, &id).await?;
            let now = state(&old, act.at);
            if now != "stands" {
                return Err(Failure::Other(format!(
                    "key {id} is {now}; `sluice keys create {}` makes a new one",
                    old.principal
                )));
            }
            let expires = expires.or_else(|| as_long(&old, act.at));
            let principal = principals::record(&store, &old.principal).await?;
            arguments::known_tier(&config.policy, &principal.tier)?;
            let wanted = Wanted {
                principal: principal.id,
                expires,
                note: old.note.clone(),
                scopes: old.scopes.clone(),
                replaces: Some(Replaced { credential: id, until }),
            };
            let made = make(&store, &config.node.key_secret, wanted, &act).await?;
            Ok((old, made))
        })?;
        let until = old.expires.map_or(until, |at| at.min(until));
        output.print(&made, || tell(&old, &made, until))
    }
}

fn tell(old: &CredentialRecord, made: &Made, until: Timestamp) -> Done {
    out::note(format!(
        "key {} for {} takes the place of {}, which works until {} UTC; it is shown this once and \
         kept nowhere",
        made.id,
        made.principal,
        old.id,
        when::minute(until)
    ));
    out::line(&made.key)
}

/// The end of a key made at `now` that lives as long as `old` was made to.
fn as_long(old: &CredentialRecord, now: Timestamp) -> Option<Timestamp> {
    old.expires.map(|at| now.plus(at.since(old.created)))
}

/// The key called `id`, or words that help.
async fn record(store: &Store, id: &CredentialId) -> Result<CredentialRecord, Failure> {
    let all = super::records(store, None).await?;
    let found = all.into_iter().find(|key| key.id == *id);
    found.ok_or_else(|| Failure::Other(format!("no key is called {id}; see `sluice keys list`")))
}
