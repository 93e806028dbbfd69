//! What calls are told apart by, and the numbers the file knows it by.

use super::rows::field;
use crate::{StoreError, UsageRow};
use foldhash::fast::RandomState;
use sluice_config::words::{ModelId, Operation, PrincipalId, ReleaseStage, RevisionId, TierId};
use sqlx::SqliteConnection;
use std::borrow::Cow;
use std::collections::HashMap;

/// The most kinds remembered, some 16 MiB. With more of them in use they are asked for again.
const KINDS_MAX: usize = 65_536;

// The second statement finds what the first has added, or has found there.
const NUMBER: &str = "insert into kinds
    (principal, tier, model, revision, stage, operation, outcome, estimated, streamed)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    on conflict do nothing;
    select id from kinds
    where principal = ?1 and tier = ?2 and model = ?3 and revision = ?4 and stage = ?5
    and operation = ?6 and outcome = ?7 and estimated = ?8 and streamed = ?9";

/// The words of a row, as opposed to its numbers.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Kind {
    principal: PrincipalId,
    tier: TierId,
    model: ModelId,
    revision: RevisionId,
    stage: ReleaseStage,
    operation: Operation,
    outcome: Cow<'static, str>,
    estimated: bool,
    streamed: bool,
}

impl Kind {
    pub(super) fn of(row: &UsageRow) -> Self {
        Self {
            principal: row.principal.clone(),
            tier: row.tier.clone(),
            model: row.model.clone(),
            revision: row.revision.clone(),
            stage: row.stage,
            operation: row.operation,
            outcome: row.outcome.clone(),
            estimated: row.estimated,
            streamed: row.streamed,
        }
    }

    /// The number of this kind in the file, which is given one if it has none.
    pub(super) async fn number(&self, file: &mut SqliteConnection) -> Result<i64, StoreError> {
        let statement = sqlx::query(NUMBER)
            .bind(self.principal.as_str())
            .bind(self.tier.as_str())
            .bind(self.model.as_str())
            .bind(self.revision.as_str())
            .bind(self.stage.as_str())
            .bind(self.operation.as_str())
            .bind(&*self.outcome)
            .bind(self.estimated)
            .bind(self.streamed);
        let row = statement.fetch_one(file).await;
        field(&row.map_err(StoreError::unavailable(super::append::WRITING))?, "id")
    }
}

/// The numbers of some kinds. Their words are the operator's, so they need no slow hash.
pub(super) type Numbers = HashMap<Kind, i64, RandomState>;

/// The numbers of kinds that are in the file for good.
#[derive(Debug, Default)]
pub(super) struct Kinds(Numbers);

impl Kinds {
    pub(super) fn get(&self, kind: &Kind) -> Option<i64> {
        self.0.get(kind).copied()
    }

    /// Remembers what a transaction has found or added, once that is committed.
    pub(super) fn learn(&mut self, found: Numbers) {
        if self.0.len().saturating_add(found.len()) > KINDS_MAX {
            self.0.clear();
        }
        self.0.extend(found);
    }
}
