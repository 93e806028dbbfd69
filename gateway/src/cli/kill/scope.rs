//! What is to be stopped, as the command line says it.

use clap::Args;
use sluice_config::words::{
    Country, EndUserId, KillScope, ModelId, ModelRevision, OrganisationId, PrincipalId, ProjectId,
    ReleaseStage, TierId,
};

/// What is to be stopped: one of these.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(super) struct Scope {
    /// A model, by its canonical name, at every revision
    #[arg(long)]
    model: Option<String>,
    /// The weights behind a model, as MODEL@REVISION
    #[arg(long, value_parser = revision)]
    revision: Option<ModelRevision>,
    /// Every revision at a stage
    #[arg(long, value_parser = stage)]
    stage: Option<ReleaseStage>,
    /// Every caller of a tier
    #[arg(long)]
    tier: Option<String>,
    /// Every principal of an organisation
    #[arg(long)]
    organisation: Option<String>,
    /// Every principal of a project
    #[arg(long)]
    project: Option<String>,
    /// One principal
    #[arg(long)]
    principal: Option<String>,
    /// Whoever sits behind calls of principals, by their keyed hash
    #[arg(long)]
    end_user: Option<String>,
    /// Calls from a country, by its two letters
    #[arg(long, value_parser = country)]
    region: Option<Country>,
    /// Models of a category
    #[arg(long)]
    category: Option<String>,
    /// Everything
    #[arg(long)]
    everything: bool,
}

impl Scope {
    /// The one that is named.
    pub(super) fn named(&self) -> Option<KillScope> {
        let named = [
            self.model.as_deref().map(|id| KillScope::Model(ModelId::new(id))),
            self.revision.clone().map(KillScope::Revision),
            self.stage.map(KillScope::Stage),
            self.tier.as_deref().map(|id| KillScope::Tier(TierId::new(id))),
            self.organisation.as_deref().map(|id| KillScope::Organisation(OrganisationId::new(id))),
            self.project.as_deref().map(|id| KillScope::Project(ProjectId::new(id))),
            self.principal.as_deref().map(|id| KillScope::Principal(PrincipalId::new(id))),
            self.end_user.as_deref().map(|id| KillScope::EndUser(EndUserId::new(id))),
            self.region.map(KillScope::Region),
            self.category.as_deref().map(|text| KillScope::Category(text.into())),
            self.everything.then_some(KillScope::Everything),
        ];
        named.into_iter().flatten().next()
    }
}

fn revision(text: &str) -> Result<ModelRevision, String> {
    ModelRevision::parse(text).map_err(|fault| fault.to_string())
}

fn stage(text: &str) -> Result<ReleaseStage, String> {
    let found = ReleaseStage::ALL.into_iter().find(|stage| stage.as_str() == text);
    let words = ReleaseStage::ALL.map(ReleaseStage::as_str).join(", ");
    found.ok_or_else(|| format!("expected one of {words}"))
}

fn country(text: &str) -> Result<Country, String> {
    Country::parse(text).ok_or_else(|| "expected the two letters of a country".into())
}
