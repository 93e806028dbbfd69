//! Which directives stop a call. Pure: the same orders stop the same calls on every node.

mod file;
mod orders;
mod set;

pub use file::read_orders;
pub use orders::{KillOrders, TooMany};
pub use set::{KillFacts, KillSet};

#[cfg(test)]
mod tests;
