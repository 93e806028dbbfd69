//! What normal text is, and that no cut changes it.

use super::*;
use proptest::prelude::*;

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
        let mut out = Vec::new();
        normal.feed(text, &mut |c, span| out.push((c, span)));
        normal.end(&mut |c, span| out.push((c, span)));
        out
    };
    assert_eq!(read("b\\u006F"), [('b', 0..1), ('o', 1..7)]);
    assert_eq!(read("\\ud83d\\ude00x"), [('😀', 0..12), ('x', 12..13)]);
    assert_eq!(read("\\n\\\"\\\\"), [(' ', 0..2), ('"', 2..4), ('\\', 4..6)]);
    assert_eq!(read("\\ude00"), [('\u{fffd}', 0..6)]);
}

fn texts() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(
        "aZ é\u{301}\u{316}\u{93c}かｶﾞ\u{3099}가\u{1100}\u{1161}\u{11a8}ক\u{9c7}\u{9be}\u{200d}ß\u{fe0f}ﬁ中ا\u{653}\\u0d8n\"ﷺ㎏"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(prop_oneof![4 => odd, 1 => any::<char>()], 0..40)
        .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn no_cut_changes_it(text in texts(), cut in 0..120_usize, json: bool) {
        let script = if json { Script::Json } else { Script::Prose };
        let read = |parts: &[&str]| {
            let mut normal = Normal::new(View::Loose, script);
            let mut out = Vec::new();
            for part in parts {
                normal.feed(part, &mut |c, span| out.push((c, span)));
                // What is given out lies before what is pending.
                if let (Some(pending), Some((_, last))) = (normal.pending(), out.last()) {
                    assert!(last.end <= pending);
                }
            }
            normal.end(&mut |c, span| out.push((c, span)));
            out
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
        let mut out = String::new();
        let mut normal = Normal::new(View::Exact, Script::Prose);
        normal.feed(&text, &mut |c, _| out.push(c));
        normal.end(&mut |c, _| out.push(c));
        // A mark with nothing before it is dropped.
        let kept = text.trim_start_matches(is_combining_mark);
        prop_assert_eq!(out, kept.nfkc().collect::<String>());
    }
}
