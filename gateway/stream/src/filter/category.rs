//! What filters may call what they find: a word of the operator's own, or a word of a taxonomy that
//! others know too.

use crate::guard::OPENAI;

/// Taxonomies by the prefix of their words, as the crosswalk has them: those of MLCommons, of OpenAI
/// and of guards, and what hosts enforce.
const TAXONOMIES: &[&str] = &["mlc", "oai", "q3g", "gemma", "granite", "wild", "pg", "policy"];

/// Bytes of a category: it is a word, not a text.
const BYTES_MAX: usize = 64;

/// Checks a category: `launch_code`, or `taxonomy:word`.
pub(super) fn check(category: &str) -> Result<(), String> {
    let long = !(1..=BYTES_MAX).contains(&category.len());
    match category.split_once(':') {
        _ if long => Err(format!("must be 1 to {BYTES_MAX} bytes")),
        None if category.chars().all(is_own) => Ok(()),
        None => Err("must be a word of lower-case letters, digits and underscores, or one of a \
                     taxonomy, such as mlc:S9"
            .into()),
        Some((taxonomy, _)) if !TAXONOMIES.contains(&taxonomy) => {
            Err(format!("there is no taxonomy {taxonomy}; there are {}", TAXONOMIES.join(", ")))
        }
        Some(("oai", word)) if !OPENAI.contains(&word) => {
            Err(format!("OpenAI has no category {word}; it has {}", OPENAI.join(", ")))
        }
        Some(("policy", word)) if word.is_empty() || !word.chars().all(is_own) => {
            Err("behind policy: must be lower-case letters, digits and underscores".into())
        }
        Some((taxonomy, word)) if word.trim().is_empty() || !word.chars().all(is_theirs) => {
            Err(format!("behind {taxonomy}: must be a word as the taxonomy writes it"))
        }
        Some(_) => Ok(()),
    }
}

fn is_own(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
}

/// Whether a taxonomy writes it: `self-harm/intent`, `Suicide & Self-Harm`, `S9`.
fn is_theirs(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '&' | ' ')
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn words_of_ones_own_and_of_known_taxonomies() {
        for good in [
            "launch_code",
            "mlc:S9",
            "oai:self-harm/intent",
            "q3g:Suicide & Self-Harm",
            "policy:cyber",
            "policy:our_own",
            "gemma:hate_speech",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "Launch",
            "launch code",
            "mcl:S9",
            ":S9",
            "mlc:",
            "mlc: ",
            "mlc:S9:x",
            "mlc:S\n9",
            "oai:hatred",
            "policy:Cyber",
            "policy:",
            "q3g:\u{e9}",
            &"x".repeat(65),
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
