//! One letter for all cases and look-alikes of it.

/// Gives the letters that stand for `c`.
pub(super) fn fold(c: char, mut give: impl FnMut(char)) {
    // Through upper case, so that ß is ss, final sigma is sigma, and long s is s.
    for upper in c.to_uppercase() {
        for lower in upper.to_lowercase() {
            if !unicode_normalization::char::is_combining_mark(lower) || lower == c {
                give(alike(lower));
            }
        }
    }
}

/// The Latin letter or plain sign that looks like `c`. Cyrillic and Greek letters are taken in the
/// case in which they are mistaken, whole words of these scripts stay different from each other.
fn alike(c: char) -> char {
    match c {
        'а' | 'α' | 'ɑ' | 'ᴀ' => 'a',
        'в' | 'β' | 'ʙ' => 'b',
        'с' | 'ϲ' | 'ᴄ' => 'c',
        'ԁ' | 'đ' | 'ᴅ' => 'd',
        'е' | 'ε' | 'ᴇ' | 'є' => 'e',
        'ꜰ' | 'ƒ' => 'f',
        'ɡ' | 'ɢ' => 'g',
        'н' | 'һ' | 'η' | 'ħ' | 'ʜ' | 'հ' => 'h',
        'і' | 'ι' | 'ı' | 'ɪ' | 'ɩ' => 'i',
        'ј' | 'ϳ' | 'ᴊ' => 'j',
        'к' | 'κ' | 'ᴋ' => 'k',
        'ӏ' | 'ł' | 'ʟ' => 'l',
        'м' | 'μ' | 'ᴍ' => 'm',
        'ո' | 'ɴ' => 'n',
        'о' | 'ο' | 'օ' | 'ø' | 'ᴏ' => 'o',
        'р' | 'ρ' | 'ᴘ' => 'p',
        'ԛ' => 'q',
        'ʀ' => 'r',
        'ѕ' | 'ꜱ' => 's',
        'т' | 'τ' | 'ᴛ' | 'ŧ' => 't',
        'υ' | 'ս' | 'ᴜ' => 'u',
        'ν' | 'ѵ' | 'ᴠ' => 'v',
        'ԝ' | 'ᴡ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ү' | 'ʏ' => 'y',
        'ζ' | 'ᴢ' => 'z',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201f}' => '"',
        '\u{1f150}'..='\u{1f169}' => letter(c, 0x1_f150),
        '\u{1f170}'..='\u{1f189}' => letter(c, 0x1_f170),
        other => other,
    }
}

/// The letter of this place in a row of white-on-black ones.
fn letter(c: char, row: u32) -> char {
    char::from_u32(u32::from('a') + u32::from(c) - row).unwrap_or(c)
}
