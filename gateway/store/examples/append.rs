//! What a row of usage costs in CPU, from the permit to the file, on Linux:
//! `cargo run --release -p sluice-store --example append`.

use sluice_config::StoreSpec;
use sluice_config::words::{
    ModelId, Operation, PrincipalId, ReleaseStage, RevisionId, TierId, Timestamp,
};
use sluice_store::{
    Fut, Ledger, Query, Spent, UsageLine, UsageRow, Used, Writer, WriterCounts, open,
};
use std::error::Error;
use std::future::ready;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Rows in all.
const ROWS: u64 = 200_000;
/// Places of the queue, as a node has them.
const PLACES: usize = 65_536;
/// Rows handed in at once, and the pause between: the pace of a busy node.
const BURST: u64 = 100;
const PAUSE: Duration = Duration::from_millis(10);

type Failed = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let home = tempfile::tempdir()?;
    let path = home.path().join("sluice.db");
    let (making, _) = measure(Arc::new(Nothing)).await?;
    let store = open(&StoreSpec::Sqlite { path: path.clone() }).await?;
    let (all, counts) = measure(Arc::clone(&store.ledger)).await?;
    let kept = store.ledger.summary(&Query::default()).await?;
    let kept = kept.first().map_or(0, |line| line.requests);
    store.close().await;
    let bytes = std::fs::metadata(&path)?.len() / ROWS;
    let writing = all.saturating_sub(making);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{kept} rows kept in {} transactions, {bytes} bytes each", counts.batches)?;
    writeln!(out, "CPU a row: {making} ns to make and hand in, {writing} ns to write")?;
    Ok(())
}

/// Nanoseconds of CPU a row, and what the writer did.
async fn measure(ledger: Arc<dyn Ledger>) -> Result<(u64, WriterCounts), Failed> {
    let (writer, writing) = Writer::start(ledger, PLACES);
    let began = cpu()?;
    let (counts, ()) = tokio::join!(hand_in(writer), writing);
    Ok((cpu()?.saturating_sub(began) / ROWS, counts?))
}

/// Hands every row in, and waits until all are written.
async fn hand_in(writer: Writer) -> Result<WriterCounts, Failed> {
    let ids = Ids::new();
    for number in 0..ROWS {
        let permit = writer.permit().ok_or("the queue is full")?;
        permit.send(ids.row(number));
        if number % BURST == 0 {
            tokio::time::sleep(PAUSE).await;
        }
    }
    while writer.counts().depth() > 0 {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(writer.counts())
}

/// A ledger that keeps nothing: what is measured with it is everything else.
#[derive(Debug)]
struct Nothing;

impl Ledger for Nothing {
    fn append<'a>(&'a self, _: &'a [UsageRow]) -> Fut<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn summary<'a>(&'a self, _: &'a Query) -> Fut<'a, Vec<UsageLine>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn spent(&self, _: Timestamp) -> Fut<'_, Vec<Spent>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn used<'a>(&'a self, _: &'a ModelId, _: Option<&'a RevisionId>) -> Fut<'a, Vec<Used>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(ready(()))
    }
}

struct Ids {
    principals: Vec<PrincipalId>,
    tier: TierId,
    model: ModelId,
    revision: RevisionId,
}

impl Ids {
    fn new() -> Self {
        Self {
            principals: (0..100).map(|n| PrincipalId::new(&format!("person-{n}"))).collect(),
            tier: TierId::new("trusted"),
            model: ModelId::new("open-1-large"),
            revision: RevisionId::new("9f2c41d07be2a3f59f2c41d07be2a3f59f2c41d0"),
        }
    }

    fn row(&self, number: u64) -> UsageRow {
        let at = 1_790_000_000_000 + number / 20;
        let who = usize::try_from(number % 100).unwrap_or(0);
        // Calls end a little out of the order they began in.
        let id = format!("req_{:012x}a1b2c3d4e5{:010x}", at - 40 - number % 13, number);
        UsageRow {
            request_id: id.into(),
            at: Timestamp(at),
            principal: self.principals.get(who).cloned().unwrap_or_else(|| PrincipalId::new("x")),
            tier: self.tier.clone(),
            model: self.model.clone(),
            revision: self.revision.clone(),
            stage: ReleaseStage::Public,
            operation: Operation::Chat,
            outcome: "ok".into(),
            prompt_tokens: 900 + number % 77,
            completion_tokens: 200 + number % 133,
            estimated: false,
            duration_ms: 1_000 + number % 999,
            ttft_ms: Some(100 + number % 55),
            streamed: true,
        }
    }
}

/// Nanoseconds this process was on a CPU. No thread of it ends before the last is asked for.
fn cpu() -> Result<u64, Failed> {
    let mut all = 0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        let stat = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        all += stat.split(' ').next().ok_or("no schedstat")?.parse::<u64>()?;
    }
    Ok(all)
}
