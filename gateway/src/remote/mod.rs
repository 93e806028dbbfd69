//! Servers that we ask and that serve no model: guards, the Hub. Whole requests, whole answers,
//! over connections that are kept open for a while.

mod connection;
mod site;

pub(crate) use connection::{Connection, Secure};
pub(crate) use site::{Question, Reply, Silent, Site, bearer};
