//! The leak proof: whatever the dialect, the channel, the spelling, the cut and the order of
//! choices, what is forbidden is not on the wire, and what is not forbidden is, as it was.

mod spelling;

use crate::speak::{self, AROUND, Channel, End, Heard, Said, Speak, as_json};
use crate::support::{chain, plan};
use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_config::words;
use sluice_stream::filter::Chain;
use sluice_stream::{Plan, Relay, whole};
use spelling::{SPELLINGS, plainly};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// Words of which each is forbidden, and the end of one begins another.
const FORBIDDEN: &[&str] = &["nerve agent", "agent orange", "bomb", "mbo"];

/// Words that are not, however near they come.
const BENIGN: &[&str] = &[
    "nerve",
    " gents of change",
    "bom ",
    " b o m b ",
    "tomb ",
    "é ",
    "орех ",
    "ひらがな",
    "ﬁ",
    "1 2 ",
];

/// Strategies that leak nothing, and the one that may show two tokens of a match.
const STRATEGIES: &[words::Strategy] =
    &[words::Strategy::Window, words::Strategy::FullBuffer, words::Strategy::TokenDebounce];

/// A chain of each strategy that ends a choice before what is forbidden, or masks it.
fn chains(filter: &Value) -> Vec<Arc<Chain>> {
    let chains = STRATEGIES.iter().map(|strategy| chain(&json!([filter]), *strategy));
    chains.collect()
}

static BLOCKS: LazyLock<Vec<Arc<Chain>>> =
    LazyLock::new(|| chains(&json!({"kind": "patterns", "literals": FORBIDDEN})));

static MASKS: LazyLock<Vec<Arc<Chain>>> = LazyLock::new(|| {
    let (action, mask) = ("redact", "#");
    chains(&json!({"kind": "patterns", "literals": FORBIDDEN, "action": action, "mask": mask}))
});

/// One answer to try: on which dialect, what is said, and how its bytes are cut.
#[derive(Clone, Debug)]
struct Trial {
    dialect: usize,
    strategy: usize,
    said: Vec<Said>,
    sizes: Vec<usize>,
}

/// Texts of up to two choices on all channels of one dialect, in any order, cut into pieces of any
/// number of characters; some spell what is forbidden, unless only benign ones are wanted.
fn trials(benign: bool) -> impl Strategy<Value = Trial> {
    let words = if benign { BENIGN.to_vec() } else { [BENIGN, FORBIDDEN].concat() };
    (0..speak::ALL.len()).prop_flat_map(move |dialect| {
        let (choices, channels) = (speak::ALL[dialect].choices(), speak::ALL[dialect].channels());
        let text =
            (prop::collection::vec(prop::sample::select(words.clone()), 1..4), 0..SPELLINGS.len())
                .prop_map(move |(words, how)| {
                    let text = words.concat();
                    if benign { text } else { SPELLINGS[how](&text) }
                });
        let one = (0..choices, prop::sample::select(channels), text, 1..7_usize);
        let said = prop::collection::vec(one, 1..6).prop_map(|all| {
            all.into_iter()
                .flat_map(|(choice, channel, text, size)| pieces(choice, channel, &text, size))
                .collect()
        });
        let sizes = prop::collection::vec(1..60_usize, 1..4);
        let trial = (said, sizes, 0..STRATEGIES.len());
        trial.prop_map(move |(said, sizes, strategy): (Vec<Said>, _, _)| {
            // A name must be there before the arguments: of each call it comes in one go.
            Trial { dialect, strategy, said: as_json(&names_first(&said)), sizes }
        })
    })
}

/// The name of a call is there before its arguments.
fn names_first(said: &[Said]) -> Vec<Said> {
    let called = said.iter().position(|it| it.channel == Channel::Arguments);
    let (begun, rest) = said.split_at(called.unwrap_or(said.len()));
    let (names, others): (Vec<Said>, Vec<Said>) =
        rest.iter().cloned().partition(|it| it.channel == Channel::Name);
    [begun, &names, &others].concat()
}

fn pieces(choice: u64, channel: Channel, text: &str, size: usize) -> Vec<Said> {
    let letters: Vec<char> = text.chars().collect();
    let piece = |letters: &[char]| Said { choice, channel, text: letters.iter().collect() };
    letters.chunks(size).map(piece).collect()
}

