//! Arguments of calls in dialects that write them as an object, not as text.

use super::{Tool, on_one_line};
use crate::wire::Text;
use serde_json::value::RawValue;

/// Whether the arguments of all these calls are objects: what a filter made of them need not be.
pub(super) fn are_objects(tools: &[Tool<'_>]) -> bool {
    tools.iter().all(|tool| tool.arguments.as_ref().is_none_or(is_object))
}

/// Leaves out calls that a filter cut off: a caller could run a tool without what it was to be told.
pub(super) fn only_complete(tools: &mut Vec<Tool<'_>>) {
    let complete = |text: &Text<'_>| !text.is_empty() && is_object(text);
    tools.retain(|tool| tool.arguments.as_ref().is_none_or(complete));
}

/// Whether it is the JSON of an object; none at all is as good as an empty one.
pub(super) fn is_object(arguments: &Text<'_>) -> bool {
    let text = arguments.as_str();
    text.is_empty() || (text.starts_with('{') && serde_json::from_str::<&RawValue>(text).is_ok())
}

/// Writes arguments as an object: an empty one where they are none.
pub(super) fn write(arguments: Option<&Text<'_>>, out: &mut Vec<u8>) {
    match arguments.filter(|text| !text.is_empty() && is_object(text)) {
        Some(arguments) => on_one_line(arguments.as_str().as_bytes(), out),
        None => out.extend_from_slice(b"{}"),
    }
}
