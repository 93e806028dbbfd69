//! What every store's ledger must do.

use super::{Broken, at, must};
use crate::ledger::DAY_MS;
use crate::{By, COUNT_MAX, Ledger, Query, UsageRow, Used};
use sluice_config::words::{
    ModelId, Operation, PrincipalId, ReleaseStage, RevisionId, TierId, Timestamp,
};

/// 24 November 2026, midnight.
const TODAY: u64 = 20_781 * DAY_MS;

pub(super) async fn hold(ledger: &dyn Ledger) -> Result<(), Broken> {
    empty(ledger).await?;
    once(ledger).await?;
    groups(ledger).await?;
    windows(ledger).await?;
    seeds(ledger).await?;
    uses(ledger).await?;
    absurd(ledger).await
}

async fn empty(ledger: &dyn Ledger) -> Result<(), Broken> {
    ledger.append(&[]).await?;
    must("an empty ledger has no lines", &lines(ledger, Query::default()).await?, &vec![])?;
    must("and nothing is spent", &ledger.spent(at(0)).await?, &vec![])
}

async fn once(ledger: &dyn Ledger) -> Result<(), Broken> {
    let (ada, zoe) = (row("r1", "ada", 10), row("r2", "zoe", 20));
    ledger.append(&[ada.clone(), ada.clone()]).await?;
    ledger.append(&[ada, zoe]).await?;
    must("a call is kept once", &all(ledger).await?.as_str(), &"2 30 2 0 10")
}

async fn groups(ledger: &dyn Ledger) -> Result<(), Broken> {
    let other = UsageRow {
        tier: TierId::new("trusted"),
        model: ModelId::new("open-2"),
        stage: ReleaseStage::RedTeam,
        operation: Operation::Embedding,
        at: at(TODAY - 1),
        outcome: "upstream_unavailable".into(),
        estimated: true,
        ttft_ms: None,
        ..row("r3", "ada'; drop table usage; --", 40)
    };
    ledger.append(&[other]).await?;
    let words = [
        (By::Tier, "public", "trusted"),
        (By::Model, "open-1", "open-2"),
        (By::Stage, "public", "red_team"),
        (By::Operation, "chat", "embedding"),
        (By::Outcome, "ok", "upstream_unavailable"),
    ];
    for (by, two, one) in words {
        let found = lines(ledger, Query { by: vec![by], ..Query::default() }).await?;
        let wanted = vec![format!("{two} 2 30 2 0 10"), format!("{one} 1 40 1 1 5")];
        must(by.as_str(), &found, &wanted)?;
    }
    let by = vec![By::Day, By::Principal];
    let found = lines(ledger, Query { by, ..Query::default() }).await?;
    let wanted = vec![
        "2026-11-23 ada'; drop table usage; -- 1 40 1 1 5".to_owned(),
        "2026-11-24 ada 1 10 1 0 5".to_owned(),
        "2026-11-24 zoe 1 20 1 0 5".to_owned(),
    ];
    must("lines are in the order of their words", &found, &wanted)?;
    let every = Query { by: By::ALL.to_vec(), ..Query::default() };
    must("by everything at once", &lines(ledger, every).await?.len(), &3)
}

async fn windows(ledger: &dyn Ledger) -> Result<(), Broken> {
    let today = Query { since: Some(at(TODAY)), ..Query::default() };
    must("since is within", &lines(ledger, today).await?, &vec![" 2 30 2 0 10".to_owned()])?;
    let before = Query { until: Some(at(TODAY)), ..Query::default() };
    must("until is without", &lines(ledger, before).await?, &vec![" 1 40 1 1 5".to_owned()])?;
    let ends = Query { since: Some(at(0)), until: Some(at(u64::MAX)), ..Query::default() };
    must("the ends of time", &lines(ledger, ends).await?, &vec![" 3 70 3 1 15".to_owned()])
}

async fn seeds(ledger: &dyn Ledger) -> Result<(), Broken> {
    let spent = ledger.spent(at(TODAY)).await?;
    let spent: Vec<_> =
        spent.iter().map(|it| format!("{} {} {}", it.principal, it.tier, it.tokens)).collect();
    must("what was spent", &spent, &vec!["ada public 11".to_owned(), "zoe public 21".to_owned()])
}

async fn uses(ledger: &dyn Ledger) -> Result<(), Broken> {
    let other = RevisionId::new("0a11");
    let later = UsageRow { at: at(TODAY + 7), ..row("r6", "ada", 1) };
    let newer = UsageRow { revision: other.clone(), ..row("r7", "ada", 2) };
    ledger.append(&[later, newer]).await?;
    let told = |used: Vec<Used>| -> Vec<String> {
        let one = |it: &Used| {
            let (first, last) = (it.first.0 - TODAY, it.last.0 - TODAY);
            format!(
                "{} {} {} {first} {last} {} {}",
                it.principal, it.tier, it.revision, it.calls, it.tokens
            )
        };
        used.iter().map(one).collect()
    };
    let model = ModelId::new("open-1");
    let all = ["ada public 0a11 0 0 1 3", "ada public 9f2c 0 7 2 13", "zoe public 9f2c 0 0 1 21"];
    must(
        "who used a model",
        &told(ledger.used(&model, None).await?),
        &all.map(String::from).to_vec(),
    )?;
    let one = told(ledger.used(&model, Some(&other)).await?);
    must("who used a revision", &one, &vec!["ada public 0a11 0 0 1 3".to_owned()])?;
    let none = ledger.used(&ModelId::new("open-9"), None).await?;
    must("nobody used what there is not", &none, &vec![])
}

async fn absurd(ledger: &dyn Ledger) -> Result<(), Broken> {
    let lie = |id: &str| UsageRow {
        at: at(u64::MAX - 1),
        prompt_tokens: u64::MAX,
        completion_tokens: u64::MAX,
        duration_ms: u64::MAX,
        ttft_ms: Some(u64::MAX),
        ..row(id, "liar", 0)
    };
    ledger.append(&[lie("r4"), lie("r5")]).await?;
    let liar = ledger.spent(at(TODAY + DAY_MS)).await?;
    let tokens: Vec<_> = liar.iter().map(|it| it.tokens).collect();
    must("absurd counts are kept bounded, and add up", &tokens, &vec![4 * COUNT_MAX])
}

async fn all(ledger: &dyn Ledger) -> Result<String, Broken> {
    Ok(lines(ledger, Query::default()).await?.concat().trim().to_owned())
}

/// Each line as words: what it is of, calls, prompt, completion, estimated, milliseconds.
async fn lines(ledger: &dyn Ledger, query: Query) -> Result<Vec<String>, Broken> {
    let lines = ledger.summary(&query).await?;
    let text = lines.iter().map(|line| {
        let of = line.of.join(" ");
        let (prompt, completion) = (line.prompt_tokens, line.completion_tokens);
        let (calls, estimated, ms) = (line.requests, line.estimated, line.duration_ms);
        format!("{of} {calls} {prompt} {completion} {estimated} {ms}")
    });
    Ok(text.collect())
}

fn row(request: &str, principal: &str, prompt_tokens: u64) -> UsageRow {
    UsageRow {
        request_id: request.into(),
        at: Timestamp(TODAY),
        principal: PrincipalId::new(principal),
        tier: TierId::new("public"),
        model: ModelId::new("open-1"),
        revision: RevisionId::new("9f2c"),
        stage: ReleaseStage::Public,
        operation: Operation::Chat,
        outcome: "ok".into(),
        prompt_tokens,
        completion_tokens: 1,
        estimated: false,
        duration_ms: 5,
        ttft_ms: Some(2),
        streamed: true,
    }
}
