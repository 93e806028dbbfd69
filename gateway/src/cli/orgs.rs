//! `sluice orgs`: organisations, and what is known of them.

use super::act::Why;
use super::kept::{self, Record};
use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::{arguments, principals, when};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sluice_config::words::{Country, OrganisationId, Purpose, Purposes};
use sluice_store::bodies::Organisation;
use sluice_store::{Kind, acts};

/// Add, change and show organisations.
#[derive(Debug, Subcommand)]
pub(super) enum Orgs {
    /// Add an organisation
    Create(Write),
    /// Change what is kept of an organisation; what is not said stays
    Set(Write),
    /// List organisations
    List(List),
    /// Show an organisation
    Show(Show),
}

impl Orgs {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Create(command) => command.write("create_organisation"),
            Self::Set(command) => command.write("set_organisation"),
            Self::List(command) => command.run(),
            Self::Show(command) => command.run(),
        }
    }
}

/// Add or change an organisation.
#[derive(Args, Debug)]
pub(super) struct Write {
    /// Its name
    #[arg(value_name = "ORGANISATION", value_parser = arguments::organisation)]
    id: OrganisationId,
    /// Where it has its seat
    #[arg(long, value_name = "COUNTRY", value_parser = arguments::country)]
    domicile: Option<Country>,
    #[command(flatten)]
    known: principals::Known,
    /// What its principals use models for; in place of all that was said; may be given again
    #[arg(long = "purpose", value_name = "PURPOSE", value_parser = arguments::purpose)]
    purposes: Vec<Purpose>,
    /// What to remember of it
    #[arg(long, value_parser = arguments::note)]
    note: Option<String>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Write {
    fn write(self, verb: &str) -> Done {
        let Self { id, domicile, known, purposes, note, why, output, settings } = self;
        let act = why.act(verb);
        let create = verb == "create_organisation";
        let verified = known.proven(act.at)?;
        let name = id.to_string();
        let body = settings.with_store(|_, store| async move {
            exists(&store, (Kind::ORGANISATION, "organisation", id.as_str()), create).await?;
            let change = |body: &mut Organisation| {
                body.domicile = domicile.or(body.domicile);
                body.verified = verified.or(body.verified.take());
                let said = purposes.into_iter().collect::<Purposes>();
                body.purposes = Some(said).filter(|it| !it.is_empty()).unwrap_or(body.purposes);
                body.note = note.unwrap_or_else(|| std::mem::take(&mut body.note));
            };
            acts::organise(&*store.records, &id, change, &act).await.map_err(kept::undone)
        })?;
        out::note(format!("organisation {name} is written; running nodes know within a second"));
        output.print(&shown(&name, &body), || Ok(()))
    }
}

/// Refuses to add what is there, and to change what is not.
pub(super) async fn exists(
    store: &sluice_store::Store,
    (kind, what, id): (Kind, &str, &str),
    create: bool,
) -> Done {
    let found = store.records.document(&kind, id).await.map_err(kept::unread)?;
    match (found, create) {
        (Some(_), true) => Err(Failure::Other(format!("there is a {what} called {id} already"))),
        (None, false) => Err(Failure::Other(format!("no {what} is called {id}"))),
        _ => Ok(()),
    }
}

/// List organisations.
#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl List {
    fn run(self) -> Done {
        let all = self.settings.with_store(|_, store| async move {
            kept::all::<Organisation>(&store, Kind::ORGANISATION, None).await
        })?;
        let values: Vec<_> = all.iter().map(|it| shown(&it.id, &it.body)).collect();
        self.output.print(&values, || {
            let row = |it: &Record<Organisation>| {
                let Organisation { note, domicile, verified, purposes } = &it.body;
                let seat = domicile.map_or("-".into(), |country| country.to_string());
                let known = principals::level(verified.as_ref());
                let (purposes, note) = (words(*purposes), note.clone());
                vec![it.id.clone(), seat, known, purposes, when::minute(it.created), note]
            };
            let rows: Vec<_> = all.iter().map(row).collect();
            let heads = ["organisation", "seat", "known", "purposes", "created", "note"];
            out::text(&out::columns(&heads, &rows))
        })
    }
}

/// Show an organisation.
#[derive(Args, Debug)]
pub(super) struct Show {
    /// The organisation
    #[arg(value_name = "ORGANISATION", value_parser = arguments::organisation)]
    id: OrganisationId,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Show {
    fn run(self) -> Done {
        let Self { id, output, settings } = self;
        let found = settings.with_store(|_, store| async move {
            let kind = Kind::ORGANISATION;
            kept::one::<Organisation>(&store, kind, "organisation", id.as_str()).await
        })?;
        let Record { id, body, created, .. } = &found;
        output.print(&shown(id, body), || {
            let seat = body.domicile.map_or("not said".into(), |country| country.to_string());
            out::line(format!("organisation  {id}"))?;
            out::line(format!("seat          {seat}"))?;
            out::line(format!("known         {}", principals::level(body.verified.as_ref())))?;
            out::line(format!("purposes      {}", words(body.purposes)))?;
            out::line(format!("created       {}", when::minute(*created)))?;
            out::line(format!("note          {}", body.note))
        })
    }
}

fn shown(id: &str, body: &Organisation) -> Value {
    json!({ "id": id, "organisation": body })
}

/// Purposes for people.
pub(super) fn words(purposes: Purposes) -> String {
    if purposes.is_empty() {
        return "none declared".into();
    }
    arguments::listed(purposes.iter().map(Purpose::as_str))
}
