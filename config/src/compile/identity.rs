//! How callers are known: every rule names a tier there is, no two issuers are one.

use super::outside::Outside;
use super::templates::{claim, template};
use crate::Problems;
use crate::file::{self, CertificateRule, File, List, Named, Naming, TokenRule, Values};
use crate::spec::{
    ClaimPath, Condition, IdentityRule, IdentitySpec, IssuerSpec, PrincipalRule, Template, Wanted,
};
use crate::words::TierId;

/// Issuers: each is asked for keys, and looked through for every token.
const ISSUERS_MAX: usize = 64;
/// Rules of one issuer.
const RULES_MAX: usize = 1_000;

/// Compiles the section.
pub(crate) fn compile(file: &File, outside: &Outside<'_>, problems: &mut Problems) -> IdentitySpec {
    let written = &file.identity;
    if written.issuers.0.len() > ISSUERS_MAX {
        problems.note("identity.issuers", format!("more than {ISSUERS_MAX} issuers"));
    }
    let mut issuers: Vec<IssuerSpec> = Vec::new();
    for (name, issuer) in written.issuers.iter() {
        let Some(issuer) = one(file, (name, issuer), outside, problems) else { continue };
        if issuers.iter().any(|other| other.issuer == issuer.issuer) {
            let what = "another issuer has this URL; put all its rules in one place";
            problems.note(&format!("{}.issuer", issuer.path), what);
        }
        issuers.push(issuer);
    }
    let anonymous = written.anonymous.as_ref().and_then(|it| it.tier.as_ref());
    let anonymous = anonymous.and_then(|name| tier(file, &name.0, "identity.anonymous", problems));
    IdentitySpec { issuers, certificates: certificates(file, problems), anonymous }
}

