//! Every kind of filter there is.

use super::kind::Kind;

const KINDS: &[&dyn Kind] = &[
    &super::patterns::Patterns,
    &super::redact::Redact,
    &super::hash_list::HashList,
    &super::guard::Guard,
    &super::template_marks::TemplateMarks,
];

/// The kind of this name.
pub(super) fn find(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}

/// The names of all kinds.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.name())
}
