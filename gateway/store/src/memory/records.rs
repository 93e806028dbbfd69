//! Records in memory.

use super::Memory;
use crate::{
    AUDIT_MAX, Act, AuditEntry, Batch, CHANGES_MAX, Change, CredentialRecord, Document, Fut, Kind,
    Known, Listing, NewCredential, NewPrincipal, PrincipalRecord, Records,
};
use sluice_config::words::{CredentialId, KeyDigest, PrincipalId, TierId};
use std::future::ready;

impl Records for Memory {
    fn create_principal<'a>(&'a self, new: NewPrincipal, act: &'a Act) -> Fut<'a, ()> {
        Box::pin(ready(self.kept().create_principal(new, act)))
    }

    fn principals(&self) -> Fut<'_, Vec<PrincipalRecord>> {
        let all = self.kept().principals.values().cloned().collect();
        Box::pin(ready(Ok(all)))
    }

    fn principal<'a>(&'a self, id: &'a PrincipalId) -> Fut<'a, Option<PrincipalRecord>> {
        let found = self.kept().principals.get(id).cloned();
        Box::pin(ready(Ok(found)))
    }

    fn set_tier<'a>(&'a self, id: &'a PrincipalId, tier: &'a TierId, act: &'a Act) -> Fut<'a, ()> {
        Box::pin(ready(self.kept().set_tier(id, tier, act)))
    }

    fn disable<'a>(&'a self, id: &'a PrincipalId, act: &'a Act) -> Fut<'a, ()> {
        Box::pin(ready(self.kept().disable(id, act)))
    }

    fn enable<'a>(&'a self, id: &'a PrincipalId, act: &'a Act) -> Fut<'a, ()> {
        Box::pin(ready(self.kept().enable(id, act)))
    }

    fn create_credential<'a>(&'a self, new: NewCredential, act: &'a Act) -> Fut<'a, ()> {
        Box::pin(ready(self.kept().create_credential(new, act)))
    }

    fn credentials<'a>(&'a self, of: Option<&'a PrincipalId>) -> Fut<'a, Vec<CredentialRecord>> {
        let kept = self.kept();
        let theirs = |record: &&CredentialRecord| of.is_none_or(|of| record.principal == *of);
        let mut found: Vec<_> = kept.credentials.values().filter(theirs).cloned().collect();
        found.sort_by(|a, b| (&a.principal, a.created).cmp(&(&b.principal, b.created)));
        Box::pin(ready(Ok(found)))
    }

    fn revoke<'a>(&'a self, id: &'a CredentialId, act: &'a Act) -> Fut<'a, ()> {
        Box::pin(ready(self.kept().revoke(id, act)))
    }

    fn find<'a>(&'a self, digest: &'a KeyDigest) -> Fut<'a, Option<Known>> {
        let found = self.kept().find(digest);
        Box::pin(async move {
            let Some(known) = found else { return Ok(None) };
            known.with_holdings(self).await.map(Some)
        })
    }

    fn document<'a>(&'a self, kind: &'a Kind, id: &'a str) -> Fut<'a, Option<Document>> {
        let found = self.kept().documents.get(&(kind.clone(), id.to_owned())).cloned();
        Box::pin(ready(Ok(found)))
    }

    fn documents<'a>(&'a self, listing: &'a Listing) -> Fut<'a, Vec<Document>> {
        let found = self.kept().list(listing);
        Box::pin(ready(Ok(found)))
    }

    fn commit(&self, batch: Batch) -> Fut<'_, ()> {
        Box::pin(ready(self.kept().commit(batch)))
    }

    fn audit(&self, after: u64, most: usize) -> Fut<'_, Vec<AuditEntry>> {
        let kept = self.kept();
        let from = kept.audit.partition_point(|entry| entry.seq <= after);
        let found = kept.audit.iter().skip(from).take(most.min(AUDIT_MAX)).cloned().collect();
        Box::pin(ready(Ok(found)))
    }

    fn changes(&self, after: u64) -> Fut<'_, Vec<Change>> {
        let kept = self.kept();
        let from = kept.changes.partition_point(|change| change.seq <= after);
        let found = kept.changes.iter().skip(from).take(CHANGES_MAX).cloned().collect();
        Box::pin(ready(Ok(found)))
    }

    fn head(&self) -> Fut<'_, u64> {
        let head = self.kept().head();
        Box::pin(ready(Ok(head)))
    }
}
