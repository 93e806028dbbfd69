//! What callers are told of where an answer is from. Keys stay unread, but for their files.

use super::outside::Outside;
use crate::Problems;
use crate::file::{File, Receipts};
use crate::spec::{EarlierKeySpec, ProvenanceSpec, ReceiptSpec};

/// Keys that signed earlier: one a month for years, and a set of keys that stays small to fetch.
const EARLIER_MAX: usize = 64;

/// Compiles the section.
pub(crate) fn compile(
    file: &File,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> ProvenanceSpec {
    let written = &file.provenance;
    let receipts = written.receipts.as_ref().and_then(|it| receipts(it, outside, problems));
    ProvenanceSpec { headers: written.headers, receipts }
}

fn receipts(
    written: &Receipts,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Option<ReceiptSpec> {
    let at = "provenance.receipts";
    let earlier = earlier(written, at, outside, problems);
    let key = outside.secret(written.key.as_ref()?, &format!("{at}.key"), problems);
    Some(ReceiptSpec {
        key: key?,
        key_id: written.key_id.as_ref()?.0.clone(),
        issuer: written.issuer.as_ref()?.0.clone(),
        keep: written.keep_ms.milliseconds(),
        earlier,
    })
}

fn earlier(
    written: &Receipts,
    at: &str,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Vec<EarlierKeySpec> {
    if written.earlier_keys.0.len() > EARLIER_MAX {
        problems.note(&format!("{at}.earlier_keys"), format!("more than {EARLIER_MAX} keys"));
    }
    let mut taken: Vec<&str> = written.key_id.iter().map(|id| id.0.as_str()).collect();
    let mut keys = Vec::new();
    for (index, key) in written.earlier_keys.iter().take(EARLIER_MAX) {
        let path = format!("{at}.earlier_keys[{index}]");
        let (Some(id), Some(file)) = (&key.key_id, &key.public_key) else { continue };
        if taken.contains(&id.0.as_str()) {
            problems.note(&format!("{path}.key_id"), "another key has this name");
        }
        taken.push(&id.0);
        let path = format!("{path}.public_key");
        let Some(public_key) = outside.public_key(&file.0, &path, problems) else { continue };
        keys.push(EarlierKeySpec { key_id: id.0.clone(), public_key, path });
    }
    keys
}
