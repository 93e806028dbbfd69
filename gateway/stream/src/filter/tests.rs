//! What is done about what is found: actions, places, strategies, and masks in JSON.

use super::{Chain, Flow, Place, Script};
use crate::report::{Action, Report};
use proptest::prelude::*;
use proptest::strategy::Strategy as Gives;
use serde_json::{Value, json};
use sluice_config::words::{ProfileId, Strategy};
use sluice_config::{FilterSpec, Problems, ProfileSpec};
use std::sync::{Arc, LazyLock};

pub(super) fn chain(filters: &[Value]) -> Result<Arc<Chain>, String> {
    let filter = |(index, filter): (usize, &Value)| {
        let mut settings = filter.as_object().unwrap().clone();
        let kind = settings.remove("kind").unwrap().as_str().unwrap().to_owned();
        FilterSpec { kind, settings: Value::Object(settings), path: format!("filters.it[{index}]") }
    };
    let filters = filters.iter().enumerate().map(filter).collect();
    let spec = ProfileSpec { id: ProfileId::new("it"), stream: Strategy::Window, filters };
    let mut problems = Problems::default();
    Chain::build(&spec, &mut problems).ok_or_else(|| problems.to_string())
}

fn bomb(rule: &Value) -> Arc<Chain> {
    let mut filter = json!({"kind": "patterns", "literals": ["bomb"]});
    filter.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
    chain(&[filter]).unwrap()
}

/// What tokens become.
#[derive(Debug, Default)]
struct Came {
    /// What was shown after each token, and at the end.
    steps: Vec<String>,
    flow: Option<Flow>,
    report: Report,
}

impl Came {
    fn of(chain: &Chain, (script, place): (Script, Place), by: Strategy, tokens: &[&str]) -> Self {
        let mut lane = chain.lane(script, place, 1 << 16, by);
        let mut came = Self::default();
        for token in tokens.iter().copied().map(Some).chain([None]) {
            if came.flow == Some(Flow::Stop) {
                break;
            }
            let mut shown = String::new();
            came.flow = Some(match token {
                Some(token) => lane.feed(token, &mut shown, &mut came.report),
                None => lane.end(&mut shown, &mut came.report),
            });
            came.steps.push(shown);
        }
        came
    }

    fn said(chain: &Chain, by: Strategy, tokens: &[&str]) -> Self {
        Self::of(chain, (Script::Prose, Place::Answer), by, tokens)
    }

    fn shown(&self) -> String {
        self.steps.concat()
    }

    fn verdicts(&self) -> Vec<(Action, bool, u64)> {
        self.report.verdicts.iter().map(|it| (it.action, it.shadow, it.count)).collect()
    }
}

#[test]
fn each_action_does_what_it_says() {
    let tokens = ["a bo", "mb b ", "bomb"];
    for (word, action, shown, flow) in [
        ("score", Action::Score, "a bomb b bomb", Flow::On),
        ("annotate", Action::Annotate, "a bomb b bomb", Flow::On),
        ("redact", Action::Redact, "a [removed] b [removed]", Flow::On),
        ("block", Action::Block, "a ", Flow::Stop),
        ("fallback", Action::Fallback, "a ", Flow::Stop),
    ] {
        let came = Came::said(&bomb(&json!({ "action": word })), Strategy::Window, &tokens);
        assert_eq!((came.shown().as_str(), came.flow), (shown, Some(flow)), "{word}");
        let count = if flow == Flow::Stop { 1 } else { 2 };
        assert_eq!(came.verdicts(), [(action, false, count)]);
        assert_eq!(came.report.asks_fallback(), word == "fallback");
        let annotations: Vec<_> = came.report.annotations().collect();
        let expected = [("listed", "patterns")];
        assert_eq!(annotations, &expected[..usize::from(word == "annotate")]);
        assert_eq!(came.report.held_bytes, if action.acts() { 2 } else { 0 }, "{word}");
    }
}

