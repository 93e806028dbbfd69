//! From the categories of guards to OpenAI's, in whose words `/v1/moderations` answers.
//!
//! A row says what a text of this category is in OpenAI's taxonomy, at least. Nothing is guessed:
//! where OpenAI has no such category, the row is empty.

/// OpenAI's categories, in the order of its documentation.
pub const OPENAI: [&str; 13] = [
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
];

/// Taxonomy and word, and what OpenAI calls it.
type Row = (&'static str, &'static [&'static str]);

const ROWS: &[Row] = &[
    // MLCommons, as Llama Guard writes them; the keys of AILuminate stand for the same.
    ("mlc:S1", &["violence", "illicit/violent"]),
    ("mlc:S2", &["illicit"]),
    ("mlc:S3", &["sexual", "illicit"]),
    ("mlc:S4", &["sexual/minors", "sexual"]),
    ("mlc:S5", &["harassment"]),
    ("mlc:S6", &[]),
    ("mlc:S7", &[]),
    ("mlc:S8", &[]),
    ("mlc:S9", &["illicit/violent"]),
    ("mlc:S10", &["hate"]),
    ("mlc:S11", &["self-harm"]),
    ("mlc:S12", &["sexual"]),
    ("mlc:S13", &[]),
    ("mlc:S14", &["illicit"]),
    ("mlc:vcr", &["violence", "illicit/violent"]),
    ("mlc:ncr", &["illicit"]),
    ("mlc:src", &["sexual", "illicit"]),
    ("mlc:cse", &["sexual/minors", "sexual"]),
    ("mlc:dfm", &["harassment"]),
    ("mlc:spc", &[]),
    ("mlc:prv", &[]),
    ("mlc:ipv", &[]),
    ("mlc:iwp", &["illicit/violent"]),
    ("mlc:hte", &["hate"]),
    ("mlc:ssh", &["self-harm"]),
    ("mlc:sxc", &["sexual"]),
    // Qwen3Guard.
    ("q3g:Violent", &["violence", "illicit/violent"]),
    ("q3g:Non-violent Illegal Acts", &["illicit"]),
    ("q3g:Sexual Content or Sexual Acts", &["sexual"]),
    ("q3g:PII", &[]),
    ("q3g:Suicide & Self-Harm", &["self-harm"]),
    ("q3g:Unethical Acts", &["harassment", "hate"]),
    ("q3g:Politically Sensitive Topics", &[]),
    ("q3g:Copyright Violation", &[]),
    ("q3g:Jailbreak", &[]),
    // ShieldGemma.
    ("gemma:dangerous_content", &["violence", "illicit/violent", "self-harm"]),
    ("gemma:harassment", &["harassment"]),
    ("gemma:hate_speech", &["hate"]),
    ("gemma:sexually_explicit", &["sexual"]),
    // Granite Guardian. `harm` is all of them together, so none of them for certain.
    ("granite:harm", &[]),
    ("granite:social_bias", &["hate"]),
    ("granite:jailbreak", &[]),
    ("granite:violence", &["violence"]),
    ("granite:profanity", &[]),
    ("granite:sexual_content", &["sexual"]),
    ("granite:unethical_behavior", &["illicit"]),
    // WildGuard and Prompt Guard say that, not what.
    ("wild:harmful_request", &[]),
    ("wild:harmful_response", &[]),
    ("pg:malicious", &[]),
    // What hosts enforce.
    ("policy:cyber", &["illicit"]),
    ("policy:bio", &["illicit/violent"]),
    ("policy:frontier_llm", &[]),
    ("policy:reasoning_extraction", &[]),
    ("policy:general_harms", &[]),
    ("policy:unsupported_region", &[]),
    ("policy:fraud_or_abuse", &["illicit"]),
    ("policy:high_harm", &["illicit/violent"]),
    ("policy:usage_policy_violation", &[]),
    ("policy:account_compromise", &[]),
    ("policy:unspecified", &[]),
];

/// What OpenAI calls a category such as `mlc:S9`. Nothing if it has no word for it, or if the
/// category is an operator's own.
pub fn openai(category: &str) -> &'static [&'static str] {
    if let Some(word) = category.strip_prefix("oai:") {
        let at = OPENAI.iter().position(|known| *known == word);
        return at.and_then(|at| OPENAI.get(at..=at)).unwrap_or_default();
    }
    ROWS.iter().find(|(known, _)| *known == category).map_or(&[], |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::super::{adapter, granite_guardian, registry};
    use super::*;
    use serde_json::{Value, json};
    use sluice_config::Problems;
    use std::collections::BTreeSet;

    /// The options with which an adapter of a kind looks for all it knows.
    fn widest(kind: &str) -> Value {
        match kind {
            "granite_guardian" => {
                json!({ "version": "3.2", "criteria": granite_guardian::HARMS })
            }
            "stream_guard" => json!({ "categories": ["cyber"] }),
            "gpt_oss_safeguard" => json!({ "policy": "p", "category": "cyber" }),
            _ => json!({}),
        }
    }

    #[test]
    fn every_category_of_every_adapter_has_a_row() {
        let rows: BTreeSet<&str> = ROWS.iter().map(|(category, _)| *category).collect();
        assert_eq!(rows.len(), ROWS.len(), "a category has two rows");
        for kind in registry::names() {
            let mut problems = Problems::default();
            let adapter = adapter::build(kind, &widest(kind), "guards.x", &mut problems);
            let adapter = adapter.unwrap_or_else(|| panic!("{kind}: {problems}"));
            for category in adapter.categories() {
                let theirs = category.as_str().strip_prefix("oai:");
                let known = rows.contains(category.as_str())
                    || theirs.is_some_and(|word| OPENAI.contains(&word));
                assert!(known, "{kind}: {category} has no row");
            }
        }
    }

    #[test]
    fn rows_name_what_openai_has_and_openai_is_itself() {
        for (category, words) in ROWS {
            assert!(words.iter().all(|word| OPENAI.contains(word)), "{category}");
            assert_eq!(openai(category), *words);
        }
        for word in OPENAI {
            assert_eq!(openai(&format!("oai:{word}")), [word]);
        }
        assert!(openai("policy:our_own").is_empty() && openai("oai:none").is_empty());
    }

    #[test]
    fn the_keys_of_ailuminate_are_the_hazards_in_order() {
        let keys =
            ["vcr", "ncr", "src", "cse", "dfm", "spc", "prv", "ipv", "iwp", "hte", "ssh", "sxc"];
        for (nth, key) in keys.iter().enumerate() {
            assert_eq!(openai(&format!("mlc:{key}")), openai(&format!("mlc:S{}", nth + 1)));
        }
    }
}
