//! The report as a person reads it.

use std::io::{self, Write};

use super::figure::Figure;
use super::seen::Seen;
use crate::figures::Middle;

/// Figures of everybody, then ratios of each of `ours` to everybody else.
pub fn write(
    out: &mut impl Write,
    seen: &Seen,
    rows: &[Figure],
    names: &[&'static str],
    ours: &[&'static str],
) -> io::Result<()> {
    writeln!(out, "median of the rounds [least .. most]")?;
    row(out, "", names.iter().map(|name| (*name).to_owned()))?;
    for figure in rows.iter().copied() {
        let cells = names.iter().map(|name| cell(seen.middle(figure, name)));
        row(out, figure.title(), cells)?;
    }
    for ours in ours.iter().filter(|ours| names.contains(ours)) {
        let peers: Vec<&'static str> = names.iter().filter(|name| *name != ours).copied().collect();
        writeln!(out, "\n{ours} / peer, by round")?;
        row(out, "", peers.iter().map(|name| (*name).to_owned()))?;
        for figure in rows.iter().copied().filter(|figure| figure.compares()) {
            let cells = peers.iter().map(|peer| cell(seen.ratio(figure, ours, peer)));
            row(out, figure.title(), cells)?;
        }
    }
    for trouble in &seen.trouble {
        writeln!(out, "trouble: {trouble}")?;
    }
    Ok(())
}

fn row(out: &mut impl Write, title: &str, cells: impl Iterator<Item = String>) -> io::Result<()> {
    write!(out, "{title:<24}")?;
    for cell in cells {
        write!(out, " {cell:>24}")?;
    }
    writeln!(out)
}

fn cell(middle: Option<Middle>) -> String {
    middle.map_or_else(
        || "-".to_owned(),
        |Middle { median, least, most }| {
            format!("{} [{} .. {}]", short(median), short(least), short(most))
        },
    )
}

/// Three digits that matter.
fn short(value: f64) -> String {
    match value.abs() {
        n if n >= 100.0 => format!("{value:.0}"),
        n if n >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
