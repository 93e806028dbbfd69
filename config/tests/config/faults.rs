//! Every fault is found, and each says where it is and what to do.

use crate::world::{FINE, compile, fault};

const TEN_FAULTS: &str = r#"key_secret: { env: NO_SUCH_VARIABLE }
listeners:
  - bind: "127.0.0.1:8080"
    trusted_proxies: [10.0.0.0/33]
tiers:
  public:
    sees: publik
    limits:
      - { unit: tokens, window: day, scope: principal, ceiling: 0 }
    body_bytes_max: lots
    colour: blue
models:
  one:
    aliases: [both]
    revision: "1"
    licence: mit
    stage: public
    upstream: lokal
    context_tokens: 8192
  two:
    aliases: [both]
    revision: "1"
    stage: public
    upstream: local
    context_tokens: 8192
upstreams:
  local:
    backends:
      - { url: "ftp://127.0.0.1:8081" }
"#;

#[test]
fn ten_faults_of_shape_and_meaning_are_ten_positions() {
    let problems = compile(TEN_FAULTS).map(|_| ()).unwrap_err();
    let shown = problems.to_string();
    let expected = [
        "1:1: key_secret: the environment variable NO_SUCH_VARIABLE is not set",
        "4:23: listeners[0].trusted_proxies[0]: expected a network, for example 10.0.0.0/8",
        "7:11: tiers.public.sees: unknown word; did you mean `public`?",
        "9:65: tiers.public.limits[0].ceiling: zero is not a limit but a denial",
        "10:21: tiers.public.body_bytes_max: expected a whole number, not text",
        "11:5: tiers.public.colour: unknown field; known here: sees, limits, caps",
        "18:15: models.one.upstream: no upstream is called `lokal`; did you mean `local`?",
        "20:3: models.two: `licence` is missing",
        "21:15: models.two.aliases[0]: reads like the model or alias at `models.one.aliases[0]`",
        "29:16: upstreams.local.backends[0].url: expected a url that begins with http:// or",
    ];
    assert_eq!(problems.len(), expected.len(), "{shown}");
    for (line, expected) in shown.lines().zip(expected) {
        assert!(line.starts_with(&format!("etc/sluice.yaml:{expected}")), "{line}\n{expected}");
    }
}

#[test]
fn the_fine_file_is_fine() {
    let config = compile(FINE).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.policy.models().len(), 1);
    let model = config.policy.model("open").unwrap();
    assert_eq!(model.upstream_name, "open-1.5");
    assert!(config.policy.model("Open").is_none(), "names are told apart byte for byte");
}

#[test]
fn what_is_not_yaml_is_one_problem_at_its_place() {
    for (text, expected) in [
        ("", "1:1: the file is empty; see `sluice init`"),
        ("a: [1, 2", "not YAML"),
        ("a: &x 1\nb: *x\n", "1:4: anchors (`&name`) are not read; write it out"),
        ("a: !secret x\n", "1:4: tags (`!name`) are not read; quote text instead"),
        ("a: 1\n---\nb: 1\n", "2:1: a second document begins here"),
        ("? [a]\n: b\n", "a key must be plain text"),
        ("- 1\n", "1:1: expected a section (`name: value`), not a list"),
    ] {
        let problems = compile(text).map(|_| ()).unwrap_err().to_string();
        assert_eq!(problems.lines().count(), 1, "{problems}");
        assert!(problems.contains(expected), "{problems}");
    }
}

