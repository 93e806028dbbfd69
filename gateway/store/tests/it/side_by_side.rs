//! Whatever is written, every store ends up with the same.

use crate::world::{act, add_credential, add_principal};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};
use sluice_config::StoreSpec;
use sluice_config::words::{EndUserId, OrganisationId, PrincipalId, ProjectId, Timestamp};
use sluice_store::{
    AUDIT_MAX, Act, Batch, Kind, Listing, Owner, Records, Whose, Write, holdings, open, world,
};

const KINDS: [Kind; 3] = [Kind::GRANT, Kind::PROFILE, Kind::PROJECT];
const IDS: [&str; 5] = ["a", "ab", "B", "\u{e4}", "\u{1f980}"];
const TAGS: [&str; 3] = ["", "open", "closed"];

/// Mostly the one, so that a document is often written again by the same.
fn owner() -> impl Strategy<Value = Owner> {
    prop_oneof![
        12 => Just(Owner::Principal(PrincipalId::new("ada"))),
        3 => Just(Owner::Project(ProjectId::new("robots"))),
        1 => Just(Owner::Organisation(OrganisationId::new("acme"))),
        1 => Just(Owner::Principal(PrincipalId::new("zoe"))),
        1 => Just(Owner::World),
        1 => Just(Owner::EndUser(EndUserId::new("9f2c"))),
        1 => Just(Owner::EndUser(EndUserId::new(""))),
    ]
}

fn body() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_map(|number| json!(number)),
        any::<i64>().prop_map(|number| json!({ "b": number, "a": [null, true] })),
        ".{0,20}".prop_map(|text| json!({ "text": text })),
        prop_oneof![Just("robots"), Just("boats"), Just("")]
            .prop_map(|project| json!({ "project": project, "organisation": "acme" })),
    ]
}

fn write() -> impl Strategy<Value = Write> {
    let names = (prop::sample::select(KINDS.to_vec()), prop::sample::select(&IDS[..]));
    let expected = prop_oneof![3 => Just(None), 3 => (1_u64..4).prop_map(Some)];
    (names, owner(), prop::sample::select(&TAGS[..]), body(), expected).prop_map(
        |((kind, id), owner, tag, body, expected)| {
            let (id, tag) = (id.to_owned(), tag.to_owned());
            Write { kind, id, owner, tag, body, expected }
        },
    )
}

fn batch() -> impl Strategy<Value = Batch> {
    let by = prop_oneof![9 => Just("root"), 1 => Just("")];
    (prop::collection::vec(write(), 0..4), by, any::<u32>()).prop_map(|(writes, by, at)| {
        let act = Act { by: by.into(), at: Timestamp(at.into()), ..act() };
        Batch { writes, act }
    })
}

/// Everything that can be read, as text.
async fn everything(records: &dyn Records) -> String {
    let mut found = Vec::new();
    let owners = [Owner::World, Owner::Project(ProjectId::new("robots"))].map(Whose::from);
    let owners = owners.into_iter().chain([Whose::NoCallers]).map(Some).chain([None]);
    for owner in owners {
        for kind in KINDS.map(Some).into_iter().chain([None]) {
            for tag in [Some("open".to_owned()), None] {
                let mut listing =
                    Listing { kind: kind.clone(), owner: owner.clone(), tag, ..Listing::default() };
                found.push(format!("{:?}", records.documents(&listing).await));
                listing.after = Some((Kind::PROFILE, "ab".to_owned()));
                listing.most = 2;
                found.push(format!("{:?}", records.documents(&listing).await));
            }
        }
    }
    for (kind, id) in KINDS.iter().flat_map(|kind| IDS.map(|id| (kind, id))) {
        found.push(format!("{:?}", records.document(kind, id).await));
    }
    for who in ["ada", "zoe"] {
        found.push(format!("{:?}", holdings(records, &PrincipalId::new(who), None, None).await));
    }
    found.push(format!("{:?}", world(records).await));
    found.push(format!("{:?}", records.audit(0, AUDIT_MAX).await));
    found.push(format!("{:?} {:?}", records.head().await, records.changes(0).await));
    found.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn batches_leave_the_same_in_memory_and_in_a_file(
        batches in prop::collection::vec(batch(), 1..24),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(both(batches))?;
    }
}

async fn both(batches: Vec<Batch>) -> Result<(), TestCaseError> {
    let home = tempfile::tempdir().unwrap();
    let memory = open(&StoreSpec::Memory).await.unwrap();
    let file = open(&StoreSpec::Sqlite { path: home.path().join("s.db") }).await.unwrap();
    for store in [&memory, &file] {
        add_principal(&*store.records, "ada").await;
        add_credential(&*store.records, "ada", 1).await;
    }
    for batch in batches {
        let one = memory.records.commit(batch.clone()).await;
        let other = file.records.commit(batch).await;
        prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }
    let (one, other) = (everything(&*memory.records).await, everything(&*file.records).await);
    prop_assert_eq!(one, other);
    file.close().await;
    Ok(())
}
