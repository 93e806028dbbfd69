//! Reading our own source.

use std::fs;
use std::path::{Path, PathBuf};

/// Every crate and where its source lies, lowest floor first.
pub(crate) const CRATES: &[(&str, &str)] = &[
    ("sluice_config", "config/src"),
    ("sluice_store", "gateway/store/src"),
    ("sluice_stream", "gateway/stream/src"),
    ("sluice_admin", "admin/src"),
    ("sluice_gateway", "gateway/src"),
    ("sluice_tests", "tests"),
    ("sluice_loadtests", "loadtests"),
];

/// One file of ours.
pub(crate) struct Source {
    /// From the root of the checkout.
    pub(crate) path: PathBuf,
    /// All of it.
    pub(crate) text: String,
}

impl Source {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        Self { path, text }
    }

    /// The text before the tests at its bottom.
    pub(crate) fn code(&self) -> &str {
        self.text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default()
    }

    /// The code without comment lines: what the compiler reads.
    pub(crate) fn bare(&self) -> String {
        let kept = self.code().lines().filter(|line| !line.trim_start().starts_with("//"));
        kept.fold(String::new(), |text, line| text + line + "\n")
    }

    /// Its place, for messages.
    pub(crate) fn at(&self) -> String {
        self.path.display().to_string()
    }
}

/// The checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every Rust file under a folder of the checkout.
pub(crate) fn sources(under: &str) -> Vec<Source> {
    files(Path::new(under))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(Source::read)
        .collect()
}

/// Every file under a folder of the checkout, but what tools leave behind.
pub(crate) fn files(under: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(root().join(under)) else {
        return found;
    };
    for entry in entries {
        let entry = entry.unwrap();
        let path = under.join(entry.file_name());
        let left_behind = ["target", "corpus", "artifacts", "node_modules", ".venv", "__pycache__"];
        match entry.file_type().unwrap().is_dir() {
            true if left_behind.iter().any(|name| path.ends_with(name)) => {}
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}
