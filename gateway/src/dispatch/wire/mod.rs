//! HTTP/1.1 towards backends: a small codec of our own.
//!
//! hyper's client hands over one frame a chunk, and each becomes a write of ours; a token stream
//! then costs ten times what it must. Here a read of the socket is decoded where it lies, all of
//! its chunks go through the filters in one go, and what may leave is written once. Dropping a
//! connection closes it, which is how a backend learns that its caller has left.

mod body;
mod connection;
mod request;
mod response;

pub(crate) use body::Body;
pub(crate) use connection::{Connection, NoHead, Secure};
pub(crate) use request::{Target, encode};
pub(crate) use response::{Content, Head};
