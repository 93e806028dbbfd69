//! `sluice projects`: what organisations do with their principals.

use super::act::Why;
use super::arguments;
use super::kept::{self, Record};
use super::orgs::{exists, words};
use super::out::{self, Done, Output};
use super::settings::Settings;
use super::when;
use clap::{ArgAction, Args, Subcommand};
use serde_json::{Value, json};
use sluice_config::words::{OrganisationId, ProjectId, Purpose, Purposes};
use sluice_store::bodies::Project;
use sluice_store::{Kind, acts};

/// Add, change and show projects.
#[derive(Debug, Subcommand)]
pub(super) enum Projects {
    /// Add a project
    Create(Write),
    /// Change what is kept of a project; what is not said stays
    Set(Write),
    /// List projects
    List(List),
    /// Show a project
    Show(Show),
}

impl Projects {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Create(command) => command.write("create_project"),
            Self::Set(command) => command.write("set_project"),
            Self::List(command) => command.run(),
            Self::Show(command) => command.run(),
        }
    }
}

/// Add or change a project.
#[derive(Args, Debug)]
pub(super) struct Write {
    /// Its name
    #[arg(value_name = "PROJECT", value_parser = arguments::project)]
    id: ProjectId,
    #[command(flatten)]
    says: Says,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

/// What is kept of a project.
#[derive(Args, Debug)]
struct Says {
    /// Whose it is
    #[arg(long, value_name = "ORGANISATION", value_parser = arguments::organisation)]
    org: Option<OrganisationId>,
    /// Whether prompts and answers may be kept: true or false
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    data_retention: Option<bool>,
    /// Whether people may read them: true or false
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    human_review: Option<bool>,
    /// Whether it is believed whom it calls for: only then grants of end users count
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    vouching: Option<bool>,
    /// What its principals use models for; in place of all that was said; may be given again
    #[arg(long = "purpose", value_name = "PURPOSE", value_parser = arguments::purpose)]
    purposes: Vec<Purpose>,
    /// What to remember of it
    #[arg(long, value_parser = arguments::note)]
    note: Option<String>,
}

impl Says {
    fn into(self, body: &mut Project) {
        let Self { org, data_retention, human_review, vouching, purposes, note } = self;
        body.organisation = org.or(body.organisation.take());
        body.data_retention = data_retention.unwrap_or(body.data_retention);
        body.human_review = human_review.unwrap_or(body.human_review);
        body.vouching = vouching.unwrap_or(body.vouching);
        if !purposes.is_empty() {
            body.purposes = purposes.into_iter().collect::<Purposes>();
        }
        body.note = note.unwrap_or_else(|| std::mem::take(&mut body.note));
    }
}

impl Write {
    fn write(self, verb: &str) -> Done {
        let Self { id, says, why, output, settings } = self;
        let (act, create) = (why.act(verb), verb == "create_project");
        let name = id.to_string();
        let body = settings.with_store(|_, store| async move {
            exists(&store, (Kind::PROJECT, "project", id.as_str()), create).await?;
            let change = |body: &mut Project| says.into(body);
            acts::enrol(&*store.records, &id, change, &act).await.map_err(kept::undone)
        })?;
        out::note(format!("project {name} is written; running nodes know within a second"));
        output.print(&shown(&name, &body), || Ok(()))
    }
}

/// List projects.
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
            kept::all::<Project>(&store, Kind::PROJECT, None).await
        })?;
        let values: Vec<_> = all.iter().map(|it| shown(&it.id, &it.body)).collect();
        self.output.print(&values, || out::text(&table(&all)))
    }
}

/// Show a project.
#[derive(Args, Debug)]
pub(super) struct Show {
    /// The project
    #[arg(value_name = "PROJECT", value_parser = arguments::project)]
    id: ProjectId,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Show {
    fn run(self) -> Done {
        let Self { id, output, settings } = self;
        let found = settings.with_store(|_, store| async move {
            kept::one::<Project>(&store, Kind::PROJECT, "project", id.as_str()).await
        })?;
        output.print(&shown(&found.id, &found.body), || out::text(&table(&[found])))
    }
}

fn table(projects: &[Record<Project>]) -> String {
    let told = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let row = |it: &Record<Project>| {
        let Project { organisation, note, data_retention, human_review, vouching, purposes } =
            &it.body;
        vec![
            it.id.clone(),
            organisation.as_ref().map_or("-".into(), ToString::to_string),
            told(*data_retention),
            told(*human_review),
            told(*vouching),
            words(*purposes),
            when::minute(it.created),
            note.clone(),
        ]
    };
    let rows: Vec<_> = projects.iter().map(row).collect();
    let heads = [
        "project",
        "organisation",
        "retention",
        "review",
        "vouching",
        "purposes",
        "created",
        "note",
    ];
    out::columns(&heads, &rows)
}

fn shown(id: &str, body: &Project) -> Value {
    json!({ "id": id, "project": body })
}
