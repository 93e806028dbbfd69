//! The ledger in memory.

use super::{Memory, ROWS_MAX};
use crate::ledger::{DAY_MS, date};
use crate::number::clamped;
use crate::{By, Fut, Ledger, Query, Spent, StoreError, UsageLine, UsageRow, Used};
use sluice_config::words::{ModelId, RevisionId, Timestamp};
use std::collections::BTreeMap;
use std::future::ready;
use std::pin::Pin;

impl Ledger for Memory {
    fn append<'a>(&'a self, rows: &'a [UsageRow]) -> Fut<'a, ()> {
        let mut kept = self.kept();
        if kept.usage.len().saturating_add(rows.len()) > ROWS_MAX {
            return Box::pin(ready(Err(StoreError::Full { most: ROWS_MAX })));
        }
        for row in rows {
            if kept.requests.insert(row.request_id.clone()) {
                kept.usage.push(row.clone().bounded());
            }
        }
        Box::pin(ready(Ok(())))
    }

    fn summary<'a>(&'a self, query: &'a Query) -> Fut<'a, Vec<UsageLine>> {
        let since = query.since.unwrap_or_default();
        let until = query.until.unwrap_or(Timestamp(u64::MAX));
        let mut lines: BTreeMap<Vec<String>, UsageLine> = BTreeMap::new();
        for row in self.kept().usage.iter().filter(|row| since <= row.at && row.at < until) {
            let of: Vec<_> = query.by.iter().map(|by| word(*by, row)).collect();
            let line = lines.entry(of.clone()).or_insert_with(|| empty(of));
            add(line, row);
        }
        Box::pin(ready(Ok(lines.into_values().collect())))
    }

    fn spent(&self, since: Timestamp) -> Fut<'_, Vec<Spent>> {
        let mut spent = BTreeMap::new();
        for row in self.kept().usage.iter().filter(|row| since <= row.at) {
            let tokens: &mut u64 =
                spent.entry((row.principal.clone(), row.tier.clone())).or_default();
            let call = row.prompt_tokens.saturating_add(row.completion_tokens);
            *tokens = tokens.saturating_add(call);
        }
        let spent = spent
            .into_iter()
            .map(|((principal, tier), tokens)| Spent { principal, tier, tokens })
            .collect();
        Box::pin(ready(Ok(spent)))
    }

    fn used<'a>(
        &'a self,
        model: &'a ModelId,
        revision: Option<&'a RevisionId>,
    ) -> Fut<'a, Vec<Used>> {
        let mut used: BTreeMap<_, Used> = BTreeMap::new();
        let theirs =
            |row: &&UsageRow| row.model == *model && revision.is_none_or(|it| row.revision == *it);
        for row in self.kept().usage.iter().filter(theirs) {
            let key = (row.principal.clone(), row.tier.clone(), row.revision.clone());
            let (principal, tier, revision) = key.clone();
            let one = used.entry(key).or_insert_with(|| Used {
                principal,
                tier,
                revision,
                first: row.at,
                last: row.at,
                calls: 0,
                tokens: 0,
            });
            let tokens = row.prompt_tokens.saturating_add(row.completion_tokens);
            (one.first, one.last) = (one.first.min(row.at), one.last.max(row.at));
            one.calls = one.calls.saturating_add(1);
            one.tokens = one.tokens.saturating_add(tokens);
        }
        Box::pin(ready(Ok(used.into_values().collect())))
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(ready(()))
    }
}

fn word(by: By, row: &UsageRow) -> String {
    match by {
        By::Tier => row.tier.to_string(),
        By::Model => row.model.to_string(),
        By::Principal => row.principal.to_string(),
        By::Stage => row.stage.to_string(),
        By::Operation => row.operation.to_string(),
        By::Day => date(clamped(row.at.0 / DAY_MS)),
        By::Outcome => row.outcome.to_string(),
    }
}

fn empty(of: Vec<String>) -> UsageLine {
    UsageLine {
        of,
        requests: 0,
        prompt_tokens: 0,
        completion_tokens: 0,
        estimated: 0,
        duration_ms: 0,
    }
}

fn add(line: &mut UsageLine, row: &UsageRow) {
    line.requests = line.requests.saturating_add(1);
    line.prompt_tokens = line.prompt_tokens.saturating_add(row.prompt_tokens);
    line.completion_tokens = line.completion_tokens.saturating_add(row.completion_tokens);
    line.estimated = line.estimated.saturating_add(u64::from(row.estimated));
    line.duration_ms = line.duration_ms.saturating_add(row.duration_ms);
}