#[test]
fn what_asks_for_another_model_shows_nothing_of_a_match_where_others_show_two_tokens() {
    let tokens = ["bo", "m", "b", "!"];
    for (word, shown) in [("block", "bom"), ("fallback", "")] {
        let chain = bomb(&json!({ "action": word }));
        assert_eq!(chain.asks_fallback(), word == "fallback");
        let came = Came::said(&chain, Strategy::TokenDebounce, &tokens);
        assert_eq!((came.shown().as_str(), came.flow), (shown, Some(Flow::Stop)), "{word}");
    }
    let shadow = bomb(&json!({ "action": "fallback", "shadow": true }));
    assert!(!shadow.asks_fallback(), "it only tries");
}

#[test]
fn what_only_counts_holds_nothing_back() {
    for rule in [json!({"action": "score"}), json!({"shadow": true})] {
        let came = Came::said(&bomb(&rule), Strategy::Window, &["a bo", "mb", "!"]);
        assert_eq!(came.steps, ["a bo", "mb", "!", ""], "{rule}");
    }
}

#[test]
fn a_shadow_reads_what_is_let_through_and_does_nothing() {
    let filters = [
        json!({"kind": "patterns", "literals": ["bomb"], "action": "redact"}),
        json!({"kind": "patterns", "literals": ["bomb", "egg"], "shadow": true}),
        json!({"kind": "patterns", "literals": ["egg"], "action": "redact", "mask": "#"}),
    ];
    let came = Came::said(&chain(&filters).unwrap(), Strategy::Window, &["a bo", "mb e", "gg"]);
    assert_eq!(came.shown(), "a [removed] #");
    assert_eq!(came.verdicts(), [(Action::Redact, false, 2), (Action::Block, true, 1)]);
    assert_eq!(came.report.leaked_bytes, 0);
}

#[test]
fn a_hold_says_from_where() {
    let filters = [
        json!({"kind": "patterns", "literals": ["bomb"], "action": "hold"}),
        json!({"kind": "patterns", "literals": ["egg"], "action": "redact", "mask": "#"}),
    ];
    let chain = chain(&filters).unwrap();
    let mut lane = chain.lane(Script::Prose, Place::Answer, 1 << 16, Strategy::Window);
    let (mut shown, mut report) = (String::new(), Report::default());
    assert_eq!(lane.feed("eggs bo", &mut shown, &mut report), Flow::On);
    assert_eq!(lane.feed("mb egg", &mut shown, &mut report), Flow::Hold(3));
    assert_eq!(shown, "#s bomb #");
    assert_eq!(lane.feed(" and", &mut shown, &mut report), Flow::Hold(9));
    assert_eq!(lane.end(&mut shown, &mut report), Flow::Hold(13));
    assert_eq!(report.verdicts.len(), 2);
}

#[test]
fn filters_look_where_they_are_told_to() {
    use Place::{Answer, Prompt, Reasoning, ToolCalls};
    for (looks, places) in [
        (json!({}), &[Answer, Reasoning, ToolCalls][..]),
        (json!({"in": ["prompt"]}), &[Prompt]),
        (json!({"in": ["reasoning", "tool_calls"]}), &[Reasoning, ToolCalls]),
    ] {
        let chain = bomb(&looks);
        for place in [Prompt, Answer, Reasoning, ToolCalls] {
            let came = Came::of(&chain, (Script::Prose, place), Strategy::Window, &["bomb"]);
            let looked = places.contains(&place);
            assert_eq!(came.flow == Some(Flow::Stop), looked, "{looks} {}", place.as_str());
            assert_eq!(chain.looks_at(place), looked);
        }
        assert_eq!(chain.is_empty(), places == [Prompt]);
    }
}

#[test]
fn two_tokens_may_be_shown_where_the_third_waits() {
    let by = Strategy::TokenDebounce;
    let blocks = bomb(&json!({}));
    let came = Came::said(&blocks, by, &["a b", "o", "m", "b", "!"]);
    assert_eq!(came.steps, ["a b", "o", "", ""]);
    assert_eq!((came.flow, came.report.leaked_bytes), (Some(Flow::Stop), 2));
    let came = Came::said(&blocks, by, &["a b", "o", "m", "!", " b"]);
    assert_eq!(came.steps, ["a b", "o", "", "m!", " b", ""]);
    assert_eq!((came.flow, came.report.leaked_bytes), (Some(Flow::On), 0));
    let masks = bomb(&json!({"action": "redact", "mask": "#"}));
    let came = Came::said(&masks, by, &["a b", "o", "m", "b", "!"]);
    assert_eq!(came.steps, ["a b", "o", "", "#", "!", ""]);
    let came = Came::said(&masks, by, &["a bomb", " bo", "mb!"]);
    assert_eq!(came.steps, ["a #", " bo", "#!", ""]);
    assert_eq!((came.report.leaked_bytes, came.verdicts()), (2, vec![(Action::Redact, false, 2)]));
}

