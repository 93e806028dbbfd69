//! What every store must do with documents.

use super::{Broken, act, at, batch, conflict, must, write};
use crate::{
    Batch, ChangeKind, Document, ID_BYTES_MAX, Kind, LISTED_MAX, Listing, Owner, Records,
    StoreError, TAG_BYTES_MAX, WRITES_MAX, Whose, Write,
};
use serde_json::{Value, json};
use sluice_config::words::{EndUserId, OrganisationId, PrincipalId, ProjectId};

pub(super) async fn hold(records: &dyn Records) -> Result<(), Broken> {
    must("a fresh store has no documents", &list(records, all()).await?.as_str(), &"")?;
    versions(records).await?;
    atomic(records).await?;
    owners(records).await?;
    shapes(records).await?;
    pages(records).await
}

async fn versions(records: &dyn Records) -> Result<(), Broken> {
    let kind = Kind::RELEASE;
    must("no document is none", &records.document(&kind, "open-1").await?, &None)?;
    let body = json!({ "stage": "gated", "text": "'quoted' \u{1f980} \u{0}", "odd": [1.5, -0.0, u64::MAX] });
    let first = Write { tag: "gated".into(), ..release(body.clone(), None) };
    let early = records.commit(batch(vec![release(body.clone(), Some(1))], 4)).await;
    conflict(&kind, "open-1", early)?;
    records.commit(batch(vec![first], 5)).await?;
    let kept = one(records).await?;
    let (created, changed) = (at(5), at(5));
    let (owner, tag, id) = (Owner::World, "gated".to_owned(), "open-1".to_owned());
    let wanted =
        Document { kind: kind.clone(), id, owner, tag, body, version: 1, created, changed };
    must("a document is kept as it is", &kept, &wanted)?;

    for expected in [None, Some(0), Some(2)] {
        let wrong = records.commit(batch(vec![release(Value::Null, expected)], 6)).await;
        conflict(&kind, "open-1", wrong)?;
    }
    let theirs = Write { owner: Owner::Project(ProjectId::new("p")), ..release(json!(1), Some(1)) };
    conflict(&kind, "open-1", records.commit(batch(vec![theirs], 6)).await)?;
    must("a conflict leaves nothing behind", &one(records).await?, &wanted)?;

    records.commit(batch(vec![release(json!({ "stage": "public" }), Some(1))], 7)).await?;
    let kept = one(records).await?;
    must("a version is one more", &(kept.version, kept.created, kept.changed), &(2, at(5), at(7)))?;
    must(
        "what it said is replaced",
        &(kept.tag, kept.body),
        &(String::new(), json!({ "stage": "public" })),
    )?;
    let stale = records.commit(batch(vec![release(json!(0), Some(1))], 8)).await;
    conflict(&kind, "open-1", stale)
}

async fn atomic(records: &dyn Records) -> Result<(), Broken> {
    let (feed, audit) = (records.head().await?, super::audit::newest(records).await?);
    let fresh = |id: &str| write(Kind::GRANT, id, ada(), json!({}), None);
    let failing = vec![fresh("a1"), release(json!({}), Some(2)), fresh("a2"), fresh("a1")];
    conflict(&Kind::GRANT, "a1", records.commit(batch(failing, 9)).await)?;
    must("nothing of a failed batch", &records.document(&Kind::GRANT, "a1").await?, &None)?;
    must("nor of what was changed", &one(records).await?.version, &2)?;
    must("nor in the feed", &records.head().await?, &feed)?;
    must("nor in the audit", &super::audit::newest(records).await?, &audit)?;

    let again = write(Kind::GRANT, "a1", ada(), json!({ "again": true }), Some(1));
    records.commit(batch(vec![fresh("a1"), again, fresh("a2")], 10)).await?;
    must("writes happen in order", &list(records, all()).await?.as_str(), &"a1.2 a2.1 open-1.2")?;
    let heard: Vec<_> = records.changes(feed).await?.into_iter().map(|it| it.what).collect();
    let of = |id: &str| ChangeKind::Document { kind: Kind::GRANT, id: id.into(), owner: ada() };
    must("and are heard with their owner", &heard, &vec![of("a1"), of("a1"), of("a2")])
}

