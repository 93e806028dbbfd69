//! Making a key, and what it may be used for.

use super::super::out::Failure;
use super::super::{arguments, when};
use clap::Args;
use serde::Serialize;
use sluice_config::Policy;
use sluice_config::words::{
    ApiKey, CredentialId, KeyHasher, ModelId, Operation, PrincipalId, Scopes, Timestamp,
};
use sluice_store::{Act, NewCredential, Replaced, Store};

/// What a key may be used for, where that is less than its principal may.
#[derive(Args, Debug)]
pub(super) struct Narrowed {
    /// Only for this model, by its own name; may be given again
    #[arg(long = "model", value_name = "MODEL", value_parser = arguments::model)]
    models: Vec<ModelId>,
    /// Only for this operation, such as chat; may be given again
    #[arg(long = "operation", value_name = "OPERATION", value_parser = arguments::operation)]
    operations: Vec<Operation>,
    /// Only from this network, such as 10.0.0.0/8, or this address; may be given again
    #[arg(long = "from", value_name = "CIDR", value_parser = Scopes::network)]
    from: Vec<ipnet::IpNet>,
}

impl Narrowed {
    /// The scopes, if any were given; a model must be one of the file's, by its own name.
    pub(super) fn scopes(self, policy: &Policy) -> Result<Option<Scopes>, Failure> {
        for model in &self.models {
            arguments::known_model(policy, model)?;
        }
        let scopes = Scopes::new(self.models, self.operations, self.from);
        let scopes = scopes.map_err(|problem| Failure::Other(problem.to_string()))?;
        Ok((!scopes.is_empty()).then_some(scopes))
    }
}

/// A key to be made.
#[derive(Debug)]
pub(in crate::cli) struct Wanted {
    /// Whose it is.
    pub(in crate::cli) principal: PrincipalId,
    /// When it ends by itself, if it does.
    pub(in crate::cli) expires: Option<Timestamp>,
    /// What to remember of it.
    pub(in crate::cli) note: String,
    /// What it may be used for, if not for everything.
    pub(in crate::cli) scopes: Option<Scopes>,
    /// What it takes the place of.
    pub(in crate::cli) replaces: Option<Replaced>,
}

/// A key that was just made.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Made {
    pub(super) id: CredentialId,
    pub(super) principal: PrincipalId,
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Scopes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<CredentialId>,
    /// The key itself.
    pub(in crate::cli) key: String,
}

/// Makes a key.
pub(in crate::cli) async fn make(
    store: &Store,
    hasher: &KeyHasher,
    wanted: Wanted,
    act: &Act,
) -> Result<Made, Failure> {
    let random = crate::ids::random();
    let key = ApiKey::make(&random.map_err(|error| Failure::of("no random bytes", error))?);
    let read =
        ApiKey::parse(&key).ok_or_else(|| Failure::Other("the key came out wrong".into()))?;
    let (id, digest) = (read.credential(), hasher.digest(&read));
    let Wanted { principal, expires, note, scopes, replaces } = wanted;
    let made = Made {
        id: id.clone(),
        principal: principal.clone(),
        expires: expires.and_then(when::exact),
        scopes: scopes.clone(),
        replaces: replaces.as_ref().map(|old| old.credential.clone()),
        key,
    };
    let hasher = hasher.id().into();
    let new = NewCredential { id, principal, digest, hasher, expires, note, scopes, replaces };
    let created = store.records.create_credential(new, act).await;
    created.map_err(|error| Failure::of("the key cannot be made", error))?;
    Ok(made)
}
