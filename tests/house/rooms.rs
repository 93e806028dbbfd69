//! Rooms and registries: what lies at the top, and parts that are named where they are found.

use crate::source::{root, sources};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What the top level must hold.
const ROOMS: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "gateway",
    "admin",
    "config",
    "deploy",
    "loadtests",
    "tests",
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE",
    "clippy.toml",
    "rustfmt.toml",
    "rust-toolchain.toml",
    ".ci",
    ".gitignore",
];

/// What it may hold besides: tool files.
const TOOLS: &[&str] = &["justfile", "deny.toml", "typos.toml", ".cargo", ".git", ".config"];

/// A folder whose every part is named in a registry; a part is a file that has `mark`.
const REGISTRIES: &[Registry] = &[
    Registry {
        folder: "gateway/stream/src/filter",
        mark: "impl Filter for",
        names: "gateway/stream/src/filter/registry.rs",
    },
    Registry {
        folder: "gateway/stream/src/guard",
        mark: "impl Kind for",
        names: "gateway/stream/src/guard/registry.rs",
    },
    Registry {
        folder: "gateway/stream/src/dialect",
        mark: "impl Dialect for",
        names: "gateway/stream/src/dialect/registry.rs",
    },
    Registry {
        folder: "gateway/src/identify",
        mark: "impl Method for",
        names: "gateway/src/identify/mod.rs",
    },
];

struct Registry {
    folder: &'static str,
    mark: &'static str,
    names: &'static str,
}

#[test]
fn the_top_level_is_as_agreed() {
    let found: BTreeSet<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !ignored(name))
        .collect();
    let missing: Vec<_> = ROOMS.iter().filter(|room| !found.contains(**room)).collect();
    assert!(missing.is_empty(), "missing at the top: {missing:?}");
    let known = |name: &&String| !ROOMS.contains(&name.as_str()) && !TOOLS.contains(&name.as_str());
    let strange: Vec<_> = found.iter().filter(known).collect();
    assert!(strange.is_empty(), "strange at the top: {strange:?}");
}

/// What `.gitignore` names: it may lie about.
fn ignored(name: &str) -> bool {
    let text = fs::read_to_string(root().join(".gitignore")).unwrap();
    text.lines().map(|line| line.trim_matches('/')).any(|line| match line.strip_prefix('*') {
        Some(ending) => name.ends_with(ending),
        None => name == line,
    })
}

#[test]
fn every_part_is_registered() {
    for Registry { folder, mark, names } in REGISTRIES {
        let named = fs::read_to_string(root().join(names)).unwrap_or_default();
        let parts: BTreeSet<String> = sources(folder)
            .iter()
            .filter(|source| source.bare().contains(mark))
            .map(|source| part(folder, &source.path))
            .filter(|name| !["mod", "registry", "chain"].contains(&name.as_str()))
            .collect();
        assert!(!parts.is_empty(), "{folder}: no part has `{mark}`; tell this test the new mark");
        for name in parts {
            assert!(named.contains(&name), "{folder}/{name} is not named in {names}");
        }
    }
}

/// The file or folder directly under `folder` that holds `path`.
fn part(folder: &str, path: &Path) -> String {
    let inside = path.strip_prefix(folder).unwrap().with_extension("");
    inside.iter().next().unwrap().to_str().unwrap().to_owned()
}
