//! Orders as a file has them: `directives` and `restores`.

use super::KillOrders;
use crate::file::{At, parse};
use crate::words::{KILLS_MAX, KillDirective, Restore};
use crate::{Positions, Problems};
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::Arc;

/// Reads `text` as if it were the kill file at `path`.
///
/// # Errors
///
/// Every problem there is; not only the first.
pub fn read_orders(text: &str, path: &Path) -> Result<KillOrders, Problems> {
    let mut problems = Positions::new(path, None).problems();
    if text.trim().is_empty() {
        return Ok(KillOrders::default());
    }
    let Some(root) = parse(text, &mut problems).map(Arc::new) else { return Err(problems) };
    problems.place(Positions::new(path, Some(Arc::clone(&root))));
    let at = At::root(&root);
    at.only(&["directives", "restores"], &mut problems);
    let directives: Vec<KillDirective> = list(at, "directives", &mut problems);
    let restores: Vec<Restore> = list(at, "restores", &mut problems);
    let mut orders = KillOrders::default();
    for (index, directive) in directives.into_iter().enumerate() {
        if orders.directives.iter().any(|known| known.id == directive.id) {
            problems.note(&format!("directives[{index}].id"), "another directive has this id");
        }
        orders.directives.insert(Arc::new(directive));
    }
    orders.restores.extend(restores.into_iter().map(Arc::new));
    problems.clear(orders)
}

fn list<T: DeserializeOwned>(root: At<'_>, key: &str, problems: &mut Problems) -> Vec<T> {
    let Some(mut entries) = root.entries(problems) else { return Vec::new() };
    let Some((_, at)) = entries.find(|(name, _)| *name == key) else { return Vec::new() };
    let Some(items) = at.items(problems) else { return Vec::new() };
    if items.len() > KILLS_MAX {
        at.note(format!("more than {KILLS_MAX}"), problems);
        return Vec::new();
    }
    let mut read = Vec::new();
    for item in items {
        match serde_json::from_value(item.node.json()) {
            Ok(order) => read.push(order),
            Err(error) => item.note(error.to_string(), problems),
        }
    }
    read
}
