//! Why the decision is what it is, step by step, for operators.
//!
//! It watches [`decide::entitle`]'s own steps, so it cannot tell another story. It tells more than
//! a caller may know: never show it to one.

use crate::decide::{self, Step, Witness};
use crate::policy::{Model, Policy};
use crate::words::{
    Allowed, Ask, Denial, Entitlement, Limit, ModelId, Operation, Principal, Scope, Unit, Window,
};
use serde::Serialize;
use std::fmt;

/// A decision and its reasons, in the order they were found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Who asks.
    pub principal: String,
    /// The tier they stand on.
    pub tier: String,
    /// The name they ask for.
    pub name: String,
    /// `ok`, or the word of the denial.
    pub verdict: &'static str,
    /// The questions that were asked, and their answers. The last one decides.
    pub reasons: Vec<Reason>,
    /// On what terms, if the answer is yes.
    pub terms: Option<Terms>,
}

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// What was asked: `tier`, `model`, `stage`, `operation`, `caps` or `context`.
    pub step: &'static str,
    /// Whether the answer was yes.
    pub holds: bool,
    /// Why.
    pub because: String,
}

/// What a yes comes with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Terms {
    /// The model's canonical name.
    pub model: String,
    /// The weights behind it.
    pub revision: String,
    /// The licence they come under.
    pub licence: String,
    /// An upper bound of the prompt's tokens.
    pub prompt_tokens: u64,
    /// Completion tokens of one answer.
    pub output_tokens: u64,
    /// How many answers.
    pub answers: u64,
    /// The most the call can cost, in tokens.
    pub tokens_max: u64,
    /// The filter profile the answer passes.
    pub filter: Option<String>,
    /// The model that answers instead, if a filter asks for that.
    pub fallback: Option<Fallback>,
    /// The limits it counts against; whether they have anything left, the node knows.
    pub limits: Vec<String>,
}

/// A model that is to answer instead of the one asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fallback {
    /// Its canonical name.
    pub model: String,
    /// `ok`, or why this caller is not answered by it: then the stop stands.
    pub verdict: &'static str,
}

/// Explains what [`decide::entitle`] answers.
pub fn explain(policy: &Policy, principal: &Principal, name: &str, ask: &Ask) -> Explanation {
    let mut seen = Seen(Vec::new());
    let answer = decide::decide(policy, &principal.tier, name, ask, &mut seen);
    let told = Told { policy, principal, name, ask };
    Explanation {
        principal: principal.id.to_string(),
        tier: principal.tier.to_string(),
        name: name.into(),
        verdict: answer.as_ref().map_or_else(Denial::as_str, |_| "ok"),
        reasons: seen.0.iter().map(|(step, denial)| told.reason(*step, denial.as_ref())).collect(),
        terms: answer.as_ref().ok().map(|given| told.terms(given)),
    }
}

/// What the decision did.
struct Seen(Vec<(Step, Option<Denial>)>);

impl Witness for Seen {
    fn saw(&mut self, step: Step, denial: Option<&Denial>) {
        self.0.push((step, denial.cloned()));
    }
}

/// What a step was about, to put it in words.
struct Told<'a> {
    policy: &'a Policy,
    principal: &'a Principal,
    name: &'a str,
    ask: &'a Ask,
}

