//! Why the decision is what it is, step by step, for operators.
//!
//! It watches [`decide::entitle`]'s own steps, so it cannot tell another story. It tells more than
//! a caller may know: never show it to one.

mod told;

use crate::decide::{self, Asker, Step, View, Witness};
use crate::words::{Ask, Denial};
use serde::Serialize;
use std::fmt;
use told::Told;

/// A decision and its reasons, in the order they were found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Who asks.
    pub principal: String,
    /// The tier they stand on.
    pub tier: String,
    /// The name they ask for.
    pub name: String,
    /// The version of the policy that decides.
    pub policy: String,
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
    /// What was asked: `standing`, `scope`, `tier`, `model`, `visible`, `serving`, `region`, `stage`,
    /// `licence`, `known`, `purpose`, `operation`, `caps` or `context`.
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
    /// Categories that a grant takes out of the filters.
    pub relaxed: Vec<String>,
    /// Tokens that are spent before those of quotas.
    pub credit: Option<String>,
    /// Grants that do not count, and which condition of them is not met.
    pub unmet: Vec<String>,
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
pub fn explain(view: View<'_>, asker: Asker<'_>, name: &str, ask: &Ask) -> Explanation {
    let mut seen = Seen(Vec::new());
    let answer = decide::decide(view, asker, (name, ask), &mut seen);
    let model = answer.as_ref().ok().map(|given| &given.model);
    let model = model.or_else(|| view.policy.model(name));
    let told = Told { view, asker, model, name, ask };
    let principal = &asker.holder.principal;
    Explanation {
        principal: principal.id.to_string(),
        tier: principal.tier.to_string(),
        name: name.into(),
        policy: view.policy.version().into(),
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
        terms.limits.iter().try_for_each(|limit| writeln!(f, "  limit     {limit}"))?;
        terms.credit.iter().try_for_each(|credit| writeln!(f, "  credit    {credit}"))?;
        terms.relaxed.iter().try_for_each(|relaxed| writeln!(f, "  relaxed   {relaxed}"))?;
        terms.unmet.iter().try_for_each(|unmet| writeln!(f, "  grant     {unmet}"))
    }
}

#[cfg(test)]
mod tests;
