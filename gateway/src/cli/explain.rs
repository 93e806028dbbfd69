//! `sluice explain`: what the node would decide, and why. It runs what the node runs.

use super::holder::{self, From};
use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::{arguments, principals, when};
use crate::refuse::RefusalCode;
use clap::Args;
use sluice_config::decide::{Asker, View};
use sluice_config::explain::{Explanation, Reason, explain};
use sluice_config::words::{
    ApiKey, Ask, CredentialId, EndUserId, Holder, Operation, Principal, PrincipalId, TierId,
};
use sluice_config::{Config, Policy, World};
use sluice_store::{Known, Store};
use std::io::{self, BufRead, IsTerminal, Read};

/// Bytes of a line on standard input: a key is far shorter.
const LINE_BYTES_MAX: u64 = 4096;

/// Say whether someone may use a model, and why.
#[derive(Args, Debug)]
pub(super) struct Explain {
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    from: From,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

/// Who asks.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Who {
    /// A principal of the store
    #[arg(long, value_name = "PRINCIPAL", value_parser = arguments::principal)]
    principal: Option<PrincipalId>,
    /// Anyone on this tier; needs neither store nor secrets
    #[arg(long, value_parser = arguments::tier)]
    tier: Option<TierId>,
    /// Whoever has the key on standard input
    #[arg(long)]
    key_stdin: bool,
}

/// Which model, in either spelling.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Which {
    /// The model, as a caller names it
    #[arg(value_name = "MODEL")]
    name: Option<String>,
    /// The model, as a caller names it
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
}

/// What is asked for; what is not said is a chat of one short message.
#[derive(Args, Debug)]
struct What {
    /// What is asked, as `operations` of a model names it
    #[arg(long, default_value = "chat", value_parser = arguments::operation)]
    operation: Operation,
    /// Bytes of the prompt
    #[arg(long, value_name = "N", default_value_t = 100)]
    prompt_bytes: u64,
    /// Messages, prompts or inputs
    #[arg(long, value_name = "N", default_value_t = 1)]
    pieces: u64,
    /// Completion tokens, if the caller says
    #[arg(long, value_name = "N")]
    max_tokens: Option<u64>,
    /// Choices
    #[arg(long, value_name = "N", default_value_t = 1)]
    n: u64,
    /// Alternatives shown a token
    #[arg(long, value_name = "N")]
    top_logprobs: Option<u64>,
    /// Tools offered
    #[arg(long, value_name = "N", default_value_t = 0)]
    tools: u64,
    /// Stop sequences
    #[arg(long, value_name = "N", default_value_t = 0)]
    stops: u64,
    /// A JSON schema constrains the answer
    #[arg(long)]
    structured_output: bool,
    /// The temperature, if the caller says
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    temperature: Option<f64>,
    /// The top-p, if the caller says
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    top_p: Option<f64>,
}

impl What {
    fn ask(&self) -> Ask {
        Ask {
            operation: self.operation,
            prompt_bytes: self.prompt_bytes,
            part_bytes_max: self.prompt_bytes,
            pieces: self.pieces,
            output_tokens: self.max_tokens,
            choices: self.n,
            top_logprobs: self.top_logprobs,
            tools: self.tools,
            stops: self.stops,
            structured_output: self.structured_output,
            temperature: self.temperature,
            top_p: self.top_p,
        }
    }
}

impl Explain {
    pub(super) fn run(self) -> Done {
        let Self { who, which, what, from, output, settings } = self;
        let Some(model) = which.name.or(which.model) else { return Err(Failure::No) };
        let question = Question { model, ask: what.ask(), from };
        let told = match who {
            Who { tier: Some(tier), .. } => {
                if question.from.names_end_user() {
                    let what = "an end user is somebody behind a principal: say which";
                    return Err(Failure::Other(what.into()));
                }
                let policy = sluice_config::load_policy(&settings.config)?;
                let id = PrincipalId::new("anyone");
                let anyone = Principal { id, tier, credential: CredentialId::new("none") };
                question.told_of((&policy, &World::default()), &Holder::of(anyone), None)
            }
            Who { principal: Some(id), .. } => settings.with_store(|config, store| async move {
                question.of_principal(&config, &store, id).await
            })?,
            Who { .. } => {
                let key = line()?;
                settings.with_store(|config, store| async move {
                    question.of_key(&config, &store, &key).await
                })?
            }
        };
        output.print(&told, || out::text(&told.to_string()))?;
        if told.verdict == "ok" { Ok(()) } else { Err(Failure::No) }
    }
}