impl Told<'_> {
    fn reason(&self, step: Step, denial: Option<&Denial>) -> Reason {
        let holds = denial.is_none();
        let (step, because) = match step {
            Step::Tier => ("tier", self.tier(holds)),
            Step::Model => ("model", self.model(holds)),
            Step::Stage => ("stage", self.stage(denial)),
            Step::Operation => ("operation", self.operation(holds)),
            Step::Caps => ("caps", caps(denial)),
            Step::Context => ("context", context(denial)),
        };
        Reason { step, holds, because }
    }

    fn tier(&self, holds: bool) -> String {
        let tier = &self.principal.tier;
        let sees = self.policy.tier(tier).filter(|_| holds).map(|tier| tier.sees);
        sees.map_or_else(
            || format!("the file has no tier `{tier}`, so nothing is allowed"),
            |sees| format!("`{tier}` sees {sees} and every more open stage"),
        )
    }

    fn model(&self, holds: bool) -> String {
        let name = self.name;
        match self.policy.model(name).filter(|_| holds) {
            None => format!("the file has no model or alias `{name}`"),
            Some(model) if model.id.as_str() == name => format!("`{name}` is a model"),
            Some(model) => format!("`{name}` is an alias of `{}`", model.id),
        }
    }

    fn stage(&self, denial: Option<&Denial>) -> String {
        let stage = self.policy.model(self.name).map_or("unknown", |model| model.stage.as_str());
        let sees = self.policy.tier(&self.principal.tier).map_or("nothing", |it| it.sees.as_str());
        match denial {
            None => format!("the revision is at {stage}"),
            Some(Denial::NotReleased { .. }) => {
                format!("the revision is at {stage} and announced; the tier begins at {sees}")
            }
            Some(_) => format!("the revision is at {stage} and hidden; the tier begins at {sees}"),
        }
    }

    fn operation(&self, holds: bool) -> String {
        let operation = self.ask.operation;
        if holds {
            return format!("the model offers {operation}");
        }
        let offered = self.policy.model(self.name).map_or(String::new(), |model| words(model));
        format!("the model offers {offered}, not {operation}")
    }

    fn terms(&self, entitlement: &Entitlement) -> Terms {
        let Entitlement { tier, model, profile, prompt_tokens, output_tokens, answers, .. } =
            entitlement;
        Terms {
            model: model.id.to_string(),
            revision: model.revision.to_string(),
            licence: model.licence.to_string(),
            prompt_tokens: *prompt_tokens,
            output_tokens: *output_tokens,
            answers: *answers,
            tokens_max: entitlement.tokens_max(),
            filter: profile.as_ref().map(ToString::to_string),
            fallback: model.fallback.as_ref().map(|other| self.fallback(other)),
            limits: tier.limits.iter().map(limit).collect(),
        }
    }

    /// The same question about the model that is to answer instead.
    fn fallback(&self, other: &ModelId) -> Fallback {
        let answer = decide::entitle(self.policy, self.principal, other.as_str(), self.ask);
        let verdict = answer.as_ref().map_or_else(Denial::as_str, |_| "ok");
        Fallback { model: other.to_string(), verdict }
    }
}

fn words(model: &Model) -> String {
    let words: Vec<&str> = model.operations.iter().copied().map(Operation::as_str).collect();
    words.join(", ")
}

fn caps(denial: Option<&Denial>) -> String {
    match denial {
        Some(Denial::Cap { param, allowed }) => match allowed {
            Allowed::Not => format!("`{param}` is not open to the tier"),
            Allowed::Most(most) => format!("`{param}` may be {most} at most"),
            Allowed::Within(range) => {
                format!("`{param}` must lie from {} to {}", range.min, range.max)
            }
        },
        _ => "everything asked for is within the tier's caps".into(),
    }
}

fn context(denial: Option<&Denial>) -> String {
    match denial {
        Some(Denial::Context { asked, window }) => {
            format!("prompt and answer may take {asked} tokens; the window has {window}")
        }
        _ => "prompt and answer fit the window".into(),
    }
}

fn limit(limit: &Limit) -> String {
    let over = match (limit.unit, limit.window) {
        (Unit::Requests, _) => "requests a minute",
        (Unit::Concurrency, _) => "calls at once",
        (Unit::Tokens, Window::Month) => "tokens a month",
        (Unit::Tokens, Window::Day) => "tokens a day",
        (Unit::Tokens, Window::Minute | Window::Now) => "tokens a minute",
    };
    let whose = match limit.scope {
        Scope::Principal => "each principal",
        Scope::Tier => "the tier together",
    };
    format!("{} {over} for {whose}", limit.ceiling)
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { principal, tier, name, verdict, .. } = self;
        writeln!(f, "{principal} ({tier}) asks for {name}: {verdict}")?;
        for Reason { step, holds, because } in &self.reasons {
            let answer = if *holds { "yes" } else { "no " };
            writeln!(f, "  {answer} {step:<9} {because}")?;
        }
        let Some(terms) = &self.terms else { return Ok(()) };
        let Terms { model, revision, licence, prompt_tokens, output_tokens, answers, .. } = terms;
        writeln!(f, "  model     {model} at revision {revision}, licence {licence}")?;
        writeln!(
            f,
            "  tokens    {prompt_tokens} prompt + {answers} x {output_tokens} answer = {} at most",
            terms.tokens_max
        )?;
        writeln!(f, "  filter    {}", terms.filter.as_deref().unwrap_or("none"))?;
        match &terms.fallback {
            Some(Fallback { model, verdict: "ok" }) => {
                writeln!(f, "  fallback  falls back to {model}")?;
            }
            Some(Fallback { model, verdict }) => {
                writeln!(f, "  fallback  falls back to {model}, but not here: {verdict}")?;
            }
            None => {}
        }
        if terms.limits.is_empty() {
            writeln!(f, "  limits    none")?;
        }
        terms.limits.iter().try_for_each(|limit| writeln!(f, "  limit     {limit}"))
    }
}

#[cfg(test)]
mod tests;
