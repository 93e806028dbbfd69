//! Every dialect there is.

use super::Dialect;
use sluice_config::words::Operation;

/// The dialect an operation is answered in.
pub(crate) fn find(operation: Operation) -> &'static dyn Dialect {
    match operation {
        Operation::Chat => &super::openai_chat::Chat,
        Operation::Completion => &super::openai_completions::Completions,
        Operation::Embedding => &super::embeddings::Embeddings,
        Operation::Response => &super::openai_responses::Responses,
        Operation::Message => &super::anthropic::Messages,
        Operation::CountTokens => &super::anthropic::CountTokens,
        Operation::Rerank => &super::rerank::Rerank,
        Operation::Score => &super::score::Score,
        Operation::OllamaChat => &super::ollama::CHAT,
        Operation::OllamaGenerate => &super::ollama::GENERATE,
    }
}
