//! Where orders are put and found: the store, or a kill file.

use crate::cli::out::{Done, Failure};
use crate::cli::settings::Settings;
use crate::kill;
use sluice_config::KillSpec;
use sluice_config::kill::{KillOrders, read_orders};
use sluice_config::words::KillId;
use sluice_store::{Act, acts};
use std::fmt::Write as _;
use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Whoever runs the node must be able to read what somebody else wrote in a hurry.
const READABLE: u32 = 0o644;

/// Puts orders into the store, whose feed every node hears.
pub(super) fn commit(settings: &Settings, orders: KillOrders, act: Act) -> Done {
    settings.with_store(|_, store| async move {
        let done = acts::order(&*store.records, &orders, &act).await;
        done.map_err(|error| {
            Failure::of("the order cannot be kept; --file writes a kill file", error)
        })
    })
}

/// What records say was ordered.
pub(super) fn recorded(settings: &Settings) -> Result<KillOrders, Failure> {
    settings.with_store(|_, store| async move {
        let failed = |error| Failure::of("orders cannot be read", error);
        let documents = sluice_store::world(&*store.records).await.map_err(failed)?;
        let mut orders = KillOrders::default();
        for document in &documents {
            let more = acts::ordered(document).map_err(failed)?;
            orders = orders.merge(more.unwrap_or_default());
        }
        Ok(orders)
    })
}

/// The orders of a kill file; none if there is no file.
pub(super) fn read(file: &Path) -> Result<KillOrders, Failure> {
    let failed = |error| Failure::of(&format!("cannot read {}", file.display()), error);
    let text = kill::text(file).map_err(failed)?;
    Ok(read_orders(&text, file)?)
}

/// Adds orders to a kill file, in one step: whoever reads it sees the old one or the new one.
pub(super) fn write(file: &Path, orders: KillOrders) -> Done {
    let all = read(file)?.merge(orders);
    all.fits().map_err(|error| Failure::Other(error.to_string()))?;
    let text = written(&all).map_err(|error| Failure::of("cannot write the order", error))?;
    let replaced = replace(file, &text);
    replaced.map_err(|error| Failure::of(&format!("cannot write {}", file.display()), error))
}

/// Fails unless a kill file has this directive.
pub(super) fn knows(file: &Path, id: &KillId) -> Done {
    let orders = read(file)?;
    if orders.directives.iter().any(|directive| directive.id == *id) {
        return Ok(());
    }
    let what = format!("{} has no directive {id}; add --yes if it is elsewhere", file.display());
    Err(Failure::Other(what))
}

/// What a node has heard by now, or will as soon as it reads its kill file.
pub(super) fn heard(spec: &KillSpec) -> Result<KillOrders, Failure> {
    let mut orders = KillOrders::default();
    if let Some(journal) = &spec.journal {
        let failed = |error| Failure::of(&format!("cannot read {}", journal.display()), error);
        orders = orders.merge(kill::recorded(journal).map_err(failed)?);
    }
    match &spec.file {
        Some(file) => Ok(orders.merge(read(file)?)),
        None => Ok(orders),
    }
}

/// An order a line, so that a person can read it and add one.
fn written(orders: &KillOrders) -> serde_json::Result<String> {
    let mut text = String::from("directives:");
    lines(&mut text, &orders.directives)?;
    text.push_str("restores:");
    lines(&mut text, &orders.restores)?;
    Ok(text)
}

fn lines<T: serde::Serialize>(
    text: &mut String,
    orders: impl IntoIterator<Item = T>,
) -> serde_json::Result<()> {
    let mut orders = orders.into_iter().peekable();
    text.push_str(if orders.peek().is_some() { "\n" } else { " []\n" });
    for order in orders {
        // A string takes any line.
        let _fine = writeln!(text, "- {}", serde_json::to_string(&order)?).is_ok();
    }
    Ok(())
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut part = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    part.write_all(text.as_bytes())?;
    part.as_file().set_permissions(Permissions::from_mode(READABLE))?;
    part.as_file().sync_all()?;
    part.persist(file).map_err(|error| error.error)?;
    Ok(())
}
