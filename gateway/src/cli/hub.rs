//! `sluice hub import`: take over who was let in to a repo of the Hub, from its access report.
//!
//! What was taken over stays until a later report no longer says so, or a poll hears otherwise: the
//! grants of a report have names of their own, `hub:REPO@USER:NUMBER`.

use super::act::Why;
use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use crate::hub::{Reported, RequestStatus, begun, report};
use clap::{Args, Subcommand};
use serde::Serialize;
use sluice_config::Config;
use sluice_config::words::{
    Conditions, Gives, Grant, GrantId, GrantState, ModelId, PrincipalId, ReleaseStage, RepoId,
};
use sluice_store::acts::{ActError, give, turn};
use sluice_store::{Act, Kind, Owner, Records, bodies};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Bytes that are read of a report: a little more than a report may have, which is then told.
const BYTES_MAX: u64 = 65 * 1024 * 1024;

/// Take over what the Hub says.
#[derive(Debug, Subcommand)]
pub(super) enum Hub {
    /// Take over who was let in to a repo, from its access report
    Import(Import),
}

impl Hub {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Import(command) => command.run(),
        }
    }
}

/// Take over who was let in to a repo, from its access report.
#[derive(Args, Debug)]
pub(super) struct Import {
    /// The report, as JSON, from the settings of the repo on the Hub
    file: PathBuf,
    /// The repo; it must be linked in the configuration
    #[arg(long, value_name = "REPO", value_parser = repo)]
    repo: RepoId,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

/// What came of a report.
#[derive(Debug, Default, Serialize)]
struct Imported {
    /// Who is let in from now on.
    given: Vec<String>,
    /// Who is so no longer.
    taken_back: Vec<String>,
    /// How many were let in already.
    unchanged: usize,
}

impl Import {
    fn run(self) -> Done {
        let Self { file, repo, why, output, settings } = self;
        let text = read(&file)?;
        let reported = report(&text);
        let reported = reported.map_err(|error| Failure::of(&file.display().to_string(), error))?;
        let act = why.act("import");
        let imported = settings.with_store(|config, store| async move {
            let model = linked(&config, &repo)?;
            let done = import(&*store.records, (&repo, &model), &reported, &act).await;
            done.map_err(|error| Failure::of("the report is taken over only in part", error))
        })?;
        output.print(&imported, || {
            let Imported { given, taken_back, unchanged } = &imported;
            let (given, taken_back) = (given.len(), taken_back.len());
            out::line(format!("{given} let in, {taken_back} taken back, {unchanged} unchanged"))
        })
    }
}

fn repo(text: &str) -> Result<RepoId, String> {
    RepoId::parse(text).ok_or_else(|| "expected a repo, OWNER/NAME".into())
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::of(&file.display().to_string(), error);
    let mut text = Vec::new();
    let read = File::open(file).and_then(|file| file.take(BYTES_MAX).read_to_end(&mut text));
    read.map_err(failed)?;
    Ok(text)
}

fn linked(config: &Config, repo: &RepoId) -> Result<ModelId, Failure> {
    let mut repos = config.hub.iter().flat_map(|hub| &hub.repos);
    let found = repos.find(|it| it.id == *repo).map(|it| it.model.clone());
    found.ok_or_else(|| {
        Failure::Other(format!("{repo} is linked to no model; write it under `hub.repos`"))
    })
}

/// Gives a grant to everybody a report accepts, and takes back those of earlier reports that it does
/// not.
async fn import(
    records: &dyn Records,
    (repo, model): (&RepoId, &ModelId),
    reported: &[Reported],
    act: &Act,
) -> Result<Imported, ActError> {
    let accepted = reported.iter().filter(|it| it.status == RequestStatus::Accepted);
    let accepted: BTreeSet<&str> = accepted.map(|it| it.user.as_str()).collect();
    let prefix = format!("hub:{repo}@");
    let mut imported = Imported::default();
    let mut before: BTreeMap<String, usize> = BTreeMap::new();
    let mut held = BTreeSet::new();
    for document in begun(records, Kind::GRANT, &prefix).await? {
        let name = document.id.strip_prefix(&prefix).and_then(|rest| rest.rsplit_once(':'));
        let Some((user, _)) = name else { continue };
        *before.entry(user.to_owned()).or_default() += 1;
        let grant: Grant = bodies::read(&document)?;
        if matches!(grant.state, GrantState::Revoked | GrantState::Rejected) {
            continue;
        }
        if accepted.contains(user) && gives(&grant, model) {
            held.insert(user.to_owned());
            continue;
        }
        turn(records, &grant.id, GrantState::Revoked, act).await?;
        imported.taken_back.push(user.to_owned());
    }
    for user in accepted {
        if held.contains(user) {
            imported.unchanged += 1;
            continue;
        }
        let number = before.get(user).map_or(1, |count| count + 1);
        let grant = grant(GrantId::new(&format!("{prefix}{user}:{number}")), model, act);
        let owner = Owner::Principal(PrincipalId::new(&format!("hub:{user}")));
        give(records, owner, &grant, act).await?;
        imported.given.push(user.to_owned());
    }
    Ok(imported)
}

fn gives(grant: &Grant, model: &ModelId) -> bool {
    matches!(&grant.gives, Gives::Model { name, .. } if name == model)
}

fn grant(id: GrantId, model: &ModelId, act: &Act) -> Grant {
    Grant {
        id,
        gives: Gives::Model { name: model.clone(), from: ReleaseStage::Gated },
        conditions: Conditions::default(),
        state: GrantState::Active,
        starts: None,
        expires: None,
        source: "hub".into(),
        reason: act.reason.as_str().into(),
    }
}
