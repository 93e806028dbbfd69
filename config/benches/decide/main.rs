//! What a decision costs, warm: below a microsecond, whoever asks.
#![expect(clippy::unwrap_used, reason = "a check that cannot run has failed")]
#![expect(missing_docs, reason = "what criterion makes has none")]

mod scene;

use criterion::{Criterion, criterion_group, criterion_main};
use scene::{EASY, HARD, Scene};
use sluice_config::decide::entitle;
use sluice_config::words::Ask;
use std::hint::black_box;

fn decide(criterion: &mut Criterion) {
    let (scene, ask) = (Scene::full(), Ask::default());
    let view = scene.view();
    for (name, asker, model) in [
        ("plain caller", scene.plain(), EASY),
        ("known caller", scene.known(), HARD),
        ("plain caller, hidden model", scene.plain(), HARD),
    ] {
        criterion.bench_function(name, |bench| {
            bench.iter(|| entitle(view, black_box(asker), black_box(model), black_box(&ask)));
        });
    }
}

criterion_group!(benches, decide);
criterion_main!(benches);