#[test]
fn a_bomb_is_defused() {
    let deep = "[".repeat(100) + &"]".repeat(100);
    let shown = compile(&format!("a: {deep}")).map(|_| ()).unwrap_err().to_string();
    assert!(shown.contains("nested deeper than 64"), "{shown}");
    let wide = format!("a: [{}]", "1,".repeat(1_000_001));
    let shown = compile(&wide).map(|_| ()).unwrap_err().to_string();
    assert!(shown.contains("more than 1000000 values"), "{shown}");
    let long = format!("a: {}", "x".repeat(5 * 1024 * 1024));
    let shown = compile(&long).map(|_| ()).unwrap_err().to_string();
    assert!(shown.contains("the file is larger than"), "{shown}");
    let many: Vec<String> = (0..1000).map(|index| format!("field_{index}: 1")).collect();
    let problems = compile(&many.join("\n")).map(|_| ()).unwrap_err();
    assert!(problems.len() > 1000 && problems.iter().len() == 200);
    assert!(problems.to_string().ends_with("more; put these right first"));
}

#[test]
fn a_key_written_twice_is_refused() {
    let shown = fault("    sees: public\n", "    sees: public\n    sees: internal\n");
    let expected =
        "etc/sluice.yaml:9:5: tiers.public.sees: stands here twice; the first is on line 8";
    assert_eq!(shown, expected);
}

#[test]
fn limits_are_combinations_that_mean_something() {
    let requests = "unit: requests, window: minute, scope: principal, ceiling: 60";
    for (to, expected) in [
        ("unit: requests, window: day, scope: principal, ceiling: 60", "by the minute only"),
        ("unit: requests, scope: principal, ceiling: 60", "write `window: minute`"),
        ("unit: requests, window: minute, scope: principal, ceiling: 1000001", "requests end at"),
        ("unit: tokens, scope: principal, ceiling: 60", "tokens need a window"),
        ("unit: tokens, window: now, scope: principal, ceiling: 60", "tokens need a window"),
        ("unit: tokens, window: day, scope: tier, ceiling: 60", "limited twice"),
        ("unit: concurrency, window: day, scope: tier, ceiling: 60", "has no window"),
        ("unit: tokens, window: day, scope: tier, ceiling: -1", "expected a whole number from 1"),
        ("unit: tokens, window: day, scope: tier, ceiling: 1.5", "expected a whole number from 1"),
    ] {
        let shown = fault(requests, to);
        assert!(shown.contains(expected) && shown.contains("tiers.public.limits["), "{shown}");
    }
    for fine in [
        "unit: concurrency, window: now, scope: tier, ceiling: 1",
        "unit: concurrency, scope: tier, ceiling: 1",
    ] {
        assert!(compile(&FINE.replace(requests, fine)).is_ok());
    }
}

