//! Keys of one object that are the same.

use super::cursor::Spelling;
use super::tape::unescape;

/// Whether two of these keys are the same. Few are compared as they lie, each with each; many are
/// sorted first.
pub(super) fn has_twins(keys: &mut [&[u8]], spelling: Spelling) -> bool {
    if spelling == Spelling::Escaped {
        let mut keys: Vec<_> = keys.iter().map(|quoted| unescape(quoted)).collect();
        return sorted_twins(&mut keys);
    }
    if keys.len() > 8 {
        return sorted_twins(keys);
    }
    let mut rest = &*keys;
    while let Some((key, after)) = rest.split_first() {
        if after.contains(key) {
            return true;
        }
        rest = after;
    }
    false
}

fn sorted_twins<T: Ord>(keys: &mut [T]) -> bool {
    keys.sort_unstable();
    keys.array_windows().any(|[one, other]| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn twins_are_what_a_set_drops(
            keys in proptest::collection::vec(("[a-d]{1,3}", any::<bool>()), 0..20),
        ) {
            let quote = |(key, escaped): &(String, bool)| match key.strip_prefix('a') {
                Some(rest) if *escaped => format!("\"\\u0061{rest}\""),
                _ => format!("\"{key}\""),
            };
            let written: Vec<_> = keys.iter().map(quote).collect();
            let distinct: BTreeSet<_> = keys.iter().map(|(key, _)| key).collect();
            let escaped = written.iter().any(|key| key.contains('\\'));
            let spelling = if escaped { Spelling::Escaped } else { Spelling::Plain };
            let mut quoted: Vec<_> = written.iter().map(String::as_bytes).collect();
            prop_assert_eq!(has_twins(&mut quoted, spelling), distinct.len() < keys.len());
        }
    }
}