impl Trial {
    fn dialect(&self) -> &'static dyn Speak {
        speak::ALL[self.dialect]
    }

    fn strategy(&self) -> words::Strategy {
        STRATEGIES[self.strategy]
    }

    fn plan(&self, chains: &[Arc<Chain>]) -> Plan {
        let choices_max = u32::try_from(self.dialect().choices()).unwrap();
        let chain = Some(Arc::clone(&chains[self.strategy]));
        Plan { chain, choices_max, ..plan(self.dialect().operation()) }
    }

    /// What is on the wire after each piece of the backend's bytes.
    fn relayed(&self, plan: &Plan, sizes: &[usize]) -> Vec<Vec<u8>> {
        let wire = self.dialect().stream(&self.said);
        let (mut relay, mut out, mut seen) = (Relay::new(plan), Vec::new(), Vec::new());
        for piece in crate::answers::cut(&wire, sizes) {
            relay.push(piece, &mut out);
            seen.push(out.clone());
        }
        relay.end(&mut out);
        seen.push(out);
        seen
    }

    /// The most that may be shown of a text that a filter ends.
    fn shown_max<'t>(&self, (choice, channel): (u64, Channel), text: &'t str) -> &'t str {
        let before = before(text);
        // A name is judged in one piece.
        if self.strategy() != words::Strategy::TokenDebounce || channel == Channel::Name {
            return before;
        }
        let of = self.said.iter().filter(|it| it.choice == choice && it.channel == channel);
        let ends = of.scan(0, |end, said| {
            *end += said.text.len();
            Some(*end)
        });
        let two = ends.filter(|end| *end > before.len()).nth(1);
        two.map_or(text, |end| &text[..end])
    }

    fn said(&self) -> BTreeMap<(u64, Channel), String> {
        let mut texts: BTreeMap<_, String> = BTreeMap::new();
        for Said { choice, channel, text } in &self.said {
            texts.entry((*choice, *channel)).or_default().push_str(text);
        }
        texts
    }
}

/// What is forbidden and shown, if anything.
fn leak(heard: &Heard) -> Option<String> {
    let mut texts = heard.texts.values().map(|text| plainly(text));
    texts.find(|text| FORBIDDEN.iter().any(|word| text.contains(word)))
}

/// What a text may show before a filter stops it: all before the first forbidden word, if there is
/// one, and nothing of it.
fn before(text: &str) -> &str {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let mut parts = ends.map(|end| &text[..end]);
    let Some(part) = parts.find(|part| FORBIDDEN.iter().any(|it| plainly(part).ends_with(it)))
    else {
        return text;
    };
    let longest =
        FORBIDDEN.iter().filter(|it| plainly(part).ends_with(**it)).max_by_key(|it| it.len());
    let starts = part.char_indices().map(|(at, _)| at).rev();
    let mut starts = starts.filter(|at| plainly(&part[*at..]) == **longest.unwrap());
    &part[..starts.next().unwrap()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn nothing_forbidden_is_ever_on_the_wire(trial in trials(false), masks: bool) {
        let plan = trial.plan(if masks { &MASKS } else { &BLOCKS });
        for out in trial.relayed(&plan, &trial.sizes) {
            let heard = trial.dialect().read(&out);
            prop_assert_eq!(leak(&heard), None, "{}", String::from_utf8_lossy(&out));
        }
        let body = whole(&plan, &trial.dialect().whole(&trial.said)).unwrap().body;
        let heard = trial.dialect().read_whole(&body);
        prop_assert_eq!(leak(&heard), None, "{}", String::from_utf8_lossy(&body));
    }

    #[test]
    fn of_a_match_is_shown_what_its_strategy_says(trial in trials(false)) {
        let outs = trial.relayed(&trial.plan(&BLOCKS), &trial.sizes);
        let heard = trial.dialect().read(outs.last().unwrap());
        for (place, text) in trial.said() {
            let shown = heard.texts.get(&place).map_or("", String::as_str);
            let most = trial.shown_max(place, &text);
            prop_assert!(most.starts_with(shown), "{:?}: {:?} of {:?}", place, shown, text);
        }
        for (choice, end) in &heard.ends {
            let forbidden = trial.said().iter().any(|((of, _), text)| of == choice && before(text) != text);
            prop_assert_eq!(*end == End::Filtered, forbidden);
            let shown = heard.texts.keys().any(|(of, _)| of == choice);
            let buffered = trial.strategy() == words::Strategy::FullBuffer;
            prop_assert!(!(buffered && forbidden && shown), "a part of it was shown");
        }
    }

    #[test]
    fn what_is_benign_passes_as_it_was(trial in trials(true)) {
        for chain in [&*MASKS, &*BLOCKS] {
            let outs = trial.relayed(&trial.plan(chain), &trial.sizes);
            let heard = trial.dialect().read(outs.last().unwrap());
            prop_assert_eq!(&heard.texts, &trial.said());
            prop_assert!(heard.done && heard.ends.values().all(|end| *end == End::Stop));
            let whole = whole(&trial.plan(chain), &trial.dialect().whole(&trial.said)).unwrap();
            let heard = trial.dialect().read_whole(&whole.body);
            prop_assert_eq!(&heard.texts, &trial.said());
        }
    }

    #[test]
    fn no_cut_changes_what_is_on_the_wire(trial in trials(false), masks: bool) {
        let chain = if masks { &MASKS } else { &BLOCKS };
        let once = trial.relayed(&trial.plan(chain), &[usize::MAX]);
        for sizes in [&trial.sizes[..], &[1]] {
            let cut = trial.relayed(&trial.plan(chain), sizes);
            prop_assert_eq!(once.last(), cut.last());
        }
    }
}

#[test]
fn arguments_are_said_inside_of_json() {
    let said = [Said { choice: 0, channel: Channel::Arguments, text: "x".into() }];
    let all: String = as_json(&said).into_iter().map(|it| it.text).collect();
    assert_eq!(all, [AROUND.0, "x", AROUND.1].concat());
}
