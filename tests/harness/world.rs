//! A world of one test: a node in process, its backend, its clock, its people.

use crate::{Backend, Caller, Hands, Metrics, Reply, file, process, until};
use serde_json::{Value, json};
use sluice_config::words::{ApiKey, Clock, CredentialId, KeyHasher, PrincipalId, Secret, TierId};
use sluice_gateway::serve::{Options, Running, start};
use sluice_store::{Act, By, NewCredential, NewPrincipal, Query, Store, UsageLine};
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;

/// Everything a test needs. Each has its own.
#[derive(Debug)]
pub struct World {
    /// The backend behind every model.
    pub backend: Backend,
    /// The node's clock.
    pub hands: Hands,
    /// The node.
    pub node: Running,
    /// Where callers connect.
    pub api: SocketAddr,
    folder: TempDir,
    file: Value,
    ada: Caller,
    bob: Caller,
    ina: Caller,
}

/// A world about to begin.
#[derive(Debug)]
pub struct Setup {
    backend: Backend,
    folder: TempDir,
    file: Value,
    on_the_machine_clock: bool,
}

impl Setup {
    /// Changes the configuration.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.file);
        self
    }

    /// Has receipts signed, with a key that `sluice init` makes.
    #[must_use]
    pub fn with_receipts(self) -> Self {
        let folder = self.folder.path();
        process::run(folder, &["init", "made"]).is_fine();
        let key = std::fs::read_to_string(folder.join("made/receipts.pem")).expect("a key");
        process::put(folder, "receipts.pem", &key);
        self.with(|file| {
            let key = json!({ "file": "receipts.pem" });
            let receipts = json!({ "key": key, "key_id": "key-1", "issuer": "sluice.test" });
            let sections = file.as_object_mut().expect("a file of sections");
            sections.insert("provenance".into(), json!({ "receipts": receipts }));
        })
    }

    /// Lets the node live by the clock of the machine, for what it times itself.
    #[must_use]
    pub fn on_the_machine_clock(mut self) -> Self {
        self.on_the_machine_clock = true;
        self
    }

    /// The backend, for what must be known before the node starts.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// The folder of the configuration, for other files it names.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Starts the node and lets ada, bob and ina in.
    pub async fn start(self) -> World {
        let Self { backend, folder, file, on_the_machine_clock } = self;
        process::write(folder.path(), &file);
        let config = sluice_config::load(&folder.path().join("sluice.yaml"))
            .unwrap_or_else(|problems| panic!("{problems}"));
        let hands = Hands::default();
        let mut options = Options::default();
        if !on_the_machine_clock {
            options.clock = Arc::new(hands.clone());
        }
        // Boxed: the futures of all tests hold it.
        let node = Box::pin(start(config, options)).await.expect("a node that starts");
        let api = *node.api.first().expect("a listener");
        let store = node.store().clone();
        let ada = create(&store, api, ("ada", "trusted"), &hands).await;
        let bob = create(&store, api, ("bob", "public"), &hands).await;
        let ina = create(&store, api, ("ina", "internal"), &hands).await;
        World { backend, hands, node, api, folder, file, ada, bob, ina }
    }
}

impl World {
    /// The world as [`file()`] says, before it begins.
    pub async fn setup() -> Setup {
        let backend = Backend::start().await;
        let file = file(&backend.url());
        let folder = TempDir::new().expect("a folder for the test");
        Setup { backend, folder, file, on_the_machine_clock: false }
    }

    /// The world as [`file()`] says.
    pub async fn start() -> Self {
        Self::setup().await.start().await
    }

    /// The world with a changed configuration.
    pub async fn with(change: impl FnOnce(&mut Value)) -> Self {
        Self::setup().await.with(change).start().await
    }

    /// Ada is on the tier `trusted`.
    pub fn ada(&self) -> &Caller {
        &self.ada
    }

    /// Bob is on the tier `public`: his answers are filtered.
    pub fn bob(&self) -> &Caller {
        &self.bob
    }

    /// Ina is on the tier `internal`.
    pub fn ina(&self) -> &Caller {
        &self.ina
    }

