//! One suite, every store.

use sluice_config::StoreSpec;
use sluice_store::{conformance, open};

#[tokio::test]
async fn the_store_in_memory_conforms() {
    let store = open(&StoreSpec::Memory).await.unwrap();
    conformance::hold(&store).await.unwrap();
}

#[tokio::test]
async fn the_store_in_sqlite_conforms() {
    let home = tempfile::tempdir().unwrap();
    let store = open(&StoreSpec::Sqlite { path: home.path().join("s.db") }).await.unwrap();
    conformance::hold(&store).await.unwrap();
    store.close().await;
    assert!(store.records.head().await.is_err(), "a closed store answers nothing");
}
