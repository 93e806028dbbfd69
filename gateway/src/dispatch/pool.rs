//! Connections kept open to one backend, newest first.

use super::wire::Connection;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Servers of models close idle connections after five seconds; ours are closed before that.
pub(crate) const IDLE_MAX: Duration = Duration::from_secs(4);
/// Kept at once; what is more is closed.
const KEPT_MAX: usize = 256;

/// The kept connections.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<(Duration, Connection)>>);

impl Pool {
    /// A connection that was alive a moment ago, if there is one.
    pub(crate) fn take(&self, now: Duration) -> Option<Connection> {
        loop {
            let (since, mut connection) = self.lock().pop()?;
            if now.saturating_sub(since) < IDLE_MAX && connection.is_fresh() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next call.
    pub(crate) fn give(&self, connection: Connection, now: Duration) {
        let mut kept = self.lock();
        if kept.len() < KEPT_MAX {
            kept.push((now, connection));
        }
    }

    /// Closes what has been idle for too long.
    pub(crate) fn sweep(&self, now: Duration) {
        self.lock().retain(|(since, _)| now.saturating_sub(*since) < IDLE_MAX);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Duration, Connection)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
