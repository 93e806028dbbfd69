//! The control plane; today the operations listener.
