//! What is known of a principal beside its row: its project, how well it is known, its purposes.

use super::super::act::Why;
use super::super::out::{self, Done, Failure, Output};
use super::super::settings::Settings;
use super::super::when::{self, When};
use super::super::{arguments, kept};
use super::record;
use clap::Args;
use serde_json::json;
use sluice_config::words::{
    PrincipalId, ProjectId, Purpose, Purposes, Timestamp, Verification, Verified,
};
use sluice_store::acts;
use sluice_store::bodies::{Profile, Proven};

/// Put a principal into a project, or into none.
#[derive(Args, Debug)]
pub(in crate::cli) struct SetProject {
    /// The principal
    #[arg(value_name = "PRINCIPAL", value_parser = arguments::principal)]
    id: PrincipalId,
    /// The project; none takes it out
    #[arg(value_name = "PROJECT", value_parser = arguments::project)]
    project: Option<ProjectId>,
    #[command(flatten)]
    rest: Rest,
}

/// What each of these commands takes besides.
#[derive(Args, Debug)]
struct Rest {
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl SetProject {
    pub(super) fn run(self) -> Done {
        let Self { id, project, rest: Rest { why, output, settings } } = self;
        let of = id.clone();
        let profile = settings.with_store(|_, store| async move {
            record(&store, &id).await?;
            let act = why.act("set_project");
            acts::place(&*store.records, &id, project.as_ref(), &act).await.map_err(kept::undone)
        })?;
        told(&of, &profile, output)
    }
}

/// Write down how well a principal is known.
#[derive(Args, Debug)]
pub(in crate::cli) struct Verify {
    /// The principal
    #[arg(value_name = "PRINCIPAL", value_parser = arguments::principal)]
    id: PrincipalId,
    /// How well: anonymous, email, payment, identity, organisation, vetted
    #[arg(value_name = "LEVEL", value_parser = arguments::verification)]
    level: Verification,
    /// Until when that counts, such as 365d
    #[arg(long, value_name = "WHEN")]
    until: Option<When>,
    /// How it was found out
    #[arg(long, value_name = "TEXT", default_value = "by hand", hide_default_value = true, value_parser = arguments::note)]
    method: String,
    #[command(flatten)]
    rest: Rest,
}

impl Verify {
    pub(super) fn run(self) -> Done {
        let Self { id, level, until, method, rest: Rest { why, output, settings } } = self;
        let act = why.act("verify");
        let known = Known { verified: Some(level), verified_until: until, method };
        let proven = known.proven(act.at)?;
        let of = id.clone();
        let profile = settings.with_store(|_, store| async move {
            record(&store, &id).await?;
            acts::verify(&*store.records, &id, proven, &act).await.map_err(kept::undone)
        })?;
        told(&of, &profile, output)
    }
}

/// Write down what a principal uses models for, in place of what was said before.
#[derive(Args, Debug)]
pub(in crate::cli) struct Declare {
    /// The principal
    #[arg(value_name = "PRINCIPAL", value_parser = arguments::principal)]
    id: PrincipalId,
    /// What for: evaluation, research, safety, education, personal, commercial, production
    #[arg(value_name = "PURPOSE", value_parser = arguments::purpose)]
    purposes: Vec<Purpose>,
    #[command(flatten)]
    rest: Rest,
}

impl Declare {
    pub(super) fn run(self) -> Done {
        let Self { id, purposes, rest: Rest { why, output, settings } } = self;
        let (of, purposes) = (id.clone(), purposes.into_iter().collect::<Purposes>());
        let profile = settings.with_store(|_, store| async move {
            record(&store, &id).await?;
            let act = why.act("declare_purposes");
            acts::declare(&*store.records, &id, purposes, &act).await.map_err(kept::undone)
        })?;
        told(&of, &profile, output)
    }
}

fn told(id: &PrincipalId, profile: &Profile, output: Output) -> Done {
    let project = profile.project.as_ref().map_or("none", ProjectId::as_str);
    let (known, purposes) = (level(profile.verified.as_ref()), profile.purposes);
    let purposes = super::super::orgs::words(purposes);
    out::note(format!(
        "{id}: project {project}, known {known}, purposes {purposes}; running nodes know within a \
         second"
    ));
    output.print(&json!({ "id": id, "profile": profile }), || Ok(()))
}

/// How well somebody is known, for people.
pub(in crate::cli) fn level(proven: Option<&Proven>) -> String {
    let Some(Proven { known, method, .. }) = proven else { return "not said".into() };
    let until = known.until.map_or(String::new(), |at| format!(" until {}", when::minute(at)));
    format!("{}{until} ({method})", known.level)
}

/// How well somebody is known, as the command line says it.
#[derive(Args, Debug)]
pub(in crate::cli) struct Known {
    /// How well they are known: anonymous, email, payment, identity, organisation, vetted
    #[arg(long, value_name = "LEVEL", value_parser = arguments::verification)]
    verified: Option<Verification>,
    /// Until when that counts, such as 365d
    #[arg(long, value_name = "WHEN", requires = "verified")]
    verified_until: Option<When>,
    /// How it was found out
    #[arg(long, value_name = "TEXT", requires = "verified", default_value = "by hand", hide_default_value = true, value_parser = arguments::note)]
    method: String,
}

impl Known {
    /// What is to be written of it.
    pub(in crate::cli) fn proven(self, at: Timestamp) -> Result<Option<Proven>, Failure> {
        let Self { verified, verified_until, method } = self;
        let until = verified_until.map(|when| when.ahead(at));
        if until.is_some_and(|until| until <= at) {
            return Err(Failure::Other("it would have run out already; give a later time".into()));
        }
        let proven = |level| {
            let known = Verified { level, until };
            Proven { known, method, at, evidence: None }
        };
        Ok(verified.map(proven))
    }
}
