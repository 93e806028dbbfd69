//! The words of graduated access and the policy written in them.
//!
//! Nothing here waits, listens or keeps: text comes in, a [`Policy`] comes out, and
//! [`decide::entitle`] answers who may use what. Every other crate may import this one; this one
//! imports none of them.

pub mod decide;
pub mod policy;
pub mod words;

pub use policy::Policy;
