//! What can be asked of a model.

mod facts;

use super::Dialect;
use facts::Facts;
pub use facts::{Fields, Prompts, Streaming, Work};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing a caller can ask of a model. Everything else is 404 and never reaches a backend.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `POST /v1/chat/completions`
    Chat,
    /// `POST /v1/completions`
    Completion,
    /// `POST /v1/responses`
    Response,
    /// `POST /v1/embeddings`
    Embedding,
    /// `POST /v1/rerank`
    Rerank,
    /// `POST /v1/score`
    Score,
    /// `POST /v1/messages`
    Message,
    /// `POST /v1/messages/count_tokens`
    CountTokens,
    /// `POST /api/chat`
    OllamaChat,
    /// `POST /api/generate`
    OllamaGenerate,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 10] = [
        Self::Chat,
        Self::Completion,
        Self::Response,
        Self::Embedding,
        Self::Rerank,
        Self::Score,
        Self::Message,
        Self::CountTokens,
        Self::OllamaChat,
        Self::OllamaGenerate,
    ];

    /// The operation of a path, byte for byte.
    pub fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.path() == path)
    }

    /// Its place in [`Self::ALL`], for tables by operation.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The word used in the configuration, in metrics and in usage rows.
    pub fn as_str(self) -> &'static str {
        self.facts().word
    }

    /// The path, here and at a backend.
    pub fn path(self) -> &'static str {
        self.facts().path
    }

    /// How it is written.
    pub fn dialect(self) -> Dialect {
        self.facts().dialect
    }

    /// What it has a model do.
    pub fn work(self) -> Work {
        self.facts().work
    }

    /// Whether it has a model write tokens.
    pub fn generates(self) -> bool {
        self.work() == Work::Writes
    }

    /// How many prompts the pieces of one call are.
    pub fn prompts(self) -> Prompts {
        self.facts().prompts
    }

    /// Whether its answer can come as a stream.
    pub fn streaming(self) -> Streaming {
        self.facts().streaming
    }

    /// What its request fields are called.
    pub fn fields(self) -> &'static Fields {
        &self.facts().fields
    }

    /// What the id of its answer begins with; empty where answers have no id.
    pub fn id_prefix(self) -> &'static str {
        self.facts().id_prefix
    }

    /// What the conventions of OpenTelemetry call it, where they have a word.
    pub fn gen_ai(self) -> &'static str {
        self.facts().gen_ai
    }

    fn facts(self) -> &'static Facts {
        match self {
            Self::Chat => &facts::CHAT,
            Self::Completion => &facts::COMPLETION,
            Self::Response => &facts::RESPONSE,
            Self::Embedding => &facts::EMBEDDING,
            Self::Rerank => &facts::RERANK,
            Self::Score => &facts::SCORE,
            Self::Message => &facts::MESSAGE,
            Self::CountTokens => &facts::COUNT_TOKENS,
            Self::OllamaChat => &facts::OLLAMA_CHAT,
            Self::OllamaGenerate => &facts::OLLAMA_GENERATE,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_has_its_own_word_and_path_in_its_place() {
        let words: HashSet<_> = Operation::ALL.map(Operation::as_str).into();
        let paths: HashSet<_> = Operation::ALL.map(Operation::path).into();
        assert_eq!((words.len(), paths.len()), (Operation::ALL.len(), Operation::ALL.len()));
        for (index, operation) in Operation::ALL.into_iter().enumerate() {
            assert_eq!(operation.index(), index);
            assert_eq!(Operation::at(operation.path()), Some(operation));
            let written = serde_json::to_value(operation).unwrap();
            assert_eq!(written, operation.as_str(), "one word in the file and everywhere else");
        }
        for dialect in Dialect::ALL {
            assert_eq!(serde_json::to_value(dialect).unwrap(), dialect.as_str());
        }
    }

    #[test]
    fn only_what_writes_can_stream() {
        for operation in Operation::ALL {
            let streams = operation.streaming() != Streaming::Never;
            assert_eq!(streams, operation.generates(), "{operation}");
        }
    }
}
