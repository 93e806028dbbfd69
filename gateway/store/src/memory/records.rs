//! Records in memory.

use super::{Kept, Memory};
use crate::number::into_signed;
use crate::{
    CHANGES_MAX, Change, ChangeKind, CredentialRecord, Fut, Known, NewCredential, NewPrincipal,
    PrincipalRecord, Records, StoreError,
};
use sluice_config::words::{
    CredentialId, Holder, KeyDigest, Principal, PrincipalId, TierId, Timestamp,
};
use std::future::ready;

impl Records for Memory {
    fn create_principal(&self, new: NewPrincipal, now: Timestamp) -> Fut<'_, ()> {
        Box::pin(ready(self.kept().create_principal(new, now)))
    }

    fn principals(&self) -> Fut<'_, Vec<PrincipalRecord>> {
        let all = self.kept().principals.values().cloned().collect();
        Box::pin(ready(Ok(all)))
    }

    fn principal<'a>(&'a self, id: &'a PrincipalId) -> Fut<'a, Option<PrincipalRecord>> {
        let found = self.kept().principals.get(id).cloned();
        Box::pin(ready(Ok(found)))
    }

    fn set_tier<'a>(&'a self, id: &'a PrincipalId, tier: &'a TierId) -> Fut<'a, ()> {
        let change = |record: &mut PrincipalRecord| record.tier = tier.clone();
        Box::pin(ready(self.kept().change_principal(id, change)))
    }

    fn disable<'a>(&'a self, id: &'a PrincipalId, now: Timestamp) -> Fut<'a, ()> {
        let change = |record: &mut PrincipalRecord| _ = record.disabled.get_or_insert(now);
        Box::pin(ready(self.kept().change_principal(id, change)))
    }

    fn enable<'a>(&'a self, id: &'a PrincipalId) -> Fut<'a, ()> {
        let change = |record: &mut PrincipalRecord| record.disabled = None;
        Box::pin(ready(self.kept().change_principal(id, change)))
    }

    fn create_credential(&self, new: NewCredential, now: Timestamp) -> Fut<'_, ()> {
        Box::pin(ready(self.kept().create_credential(new, now)))
    }

    fn credentials<'a>(&'a self, of: Option<&'a PrincipalId>) -> Fut<'a, Vec<CredentialRecord>> {
        let kept = self.kept();
        let theirs = |record: &&CredentialRecord| of.is_none_or(|of| record.principal == *of);
        let mut found: Vec<_> = kept.credentials.values().filter(theirs).cloned().collect();
        found.sort_by(|a, b| (&a.principal, a.created).cmp(&(&b.principal, b.created)));
        Box::pin(ready(Ok(found)))
    }

    fn revoke<'a>(&'a self, id: &'a CredentialId, now: Timestamp) -> Fut<'a, ()> {
        Box::pin(ready(self.kept().revoke(id, now)))
    }

    fn find<'a>(&'a self, digest: &'a KeyDigest) -> Fut<'a, Option<Known>> {
        let found = self.kept().find(digest);
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

impl Kept {
    fn create_principal(&mut self, new: NewPrincipal, now: Timestamp) -> Result<(), StoreError> {
        if self.principals.contains_key(&new.id) {
            return Err(StoreError::Exists { what: "principal", name: new.id.to_string() });
        }
        let NewPrincipal { id, tier, note } = new;
        let record = PrincipalRecord { id: id.clone(), tier, note, created: now, disabled: None };
        self.principals.insert(id.clone(), record);
        self.changed(ChangeKind::Principal(id));
        Ok(())
    }

    fn change_principal(
        &mut self,
        id: &PrincipalId,
        change: impl FnOnce(&mut PrincipalRecord),
    ) -> Result<(), StoreError> {
        let absent = || StoreError::Absent { what: "principal", name: id.to_string() };
        change(self.principals.get_mut(id).ok_or_else(absent)?);
        self.changed(ChangeKind::Principal(id.clone()));
        Ok(())
    }

    fn create_credential(&mut self, new: NewCredential, now: Timestamp) -> Result<(), StoreError> {
        into_signed(new.expires.unwrap_or_default().0, "a time")?;
        if self.credentials.contains_key(&new.id) || self.digests.contains_key(&new.digest) {
            return Err(StoreError::Exists { what: "credential", name: new.id.to_string() });
        }
        if !self.principals.contains_key(&new.principal) {
            let name = new.principal.to_string();
            return Err(StoreError::Absent { what: "principal", name });
        }
        let NewCredential { id, principal, digest, hasher, expires, note } = new;
        let record = CredentialRecord {
            id: id.clone(),
            principal,
            hasher,
            note,
            created: now,
            expires,
            revoked: None,
        };
        self.credentials.insert(id.clone(), record);
        self.digests.insert(digest, id.clone());
        self.changed(ChangeKind::Credential(id));
        Ok(())
    }

    fn revoke(&mut self, id: &CredentialId, now: Timestamp) -> Result<(), StoreError> {
        let absent = || StoreError::Absent { what: "credential", name: id.to_string() };
        self.credentials.get_mut(id).ok_or_else(absent)?.revoked.get_or_insert(now);
        self.changed(ChangeKind::Credential(id.clone()));
        Ok(())
    }

    fn find(&self, digest: &KeyDigest) -> Option<Known> {
        let credential = self.credentials.get(self.digests.get(digest)?)?;
        let principal = self.principals.get(&credential.principal)?;
        let theirs = Principal {
            id: principal.id.clone(),
            tier: principal.tier.clone(),
            credential: credential.id.clone(),
        };
        Some(Known {
            holder: Holder::of(theirs.clone()),
            principal: theirs,
            expires: credential.expires,
            revoked: credential.revoked,
            disabled: principal.disabled,
        })
    }
}
