//! `sluice releases recall`: who used a model or one of its revisions, and when.

use super::super::out::{self, Done, Output};
use super::super::settings::Settings;
use super::super::{kept, when};
use clap::Args;
use serde_json::{Value, json};
use sluice_config::words::{ModelId, RevisionId};
use sluice_store::Used;

/// Show who used a model.
#[derive(Args, Debug)]
pub(in crate::cli) struct Recall {
    /// The model by its own name, or a revision as MODEL@REVISION; the file need not have it any more
    #[arg(value_name = "MODEL")]
    model: String,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Recall {
    pub(super) fn run(self) -> Done {
        let Self { model, output, settings } = self;
        let used = settings.with_store(|config, store| async move {
            let (model, revision) = match config.policy.model(&model) {
                Some(known) => {
                    let pinned = known.id.as_str() != model && *known.release == *model;
                    (known.id.clone(), pinned.then(|| known.revision.clone()))
                }
                None => named(&model),
            };
            store.ledger.used(&model, revision.as_ref()).await.map_err(kept::unread)
        })?;
        let values: Vec<_> = used.iter().map(shown).collect();
        output.print(&values, || {
            if used.is_empty() {
                out::note("nobody used it");
                return Ok(());
            }
            out::text(&table(&used))
        })
    }
}

fn named(text: &str) -> (ModelId, Option<RevisionId>) {
    match text.rsplit_once('@') {
        Some((model, revision)) => (ModelId::new(model), Some(RevisionId::new(revision))),
        None => (ModelId::new(text), None),
    }
}

fn shown(used: &Used) -> Value {
    json!({
        "principal": used.principal, "tier": used.tier, "revision": used.revision,
        "first": when::exact(used.first), "last": when::exact(used.last),
        "calls": used.calls, "tokens": used.tokens,
    })
}

fn table(used: &[Used]) -> String {
    let row = |it: &Used| {
        vec![
            it.principal.to_string(),
            it.tier.to_string(),
            it.revision.to_string(),
            when::minute(it.first),
            when::minute(it.last),
            it.calls.to_string(),
            it.tokens.to_string(),
        ]
    };
    let rows: Vec<_> = used.iter().map(row).collect();
    out::columns(&["principal", "tier", "revision", "first", "last", "calls", "tokens"], &rows)
}
