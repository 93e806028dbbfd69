//! What a backend says instead of an answer, as a refusal of our own. Its words never show: they
//! name paths, models and versions. What they mean is read where callers act on it.

use super::Failure;
use super::backend::Patience;
use super::wire::{Body, Head};
use crate::refuse::{Refusal, RefusalCode};
use memchr::memmem;
use std::future::poll_fn;
use std::time::Duration;
use tokio::time::timeout;

/// As much of an error as is looked at.
const LOOKED_AT: usize = 16 * 1024;

/// The refusal a rejection becomes, and how it counts against the backend.
pub(super) async fn refusal(
    head: Head,
    body: Body,
    patience: Patience,
) -> (Refusal, Option<Failure>) {
    let why = format!("the backend answered {} {:?}", head.status, head.content);
    let (refusal, fault) = match head.status {
        400 | 413 | 422 => (asked_wrongly(body, patience).await, None),
        // 529 is how Anthropic's dialect says it.
        429 | 503 | 529 => (busy(), None),
        408 | 504 => (late(), Some(Failure::Timeout)),
        500..=599 => (broken(), Some(Failure::Answer)),
        // 200 of another kind, redirects, and what says that we are not set up to ask it.
        _ => (broken(), None),
    };
    (refusal.because(why), fault)
}

async fn asked_wrongly(body: Body, patience: Patience) -> Refusal {
    let text = beginning(body, patience.idle.min(Duration::from_secs(2))).await;
    // llama.cpp names the type, vLLM and SGLang write the sentence.
    let signs = [
        &b"exceed_context_size"[..],
        b"maximum context length",
        b"context length",
        b"prompt is too long",
    ];
    if signs.iter().any(|sign| memmem::find(&text, sign).is_some()) {
        let message = "the prompt and answer exceed the maximum context length of this model; \
                       shorten the prompt or lower max_tokens";
        return Refusal::new(RefusalCode::ContextLengthExceeded, message);
    }
    let message = "the model does not accept this request; check its parameters";
    Refusal::new(RefusalCode::UpstreamRejected, message)
}

async fn beginning(mut body: Body, time: Duration) -> Vec<u8> {
    let mut text = Vec::new();
    // Whatever came in time is looked at.
    let _late = timeout(time, gather(&mut body, &mut text)).await.is_err();
    text
}

async fn gather(body: &mut Body, text: &mut Vec<u8>) {
    let mut more = true;
    while more && text.len() < LOOKED_AT {
        let mut keep = |piece: &[u8]| {
            let room = LOOKED_AT.saturating_sub(text.len()).min(piece.len());
            text.extend_from_slice(piece.get(..room).unwrap_or_default());
        };
        more = poll_fn(|cx| body.poll_pieces(cx, &mut keep)).await.is_ok_and(|more| more);
    }
}

fn busy() -> Refusal {
    let message = "the server of this model is busy; try again shortly";
    Refusal::new(RefusalCode::Overloaded, message).after(Duration::from_secs(1))
}

fn late() -> Refusal {
    let message = "the server of this model did not answer in time; try again";
    Refusal::new(RefusalCode::UpstreamTimeout, message)
}

/// An answer that is not one.
pub(super) fn broken() -> Refusal {
    let message = "the server of this model answered wrongly; try again";
    Refusal::new(RefusalCode::UpstreamError, message)
}
