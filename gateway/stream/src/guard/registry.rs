//! Every kind of guard there is.

use super::adapter::Kind;

const KINDS: &[&dyn Kind] = &[
    &super::llama_guard::LlamaGuard,
    &super::qwen3guard::Qwen3Guard,
    &super::shieldgemma::ShieldGemma,
    &super::granite_guardian::GraniteGuardian,
    &super::wildguard::WildGuard,
    &super::prompt_guard::PromptGuard,
    &super::gpt_oss_safeguard::GptOssSafeguard,
    &super::moderations::Moderations,
    &super::stream_guard::StreamGuard,
];

/// The kind of this name.
pub(super) fn find(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}

/// The names of all kinds.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.name())
}
