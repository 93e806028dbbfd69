//! The directory: memory first, told of every change, true under races and outages.

use crate::world::{HandClock, Moody, act, add_credential, add_principal, beside, digest, until};
use sluice_config::StoreSpec;
use sluice_config::words::{CredentialId, PrincipalId, TierId};
use sluice_store::{Directory, Lookup, Records};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;
use tokio::task::JoinHandle;

struct World {
    records: Arc<Moody>,
    clock: Arc<HandClock>,
    directory: Arc<Directory>,
}

/// Ada has keys 1 and 2, Zoe has key 3; the directory has listened once.
async fn world() -> World {
    let records = Moody::over(&StoreSpec::Memory).await;
    add_principal(&*records, "ada").await;
    add_principal(&*records, "zoe").await;
    for (of, byte) in [("ada", 1), ("ada", 2), ("zoe", 3)] {
        add_credential(&*records, of, byte).await;
    }
    let clock = Arc::new(HandClock::default());
    let directory = Directory::new(records.clone(), clock.clone(), 100);
    directory.catch_up().await.unwrap();
    World { records, clock, directory: Arc::new(directory) }
}

impl World {
    /// Who has the key, in a word.
    fn find(&self, byte: u8) -> String {
        match self.directory.find(&digest(byte)) {
            Lookup::Known(known) => known.principal.id.to_string(),
            Lookup::Unknown => "unknown".into(),
            Lookup::Absent => "absent".into(),
        }
    }

    fn has(&self, keys: [u8; 4]) -> [String; 4] {
        keys.map(|byte| self.find(byte))
    }

    async fn load(&self, byte: u8) -> Option<String> {
        let known = self.directory.load(&digest(byte)).await.unwrap();
        known.map(|known| known.principal.id.to_string())
    }

    async fn load_all(&self) {
        for byte in [1, 2, 3, 9] {
            self.load(byte).await;
        }
    }

    fn asked(&self) -> usize {
        self.records.asked.load(SeqCst)
    }
}

#[tokio::test]
async fn what_was_asked_for_is_answered_from_memory() {
    let world = world().await;
    assert_eq!(world.find(1), "absent");
    assert_eq!(world.load(1).await.as_deref(), Some("ada"));
    assert_eq!(world.load(9).await, None);
    assert_eq!(world.has([1, 2, 3, 9]), ["ada", "absent", "absent", "unknown"]);
    assert_eq!(world.asked(), 2);
}

#[tokio::test]
async fn a_change_drops_what_it_concerns_and_nothing_else() {
    let world = world().await;
    world.load_all().await;
    assert_eq!(world.directory.catch_up().await.unwrap(), 0);
    assert_eq!(world.has([1, 2, 3, 9]), ["ada", "ada", "zoe", "unknown"]);

    world.records.revoke(&CredentialId::new("c1"), &act()).await.unwrap();
    assert_eq!(world.directory.catch_up().await.unwrap(), 1);
    assert_eq!(world.has([1, 2, 3, 9]), ["absent", "ada", "zoe", "absent"]);

    world.load_all().await;
    let tier = TierId::new("trusted");
    world.records.set_tier(&PrincipalId::new("ada"), &tier, &act()).await.unwrap();
    world.directory.catch_up().await.unwrap();
    assert_eq!(world.has([1, 2, 3, 9]), ["absent", "absent", "zoe", "absent"]);
    let known = world.directory.load(&digest(2)).await.unwrap().unwrap();
    assert_eq!(known.principal.tier, tier);
}

#[tokio::test]
async fn a_new_key_works_although_it_was_guessed_before() {
    let world = world().await;
    assert_eq!(world.load(9).await, None);
    add_credential(&*world.records, "zoe", 9).await;
    assert_eq!(world.find(9), "unknown", "nothing was heard yet");
    world.directory.catch_up().await.unwrap();
    assert_eq!(world.find(9), "absent");
    assert_eq!(world.load(9).await.as_deref(), Some("zoe"));
}

