//! `sluice keys`: made, listed and ended without a database client. A running node feels it within
//! a second.

mod make;
mod rotate;

use super::act::Why;
use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::when::{self, When};
use super::{arguments, principals};
use clap::{Args, Subcommand};
use make::Narrowed;
pub(super) use make::{Wanted, make};
use rotate::Rotate;
use serde::Serialize;
use sluice_config::words::{CredentialId, PrincipalId, Scopes, Timestamp};
use sluice_store::{CredentialRecord, Store};

/// Make, list, rotate and revoke API keys.
#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make a key and print it: the only time it is seen
    Create(Create),
    /// List keys; what they are cannot be shown any more
    List(List),
    /// Make a key in the place of another, which works for a while yet
    Rotate(Rotate),
    /// End a key for ever
    Revoke(Revoke),
}

impl Keys {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Create(command) => command.run(),
            Self::List(command) => command.run(),
            Self::Rotate(command) => command.run(),
            Self::Revoke(command) => command.run(),
        }
    }
}

/// Make a key.
#[derive(Args, Debug)]
pub(super) struct Create {
    #[command(flatten)]
    whose: Whose,
    /// When it ends by itself: 12h, 90d, 4w, or the first moment of a day such as 2027-01-31, UTC
    #[arg(long, value_name = "WHEN")]
    expires: Option<When>,
    /// What to remember of it
    #[arg(long, default_value = "", hide_default_value = true, value_parser = arguments::note)]
    note: String,
    #[command(flatten)]
    narrowed: Narrowed,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

/// Whose key it is, in either spelling.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Whose {
    /// Whose key it is
    #[arg(value_name = "PRINCIPAL", value_parser = arguments::principal)]
    name: Option<PrincipalId>,
    /// Whose key it is
    #[arg(long, value_name = "PRINCIPAL", value_parser = arguments::principal)]
    principal: Option<PrincipalId>,
}

impl Create {
    fn run(self) -> Done {
        let Self { whose, expires, note, narrowed, why, output, settings } = self;
        let Some(principal) = whose.name.or(whose.principal) else { return Err(Failure::No) };
        let act = why.act("create_credential");
        let expires = expires.map(|when| when.ahead(act.at));
        if expires.is_some_and(|at| at <= act.at) {
            let what = "the key would have ended already; give a later `--expires`";
            return Err(Failure::Other(what.into()));
        }
        let made = settings.with_store(|config, store| async move {
            let record = principals::record(&store, &principal).await?;
            arguments::known_tier(&config.policy, &record.tier)?;
            if record.disabled.is_some() {
                out::note(format!("{principal} is disabled: the key will not work before `sluice principals enable`"));
            }
            let scopes = narrowed.scopes(&config.policy)?;
            let wanted = Wanted { principal, expires, note, scopes, replaces: None };
            make(&store, &config.node.key_secret, wanted, &act).await
        })?;
        output.print(&made, || {
            let ends =
                expires.map_or(String::new(), |at| format!(", until {} UTC", when::minute(at)));
            let (id, principal) = (&made.id, &made.principal);
            out::note(format!(
                "key {id} for {principal}{ends}; it is shown this once and kept nowhere"
            ));
            out::line(&made.key)
        })
    }
}

/// List keys.
#[derive(Args, Debug)]
pub(super) struct List {
    /// Only those of this principal
    #[arg(long, value_name = "PRINCIPAL", value_parser = arguments::principal)]
    principal: Option<PrincipalId>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl List {
    fn run(self) -> Done {
        let Self { principal, output, settings } = self;
        let keys = settings.with_store(|_, store| async move {
            if let Some(principal) = &principal {
                principals::record(&store, principal).await?;
            }
            records(&store, principal.as_ref()).await
        })?;
        output.print(&shown(&keys), || out::text(&table(&keys)))
    }
}

/// The keys of a principal, or of all.
pub(super) async fn records(
    store: &Store,
    of: Option<&PrincipalId>,
) -> Result<Vec<CredentialRecord>, Failure> {
    let found = store.records.credentials(of).await;
    found.map_err(|error| Failure::of("keys cannot be listed", error))
}

/// A key as it can be shown.
#[derive(Serialize)]
pub(super) struct Shown {
    id: CredentialId,
    principal: PrincipalId,
    state: &'static str,
    created: Option<String>,
    expires: Option<String>,
    revoked: Option<String>,
    scopes: Option<Scopes>,
    replaces: Option<CredentialId>,
    note: String,
}

/// Keys for machines.
pub(super) fn shown(keys: &[CredentialRecord]) -> Vec<Shown> {
    let now = when::now();
    let one = |key: &CredentialRecord| Shown {
        id: key.id.clone(),
        principal: key.principal.clone(),
        state: state(key, now),
        created: when::exact(key.created),
        expires: key.expires.and_then(when::exact),
        revoked: key.revoked.and_then(when::exact),
        scopes: key.scopes.clone(),
        replaces: key.replaces.clone(),
        note: key.note.clone(),
    };
    keys.iter().map(one).collect()
}

/// Keys for people.
pub(super) fn table(keys: &[CredentialRecord]) -> String {
    let now = when::now();
    let row = |key: &CredentialRecord| {
        vec![
            key.id.to_string(),
            key.principal.to_string(),
            state(key, now).into(),
            when::minute(key.created),
            key.expires.map_or("never".into(), when::minute),
            key.scopes.as_ref().map_or("anything".into(), ToString::to_string),
            key.note.clone(),
        ]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    out::columns(&["id", "principal", "state", "created", "expires", "for", "note"], &rows)
}

fn state(key: &CredentialRecord, now: Timestamp) -> &'static str {
    match (key.revoked, key.expires) {
        (Some(_), _) => "revoked",
        (None, Some(at)) if at <= now => "expired",
        _ => "stands",
    }
}

/// End a key.
#[derive(Args, Debug)]
pub(super) struct Revoke {
    /// Its id, as `sluice keys list` shows it
    #[arg(value_name = "ID", value_parser = arguments::credential)]
    id: CredentialId,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    settings: Settings,
}

impl Revoke {
    fn run(self) -> Done {
        let Self { id, why, settings } = self;
        settings.with_store(|_, store| async move {
            let revoked = store.records.revoke(&id, &why.act("revoke_credential")).await;
            revoked.map_err(|error| Failure::of("the key cannot be revoked", error))?;
            out::note(format!("key {id} is revoked; running nodes refuse it within a second"));
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_until_it_is_revoked_or_expires() {
        let key = |expires, revoked| CredentialRecord {
            id: CredentialId::new("0AbCdEf12345"),
            principal: PrincipalId::new("ada"),
            hasher: "00000000".into(),
            note: String::new(),
            created: Timestamp(1),
            expires,
            revoked,
            scopes: None,
            replaces: None,
        };
        let at = Timestamp(10);
        assert_eq!(state(&key(None, None), at), "stands");
        assert_eq!(state(&key(Some(Timestamp(11)), None), at), "stands");
        assert_eq!(state(&key(Some(at), None), at), "expired");
        assert_eq!(state(&key(Some(at), Some(at)), at), "revoked");
    }
}
