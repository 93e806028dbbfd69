//! Reranking and scoring: texts judged beside one another.
//!
//! Sources: vLLM's OpenAI-compatible server, and the rerank APIs of Jina and Cohere it follows.

use super::openai::COMMON;
use super::{Field, TOKENS_MAX, Use};
use crate::read::rule::Rule;

pub(super) const RERANKS: &[&[Field]] = &[RERANK, COMMON];
pub(super) const SCORES: &[&[Field]] = &[SCORE, COMMON];

const RERANK: &[Field] = &[
    ("query", Use::Send(Rule::Text)),
    // Documents other than text are refused: no filter reads an image yet.
    ("documents", Use::Send(Rule::List(&Rule::Text))),
    ("top_n", Use::Send(Rule::Count(0, 65_536))),
    ("return_documents", Use::Send(Rule::Flag)),
    ("truncate_prompt_tokens", Use::Send(Rule::Count(1, TOKENS_MAX))),
];

const SCORE: &[Field] = &[
    ("text_1", Use::Send(Rule::TextOr(&Rule::List(&Rule::Text)))),
    ("text_2", Use::Send(Rule::TextOr(&Rule::List(&Rule::Text)))),
    ("truncate_prompt_tokens", Use::Send(Rule::Count(1, TOKENS_MAX))),
];