/// What is asked, whoever asks.
struct Question {
    model: String,
    ask: Ask,
    from: From,
}

impl Question {
    async fn of_principal(
        &self,
        config: &Config,
        store: &Store,
        id: PrincipalId,
    ) -> Result<Explanation, Failure> {
        let record = principals::record(store, &id).await?;
        let because = match record.disabled {
            None => format!("{id} is on tier {}", record.tier),
            Some(at) => format!("{id} is disabled since {}", when::minute(at)),
        };
        let stands = Reason { step: "principal", holds: record.disabled.is_none(), because };
        let holder = holder::of_principal(store, &id).await?;
        let world = holder::world(store).await?;
        let end_user = self.from.end_user(&config.node.key_secret, &holder);
        Ok(self.told((&config.policy, &world), (&holder, end_user.as_ref()), stands))
    }

    async fn of_key(
        &self,
        config: &Config,
        store: &Store,
        text: &str,
    ) -> Result<Explanation, Failure> {
        let Some(key) = ApiKey::parse(text) else {
            return Ok(self.refused("not a key: mistyped or cut off, since its checksum is wrong"));
        };
        let found = store.records.find(&config.node.key_secret.digest(&key)).await;
        let found = found.map_err(|error| Failure::of("keys cannot be read", error))?;
        let Some(known) = found else {
            return Ok(self.refused("a sound key, but none of this store and its key secret"));
        };
        let stands = standing(&known);
        let world = holder::world(store).await?;
        let end_user = self.from.end_user(&config.node.key_secret, &known.holder);
        Ok(self.told((&config.policy, &world), (&known.holder, end_user.as_ref()), stands))
    }

    /// The decision, behind whether there is a caller at all.
    fn told(
        &self,
        view: (&Policy, &World),
        (holder, end_user): (&Holder, Option<&EndUserId>),
        stands: Reason,
    ) -> Explanation {
        let mut told = self.told_of(view, holder, end_user);
        if !stands.holds {
            told.verdict = RefusalCode::InvalidApiKey.as_str();
            told.reasons.clear();
            told.terms = None;
        }
        told.reasons.insert(0, stands);
        told
    }

    fn told_of(
        &self,
        (policy, world): (&Policy, &World),
        holder: &Holder,
        end_user: Option<&EndUserId>,
    ) -> Explanation {
        let asker = Asker { holder, call: self.from.call(end_user) };
        explain(View { policy, world }, asker, &self.model, &self.ask)
    }

    /// Nobody asks.
    fn refused(&self, because: &str) -> Explanation {
        Explanation {
            principal: "nobody".into(),
            tier: "none".into(),
            name: self.model.clone(),
            policy: "none".into(),
            verdict: RefusalCode::InvalidApiKey.as_str(),
            reasons: vec![Reason { step: "key", holds: false, because: because.into() }],
            terms: None,
        }
    }
}

fn standing(known: &Known) -> Reason {
    let Principal { id, credential, .. } = &known.principal;
    let (holds, because) = match known.stands(when::now()) {
        Ok(_) => (true, format!("{credential} of {id} stands")),
        Err(fallen) => (false, format!("{credential} of {id}: {fallen}")),
    };
    Reason { step: "key", holds, because }
}

/// The first line of standard input.
fn line() -> Result<String, Failure> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        out::note("paste the key and press enter:");
    }
    let mut line = String::new();
    let read = stdin.lock().take(LINE_BYTES_MAX).read_line(&mut line);
    read.map_err(|error| Failure::of("standard input cannot be read", error))?;
    Ok(line.trim().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_config::words::Timestamp;

    #[test]
    fn a_key_that_fell_ends_the_decision() {
        let principal = Principal {
            id: PrincipalId::new("ada"),
            tier: TierId::new("public"),
            credential: CredentialId::new("0AbCdEf12345"),
        };
        let revoked = Some(Timestamp(1));
        let known = Known { revoked, ..Known::of(principal) };
        let question =
            Question { model: "open-1".into(), ask: Ask::default(), from: From::default() };
        let told = {
            let (policy, world) = (Policy::default(), World::default());
            question.told((&policy, &world), (&known.holder, None), standing(&known))
        };
        assert_eq!(
            told.to_string(),
            "ada (public) asks for open-1: invalid_api_key\n  \
             no  key       0AbCdEf12345 of ada: the credential is revoked\n"
        );
        let told = question.refused("not a key").to_string();
        assert!(told.starts_with("nobody (none) asks for open-1: invalid_api_key\n"), "{told}");
    }
}
