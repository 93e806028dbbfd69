//! Ways to spell a text that a reader takes for the same, and how to read them.

/// Plain, full-width, with zero-width characters, in mixed case, with combining marks.
pub(super) const SPELLINGS: &[fn(&str) -> String] =
    &[str::to_owned, full_width, zero_width, mixed_case, combining];

fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        ' ' => '\u{3000}',
        other => other,
    };
    text.chars().map(wide).collect()
}

fn zero_width(text: &str) -> String {
    text.chars().flat_map(|c| [c, '\u{200b}']).collect()
}

fn mixed_case(text: &str) -> String {
    let mixed = text.chars().enumerate().map(
        |(at, c)| {
            if at % 2 == 0 { c.to_ascii_uppercase() } else { c }
        },
    );
    mixed.collect()
}

fn combining(text: &str) -> String {
    text.chars()
        .flat_map(|c| [Some(c), c.is_ascii_alphabetic().then_some('\u{301}')])
        .flatten()
        .collect()
}

/// What a text says, however it is spelled: only what [`SPELLINGS`] make.
pub(super) fn plainly(text: &str) -> String {
    let letter = |c: char| match c {
        '\u{200b}' | '\u{301}' => None,
        '\u{3000}' => Some(' '),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        other => Some(other),
    };
    text.chars().filter_map(letter).map(|c| c.to_ascii_lowercase()).collect()
}
