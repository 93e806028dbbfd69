//! What records say now of everything but the caller, in memory, kept true by the change feed.
//!
//! One value, replaced whole: a call keeps the one that it began with. What cannot be read shuts:
//! a revision of which records say something that is not understood is open to nobody.

use crate::journal;
use arc_swap::ArcSwap;
use sluice_config::kill::KillOrders;
use sluice_config::words::{
    EndUserId, Grant, GrantState, OpState, PrincipalId, Release, ReleaseStage, Sanction, Standing,
    Timestamp,
};
use sluice_config::{EndUser, World};
use sluice_store::acts::ActError;
use sluice_store::bodies::{self, Action};
use sluice_store::{Act, ChangeKind, Document, Kind, Owner, Records, StoreError, acts};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

type Documents = BTreeMap<(String, String), Document>;

/// What records say now, and where in the feed that was.
#[derive(Debug)]
pub(crate) struct Keeper {
    records: Arc<dyn Records>,
    now: ArcSwap<World>,
    /// What the kill switch was ordered to do.
    orders: ArcSwap<KillOrders>,
    kept: tokio::sync::Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    documents: Documents,
    /// The last change that was heard; nothing, before the first look.
    place: Option<u64>,
    /// Whether documents have changed that the world does not show yet.
    unbuilt: bool,
}

impl Keeper {
    /// A keeper that has not looked yet.
    pub(crate) fn new(records: Arc<dyn Records>) -> Self {
        Self {
            records,
            now: ArcSwap::default(),
            orders: ArcSwap::default(),
            kept: tokio::sync::Mutex::default(),
        }
    }

    /// What records say now.
    pub(crate) fn now(&self) -> Arc<World> {
        self.now.load_full()
    }

    /// What the kill switch was ordered to do, by records.
    pub(crate) fn orders(&self) -> Arc<KillOrders> {
        self.orders.load_full()
    }

    /// Hears what changed since it last listened; whether anything did. What could not be read is
    /// read the next time.
    pub(crate) async fn catch_up(&self) -> Result<bool, StoreError> {
        let mut kept = self.kept.lock().await;
        let newest = self.records.head().await?;
        match kept.place {
            Some(place) if place == newest => return Ok(false),
            Some(place) if place < newest => {
                // Most changes are about callers.
                if !self.listen(&mut kept, place, newest).await? {
                    return Ok(false);
                }
            }
            // The first time, or the feed began anew under us.
            _ => {
                let all = sluice_store::world(&*self.records).await?;
                kept.documents = all.into_iter().map(|it| (key(&it.kind, &it.id), it)).collect();
                kept.place = Some(newest);
            }
        }
        self.now.store(Arc::new(build(&kept.documents)));
        self.orders.store(Arc::new(ordered(&kept.documents)));
        Ok(true)
    }

    /// Takes a place of the cohort of a revision for a principal; whether it has one.
    pub(crate) async fn seat(
        &self,
        (name, release): (&str, &Release),
        principal: &PrincipalId,
        at: Timestamp,
    ) -> Result<bool, ActError> {
        let (by, verb, reason) = (principal.to_string(), "join".into(), String::new());
        let act = Act { by, verb, reason, at };
        acts::join(&*self.records, (name, release), principal, &act).await
    }

    /// Hears the changes up to `newest`; whether any was about what is kept here.
    async fn listen(&self, kept: &mut Kept, mut at: u64, newest: u64) -> Result<bool, StoreError> {
        let mut heard = std::mem::take(&mut kept.unbuilt);
        while at < newest {
            let changes = self.records.changes(at).await?;
            at = changes.last().map_or(newest, |last| last.seq);
            let theirs: HashSet<(&Kind, &str)> =
                changes.iter().filter_map(|change| concerned(&change.what)).collect();
            heard |= !theirs.is_empty();
            kept.unbuilt = heard;
            for (kind, id) in theirs {
                let found = self.records.document(kind, id).await?;
                kept.documents.extend(found.map(|document| (key(kind, id), document)));
            }
            kept.place = Some(at);
        }
        kept.unbuilt = false;
        Ok(heard)
    }
}

/// The document that a change is about, if it is one of the world or of an end user.
fn concerned(change: &ChangeKind) -> Option<(&Kind, &str)> {
    match change {
        ChangeKind::Document { kind, id, owner: Owner::World | Owner::EndUser(_) } => {
            Some((kind, id))
        }
        ChangeKind::Principal(_) | ChangeKind::Credential(_) | ChangeKind::Document { .. } => None,
    }
}

fn key(kind: &Kind, id: &str) -> (String, String) {
    (kind.as_str().into(), id.into())
}

