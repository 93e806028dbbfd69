//! What a step was about, in words for operators.

use super::{Fallback, Reason, Terms};
use crate::decide::{self, Asker, Step, View};
use crate::policy::{Model, Named};
use crate::words::{
    Allowed, Ask, Denial, Entitlement, GrantId, Limit, ModelId, Operation, Purpose, Scope, Unit,
    Unmet, Window,
};
use std::sync::Arc;

/// What a step was about, to put it in words.
pub(super) struct Told<'a> {
    pub(super) view: View<'a>,
    pub(super) asker: Asker<'a>,
    /// What the name means to this caller, if that is one model.
    pub(super) model: Option<&'a Arc<Model>>,
    pub(super) name: &'a str,
    pub(super) ask: &'a Ask,
}

impl Told<'_> {
    pub(super) fn reason(&self, step: Step, denial: Option<&Denial>) -> Reason {
        let holds = denial.is_none();
        let (step, because) = match step {
            Step::Standing => ("standing", self.standing(denial)),
            Step::Scope => ("scope", scope(denial)),
            Step::Tier => ("tier", self.tier(holds)),
            Step::Model => ("model", self.meaning(holds)),
            Step::Visible => ("visible", self.visible(holds)),
            Step::Serving => ("serving", self.serving(denial)),
            Step::Region => ("region", self.region(holds)),
            Step::Stage => ("stage", self.stage(denial)),
            Step::Licence => ("licence", self.licence(denial)),
            Step::Verification => ("known", self.known(denial)),
            Step::Purpose => ("purpose", self.purpose(holds)),
            Step::Operation => ("operation", self.operation(holds)),
            Step::Caps => ("caps", caps(denial)),
            Step::Context => ("context", context(denial)),
        };
        Reason { step, holds, because }
    }

    fn standing(&self, denial: Option<&Denial>) -> String {
        let standing = self.asker.holder.standing(self.asker.call.now);
        match denial {
            Some(Denial::EndUserBlocked) => "who it calls for is suspended or banned".into(),
            _ => format!("it is in {standing} standing"),
        }
    }

    fn tier(&self, holds: bool) -> String {
        let tier = &self.asker.holder.principal.tier;
        let sees = self.view.policy.tier(tier).filter(|_| holds).map(|tier| tier.sees);
        sees.map_or_else(
            || format!("the file has no tier `{tier}`, so nothing is allowed"),
            |sees| format!("`{tier}` sees {sees} and every more open stage"),
        )
    }

    fn meaning(&self, holds: bool) -> String {
        let name = self.name;
        match self.view.policy.named(name).filter(|_| holds) {
            None => format!("the file has no model or alias `{name}`"),
            Some(Named::One(model)) if model.id.as_str() == name => format!("`{name}` is a model"),
            Some(Named::One(model)) => format!("`{name}` is an alias of `{}`", model.id),
            Some(Named::FirstOf(models)) => {
                let models: Vec<_> = models.iter().map(|model| model.id.as_str()).collect();
                format!("`{name}` is the first of {} that it may use", models.join(", "))
            }
        }
    }

    fn at(&self) -> &'static str {
        self.model.map_or("another stage", |model| self.view.world.stage(model).as_str())
    }

    fn sees(&self) -> &'static str {
        let tier = self.view.policy.tier(&self.asker.holder.principal.tier);
        tier.map_or("nothing", |tier| tier.sees.as_str())
    }

    fn visible(&self, holds: bool) -> String {
        let (at, sees) = (self.at(), self.sees());
        if holds {
            return format!("the revision is at {at}, and the caller may know of it");
        }
        format!("the revision is at {at} and hidden; the tier begins at {sees}")
    }

    fn serving(&self, denial: Option<&Denial>) -> String {
        let release = self.model.and_then(|model| self.view.world.release(model));
        let state = release.map_or("active", |release| release.op_state.as_str());
        match denial {
            None => format!("the revision is {state}"),
            Some(_) => format!("the revision is {state} and takes no calls"),
        }
    }

    fn region(&self, holds: bool) -> String {
        let country = self.asker.call.country;
        let from = country.map_or("an unknown country".into(), |it| it.to_string());
        let region = self.model.and_then(|model| model.region.as_deref());
        let there = region.map_or("a backend wherever it is".into(), |it| format!("one in {it}"));
        let word = if holds { "no rule denies" } else { "a rule denies" };
        format!("{word} a call from {from} to {there}")
    }

    fn stage(&self, denial: Option<&Denial>) -> String {
        let (at, sees) = (self.at(), self.sees());
        match denial {
            None => format!("the revision is at {at}, which is open to the caller"),
            Some(Denial::NotReleased { .. }) => {
                format!("the revision is at {at} and announced; the tier begins at {sees}")
            }
            Some(Denial::CohortFull) => "every place of its cohort is taken".into(),
            Some(Denial::RequestRequired) => "the caller has to ask for the model first".into(),
            Some(Denial::RequestPending) => "the caller has asked; nobody has decided".into(),
            Some(Denial::RequestRejected) => "the caller has asked; the answer was no".into(),
            Some(_) => "the credential is not good for this model".into(),
        }
    }

    fn licence(&self, denial: Option<&Denial>) -> String {
        let licence = self.model.map_or("its licence", |model| model.licence.as_str());
        match denial {
            None => format!("{licence} asks nothing more"),
            Some(Denial::Licensee { .. }) => {
                format!("{licence} is not offered where the organisation has its seat")
            }
            Some(_) => format!("{licence} was not agreed to, or an older text of it"),
        }
    }

    fn known(&self, denial: Option<&Denial>) -> String {
        let known = self.asker.holder.verification(self.asker.call.now);
        match denial {
            Some(Denial::Verification { least }) => format!("verified: {known}, wanted: {least}"),
            _ => format!("verified: {known}, which is enough"),
        }
    }

    fn purpose(&self, holds: bool) -> String {
        let purposes: Vec<_> = self.asker.holder.purposes.iter().map(Purpose::as_str).collect();
        let declared = if purposes.is_empty() { "no purpose".into() } else { purposes.join(", ") };
        let word = if holds { "nothing forbids" } else { "its licence forbids" };
        format!("{word} what was declared: {declared}")
    }

    fn operation(&self, holds: bool) -> String {
        let operation = self.ask.operation;
        if holds {
            return format!("the model offers {operation}");
        }
        let offered = self.model.map_or(String::new(), |model| words(model));
        format!("the model offers {offered}, not {operation}")
    }

    pub(super) fn terms(&self, entitlement: &Entitlement) -> Terms {
        let Entitlement { model, profile, prompt_tokens, output_tokens, answers, .. } = entitlement;
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
            limits: entitlement.limits.iter().map(limit).collect(),
            relaxed: entitlement.relaxed.iter().map(ToString::to_string).collect(),
            credit: entitlement
                .credit
                .as_ref()
                .map(|credit| format!("{} tokens of {}", credit.tokens, credit.grant)),
            unmet: entitlement.unmet.iter().map(unmet).collect(),
        }
    }

    /// The same question about the model that is to answer instead.
    fn fallback(&self, other: &ModelId) -> Fallback {
        let answer = decide::entitle(self.view, self.asker, other.as_str(), self.ask);
        let verdict = answer.as_ref().map_or_else(Denial::as_str, |_| "ok");
        Fallback { model: other.to_string(), verdict }
    }
}

fn scope(denial: Option<&Denial>) -> String {
    match denial {
        None => "the credential is good for this".into(),
        Some(Denial::Address) => "the credential is not good for calls from there".into(),
        Some(_) => "the credential is not good for this operation".into(),
    }
}

fn unmet((grant, unmet): &(GrantId, Unmet)) -> String {
    format!("{grant} does not count: {}", unmet.as_str())
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
