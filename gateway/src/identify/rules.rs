//! Whom proven claims stand for: the first rule that fits, and the names it makes.

use serde_json::{Map, Value};
use sluice_config::words::{
    Country, CredentialId, OrganisationId, PrincipalId, ProjectId, Timestamp,
};
use sluice_config::{ClaimPath, Condition, IdentityRule, Piece, PrincipalRule, Template, Wanted};
use sluice_store::Claimed;

/// What was proven.
pub(super) type Claims = Map<String, Value>;

/// The claim that holds words with spaces between them (RFC 8693).
const SCOPE: &str = "scope";

/// The first rule that fits.
pub(super) fn fitting<'r>(rules: &'r [IdentityRule], claims: &Claims) -> Option<&'r IdentityRule> {
    rules.iter().find(|rule| rule.when.iter().all(|condition| holds(condition, claims)))
}

fn holds(condition: &Condition, claims: &Claims) -> bool {
    let Condition { claim, one_of } = condition;
    let text = |text: &str| one_of.iter().any(|wanted| fits(wanted, text));
    match found(claims, claim) {
        Some(Value::String(words)) if claim.0 == [SCOPE] => words.split(' ').any(text),
        Some(Value::String(value)) => text(value),
        Some(Value::Bool(flag)) => one_of.contains(&Wanted::Flag(*flag)),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).any(text),
        _ => false,
    }
}

/// Whether text is what is wanted.
pub(super) fn fits(wanted: &Wanted, text: &str) -> bool {
    match wanted {
        Wanted::Exact(exact) => text == exact,
        Wanted::Below(above) => text.strip_prefix(above.as_str()).is_some_and(|it| !it.is_empty()),
        Wanted::Within(above) => text.strip_suffix(above.as_str()).is_some_and(|it| !it.is_empty()),
        Wanted::Flag(_) => false,
    }
}

fn found<'c>(claims: &'c Claims, path: &ClaimPath) -> Option<&'c Value> {
    let (first, rest) = path.0.split_first()?;
    rest.iter().try_fold(claims.get(first)?, |value, name| value.as_object()?.get(name))
}

/// What a rule makes of claims. `None` where a name cannot be made: a claim is missing, or is not
/// plain text.
pub(super) fn claimed(
    rule: &IdentityRule,
    claims: &Claims,
    given: &str,
    credential: CredentialId,
    expires: Timestamp,
) -> Option<Claimed> {
    let text = |template: &Option<Template>| match template {
        Some(template) => rendered(template, claims).map(Some),
        None => Some(None),
    };
    let project = text(&rule.project)?;
    let organisation = text(&rule.organisation)?;
    let country = rule.country.as_ref().and_then(|path| found(claims, path));
    Some(Claimed {
        principal: principal(rule, claims, given)?,
        tier: rule.tier.clone()?,
        project: project.map(|name| ProjectId::new(&name)),
        organisation: organisation.map(|name| OrganisationId::new(&name)),
        credential,
        expires: Some(expires),
        country: country.and_then(Value::as_str).and_then(Country::parse),
        grants: Vec::new(),
    })
}

/// The principal a rule names. `given` is how the names begin of what proved it.
pub(super) fn principal(rule: &IdentityRule, claims: &Claims, given: &str) -> Option<PrincipalId> {
    match rule.principal.as_ref()? {
        PrincipalRule::Own(template) => {
            PrincipalId::parse(&format!("{given}{}", rendered(template, claims)?))
        }
        PrincipalRule::Record(template) => {
            let id = PrincipalId::parse(&rendered(template, claims)?)?;
            (!id.is_given()).then_some(id)
        }
    }
}

/// The text, if it is a name.
fn rendered(template: &Template, claims: &Claims) -> Option<String> {
    let mut text = String::new();
    for piece in &template.0 {
        match piece {
            Piece::Text(own) => text.push_str(own),
            Piece::Claim(path) => {
                let value = found(claims, path)?.as_str().filter(|it| !it.is_empty())?;
                // INVARIANT: no two sets of claims make one name. What stands between claims is
                // in none of them.
                if value.contains(|sign| separates(template, sign)) {
                    return None;
                }
                text.push_str(value);
            }
        }
    }
    PrincipalId::parse(&text).map(|_| text)
}

