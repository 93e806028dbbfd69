//! Text that can end no template.
//!
//! A guard's prompt is a template with special tokens and section marks. Tokenisers read them in a
//! caller's text as well, so a text that holds `<|eot_id|>` or `<END CONVERSATION>` could end the
//! part that is judged and go on as the guard's own instructions. Each such mark gets a space after
//! its first sign: a person reads the same, a tokeniser reads plain text.

use std::borrow::Cow;

/// What follows `<` in a mark. Compared without regard to ASCII case; a mark begins so.
const AFTER_ANGLE: &[&str] = &[
    "|",
    "｜",
    "s>",
    "/s>",
    "<sys",
    "</sys",
    "bos>",
    "eos>",
    "pad>",
    "unk>",
    "mask>",
    "start_of_",
    "end_of_",
    "begin",
    "end ",
    "end_",
    "/end",
    "guardian",
    "/guardian",
    "think",
    "/think",
    "no-think",
    "score",
    "/score",
];

/// What follows `[` in a mark.
const AFTER_BRACKET: &[&str] =
    &["inst]", "/inst]", "cls]", "sep]", "mask]", "pad]", "unk]", "bos]", "eos]"];

/// The text with its marks broken up.
pub(super) fn inert(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut copied = 0;
    for (at, sign) in text.match_indices(['<', '[']) {
        let after = at + sign.len();
        let (Some(rest), Some(so_far)) = (text.get(after..), text.get(copied..after)) else {
            continue;
        };
        if begins_mark(sign, rest) {
            plain.push_str(so_far);
            plain.push(' ');
            copied = after;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    plain.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(plain)
}

/// The text, inert, in which no line begins like one of `marks`, a template's own lines: such a
/// line is quoted.
pub(super) fn inert_lines(text: &str, marks: &[&str]) -> String {
    let mut plain = String::with_capacity(text.len());
    for (nth, line) in text.split('\n').enumerate() {
        if nth > 0 {
            plain.push('\n');
        }
        if marks.iter().any(|mark| begins(line.trim_start(), mark)) {
            plain.push_str("> ");
        }
        plain.push_str(&inert(line));
    }
    plain
}

fn begins_mark(sign: &str, rest: &str) -> bool {
    let marks = if sign == "<" { AFTER_ANGLE } else { AFTER_BRACKET };
    marks.iter().any(|mark| begins(rest, mark))
}

fn begins(text: &str, mark: &str) -> bool {
    text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MARKS: &[&str] = &[
        "<|eot_id|>",
        "<|im_end|>",
        "<END CONVERSATION>",
        "<BEGIN UNSAFE CONTENT CATEGORIES>",
        "<end_of_turn>",
        "<start_of_turn>",
        "[/INST]",
        "[inst]",
        "</s>",
        "<<SYS>>",
        "<guardian>",
        "</score>",
        "<think>",
        "[SEP]",
        "<|start_of_role|>",
        "<｜User｜>",
    ];

    #[test]
    fn marks_are_broken_up_and_other_text_is_left_alone() {
        assert_eq!(inert("a <|eot_id|> b"), "a < |eot_id|> b");
        assert_eq!(inert("x[/INST]y</S>"), "x[ /INST]y< /S>");
        for fine in ["", "if a < b && c > d", "<p>text</p>", "list[0]", "a | b", "<span>"] {
            assert!(matches!(inert(fine), Cow::Borrowed(same) if same == fine), "{fine}");
        }
    }

    #[test]
    fn lines_of_a_template_are_quoted() {
        let text = "fine\n  answers: [/INST]\nAI assistant:\nno";
        let plain = inert_lines(text, &["Answers:", "AI assistant:"]);
        assert_eq!(plain, "fine\n>   answers: [ /INST]\n> AI assistant:\nno");
    }

    proptest! {
        #[test]
        fn no_mark_survives_and_nothing_else_changes(
            parts in proptest::collection::vec(
                prop_oneof![
                    proptest::sample::select(MARKS).prop_map(str::to_owned),
                    "[<\\[|a-zA-Z/ >\\]]{0,6}",
                    ".{0,4}",
                ],
                0..8,
            ),
        ) {
            let text = parts.concat();
            let plain = inert(&text).to_lowercase();
            for mark in MARKS {
                prop_assert!(!plain.contains(&mark.to_lowercase()), "{mark} in {plain:?}");
            }
            let bare = |text: &str| text.replace(' ', "");
            prop_assert_eq!(bare(&inert(&text)), bare(&text));
            let once = inert(&text).into_owned();
            prop_assert_eq!(inert(&once).into_owned(), once, "twice is once");
        }
    }
}