#[tokio::test]
async fn a_negative_answer_is_believed_for_half_a_minute() {
    let world = world().await;
    world.load(9).await;
    world.clock.turn(Duration::from_millis(29_999));
    assert_eq!(world.find(9), "unknown");
    world.clock.turn(Duration::from_millis(1));
    assert_eq!(world.find(9), "absent");
}

#[tokio::test]
async fn an_outage_drops_nothing_and_is_an_error_for_the_rest() {
    let world = world().await;
    world.load(1).await;
    world.records.fails.store(true, SeqCst);
    world.clock.turn(Duration::from_secs(7));
    assert!(world.directory.catch_up().await.is_err());
    assert!(world.directory.load(&digest(2)).await.is_err());
    assert_eq!(world.has([1, 2, 3, 9]), ["ada", "absent", "absent", "absent"]);
    assert_eq!(world.directory.stale_for(), Duration::from_secs(7));

    world.records.fails.store(false, SeqCst);
    world.directory.catch_up().await.unwrap();
    assert_eq!(world.load(2).await.as_deref(), Some("ada"));
    assert_eq!(world.directory.stale_for(), Duration::ZERO);
}

#[tokio::test]
async fn many_who_ask_at_once_ask_once() {
    let world = world().await;
    world.records.shut();
    let loads: Vec<_> = (0..20).map(|_| spawn_load(&world, 1)).collect();
    until(|| world.asked() == 1).await;
    world.records.gate.add_permits(1);
    for load in loads {
        assert_eq!(load.await.unwrap().as_deref(), Some("ada"));
    }
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn whoever_leaves_takes_no_one_down() {
    let world = world().await;
    world.records.shut();
    let first = spawn_load(&world, 1);
    until(|| world.asked() == 1).await;
    let second = spawn_load(&world, 1);
    tokio::time::sleep(Duration::from_millis(20)).await;
    first.abort();
    until(|| world.asked() == 2).await;
    world.records.gate.add_permits(1);
    assert_eq!(second.await.unwrap().as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_load_that_a_change_overtook_is_not_remembered() {
    let world = world().await;
    world.records.shut();
    let known = spawn_load(&world, 1);
    let unknown = spawn_load(&world, 9);
    until(|| world.asked() == 2).await;
    world.records.revoke(&CredentialId::new("c1"), &act()).await.unwrap();
    add_credential(&*world.records, "zoe", 9).await;
    world.directory.catch_up().await.unwrap();

    let joined_later = spawn_load(&world, 9);
    until(|| world.asked() == 3).await;
    world.records.gate.add_permits(3);
    assert_eq!(known.await.unwrap().as_deref(), Some("ada"));
    assert_eq!(unknown.await.unwrap(), None);
    assert_eq!(joined_later.await.unwrap().as_deref(), Some("zoe"));
    assert_eq!(world.find(1), "absent");
    assert_eq!(world.find(9), "zoe");
}

#[tokio::test]
async fn it_holds_no_more_than_it_may() {
    let records = Moody::over(&StoreSpec::Memory).await;
    add_principal(&*records, "ada").await;
    let directory = Directory::new(records.clone(), Arc::new(HandClock::default()), 10);
    for byte in 0..200 {
        add_credential(&*records, "ada", byte).await;
        directory.load(&digest(byte)).await.unwrap();
    }
    let held = (0..200).filter(|byte| matches!(directory.find(&digest(*byte)), Lookup::Known(_)));
    assert!(held.count() <= 100, "moka clears up in the background, but soon");
}

fn spawn_load(world: &World, byte: u8) -> JoinHandle<Option<String>> {
    let directory = Arc::clone(&world.directory);
    beside(async move {
        let known = directory.load(&digest(byte)).await.unwrap();
        known.map(|known| known.principal.id.to_string())
    })
}
