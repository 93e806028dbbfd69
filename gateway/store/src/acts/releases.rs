//! How far a revision is out, moved by legal steps and nothing else.
//!
//! Each move writes where the revision is and the transition that brought it there, together; the
//! version of the one is the number of the other, so that none is lost and none is twice.

use super::{ActError, Found, commit, find, write};
use crate::bodies::{Place, Transition};
use crate::{Act, Kind, Owner, Records, StoreError};
use serde::{Deserialize, Serialize};
use sluice_config::ladder::{Move, step};
use sluice_config::policy::Model;
use sluice_config::words::{
    Cohort, ModelId, OpState, PrincipalId, Release, ReleaseStage, Timestamp,
};

/// Places of a cohort: each is a record that stays, and that every node has in memory.
const PLACES_MAX: u32 = 10_000;

/// Where a revision is, as records and the file say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Standpoint {
    /// How far it is out, and whether it serves.
    pub release: Release,
    /// How often it was written; nothing, if it is where the file has it.
    pub version: Option<u64>,
    /// How many moves brought it there.
    pub moves: u64,
    /// The state before this one.
    pub before: OpState,
}

/// A release as kept: with what the next move needs to know.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    release: Release,
    moves: u64,
    before: OpState,
}

/// Where a revision is.
pub async fn standpoint(records: &dyn Records, model: &Model) -> Result<Standpoint, StoreError> {
    Ok(match find::<Kept>(records, &Kind::RELEASE, &model.release).await? {
        Some(Found { body: Kept { release, moves, before }, version, .. }) => {
            Standpoint { release, version: Some(version), moves, before }
        }
        None => Standpoint {
            release: Release::at(model.stage),
            version: None,
            moves: 0,
            before: OpState::Active,
        },
    })
}

/// Reads a release as a document keeps it.
pub fn release(document: &crate::Document) -> Result<Release, StoreError> {
    crate::bodies::read::<Kept>(document).map(|kept| kept.release)
}

/// Moves a revision, if that is a legal step. Why is the reason of the act.
pub async fn transition(
    records: &dyn Records,
    model: &Model,
    wanted: Move,
    evidence: Vec<String>,
    act: &Act,
) -> Result<Transition, ActError> {
    if act.reason.is_empty() {
        return Err(ActError::illegal("say why; whoever reads this later will ask"));
    }
    let now = standpoint(records, model).await?;
    let from = Place { stage: now.release.stage, op_state: now.release.op_state };
    let moved = step(&model.ladder, (from.stage, from.op_state), now.before, wanted);
    let (stage, op_state) = moved.map_err(ActError::illegal)?;
    let to = Place { stage, op_state };
    let number = now.moves.saturating_add(1);
    let transition = Transition {
        release: model.release.to_string(),
        number,
        from,
        to,
        by: act.by.clone(),
        at: act.at,
        reason: act.reason.clone(),
        evidence,
    };
    let before = if op_state == from.op_state { now.before } else { from.op_state };
    let mut release = Release { stage, op_state, ..now.release };
    if stage != from.stage {
        // Who was let in at one rung says nothing of the next.
        release.cohort = Cohort::default();
    }
    let kept = Kept { release, moves: number, before };
    let id = format!("{}/{number:08}", model.release);
    let writes = vec![
        write((Kind::RELEASE, &model.release), Owner::World, stage.as_str(), &kept, now.version)?,
        write((Kind::TRANSITION, &id), Owner::World, "", &transition, None)?,
    ];
    commit(records, writes, act).await?;
    Ok(transition)
}

/// Says who is let in at the present stage: such a part of principals, so many at most.
pub async fn narrow(
    records: &dyn Records,
    model: &Model,
    (percent, principals_max): (u8, Option<u32>),
    act: &Act,
) -> Result<Release, ActError> {
    if percent > 100 {
        return Err(ActError::illegal("a part is from 0 to 100 percent"));
    }
    if principals_max.is_some_and(|most| most > PLACES_MAX) {
        return Err(ActError::illegal(format!("a cohort has at most {PLACES_MAX} places")));
    }
    let cohort = Cohort { percent, principals_max, ..Cohort::default() };
    change(records, model, |release| release.cohort = cohort, act).await
}

/// Announces the end of a revision: since when, on which day, and what to use instead.
pub async fn retire_on(
    records: &dyn Records,
    model: &Model,
    (deprecated, sunset): (Option<Timestamp>, Option<Timestamp>),
    successor: Option<ModelId>,
    act: &Act,
) -> Result<Release, ActError> {
    let announce = |release: &mut Release| {
        release.deprecated = deprecated;
        release.sunset = sunset;
        release.successor = successor;
    };
    change(records, model, announce, act).await
}

async fn change(
    records: &dyn Records,
    model: &Model,
    change: impl FnOnce(&mut Release),
    act: &Act,
) -> Result<Release, ActError> {
    let Standpoint { mut release, version, moves, before } = standpoint(records, model).await?;
    change(&mut release);
    let kept = Kept { release, moves, before };
    let tag = kept.release.stage.as_str();
    let key = (Kind::RELEASE, &*model.release);
    commit(records, vec![write(key, Owner::World, tag, &kept, version)?], act).await?;
    Ok(kept.release)
}

/// How many places of a cohort are taken.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    places: u32,
}

/// Who has a place of a cohort.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The revision, `model@revision`.
    pub release: String,
    /// The stage whose cohort it is.
    pub stage: ReleaseStage,
    /// Who.
    pub principal: PrincipalId,
}

/// The tag of a document that says who has a place.
const MEMBER: &str = "member";

/// Who has a place, if a document of a cohort says that.
pub fn member(document: &crate::Document) -> Result<Option<Member>, StoreError> {
    (document.tag == MEMBER).then(|| crate::bodies::read(document)).transpose()
}

/// The name of a place: names may be longer than an id.
fn place(rung: &str, principal: &PrincipalId) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(rung.as_bytes()).update(&[0]).update(principal.as_str().as_bytes());
    format!("place_{}", hasher.finalize().to_hex())
}

/// Tries of a place that somebody else may take at the same time.
const TRIES: u32 = 8;

/// Takes a place of the cohort of a revision's present stage for a principal; whether it has one.
/// Of however many who ask at once, no more get one than there are.
pub async fn join(
    records: &dyn Records,
    (release, now): (&str, &Release),
    principal: &PrincipalId,
    act: &Act,
) -> Result<bool, ActError> {
    let Some(most) = now.cohort.principals_max else { return Ok(true) };
    let rung = format!("{release}/{}", now.stage);
    let place = place(&rung, principal);
    for _ in 0..TRIES {
        if records.document(&Kind::COHORT, &place).await?.is_some() {
            return Ok(true);
        }
        let count = find::<Taken>(records, &Kind::COHORT, &rung).await?;
        let (taken, version) =
            count.map_or((Taken::default(), None), |it| (it.body, Some(it.version)));
        if taken.places >= most {
            return Ok(false);
        }
        let taken = Taken { places: taken.places.saturating_add(1) };
        let (stage, principal) = (now.stage, principal.clone());
        let member = Member { release: release.into(), stage, principal };
        let writes = vec![
            write((Kind::COHORT, &rung), Owner::World, "count", &taken, version)?,
            write((Kind::COHORT, &place), Owner::World, MEMBER, &member, None)?,
        ];
        match commit(records, writes, act).await {
            Err(ActError::Store(StoreError::Conflict { .. })) => {}
            done => return done.map(|()| true),
        }
    }
    Err(ActError::illegal("too many ask for a place at once; try again"))
}
