//! The directory, of what belongs to callers, and of callers who prove themselves by other means.

use crate::world::{
    HandClock, Moody, NOW, act, add_credential, add_principal, beside, digest, fresh, put, until,
};
use serde_json::json;
use sluice_config::StoreSpec;
use sluice_config::words::{
    Country, CredentialId, EndUserId, Grant, OrganisationId, PrincipalId, ProjectId, TierId,
    Timestamp,
};
use sluice_store::{Claimed, Directory, Fallen, Kind, Known, Lookup, Owner, Records};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use tokio::task::JoinHandle;

struct World {
    records: Arc<Moody>,
    directory: Arc<Directory>,
}

/// Ada, of the project `robots` of `acme`, has key 1; Zoe has key 2 and no project.
async fn world() -> World {
    let records = Moody::over(&StoreSpec::Memory).await;
    for (name, byte) in [("ada", 1), ("zoe", 2)] {
        add_principal(&*records, name).await;
        add_credential(&*records, name, byte).await;
    }
    let robots = Owner::Project(ProjectId::new("robots"));
    put(&*records, fresh(Kind::PROFILE, "ada", of("ada"), json!({ "project": "robots" }))).await;
    put(&*records, fresh(Kind::PROJECT, "robots", robots, json!({ "organisation": "acme" }))).await;
    let directory = Directory::new(records.clone(), Arc::new(HandClock::default()), 100);
    directory.catch_up().await.unwrap();
    World { records, directory: Arc::new(directory) }
}

impl World {
    /// Writes a new document, has it heard, and says which of the keys 1 to 4 are still known, and
    /// whether it is still known that no one has key 9.
    async fn left_after(&self, id: &str, owner: Owner) -> String {
        for byte in [1, 2, 9] {
            self.directory.load(&digest(byte)).await.unwrap();
        }
        for (byte, name) in [(3, "bob"), (4, "eve")] {
            self.admit(byte, claim(name)).await;
        }
        put(&*self.records, fresh(Kind::parse("memo").unwrap(), id, owner, json!({}))).await;
        assert_eq!(self.directory.catch_up().await.unwrap(), 1);
        let word = |byte: u8| match self.directory.find(&digest(byte)) {
            Lookup::Known(known) => known.principal.id.to_string(),
            Lookup::Unknown => "nobody".into(),
            Lookup::Absent => "-".into(),
        };
        [1, 2, 3, 4, 9].map(word).join(" ")
    }

    async fn admit(&self, byte: u8, claimed: Claimed) -> Arc<Known> {
        self.directory.admit(&digest(byte), claimed).await.unwrap()
    }

    fn admits(&self, byte: u8, claimed: Claimed) -> JoinHandle<Arc<Known>> {
        let directory = Arc::clone(&self.directory);
        beside(async move { directory.admit(&digest(byte), claimed).await.unwrap() })
    }

    fn asked(&self) -> usize {
        self.records.asked.load(SeqCst)
    }
}

fn of(name: &str) -> Owner {
    Owner::Principal(PrincipalId::new(name))
}

/// Someone of the organisation `acme`, whose project is their own.
fn claim(name: &str) -> Claimed {
    Claimed {
        principal: PrincipalId::new(name),
        tier: TierId::new("claimed"),
        project: Some(ProjectId::new(&format!("of-{name}"))),
        organisation: Some(OrganisationId::new("acme")),
        credential: CredentialId::new(&format!("token-{name}")),
        expires: Some(Timestamp(2_000)),
        country: Country::parse("DE"),
        grants: Vec::new(),
    }
}

#[tokio::test]
async fn a_document_drops_whom_it_concerns_and_nobody_else() {
    let world = world().await;
    let project = |name: &str| Owner::Project(ProjectId::new(name));
    let organisation = |name: &str| Owner::Organisation(OrganisationId::new(name));
    for (id, owner, left) in [
        ("1", of("zoe"), "ada - bob eve -"),
        ("2", of("eve"), "ada zoe bob - -"),
        ("3", project("robots"), "- zoe bob eve -"),
        ("4", project("of-bob"), "ada zoe - eve -"),
        ("5", organisation("acme"), "- zoe - - -"),
        ("6", organisation("other"), "ada zoe bob eve -"),
        ("7", Owner::EndUser(EndUserId::new("ada")), "ada zoe bob eve nobody"),
        ("8", Owner::World, "ada zoe bob eve nobody"),
    ] {
        assert_eq!(world.left_after(id, owner.clone()).await, left, "{owner}");
    }
    let held = world.directory.load(&digest(1)).await.unwrap().unwrap().holdings.clone();
    let ids: Vec<_> = held.documents.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["ada", "3", "robots", "5"]);
}

