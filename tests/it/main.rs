//! End to end, one binary.
