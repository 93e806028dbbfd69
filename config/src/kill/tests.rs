//! Which directives hit, said a second way, and what putting orders together must never do.

use super::*;
use crate::words::{
    Country, EndUserId, KillDirective, KillId, KillMode, KillScope, ModelId, ModelRevision,
    OrganisationId, PrincipalId, ProjectId, ReleaseStage, Restore, RevisionId, TierId, Timestamp,
};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

const NOW: Timestamp = Timestamp(10_000);

/// What a call may be, each out of two, so that directives hit often.
#[derive(Clone, Debug)]
struct Call {
    model: ModelId,
    revision: RevisionId,
    stage: ReleaseStage,
    tier: TierId,
    organisation: OrganisationId,
    project: ProjectId,
    principal: PrincipalId,
    end_user: EndUserId,
    region: Country,
    categories: Vec<Arc<str>>,
}

impl Call {
    fn of(picks: [bool; 10]) -> Self {
        let [model, revision, stage, tier, organisation, project, principal, end, region, of] =
            picks;
        let name = |first: bool| if first { "a" } else { "b" };
        Self {
            model: ModelId::new(name(model)),
            revision: RevisionId::new(name(revision)),
            stage: if stage { ReleaseStage::Public } else { ReleaseStage::Gated },
            tier: TierId::new(name(tier)),
            organisation: OrganisationId::new(name(organisation)),
            project: ProjectId::new(name(project)),
            principal: PrincipalId::new(name(principal)),
            end_user: EndUserId::new(name(end)),
            region: Country::parse(if region { "DE" } else { "FR" }).expect("a country"),
            categories: vec!["c".into(), name(of).into()],
        }
    }

    fn facts(&self) -> KillFacts<'_> {
        KillFacts {
            model: Some(&self.model),
            revision: Some(&self.revision),
            stage: Some(self.stage),
            categories: &self.categories,
            tier: Some(&self.tier),
            organisation: Some(&self.organisation),
            project: Some(&self.project),
            principal: Some(&self.principal),
            end_user: Some(&self.end_user),
            region: Some(self.region),
        }
    }

    /// Every scope that names this call.
    fn scopes(&self) -> [KillScope; 11] {
        let (model, revision) = (self.model.clone(), self.revision.clone());
        [
            KillScope::Everything,
            KillScope::Model(self.model.clone()),
            KillScope::Revision(ModelRevision { model, revision }),
            KillScope::Stage(self.stage),
            KillScope::Tier(self.tier.clone()),
            KillScope::Organisation(self.organisation.clone()),
            KillScope::Project(self.project.clone()),
            KillScope::Principal(self.principal.clone()),
            KillScope::EndUser(self.end_user.clone()),
            KillScope::Region(self.region),
            KillScope::Category(Arc::clone(&self.categories[1])),
        ]
    }
}

fn directive(id: &str, scope: KillScope, mode: KillMode) -> KillDirective {
    let id = KillId::parse(&format!("kill_{id}")).expect("an id");
    let (reason, by) = ("a test".into(), "ada".into());
    KillDirective { id, scope, mode, reason, message: None, by, at: Timestamp(1), expires: None }
}

fn restore(id: &str) -> Restore {
    let kill = KillId::parse(&format!("kill_{id}")).expect("an id");
    Restore { kill, by: "ada".into(), at: Timestamp(2), reason: "mended".into() }
}

fn calls() -> impl Strategy<Value = Call> {
    any::<[bool; 10]>().prop_map(Call::of)
}

fn directives() -> impl Strategy<Value = KillDirective> {
    let expires = proptest::option::of(9_998_u64..10_003);
    (0..6_usize, calls(), 0..11_usize, 0..3_usize, 0..4_u64, expires).prop_map(
        |(id, call, scope, mode, at, expires)| {
            let scope = call.scopes()[scope].clone();
            let made = directive(&id.to_string(), scope, KillMode::ALL[mode]);
            KillDirective { at: Timestamp(at), expires: expires.map(Timestamp), ..made }
        },
    )
}

fn orders() -> impl Strategy<Value = KillOrders> {
    let restores =
        proptest::collection::vec((0..6_usize).prop_map(|id| restore(&id.to_string())), 0..3);
    (proptest::collection::vec(directives(), 0..8), restores).prop_map(|(directives, restores)| {
        KillOrders {
            directives: directives.into_iter().map(Arc::new).collect(),
            restores: restores.into_iter().map(Arc::new).collect(),
        }
    })
}

/// Whether a directive names a call, said without any table.
fn names(directive: &KillDirective, call: &Call) -> bool {
    call.scopes().contains(&directive.scope) || directive.scope == KillScope::Category("c".into())
}

/// How little a new call gets: all, its fallback, nothing.
fn strictness(set: &KillSet, call: &Call) -> u8 {
    set.hit(&call.facts(), NOW).map_or(0, |hit| if hit.mode == KillMode::Fallback { 1 } else { 2 })
}

