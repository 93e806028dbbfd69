//! Principals and credentials in memory.

use super::Kept;
use crate::audit::Note;
use crate::number::into_signed;
use crate::{
    Act, ChangeKind, CredentialRecord, Known, NewCredential, NewPrincipal, PrincipalRecord,
    Replaced, StoreError,
};
use serde_json::{Value, json};
use sluice_config::words::{CredentialId, KeyDigest, Principal, PrincipalId, TierId};

impl Kept {
    pub(super) fn create_principal(
        &mut self,
        new: NewPrincipal,
        act: &Act,
    ) -> Result<(), StoreError> {
        self.may(act)?;
        if self.principals.contains_key(&new.id) {
            return Err(StoreError::Exists { what: "principal", name: new.id.to_string() });
        }
        let NewPrincipal { id, tier, note } = new;
        let detail = json!({ "tier": tier });
        let record =
            PrincipalRecord { id: id.clone(), tier, note, created: act.at, disabled: None };
        self.principals.insert(id.clone(), record);
        self.note(act, Note::principal(&id, detail));
        self.changed(ChangeKind::Principal(id));
        Ok(())
    }

    pub(super) fn set_tier(
        &mut self,
        id: &PrincipalId,
        tier: &TierId,
        act: &Act,
    ) -> Result<(), StoreError> {
        let change = |record: &mut PrincipalRecord| record.tier = tier.clone();
        self.change_principal(id, change, (act, json!({ "tier": tier })))
    }

    pub(super) fn disable(&mut self, id: &PrincipalId, act: &Act) -> Result<(), StoreError> {
        let change = |record: &mut PrincipalRecord| _ = record.disabled.get_or_insert(act.at);
        self.change_principal(id, change, (act, json!({})))
    }

    pub(super) fn enable(&mut self, id: &PrincipalId, act: &Act) -> Result<(), StoreError> {
        let change = |record: &mut PrincipalRecord| record.disabled = None;
        self.change_principal(id, change, (act, json!({})))
    }

    fn change_principal(
        &mut self,
        id: &PrincipalId,
        change: impl FnOnce(&mut PrincipalRecord),
        (act, detail): (&Act, Value),
    ) -> Result<(), StoreError> {
        self.may(act)?;
        let absent = || StoreError::Absent { what: "principal", name: id.to_string() };
        change(self.principals.get_mut(id).ok_or_else(absent)?);
        self.note(act, Note::principal(id, detail));
        self.changed(ChangeKind::Principal(id.clone()));
        Ok(())
    }

    pub(super) fn create_credential(
        &mut self,
        new: NewCredential,
        act: &Act,
    ) -> Result<(), StoreError> {
        self.may(act)?;
        into_signed(new.expires.unwrap_or_default().0, "a time")?;
        if let Some(old) = &new.replaces {
            self.has_replaced(&new.principal, old)?;
        }
        if self.credentials.contains_key(&new.id) || self.digests.contains_key(&new.digest) {
            return Err(StoreError::Exists { what: "credential", name: new.id.to_string() });
        }
        if !self.principals.contains_key(&new.principal) {
            let name = new.principal.to_string();
            return Err(StoreError::Absent { what: "principal", name });
        }
        if let Some(old) = &new.replaces {
            self.end(old);
        }
        let note = Note::added(&new);
        let NewCredential { id, principal, digest, hasher, expires, note: text, scopes, replaces } =
            new;
        let record = CredentialRecord {
            id: id.clone(),
            principal,
            hasher,
            note: text,
            created: act.at,
            expires,
            revoked: None,
            scopes,
            replaces: replaces.map(|old| old.credential),
        };
        self.credentials.insert(id.clone(), record);
        self.digests.insert(digest, id.clone());
        self.note(act, note);
        self.changed(ChangeKind::Credential(id));
        Ok(())
    }

    fn has_replaced(&self, of: &PrincipalId, old: &Replaced) -> Result<(), StoreError> {
        into_signed(old.until.0, "a time")?;
        match self.credentials.get(&old.credential) {
            Some(record) if record.principal == *of => Ok(()),
            _ => {
                let name = old.credential.to_string();
                Err(StoreError::Absent { what: "credential", name })
            }
        }
    }

    /// Has a credential end at the latest then; what ends sooner still does.
    fn end(&mut self, old: &Replaced) {
        if let Some(record) = self.credentials.get_mut(&old.credential) {
            let sooner = record.expires.map_or(old.until, |at| at.min(old.until));
            record.expires = Some(sooner);
            self.changed(ChangeKind::Credential(old.credential.clone()));
        }
    }

    pub(super) fn revoke(&mut self, id: &CredentialId, act: &Act) -> Result<(), StoreError> {
        self.may(act)?;
        let absent = || StoreError::Absent { what: "credential", name: id.to_string() };
        let record = self.credentials.get_mut(id).ok_or_else(absent)?;
        record.revoked.get_or_insert(act.at);
        let note = Note::credential(&record.principal, id);
        self.note(act, note);
        self.changed(ChangeKind::Credential(id.clone()));
        Ok(())
    }

    pub(super) fn find(&self, digest: &KeyDigest) -> Option<Known> {
        let credential = self.credentials.get(self.digests.get(digest)?)?;
        let principal = self.principals.get(&credential.principal)?;
        let who = Principal {
            id: principal.id.clone(),
            tier: principal.tier.clone(),
            credential: credential.id.clone(),
        };
        Some(Known {
            expires: credential.expires,
            revoked: credential.revoked,
            disabled: principal.disabled,
            scopes: credential.scopes.clone(),
            ..Known::of(who)
        })
    }
}
