//! What judgements mean to a filter.

use super::*;

fn ward(action: Action) -> Ward {
    let rule = Rule {
        places: vec![Place::Answer],
        action,
        shadow: false,
        on_error: OnError::Closed,
        categories: Vec::new(),
        threshold: None,
    };
    let asks = Asks {
        guard: "safety".into(),
        when: When::Always,
        turns: Turns::Last,
        stride_bytes_max: 1024,
    };
    Ward { kind: "guard", asks, rule, path: "filters.x[0]".into() }
}

fn found(words: &[&str]) -> Judgement {
    let categories = words.iter().map(|word| Category::new("mlc", word)).collect();
    Judgement { categories, ..Judgement::of(Verdict::Unsafe) }
}

/// What is counted, and what is done.
fn heeds(ward: &Ward, heard: &Heard) -> (Vec<(String, Action, bool)>, Option<Stop>) {
    let (said, stop) = ward.heed(heard);
    let said = said.iter().map(|it| (it.category.to_string(), it.action, it.shadow)).collect();
    (said, stop)
}

fn one(category: &str, action: Action) -> Vec<(String, Action, bool)> {
    vec![(category.to_owned(), action, false)]
}

fn found_as(category: &str) -> Stop {
    Stop::Found(category.into())
}

#[test]
fn what_is_unsafe_stops_and_what_is_safe_does_not() {
    let ward = ward(Action::Block);
    assert_eq!(heeds(&ward, &Ok(Judgement::of(Verdict::Safe))), (Vec::new(), None));
    let blocked = (one("mlc:S1", Action::Block), Some(found_as("mlc:S1")));
    assert_eq!(heeds(&ward, &Ok(found(&["S1"]))), blocked);
    for verdict in [Verdict::Unsafe, Verdict::Controversial] {
        let blocked = (one("unsafe", Action::Block), Some(found_as("unsafe")));
        assert_eq!(heeds(&ward, &Ok(Judgement::of(verdict))), blocked);
    }
}

#[test]
fn only_the_categories_it_is_to_look_for_concern_it() {
    let mut ward = ward(Action::Block);
    ward.rule.categories = vec!["mlc:S9".into()];
    assert_eq!(heeds(&ward, &Ok(found(&["S1", "S2"]))), (Vec::new(), None));
    let blocked = (one("mlc:S9", Action::Block), Some(found_as("mlc:S9")));
    assert_eq!(heeds(&ward, &Ok(found(&["S1", "S9"]))), blocked);
    // All of them, for all that is said.
    let blocked = (one("unsafe", Action::Block), Some(found_as("unsafe")));
    assert_eq!(heeds(&ward, &Ok(Judgement::of(Verdict::Unsafe))), blocked);
}

#[test]
fn a_threshold_decides_where_there_are_scores() {
    let mut ward = ward(Action::Block);
    ward.rule.threshold = Some(0.7);
    let sure = |score| Judgement { score: Some(score), ..found(&["S1"]) };
    assert_eq!(heeds(&ward, &Ok(sure(0.69))).1, None);
    assert_eq!(heeds(&ward, &Ok(sure(0.7))).1, Some(found_as("mlc:S1")));
    let scored = |one: f64, other: f64| {
        let scores = vec![(Category::new("oai", "hate"), one), (Category::new("oai", "x"), other)];
        Judgement { scores, ..Judgement::of(Verdict::Safe) }
    };
    assert_eq!(heeds(&ward, &Ok(scored(0.1, 0.6))), (Vec::new(), None));
    assert_eq!(heeds(&ward, &Ok(scored(0.9, 0.6))).1, Some(found_as("oai:hate")));
    // A guard that gives none has its word.
    assert_eq!(heeds(&ward, &Ok(found(&["S1"]))).1, Some(found_as("mlc:S1")));
}

#[test]
fn what_is_no_verdict_is_never_safe_and_no_judgement_is_what_the_profile_says() {
    let (mut ward, prose) = (ward(Action::Block), Judgement::of(Verdict::Unparsable));
    let (down, long) = (Err(Silence::Unavailable), Err(Silence::TooLong));
    let blocked = (one("unparsable", Action::Block), Some(found_as("unparsable")));
    assert_eq!(heeds(&ward, &Ok(prose.clone())), blocked);
    let unheard = (one("unavailable", Action::Score), Some(Stop::Unheard));
    assert_eq!(heeds(&ward, &down), unheard);
    ward.rule.on_error = OnError::Open;
    assert_eq!(heeds(&ward, &Ok(prose)), (one("unparsable", Action::Score), None));
    assert_eq!(heeds(&ward, &down), (one("unavailable", Action::Score), None));
    // Open or not: nothing passes that nobody could read.
    assert_eq!(heeds(&ward, &long), (one("too_long", Action::Block), Some(found_as("too_long"))));
}

#[test]
fn a_shadow_and_a_score_stop_nothing() {
    let mut shadow = ward(Action::Block);
    shadow.rule.shadow = true;
    let said = vec![("mlc:S1".to_owned(), Action::Block, true)];
    assert_eq!(heeds(&shadow, &Ok(found(&["S1"]))), (said, None));
    for heard in [Err(Silence::Unavailable), Err(Silence::TooLong)] {
        assert_eq!(heeds(&shadow, &heard).1, None);
        assert_eq!(heeds(&ward(Action::Score), &heard).1, None);
    }
    let (score, found) = (ward(Action::Annotate), found(&["S1"]));
    assert_eq!(heeds(&score, &Ok(found)), (one("mlc:S1", Action::Annotate), None));
}
