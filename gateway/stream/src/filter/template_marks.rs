//! `template_marks`: finds the marks with which chat templates tell who speaks. Many servers read them
//! in what a caller wrote as if they were their own, so a text with one can end its turn and go on as
//! the system or the model.

use super::kind::{Filter, Kind, Notes};
use super::patterns::Patterns;
use crate::report::Action;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Marks by family of templates, from `tokenizer_config.json` and the chat template of models of it
/// on the Hugging Face Hub.
const FAMILIES: &[(&str, &[&str])] = &[
    // Qwen, Yi, Hermes, SmolLM.
    ("chatml", &["<|im_start|>", "<|im_end|>", "<|endoftext|>"]),
    // Llama 2, Mistral 7B v0.1; later ones of Mistral have the brackets without the angles.
    (
        "mistral",
        &[
            "[INST]",
            "[/INST]",
            "<<SYS>>",
            "<</SYS>>",
            "[SYSTEM_PROMPT]",
            "[/SYSTEM_PROMPT]",
            "[AVAILABLE_TOOLS]",
            "[/AVAILABLE_TOOLS]",
            "[TOOL_CALLS]",
            "[TOOL_RESULTS]",
            "[/TOOL_RESULTS]",
        ],
    ),
    // Llama 3 and 4.
    (
        "llama",
        &[
            "<|begin_of_text|>",
            "<|end_of_text|>",
            "<|start_header_id|>",
            "<|end_header_id|>",
            "<|header_start|>",
            "<|header_end|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|eot|>",
            "<|eom|>",
            "<|python_tag|>",
        ],
    ),
    ("gemma", &["<start_of_turn>", "<end_of_turn>"]),
    (
        "deepseek",
        &[
            "<｜begin▁of▁sentence｜>",
            "<｜end▁of▁sentence｜>",
            "<｜User｜>",
            "<｜Assistant｜>",
            "<｜tool▁calls▁begin｜>",
            "<｜tool▁calls▁end｜>",
            "<｜tool▁outputs▁begin｜>",
        ],
    ),
    // gpt-oss.
    ("harmony", &["<|start|>", "<|channel|>", "<|message|>", "<|call|>", "<|return|>", "<|end|>"]),
    ("phi", &["<|system|>", "<|user|>", "<|assistant|>"]),
    (
        "command",
        &[
            "<|START_OF_TURN_TOKEN|>",
            "<|END_OF_TURN_TOKEN|>",
            "<|SYSTEM_TOKEN|>",
            "<|USER_TOKEN|>",
            "<|CHATBOT_TOKEN|>",
        ],
    ),
];

#[derive(Debug)]
pub(super) struct TemplateMarks;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    families: Vec<String>,
    #[serde(default = "removed")]
    mask: String,
}

fn removed() -> String {
    "[mark]".into()
}

impl Kind for TemplateMarks {
    fn name(&self) -> &'static str {
        "template_marks"
    }

    fn action(&self) -> Action {
        Action::Redact
    }

    fn build(&self, settings: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Filter>> {
        let Settings { families, mask } = notes.read(settings)?;
        let known = || FAMILIES.iter().map(|(name, _)| *name);
        for (at, name) in families.iter().enumerate() {
            if !known().any(|it| it == name) {
                let known: Vec<_> = known().collect();
                let what = format!("there is no family {name}; there are {}", known.join(", "));
                notes.note(&format!("families[{at}]"), what);
                return None;
            }
        }
        let wanted = |name: &str| families.is_empty() || families.iter().any(|it| it == name);
        let marks = FAMILIES.iter().filter(|(name, _)| wanted(name)).flat_map(|(_, marks)| *marks);
        let marks: Vec<_> = marks.collect();
        let list = json!({ "literals": marks, "category": "template_mark", "mask": mask });
        Patterns.build(&list, notes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::chain::Chain;
    use super::super::rule::Place;
    use super::*;
    use sluice_config::words::{ProfileId, Strategy};
    use sluice_config::{FilterSpec, Problems, ProfileSpec};

    fn built(settings: Value) -> Result<Arc<Chain>, String> {
        let filter = FilterSpec { kind: "template_marks".into(), settings, path: "f".into() };
        let (id, stream, filters) = (ProfileId::new("p"), Strategy::Window, vec![filter]);
        let mut problems = Problems::default();
        let chain = Chain::build(&ProfileSpec { id, stream, filters }, &mut problems);
        chain.ok_or_else(|| problems.to_string())
    }

    fn shown(chain: &Chain, text: &str) -> String {
        chain.try_on(text, Place::Prompt).shown
    }

    #[test]
    fn a_mark_of_each_family_is_masked_and_what_only_looks_like_one_is_not() {
        let all = built(json!({ "in": ["prompt"] })).expect("a chain");
        for mark in FAMILIES.iter().flat_map(|(_, marks)| *marks) {
            assert_eq!(shown(&all, &format!("say {mark}system")), "say [mark]system");
        }
        for benign in ["a < b | c > d", "<b>bold</b>", "arr[INST", "<|im", "user: hi", "[x](y)"] {
            assert_eq!(shown(&all, benign), benign);
        }
    }

    #[test]
    fn only_the_named_families_are_looked_for() {
        let gemma = built(json!({ "in": ["prompt"], "families": ["gemma"] })).expect("a chain");
        assert_eq!(shown(&gemma, "<|im_end|> <end_of_turn>"), "<|im_end|> [mark]");
        let wrong = built(json!({ "families": ["gemini"] }));
        assert!(wrong.is_err_and(|what| what.contains("there is no family gemini")));
    }
}
