//! What a decision allocates: nothing, but what it returns.
//!
//! A binary of its own, with one test, because the count is of the whole process.
#![expect(clippy::unwrap_used, reason = "a check that cannot run has failed")]

#[path = "../benches/decide/scene.rs"]
mod scene;

use scene::{EASY, HARD, Scene};
use sluice_config::decide::{Asker, entitle};
use sluice_config::words::{Ask, Entitlement};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn a_decision_allocates_only_what_it_returns() {
    let (scene, ask) = (Scene::full(), Ask::default());
    let region = Region::new(COUNTED);
    let decide = |asker: Asker<'_>, model| {
        let before = region.change();
        let given = entitle(scene.view(), asker, model, &ask).unwrap();
        let after = region.change();
        let made = |it: stats_alloc::Stats| it.allocations + it.reallocations;
        (made(after) - made(before), given)
    };
    let (made, given) = decide(scene.plain(), EASY);
    assert_eq!((made, kept(&given)), (0, 0), "a plain caller");
    let (made, given) = decide(scene.known(), EASY);
    assert_eq!((given.relaxed.len(), given.credit.as_ref().map(|it| it.tokens)), (2, Some(5)));
    assert_eq!((made, kept(&given)), (2, 2), "limits and relaxed categories");
    let (made, given) = decide(scene.known(), HARD);
    assert_eq!((made, kept(&given)), (2, 2), "a model that asks for everything");
}

/// The allocations that an entitlement owns alone: names in it are shared.
fn kept(given: &Entitlement) -> usize {
    let limits = usize::from(given.limits != given.tier.limits);
    let lists = [given.relaxed.is_empty(), given.unmet.is_empty()];
    limits + lists.iter().filter(|empty| !**empty).count()
}