    /// Somebody without a key.
    pub fn nobody(&self) -> Caller {
        Caller { api: self.api, key: None }
    }

    /// Lets somebody else in.
    pub async fn makes(&self, name: &str, tier: &str) -> Caller {
        create(self.node.store(), self.api, (name, tier), &self.hands).await
    }

    /// Somebody with this key.
    pub fn with_key(&self, key: &str) -> Caller {
        Caller::with_key(self.api, key)
    }

    /// The folder of the configuration.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Swaps in a changed configuration, or says what is wrong with it.
    pub fn reloads(&mut self, change: impl FnOnce(&mut Value)) -> Result<(), String> {
        change(&mut self.file);
        process::write(self.folder.path(), &self.file);
        let config = sluice_config::load(&self.folder.path().join("sluice.yaml"));
        self.node.reload(config).map_err(|problems| problems.to_string())
    }

    /// Gets a path of the ops listener.
    pub async fn ops(&self, path: &str) -> Reply {
        Caller { api: self.node.ops, key: None }.gets(path).await
    }

    /// What the node counts.
    pub async fn metrics(&self) -> Metrics {
        Metrics { text: self.ops("/metrics").await.body() }
    }

    /// What is in the books, by outcome and principal.
    pub async fn books(&self, by: &[By]) -> Vec<UsageLine> {
        let query = Query { by: by.to_vec(), ..Query::default() };
        self.node.store().ledger.summary(&query).await.expect("a ledger")
    }

    /// The one line the books have in all, once it counts `requests` calls.
    pub async fn total(&self, requests: u64) -> UsageLine {
        let counted = || async { self.calls().await >= requests };
        until("usage rows", counted).await;
        let total = self.books(&[]).await;
        let total = total.into_iter().next().expect("a line");
        assert_eq!(total.requests, requests, "calls in the books");
        total
    }

    async fn calls(&self) -> u64 {
        self.books(&[]).await.first().map_or(0, |line| line.requests)
    }

    /// How the one call in the books ended.
    pub async fn outcome(&self) -> String {
        self.total(1).await;
        let lines = self.books(&[By::Outcome]).await;
        lines.first().and_then(|line| line.of.first()).cloned().unwrap_or_default()
    }

    /// Waits until nothing is in flight any more, and nothing is held of any limit.
    pub async fn is_quiet(&self) {
        let quiet = || async { self.metrics().await.sum("sluice_in_flight", &[]) == 0 };
        until("the node to be quiet", quiet).await;
    }
}

/// The secret of [`process::write`].
fn hasher() -> KeyHasher {
    let secret = b"a-secret-for-tests-which-is-long-enough-to-be-one".to_vec();
    KeyHasher::new(Secret::new(secret)).expect("a secret that is long enough")
}

/// What the tests do, now.
fn act(hands: &Hands) -> Act {
    Act { by: "a test".into(), verb: "try".into(), reason: String::new(), at: hands.now() }
}

async fn create(
    store: &Store,
    api: SocketAddr,
    (name, tier): (&str, &str),
    hands: &Hands,
) -> Caller {
    let id = PrincipalId::new(name);
    let principal = NewPrincipal { id: id.clone(), tier: TierId::new(tier), note: String::new() };
    store.records.create_principal(principal, &act(hands)).await.expect("a new principal");
    let text = key_of(name);
    let key = ApiKey::parse(&text).expect("a made key");
    let hasher = hasher();
    let credential = NewCredential {
        id: CredentialId::new(key.credential().as_str()),
        principal: id,
        digest: hasher.digest(&key),
        hasher: hasher.id().to_owned(),
        expires: None,
        note: String::new(),
        scopes: None,
        replaces: None,
    };
    store.records.create_credential(credential, &act(hands)).await.expect("a new credential");
    Caller::with_key(api, &text)
}

/// A key that is the same in every run, so that a failure can be read.
fn key_of(name: &str) -> String {
    let mut seed = [0_u8; 64];
    for (place, byte) in seed.iter_mut().zip(name.bytes().cycle()) {
        *place = byte;
    }
    ApiKey::make(&seed)
}
