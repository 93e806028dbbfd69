//! Licences: what the configuration says of them, and the words that their files are written in.

use super::leaf::{FilePath, Line, written};
use super::section::section;
use crate::words::{Country, EUROPEAN_UNION, Subject};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

section! {
    /// Who hosts the models: the licensee of their licences.
    Licensee {
        /// Where you are at home: the two letters of the country of your principal place of
        /// business. Some licences exclude some.
        country: required(Home),
        /// Your name.
        name: optional(Line),
    }
}

section! {
    /// What is said of a licence here. Its name is its id, as `licence` of a model has it.
    LicenceAt {
        /// The terms, in a file of their own; in place of those that come with the program.
        file: optional(FilePath),
        /// The text of the licence. Whoever accepts it accepts the hash of this text.
        text: optional(FilePath),
        /// Whether the text is another than the one that its terms were read in. Compare them
        /// before you say so.
        other_text: default(bool, false),
        /// Who must have accepted the text before a call, where the terms do not ask for it.
        accept: optional(Subject),
    }
}

/// Declares a closed word with its variants.
macro_rules! choice {
    ($(#[doc = $about:literal])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident),* }) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[doc = $doc])* $variant,)* }
    };
}

choice! {
    /// Over how long users are counted.
    MauWindow {
        /// A calendar month.
        Month
    }
}

choice! {
    /// Which month counts.
    MauAt {
        /// The one before the model was released.
        ReleaseDate,
        /// Every one.
        Now
    }
}

choice! {
    /// Whose users count.
    MauScope {
        /// Those of everything the licensee offers.
        Licensee
    }
}

choice! {
    /// Whose place counts.
    AppliesTo {
        /// Where the licensee is at home.
        Licensee,
        /// Where the end user is.
        EndUser
    }
}

choice! {
    /// Whether derived models inherit the terms.
    Inherit {
        /// Of each term, the stricter.
        Strictest,
        /// No.
        None
    }
}

const EU: &str = "EU";

written! {
    /// A country.
    Home(Country), "the two letters of a country", { "type": "string", "pattern": "^[A-Za-z]{2}$" },
    |text| {
        let country = Country::parse(text).filter(|country| country.as_str() != EU);
        country.ok_or_else(|| "expected the two letters of a country, for example DE".into())
    },
    |country| country.as_str().to_owned()
}

written! {
    /// A country, or all those of a union.
    Territory(Vec<Country>), "the two letters of a country",
    { "type": "string", "pattern": "^[A-Za-z]{2}$" },
    |text| match Country::parse(text) {
        Some(union) if union.as_str() == EU => {
            Ok(EUROPEAN_UNION.into_iter().filter_map(Country::parse).collect())
        }
        Some(country) => Ok(vec![country]),
        None => Err("expected the two letters of a country, or EU".into()),
    },
    |countries| match countries.as_slice() {
        [country] => country.as_str().to_owned(),
        _ => EU.to_owned(),
    }
}

written! {
    /// A SHA-256.
    Sha256([u8; 32]), "a SHA-256", { "type": "string", "pattern": "^[0-9a-f]{64}$" },
    |text| blake3::Hash::from_hex(text).ok()
        .filter(|_| !text.bytes().any(|byte| byte.is_ascii_uppercase()))
        .map(|hash| *hash.as_bytes())
        .ok_or_else(|| "expected a SHA-256: 64 hex digits in lower case".into()),
    |hash| blake3::Hash::from_bytes(*hash).to_hex().to_string()
}

written! {
    /// A use, with the namespace that says whose word it is.
    Category(String), "a category", { "type": "string", "pattern": "^[a-z0-9._-]+:[a-z0-9._-]+$" },
    |text| {
        let word = |text: &str| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit()
                || b"._-".contains(&byte);
            !text.is_empty() && text.bytes().all(plain)
        };
        let fine = text.len() <= 64
            && text.split_once(':').is_some_and(|(space, name)| word(space) && word(name));
        let what = "expected `namespace:category`, at most 64 lower-case letters, digits, `. _ -`";
        if fine { Ok(text.into()) } else { Err(what.into()) }
    },
    Clone::clone
}
