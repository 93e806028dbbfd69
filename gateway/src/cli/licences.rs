//! `sluice licences`: what the models of the file come under, and who agreed to it.

use super::act::Why;
use super::kept::{self, Record};
use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::when;
use super::whose::Whose;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sluice_config::Policy;
use sluice_config::words::{Acceptance, Licence, LicenceId, Subject, TextHash};
use sluice_store::{Kind, Owner, acts};
use std::sync::Arc;

/// Show licences, and write down who agreed to them.
#[derive(Debug, Subcommand)]
pub(super) enum Licences {
    /// List the licences of the file
    List(List),
    /// Show a licence, and who agreed to it
    Show(Show),
    /// Write down that somebody agreed to the present text of a licence
    Accept(Accept),
}

impl Licences {
    pub(super) fn run(self) -> Done {
        match self {
            Self::List(command) => command.run(),
            Self::Show(command) => command.run(),
            Self::Accept(command) => command.run(),
        }
    }
}

/// List the licences of the file.
#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl List {
    fn run(self) -> Done {
        let policy = self.settings.load()?.policy;
        let values: Vec<_> = policy.licences().map(|it| shown(it)).collect();
        self.output.print(&values, || {
            let row = |it: &Arc<Licence>| {
                let models = policy.models().filter(|model| model.licence == it.id);
                let wanted = yes(!it.accept.is_empty());
                let models = super::arguments::listed(models.map(|model| model.id.as_str()));
                vec![it.id.to_string(), it.title.to_string(), wanted.into(), models]
            };
            let rows: Vec<_> = policy.licences().map(row).collect();
            out::text(&out::columns(&["licence", "title", "to accept", "models"], &rows))
        })
    }
}

/// Show a licence.
#[derive(Args, Debug)]
pub(super) struct Show {
    /// The licence
    #[arg(value_name = "LICENCE")]
    id: String,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Show {
    fn run(self) -> Done {
        let Self { id, output, settings } = self;
        let (licence, accepted) = settings.with_store(|config, store| async move {
            let licence = Arc::clone(find(&config.policy, &id)?);
            let all = kept::all::<Acceptance>(&store, Kind::ACCEPTANCE, None).await?;
            let theirs = all.into_iter().filter(|it| it.body.licence == licence.id);
            let theirs: Vec<_> = theirs.collect();
            Ok((licence, theirs))
        })?;
        let by: Vec<_> = accepted.iter().map(by).collect();
        output.print(&json!({ "licence": shown(&licence), "accepted": by }), || {
            out::line(format!("licence  {}", licence.id))?;
            out::line(format!("title    {}", licence.title))?;
            let text = licence.text_sha256.map(TextHash);
            out::line(format!("text     {}", text.map_or("none".into(), |it| it.to_string())))?;
            let row = |it: &Record<Acceptance>| {
                let Acceptance { text: agreed, at, method, .. } = &it.body;
                let now = yes(Some(*agreed) == text);
                vec![it.owner.to_string(), when::minute(*at), method.to_string(), now.into()]
            };
            let rows: Vec<_> = accepted.iter().map(row).collect();
            out::text(&out::columns(&["accepted by", "at", "how", "present text"], &rows))
        })
    }
}

/// Write down that somebody agreed to a licence.
#[derive(Args, Debug)]
pub(super) struct Accept {
    /// The licence
    #[arg(value_name = "LICENCE")]
    id: String,
    #[command(flatten)]
    whose: Whose,
    /// The text they agreed to, by its SHA-256; it must be the file's, which is meant unless given
    #[arg(long, value_name = "SHA256", value_parser = hash)]
    text: Option<TextHash>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Accept {
    fn run(self) -> Done {
        let Self { id, whose, text, why, output, settings } = self;
        let act = why.act("accept_licence");
        let (owner, acceptance) = settings.with_store(|config, store| async move {
            let licence = find(&config.policy, &id)?;
            let text = present(licence, text)?;
            let owner = whose.owner(&config, &store).await?;
            let by = match owner {
                Owner::Principal(_) => Subject::Principal,
                Owner::Organisation(_) => Subject::Organisation,
                _ => {
                    let what = "a licence is agreed to by a principal or an organisation";
                    return Err(Failure::Other(what.into()));
                }
            };
            let (licence, at) = (licence.id.clone(), act.at);
            let acceptance = Acceptance { licence, text, by, at, method: "operator".into() };
            let accepted = acts::accept(&*store.records, owner.clone(), &acceptance, &act).await;
            accepted.map_err(kept::undone)?;
            Ok((owner, acceptance))
        })?;
        let licence = &acceptance.licence;
        out::note(format!("{owner} agreed to {licence}; running nodes know within a second"));
        output.print(&acceptance, || Ok(()))
    }
}

fn find<'p>(policy: &'p Policy, id: &str) -> Result<&'p Arc<Licence>, Failure> {
    policy.licence(&LicenceId::new(id)).ok_or_else(|| {
        let known = super::arguments::listed(policy.licences().map(|it| it.id.as_str()));
        Failure::Other(format!("the file has no licence `{id}`; it has {known}"))
    })
}

/// The text that is in force; whoever agreed to another agreed to something else.
fn present(licence: &Licence, said: Option<TextHash>) -> Result<TextHash, Failure> {
    let own = licence.accept.iter().find(|it| it.licence == licence.id);
    let text = own.map(|it| it.text_sha256).or(licence.text_sha256).map(TextHash);
    let id = &licence.id;
    let Some(text) = text else {
        return Err(Failure::Other(format!("the file names no text of `{id}` to agree to")));
    };
    if said.is_some_and(|said| said != text) {
        return Err(Failure::Other(format!(
            "the text of `{id}` is now {text}: have that agreed to"
        )));
    }
    Ok(text)
}

fn yes(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}

fn hash(text: &str) -> Result<TextHash, String> {
    TextHash::parse(text).ok_or_else(|| "expected 64 hex digits".into())
}

fn shown(licence: &Licence) -> Value {
    let wanted = licence.accept.iter().map(|it| {
        json!({ "licence": it.licence, "by": it.subject, "text_sha256": TextHash(it.text_sha256) })
    });
    let wanted: Vec<_> = wanted.collect();
    json!({
        "id": licence.id, "title": licence.title, "family": licence.family,
        "text_sha256": licence.text_sha256.map(TextHash), "accept": wanted,
    })
}

fn by(record: &Record<Acceptance>) -> Value {
    let Record { owner, body, .. } = record;
    json!({ "owner": { "kind": owner.word(), "id": owner.id() }, "acceptance": body })
}
