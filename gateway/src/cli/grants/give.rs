//! `sluice grants give`.

use super::super::act::Why;
use super::super::out::{self, Done, Failure, Output};
use super::super::settings::Settings;
use super::super::when::{self, When};
use super::super::whose::Whose;
use super::super::{arguments, kept};
use super::{gives, wrong};
use clap::{Args, ValueEnum};
use serde_json::json;
use sluice_config::words::{
    Conditions, Gives, Grant, GrantId, GrantState, Limit, Purpose, ReleaseStage, Scope, Scopes,
    Timestamp, Unit, Verification, Window,
};
use sluice_config::{Config, Policy};
use sluice_store::acts;

/// Give a grant: one of a model, a limit, a relaxation, a credit.
#[derive(Args, Debug)]
pub(in crate::cli) struct Give {
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    conditions: Asked,
    /// Until when it counts, such as 90d
    #[arg(long, value_name = "WHEN")]
    until: Option<When>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

/// What a grant gives; one of them.
#[derive(Args, Debug)]
struct What {
    /// A model that the tier does not reach
    #[arg(long, value_name = "MODEL", group = "gives")]
    model: Option<String>,
    /// The most closed stage of it that is meant; the present one unless given
    #[arg(long, value_name = "STAGE", requires = "model", value_parser = arguments::stage)]
    from: Option<ReleaseStage>,
    /// A higher ceiling for each principal: requests:minute:600, tokens:day:5000000, concurrency:now:20
    #[arg(long, value_name = "UNIT:WINDOW:CEILING", group = "gives", value_parser = limit)]
    limit: Option<Limit>,
    /// Answers pass the filters without this category
    #[arg(long, value_name = "CATEGORY", group = "gives", value_parser = arguments::note)]
    relax: Option<String>,
    /// Tokens that are spent before those of quotas
    #[arg(long, value_name = "TOKENS", group = "gives", requires = "sponsor", requires = "purpose", value_parser = clap::value_parser!(u64).range(1..))]
    credit: Option<u64>,
    /// Who pays for them
    #[arg(long, value_name = "NAME", requires = "credit", value_parser = arguments::by_whom)]
    sponsor: Option<String>,
    /// What they are for
    #[arg(long, value_name = "PURPOSE", requires = "credit", value_parser = arguments::purpose)]
    purpose: Option<Purpose>,
}

/// What must hold of a call for a grant to count.
#[derive(Args, Debug)]
struct Asked {
    /// What must hold: retention or review of the project, mfa of the caller; may be given again
    #[arg(long, value_name = "WORD", value_delimiter = ',')]
    require: Vec<Require>,
    /// Calls must come from this network or address; may be given again
    #[arg(long = "from-cidr", value_name = "CIDR", value_parser = Scopes::network)]
    addresses: Vec<ipnet::IpNet>,
    /// How well the caller must be known
    #[arg(long, value_name = "LEVEL", value_parser = arguments::verification)]
    min_verification: Option<Verification>,
    /// A purpose that must have been declared
    #[arg(long, value_name = "PURPOSE", value_parser = arguments::purpose)]
    for_purpose: Option<Purpose>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Require {
    Retention,
    Review,
    Mfa,
}

impl From<Asked> for Conditions {
    fn from(asked: Asked) -> Self {
        let Asked { require, addresses, min_verification, for_purpose } = asked;
        Self {
            data_retention: require.contains(&Require::Retention),
            human_review: require.contains(&Require::Review),
            mfa: require.contains(&Require::Mfa),
            addresses,
            verification: min_verification,
            purpose: for_purpose,
        }
    }
}

impl Give {
    pub(super) fn run(self) -> Done {
        let Self { whose, what, conditions, until, why, output, settings } = self;
        let act = why.act("give_grant");
        let expires = until.map(|when| when.ahead(act.at));
        if expires.is_some_and(|at| at <= act.at) {
            return Err(wrong("the grant would have ended already; give a later `--until`"));
        }
        let id = GrantId::new(&kept::fresh("grant")?);
        let (owner, grant) = settings.with_store(|config, store| async move {
            let owner = whose.owner(&config, &store).await?;
            let gives = what.gives(&config, &store).await?;
            let grant = Grant {
                id,
                gives,
                conditions: conditions.into(),
                state: GrantState::Active,
                starts: None,
                expires,
                source: "operator".into(),
                reason: act.reason.as_str().into(),
            };
            let done = acts::give(&*store.records, owner.clone(), &grant, &act).await;
            done.map_err(kept::undone)?;
            Ok((owner, grant))
        })?;
        let ends = expires
            .map_or(String::new(), |at: Timestamp| format!(" until {} UTC", when::minute(at)));
        let (id, what) = (&grant.id, gives(&grant.gives));
        out::note(format!("{owner} has {what}{ends}; running nodes know within a second"));
        output.print(&json!({ "grant": grant }), || out::line(id))
    }
}

impl What {
    async fn gives(self, config: &Config, store: &sluice_store::Store) -> Result<Gives, Failure> {
        let Self { model, from, limit, relax, credit, sponsor, purpose } = self;
        if let Some(name) = model {
            let model = arguments::named_model(&config.policy, &name)?;
            let now = acts::standpoint(&*store.records, model).await.map_err(kept::unread)?;
            let from = from.unwrap_or(now.release.stage);
            if from == ReleaseStage::Draft {
                return Err(wrong(
                    "a draft is open to nobody, whatever they are granted; \
                    name a later stage with `--from`",
                ));
            }
            return Ok(Gives::Model { name: model.id.clone(), from });
        }
        if let Some(limit) = limit {
            raises(&config.policy, limit)?;
            return Ok(Gives::Limit(limit));
        }
        if let Some(category) = relax {
            known_category(config, &category)?;
            return Ok(Gives::Relax { category: category.as_str().into() });
        }
        match (credit, sponsor, purpose) {
            (Some(tokens), Some(sponsor), Some(purpose)) => {
                Ok(Gives::Credit { tokens, sponsor: sponsor.as_str().into(), purpose })
            }
            _ => Err(wrong("say what: `--model`, `--limit`, `--relax` or `--credit`")),
        }
    }
}

/// Says so where no tier has a limit of that kind: then there is nothing to raise.
fn raises(policy: &Policy, granted: Limit) -> Done {
    let mut limits = policy.tiers().flat_map(|tier| tier.limits.iter());
    if limits.any(|limit| (limit.unit, limit.window) == (granted.unit, granted.window)) {
        return Ok(());
    }
    let name = granted.name();
    Err(Failure::Other(format!("no tier of the file has the limit {name}: there is none to raise")))
}

/// Refuses a category that no filter of the file names.
fn known_category(config: &Config, category: &str) -> Done {
    let filters = config.profiles.iter().flat_map(|profile| &profile.filters);
    let mut settings = filters.map(|filter| &filter.settings);
    if settings.any(|settings| names(settings, category)) {
        return Ok(());
    }
    Err(Failure::Other(format!("no filter of the file names the category `{category}`")))
}

fn names(settings: &serde_json::Value, word: &str) -> bool {
    match settings {
        serde_json::Value::String(text) => text == word,
        serde_json::Value::Array(all) => all.iter().any(|one| names(one, word)),
        serde_json::Value::Object(all) => {
            all.iter().any(|(key, value)| key == word || names(value, word))
        }
        _ => false,
    }
}

/// Reads a limit of a principal.
fn limit(text: &str) -> Result<Limit, String> {
    let expected = "expected requests:minute:N, tokens:minute:N, tokens:day:N, tokens:month:N or \
        concurrency:now:N";
    let mut parts = text.splitn(3, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (unit, window) = match (next(), next()) {
        ("requests", "minute") => (Unit::Requests, Window::Minute),
        ("tokens", "minute") => (Unit::Tokens, Window::Minute),
        ("tokens", "day") => (Unit::Tokens, Window::Day),
        ("tokens", "month") => (Unit::Tokens, Window::Month),
        ("concurrency", "now") => (Unit::Concurrency, Window::Now),
        _ => return Err(expected.into()),
    };
    let ceiling = next().parse().map_err(|_| expected)?;
    Ok(Limit { unit, window, scope: Scope::Principal, ceiling })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_unit_a_window_and_a_ceiling() {
        let read = limit("tokens:day:5000000").unwrap();
        assert_eq!((read.name(), read.ceiling.get()), ("tokens_per_day", 5_000_000));
        for text in ["", "tokens", "tokens:day", "tokens:day:0", "tokens:now:5", "tokens:day:5:6"] {
            assert!(limit(text).is_err(), "{text}");
        }
    }
}
