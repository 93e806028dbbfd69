//! What one call holds of its limits: all of them or none, settled once.

use super::holder::Holder;
use super::meter::Held;
use sluice_config::words::{Unit, Window};
use std::sync::Arc;

/// Held parts of meters. Dropped unsettled, it gives everything back: nothing was used.
#[derive(Debug, Default)]
pub(crate) struct Reservation {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    holder: Arc<Holder>,
    unit: Unit,
    window: Window,
    held: Held,
}

impl Reservation {
    pub(super) fn with_room(limits: usize) -> Self {
        Self { parts: Vec::with_capacity(limits) }
    }

    pub(super) fn add(&mut self, holder: Arc<Holder>, unit: Unit, window: Window, held: Held) {
        self.parts.push(Part { holder, unit, window, held });
    }

    /// The call has used `tokens`; what was held beyond that is free again.
    pub(super) fn settle(mut self, tokens: u64) {
        self.release(tokens);
    }

    fn release(&mut self, tokens: u64) {
        for part in self.parts.drain(..) {
            let used = if part.unit == Unit::Tokens { tokens } else { 0 };
            if let Some(meter) = part.holder.meter(part.unit, part.window) {
                meter.settle(part.held, used);
            }
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.release(0);
    }
}
