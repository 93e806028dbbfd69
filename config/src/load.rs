//! From a path or a text to a [`Config`], or to every problem with it.

use crate::compile::{Outside, compile, policy_alone};
use crate::file::{At, Environment, FILE_BYTES_MAX, File, Mark, Process, Read, parse};
use crate::{Config, Policy, Positions, Problems};
use std::path::Path;
use std::sync::Arc;

/// Reads and compiles the file at `path`, with the secrets and lists it names.
///
/// # Errors
///
/// Every problem there is; not only the first.
pub fn load(path: &Path) -> Result<Config, Problems> {
    read(&text_of(path)?, path, &Process)
}

/// Reads and compiles `text` as if it were the file at `at`.
///
/// # Errors
///
/// Every problem there is; not only the first.
pub fn read(text: &str, at: &Path, secrets: &dyn Environment) -> Result<Config, Problems> {
    let (file, positions, mut problems) = written::<File>(text, at)?;
    match compile(&file, secrets, positions, &mut problems) {
        Some(config) => problems.clear(config),
        None => Err(problems),
    }
}

/// Reads the file at `path` as far as it says who may use what. The secrets and lists it names
/// are left alone, so that anyone who may read the file can ask what it would decide; so its
/// version is not that of the whole. Licences and their texts are read: they are no secrets, and
/// what was accepted is the hash of a text.
///
/// # Errors
///
/// Every problem there is; not only the first.
pub fn load_policy(path: &Path) -> Result<Policy, Problems> {
    read_policy(&text_of(path)?, path)
}

/// [`load_policy`], of a text as if it were the file at `at`.
///
/// # Errors
///
/// Every problem there is; not only the first.
pub fn read_policy(text: &str, at: &Path) -> Result<Policy, Problems> {
    let (file, _, mut problems) = written::<File>(text, at)?;
    let policy = policy_alone(&file, &Outside::new(at, &Process), &mut problems);
    problems.clear(policy)
}

/// A file of sections as written, where everything is, and what is wrong with it so far.
pub(crate) fn written<T: Read>(
    text: &str,
    at: &Path,
) -> Result<(T, Positions, Problems), Problems> {
    let mut problems = Positions::new(at, None).problems();
    let Some(root) = parse(text, &mut problems).map(Arc::new) else { return Err(problems) };
    let positions = Positions::new(at, Some(Arc::clone(&root)));
    problems.place(positions.clone());
    match T::read(At::root(&root), &mut problems) {
        Some(file) => Ok((file, positions, problems)),
        None => Err(problems),
    }
}

/// The text of the file at `path`.
pub(crate) fn text_of(path: &Path) -> Result<String, Problems> {
    let problem = |line, what: String| {
        let mut problems = Positions::new(path, None).problems();
        let column = usize::from(line > 0);
        problems.note_at(Mark { line, column }, String::new(), what);
        problems
    };
    let found = Process.file(path, FILE_BYTES_MAX);
    let bytes = found.map_err(|error| problem(0, format!("cannot be read: {error}")))?.bytes;
    String::from_utf8(bytes).map_err(|error| {
        let before = error.utf8_error().valid_up_to();
        let lines = error.as_bytes().iter().take(before).filter(|byte| **byte == b'\n').count();
        problem(lines + 1, "not UTF-8; save the file as UTF-8".into())
    })
}
