//! What the tests are made of: a clock to turn, stores to break, records to write.

use sluice_config::words::{
    Clock, CredentialId, KeyDigest, ModelId, Operation, PrincipalId, ReleaseStage, RevisionId,
    TierId, Timestamp,
};
use sluice_store::{
    Act, AuditEntry, Batch, Change, CredentialRecord, Document, Fut, Kind, Known, Ledger, Listing,
    NewCredential, NewPrincipal, Owner, PrincipalRecord, Query, Records, Spent, Store, StoreError,
    UsageLine, UsageRow, Used, Write,
};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

pub(crate) const NOW: Timestamp = Timestamp(1_000);

/// A clock that goes only when told to.
#[derive(Debug, Default)]
pub(crate) struct HandClock(AtomicU64);

impl HandClock {
    pub(crate) fn turn(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_millis()).unwrap(), SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        NOW.plus(self.steady())
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.0.load(SeqCst))
    }
}

/// A store that counts its answers, and waits or fails when told to.
#[derive(Debug)]
pub(crate) struct Moody {
    store: Store,
    pub(crate) asked: AtomicUsize,
    pub(crate) appended: AtomicUsize,
    pub(crate) fails: AtomicBool,
    /// A question is let through for each permit, after it was answered within.
    pub(crate) gate: Semaphore,
}

impl Moody {
    pub(crate) async fn over(spec: &sluice_config::StoreSpec) -> Arc<Self> {
        Arc::new(Self {
            store: sluice_store::open(spec).await.unwrap(),
            asked: AtomicUsize::new(0),
            appended: AtomicUsize::new(0),
            fails: AtomicBool::new(false),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        })
    }

    /// Shuts the gate: from now on a question is answered for each permit added.
    pub(crate) fn shut(&self) {
        self.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    fn mood(&self) -> Result<(), StoreError> {
        if self.fails.load(SeqCst) {
            let source = Arc::new(std::io::Error::other("out of sorts"));
            return Err(StoreError::Unavailable { doing: "be asked", source });
        }
        Ok(())
    }
}

impl Records for Moody {
    fn create_principal<'a>(&'a self, new: NewPrincipal, act: &'a Act) -> Fut<'a, ()> {
        self.store.records.create_principal(new, act)
    }

    fn principals(&self) -> Fut<'_, Vec<PrincipalRecord>> {
        self.store.records.principals()
    }

    fn principal<'a>(&'a self, id: &'a PrincipalId) -> Fut<'a, Option<PrincipalRecord>> {
        Box::pin(async move {
            self.mood()?;
            let found = self.store.records.principal(id).await;
            self.asked.fetch_add(1, SeqCst);
            self.gate.acquire().await.unwrap().forget();
            found
        })
    }

    fn set_tier<'a>(&'a self, id: &'a PrincipalId, tier: &'a TierId, act: &'a Act) -> Fut<'a, ()> {
        self.store.records.set_tier(id, tier, act)
    }

    fn disable<'a>(&'a self, id: &'a PrincipalId, act: &'a Act) -> Fut<'a, ()> {
        self.store.records.disable(id, act)
    }

    fn enable<'a>(&'a self, id: &'a PrincipalId, act: &'a Act) -> Fut<'a, ()> {
        self.store.records.enable(id, act)
    }

    fn create_credential<'a>(&'a self, new: NewCredential, act: &'a Act) -> Fut<'a, ()> {
        self.store.records.create_credential(new, act)
    }

    fn credentials<'a>(&'a self, of: Option<&'a PrincipalId>) -> Fut<'a, Vec<CredentialRecord>> {
        self.store.records.credentials(of)
    }

    fn revoke<'a>(&'a self, id: &'a CredentialId, act: &'a Act) -> Fut<'a, ()> {
        self.store.records.revoke(id, act)
    }

    fn document<'a>(&'a self, kind: &'a Kind, id: &'a str) -> Fut<'a, Option<Document>> {
        self.store.records.document(kind, id)
    }

    fn documents<'a>(&'a self, listing: &'a Listing) -> Fut<'a, Vec<Document>> {
        Box::pin(async move {
            self.mood()?;
            self.store.records.documents(listing).await
        })
    }

    fn commit(&self, batch: Batch) -> Fut<'_, ()> {
        self.store.records.commit(batch)
    }

    fn audit(&self, after: u64, most: usize) -> Fut<'_, Vec<AuditEntry>> {
        self.store.records.audit(after, most)
    }

    fn find<'a>(&'a self, digest: &'a KeyDigest) -> Fut<'a, Option<Known>> {
        Box::pin(async move {
            self.mood()?;
            let found = self.store.records.find(digest).await;
            self.asked.fetch_add(1, SeqCst);
            self.gate.acquire().await.unwrap().forget();
            found
        })
    }

    fn changes(&self, after: u64) -> Fut<'_, Vec<Change>> {
        self.store.records.changes(after)
    }

    fn head(&self) -> Fut<'_, u64> {
        Box::pin(async move {
            self.mood()?;
            self.store.records.head().await
        })
    }
}

