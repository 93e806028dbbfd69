//! What every store must note of what is changed.

use super::{Broken, at, batch, must, write};
use crate::{
    AUDIT_MAX, Act, AuditEntry, Kind, NewCredential, NewPrincipal, Owner, Records, Replaced,
};
use serde_json::{Value, json};
use sluice_config::words::{CredentialId, KeyDigest, PrincipalId, ProjectId, TierId};

pub(super) async fn hold(records: &dyn Records) -> Result<(), Broken> {
    callers(records).await?;
    documents(records).await?;
    pages(records).await
}

async fn callers(records: &dyn Records) -> Result<(), Broken> {
    let (kim, tier) = (PrincipalId::new("kim"), TierId::new("public"));
    let before = newest(records).await?;
    let by = |verb: &str| Act {
        by: "root@lab".into(),
        verb: verb.into(),
        reason: "asked for\nby mail; 'quoted' \u{1f980}".into(),
        at: at(90),
    };
    let new = NewPrincipal { id: kim.clone(), tier: tier.clone(), note: "n0te".into() };
    records.create_principal(new.clone(), &by("create")).await?;
    let _refused = records.create_principal(new, &by("twice")).await.is_err();
    records.set_tier(&kim, &TierId::new("trusted"), &by("move")).await?;
    records.disable(&kim, &by("stop")).await?;
    records.enable(&kim, &by("go on")).await?;
    records.create_credential(credential("k1", 91), &by("key")).await?;
    let _refused = records.create_credential(credential("k1", 91), &by("twice")).await.is_err();
    let replaces = Some(Replaced { credential: CredentialId::new("k1"), until: at(95) });
    let next = NewCredential { replaces, ..credential("k2", 92) };
    records.create_credential(next, &by("rotate")).await?;
    records.revoke(&CredentialId::new("k1"), &by("revoke")).await?;
    let _refused = records.revoke(&CredentialId::new("k8"), &by("twice")).await.is_err();

    let entries = records.audit(before, AUDIT_MAX).await?;
    for entry in &entries {
        must("who, why and when", &entry.act, &by(&entry.act.verb))?;
    }
    let key = |name: &str, end: Value| {
        format!(
            "key credential/{name} {{\"expires\":{end},\"replaced_until\":null,\"scopes\":null}}"
        )
    };
    let wanted = vec![
        r#"create principal/kim {"tier":"public"}"#.to_owned(),
        r#"move principal/kim {"tier":"trusted"}"#.to_owned(),
        "stop principal/kim {}".to_owned(),
        "go on principal/kim {}".to_owned(),
        key("k1", json!(1000)),
        r#"rotate credential/k2 credential/k1 {"expires":1000,"replaced_until":95,"scopes":null}"#
            .to_owned(),
        "revoke credential/k1 {}".to_owned(),
    ];
    must("one entry for each mutation, none for a failed one", &words(&entries), &wanted)?;
    let owner = Owner::Principal(kim);
    let theirs = entries.iter().flat_map(|it| &it.subjects).all(|it| it.owner == owner);
    must("all of them are Kim's", &theirs, &true)?;
    let text = format!("{entries:?}");
    let secret = text.contains("n0te") || text.contains("91, 91") || text.contains("5b5b");
    must("no note, no digest", &secret, &false)
}

async fn documents(records: &dyn Records) -> Result<(), Broken> {
    let before = newest(records).await?;
    let mut first = write(Kind::KILL, "k", Owner::World, json!({ "why": "b0dy" }), None);
    first.tag = "issued".into();
    let owner = Owner::Project(ProjectId::new("robots"));
    let second = write(Kind::GRANT, "k", owner.clone(), json!({}), None);
    records.commit(batch(vec![first, second], 96)).await?;
    records.commit(batch(vec![], 97)).await?;
    let entries = records.audit(before, AUDIT_MAX).await?;
    let wanted = vec![
        r#"try kill/k grant/k {"writes":[{"tag":"issued","version":1},{"tag":"","version":1}]}"#
            .to_owned(),
        r#"try {"writes":[]}"#.to_owned(),
    ];
    must("one entry for a batch", &words(&entries), &wanted)?;
    let owners: Vec<_> =
        entries.iter().flat_map(|it| &it.subjects).map(|it| it.owner.clone()).collect();
    must("with whom it concerns", &owners, &vec![Owner::World, owner])
}

async fn pages(records: &dyn Records) -> Result<(), Broken> {
    must("an answer is bounded", &records.audit(0, usize::MAX).await?.len(), &AUDIT_MAX)?;
    let first = records.audit(0, 3).await?;
    must("by what is asked for", &first.len(), &3)?;
    let last = first.last().map_or(0, |last| last.seq);
    let next = records.audit(last, 1).await?;
    let grows = next.first().is_some_and(|next| next.seq > last);
    must("and goes on from there", &grows, &true)?;
    must("nothing is beyond the end", &records.audit(u64::MAX, 1).await?, &vec![])
}

/// The number of the newest entry.
pub(super) async fn newest(records: &dyn Records) -> Result<u64, Broken> {
    let mut last = 0;
    loop {
        let page = records.audit(last, AUDIT_MAX).await?;
        match page.last() {
            Some(entry) => last = entry.seq,
            None => return Ok(last),
        }
    }
}

/// Each entry as words: the verb, the subjects, the detail.
fn words(entries: &[AuditEntry]) -> Vec<String> {
    let one = |entry: &AuditEntry| {
        let mut words = vec![entry.act.verb.clone()];
        words.extend(entry.subjects.iter().map(|it| format!("{}/{}", it.kind, it.id)));
        words.push(entry.detail.to_string());
        words.join(" ")
    };
    entries.iter().map(one).collect()
}

fn credential(name: &str, byte: u8) -> NewCredential {
    NewCredential {
        id: CredentialId::new(name),
        principal: PrincipalId::new("kim"),
        digest: KeyDigest([byte; 32]),
        hasher: "h1".into(),
        expires: Some(at(1000)),
        note: "n0te".into(),
        scopes: None,
        replaces: None,
    }
}
