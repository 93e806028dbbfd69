//! What depends on where a caller is.

use super::outside::Outside;
use crate::Problems;
use crate::file::{self, Consequence, CountryAt, File, JurisdictionRule, List, Name, Named};
use crate::jurisdiction::{Backends, Callers, Jurisdiction, RULES_MAX, Rule, Then};
use crate::spec::CountrySpec;
use crate::words::{Country, ModelId};

/// Compiles the rules.
pub(crate) fn compile(file: &File, problems: &mut Problems) -> Jurisdiction {
    let written = &file.jurisdiction.rules;
    if written.0.len() > RULES_MAX {
        problems.note("jurisdiction.rules", format!("more than {RULES_MAX}"));
    }
    let rules = written.iter().filter_map(|(index, rule)| {
        one(file, rule, &format!("jurisdiction.rules[{index}]"), problems)
    });
    Jurisdiction { rules: rules.collect() }
}

fn one(file: &File, rule: &JurisdictionRule, path: &str, problems: &mut Problems) -> Option<Rule> {
    let callers = callers(rule, path, problems);
    let backends = backends(file, rule, path, problems);
    let models = models(file, rule, path, problems);
    let text = rule.text.as_ref().map(|text| text.0.as_str().into());
    let then = match (rule.then?, text) {
        (Consequence::Deny, None) => Then::Deny,
        (Consequence::Deny, Some(_)) => {
            problems
                .note(&format!("{path}.text"), "a rule that denies tells nothing; leave it out");
            Then::Deny
        }
        (_, None) => {
            problems.note(path, "`text` is missing: what is to be told");
            return None;
        }
        (Consequence::Label, Some(text)) => Then::Label(text),
        (Consequence::Notice, Some(text)) => Then::Notice(text),
    };
    Some(Rule { callers, models, backends, then })
}

fn countries(list: &List<CountryAt>) -> Vec<Country> {
    list.iter().map(|(_, country)| country.0).collect()
}

fn callers(rule: &JurisdictionRule, path: &str, problems: &mut Problems) -> Callers {
    let unknown = rule.callers_unknown;
    match (&rule.callers, &rule.callers_except) {
        (Some(_), Some(_)) => {
            problems.note(path, "`callers` and `callers_except`: keep one");
            Callers::default()
        }
        (Some(list), None) => Callers { except: false, countries: countries(list), unknown },
        (None, Some(list)) => Callers { except: true, countries: countries(list), unknown },
        (None, None) if unknown => Callers { unknown, ..Callers::default() },
        (None, None) => {
            let what = "it means nobody; write `callers`, `callers_except: []` for all whose \
                country is known, or `callers_unknown: true`";
            problems.note(path, what);
            Callers::default()
        }
    }
}

fn backends(file: &File, rule: &JurisdictionRule, path: &str, problems: &mut Problems) -> Backends {
    let upstreams = || file.upstreams.iter().flat_map(Named::iter);
    let known: Vec<&str> =
        upstreams().filter_map(|(_, it)| it.region.as_ref().map(|name| name.0.as_str())).collect();
    let mut named = |list: &List<Name>, word: &str| -> Vec<Box<str>> {
        for (index, name) in list.iter().filter(|(_, name)| !known.contains(&name.0.as_str())) {
            let hint = file::near(&name.0, &known);
            let path = format!("{path}.{word}[{index}]");
            problems.note(&path, format!("no upstream has the region `{}`{hint}", name.0));
        }
        list.iter().map(|(_, name)| name.0.as_str().into()).collect()
    };
    match (&rule.backends_in, &rule.backends_outside) {
        (None, None) => Backends::Any,
        (Some(list), None) => Backends::In(named(list, "backends_in")),
        (None, Some(list)) => Backends::Outside(named(list, "backends_outside")),
        (Some(_), Some(_)) => {
            problems.note(path, "`backends_in` and `backends_outside`: keep one");
            Backends::Any
        }
    }
}

fn models(
    file: &File,
    rule: &JurisdictionRule,
    path: &str,
    problems: &mut Problems,
) -> Vec<ModelId> {
    let known: Vec<&str> = file.models.iter().flat_map(Named::names).collect();
    for (index, name) in rule.models.iter().filter(|(_, name)| !known.contains(&name.0.as_str())) {
        let hint = file::near(&name.0, &known);
        let path = format!("{path}.models[{index}]");
        problems.note(&path, format!("no model is called `{}`{hint}", name.0));
    }
    rule.models.iter().map(|(_, name)| ModelId::new(&name.0)).collect()
}

/// Compiles how the country of a call is found out.
pub(crate) fn countries_of(
    file: &File,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> CountrySpec {
    let written = &file.jurisdiction;
    let from = written.country_from.iter().map(|(_, source)| *source).collect();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let header = written.country_header.as_ref().map(|name| name.0.to_ascii_lowercase());
    if header.as_ref().is_some_and(|name| !name.bytes().all(plain)) {
        problems.note("jurisdiction.country_header", "not the name of a header");
    }
    let behind = file.listeners.iter().flat_map(List::iter);
    if header.is_some() && !behind.into_iter().any(|(_, it)| !it.trusted_proxies.0.is_empty()) {
        let what = "no listener has `trusted_proxies`, and the header counts only from those";
        problems.note("jurisdiction.country_header", what);
    }
    let path = "jurisdiction.country_table";
    let lines = written.country_table.as_ref().and_then(|it| outside.list(&it.0, path, problems));
    let mut table = Vec::new();
    for line in lines.iter().flatten() {
        let read = line.split_once(',').and_then(|(network, country)| {
            Some((network.trim().parse().ok()?, Country::parse(country.trim())?))
        });
        let Some(entry) = read else {
            let what = "a line is not `network,country`, for example `192.0.2.0/24,DE`";
            problems.note(path, what);
            break;
        };
        table.push(entry);
    }
    CountrySpec { from, header, table }
}
