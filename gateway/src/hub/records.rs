//! The desk over the records of a node.
//!
//! What the Hub said last of a request is a document `REPO#REQUEST`; what became of it here is a
//! request for access like any other, with its grant, `hub:REPO#REQUEST:USER`. Both are written together,
//! so that a restart, or a second node, finds either both or neither. Of what was asked only the
//! request here keeps a copy: the Hub's own is for comparing lists.

use super::client::Written;
use super::desk::{Decision, Desk, DeskError, Fut, Whose};
use super::kept::{BY, Last, heard, id_of, wish, write};
use super::request::HubRequest;
use super::sync::{Event, What};
use sluice_config::HubSpec;
use sluice_config::words::{Clock, Grant, GrantState, ModelId, RepoId};
use sluice_store::acts::{ActError, hear, turn};
use sluice_store::bodies::{self, AccessRequest};
use sluice_store::{Act, Batch, Document, Kind, LISTED_MAX, Listing, Records, StoreError};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The desk of a node.
#[derive(Debug)]
pub struct RecordsDesk {
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
    models: HashMap<RepoId, ModelId>,
}

impl RecordsDesk {
    /// A desk for the linked repos.
    pub fn new(records: Arc<dyn Records>, clock: Arc<dyn Clock>, spec: &HubSpec) -> Self {
        let models = spec.repos.iter().map(|repo| (repo.id.clone(), repo.model.clone())).collect();
        Self { records, clock, models }
    }

    fn act(&self, verb: &str) -> Act {
        let (by, verb, at) = (BY.into(), verb.into(), self.clock.now());
        Act { by, verb, reason: String::new(), at }
    }

    async fn last(&self, repo: &RepoId) -> Result<Vec<(Last, u64)>, DeskError> {
        let documents = begun(&*self.records, Kind::HUB_REQUEST, &format!("{repo}#")).await?;
        documents.iter().map(|it| Ok((bodies::read(it)?, it.version))).collect()
    }

    async fn keep(&self, event: &Event) -> Result<(), DeskError> {
        let Event { repo, what, request } = event;
        let gone = *what == What::Revoked;
        let id = format!("{repo}#{}", request.id);
        let known = self.records.document(&Kind::HUB_REQUEST, &id).await?;
        let before = known.as_ref().map(bodies::read::<Last>).transpose()?;
        let same = |last: &Last| {
            let now = (gone, request.status, &request.user);
            (last.gone, last.request.status, &last.request.user) == now
        };
        // Another node has heard it just now.
        if before.as_ref().is_some_and(same) {
            return Ok(());
        }
        // Who asked, and what, is kept with the request here.
        let slim = HubRequest { email: None, fields: Vec::new(), ..request.clone() };
        let last = Last { request: slim, gone, told: None };
        let beside = write(repo, &last, known.map(|it| it.version))?;
        let model =
            self.models.get(repo).ok_or_else(|| DeskError(format!("{repo}: not linked")))?;
        let own = id_of(repo, request);
        let mut all = vec![heard(&own, request, model, *what)];
        let former = before.map(|last| (id_of(repo, &last.request), last.request));
        if let Some((id, request)) = former.as_ref().filter(|(id, _)| *id != own) {
            // They were not known by this name; whoever takes the other one is not them.
            all.push(heard(id, request, model, What::Revoked));
            self.take_back(repo, request).await?;
        }
        if *what != What::Accepted {
            self.take_back(repo, request).await?;
        }
        kept(hear(&*self.records, all, beside, &self.act("hear")).await)
    }

    /// Takes back what a report gave to somebody whom the Hub lets in no more. Before the rest: what
    /// is heard is not heard again.
    async fn take_back(&self, repo: &RepoId, request: &HubRequest) -> Result<(), DeskError> {
        let Some(user) = &request.user else { return Ok(()) };
        let given = begun(&*self.records, Kind::GRANT, &format!("hub:{repo}@{user}:")).await?;
        for document in given {
            let grant: Grant = bodies::read(&document)?;
            if !grant.state.may_become(GrantState::Revoked) {
                continue;
            }
            let act = self.act("hear");
            kept(turn(&*self.records, &grant.id, GrantState::Revoked, &act).await.map(drop))?;
        }
        Ok(())
    }

