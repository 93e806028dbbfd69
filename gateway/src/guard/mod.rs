//! Asking guards: remote classifiers, over connections of their own.
//!
//! A [`Guard`] answers in time or says why it cannot: [`Unavailable`]. What becomes of a text that
//! could not be judged is the filter's to say. Equal questions are asked once; what was answered is
//! kept for a while, what failed never is. Dropping a question closes its connections, which is how
//! a guard learns that nobody waits. What guards use is billed to nobody.

mod asking;
mod breaker;
mod gather;
mod guards;
mod kept;
mod server;
mod together;
mod unavailable;

pub use asking::Guard;
pub use guards::Guards;
pub use sluice_stream::guard::{
    Adapter, Category, Exchange, Judgement, Role, Subject, Turn, Verdict,
};
pub use unavailable::Unavailable;
