//! The table of operations: one entry each, what everything else asks about them.

use crate::words::Dialect;

/// What an operation has a model do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Work {
    /// Read a prompt and write tokens.
    Writes,
    /// Read a prompt: what comes back are numbers.
    Reads,
    /// Nothing: the server counts the tokens of a prompt that no model reads.
    Counts,
}

/// How many prompts the pieces of one call are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Prompts {
    /// One, whatever its messages: they must fit the window together.
    One,
    /// Each piece is one: it must fit the window by itself.
    Several,
}

/// Whether an answer can come as a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Streaming {
    /// No.
    Never,
    /// If the caller asks for it.
    OnRequest,
    /// Unless the caller asks for a whole answer.
    ByDefault,
}

/// What the fields of a request are called, as a caller is told which one to change.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    /// The prompt.
    pub prompt: &'static str,
    /// The most tokens to write.
    pub output_tokens: &'static str,
    /// Stop sequences.
    pub stops: &'static str,
    /// Alternatives shown a token.
    pub logprobs: &'static str,
    /// The form of the answer.
    pub format: &'static str,
    /// The temperature.
    pub temperature: &'static str,
    /// The nucleus.
    pub top_p: &'static str,
}

/// All that is known of an operation.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) word: &'static str,
    pub(super) path: &'static str,
    pub(super) dialect: Dialect,
    pub(super) work: Work,
    pub(super) prompts: Prompts,
    pub(super) streaming: Streaming,
    pub(super) fields: Fields,
    pub(super) id_prefix: &'static str,
    pub(super) gen_ai: &'static str,
}

pub(super) const CHAT: Facts = Facts {
    word: "chat",
    path: "/v1/chat/completions",
    dialect: Dialect::OpenAi,
    work: Work::Writes,
    prompts: Prompts::One,
    streaming: Streaming::OnRequest,
    fields: Fields {
        prompt: "messages",
        output_tokens: "max_tokens",
        stops: "stop",
        logprobs: "logprobs",
        format: "response_format",
        temperature: "temperature",
        top_p: "top_p",
    },
    id_prefix: "chatcmpl-",
    gen_ai: "chat",
};

pub(super) const COMPLETION: Facts = Facts {
    word: "completion",
    path: "/v1/completions",
    prompts: Prompts::Several,
    fields: Fields { prompt: "prompt", ..CHAT.fields },
    id_prefix: "cmpl-",
    gen_ai: "text_completion",
    ..CHAT
};

pub(super) const RESPONSE: Facts = Facts {
    word: "response",
    path: "/v1/responses",
    fields: Fields {
        prompt: "input",
        output_tokens: "max_output_tokens",
        logprobs: "top_logprobs",
        format: "text.format",
        ..CHAT.fields
    },
    id_prefix: "resp_",
    ..CHAT
};

pub(super) const EMBEDDING: Facts = Facts {
    word: "embedding",
    path: "/v1/embeddings",
    work: Work::Reads,
    prompts: Prompts::Several,
    streaming: Streaming::Never,
    fields: Fields { prompt: "input", ..CHAT.fields },
    id_prefix: "embd-",
    gen_ai: "embeddings",
    ..CHAT
};

pub(super) const RERANK: Facts = Facts {
    word: "rerank",
    path: "/v1/rerank",
    fields: Fields { prompt: "documents", ..CHAT.fields },
    id_prefix: "rerank-",
    gen_ai: "rerank",
    ..EMBEDDING
};

pub(super) const SCORE: Facts = Facts {
    word: "score",
    path: "/v1/score",
    fields: Fields { prompt: "text_2", ..CHAT.fields },
    id_prefix: "score-",
    gen_ai: "score",
    ..EMBEDDING
};

pub(super) const MESSAGE: Facts = Facts {
    word: "message",
    path: "/v1/messages",
    dialect: Dialect::Anthropic,
    fields: Fields { stops: "stop_sequences", format: "output_config.format", ..CHAT.fields },
    id_prefix: "msg_",
    ..CHAT
};

pub(super) const COUNT_TOKENS: Facts = Facts {
    word: "count_tokens",
    path: "/v1/messages/count_tokens",
    work: Work::Counts,
    streaming: Streaming::Never,
    id_prefix: "",
    gen_ai: "count_tokens",
    ..MESSAGE
};

pub(super) const OLLAMA_CHAT: Facts = Facts {
    word: "ollama_chat",
    path: "/api/chat",
    dialect: Dialect::Ollama,
    streaming: Streaming::ByDefault,
    fields: Fields {
        output_tokens: "options.num_predict",
        stops: "options.stop",
        format: "format",
        temperature: "options.temperature",
        top_p: "options.top_p",
        ..CHAT.fields
    },
    id_prefix: "",
    ..CHAT
};

pub(super) const OLLAMA_GENERATE: Facts = Facts {
    word: "ollama_generate",
    path: "/api/generate",
    fields: Fields { prompt: "prompt", ..OLLAMA_CHAT.fields },
    gen_ai: "text_completion",
    ..OLLAMA_CHAT
};
