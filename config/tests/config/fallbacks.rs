//! The model that answers instead of another: what it may be, and that names do not matter.

use crate::world::{FINE, compile};

/// [`FINE`] with these models beside its own, which falls back to `fallback`.
fn file(fallback: &str, others: &[String]) -> String {
    let falls = format!("    fallback: {fallback}\n    stage: public\n");
    let text = FINE.replace("    stage: public\n", &falls);
    text.replacen("upstreams:\n", &format!("{}upstreams:\n", others.concat()), 1)
}

fn other(name: &str, more: &str) -> String {
    format!(
        "  {name}: {{ aliases: [{name}-alias], revision: \"1\", licence: mit, stage: public, \
         upstream: local, context_tokens: 8192{more} }}\n"
    )
}

fn problems(text: &str) -> String {
    compile(text).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn it_is_known_by_its_canonical_name() {
    let fallback = |text: &str| {
        let config = compile(text).unwrap_or_else(|problems| panic!("{problems}"));
        config.policy.model("open").unwrap().fallback.as_ref().map(ToString::to_string)
    };
    assert_eq!(fallback(FINE), None);
    assert_eq!(fallback(&file("two", &[other("two", "")])).as_deref(), Some("two"));
    let others = [other("two", ", fallback: three"), other("three", "")];
    assert_eq!(fallback(&file("two-alias", &others)).as_deref(), Some("two"));
}

#[test]
fn it_is_another_model_that_could_answer() {
    for (fallback, others, expected) in [
        ("twoo", vec![other("two", "")], "no model or alias is called `twoo`; did you mean `two`?"),
        ("open-1.5", vec![], "a model cannot answer instead of itself"),
        ("open", vec![], "a model cannot answer instead of itself"),
        (
            "two",
            vec![other("two", ", operations: [embedding]")],
            "`two` offers no operation of this model",
        ),
    ] {
        let shown = problems(&file(fallback, &others));
        let expected = format!("etc/sluice.yaml:19:15: models.open-1.5.fallback: {expected}");
        assert_eq!(shown, expected);
    }
    let unread = [other("two", "").replace("licence", "licens")];
    let shown = problems(&file("two", &unread));
    assert!(!shown.contains("fallback"), "what is wrong is said once: {shown}");
}

#[test]
fn a_circle_is_a_problem_of_each_model_in_it() {
    let round = [other("two", ", fallback: three"), other("three", ", fallback: open")];
    let shown = problems(&file("two", &round));
    assert_eq!(shown.lines().count(), 3, "{shown}");
    let expected = "models.open-1.5.fallback: goes round in a circle: `open-1.5`, `two`, `three`, \
                    `open-1.5`";
    assert!(shown.contains(expected), "{shown}");
    let beside = [other("two", ", fallback: three"), other("three", ", fallback: two")];
    let shown = problems(&file("two", &beside));
    assert_eq!(shown.lines().count(), 2, "{shown}");
    assert!(!shown.contains("open-1.5"), "{shown}");
}
