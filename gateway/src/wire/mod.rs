//! HTTP/1.1 framing, read strictly before hyper sees it.
//!
//! hyper hides from a service what smuggling is made of: a content length beside a transfer
//! coding arrives as the coding alone, a doubled length as one. So each connection is read
//! through a [`Guarded`] stream that lets a head pass only once it is complete and strict, and
//! follows the body to know where the next head begins. A head that is refused never reaches
//! hyper: in its place goes a request of our own, with a method no client can send, that names
//! the fault; the service answers that and the connection closes.

mod fault;
mod glance;
mod guard;
mod head;
mod lines;
mod set;
mod unread;
mod watch;
mod write;

pub(crate) use fault::Fault;
pub(crate) use glance::until_odd;
pub(crate) use guard::Guarded;
pub(crate) use head::HeadLimits;
#[cfg(fuzzing)]
pub(crate) use head::parse;
#[cfg(fuzzing)]
pub(crate) use unread::Unread;
pub(crate) use watch::{Deadlines, Watch};
