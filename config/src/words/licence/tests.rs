//! Of terms together: what order and repetition must not change, and what must not get weaker.

use super::*;
use proptest::collection::btree_set;
use proptest::prelude::*;

const ID: &str = "one";

fn words() -> impl Strategy<Value = BTreeSet<Box<str>>> {
    btree_set("[a-c]".prop_map(Box::from), 0..3)
}

fn countries() -> impl Strategy<Value = BTreeSet<Country>> {
    btree_set("[DF][ER]".prop_filter_map("a country", |text| Country::parse(&text)), 0..3)
}

fn exclusions() -> impl Strategy<Value = BTreeSet<Exclusion>> {
    let modality = prop_oneof![Just(None), Just(Some(Modality::Image)), Just(Some(Modality::Text))];
    let one = (countries(), modality);
    one.prop_map(|(all, modality)| {
        all.into_iter().map(|country| Exclusion { country, modality }).collect()
    })
}

fn accepts() -> impl Strategy<Value = BTreeSet<Accept>> {
    let subject = prop_oneof![Just(Subject::Principal), Just(Subject::Organisation)];
    let one = ("[ab]", subject, 0..2_u8, any::<bool>());
    btree_set(
        one.prop_map(|(id, subject, byte, again_on_change)| Accept {
            licence: LicenceId::new(&id),
            subject,
            text_sha256: [byte; 32],
            again_on_change,
        }),
        0..3,
    )
}

fn licence() -> impl Strategy<Value = Licence> {
    let sets = (words(), words(), words(), words(), countries(), exclusions(), accepts());
    let flags = any::<[bool; 3]>();
    let caps = (proptest::option::of(1..5_u64), proptest::option::of(1..5_u64));
    (sets, flags, caps).prop_map(|(sets, [commerce, production, train], (mau_cap, revenue_cap))| {
        let (name_prefix, attribution, notice, use_restrictions, ..) = sets.clone();
        let (.., deny_end_user, deny_licensee, accept) = sets;
        Licence {
            accept,
            non_commercial: commerce,
            non_production: production,
            no_train_other_llm: train,
            deny_licensee,
            deny_end_user,
            name_prefix,
            attribution,
            notice,
            use_restrictions,
            mau_cap,
            revenue_cap,
            ..Licence::without_terms(LicenceId::new(ID))
        }
    })
}

/// Whether whoever keeps `strict` keeps `lax`.
fn holds(strict: &Licence, lax: &Licence) -> bool {
    let below = |own: Option<u64>, other: Option<u64>| {
        other.is_none_or(|other| own.is_some_and(|own| own <= other))
    };
    strict.accept.is_superset(&lax.accept)
        && strict.non_commercial >= lax.non_commercial
        && strict.non_production >= lax.non_production
        && strict.no_train_other_llm >= lax.no_train_other_llm
        && strict.deny_licensee.is_superset(&lax.deny_licensee)
        && strict.deny_end_user.is_superset(&lax.deny_end_user)
        && strict.name_prefix.is_superset(&lax.name_prefix)
        && strict.attribution.is_superset(&lax.attribution)
        && strict.notice.is_superset(&lax.notice)
        && strict.use_restrictions.is_superset(&lax.use_restrictions)
        && below(strict.mau_cap, lax.mau_cap)
        && below(strict.revenue_cap, lax.revenue_cap)
}

proptest! {
    #[test]
    fn order_and_repetition_change_nothing(a in licence(), b in licence(), c in licence()) {
        let ab = a.clone().strictest(&b);
        prop_assert_eq!(&ab, &b.clone().strictest(&a));
        prop_assert_eq!(&a.clone().strictest(&a), &a);
        prop_assert_eq!(&ab.clone().strictest(&b), &ab);
        prop_assert_eq!(ab.strictest(&c), a.strictest(&b.strictest(&c)));
    }

    #[test]
    fn together_is_never_weaker_than_either(a in licence(), b in licence()) {
        let both = a.clone().strictest(&b);
        prop_assert!(holds(&both, &a) && holds(&both, &b));
    }

    #[test]
    fn what_asks_nothing_adds_nothing(a in licence()) {
        let none = Licence::without_terms(LicenceId::new(ID));
        prop_assert_eq!(a.clone().strictest(&none), a);
    }
}

#[test]
fn the_union_has_its_members() {
    let members: BTreeSet<_> = EUROPEAN_UNION.iter().filter_map(|it| Country::parse(it)).collect();
    assert_eq!(members.len(), 27);
}

#[test]
fn a_text_is_not_printed() {
    let licence = Licence {
        text: Some(LicenceText::new("you agree")),
        ..Licence::without_terms(LicenceId::new("x"))
    };
    assert!(!format!("{licence:?}").contains("agree"));
}
