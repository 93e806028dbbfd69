//! What may leave. To add a filter: one file or folder here and one line in [`registry`].
//!
//! A filter reads one text from its first character to its last and says what it found, and up to
//! where the text is clear. It never sees what is done about it: the lane passes what is clear,
//! puts masks in, and holds the rest back, so no filter can lose or change text by mistake.

mod act;
mod category;
mod chain;
mod delay;
mod findings;
mod guard;
mod hash_list;
mod json;
mod kind;
mod lane;
mod normal;
mod patterns;
mod redact;
mod registry;
mod rule;
mod score;
mod shape;
mod shown;
mod spans;
mod stage;
mod template_marks;
mod twice;
mod ward;

pub use chain::{Chain, Tried};
pub use delay::{Delay, tokens};
pub(crate) use guard::GUARD;
pub use kind::Dated;
pub(crate) use lane::{Flow, Lane, Script};
pub use rule::{OnError, Place, Rule};
pub use spans::Span;
pub(crate) use ward::UNAVAILABLE;
pub use ward::{Asks, Heard, Silence, Stop, TOO_LONG, Turns, Ward, When};

#[cfg(test)]
mod tests;
