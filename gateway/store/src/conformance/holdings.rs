//! What every store must find of what belongs to a caller.

use super::{Broken, batch, must, write};
use crate::{
    HOLDINGS_MAX, Holdings, Kind, Owner, Records, StoreError, WRITES_MAX, Write, holdings, world,
};
use serde_json::{Value, json};
use sluice_config::words::{EndUserId, KeyDigest, OrganisationId, PrincipalId, ProjectId};

/// Zoe is of the project `robots` of `acme`. She has the key 3.
pub(super) async fn hold(records: &dyn Records) -> Result<(), Broken> {
    let zoe = PrincipalId::new("zoe");
    let (robots, acme) = (ProjectId::new("robots"), OrganisationId::new("acme"));
    let (boats, other) = (ProjectId::new("boats"), OrganisationId::new("other"));
    let theirs = Owner::Project(robots.clone());
    let org = Owner::Organisation(acme.clone());
    let writes = vec![
        profile("zoe", json!({ "project": "robots" })),
        write(memo(), "z1", Owner::Principal(zoe.clone()), json!({}), None),
        write(Kind::PROJECT, "robots", theirs.clone(), json!({ "organisation": "acme" }), None),
        write(memo(), "r1", theirs, json!({}), None),
        write(memo(), "o1", org, json!({}), None),
        write(memo(), "b1", Owner::Project(boats.clone()), json!({}), None),
        write(memo(), "x1", Owner::Organisation(other.clone()), json!({}), None),
        write(Kind::STANDING, "e1", Owner::EndUser(EndUserId::new("zoe")), json!({}), None),
    ];
    records.commit(batch(writes, 80)).await?;
    let all = "robots acme: z1 zoe r1 robots o1";
    let held = holdings(records, &zoe, None, None).await?;
    must("what is hers, her project's, her organisation's", &words(&held).as_str(), &all)?;
    let held = holdings(records, &zoe, Some(&boats), Some(&other)).await?;
    must("records win over claims", &words(&held).as_str(), &all)?;
    let known = records.find(&KeyDigest([3; 32])).await?;
    let held = known.map(|known| words(&known.holdings)).unwrap_or_default();
    must("and her key finds it", &held.as_str(), &all)?;

    let nobody = PrincipalId::new("nobody");
    let held = holdings(records, &nobody, Some(&boats), Some(&other)).await?;
    must("claims count where records are silent", &words(&held).as_str(), &"boats other: b1 x1")?;
    let held = holdings(records, &nobody, Some(&robots), Some(&other)).await?;
    must("as far as they are", &words(&held).as_str(), &"robots acme: r1 robots o1")?;
    must("who has nothing", &holdings(records, &nobody, None, None).await?, &Holdings::default())?;
    nonsense(records).await?;
    bounded(records).await?;
    let world: Vec<_> = world(records).await?.into_iter().map(|it| it.id).collect();
    let wanted = ["end_user", "world", "open-1", "e1"].map(str::to_owned).to_vec();
    must("what belongs to nobody who calls", &world, &wanted)
}

/// A profile that cannot be understood is no profile without a project.
async fn nonsense(records: &dyn Records) -> Result<(), Broken> {
    for (id, body) in [("n1", json!({ "project": 7 })), ("n2", json!({ "project": "" }))] {
        records.commit(batch(vec![profile(id, body)], 81)).await?;
        let held = holdings(records, &PrincipalId::new(id), None, None).await;
        if !matches!(held, Err(StoreError::Malformed { .. })) {
            return Err(Broken::Wrong(format!("the profile {id} was read as {held:?}")));
        }
    }
    records.commit(batch(vec![profile("n3", json!({ "project": null }))], 81)).await?;
    let held = holdings(records, &PrincipalId::new("n3"), None, None).await?;
    must("no project", &words(&held).as_str(), &"- -: n3")
}

/// All of it or an error: a caller of whom half is known is not known.
async fn bounded(records: &dyn Records) -> Result<(), Broken> {
    let (nobody, huge) = (PrincipalId::new("nobody"), OrganisationId::new("huge"));
    let owner = Owner::Organisation(huge.clone());
    let one =
        |nth: usize| write(Kind::COHORT, &format!("huge-{nth:05}"), owner.clone(), json!({}), None);
    let all: Vec<_> = (0..HOLDINGS_MAX).map(one).collect();
    for writes in all.chunks(WRITES_MAX) {
        records.commit(batch(writes.to_vec(), 82)).await?;
    }
    let held = holdings(records, &nobody, None, Some(&huge)).await?;
    must("as many as may be", &held.documents.len(), &HOLDINGS_MAX)?;
    records.commit(batch(vec![one(HOLDINGS_MAX)], 83)).await?;
    match holdings(records, &nobody, None, Some(&huge)).await {
        Err(StoreError::TooMany { .. }) => Ok(()),
        other => Err(Broken::Wrong(format!("too many: {:?}", other.map(|it| words(&it))))),
    }
}

fn profile(id: &str, body: Value) -> Write {
    write(Kind::PROFILE, id, Owner::Principal(PrincipalId::new(id)), body, None)
}

/// Project, organisation and the ids of the documents.
fn words(held: &Holdings) -> String {
    let project = held.project.as_ref().map_or("-", |project| project.as_str());
    let organisation = held.organisation.as_ref().map_or("-", |organisation| organisation.as_str());
    let ids: Vec<_> = held.documents.iter().map(|it| it.id.as_str()).collect();
    format!("{project} {organisation}: {}", ids.join(" "))
}

/// A kind that says nothing of whoever it belongs to.
fn memo() -> Kind {
    Kind::parse("memo").unwrap_or(Kind::COHORT)
}
