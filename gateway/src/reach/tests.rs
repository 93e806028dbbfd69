//! That everybody is counted once, about right, and not forgotten.

use super::saved::Unreadable;
use super::*;
use proptest::prelude::*;
use sluice_config::words::Secret;
use std::path::Path;

/// Three standard errors.
const ERROR_MAX: f64 = 3.0 * 1.04 / 128.0;
const NOVEMBER: Timestamp = Timestamp(1_795_000_000_000);
const DECEMBER: Timestamp = Timestamp(1_796_200_000_000);

const FILE: &str = r#"
key_secret: { env: KEY }
listeners: [{ bind: "127.0.0.1:0" }]
tiers: { public: { sees: public } }
models:
  llama: { revision: "1", licence: llama4, stage: public, upstream: local, context_tokens: 8192 }
  other: { revision: "1", licence: qwen, stage: public, upstream: local, context_tokens: 8192 }
  open: { revision: "1", licence: mit, stage: public, upstream: local, context_tokens: 8192 }
upstreams: { local: { backends: [{ url: "http://127.0.0.1:1" }] } }
"#;

fn model(name: &str) -> Arc<Model> {
    let policy = sluice_config::read_policy(FILE, Path::new("sluice.yaml")).unwrap();
    Arc::clone(policy.model(name).unwrap())
}

fn reach(byte: u8) -> Reach {
    Reach::new(&KeyHasher::new(Secret::new(vec![byte; 32])).unwrap())
}

fn crowd(reach: &Reach, model: &Model, users: std::ops::Range<u32>, at: Timestamp) {
    for user in users {
        reach.note(model, Who::EndUser(&EndUserId::new(&format!("user-{user}"))), at);
    }
}

#[test]
fn a_hundred_thousand_are_counted_within_the_stated_error() {
    let (reach, model) = (reach(1), model("llama"));
    for (upto, from) in [(10_u32, 0), (1_000, 10), (20_000, 1_000), (100_000, 20_000)] {
        crowd(&reach, &model, from..upto, NOVEMBER);
        let estimate = reach.estimate(&model.id, NOVEMBER);
        let error = (estimate / f64::from(upto) - 1.0).abs();
        assert!(error <= ERROR_MAX, "{upto} are {estimate}: off by {error}");
    }
    let before = reach.estimate(&model.id, NOVEMBER);
    crowd(&reach, &model, 0..100_000, NOVEMBER);
    assert_eq!(reach.estimate(&model.id, NOVEMBER).to_bits(), before.to_bits(), "each counts once");
}

#[test]
fn whoever_is_not_named_counts_as_the_principal() {
    let (reach, model) = (reach(1), model("llama"));
    let (end_user, principal) = (EndUserId::new("same"), PrincipalId::new("same"));
    for _ in 0..3 {
        reach.note(&model, Who::EndUser(&end_user), NOVEMBER);
        reach.note(&model, Who::Principal(&principal), NOVEMBER);
    }
    assert_eq!(reach.estimate(&model.id, NOVEMBER).to_bits(), 2.0_f64.to_bits());
}

#[test]
fn a_licence_without_a_cap_counts_nobody() {
    let (reach, model) = (reach(1), model("open"));
    crowd(&reach, &model, 0..10, NOVEMBER);
    assert!(reach.models.is_empty() && reach.snapshot().is_none());
}

#[test]
fn a_month_begins_with_nobody() {
    let (reach, model) = (reach(1), model("llama"));
    let about = |at, count: f64| (reach.estimate(&model.id, at) - count).abs() < 0.5;
    crowd(&reach, &model, 0..7, NOVEMBER);
    assert!(about(NOVEMBER, 7.0) && about(DECEMBER, 0.0));
    crowd(&reach, &model, 0..3, DECEMBER);
    assert!(about(DECEMBER, 3.0) && about(NOVEMBER, 0.0));
    // A clock that went back opens no month again.
    crowd(&reach, &model, 0..3, NOVEMBER);
    assert!(about(DECEMBER, 3.0));
}

#[test]
fn a_restart_forgets_nobody_and_counts_nobody_twice() {
    let model = model("llama");
    let first = reach(1);
    crowd(&first, &model, 0..30_000, NOVEMBER);
    let saved = first.snapshot().unwrap();
    let second = reach(1);
    crowd(&second, &model, 29_000..30_000, NOVEMBER);
    second.restore(&saved).unwrap();
    crowd(&second, &model, 0..1_000, NOVEMBER);
    let estimates = [&first, &second].map(|reach| reach.estimate(&model.id, NOVEMBER).to_bits());
    assert_eq!(estimates[0], estimates[1]);
    let third = reach(1);
    crowd(&third, &model, 0..3, DECEMBER);
    third.restore(&saved).unwrap();
    assert!((third.estimate(&model.id, DECEMBER) - 3.0).abs() < 0.5, "of a month that is over");
}

#[test]
fn another_secret_or_form_is_not_read() {
    let (own, model) = (reach(1), model("llama"));
    crowd(&own, &model, 0..3, NOVEMBER);
    let saved = own.snapshot().unwrap();
    assert_eq!(reach(2).restore(&saved), Err(Unreadable::Seal));
    let text = br#"{"version":2,"counts":[]}"#;
    let sealed = [blake3::keyed_hash(&own.seal, text).as_bytes().as_slice(), text].concat();
    assert_eq!(own.restore(&sealed), Err(Unreadable::Form));
    let text = String::from_utf8(saved[32..].to_vec()).unwrap();
    assert!(!text.contains("user-"), "nobody is named in it");
}

proptest! {
    #[test]
    fn what_was_changed_is_not_read(at in 0_usize..4096, flip in 1_u8..) {
        let (own, model) = (reach(1), model("llama"));
        crowd(&own, &model, 0..3, NOVEMBER);
        let mut saved = own.snapshot().unwrap();
        let at = at % saved.len();
        saved[at] ^= flip;
        prop_assert_eq!(reach(1).restore(&saved), Err(Unreadable::Seal));
        prop_assert_eq!(reach(1).restore(&saved[..at]), Err(Unreadable::Seal));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..128)) {
        prop_assert_eq!(reach(1).restore(&bytes), Err(Unreadable::Seal));
    }
}

#[test]
fn what_is_over_is_not_kept() {
    let (own, later) = (reach(1), reach(1));
    crowd(&own, &model("other"), 0..3, NOVEMBER);
    crowd(&own, &model("llama"), 0..3, DECEMBER);
    later.restore(&own.snapshot().unwrap()).unwrap();
    assert_eq!((own.models.len(), later.models.len()), (2, 1));
}