#[test]
fn what_is_only_detected_is_counted_with_what_it_shows() {
    let chain = chain(&[
        json!({"kind": "patterns", "literals": ["bomb", "mbx"]}),
        json!({"kind": "patterns", "literals": ["bomb"], "action": "score"}),
    ]);
    let came = Came::said(&chain.unwrap(), Strategy::DetectOnly, &["a bo", "mbx", " bomb"]);
    assert_eq!(came.steps, ["a bo", "mbx", " bomb", ""]);
    assert_eq!(came.verdicts(), [(Action::Block, false, 2), (Action::Score, false, 2)]);
    assert_eq!((came.report.leaked_bytes, came.report.held_bytes), (9, 0));
}

#[test]
fn problems_name_the_setting() {
    let problem = |rule: Value| {
        let mut filter = json!({"kind": "patterns", "literals": ["bomb"]});
        filter.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
        chain(&[filter]).unwrap_err()
    };
    for (rule, said) in [
        (json!({"action": "mask"}), "filters.it[0].action: `mask` is called `redact`"),
        (json!({"action": "stop"}), "filters.it[0].action: unknown variant `stop`"),
        (json!({"in": []}), "filters.it[0].in: must name some of"),
        (json!({"in": ["answer", "answer"]}), "filters.it[0].in: must name some of"),
        (json!({"in": ["image"]}), "filters.it[0].in: unknown variant `image`"),
        (json!({"shadow": "yes"}), "filters.it[0].shadow: invalid type"),
        (json!({"on_error": "ajar"}), "filters.it[0].on_error: unknown variant"),
        (json!({"threshold": 2}), "filters.it[0].threshold: must be from 0 to 1"),
    ] {
        let problem = problem(rule);
        assert!(problem.contains(said), "{problem}");
    }
}

static MASKS: LazyLock<Arc<Chain>> = LazyLock::new(|| {
    let literals = ["bomb", "77", "x,y", "a\":", "nzz"];
    let words = json!({"kind": "patterns", "literals": literals, "action": "redact", "mask": "#"});
    let all = ["secrets", "email", "phone", "card", "iban", "ssn"];
    chain(&[words, json!({"kind": "redact", "classes": all})]).unwrap()
});

fn arguments(by: Strategy, tokens: &[&str]) -> (String, Option<Flow>) {
    let came = Came::of(&MASKS, (Script::Json, Place::ToolCalls), by, tokens);
    (came.shown(), came.flow)
}

