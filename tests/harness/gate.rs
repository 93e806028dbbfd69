//! A gate that a script waits at until the test opens it.

use std::sync::Arc;
use tokio::sync::Semaphore;

/// Lets one waiter pass for each time it is opened.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets one waiter pass, now or when it comes.
    pub fn open(&self) {
        self.0.add_permits(1);
    }

    /// Lets all that wait, and all that come, pass.
    pub fn open_wide(&self) {
        self.0.close();
    }

    pub(crate) async fn pass(&self) {
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}
