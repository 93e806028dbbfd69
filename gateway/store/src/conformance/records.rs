//! What every store's records must do.

use super::{Broken, absent, act, at, exists, must};
use crate::{
    CHANGES_MAX, Change, ChangeKind, Fallen, Known, NewCredential, NewPrincipal, Records, Replaced,
    StoreError,
};
use sluice_config::words::{
    CredentialId, KeyDigest, ModelId, Operation, PrincipalId, Scopes, TierId, Timestamp,
};

/// Leaves Ada, Eve and Zoe behind.
pub(super) async fn hold(records: &dyn Records) -> Result<(), Broken> {
    must("a fresh store has no changes", &records.head().await?, &0)?;
    principals(records).await?;
    credentials(records).await?;
    standing(records).await?;
    feed(records).await?;
    long_feed(records).await
}

async fn principals(records: &dyn Records) -> Result<(), Broken> {
    for name in ["zoe", "ada"] {
        records.create_principal(principal(name), &act(10)).await?;
    }
    exists("principal", "ada", records.create_principal(principal("ada"), &act(11)).await)?;
    let names: Vec<_> = records.principals().await?.into_iter().map(|it| it.id).collect();
    must("principals come by id", &names, &vec![id("ada"), id("zoe")])?;

    records.set_tier(&id("ada"), &TierId::new("trusted"), &act(30)).await?;
    absent(
        "principal",
        "bob",
        records.set_tier(&id("bob"), &TierId::new("trusted"), &act(30)).await,
    )?;
    absent("principal", "bob", records.disable(&id("bob"), &act(1)).await)?;
    absent("principal", "bob", records.enable(&id("bob"), &act(30)).await)?;
    must("no one is no one", &records.principal(&id("bob")).await?, &None)?;
    let ada = records.principal(&id("ada")).await?;
    let ada = ada.ok_or_else(|| Broken::Wrong("ada is gone".into()))?;
    must("the tier is the new one", &ada.tier, &TierId::new("trusted"))?;
    must("the note is kept", &ada.note.as_str(), &"of ada; 'quoted' \u{1f980}")?;
    must("the time is kept", &(ada.created, ada.disabled), &(at(10), None))
}

async fn credentials(records: &dyn Records) -> Result<(), Broken> {
    records.create_credential(credential("c1", "ada", 1), &act(20)).await?;
    records.create_credential(credential("c2", "ada", 2), &act(15)).await?;
    records.create_credential(credential("c3", "zoe", 3), &act(15)).await?;
    let twice = records.create_credential(credential("c1", "ada", 9), &act(21)).await;
    exists("credential", "c1", twice)?;
    let same_key = records.create_credential(credential("c9", "ada", 1), &act(21)).await;
    exists("credential", "c9", same_key)?;
    let orphan = records.create_credential(credential("c9", "bob", 9), &act(21)).await;
    absent("principal", "bob", orphan)?;
    let endless = NewCredential { expires: Some(at(u64::MAX)), ..credential("c9", "ada", 9) };
    if !matches!(
        records.create_credential(endless, &act(21)).await,
        Err(StoreError::OutOfRange { .. })
    ) {
        return Err(Broken::Wrong("a time beyond the store's was not refused".into()));
    }

    narrowed(records).await?;

    let all = names(records, None).await?;
    must("credentials come by principal and age", &all.as_str(), &"c2 c1 n1 n2 n3 c3")?;
    must("or those of one", &names(records, Some("ada")).await?.as_str(), &"c2 c1")?;
    must("or of no one", &names(records, Some("bob")).await?.as_str(), &"")
}

/// What a key may be used for is kept with it, and found with it.
async fn narrowed(records: &dyn Records) -> Result<(), Broken> {
    must("a key that is not narrowed", &find(records, 2).await?.scopes, &None)?;
    let wrong = |problem| Broken::Wrong(format!("{problem}"));
    let chat = Scopes::new([ModelId::new("open-1")], [Operation::Chat], []).map_err(wrong)?;
    let scopes = Some(chat);
    let new = NewCredential { scopes: scopes.clone(), ..credential("n1", "eve", 21) };
    records.create_principal(principal("eve"), &act(9)).await?;
    records.create_credential(new, &act(12)).await?;
    must("what it may be used for", &find(records, 21).await?.scopes, &scopes)?;
    let listed = records.credentials(Some(&id("eve"))).await?;
    let listed: Vec<_> = listed.into_iter().map(|it| (it.scopes, it.replaces)).collect();
    must("and in the list", &listed, &vec![(scopes, None)])?;
    replaced(records).await
}

/// A new key may set an end to the old one, never a later one.
async fn replaced(records: &dyn Records) -> Result<(), Broken> {
    let old = CredentialId::new("n1");
    let replacing = |name: &str, byte, of: &str, until| {
        let replaces = Some(Replaced { credential: CredentialId::new(of), until: at(until) });
        NewCredential { replaces, ..credential(name, "eve", byte) }
    };
    records.create_credential(replacing("n2", 22, "n1", 500), &act(13)).await?;
    must("the old one ends", &find(records, 21).await?.expires, &Some(at(500)))?;
    let end = find(records, 22).await?.expires;
    must("the new one does not", &end, &Some(at(1000)))?;
    records.create_credential(replacing("n3", 23, "n1", 600), &act(14)).await?;
    must("never later", &find(records, 21).await?.expires, &Some(at(500)))?;
    let gone = records.create_credential(replacing("n4", 24, "n9", 100), &act(15)).await;
    absent("credential", "n9", gone)?;
    let theirs = records.create_credential(replacing("n4", 24, "c1", 100), &act(15)).await;
    absent("credential", "c1", theirs)?;
    let twice = records.create_credential(replacing("n3", 25, "n2", 100), &act(15)).await;
    exists("credential", "n3", twice)?;
    must("a failed one ends nothing", &find(records, 22).await?.expires, &Some(at(1000)))?;
    let listed = records.credentials(Some(&id("eve"))).await?;
    let listed: Vec<_> = listed.into_iter().map(|it| it.replaces).collect();
    must("what it took the place of", &listed, &vec![None, Some(old.clone()), Some(old)])
}

