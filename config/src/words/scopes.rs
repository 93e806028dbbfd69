//! What a credential may be used for, where its holder wants less than they have.

use super::{ModelId, Operation};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

/// The most entries of one list.
pub const SCOPE_ENTRIES_MAX: usize = 64;
/// Bytes of the name of a model.
const MODEL_BYTES_MAX: usize = 256;

/// What a credential may be used for. A list that is not there narrows nothing, so a list of nothing
/// cannot be written.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Scopes {
    models: Option<BTreeSet<ModelId>>,
    operations: Option<BTreeSet<Operation>>,
    addresses: Option<BTreeSet<IpNet>>,
}

impl Scopes {
    /// Scopes with these lists; a list without entries narrows nothing.
    pub fn new(
        models: impl IntoIterator<Item = ModelId>,
        operations: impl IntoIterator<Item = Operation>,
        addresses: impl IntoIterator<Item = IpNet>,
    ) -> Result<Self, ScopesProblem> {
        let models = list(models)?;
        let long = |model: &ModelId| model.as_str().len() > MODEL_BYTES_MAX;
        let unnamed = |model: &ModelId| model.as_str().is_empty() || long(model);
        if models.iter().flatten().any(unnamed) {
            return Err(ScopesProblem::Model);
        }
        let addresses = addresses.into_iter().map(|network| network.trunc());
        Ok(Self { models, operations: list(operations)?, addresses: list(addresses)? })
    }

    /// Reads a network, or an address as the network of it alone. An address inside a network could
    /// mean either.
    pub fn network(text: &str) -> Result<IpNet, ScopesProblem> {
        let read = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let exact = read.ok().filter(|network| network.addr() == network.network());
        exact.ok_or(ScopesProblem::Network)
    }

    /// Whether they narrow nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The models it may be used for, if not all.
    pub fn models(&self) -> Option<&BTreeSet<ModelId>> {
        self.models.as_ref()
    }

    /// The operations it may be used for, if not all.
    pub fn operations(&self) -> Option<&BTreeSet<Operation>> {
        self.operations.as_ref()
    }

    /// The networks it may be used from, if not all.
    pub fn addresses(&self) -> Option<&BTreeSet<IpNet>> {
        self.addresses.as_ref()
    }

    /// Whether it may be used for a model, by its canonical name.
    pub fn has_model(&self, model: &ModelId) -> bool {
        self.models.as_ref().is_none_or(|models| models.contains(model))
    }

    /// Whether it may be used for an operation.
    pub fn has_operation(&self, operation: Operation) -> bool {
        self.operations.as_ref().is_none_or(|operations| operations.contains(&operation))
    }

    /// Whether it may be used from an address. An IPv4 address in IPv6 clothes is what it is.
    pub fn has_address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let within = |networks: &BTreeSet<IpNet>| networks.iter().any(|it| it.contains(&address));
        self.addresses.as_ref().is_none_or(within)
    }
}

/// In words: `models open-1; operations chat; from 10.0.0.0/8`.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            words("models", self.models.as_ref()),
            words("operations", self.operations.as_ref()),
            words("from", self.addresses.as_ref()),
        ];
        let lists: Vec<_> = lists.into_iter().flatten().collect();
        f.write_str(&lists.join("; "))
    }
}

/// Why these are no scopes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ScopesProblem {
    /// A list was written that has no entries.
    Nothing,
    /// A list has more entries than [`SCOPE_ENTRIES_MAX`].
    Many,
    /// The name of a model is empty or too long.
    Model,
    /// Not an address or a network.
    Network,
}

impl fmt::Display for ScopesProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("a list of nothing: leave it out, or name something"),
            Self::Many => write!(f, "more than {SCOPE_ENTRIES_MAX} entries in a list"),
            Self::Model => write!(f, "a model has a name of at most {MODEL_BYTES_MAX} bytes"),
            Self::Network => f.write_str("expected a network such as 10.0.0.0/8, or an address"),
        }
    }
}

impl std::error::Error for ScopesProblem {}

/// As kept.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    models: Option<Vec<ModelId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operations: Option<Vec<Operation>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    addresses: Option<Vec<String>>,
}

impl TryFrom<Written> for Scopes {
    type Error = ScopesProblem;

    fn try_from(written: Written) -> Result<Self, ScopesProblem> {
        let Written { models, operations, addresses } = written;
        let addresses = something(addresses)?;
        let networks: Result<Vec<_>, _> =
            addresses.iter().map(|text| Self::network(text)).collect();
        Self::new(something(models)?, something(operations)?, networks?)
    }
}