async fn owners(records: &dyn Records) -> Result<(), Broken> {
    let owners = [
        Owner::World,
        Owner::Organisation(OrganisationId::new("same")),
        Owner::Project(ProjectId::new("same")),
        Owner::Principal(PrincipalId::new("same")),
        Owner::EndUser(EndUserId::new("same")),
    ];
    let writes = owners.iter().map(|owner| {
        let tag = if owner.id().is_empty() { "open" } else { "closed" };
        Write { tag: tag.into(), ..write(Kind::KILL, owner.word(), owner.clone(), json!({}), None) }
    });
    records.commit(batch(writes.collect(), 11)).await?;
    for owner in owners.iter().skip(1) {
        let theirs = Listing { owner: Some(owner.clone().into()), ..all() };
        let wanted = format!("{}.1", owner.word());
        must("those of one owner", &list(records, theirs).await?, &wanted)?;
    }
    let no_callers = || Listing { owner: Some(Whose::NoCallers), ..all() };
    let found = list(records, no_callers()).await?;
    must("those of no callers", &found.as_str(), &"end_user.1 world.1 open-1.2")?;
    let kills = || Listing { kind: Some(Kind::KILL), ..no_callers() };
    must("of a kind", &list(records, kills()).await?.as_str(), &"end_user.1 world.1")?;
    let closed = Listing { tag: Some("closed".into()), ..kills() };
    must("with a tag", &list(records, closed).await?.as_str(), &"end_user.1")?;
    let tagged = Listing { tag: Some("closed".into()), ..all() };
    let wanted = "end_user.1 organisation.1 principal.1 project.1";
    must("only with a tag", &list(records, tagged).await?.as_str(), &wanted)?;
    let kind = Listing { kind: Some(Kind::GRANT), ..all() };
    must("only of a kind", &list(records, kind).await?.as_str(), &"a1.2 a2.1")
}

async fn shapes(records: &dyn Records) -> Result<(), Broken> {
    let fine = || write(Kind::STANDING, "s", ada(), json!({}), None);
    let long = |bytes| "x".repeat(bytes);
    let unfit = [
        Write { id: String::new(), ..fine() },
        Write { id: long(ID_BYTES_MAX + 1), ..fine() },
        Write { id: "a\nb".into(), ..fine() },
        Write { tag: long(TAG_BYTES_MAX + 1), ..fine() },
        Write { tag: "a\0".into(), ..fine() },
        Write { owner: Owner::Principal(PrincipalId::new("")), ..fine() },
        Write { body: long(crate::BODY_BYTES_MAX).into(), ..fine() },
        Write { body: (0..200).fold(json!(1), |inner, _| json!([inner])), ..fine() },
    ];
    for write in unfit {
        let what = format!("{write:.80?}");
        match records.commit(batch(vec![write], 12)).await {
            Err(StoreError::Unfit { .. }) => {}
            other => return Err(Broken::Wrong(format!("{what}: {other:?}"))),
        }
    }
    let many = vec![fine(); WRITES_MAX + 1];
    let endless = Batch { act: act(u64::MAX), writes: vec![fine()] };
    for batch in [batch(many, 12), endless] {
        if !matches!(records.commit(batch).await, Err(StoreError::OutOfRange { .. })) {
            return Err(Broken::Wrong("what is out of range was not refused".into()));
        }
    }
    let nobody = Batch { act: crate::Act { by: String::new(), ..act(12) }, writes: vec![fine()] };
    let refused = matches!(records.commit(nobody).await, Err(StoreError::Unfit { .. }));
    must("an act is somebody's", &refused, &true)?;
    must("and nothing of it is kept", &records.document(&Kind::STANDING, "s").await?, &None)
}

async fn pages(records: &dyn Records) -> Result<(), Broken> {
    let owner = Owner::Organisation(OrganisationId::new("large"));
    let whole = LISTED_MAX + 1;
    let ids: Vec<_> = (0..whole).map(|nth| format!("{nth:05}")).collect();
    for ids in ids.chunks(WRITES_MAX) {
        let writes = ids.iter().map(|id| write(Kind::COHORT, id, owner.clone(), json!({}), None));
        records.commit(batch(writes.collect(), 13)).await?;
    }
    let mut listing = Listing { owner: Some(owner.into()), most: usize::MAX, ..all() };
    let page = records.documents(&listing).await?;
    must("an answer is bounded", &page.len(), &LISTED_MAX)?;
    let mut found = Vec::new();
    for most in [0, 1, 333, LISTED_MAX, LISTED_MAX] {
        listing.most = most;
        let page = records.documents(&listing).await?;
        must("no more than asked for", &(page.len() <= most), &true)?;
        if let Some(last) = page.last() {
            listing.after = Some((last.kind.clone(), last.id.clone()));
        }
        found.extend(page.into_iter().map(|it| it.id));
    }
    must("pages have everything once, in order", &found, &ids)
}

fn all() -> Listing {
    Listing::default()
}

fn ada() -> Owner {
    Owner::Principal(PrincipalId::new("ada"))
}

fn release(body: Value, expected: Option<u64>) -> Write {
    write(Kind::RELEASE, "open-1", Owner::World, body, expected)
}

async fn one(records: &dyn Records) -> Result<Document, Broken> {
    let found = records.document(&Kind::RELEASE, "open-1").await?;
    found.ok_or_else(|| Broken::Wrong("the document is gone".into()))
}

/// Ids and versions.
async fn list(records: &dyn Records, listing: Listing) -> Result<String, Broken> {
    let found = records.documents(&listing).await?;
    let words: Vec<_> = found.iter().map(|it| format!("{}.{}", it.id, it.version)).collect();
    Ok(words.join(" "))
}
