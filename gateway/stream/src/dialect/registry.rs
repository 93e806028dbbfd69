//! Every dialect there is.

use super::Dialect;
use sluice_config::words::Operation;

/// The dialect an operation is answered in.
pub(crate) fn find(operation: Operation) -> &'static dyn Dialect {
    match operation {
        Operation::Chat => &super::openai_chat::Chat,
        Operation::Completion => &super::openai_completions::Completions,
        Operation::Embedding
        // The answers of those below are not read yet. None is an embedding, so each is a fault.
        | Operation::Response
        | Operation::Rerank
        | Operation::Score
        | Operation::Message
        | Operation::CountTokens
        | Operation::OllamaChat
        | Operation::OllamaGenerate => &super::embeddings::Embeddings,
    }
}
