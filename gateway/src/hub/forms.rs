//! The forms of linked repos, kept for a while: a page that shows one must not wait for the Hub.

use super::client::Client;
use super::error::HubError;
use moka::sync::Cache;
use sluice_config::words::{Clock, Form, RepoId};
use std::sync::Arc;
use std::time::Duration;

/// How long a form counts.
const KEPT: Duration = Duration::from_mins(5);
/// Forms: more than there are linked repos.
const FORMS_MAX: u64 = 256;

/// The forms that were read.
#[derive(Debug)]
pub(super) struct Forms(Cache<RepoId, (Arc<Form>, Duration)>);

impl Default for Forms {
    fn default() -> Self {
        Self(Cache::new(FORMS_MAX))
    }
}

impl Forms {
    /// The form of a repo: as it was read lately, or as it is; while the Hub is away, as it was.
    pub(super) async fn of(
        &self,
        repo: &RepoId,
        client: &Client,
        clock: &Arc<dyn Clock>,
    ) -> Result<Arc<Form>, HubError> {
        let kept = self.0.get(repo);
        let now = clock.steady();
        if let Some((form, since)) = &kept
            && now.saturating_sub(*since) < KEPT
        {
            return Ok(Arc::clone(form));
        }
        match (client.repo(repo).await, kept) {
            (Ok(card), _) => {
                let form = Arc::new(card.form);
                self.0.insert(repo.clone(), (Arc::clone(&form), now));
                Ok(form)
            }
            (Err(HubError::Away(_)), Some((form, _))) => Ok(form),
            (Err(why), _) => Err(why),
        }
    }
}
