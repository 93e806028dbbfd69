//! Paced mock backend, open-loop driver, peers side by side.