#[tokio::test]
async fn one_who_is_admitted_is_found_like_the_others() {
    let world = world().await;
    assert!(matches!(world.directory.find(&digest(7)), Lookup::Absent));
    let bob = world.admit(7, claim("bob")).await;
    let Lookup::Known(found) = world.directory.find(&digest(7)) else {
        panic!("Bob is not remembered");
    };
    assert!(Arc::ptr_eq(&found, &bob));
    assert_eq!(bob.principal.tier, TierId::new("claimed"));
    assert_eq!(bob.principal.credential, CredentialId::new("token-bob"));
    assert_eq!(bob.country, Country::parse("DE"));
    assert_eq!(bob.holdings.project, Some(ProjectId::new("of-bob")));
    assert!(bob.stands(Timestamp(1_999)).is_ok());
    assert_eq!(bob.stands(Timestamp(2_000)), Err(Fallen::Expired), "no longer than the token");
}

#[tokio::test]
async fn our_records_win_over_what_is_claimed() {
    let world = world().await;
    let ada = world.admit(7, claim("ada")).await;
    assert_eq!(ada.principal.tier, TierId::new("public"), "her row's");
    assert_eq!(ada.holdings.project, Some(ProjectId::new("robots")), "her profile's");
    assert!(ada.stands(NOW).is_ok());

    world.records.disable(&PrincipalId::new("ada"), &act()).await.unwrap();
    world.directory.catch_up().await.unwrap();
    assert!(matches!(world.directory.find(&digest(7)), Lookup::Absent), "she is dropped");
    let ada = world.admit(7, claim("ada")).await;
    assert_eq!(ada.stands(NOW), Err(Fallen::Disabled));
}

#[tokio::test]
async fn what_a_credential_gives_counts_beside_what_records_do() {
    let world = world().await;
    let grant = |id: &str| {
        let gives = json!({ "model": { "name": "m", "from": "gated" } });
        json!({ "id": id, "gives": gives, "source": "hub", "reason": "" })
    };
    put(&*world.records, fresh(Kind::GRANT, "g1", of("bob"), grant("g1"))).await;
    let given: Grant = serde_json::from_value(grant("hub:acme/m")).unwrap();
    let bob = world.admit(7, Claimed { grants: vec![given], ..claim("bob") }).await;
    let ids: Vec<_> = bob.holder.grants.iter().map(|grant| grant.id.as_str()).collect();
    assert_eq!(ids, ["g1", "hub:acme/m"]);
    assert!(bob.holdings.documents.iter().all(|document| document.id != "hub:acme/m"));
}

#[tokio::test]
async fn many_who_show_one_credential_are_admitted_once() {
    let world = world().await;
    world.records.shut();
    let all: Vec<_> = (0..20).map(|_| world.admits(7, claim("bob"))).collect();
    until(|| world.asked() == 1).await;
    world.records.gate.add_permits(1);
    let mut admitted = Vec::new();
    for one in all {
        admitted.push(one.await.unwrap());
    }
    assert!(admitted.iter().all(|one| Arc::ptr_eq(one, &admitted[0])));
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn one_who_a_change_overtook_is_not_remembered() {
    let world = world().await;
    world.records.shut();
    let bob = world.admits(7, claim("bob"));
    until(|| world.asked() == 1).await;
    add_principal(&*world.records, "bob").await;
    world.directory.catch_up().await.unwrap();
    world.records.gate.add_permits(2);
    assert_eq!(bob.await.unwrap().principal.tier, TierId::new("claimed"), "as it was asked");
    assert!(matches!(world.directory.find(&digest(7)), Lookup::Absent));
    assert_eq!(world.admit(7, claim("bob")).await.principal.tier, TierId::new("public"));
}

#[tokio::test]
async fn one_who_was_taken_for_a_key_meanwhile_is_admitted_all_the_same() {
    let world = world().await;
    world.records.shut();
    let directory = Arc::clone(&world.directory);
    let load = beside(async move { directory.load(&digest(7)).await.unwrap() });
    until(|| world.asked() == 1).await;
    let bob = world.admits(7, claim("bob"));
    world.records.gate.add_permits(2);
    assert!(load.await.unwrap().is_none());
    assert_eq!(bob.await.unwrap().principal.id, PrincipalId::new("bob"));
    assert!(matches!(world.directory.find(&digest(7)), Lookup::Known(_)));
}

#[tokio::test]
async fn an_outage_admits_nobody_and_remembers_nothing() {
    let world = world().await;
    world.records.fails.store(true, SeqCst);
    assert!(world.directory.admit(&digest(7), claim("bob")).await.is_err());
    assert!(matches!(world.directory.find(&digest(7)), Lookup::Absent));
    world.records.fails.store(false, SeqCst);
    world.admit(7, claim("bob")).await;
}