    async fn decisions(&self, repo: &RepoId) -> Result<Vec<Decision>, DeskError> {
        let ours = begun(&*self.records, Kind::REQUEST, &format!("hub:{repo}#")).await?;
        let ours: HashMap<&str, &Document> = ours.iter().map(|it| (it.id.as_str(), it)).collect();
        let mut decided = Vec::new();
        for (last, _) in self.last(repo).await?.iter().filter(|(last, _)| !last.gone) {
            let Some(found) = ours.get(id_of(repo, &last.request).as_str()) else { continue };
            let request: AccessRequest = bodies::read(found)?;
            let wish = wish(&request, last.request.status);
            let wish = wish.filter(|wish| last.told.as_ref() != Some(wish));
            let whose = Whose::Request(last.request.id.clone());
            decided.extend(wish.map(|wish| (request.decided, Decision::Handle { whose, wish })));
        }
        decided.sort_by_key(|(at, _)| *at);
        Ok(decided.into_iter().map(|(_, decision)| decision).collect())
    }

    async fn note(&self, repo: &RepoId, decision: &Decision) -> Result<(), DeskError> {
        let Decision::Handle { whose: Whose::Request(id), wish } = decision else { return Ok(()) };
        let name = format!("{repo}#{id}");
        let Some(known) = self.records.document(&Kind::HUB_REQUEST, &name).await? else {
            return Ok(());
        };
        let last = Last { told: Some(wish.clone()), ..bodies::read(&known)? };
        let writes = vec![write(repo, &last, Some(known.version))?];
        let written = self.records.commit(Batch { writes, act: self.act("tell") }).await;
        kept(written.map_err(ActError::from))
    }
}

impl Desk for RecordsDesk {
    fn known<'a>(&'a self, repo: &'a RepoId) -> Fut<'a, Vec<HubRequest>> {
        Box::pin(async move {
            let all = self.last(repo).await?.into_iter();
            Ok(all.filter(|(last, _)| !last.gone).map(|(last, _)| last.request).collect())
        })
    }

    fn apply<'a>(&'a self, events: &'a [Event]) -> Fut<'a, ()> {
        Box::pin(async move {
            // What is revoked and is something else at once becomes that in one step.
            let mut ends: BTreeMap<(&RepoId, &str), &Event> = BTreeMap::new();
            for event in events {
                ends.insert((&event.repo, event.request.id.as_str()), event);
            }
            // Nobody waits to be shut out for those who are let in.
            let (shut, open): (Vec<&Event>, Vec<&Event>) =
                ends.into_values().partition(|event| event.what != What::Accepted);
            let mut failed = Ok(());
            for event in shut.into_iter().chain(open) {
                // One that cannot be kept stands in no other's way.
                let came = self.keep(event).await;
                failed = failed.and(came);
            }
            failed
        })
    }

    fn decided<'a>(&'a self, repo: &'a RepoId) -> Fut<'a, Vec<Decision>> {
        Box::pin(self.decisions(repo))
    }

    fn told<'a>(&'a self, repo: &'a RepoId, decision: &'a Decision, _: Written) -> Fut<'a, ()> {
        Box::pin(self.note(repo, decision))
    }
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// What somebody else wrote in between is left to them: what is not so then differs at the next poll.
fn kept(written: Result<(), ActError>) -> Result<(), DeskError> {
    match written {
        Ok(()) | Err(ActError::Store(StoreError::Conflict { .. })) => Ok(()),
        Err(error) => Err(DeskError(error.to_string())),
    }
}

/// The repo of a request that somebody here has decided, if it is one of the Hub's.
pub(crate) async fn decided_here(
    records: &dyn Records,
    id: &str,
) -> Result<Option<RepoId>, StoreError> {
    let repo = id.strip_prefix("hub:").and_then(|rest| RepoId::parse(rest.split_once('#')?.0));
    let Some(repo) = repo else { return Ok(None) };
    let Some(found) = records.document(&Kind::REQUEST, id).await? else { return Ok(None) };
    let by = bodies::read::<AccessRequest>(&found)?.decided_by;
    Ok(by.is_some_and(|by| by != BY).then_some(repo))
}

/// Every document of a kind whose name begins so.
pub(crate) async fn begun(
    records: &dyn Records,
    kind: Kind,
    prefix: &str,
) -> Result<Vec<Document>, StoreError> {
    let after = Some((kind.clone(), prefix.to_owned()));
    let mut listing = Listing { kind: Some(kind), after, ..Listing::default() };
    let mut all = Vec::new();
    loop {
        let page = records.documents(&listing).await?;
        let more = page.len() >= LISTED_MAX;
        listing.after = page.last().map(|last| (last.kind.clone(), last.id.clone()));
        let found = page.into_iter().take_while(|it| it.id.starts_with(prefix));
        let before = all.len();
        all.extend(found);
        if !more || all.len() < before.saturating_add(LISTED_MAX) {
            return Ok(all);
        }
    }
}