proptest! {
    #[test]
    fn a_call_is_hit_by_what_names_it_and_the_strictest_counts(orders in orders(), call in calls()) {
        let set = KillSet::of(&orders, NOW);
        let naming = || orders.held(NOW).filter(|directive| names(directive, &call));
        let facts = call.facts();
        let wanted = naming().min_by_key(|it| (it.mode, it.at, Arc::clone(it)));
        prop_assert_eq!(set.hit(&facts, NOW), wanted);
        prop_assert_eq!(set.cuts(&facts, NOW).is_some(), naming().any(|it| it.mode.cuts()));
        let split = [set.hit_caller(&facts, NOW), set.hit_model(&facts, NOW)];
        let strictest = split.into_iter().flatten().min_by_key(|it| (it.mode, it.at, Arc::clone(it)));
        prop_assert_eq!(set.hit(&facts, NOW), strictest);
        prop_assert_eq!(set.len(), orders.held(NOW).count());
    }

    #[test]
    fn one_more_directive_never_admits_more(orders in orders(), more in directives(), call in calls()) {
        let before = KillSet::of(&orders, NOW);
        let after = KillSet::of(&orders.merge(KillOrders::kill(more)), NOW);
        prop_assert!(strictness(&after, &call) >= strictness(&before, &call));
        let cut = |set: &KillSet| set.cuts(&call.facts(), NOW).is_some();
        prop_assert!(cut(&after) || !cut(&before));
    }

    #[test]
    fn a_restore_of_what_is_not_known_changes_nothing(orders in orders(), call in calls()) {
        let before = KillSet::of(&orders, NOW);
        let after = KillSet::of(&orders.merge(KillOrders::restore(restore("unheard"))), NOW);
        prop_assert_eq!(before.hit(&call.facts(), NOW), after.hit(&call.facts(), NOW));
    }

    #[test]
    fn what_was_heard_twice_or_in_another_order_is_the_same(
        one in orders(), other in orders(), third in orders(), call in calls(),
    ) {
        let merged = |a: &KillOrders, b: &KillOrders| a.clone().merge(b.clone());
        prop_assert_eq!(merged(&one, &other), merged(&other, &one));
        prop_assert_eq!(
            merged(&merged(&one, &other), &third), merged(&one, &merged(&other, &third)));
        prop_assert_eq!(&merged(&one, &one), &one);
        prop_assert!(one.news(one.clone()).is_empty());
        prop_assert_eq!(one.clone().merge(one.news(other.clone())), merged(&one, &other));
        // What is over may be forgotten, and may be heard again.
        let pruned = KillSet::of(&merged(&one.clone().pruned(NOW), &one), NOW);
        let facts = call.facts();
        let whole = KillSet::of(&one, NOW);
        prop_assert_eq!(whole.hit(&facts, NOW), pruned.hit(&facts, NOW));
    }
}

#[test]
fn every_scope_hits_its_own_and_no_other() {
    let (call, other) = (Call::of([true; 10]), Call::of([false; 10]));
    for scope in call.scopes() {
        let everything = scope == KillScope::Everything;
        let set = KillSet::of(&KillOrders::kill(directive("1", scope, KillMode::Reject)), NOW);
        assert!(set.hit(&call.facts(), NOW).is_some(), "{set:?}");
        assert_eq!(set.hit(&other.facts(), NOW).is_some(), everything, "{set:?}");
        assert_eq!(set.hit(&KillFacts::default(), NOW).is_some(), everything, "{set:?}");
    }
    assert!(KillSet::default().is_empty());
}

#[test]
fn it_ends_in_the_set_without_a_new_one() {
    let made = directive("1", KillScope::Everything, KillMode::Reject);
    let set = KillSet::of(
        &KillOrders::kill(KillDirective { expires: Some(Timestamp(10_001)), ..made }),
        NOW,
    );
    assert!(set.hit(&KillFacts::default(), NOW).is_some());
    assert!(set.hit(&KillFacts::default(), Timestamp(10_001)).is_none());
}

#[test]
fn a_file_is_read_whole_or_every_fault_is_named() {
    let good = "directives:\n- id: kill_1\n  scope: { model: open-1 }\n  mode: reject\n  \
        reason: it leaks\n  by: ada\n  at: 2026-11-24T13:05:00Z\n\
        restores:\n- { kill: kill_0, by: ada, at: 2026-11-24T13:05:00Z, reason: mended }\n";
    let orders = read_orders(good, Path::new("kill.yaml")).expect("orders");
    assert_eq!((orders.directives.len(), orders.restores.len()), (1, 1));
    for empty in ["", "\n", "directives: []\n"] {
        assert!(read_orders(empty, Path::new("kill.yaml")).expect("orders").is_empty());
    }
    let bad = "directive: []\ndirectives:\n- id: kill_1\n  mode: abort\n- 7\n";
    let problems = read_orders(bad, Path::new("kill.yaml")).unwrap_err().to_string();
    let lines: Vec<_> = problems.lines().collect();
    assert_eq!(lines.len(), 3, "{problems}");
    assert!(lines[0].starts_with("kill.yaml:1:1: directive: unknown field"), "{problems}");
    assert!(lines[1].starts_with("kill.yaml:3:3: directives[0]: unknown variant"), "{problems}");
    assert!(lines[2].starts_with("kill.yaml:5:3: directives[1]:"), "{problems}");
    let twice = good.replace(
        "restores:",
        "- id: kill_1\n  scope: everything\n  mode: drain\n  \
        reason: no\n  by: ada\n  at: 2026-11-24T13:05:00Z\nrestores:",
    );
    let problems = read_orders(&twice, Path::new("kill.yaml")).unwrap_err().to_string();
    assert!(problems.contains("another directive has this id"), "{problems}");
}
