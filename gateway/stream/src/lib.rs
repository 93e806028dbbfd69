//! Answers as they pass: events, dialects, usage, filters. Sans-IO.
