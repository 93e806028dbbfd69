//! `sluice simulate`: what another configuration would have changed for the calls of a log.

use super::out::{self, Done, Failure, Output};
use super::settings::Settings;
use super::when;
use crate::world::Keeper;
use clap::Args;
use sluice_config::simulate::{Bench, LINE_BYTES_MAX, Simulation};
use sluice_config::words::{CredentialId, Holder, Principal, PrincipalId};
use sluice_config::{Policy, World};
use sluice_store::{Store, holder};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Say who would gain and who would lose what by another configuration.
#[derive(Args, Debug)]
pub(super) struct Simulate {
    /// The configuration that is considered
    #[arg(value_name = "CANDIDATE")]
    candidate: PathBuf,
    /// The decision log
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

impl Simulate {
    pub(super) fn run(self) -> Done {
        let Self { candidate, log, output, settings } = self;
        let candidate = sluice_config::load_policy(&candidate)?;
        let told = settings.with_store(|config, store| async move {
            let (world, holders) = present(&store).await?;
            replay((&config.policy, &candidate), &world, &holders, &log)
        })?;
        output.print(&told, || out::line(&told))
    }
}

/// Who there is, and what records say of everything else.
async fn present(store: &Store) -> Result<(Arc<World>, HashMap<PrincipalId, Holder>), Failure> {
    let unread = |error| Failure::of("records cannot be read", error);
    let keeper = Keeper::new(Arc::clone(&store.records));
    keeper.catch_up().await.map_err(unread)?;
    let mut holders = HashMap::new();
    for record in store.records.principals().await.map_err(unread)? {
        if record.disabled.is_some() {
            continue;
        }
        let (id, credential) = (record.id, CredentialId::new("none"));
        let principal = Principal { id: id.clone(), tier: record.tier, credential };
        let found = holder(&*store.records, principal).await.map_err(unread)?;
        holders.insert(id, found);
    }
    Ok((keeper.now(), holders))
}

/// Takes the decisions of a log again, a line at a time.
fn replay(
    (present, candidate): (&Policy, &Policy),
    world: &World,
    holders: &HashMap<PrincipalId, Holder>,
    log: &Path,
) -> Result<Simulation, Failure> {
    let unread = |error| Failure::of("the log cannot be read", error);
    let mut log = BufReader::new(File::open(log).map_err(unread)?);
    let bench = Bench { present, candidate, world, holders, now: when::now() };
    let (mut all, mut line) = (Simulation::default(), Vec::new());
    // One byte more than a line may have, so that a longer one is seen to be; its rest is none either.
    let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(2);
    loop {
        line.clear();
        if log.by_ref().take(most).read_until(b'\n', &mut line).map_err(unread)? == 0 {
            return Ok(all.finish());
        }
        all.take(bench, String::from_utf8_lossy(&line).trim_end());
    }
}
