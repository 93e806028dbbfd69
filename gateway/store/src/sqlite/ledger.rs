//! The ledger in SQLite.

use super::Sqlite;
use super::rows::{READING, field};
use crate::ledger::{DAY_MS, date};
use crate::number::{clamped, from_signed};
use crate::{By, Fut, Ledger, Query, Spent, StoreError, UsageLine, UsageRow, Used};
use sluice_config::words::{ModelId, PrincipalId, RevisionId, TierId, Timestamp};
use sqlx::sqlite::SqliteRow;
use std::pin::Pin;

// One text for every grouping: a word that is not asked for is the same for all rows.
const SUMMARY: &str = "select
    iif(?1, tier, null) as tier, iif(?2, model, null) as model,
    iif(?3, principal, null) as principal, iif(?4, stage, null) as stage,
    iif(?5, operation, null) as operation, iif(?6, at / ?7, null) as day,
    iif(?8, outcome, null) as outcome,
    count(*) as requests, sum(prompt_tokens) as prompt_tokens,
    sum(completion_tokens) as completion_tokens, sum(estimated) as estimated,
    sum(duration_ms) as duration_ms
    from usage where at >= ?9 and at < ?10
    group by 1, 2, 3, 4, 5, 6, 7";

const SPENT: &str = "select principal, tier, sum(prompt_tokens + completion_tokens) as tokens
    from usage where at >= ? group by principal, tier order by principal, tier";

const USED: &str = "select principal, tier, revision, min(at) as first, max(at) as last,
    count(*) as calls, sum(prompt_tokens + completion_tokens) as tokens
    from usage where model = ?1 and (?2 is null or revision = ?2)
    group by principal, tier, revision order by principal, tier, revision";

impl Ledger for Sqlite {
    fn append<'a>(&'a self, rows: &'a [UsageRow]) -> Fut<'a, ()> {
        Box::pin(self.write(rows))
    }

    fn summary<'a>(&'a self, query: &'a Query) -> Fut<'a, Vec<UsageLine>> {
        Box::pin(async move {
            let by = |word| query.by.contains(&word);
            let statement = sqlx::query(SUMMARY)
                .bind(by(By::Tier))
                .bind(by(By::Model))
                .bind(by(By::Principal))
                .bind(by(By::Stage))
                .bind(by(By::Operation))
                .bind(by(By::Day))
                .bind(clamped(DAY_MS))
                .bind(by(By::Outcome))
                .bind(clamped(query.since.unwrap_or_default().0))
                .bind(query.until.map_or(i64::MAX, |until| clamped(until.0)));
            let rows = self.rows(statement).await?;
            let lines: Result<Vec<_>, _> = rows.iter().map(|row| line(query, row)).collect();
            let mut lines = lines?;
            lines.sort_by(|a, b| a.of.cmp(&b.of));
            Ok(lines)
        })
    }

    fn spent(&self, since: Timestamp) -> Fut<'_, Vec<Spent>> {
        Box::pin(async move {
            let rows = self.rows(sqlx::query(SPENT).bind(clamped(since.0))).await?;
            rows.iter().map(spent).collect()
        })
    }

    fn used<'a>(
        &'a self,
        model: &'a ModelId,
        revision: Option<&'a RevisionId>,
    ) -> Fut<'a, Vec<Used>> {
        Box::pin(async move {
            let revision = revision.map(RevisionId::as_str);
            let rows = self.rows(sqlx::query(USED).bind(model.as_str()).bind(revision)).await?;
            rows.iter().map(used).collect()
        })
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.shut())
    }
}

fn line(query: &Query, row: &SqliteRow) -> Result<UsageLine, StoreError> {
    let of: Result<_, _> = query.by.iter().map(|by| word(*by, row)).collect();
    Ok(UsageLine {
        of: of?,
        requests: count(row, "requests")?,
        prompt_tokens: count(row, "prompt_tokens")?,
        completion_tokens: count(row, "completion_tokens")?,
        estimated: count(row, "estimated")?,
        duration_ms: count(row, "duration_ms")?,
    })
}

fn word(by: By, row: &SqliteRow) -> Result<String, StoreError> {
    match by {
        By::Day => field(row, by.as_str()).map(date),
        _ => field(row, by.as_str()),
    }
}

fn spent(row: &SqliteRow) -> Result<Spent, StoreError> {
    Ok(Spent {
        principal: PrincipalId::new(field(row, "principal")?),
        tier: TierId::new(field(row, "tier")?),
        tokens: count(row, "tokens")?,
    })
}

fn used(row: &SqliteRow) -> Result<Used, StoreError> {
    Ok(Used {
        principal: PrincipalId::new(field(row, "principal")?),
        tier: TierId::new(field(row, "tier")?),
        revision: RevisionId::new(field(row, "revision")?),
        first: Timestamp(count(row, "first")?),
        last: Timestamp(count(row, "last")?),
        calls: count(row, "calls")?,
        tokens: count(row, "tokens")?,
    })
}

fn count(row: &SqliteRow, name: &'static str) -> Result<u64, StoreError> {
    from_signed(field(row, name)?, READING)
}
