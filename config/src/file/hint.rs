//! "Did you mean": the known word nearest to an unknown one.

/// A few edits make a slip; more make another word.
const EDITS_MAX: usize = 2;
/// Longer words are not compared: nobody's slip is that long.
const WORD_BYTES_MAX: usize = 64;

/// More words are not compared.
const KNOWN_MAX: usize = 100;

/// `; did you mean …?`, or the few words there are, or nothing.
pub(crate) fn near(word: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .take(KNOWN_MAX)
        .map(|known| (edits(word, known), known))
        .filter(|(edits, known)| *edits <= EDITS_MAX.min(known.len() / 2))
        .min_by_key(|(edits, _)| *edits);
    match nearest {
        Some((_, known)) => format!("; did you mean `{known}`?"),
        None if (1..=12).contains(&known.len()) => format!("; known here: {}", known.join(", ")),
        None => String::new(),
    }
}

fn edits(left: &str, right: &str) -> usize {
    if left.len() > WORD_BYTES_MAX || right.len() > WORD_BYTES_MAX {
        return usize::MAX;
    }
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, from) in left.chars().enumerate() {
        let (mut above_left, mut before) = (index, index + 1);
        for (cell, to) in row.iter_mut().skip(1).zip(&right) {
            let change = above_left + usize::from(from != *to);
            above_left = *cell;
            *cell = change.min(before + 1).min(above_left + 1);
            before = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_seen_and_strangers_are_not() {
        assert_eq!(edits("ceiling", "celing"), 1);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", ""), 3);
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(near("celing", &["unit", "ceiling"]), "; did you mean `ceiling`?");
        assert_eq!(near("x", &["unit", "ceiling"]), "; known here: unit, ceiling");
    }
}
