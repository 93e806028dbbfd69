//! Countries, by their two letters.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A country by its two letters, as ISO 3166-1 has them. Whether there is such a country is not
/// looked up: a policy that names none says nothing of it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Country([u8; 2]);

impl Country {
    /// Reads two letters, in any case. `XX`, `ZZ` and `T1` are what proxies write where they do not know.
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
        let country = letters.map(|letter| letter.to_ascii_uppercase());
        let known =
            country.iter().all(u8::is_ascii_uppercase) && country != *b"XX" && country != *b"ZZ";
        known.then_some(Self(country))
    }

    /// The two letters, in capitals.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XX")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let what = || serde::de::Error::custom("expected the two letters of a country");
        Self::parse(&text).ok_or_else(what)
    }
}

impl JsonSchema for Country {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Country".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Za-z]{2}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters_in_any_case() {
        assert_eq!(Country::parse("de"), Country::parse("DE"));
        assert_eq!(Country::parse("de").map(|it| it.to_string()), Some("DE".into()));
        for none in ["", "D", "DEU", "XX", "xx", "zz", "T1", "d\u{e9}", "\u{e9}", "D "] {
            assert_eq!(Country::parse(none), None, "{none}");
        }
    }
}
