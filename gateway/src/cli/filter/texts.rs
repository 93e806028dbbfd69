//! The texts that a profile is tried on.

use super::super::out::Failure;
use serde::Deserialize;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of one file of texts.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// One text.
#[derive(Debug)]
pub(super) struct Text {
    /// Where it stands: file and line.
    pub(super) at: String,
    pub(super) words: String,
    /// The categories that are to be found in it, if that is known.
    pub(super) labels: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labelled {
    text: String,
    labels: Option<Vec<String>>,
}

/// Reads all of a file.
pub(super) fn all(path: &Path) -> Result<String, Failure> {
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::of(&format!("{} cannot be read", path.display()), error)
    };
    let file = File::open(path).map_err(|error| cannot(&error))?;
    let mut all = String::new();
    file.take(FILE_BYTES_MAX + 1).read_to_string(&mut all).map_err(|error| cannot(&error))?;
    if all.len() as u64 > FILE_BYTES_MAX {
        return Err(cannot(&format!("it has more than {FILE_BYTES_MAX} bytes; split it")));
    }
    Ok(all)
}

/// Reads the texts of a file.
pub(super) fn read(path: &Path) -> Result<Vec<Text>, Failure> {
    let all = all(path)?;
    let labelled = path.extension().is_some_and(|end| end == "jsonl");
    let lines = all.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(nth, line)| {
            let at = format!("{}:{}", path.display(), nth + 1);
            if !labelled {
                return Ok(Text { at, words: line.into(), labels: None });
            }
            let read = serde_json::from_str(line);
            let Labelled { text, labels } =
                read.map_err(|error| Failure::of(&format!("{at} is not a labelled text"), error))?;
            Ok(Text { at, words: text, labels })
        })
        .collect()
}
