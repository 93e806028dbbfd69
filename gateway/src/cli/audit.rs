//! `sluice audit`: who changed what, when and why.

use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::{kept, when};
use clap::Args;
use serde_json::{Value, json};
use sluice_store::{AUDIT_MAX, AuditEntry};

/// Show who changed what, when and why.
#[derive(Args, Debug)]
pub(super) struct Audit {
    /// Only what came after the entry of this number
    #[arg(long, value_name = "N", default_value_t = 0)]
    after: u64,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    most: usize,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Audit {
    pub(super) fn run(self) -> Done {
        let Self { after, most, output, settings } = self;
        if most > AUDIT_MAX {
            let what = format!("at most {AUDIT_MAX} entries at once; go on with `--after`");
            return Err(Failure::Other(what));
        }
        let entries = settings.with_store(|_, store| async move {
            store.records.audit(after, most).await.map_err(kept::unread)
        })?;
        let shown: Vec<_> = entries.iter().map(shown).collect();
        output.print(&shown, || out::text(&table(&entries)))
    }
}

fn shown(entry: &AuditEntry) -> Value {
    let AuditEntry { seq, act, subjects, detail } = entry;
    json!({
        "seq": seq, "at": when::exact(act.at), "by": act.by, "verb": act.verb,
        "reason": act.reason, "subjects": subjects, "detail": detail,
    })
}

fn table(entries: &[AuditEntry]) -> String {
    let row = |entry: &AuditEntry| {
        let AuditEntry { seq, act, subjects, .. } = entry;
        let of: Vec<_> = subjects.iter().map(|it| format!("{} {}", it.kind, it.id)).collect();
        let reason = act.reason.replace(char::is_control, " ");
        let (by, verb) = (act.by.clone(), act.verb.clone());
        vec![seq.to_string(), when::minute(act.at), by, verb, of.join(", "), reason]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    out::columns(&["seq", "at", "by", "verb", "of", "reason"], &rows)
}