#[test]
fn caps_and_windows_are_consistent() {
    let caps = "caps: { output_tokens_max: 256 }";
    for (from, to, expected) in [
        (caps, "caps: { output_tokens_max: 32768 }", "less than context_tokens_max (32768)"),
        (caps, "caps: { temperature: { min: 1, max: 0.5 } }", "must not be above max (0.5)"),
        (caps, "caps: { temperature: { min: 0, max: 2.5 } }", "must be from 0 to 2"),
        (caps, "caps: { top_p: { max: 1 } }", "`min` is missing"),
        (caps, "caps: { choices_max: 0 }", "zero is not allowed here"),
        (caps, "caps:", "expected a section (`name: value`); nothing is written here"),
        ("context_tokens: 8192", "context_tokens: 512", "less than context_tokens (512)"),
        ("    stage: public", "    operations: []\n    stage: public", "at least one"),
        ("    stage: public", "    operations: [chat, chat]\n    stage: public", "named twice"),
        ("sees: public", "sees: draft", "nobody sees drafts"),
        ("filter: strict", "filter: strikt", "did you mean `strict`?"),
    ] {
        let shown = fault(from, to);
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn an_operation_is_of_a_dialect_its_upstream_speaks() {
    let offers = |operations: &str| format!("    operations: [{operations}]\n    stage: public");
    let shown = fault("    stage: public", &offers("chat, message"));
    let expected = "models.open-1.5.operations[1]: `message` is of the anthropic dialect, which the \
                    upstream does not speak; write it in upstreams.local.dialects if it does";
    assert!(shown.ends_with(expected), "{shown}");
    let speaks = |dialects: &str| {
        let file = FINE.replace("    stage: public", &offers("message, count_tokens"));
        file.replace("    backends:", &format!("    dialects: [{dialects}]\n    backends:"))
    };
    assert!(compile(&speaks("openai, anthropic")).is_ok());
    for (dialects, expected) in [
        ("", "upstreams.local.dialects: there must be at least one"),
        ("anthropic, anthropic", "upstreams.local.dialects[1]: named twice; keep one"),
        ("antropic", "upstreams.local.dialects[0]: unknown word; did you mean `anthropic`?"),
    ] {
        let shown = compile(&speaks(dialects)).map(|_| ()).unwrap_err().to_string();
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn names_are_well_formed_and_told_apart() {
    for (from, to, expected) in [
        ("aliases: [open]", "aliases: [OPEN-1.5]", "reads like the model or alias"),
        ("aliases: [open]", "aliases: [open, Open]", "reads like the model or alias"),
        ("aliases: [open]", "aliases: [\"o pen\"]", "a name is 1 to 128 letters"),
        ("aliases: [open]", "aliases: [\u{3bf}pen]", "a name is 1 to 128 letters"),
        ("aliases: [open]", "aliases: [12]", "in quotes since it looks like a number"),
        ("revision: \"9f2c\"", "revision: 9", "in quotes since it looks like a number"),
    ] {
        let shown = fault(from, to);
        assert!(shown.contains(expected), "{shown}");
    }
    let shown = fault(
        "upstreams:\n  local:",
        "upstreams:\n  Local: { backends: [{ url: \"http://x\" }] }\n  local:",
    );
    assert!(
        shown.contains("upstreams.local: reads like the upstream at `upstreams.Local`"),
        "{shown}"
    );
}

#[test]
fn listeners_are_not_open_and_plain_by_mistake() {
    let bind = "{ bind: \"127.0.0.1:8080\" }";
    for (to, expected) in [
        ("{ bind: \"0.0.0.0:8080\" }", "[0].bind: plain HTTP off loopback"),
        ("{ bind: \"10.0.0.1:80\", plaintext: behind_proxy }", "needs `trusted_proxies`"),
        (
            "{ bind: \"10.0.0.1:80\", plaintext: behind_proxy, trusted_proxies: [0.0.0.0/0] }",
            "trusts every address",
        ),
        ("{ bind: \"localhost:8080\" }", "expected an IP address and a port"),
        ("{ bind: \"127.0.0.1:9090\" }", "a listener for callers has this address"),
        (
            "{ bind: \"10.0.0.1:443\", tls: { certificate: no.pem, key: no.pem } }",
            "etc/no.pem cannot be read",
        ),
    ] {
        let shown = compile(&FINE.replace(bind, to)).map(|_| ()).unwrap_err().to_string();
        assert!(shown.contains(expected), "{shown}");
    }
    let shown = fault("tiers:\n", "ops: { bind: \"0.0.0.0:9090\" }\ntiers:\n");
    assert!(shown.contains("ops.bind: anyone who reaches it reads metrics"), "{shown}");
    let fine = FINE.replace("tiers:\n", "ops: { bind: \"0.0.0.0:9090\", exposed: true }\ntiers:\n");
    assert!(compile(&fine).is_ok());
}

#[test]
fn parts_can_note_problems_later() {
    let config = compile(FINE).unwrap();
    let mut problems = config.positions.problems();
    problems.note("filters.strict[0].literals[7]", "no such thing");
    problems.note("models.open-1.5.stage", "too early");
    let shown = problems.to_string();
    let expected = "etc/sluice.yaml:19:12: models.open-1.5.stage: too early\n\
        etc/sluice.yaml:28:25: filters.strict[0].literals[7]: no such thing";
    assert_eq!(shown, expected);
}
