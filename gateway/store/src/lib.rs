//! What is kept: records, ledger, and the directory in front of them.
