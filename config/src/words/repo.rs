//! Repos of the Hugging Face Hub.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::sync::Arc;

/// Signs of an owner, and of a name (`huggingface_hub` allows as many).
const PART_MAX: usize = 96;

/// A repo of the Hub, `owner/name`. It can stand in a path as it is.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct RepoId(Arc<str>);

impl RepoId {
    /// Reads an owner and a name.
    pub fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        (is_part(owner) && is_part(name)).then(|| Self(text.into()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_part(text: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=PART_MAX).contains(&text.len())
        && text.bytes().all(sign)
        && !text.starts_with('.')
        && !text.contains("..")
}

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RepoId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let what = || serde::de::Error::custom("expected a repo, OWNER/NAME");
        Self::parse(&text).ok_or_else(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repo_is_an_owner_and_a_name() {
        for fine in ["acme/rc1", "meta-llama/Llama-3.3-70B_x"] {
            assert_eq!(RepoId::parse(fine).map(|it| it.to_string()), Some(fine.into()));
        }
        for none in
            ["", "acme", "/rc1", "acme/", "a/b/c", "../b", "a/..", "a/b?c", "a/%2e", "a b/c"]
        {
            assert_eq!(RepoId::parse(none), None, "{none}");
        }
        assert_eq!(RepoId::parse(&format!("a/{}", "b".repeat(97))), None);
    }
}