impl From<Scopes> for Written {
    fn from(scopes: Scopes) -> Self {
        let Scopes { models, operations, addresses } = scopes;
        Self {
            models: models.map(|them| them.into_iter().collect()),
            operations: operations.map(|them| them.into_iter().collect()),
            addresses: addresses.map(|them| them.iter().map(ToString::to_string).collect()),
        }
    }
}

/// A list as written: left out, or with something in it.
fn something<T>(list: Option<Vec<T>>) -> Result<Vec<T>, ScopesProblem> {
    match list {
        Some(list) if list.is_empty() => Err(ScopesProblem::Nothing),
        list => Ok(list.unwrap_or_default()),
    }
}

fn list<T: Ord>(
    entries: impl IntoIterator<Item = T>,
) -> Result<Option<BTreeSet<T>>, ScopesProblem> {
    let mut list = BTreeSet::new();
    for entry in entries {
        list.insert(entry);
        if list.len() > SCOPE_ENTRIES_MAX {
            return Err(ScopesProblem::Many);
        }
    }
    Ok((!list.is_empty()).then_some(list))
}

fn words<T: fmt::Display>(name: &str, list: Option<&BTreeSet<T>>) -> Option<String> {
    let words: Vec<_> = list?.iter().map(ToString::to_string).collect();
    Some(format!("{name} {}", words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Scopes, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    fn from(scopes: &Scopes, address: &str) -> bool {
        scopes.has_address(address.parse().unwrap())
    }

    #[test]
    fn what_is_not_narrowed_is_open() {
        let scopes = read("{}").unwrap();
        assert!(scopes.is_empty());
        assert!(scopes.has_model(&ModelId::new("open-1")) && from(&scopes, "192.0.2.1"));
        assert!(Operation::ALL.into_iter().all(|operation| scopes.has_operation(operation)));
    }

    #[test]
    fn what_is_narrowed_is_exactly_that() {
        let text =
            r#"{"models":["open-1"],"operations":["chat"],"addresses":["10.0.0.0/8","::1"]}"#;
        let scopes = read(text).unwrap();
        assert!(scopes.has_model(&ModelId::new("open-1")));
        assert!(!scopes.has_model(&ModelId::new("open-1-large")));
        assert!(scopes.has_operation(Operation::Chat));
        assert!(!scopes.has_operation(Operation::Completion));
        assert!(from(&scopes, "10.255.0.1") && from(&scopes, "::ffff:10.0.0.1"));
        assert!(from(&scopes, "::1") && !from(&scopes, "::2") && !from(&scopes, "11.0.0.1"));
        assert_eq!(scopes.to_string(), "models open-1; operations chat; from 10.0.0.0/8, ::1/128");
    }

    #[test]
    fn what_would_be_misread_is_refused() {
        for (text, why) in [
            (r#"{"models":[]}"#, "a list of nothing"),
            (r#"{"addresses":[]}"#, "a list of nothing"),
            (r#"{"models":[""]}"#, "a model has a name"),
            (r#"{"operations":["chats"]}"#, "unknown variant"),
            (r#"{"addresses":["10.0.0.0/33"]}"#, "expected a network"),
            (r#"{"addresses":["10.1.2.3/8"]}"#, "expected a network"),
            (r#"{"model":["open-1"]}"#, "unknown field"),
        ] {
            let refused = read(text).unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            models in prop::collection::vec("[a-z]{1,3}", 0..70),
            operations in prop::collection::vec(0..Operation::ALL.len(), 0..4),
            networks in prop::collection::vec((any::<u32>(), 0..=32_u8), 0..4),
        ) {
            let models: BTreeSet<_> = models.iter().map(|model| ModelId::new(model)).collect();
            let many = models.len() > SCOPE_ENTRIES_MAX;
            let operations = operations.into_iter().map(|index| Operation::ALL[index]);
            let networks = networks.into_iter().map(|(bits, length)| {
                IpNet::new(std::net::Ipv4Addr::from(bits).into(), length).unwrap()
            });
            match Scopes::new(models, operations, networks) {
                Ok(scopes) => {
                    prop_assert!(!many);
                    let text = serde_json::to_string(&scopes).unwrap();
                    prop_assert_eq!(read(&text), Ok(scopes));
                }
                Err(problem) => prop_assert!(many && problem == ScopesProblem::Many),
            }
        }
    }
}