#[test]
fn masks_leave_json_or_end_the_choice() {
    for (text, shown, flow) in [
        (r#"{"q":"a bomb"}"#, r#"{"q":"a #"}"#, Flow::On),
        (r#"{"q":"a bo\u006db"}"#, r#"{"q":"a #"}"#, Flow::On),
        (r#"{"bomb":1}"#, r##"{"#":1}"##, Flow::On),
        (r#"{"card": 4111111111111111 }"#, r#"{"card": "[card]" }"#, Flow::On),
        ("4111111111111111", "\"[card]\"", Flow::On),
        ("[77,77]", r##"["#","#"]"##, Flow::On),
        ("[177]", "[1", Flow::Stop),
        ("[771]", "[", Flow::Stop),
        ("[77.5]", "[", Flow::Stop),
        (r#"["x,y"]"#, r##"["#"]"##, Flow::On),
        (r#"{"a":1}"#, r##"{"#"##, Flow::Stop),
        (r#"["\nzz"]"#, r#"["\"#, Flow::Stop),
        (r#"["-----BEGIN PRIVATE KEY-----"]"#, r#"["[secret]"#, Flow::Stop),
    ] {
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        for tokens in [&[text][..], &letters] {
            let came = arguments(Strategy::Window, tokens);
            assert_eq!(came, (shown.into(), Some(flow)), "{text}");
        }
    }
}

#[test]
fn what_a_debounced_mask_grows_by_is_hidden_only_inside_a_string() {
    let tokens = ["[\"jan", "e@x.org\\", "u00e9\"]"];
    let came = arguments(Strategy::TokenDebounce, &tokens);
    assert_eq!(came, ("[\"jan[email]\\".into(), Some(Flow::Stop)));
    let came = arguments(Strategy::Window, &tokens);
    assert_eq!(came, ("[\"[email]\"]".into(), Some(Flow::On)));
}

/// Values with things to be masked in them, of every kind.
fn values() -> impl Gives<Value = Value> {
    let pieces = prop::sample::select(&[
        "bomb",
        "bo",
        "mb",
        "ｂ",
        "a",
        "x,y",
        "\"",
        "\\",
        "\n",
        "jane@x.org",
        "77",
        "😀",
        "é",
        " ",
        "4111 1111 1111 1111",
        "-----BEGIN PRIVATE KEY",
        "-----END PRIVATE KEY-----",
        "sk-",
        "ABCDEFGHIJKLMNOPQRSTU",
    ]);
    let text = prop::collection::vec(pieces, 0..4).prop_map(|it| it.concat());
    let number = prop::sample::select(&[77_i64, 177, 771, 4_111_111_111_111_111, -77, 5]);
    let leaf = prop_oneof![
        text.clone().prop_map(Value::from),
        number.prop_map(Value::from),
        Just(json!(null)),
        Just(json!(77.5)),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..4)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

fn escaped(json: &str) -> String {
    let mut units = [0; 2];
    json.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
        out
    })
}

fn cut<'t>(text: &'t str, sizes: &[usize]) -> Vec<&'t str> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    for size in sizes.iter().cycle() {
        let at = rest.char_indices().nth(*size).map_or(rest.len(), |(at, _)| at);
        let (token, later) = rest.split_at(at);
        tokens.push(token);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    tokens
}

fn sizes() -> impl Gives<Value = Vec<usize>> {
    prop::collection::vec(1..12_usize, 1..5)
}

/// Words that a filter reads long before it finds something in them.
static DEBOUNCED: LazyLock<Arc<Chain>> = LazyLock::new(|| {
    let words = json!({"kind": "patterns", "literals": ["bomb", "mbxx", "abab"]});
    chain(&[json!({"kind": "redact", "classes": ["card"]}), words]).unwrap()
});

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn masked_arguments_are_json(value in values(), ascii: bool, pretty: bool, sizes in sizes()) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        let text = if ascii { escaped(&text) } else { text };
        let (shown, flow) = arguments(Strategy::Window, &[&text]);
        prop_assert_eq!(&arguments(Strategy::Window, &cut(&text, &sizes)), &(shown.clone(), flow));
        for (shown, flow) in [(shown, flow), arguments(Strategy::TokenDebounce, &cut(&text, &sizes))] {
            let read = serde_json::from_str::<Value>(&shown);
            prop_assert!(flow == Some(Flow::Stop) || read.is_ok(), "{} of {}", shown, text);
        }
    }

    #[test]
    fn a_debounced_match_shows_two_tokens_at_most(text in "[abomx 41]{0,40}", sizes in sizes()) {
        let tokens = cut(&text, &sizes);
        let whole = Came::said(&DEBOUNCED, Strategy::Window, &tokens).shown();
        let came = Came::said(&DEBOUNCED, Strategy::TokenDebounce, &tokens);
        let shown = came.shown();
        prop_assert!(text.starts_with(&shown) && shown.starts_with(&whole));
        let extra = shown.len() - whole.len();
        prop_assert_eq!(came.report.leaked_bytes, extra as u64);
        if came.flow == Some(Flow::Stop) {
            let ends = tokens.iter().scan(0, |end, token| { *end += token.len(); Some(*end) });
            let second = ends.filter(|end| *end > whole.len()).nth(1).unwrap_or(text.len());
            prop_assert!(shown.len() <= second, "{:?} of {:?}", shown, tokens);
        } else {
            prop_assert_eq!(&shown, &text);
        }
    }

    #[test]
    fn what_is_detected_does_not_depend_on_the_cut(text in "[abomx@.org 41]{0,40}", sizes in sizes()) {
        let one = Came::said(&MASKS, Strategy::DetectOnly, &[&text]);
        let other = Came::said(&MASKS, Strategy::DetectOnly, &cut(&text, &sizes));
        prop_assert_eq!(other.shown(), text);
        let sorted = |came: &Came| {
            let mut said: Vec<_> = came.report.verdicts.iter().map(|it| format!("{it:?}")).collect();
            said.sort();
            (said, came.report.leaked_bytes)
        };
        prop_assert_eq!(sorted(&one), sorted(&other));
    }
}

/// A secret in five spellings, and what looks much like it.
const SPELLINGS: &[(&str, &str)] = &[
    ("delta echo 7731", "delta ecko 7731"),
    ("ｄｅｌｔａ ｅｃｈｏ ７７３１", "ｄｅｌｔａ ｅｃｋｏ ７７３１"),
    ("del\u{200b}ta ec\u{2060}ho 77\u{ad}31", "del\u{200b}ta ec\u{2060}ko 77\u{ad}31"),
    ("DeLTa eChO 7731", "DeLTa eCkO 7731"),
    ("de\u{301}lta e\u{308}cho 7731", "de\u{301}lta e\u{308}cko 7731"),
];

/// Every way to look for it.
fn seekers() -> Vec<Value> {
    let hash = |words: &str| -> String {
        use sha2::Digest;
        let hash = sha2::Sha256::new_with_prefix("0123456789abcdef").chain_update(words).finalize();
        hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    };
    let header =
        ["algorithm: sha256", "salt: 0123456789abcdef", "words_max: 3", "produced_at: 2026-11-01"];
    let lines = header.into_iter().map(str::to_owned).chain([hash("delta echo 7731")]);
    vec![
        json!({"kind": "patterns", "literals": ["Delta Echo 7731"]}),
        json!({"kind": "patterns", "literals": ["delta echo 7731"], "word": true}),
        json!({"kind": "patterns", "regexes": ["D[e]lta (?:echo|golf) [0-9]{4}"]}),
        json!({"kind": "patterns", "regexes": [{"start": "delta echo", "then": "[0-9 ]"}]}),
        json!({"kind": "patterns", "lists": [{"literals": ["echo"], "regexes": [r"delta echo\s\d{4}"]}]}),
        json!({"kind": "hash_list", "hashes": lines.collect::<Vec<_>>()}),
    ]
}

static SEEKERS: LazyLock<Vec<[Arc<Chain>; 2]>> = LazyLock::new(|| {
    let with = |seeker: &Value, action: &str| {
        let mut filter = seeker.clone();
        filter["action"] = json!(action);
        if filter.get("lists").is_none() {
            filter["mask"] = json!("#");
        } else {
            filter["lists"][0]["mask"] = json!("#");
        }
        chain(&[filter]).unwrap()
    };
    seekers().iter().map(|it| [with(it, "block"), with(it, "redact")]).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_spelling_leaks_and_no_twin_is_touched(sizes in sizes(), doubled: bool) {
        for (nth, [blocks, redacts]) in SEEKERS.iter().enumerate() {
            for (secret, twin) in SPELLINGS {
                let text = format!("say {secret}, {}", if doubled { secret } else { "now" });
                let tokens = cut(&text, &sizes);
                let came = Came::said(blocks, Strategy::Window, &tokens);
                prop_assert_eq!((came.shown(), came.flow), ("say ".to_owned(), Some(Flow::Stop)));
                let came = Came::said(redacts, Strategy::Window, &tokens);
                let shown = if doubled { "say #, #" } else { "say #, now" };
                prop_assert_eq!(came.shown(), shown, "{} {}", nth, secret);
                let benign = format!("say {twin}, now");
                for chain in [blocks, redacts] {
                    let came = Came::said(chain, Strategy::Window, &cut(&benign, &sizes));
                    prop_assert_eq!(came.shown(), &*benign);
                }
            }
        }
    }
}

#[test]
fn a_category_does_not_say_that_a_filter_failed() {
    for word in ["hold_overflow", "broken_json"] {
        let filter = json!({"kind": "patterns", "literals": ["bomb"], "category": word});
        let told = chain(&[filter]).unwrap_err();
        assert!(told.contains(&format!("`{word}` is what a filter says that failed")), "{told}");
    }
}
