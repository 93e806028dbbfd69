//! Whom some changes concern.

use crate::{Change, ChangeKind, Known, Owner};
use sluice_config::words::{CredentialId, OrganisationId, PrincipalId, ProjectId};
use std::collections::HashSet;

/// Whom some changes concern, among those who call.
#[derive(Debug, Default)]
pub(super) struct Concerned<'a> {
    principals: HashSet<&'a PrincipalId>,
    credentials: HashSet<&'a CredentialId>,
    projects: HashSet<&'a ProjectId>,
    organisations: HashSet<&'a OrganisationId>,
}

impl<'a> Concerned<'a> {
    pub(super) fn by(changes: &'a [Change]) -> Self {
        let mut concerned = Self::default();
        for change in changes {
            match &change.what {
                ChangeKind::Principal(id) => _ = concerned.principals.insert(id),
                ChangeKind::Credential(id) => _ = concerned.credentials.insert(id),
                ChangeKind::Document { owner, .. } => concerned.add(owner),
            }
        }
        concerned
    }

    fn add(&mut self, owner: &'a Owner) {
        match owner {
            Owner::Principal(id) => _ = self.principals.insert(id),
            Owner::Project(id) => _ = self.projects.insert(id),
            Owner::Organisation(id) => _ = self.organisations.insert(id),
            // Theirs is nobody's holding.
            Owner::World | Owner::EndUser(_) => {}
        }
    }

    /// Whether they concern nobody who calls.
    pub(super) fn is_empty(&self) -> bool {
        let Self { principals, credentials, projects, organisations } = self;
        principals.is_empty()
            && credentials.is_empty()
            && projects.is_empty()
            && organisations.is_empty()
    }

    /// Whether they concern this caller.
    pub(super) fn has(&self, known: &Known) -> bool {
        let holdings = &known.holdings;
        self.principals.contains(&known.principal.id)
            || self.credentials.contains(&known.principal.credential)
            || holdings.project.as_ref().is_some_and(|it| self.projects.contains(it))
            || holdings.organisation.as_ref().is_some_and(|it| self.organisations.contains(it))
    }
}
