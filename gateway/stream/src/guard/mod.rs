//! Asking a guard: a remote model that classifies. To add an adapter: one file here and one line in
//! [`registry`].
//!
//! An [`Adapter`] knows one guard's words: it turns an [`Exchange`] into request bodies, and replies
//! into a [`Judgement`]. It sends nothing, waits for nothing and keeps nothing. Whatever it cannot
//! read is [`Verdict::Unparsable`], which is never safe.

mod adapter;
mod crosswalk;
mod exchange;
mod gpt_oss_safeguard;
mod granite_guardian;
mod inert;
mod judgement;
mod llama_guard;
mod moderations;
mod odds;
mod prompt_guard;
mod qwen3guard;
mod registry;
mod reply;
mod request;
mod shieldgemma;
mod stream_guard;
mod wildguard;

pub use adapter::{Adapter, LIST_MAX, Unaskable, build};
pub use crosswalk::{OPENAI, openai};
pub use exchange::{Exchange, Role, Session, Subject, Turn};
pub use judgement::{Category, Judgement, Verdict};
pub use request::Request;
