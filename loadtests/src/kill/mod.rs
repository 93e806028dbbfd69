//! How long a kill takes: streams under way on one node, a kill file that stops their model, and the
//! time from when the file is there until each caller has the last byte.

mod stream;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::figures::micros;
use crate::load::Driver;
use crate::peers::{Contestant, Programs, SLUICE_NOFILTER, World, start_nofilter};
use stream::Stream;

/// Streams at most: each is two sockets of the node's.
const STREAMS_MAX: usize = 4_000;
/// Streams run for so long before they are cut, so that all are at their pace.
const SETTLED: Duration = Duration::from_secs(1);

/// The arguments of `kill`.
#[derive(Debug, clap::Args)]
pub struct KillArgs {
    /// Streams under way
    #[arg(long, default_value_t = 1_000)]
    pub streams: usize,
    /// Microseconds between two tokens of each
    #[arg(long, default_value_t = 50_000)]
    pub gap_us: u64,
    /// Core of the node
    #[arg(long, default_value_t = 0)]
    pub core: u32,
    /// Core of the mock; callers are on any
    #[arg(long, default_value_t = 1)]
    pub driver_core: u32,
    /// The gateway [default: `sluice` beside this program]
    #[arg(long)]
    pub sluice: Option<PathBuf>,
}

/// Runs all of it.
pub fn run(args: &KillArgs) -> io::Result<ExitCode> {
    if args.streams == 0 || args.streams > STREAMS_MAX {
        return Err(io::Error::other(format!("from 1 to {STREAMS_MAX} streams")));
    }
    let dir = tempfile::tempdir()?;
    let driver = Driver::new(args.core, args.driver_core)?;
    let (_mock, mock) = driver.mock()?;
    let (programs, sluice) = (Programs::default(), args.sluice.as_deref());
    let world = World { dir: dir.path(), mock, core: args.core, programs: &programs, sluice };
    let node = start_nofilter(&world)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ends = runtime.block_on(cut(args, &node, &dir.path().join(SLUICE_NOFILTER)))?;
    tell(&ends)?;
    Ok(ExitCode::SUCCESS)
}

/// Begins every stream, writes the kill file, and notes when each ended after that.
async fn cut(args: &KillArgs, node: &Contestant, folder: &Path) -> io::Result<Histogram<u64>> {
    let begun = Arc::new(Barrier::new(args.streams + 1));
    let mut streams = JoinSet::new();
    for _ in 0..args.streams {
        let (address, begun) = (node.streamed, Arc::clone(&begun));
        let request = stream::request(address, &node.key, args.gap_us);
        streams.spawn(async move {
            let stream = Stream::begin(address, &request).await?;
            begun.wait().await;
            stream.end().await
        });
    }
    tokio::select! {
        _ = begun.wait() => {}
        Some(ended) = streams.join_next() => {
            ended.map_err(io::Error::other)??;
            return Err(io::Error::other("a stream ended before it was cut"));
        }
    }
    sleep(SETTLED).await;
    fs::write(folder.join("kill.part"), KILLS)?;
    let seen = Instant::now();
    fs::rename(folder.join("kill.part"), folder.join("kill.yaml"))?;
    let mut ends = Histogram::new(3).map_err(io::Error::other)?;
    while let Some(ended) = streams.join_next().await {
        let took = ended.map_err(io::Error::other)??.saturating_duration_since(seen);
        ends += u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
    }
    Ok(ends)
}

/// Stops the model of the streams.
const KILLS: &str = "directives:
- { id: kill_measured, scope: { model: mock-1 }, mode: reject, reason: measured, by: loadtests,
    at: \"2026-11-24T10:00:00Z\" }
";

fn tell(ends: &Histogram<u64>) -> io::Result<()> {
    let at = |quantile| micros(ends.value_at_quantile(quantile)) / 1e3;
    writeln!(
        io::stdout().lock(),
        "{} streams, from the kill file to the last byte, ms: p50 {:.1}  p99 {:.1}  max {:.1}",
        ends.len(),
        at(0.5),
        at(0.99),
        micros(ends.max()) / 1e3,
    )
}