/// Whether a sign stands between two claims of a template.
fn separates(template: &Template, sign: char) -> bool {
    let mut pieces = template.0.windows(3);
    pieces.any(|three| match three {
        [Piece::Claim(_), Piece::Text(between), Piece::Claim(_)] => between.contains(sign),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use sluice_config::words::TierId;

    fn claims(value: Value) -> Claims {
        let Value::Object(claims) = value else { panic!("claims are an object") };
        claims
    }

    fn path(name: &str) -> ClaimPath {
        ClaimPath(name.split('.').map(Into::into).collect())
    }

    fn when(name: &str, text: &str) -> Condition {
        Condition { claim: path(name), one_of: vec![Wanted::Exact(text.into())] }
    }

    fn two() -> Template {
        Template(vec![
            Piece::Claim(path("org")),
            Piece::Text("/".into()),
            Piece::Claim(path("sub")),
        ])
    }

    fn rule(principal: PrincipalRule) -> IdentityRule {
        IdentityRule {
            when: Vec::new(),
            tier: Some(TierId::new("trusted")),
            principal: Some(principal),
            project: None,
            organisation: None,
            country: Some(path("country")),
        }
    }

    #[test]
    fn a_claim_is_text_a_flag_a_list_or_words() {
        let claims = claims(json!({
            "tier": "a", "groups": ["b", 7, "c"], "scope": "infer admin", "verified": true,
            "realm": { "roles": ["d"] }, "number": 1, "words": "infer admin",
        }));
        for (name, text, expected) in [
            ("tier", "a", true),
            ("tier", "A", false),
            ("groups", "c", true),
            ("groups", "7", false),
            ("scope", "admin", true),
            ("words", "admin", false),
            ("realm.roles", "d", true),
            ("realm", "d", false),
            ("number", "1", false),
            ("verified", "true", false),
            ("none", "a", false),
        ] {
            assert_eq!(holds(&when(name, text), &claims), expected, "{name}: {text}");
        }
        let flag = |flag| Condition { claim: path("verified"), one_of: vec![Wanted::Flag(flag)] };
        assert!(holds(&flag(true), &claims) && !holds(&flag(false), &claims));
    }

    #[test]
    fn names_are_plain_and_within_what_proved_them() {
        let own = rule(PrincipalRule::Own(Template(vec![Piece::Claim(path("sub"))])));
        let record = rule(PrincipalRule::Record(Template(vec![Piece::Claim(path("sub"))])));
        let named = |rule: &IdentityRule, sub: Value| {
            let claims = claims(json!({ "sub": sub }));
            principal(rule, &claims, "jwt:lab:").map(|id| id.to_string())
        };
        assert_eq!(named(&own, json!("ada")), Some("jwt:lab:ada".into()));
        assert_eq!(named(&own, json!("jwt:other:ada")), Some("jwt:lab:jwt:other:ada".into()));
        assert_eq!(named(&record, json!("ada")), Some("ada".into()));
        for sub in [json!("jwt:lab:ada"), json!("anonymous:10.0.0.1"), json!("certificate:x")] {
            assert_eq!(named(&record, sub), None);
        }
        for sub in [json!(7), json!(["ada"]), json!(""), json!("a b"), json!("\u{e4}"), json!(null)]
        {
            assert_eq!(named(&own, sub), None);
        }
        assert_eq!(named(&own, json!("a".repeat(128))), None);
    }

    #[test]
    fn an_unknown_country_is_none() {
        let own = rule(PrincipalRule::Own(Template(vec![Piece::Claim(path("sub"))])));
        for (said, expected) in
            [(json!("de"), Some("DE")), (json!("Germany"), None), (json!(1), None)]
        {
            let claims = claims(json!({ "sub": "ada", "country": said }));
            let id = CredentialId::new("x");
            let claimed = claimed(&own, &claims, "jwt:lab:", id, Timestamp(1)).expect("a caller");
            assert_eq!(claimed.country, expected.and_then(Country::parse));
        }
    }

    proptest! {
        #[test]
        fn no_two_callers_have_one_name(
            one in ("[a/-]{1,4}", "[a/-]{1,4}"),
            other in ("[a/-]{1,4}", "[a/-]{1,4}"),
        ) {
            let named = |(org, sub): &(String, String)| {
                rendered(&two(), &claims(json!({ "org": org, "sub": sub })))
            };
            if let (Some(name), Some(another)) = (named(&one), named(&other)) {
                prop_assert_eq!(name == another, one == other);
            }
        }
    }
}
