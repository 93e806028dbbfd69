//! Names of the Hub, checked where they are read.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Signs of the id of a request.
const ID_MAX: usize = 64;
/// Signs of a name.
const USER_MAX: usize = 96;
/// Signs of a reason, as the Hub has it.
const REASON_MAX: usize = 200;

macro_rules! checked {
    ($(#[doc = $about:literal])* $name:ident, $what:literal, $check:expr) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads one.
            pub fn parse(text: impl Into<String>) -> Option<Self> {
                let (text, check): (String, fn(&str) -> bool) = (text.into(), $check);
                check(&text).then_some(Self(text))
            }

            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(text).ok_or($what)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked! {
    /// What the Hub calls one request for access. It stays the same, whatever becomes of it.
    RequestId, "expected the id of a request", |text| is_plain(text, ID_MAX, b"-_")
}

checked! {
    /// Somebody's name on the Hub.
    HubUser, "expected a name of the Hub", |text| is_plain(text, USER_MAX, b"-_.")
}

checked! {
    /// Why a request was rejected, as whoever asked is told: at most 200 signs.
    Reason, "expected a reason of 1 to 200 signs", |text| {
        (1..=REASON_MAX).contains(&text.chars().count())
            && text.chars().all(|sign| sign == '\n' || !sign.is_control())
    }
}

fn is_plain(text: &str, signs_max: usize, more: &[u8]) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || more.contains(&byte);
    (1..=signs_max).contains(&text.len()) && text.bytes().all(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_reasons_short() {
        assert!(HubUser::parse("julien-c_1.x").is_some());
        for none in ["", "a b", "a/b", "\u{e4}", "a\n"] {
            assert_eq!((HubUser::parse(none), RequestId::parse(none)), (None, None), "{none}");
        }
        assert!(Reason::parse("\u{e4}".repeat(200)).is_some());
        assert!(Reason::parse("a".repeat(201)).is_none() && Reason::parse("a\0").is_none());
        assert!(serde_json::from_str::<HubUser>("\"a/b\"").is_err());
    }
}
