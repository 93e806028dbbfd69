//! Filter profiles: how they are written, and which one an answer passes.

use crate::world::{FINE, compile, fault};
use sluice_config::World;
use sluice_config::decide::{Asker, View, entitle};
use sluice_config::words::{
    Ask, Circumstances, CredentialId, Holder, Principal, PrincipalId, Strategy, TierId,
};

/// The profile of an answer of a model at `stage`, if the tier says `filter`.
fn passes(stage: &str, filter: &str) -> Option<String> {
    let text = FINE.replace("stage: public", &format!("stage: {stage}"));
    let text = text.replace("sees: public", "sees: internal");
    let text = text.replace("filter: strict", &format!("filter: {filter}"));
    let config = compile(&text).unwrap_or_else(|problems| panic!("{problems}"));
    let principal = Principal {
        id: PrincipalId::new("ada"),
        tier: TierId::new("public"),
        credential: CredentialId::new("key"),
    };
    let (world, holder) = (World::default(), Holder::of(principal));
    let view = View { policy: &config.policy, world: &world };
    let asker = Asker { holder: &holder, call: Circumstances::default() };
    let entitled = entitle(view, asker, "open", &Ask::default());
    entitled.unwrap().profile.map(|profile| profile.to_string())
}

#[test]
fn a_tier_names_one_profile_or_one_by_stage() {
    let strict = Some("strict".to_owned());
    for stage in ["internal", "red_team", "public", "open_weights"] {
        assert_eq!(passes(stage, "strict"), strict);
        assert_eq!(passes(stage, "{ default: strict }"), strict);
        assert_eq!(passes(stage, "none"), None);
    }
    let by_stage = "{ default: strict, red_team: none }";
    assert_eq!((passes("red_team", by_stage), passes("gated", by_stage)), (None, strict));
}

#[test]
fn no_stage_is_left_without_by_mistake() {
    for (written, expected) in [
        ("strikt", "tiers.public.filter: no filter profile is called `strikt`; did you mean"),
        (
            "{ default: strikt }",
            "tiers.public.filter.default: no filter profile is called `strikt`",
        ),
        (
            "{ default: none, publik: strict }",
            "filter.publik: unknown stage; did you mean `public`",
        ),
        (
            "{ public: strict }",
            "filter: nothing is said of internal, red_team, preview, trusted, \
            gated, open_weights; name a `default`, or write `none` there",
        ),
    ] {
        let shown = fault("filter: strict", &format!("filter: {written}"));
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn a_profile_is_a_list_or_says_how_much_waits() {
    let (head, filter) = FINE.split_once("  strict:\n    - ").unwrap();
    let stream = |profile: String| {
        let config = compile(&format!("{head}{profile}"));
        let config = config.unwrap_or_else(|problems| panic!("{problems}"));
        let profile = config.profiles.first().unwrap();
        (
            profile.stream,
            profile.filters.first().unwrap().path.clone(),
            config.policy.version().to_owned(),
        )
    };
    let list = stream(format!("  strict:\n    - {filter}"));
    assert_eq!((list.0, list.1.as_str()), (Strategy::Window, "filters.strict[0]"));
    let said = stream(format!("  strict: {{ stream: window, filters: [{}] }}", filter.trim()));
    assert_eq!((said.0, said.1.as_str()), (Strategy::Window, "filters.strict.filters[0]"));
    assert_eq!(said.2, list.2);
    let other =
        stream(format!("  strict: {{ stream: detect_only, filters: [{}] }}", filter.trim()));
    assert!(other.0 == Strategy::DetectOnly && other.2 != list.2);
    let shown = fault(
        "  strict:\n    - {",
        "  strict: { stream: sieve, filters: [{ kind: redact }] }\n  b:\n    - {",
    );
    assert!(shown.contains("filters.strict.stream: unknown word"), "{shown}");
    let shown = compile(&FINE.replace("strict", "none")).map(|_| ()).unwrap_err().to_string();
    assert!(shown.contains("filters.none: `none` is what a tier writes for no profile"), "{shown}");
}