fn one(
    file: &File,
    (name, written): (&str, &file::Issuer),
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Option<IssuerSpec> {
    let path = format!("identity.issuers.{name}");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.len() > 32 || name.is_empty() || !name.bytes().all(plain) {
        let what = "the name of an issuer is 1 to 32 letters, digits or any of `. _ -`: it stands \
            in the names of principals";
        problems.note(&path, what);
    }
    if let Some(ca) = &written.ca {
        outside.pem(&ca.0, false, &format!("{path}.ca"), problems);
    }
    some(written.audiences.as_ref(), &format!("{path}.audiences"), problems);
    some(Some(&written.algorithms), &format!("{path}.algorithms"), problems);
    if written.types.0.is_empty() && written.type_required {
        problems.note(&format!("{path}.types"), "there must be at least one");
    }
    if written.stale_max_ms.0 < written.keys_max_age_ms.0 {
        let what = format!("must not be less than keys_max_age_ms ({})", written.keys_max_age_ms.0);
        problems.note(&format!("{path}.stale_max_ms"), what);
    }
    let rules = list(written.rules.as_ref(), &format!("{path}.rules"), problems, |rule, at, on| {
        token_rule(file, rule, at, on)
    });
    Some(IssuerSpec {
        name: name.into(),
        issuer: written.issuer.as_ref()?.0.clone(),
        audiences: lines(written.audiences.as_ref()?),
        jwks_url: written.jwks_url.as_ref().map(|url| url.0.clone()),
        algorithms: written.algorithms.iter().map(|(_, it)| *it).collect(),
        ca: written.ca.as_ref().map(|ca| outside.path(&ca.0)),
        types: lines(&written.types).iter().map(|it| it.to_ascii_lowercase()).collect(),
        type_required: written.type_required,
        leeway: written.leeway_ms.milliseconds(),
        keys_age_max: written.keys_max_age_ms.milliseconds(),
        stale_max: written.stale_max_ms.milliseconds(),
        rules,
        path,
    })
}

fn lines(list: &List<file::Line>) -> Vec<String> {
    list.iter().map(|(_, line)| line.0.clone()).collect()
}

fn some<T>(list: Option<&List<T>>, path: &str, problems: &mut Problems) {
    if list.is_some_and(|list| list.0.is_empty()) {
        problems.note(path, "there must be at least one");
    }
}

/// Rules, in order; what stands behind one that always fits would never be read.
fn list<T>(
    written: Option<&List<T>>,
    path: &str,
    problems: &mut Problems,
    compile: impl Fn(&T, &str, &mut Problems) -> Option<IdentityRule>,
) -> Vec<IdentityRule> {
    some(written, path, problems);
    if written.is_some_and(|list| list.0.len() > RULES_MAX) {
        problems.note(path, format!("more than {RULES_MAX} rules"));
    }
    let (mut rules, mut over) = (Vec::new(), false);
    for (index, rule) in written.iter().flat_map(|list| list.iter()) {
        let at = format!("{path}[{index}]");
        if over {
            problems.note(&at, "the rule before always fits, so this one never does");
        }
        let Some(rule) = compile(rule, &at, problems) else { continue };
        over = rule.when.is_empty();
        rules.push(rule);
    }
    rules
}

fn token_rule(
    file: &File,
    rule: &TokenRule,
    path: &str,
    problems: &mut Problems,
) -> Option<IdentityRule> {
    let when = conditions(&rule.when, path, problems, |text| Ok(Wanted::Exact(text.into())));
    let principal = rule.principal.clone().unwrap_or(Naming::Own("{sub}".into()));
    let mut parts = Parts { path, problems };
    let principal = parts.principal(&principal);
    let project = parts.template("project", rule.project.as_ref());
    let organisation = parts.template("organisation", rule.organisation.as_ref());
    let country = parts.claim("country", rule.country.as_ref());
    let tier = tier(file, &rule.tier.as_ref()?.0, path, problems);
    Some(IdentityRule {
        when,
        tier: Some(tier?),
        principal: Some(principal?),
        project,
        organisation,
        country,
    })
}

fn certificates(file: &File, problems: &mut Problems) -> Vec<IdentityRule> {
    let Some(written) = &file.identity.client_certificates else { return Vec::new() };
    let mut tls = file.listeners.iter().flat_map(List::iter).filter_map(|(_, it)| it.tls.as_ref());
    if tls.all(|tls| tls.client_ca.0.is_empty()) {
        let what = "no listener asks for certificates; give one `tls.client_ca`";
        problems.note("identity.client_certificates", what);
    }
    let path = "identity.client_certificates.rules";
    list(written.rules.as_ref(), path, problems, |rule, at, on| {
        certificate_rule(file, rule, at, on)
    })
}

/// What a certificate is known by.
const NAMES: [&str; 3] = ["uri", "dns", "common_name"];

fn certificate_rule(
    file: &File,
    rule: &CertificateRule,
    path: &str,
    problems: &mut Problems,
) -> Option<IdentityRule> {
    let when = conditions(&rule.when, path, problems, pattern);
    for name in rule.when.names().filter(|name| !NAMES.contains(name)) {
        let hint = file::near(name, &NAMES);
        problems.note(&format!("{path}.when"), format!("a certificate has no `{name}`{hint}"));
    }
    let named =
        rule.when.names().find(|name| NAMES.contains(name)).map(|name| format!("{{{name}}}"));
    let own = named.filter(|_| rule.tier.is_some()).map(Naming::Own);
    if rule.tier.is_some() && own.is_none() && rule.principal.is_none() {
        problems.note(path, "say who it is: write `principal`, or what it must be in `when`");
    }
    let mut parts = Parts { path, problems };
    let principal = rule.principal.clone().or(own).map(|it| parts.principal(&it));
    let project = parts.template("project", rule.project.as_ref());
    let organisation = parts.template("organisation", rule.organisation.as_ref());
    let tier = rule.tier.as_ref().map(|name| tier(file, &name.0, path, problems));
    Some(IdentityRule {
        when,
        tier: tier.map_or(Some(None), |found| found.map(Some))?,
        principal: principal.map_or(Some(None), |found| found.map(Some))?,
        project,
        organisation,
        country: None,
    })
}

/// What a name of a certificate is compared with: all of it, or what is below `…/*` or `*.…`.
fn pattern(text: &str) -> Result<Wanted, String> {
    let wanted = if let Some(above) = text.strip_suffix('*').filter(|it| it.ends_with('/')) {
        Wanted::Below(above.into())
    } else if let Some(above) = text.strip_prefix('*').filter(|it| it.starts_with('.')) {
        Wanted::Within(above.into())
    } else {
        Wanted::Exact(text.into())
    };
    let (Wanted::Below(rest) | Wanted::Within(rest) | Wanted::Exact(rest)) = &wanted else {
        return Ok(wanted);
    };
    if rest.contains('*') {
        return Err("`*` stands for the rest behind `/`, or for what is before `.`".into());
    }
    Ok(wanted)
}

fn conditions(
    when: &Named<Values>,
    path: &str,
    problems: &mut Problems,
    compare: impl Fn(&str) -> Result<Wanted, String>,
) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for (name, values) in when.iter() {
        let mut one_of = Vec::new();
        for value in &values.0 {
            let wanted = match value {
                file::Wanted::Flag(flag) => Ok(Wanted::Flag(*flag)),
                file::Wanted::Text(text) => compare(text),
            };
            match wanted {
                Ok(wanted) => one_of.push(wanted),
                Err(what) => problems.note(&format!("{path}.when.{name}"), what),
            }
        }
        match claim(name) {
            Ok(claim) => conditions.push(Condition { claim, one_of }),
            Err(what) => problems.note(&format!("{path}.when.{name}"), what),
        }
    }
    conditions
}

/// The parts of a rule, each noted where it is written.
struct Parts<'a> {
    path: &'a str,
    problems: &'a mut Problems,
}

impl Parts<'_> {
    fn noted<T>(&mut self, field: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|what| self.problems.note(&format!("{}.{field}", self.path), what)).ok()
    }

    fn principal(&mut self, naming: &Naming) -> Option<PrincipalRule> {
        match naming {
            Naming::Own(text) => self.noted("principal", template(text)).map(PrincipalRule::Own),
            Naming::Record(text) => {
                self.noted("principal.record", template(text)).map(PrincipalRule::Record)
            }
        }
    }

    fn template(&mut self, field: &str, written: Option<&file::Line>) -> Option<Template> {
        self.noted(field, template(&written?.0))
    }

    fn claim(&mut self, field: &str, written: Option<&file::Line>) -> Option<ClaimPath> {
        self.noted(field, claim(&written?.0))
    }
}

fn tier(file: &File, name: &str, path: &str, problems: &mut Problems) -> Option<TierId> {
    if file.tiers.as_ref().is_none_or(|tiers| tiers.has(name)) {
        return Some(TierId::new(name));
    }
    let known: Vec<&str> = file.tiers.iter().flat_map(Named::names).collect();
    let hint = file::near(name, &known);
    problems.note(&format!("{path}.tier"), format!("no tier is called `{name}`{hint}"));
    None
}
