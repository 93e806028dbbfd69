//! What a scalar means: the core schema of YAML 1.2.

use super::tree::Value;
use saphyr_parser::ScalarStyle;
use serde_json::Number;

/// Reads a scalar. What is quoted or a block is text, whatever it looks like.
pub(crate) fn read(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.into());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Empty,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::Text(text.into()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let numeric = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && unsigned.contains(|any: char| any.is_ascii_digit())
        && unsigned.chars().all(|any| any.is_ascii_digit() || ".eE+-".contains(any));
    if !numeric {
        return None;
    }
    if let Ok(whole) = text.parse::<u64>() {
        return Some(whole.into());
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    Number::from_f64(text.parse().ok()?)
}

fn radix(digits: &str, radix: u32) -> Option<Number> {
    let bare = !digits.starts_with(['+', '-']);
    bare.then(|| u64::from_str_radix(digits, radix).ok()).flatten().map(Number::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_mean_what_yaml_says() {
        let read = |text| read(text, ScalarStyle::Plain);
        assert!(matches!(read("~"), Value::Empty));
        assert!(matches!(read("true"), Value::Bool(true)));
        assert!(matches!(read("no"), Value::Text(_)), "1.2 has no yes and no");
        for (text, json) in [("12", "12"), ("-3", "-3"), ("0x10", "16"), ("1.5", "1.5")] {
            let Value::Number(number) = read(text) else { panic!("{text}") };
            assert_eq!(number.to_string(), json);
        }
        for text in ["9f2c", "2026-11-01", "1.2.3", ".inf", "127.0.0.1:80", "-", "+", "0x+1", "."] {
            assert!(matches!(read(text), Value::Text(_)), "{text}");
        }
    }
}