fn build(documents: &Documents) -> World {
    let mut releases: HashMap<Arc<str>, Release> = HashMap::new();
    let mut end_users: HashMap<EndUserId, EndUser> = HashMap::new();
    for document in documents.values() {
        match &document.owner {
            Owner::World if document.kind == Kind::RELEASE => {
                let read = acts::release(document);
                let release = read.unwrap_or_else(|error| shut(document, &error));
                releases.insert(document.id.as_str().into(), release);
            }
            Owner::EndUser(id) => {
                let theirs = end_users.entry(id.clone()).or_default();
                if let Err(error) = add(theirs, document) {
                    unread(document, &error);
                    let sanction = Sanction { standing: Standing::Suspended, expires: None };
                    theirs.sanctions.push(sanction);
                }
            }
            _ => {}
        }
    }
    seat(&mut releases, documents);
    let (releases, end_users) = (releases.into_iter(), end_users.into_iter());
    World {
        releases: releases.map(|(name, it)| (name, Arc::new(it))).collect(),
        end_users: end_users.map(|(id, it)| (id, Arc::new(it))).collect(),
    }
}

/// All that the kill switch was ordered to do.
fn ordered(documents: &Documents) -> KillOrders {
    let mut orders = KillOrders::default();
    for document in documents.values() {
        match acts::ordered(document) {
            Ok(Some(more)) => orders = orders.merge(more),
            Ok(None) => {}
            Err(error) => unread(document, &error),
        }
    }
    orders
}

/// Seats the members of each cohort.
fn seat(releases: &mut HashMap<Arc<str>, Release>, documents: &Documents) {
    for document in documents.values().filter(|it| it.kind == Kind::COHORT) {
        let member = match acts::member(document) {
            Ok(Some(member)) => member,
            Ok(None) => continue,
            Err(error) => {
                unread(document, &error);
                continue;
            }
        };
        let release = releases.get_mut(member.release.as_str());
        if let Some(release) = release.filter(|release| release.stage == member.stage) {
            release.cohort.members.insert(member.principal);
        }
    }
}

fn add(end_user: &mut EndUser, document: &Document) -> Result<(), StoreError> {
    if document.kind == Kind::ACTION {
        let action: Action = bodies::read(document)?;
        end_user.sanctions.extend(action.lifted.is_none().then_some(action.sanction));
    }
    if document.kind == Kind::GRANT {
        let grant: Grant = bodies::read(document)?;
        end_user.grants.extend(Some(grant).filter(|grant| grant.state == GrantState::Active));
    }
    Ok(())
}

/// What a revision is of which something is said that is not understood.
fn shut(document: &Document, error: &StoreError) -> Release {
    unread(document, error);
    Release { op_state: OpState::Suspended, ..Release::at(ReleaseStage::Draft) }
}

fn unread(document: &Document, error: &StoreError) {
    let what = format!("{} {}: {error}", document.kind, document.id);
    journal::error("a record is not understood; what it concerns is shut", what);
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_config::words::ModelId;
    use sluice_store::{Batch, Store, Write};

    fn act() -> Act {
        let (by, verb, reason) = ("test".into(), "test".into(), "because".into());
        Act { by, verb, reason, at: Timestamp(5) }
    }

    async fn write(store: &Store, kind: Kind, id: &str, owner: Owner, body: serde_json::Value) {
        let write = Write { kind, id: id.into(), owner, tag: String::new(), body, expected: None };
        store.records.commit(Batch { writes: vec![write], act: act() }).await.unwrap();
    }

    async fn empty() -> (Store, Keeper) {
        let store = sluice_store::open(&sluice_config::StoreSpec::Memory).await.unwrap();
        let keeper = Keeper::new(Arc::clone(&store.records));
        keeper.catch_up().await.unwrap();
        (store, keeper)
    }

    #[tokio::test]
    async fn it_hears_what_changes_and_shuts_what_it_does_not_understand() {
        let (store, keeper) = empty().await;
        assert!(keeper.now().releases.is_empty());
        let release = |stage: &str| {
            serde_json::json!({
                "release": { "stage": stage, "successor": "other" }, "moves": 1, "before": "active"
            })
        };
        write(&store, Kind::RELEASE, "m@1", Owner::World, release("public")).await;
        write(&store, Kind::RELEASE, "m@2", Owner::World, release("everywhere")).await;
        let end_user = Owner::EndUser(EndUserId::new("e"));
        let body = serde_json::json!({ "standing": "odd" });
        write(&store, Kind::ACTION, "enac_1", end_user, body).await;
        keeper.catch_up().await.unwrap();
        let now = keeper.now();
        let one = &now.releases["m@1"];
        assert_eq!((one.stage, one.op_state), (ReleaseStage::Public, OpState::Active));
        assert_eq!(one.successor, Some(ModelId::new("other")));
        assert_eq!(now.releases["m@2"].stage, ReleaseStage::Draft, "shut");
        let blocked = &now.end_users["e"];
        assert_eq!(blocked.standing(Timestamp(9)), Standing::Suspended, "shut");
        keeper.catch_up().await.unwrap();
        assert!(Arc::ptr_eq(&now, &keeper.now()), "nothing changed");
    }
}
