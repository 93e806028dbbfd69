//! Floors: who may import whom.

use crate::source::{CRATES, Source, sources};
use std::path::Path;

/// The gateway's modules, lowest first; a module may import only from modules before it.
const FLOORS: &[&str] = &[
    "clock",
    "timer",
    "ids",
    "journal",
    "chunked",
    "scratch",
    "signal",
    "body",
    "refuse",
    "trail",
    "trust",
    "flights",
    "remote",
    "wire",
    "metrics",
    "tasks",
    "decisions",
    "world",
    "provenance",
    "kill",
    "call",
    "guard",
    "wards",
    "chains",
    "hub",
    "accept",
    "identify",
    "read",
    "entitle",
    "admit",
    "screen",
    "dispatch",
    "filter",
    "account",
    "moderation",
    "access",
    "reach",
    "snapshot",
    "node",
    "pipeline",
    "serve",
    "cli",
    "fuzzing",
    "lib",
    "main",
];

/// The steps of a call. One may import another only if it is the step just before it.
const STEPS: &[&str] =
    &["accept", "identify", "read", "entitle", "admit", "screen", "dispatch", "filter", "account"];

/// Crates on one floor, that know nothing of each other.
const SIBLINGS: &[(&str, &str)] = &[("sluice_store", "sluice_stream")];

#[test]
fn crates_import_downwards() {
    for (floor, (name, folder)) in CRATES.iter().enumerate() {
        for source in sources(folder).iter().filter(|source| owner(source) == *name) {
            let bare = source.bare();
            let names = |other: &str| bare.contains(&format!("{other}::"));
            for (above, _) in CRATES.iter().skip(floor + 1) {
                assert!(!names(above), "{}: {name} imports {above}", source.at());
            }
            for (one, other) in SIBLINGS {
                let meets = (name == one && names(other)) || (name == other && names(one));
                assert!(!meets, "{}: {one} and {other} are siblings", source.at());
            }
        }
    }
}

#[test]
fn modules_of_the_gateway_import_downwards() {
    for source in sources("gateway/src") {
        let own = module(&source.path);
        let floor = floor(&own).unwrap_or_else(|| panic!("{}: give it a floor", source.at()));
        for used in imported(&source) {
            let Some(theirs) = self::floor(&used) else { continue };
            assert!(theirs <= floor, "{}: {own} reaches up to {used}", source.at());
        }
    }
}

#[test]
fn a_step_imports_only_the_step_just_before_it() {
    let place = |name: &str| STEPS.iter().position(|step| *step == name);
    for source in sources("gateway/src") {
        let own = module(&source.path);
        let Some(at) = place(&own) else { continue };
        for used in imported(&source) {
            let far = place(&used).is_some_and(|theirs| theirs != at && theirs + 1 != at);
            assert!(!far, "{}: {own} skips a step to import {used}", source.at());
        }
    }
}

#[test]
fn reading_imports_sees_every_spelling() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let one = source(
        "gateway/src/read/json.rs",
        "//! x\nuse crate::{accept::Head, call, refuse::{Refusal, entitle}};\nuse super::super::node::Node;\nuse super::scan;\n// crate::cli\nfn f() { crate::tasks::x() }\n",
    );
    assert_eq!(imported(&one), ["accept", "call", "refuse", "tasks", "node"]);
    let two = source("gateway/src/read/mod.rs", "//! x\nuse super::node::Node;\n");
    assert_eq!(imported(&two), ["node"]);
}

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| *floor == name)
}

/// The crate a file belongs to: the one whose folder is the longest that holds it.
fn owner(source: &Source) -> &'static str {
    let holders = CRATES.iter().filter(|(_, folder)| source.path.starts_with(folder));
    holders.max_by_key(|(_, folder)| folder.len()).map(|(name, _)| *name).unwrap()
}

/// The top-level module a file of the gateway belongs to.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix("gateway/src").unwrap().with_extension("");
    inside.iter().next().unwrap().to_str().unwrap().to_owned()
}

/// How many `super::` lead from a file to the root of its crate.
fn depth(path: &Path) -> usize {
    let inside = path.strip_prefix("gateway/src").unwrap().with_extension("");
    let names: Vec<_> = inside.iter().collect();
    names.len() - usize::from(names.last().is_some_and(|name| *name == "mod"))
}

/// The top-level modules a file of the gateway names: by `crate::`, in braces or not, or by as
/// many `super::` as lead to the root.
fn imported(source: &Source) -> Vec<String> {
    let bare = source.bare();
    let climb = "super::".repeat(depth(&source.path));
    let mut found = named(&bare, "crate::");
    found.extend(named(&bare, "sluice_gateway::"));
    found.extend(named(&bare, &climb));
    found
}

fn named(text: &str, from: &str) -> Vec<String> {
    text.split(from).skip(1).flat_map(first_names).collect()
}

/// The first name of a path, or of each path of a brace group.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        let text = text.trim_start();
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let mut nested = 0_usize;
    let mut names = vec![name(group)];
    for (at, c) in group.char_indices() {
        match c {
            '{' => nested += 1,
            '}' if nested == 0 => break,
            '}' => nested -= 1,
            ',' if nested == 0 => names.push(name(group.get(at + 1..).unwrap_or_default())),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}
