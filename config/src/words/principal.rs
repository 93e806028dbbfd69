//! Who is calling.

use super::{CredentialId, PrincipalId, TierId};

/// A caller whose identity is proven.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Principal {
    /// Its name in the books.
    pub id: PrincipalId,
    /// The tier it stands on.
    pub tier: TierId,
    /// What it proved itself with.
    pub credential: CredentialId,
}

/// Bytes of a principal's name.
const NAME_BYTES_MAX: usize = 128;
/// How names begin that are given by what proved them; no record has one of them.
const GIVEN: [&str; 4] = ["jwt:", "certificate:", "anonymous:", "hub:"];

impl PrincipalId {
    /// A name, if it is one: it stands in tables, logs and CSV, so it is a plain word.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/@+-".contains(&byte);
        let named = text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric());
        let fine = named && text.len() <= NAME_BYTES_MAX && text.bytes().all(plain);
        fine.then(|| Self::new(text))
    }

    /// Whether the name is given by what proved it, so that no record may have it.
    pub fn is_given(&self) -> bool {
        GIVEN.iter().any(|prefix| self.as_str().starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_words() {
        for name in ["ada", "ada@lab.example", "org/project-1", "0:x+y"] {
            let id = PrincipalId::parse(name).expect("a name");
            assert!(id.as_str() == name && !id.is_given());
        }
        for name in ["", "-x", "@x", "a b", "a,b", "a\"b", "\u{e4}", "a\n", &"a".repeat(129)] {
            assert_eq!(PrincipalId::parse(name), None, "{name}");
        }
        assert!(PrincipalId::new("jwt:lab:ada").is_given());
        assert!(PrincipalId::new("anonymous:192.0.2.1").is_given());
        assert!(PrincipalId::new("hub:alice").is_given());
    }
}
