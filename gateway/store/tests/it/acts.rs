//! Acts of many at once: whatever they try, each move is a legal one, none is lost, and no cohort
//! has more than its places; and a file that is opened again says the same.

use crate::world::{act, beside};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use sluice_config::StoreSpec;
use sluice_config::ladder::{Move, step};
use sluice_config::policy::Model;
use sluice_config::words::{
    Conditions, Gives, Grant, GrantId, GrantState, OpState, PrincipalId, Release, ReleaseStage,
};
use sluice_store::acts::{self, ActError};
use sluice_store::bodies::{self, Transition};
use sluice_store::{Act, Document, Kind, Listing, Owner, Records, StoreError, open};
use std::sync::Arc;

/// Places of the cohort.
const PLACES: u32 = 3;

#[derive(Clone, Copy, Debug)]
enum Try {
    Move(Move),
    Join(u8),
    Give(u8),
    Turn(u8, GrantState),
}

fn tries() -> impl Strategy<Value = Try> {
    let states = || proptest::sample::select(OpState::ALL.to_vec());
    let turns = proptest::sample::select(GrantState::ALL.to_vec());
    prop_oneof![
        4 => proptest::sample::select(ReleaseStage::ALL.to_vec())
            .prop_map(|stage| Try::Move(Move::Stage(stage))),
        2 => states().prop_map(|state| Try::Move(Move::State(state))),
        1 => Just(Try::Move(Move::Resume)),
        4 => (0..8_u8).prop_map(Try::Join),
        2 => (0..4_u8).prop_map(Try::Give),
        2 => ((0..4_u8), turns).prop_map(|(grant, state)| Try::Turn(grant, state)),
    ]
}

fn model() -> Arc<Model> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sluice.yaml");
    let text = "
key_secret: { file: sluice.key }
listeners: [{ bind: '127.0.0.1:0' }]
tiers: { public: { sees: public } }
models:
  m:
    { revision: r1, licence: apache-2.0, stage: internal, upstream: u, context_tokens: 100,
      output_tokens_default: 10, created: 2026-11-01, owned_by: lab }
upstreams: { u: { backends: [{ url: 'http://127.0.0.1:1' }] } }
";
    std::fs::write(&path, text).unwrap();
    let policy = sluice_config::load_policy(&path).unwrap();
    Arc::clone(policy.model("m").unwrap())
}

fn because() -> Act {
    Act { reason: "because".into(), ..act() }
}

/// What one task tries; how many of its moves were made.
async fn go(records: Arc<dyn Records>, model: Arc<Model>, all: Vec<Try>) -> u64 {
    let (act, mut moved) = (because(), 0);
    let mut narrowed = Release::at(ReleaseStage::Public);
    narrowed.cohort.principals_max = Some(PLACES);
    for one in all {
        let done = match one {
            Try::Move(wanted) => {
                let done = acts::transition(&*records, &model, wanted, Vec::new(), &act).await;
                moved += u64::from(done.is_ok());
                done.map(drop)
            }
            Try::Join(who) => {
                let who = PrincipalId::new(&format!("p{who}"));
                acts::join(&*records, (&model.release, &narrowed), &who, &act).await.map(drop)
            }
            Try::Give(id) => {
                let owner = Owner::Principal(PrincipalId::new("ada"));
                acts::give(&*records, owner, &grant(id), &act).await
            }
            Try::Turn(id, state) => {
                let id = grant(id).id;
                acts::turn(&*records, &id, state, &act).await.map(drop)
            }
        };
        let expected = matches!(
            done,
            Ok(())
                | Err(ActError::Illegal(_)
                    | ActError::Store(StoreError::Conflict { .. } | StoreError::Absent { .. }))
        );
        assert!(expected, "{one:?}: {done:?}");
        tokio::task::yield_now().await;
    }
    moved
}

fn grant(id: u8) -> Grant {
    Grant {
        id: GrantId::new(&format!("grant_{id}")),
        gives: Gives::Relax { category: "a:b".into() },
        conditions: Conditions::default(),
        state: GrantState::Active,
        starts: None,
        expires: None,
        source: "test".into(),
        reason: "because".into(),
    }
}

async fn all(records: &dyn Records) -> Vec<Document> {
    records.documents(&Listing::default()).await.unwrap()
}

/// Holds what is kept to what may be.
fn hold(model: &Model, kept: &[Document], made: u64) -> Result<(), TestCaseError> {
    let moves = kept.iter().filter(|it| it.kind == Kind::TRANSITION);
    let moves: Vec<Transition> = moves.map(|it| bodies::read(it).unwrap()).collect();
    let numbers: Vec<u64> = moves.iter().map(|it| it.number).collect();
    prop_assert_eq!(numbers, (1..=made).collect::<Vec<_>>(), "no gap, none lost");
    let (mut at, mut before) = ((model.stage, OpState::Active), OpState::Active);
    for one in &moves {
        prop_assert_eq!((one.from.stage, one.from.op_state), at);
        let to = (one.to.stage, one.to.op_state);
        let ways = [Move::Stage(to.0), Move::State(to.1), Move::Resume];
        let legal = ways.iter().any(|way| step(&model.ladder, at, before, *way) == Ok(to));
        prop_assert!(legal, "from {at:?} to {to:?}");
        before = if to.1 == at.1 { before } else { at.1 };
        at = to;
    }
    let release = kept.iter().find(|it| it.kind == Kind::RELEASE);
    let stands = release.map(|it| acts::release(it).unwrap());
    let stands = stands.map_or((model.stage, OpState::Active), |it| (it.stage, it.op_state));
    prop_assert_eq!(stands, at, "it is where its moves brought it");
    let seats = kept.iter().filter(|it| it.kind == Kind::COHORT);
    let seats = seats.filter(|it| acts::member(it).unwrap().is_some()).count();
    prop_assert!(seats <= PLACES as usize, "{seats} have a place");
    Ok(())
}

async fn together(
    records: &Arc<dyn Records>,
    model: &Arc<Model>,
    tasks: &[Vec<Try>],
) -> Result<Vec<Document>, TestCaseError> {
    let begun: Vec<_> = tasks
        .iter()
        .map(|tries| beside(go(Arc::clone(records), Arc::clone(model), tries.clone())))
        .collect();
    let mut moved = 0;
    for task in begun {
        moved += task.await.unwrap();
    }
    let kept = all(&**records).await;
    hold(model, &kept, moved)?;
    Ok(kept)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_many_try_at_once_each_move_is_legal(
        tasks in prop::collection::vec(prop::collection::vec(tries(), 1..10), 2..6),
    ) {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let model = model();
            let memory = open(&StoreSpec::Memory).await.unwrap();
            together(&memory.records, &model, &tasks).await?;
            let home = tempfile::tempdir().unwrap();
            let spec = StoreSpec::Sqlite { path: home.path().join("s.db") };
            let store = open(&spec).await.unwrap();
            let kept = together(&store.records, &model, &tasks).await?;
            store.close().await;
            let again = open(&spec).await.unwrap();
            prop_assert_eq!(all(&*again.records).await, kept, "as before");
            again.close().await;
            Ok(())
        })?;
    }
}
