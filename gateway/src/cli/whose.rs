//! Whom a record concerns, as the command line names them.

use super::out::Failure;
use super::{arguments, holder, kept, principals};
use crate::read::end_user::EndUsers;
use clap::Args;
use sluice_config::Config;
use sluice_config::words::{EndUserId, OrganisationId, PrincipalId, ProjectId};
use sluice_store::bodies::{Organisation, Project};
use sluice_store::{Kind, Owner, Store};

/// Digits of the id of an end user.
const END_USER_DIGITS: usize = 32;

/// Whom a record concerns; one of them.
#[derive(Args, Debug)]
pub(super) struct Whose {
    /// A principal
    #[arg(long, value_name = "PRINCIPAL", value_parser = arguments::principal, group = "whose")]
    principal: Option<PrincipalId>,
    /// A project, and so its principals
    #[arg(long, value_name = "PROJECT", value_parser = arguments::project, group = "whose")]
    project: Option<ProjectId>,
    /// An organisation, and so its projects
    #[arg(long, value_name = "ORGANISATION", value_parser = arguments::organisation, group = "whose")]
    org: Option<OrganisationId>,
    /// An end user: its id in the books, or with `--of` what a caller calls it
    #[arg(long, value_name = "END_USER", group = "whose")]
    end_user: Option<String>,
    /// The principal that calls the end user so
    #[arg(long, value_name = "PRINCIPAL", value_parser = arguments::principal, requires = "end_user")]
    of: Option<PrincipalId>,
}

impl Whose {
    /// Who that is, if anybody is named; they must be in the books.
    pub(super) async fn find(
        self,
        config: &Config,
        store: &Store,
    ) -> Result<Option<Owner>, Failure> {
        let Self { principal, project, org, end_user, of } = self;
        if let Some(id) = principal {
            principals::record(store, &id).await?;
            return Ok(Some(Owner::Principal(id)));
        }
        if let Some(id) = project {
            kept::one::<Project>(store, Kind::PROJECT, "project", id.as_str()).await?;
            return Ok(Some(Owner::Project(id)));
        }
        if let Some(id) = org {
            let kind = Kind::ORGANISATION;
            kept::one::<Organisation>(store, kind, "organisation", id.as_str()).await?;
            return Ok(Some(Owner::Organisation(id)));
        }
        let Some(named) = end_user else { return Ok(None) };
        let Some(of) = of else { return end_user_id(&named).map(Owner::EndUser).map(Some) };
        let holder = holder::of_principal(store, &of).await?;
        let id = EndUsers::new(&config.node.key_secret).id(&holder, named.as_bytes());
        Ok(Some(Owner::EndUser(id)))
    }

    /// Who that is; that nobody is named is an error.
    pub(super) async fn owner(self, config: &Config, store: &Store) -> Result<Owner, Failure> {
        let none = || {
            let what = "say whom: `--principal`, `--project`, `--org` or `--end-user`";
            Failure::Other(what.into())
        };
        self.find(config, store).await?.ok_or_else(none)
    }
}

/// The id of an end user, as it stands in the books.
fn end_user_id(text: &str) -> Result<EndUserId, Failure> {
    let hashed = text.len() == END_USER_DIGITS && text.bytes().all(|it| it.is_ascii_hexdigit());
    let what = "an end user is 32 hex digits; for what a caller calls it, add `--of PRINCIPAL`";
    hashed.then(|| EndUserId::new(text)).ok_or_else(|| Failure::Other(what.into()))
}
