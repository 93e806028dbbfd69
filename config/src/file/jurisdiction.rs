//! The section of the file that says what depends on where a caller is.

use super::leaf::{FilePath, Name, written};
use super::provenance::Visible;
use super::read::List;
use super::section::section;
use super::word::Consequence;
use crate::spec::CountrySource;
use crate::words::Country;

section! {
    /// What depends on where a caller is, and where what answers it is.
    Jurisdiction {
        /// What tells the country of a call; the first that does counts.
        country_from: default(
            List<CountrySource>,
            vec![CountrySource::Claim, CountrySource::Header, CountrySource::Table]
        ),
        /// The header in which a trusted proxy writes it, for example `cf-ipcountry`.
        country_header: optional(Name),
        /// Countries by network: a line each, `192.0.2.0/24,DE`; the narrowest counts.
        country_table: optional(FilePath),
        /// Rules in order. The first that denies ends the decision; the others are all told.
        rules: default(List<JurisdictionRule>, Vec::new()),
    }
}

section! {
    /// For whom, for what, and what then.
    JurisdictionRule {
        /// Callers of these countries.
        callers: optional(List<CountryAt>),
        /// Callers of all countries but these.
        callers_except: optional(List<CountryAt>),
        /// Also callers whose country nobody knows.
        callers_unknown: default(bool, false),
        /// Only these models; all, if none is named.
        models: default(List<Name>, Vec::new()),
        /// Only where the upstream is in one of these regions.
        backends_in: optional(List<Name>),
        /// Only where the upstream is in none of these regions, or says none.
        backends_outside: optional(List<Name>),
        /// What then.
        then: required(Consequence),
        /// What is told, by `label` and `notice`.
        text: optional(Visible),
    }
}

written! {
    /// A country.
    CountryAt(Country), "a country", { "type": "string", "pattern": "^[A-Za-z]{2}$" },
    |text| Country::parse(text).ok_or_else(|| "expected the two letters of a country".into()),
    ToString::to_string
}
