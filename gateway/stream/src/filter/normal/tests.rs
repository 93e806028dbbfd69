//! What normal text is, and that no cut changes it.

use super::*;
use proptest::prelude::*;

/// The characters a tape holds, and where they stand in the original.
fn held(tape: &Tape) -> Vec<(char, Range<usize>)> {
    let text = String::from_utf8(tape.bytes(0..tape.end()).to_vec()).unwrap();
    let span = |at| tape.original_start(at)..tape.original_end(at);
    text.char_indices().map(|(at, c)| (c, span(at))).collect()
}

fn loose(text: &str) -> String {
    normalise(text, View::Loose)
}

#[test]
fn spellings_of_a_word_are_one() {
    for spelling in [
        "bomb",
        "BOMB",
        "bo\u{200b}mb",
        "b\u{ad}omb",
        "ｂｏｍｂ",
        "𝐛𝐨𝐦𝐛",
        "bömb",
        "bo\u{301}mb",
        "bоmb",
        "βomb",
        "ⓑⓞⓜⓑ",
        "🅱🅾🅼🅱",
        "b\u{e0001}omb",
        "ʙᴏᴍʙ",
        " bomb\n",
        "bo\u{fe0f}mb",
        "b\u{20dd}omb",
        "b\u{93e}omb",
    ] {
        assert_eq!(loose(spelling), "bomb", "{spelling:?}");
    }
    assert_eq!(loose("Straße  ist\u{a0}\n\tweiß"), "strasse ist weiss");
    assert_eq!(loose("ΣΊΣΥΦΟΣ"), loose("σίσυφος"));
    assert_eq!(loose("don’t — stop"), "don't - stop");
}

#[test]
fn marks_that_make_other_words_stay() {
    assert_ne!(loose("की"), loose("क"));
    assert_ne!(loose("น้ำ"), loose("นำ"));
    assert_ne!(loose("が"), loose("か"));
    assert_eq!(loose("か\u{3099}"), loose("が"));
    assert_eq!(loose("ｶﾞ"), loose("ガ"));
    assert_ne!(loose("각"), loose("가"));
    assert_eq!(loose("\u{1100}\u{1161}\u{11a8}"), loose("각"));
}

#[test]
fn exact_keeps_case_and_letters() {
    assert_eq!(normalise("ＡKIA bо", View::Exact), "AKIA bо");
}

#[test]
fn escapes_of_json_stand_for_characters() {
    let read = |text: &str| {
        let mut normal = Normal::new(View::Loose, Script::Json);
        normal.feed(text);
        normal.end();
        held(normal.tape())
    };
    assert_eq!(read("b\\u006F"), [('b', 0..1), ('o', 1..7)]);
    assert_eq!(read("\\ud83d\\ude00x"), [('😀', 0..12), ('x', 12..13)]);
    assert_eq!(read("\\n\\\"\\\\"), [(' ', 0..2), ('"', 2..4), ('\\', 4..6)]);
    assert_eq!(read("\\ude00"), [('\u{fffd}', 0..6)]);
}

#[test]
fn a_letter_of_the_table_is_what_reading_it_gives() {
    let mut known = 0;
    for c in (0x80..0x3000_u32).chain(0x4e00..0xa000).filter_map(char::from_u32) {
        let Some(letter) = letters::find(c) else { continue };
        known += 1;
        for (view, one) in [(View::Loose, letter.loose), (View::Exact, letter.exact)] {
            let mut normal = Normal::new(view, Script::Prose);
            normal.slowly(c, 0..c.len_utf8());
            assert_eq!((normal.pending(), normal.bare), (None, letter.bare), "{c}");
            assert_eq!(held(normal.tape()), [(one, 0..c.len_utf8())], "{c}");
        }
    }
    assert!(known > 22_000);
}

fn texts() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(
        "aZ é\u{301}\u{316}\u{93c}かｶﾞ\u{3099}가\u{1100}\u{1161}\u{11a8}ক\u{9c7}\u{9be}\u{200d}ß\u{fe0f}ﬁ中ا\u{653}\\u0d8n\"ﷺ㎏"
            .chars()
            .collect::<Vec<_>>(),
    );
    let plain = prop::sample::select(PLAIN).prop_map(str::to_owned);
    let piece = prop_oneof![
        8 => odd.prop_map(String::from),
        2 => any::<char>().prop_map(String::from),
        1 => plain,
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Text that is read many bytes at a time.
const PLAIN: &[&str] = &[
    "The quick brown fox jumps over the lazy dog.",
    "    let answer = 42;\n\n    Ok(answer)",
    "It\u{b}said C:\\u0041 and\tnothing else\r\nat all",
];

proptest! {
    #[test]
    fn no_cut_changes_it(text in texts(), cut in 0..400_usize, json: bool) {
        let script = if json { Script::Json } else { Script::Prose };
        let read = |parts: &[&str]| {
            let mut normal = Normal::new(View::Loose, script);
            for part in parts {
                normal.feed(part);
                // What is given out lies before what is pending.
                let last = normal.tape().end().checked_sub(1);
                if let (Some(pending), Some(last)) = (normal.pending(), last) {
                    assert!(normal.tape().original_end(last) <= pending);
                }
            }
            normal.end();
            held(normal.tape())
        };
        let at = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let (left, right) = text.split_at(at);
        let chars: Vec<String> = text.chars().map(String::from).collect();
        let chars: Vec<&str> = chars.iter().map(String::as_str).collect();
        let whole = read(&[&text]);
        prop_assert_eq!(&read(&[left, right]), &whole);
        prop_assert_eq!(&read(&chars), &whole);
    }

    #[test]
    fn it_is_nfkc_where_nothing_is_folded(text in "[\u{900}-\u{97f}\u{980}-\u{9ff}\u{3041}-\u{3096}\u{3099}\u{30a1}-\u{30fa}\u{1100}-\u{11ff}\u{ac00}-\u{ac40}\u{ff66}-\u{ff9f}]{0,30}") {
        let text: String = text.chars().filter(|c| !sight::is_unseen(*c)).collect();
        let mut normal = Normal::new(View::Exact, Script::Prose);
        normal.feed(&text);
        normal.end();
        let out: String = held(normal.tape()).into_iter().map(|(c, _)| c).collect();
        // A mark with nothing before it is dropped.
        let kept = text.trim_start_matches(is_combining_mark);
        prop_assert_eq!(out, kept.nfkc().collect::<String>());
    }
}