impl Ledger for Moody {
    fn append<'a>(&'a self, rows: &'a [UsageRow]) -> Fut<'a, ()> {
        Box::pin(async move {
            self.mood()?;
            self.appended.fetch_add(rows.len(), SeqCst);
            self.store.ledger.append(rows).await
        })
    }

    fn summary<'a>(&'a self, query: &'a Query) -> Fut<'a, Vec<UsageLine>> {
        self.store.ledger.summary(query)
    }

    fn spent(&self, since: Timestamp) -> Fut<'_, Vec<Spent>> {
        self.store.ledger.spent(since)
    }

    fn used<'a>(
        &'a self,
        model: &'a ModelId,
        revision: Option<&'a RevisionId>,
    ) -> Fut<'a, Vec<Used>> {
        self.store.ledger.used(model, revision)
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.store.ledger.close()
    }
}

/// Starts something beside the test. The runtime of a test ends it with the test.
pub(crate) fn beside<F>(task: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::runtime::Handle::current().spawn(task)
}

pub(crate) fn digest(byte: u8) -> KeyDigest {
    KeyDigest([byte; 32])
}

/// What the tests do, now.
pub(crate) fn act() -> Act {
    Act { by: "a test".into(), verb: "try".into(), reason: String::new(), at: NOW }
}

/// A document that is new.
pub(crate) fn fresh(kind: Kind, id: &str, owner: Owner, body: serde_json::Value) -> Write {
    Write { kind, id: id.into(), owner, tag: String::new(), body, expected: None }
}

/// Writes one document.
pub(crate) async fn put(records: &dyn Records, write: Write) {
    records.commit(Batch { writes: vec![write], act: act() }).await.unwrap();
}

/// Adds a principal on the public tier.
pub(crate) async fn add_principal(records: &dyn Records, name: &str) {
    let id = PrincipalId::new(name);
    let new = NewPrincipal { id, tier: TierId::new("public"), note: String::new() };
    records.create_principal(new, &act()).await.unwrap();
}

/// Adds a credential whose key has the digest of that byte, and whose name is its number.
pub(crate) async fn add_credential(records: &dyn Records, of: &str, byte: u8) {
    let new = NewCredential {
        id: CredentialId::new(&format!("c{byte}")),
        principal: PrincipalId::new(of),
        digest: digest(byte),
        hasher: "h1".into(),
        expires: None,
        note: String::new(),
        scopes: None,
        replaces: None,
    };
    records.create_credential(new, &act()).await.unwrap();
}

pub(crate) fn row(request: impl std::fmt::Display) -> UsageRow {
    UsageRow {
        request_id: request.to_string().into(),
        at: NOW,
        principal: PrincipalId::new("ada"),
        tier: TierId::new("public"),
        model: ModelId::new("open-1"),
        revision: RevisionId::new("9f2c"),
        stage: ReleaseStage::Public,
        operation: Operation::Chat,
        outcome: "ok".into(),
        prompt_tokens: 3,
        completion_tokens: 4,
        estimated: false,
        duration_ms: 5,
        ttft_ms: None,
        streamed: false,
    }
}

/// How many calls the ledger has.
pub(crate) async fn kept(ledger: &dyn Ledger) -> u64 {
    let lines = ledger.summary(&Query::default()).await.unwrap();
    lines.first().map_or(0, |line| line.requests)
}

/// Waits, not for ever, until something is so.
pub(crate) async fn until(mut so: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(so(), "it never came to be");
}