async fn standing(records: &dyn Records) -> Result<(), Broken> {
    must("a key no one has", &records.find(&digest(99)).await?, &None)?;
    let known = find(records, 1).await?;
    must("the principal", &known.principal.id, &id("ada"))?;
    must("its tier", &known.principal.tier, &TierId::new("trusted"))?;
    must("its credential", &known.principal.credential, &CredentialId::new("c1"))?;
    must("it stands", &fallen(&known, at(999)), &None)?;
    must("it expires on time", &fallen(&known, at(1000)), &Some(Fallen::Expired))?;

    records.disable(&id("ada"), &act(30)).await?;
    records.disable(&id("ada"), &act(40)).await?;
    let known = find(records, 1).await?;
    must("it is stopped from the first time", &known.disabled, &Some(at(30)))?;
    must("it stands no more", &fallen(&known, at(31)), &Some(Fallen::Disabled))?;
    must("the other stands", &fallen(&find(records, 3).await?, at(31)), &None)?;
    records.enable(&id("ada"), &act(30)).await?;
    must("it stands again", &fallen(&find(records, 1).await?, at(31)), &None)?;

    records.revoke(&CredentialId::new("c1"), &act(50)).await?;
    records.revoke(&CredentialId::new("c1"), &act(60)).await?;
    absent("credential", "c8", records.revoke(&CredentialId::new("c8"), &act(60)).await)?;
    let known = find(records, 1).await?;
    must("it is revoked from the first time", &known.revoked, &Some(at(50)))?;
    must("whatever the clock says", &fallen(&known, at(0)), &Some(Fallen::Revoked))?;
    must("its sister stands", &fallen(&find(records, 2).await?, at(61)), &None)
}

async fn feed(records: &dyn Records) -> Result<(), Broken> {
    let before = records.head().await?;
    must("nothing is new", &records.changes(before).await?, &vec![])?;
    records.set_tier(&id("zoe"), &TierId::new("gated"), &act(30)).await?;
    records.create_credential(credential("c4", "zoe", 4), &act(70)).await?;
    records.revoke(&CredentialId::new("c4"), &act(71)).await?;
    let refused = records.create_credential(credential("c4", "zoe", 4), &act(72)).await;
    exists("credential", "c4", refused)?;
    let changes = records.changes(before).await?;
    let credential = || ChangeKind::Credential(CredentialId::new("c4"));
    let wanted = vec![ChangeKind::Principal(id("zoe")), credential(), credential()];
    let heard: Vec<_> = changes.iter().map(|change| change.what.clone()).collect();
    must("each change is heard once, and no failed one", &heard, &wanted)?;
    ascending(&changes, before)?;
    must("the head is the last", &Some(records.head().await?), &changes.last().map(|c| c.seq))?;
    must("nothing is beyond the end", &records.changes(u64::MAX).await?, &vec![])
}

async fn long_feed(records: &dyn Records) -> Result<(), Broken> {
    let before = records.head().await?;
    for _ in 0..=CHANGES_MAX {
        records.enable(&id("zoe"), &act(30)).await?;
    }
    let first = records.changes(before).await?;
    must("an answer is bounded", &first.len(), &CHANGES_MAX)?;
    ascending(&first, before)?;
    let last = first.last().map_or(0, |change| change.seq);
    must("the rest follows", &records.changes(last).await?.len(), &1)
}

fn ascending(changes: &[Change], mut after: u64) -> Result<(), Broken> {
    for change in changes {
        must("changes have growing numbers", &(change.seq > after), &true)?;
        after = change.seq;
    }
    Ok(())
}

async fn names(records: &dyn Records, of: Option<&str>) -> Result<String, Broken> {
    let of = of.map(id);
    let found = records.credentials(of.as_ref()).await?;
    let names: Vec<_> = found.iter().map(|credential| credential.id.as_str()).collect();
    Ok(names.join(" "))
}

async fn find(records: &dyn Records, byte: u8) -> Result<Known, Broken> {
    let found = records.find(&digest(byte)).await?;
    found.ok_or_else(|| Broken::Wrong(format!("key {byte} is not found")))
}

fn fallen(known: &Known, now: Timestamp) -> Option<Fallen> {
    known.stands(now).err()
}

fn id(name: &str) -> PrincipalId {
    PrincipalId::new(name)
}

fn digest(byte: u8) -> KeyDigest {
    KeyDigest([byte; 32])
}

fn principal(name: &str) -> NewPrincipal {
    let note = format!("of {name}; 'quoted' \u{1f980}");
    NewPrincipal { id: id(name), tier: TierId::new("public"), note }
}

fn credential(name: &str, of: &str, byte: u8) -> NewCredential {
    NewCredential {
        id: CredentialId::new(name),
        principal: id(of),
        digest: digest(byte),
        hasher: "h1".into(),
        expires: Some(at(1000)),
        note: String::new(),
        scopes: None,
        replaces: None,
    }
}
