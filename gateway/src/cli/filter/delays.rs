//! How long texts wait for the filters of a profile, by how much of a stream waits.

use super::super::out;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;
use sluice_config::words::Strategy;
use sluice_stream::filter::{Chain, Delay, Place};

/// How long texts wait, by strategy.
#[derive(Debug)]
pub(super) struct Delays {
    /// That of the profile.
    own: Strategy,
    token_bytes: usize,
    by: [(Strategy, Delay); Strategy::ALL.len()],
}

impl Delays {
    pub(super) fn new(own: Strategy, token_bytes: usize) -> Self {
        let by = Strategy::ALL.map(|strategy| (strategy, Delay::default()));
        Self { own, token_bytes, by }
    }

    /// Measures one more text.
    pub(super) fn note(&mut self, chain: &Chain, text: &str, place: Place) {
        for (strategy, delay) in &mut self.by {
            delay.join(&chain.delay(text, place, *strategy, self.token_bytes));
        }
    }

    /// For people.
    pub(super) fn table(&self) -> String {
        let row = |(strategy, delay): &(Strategy, Delay)| {
            let (half, most) = (delay.all_but(50), delay.all_but(1));
            let own = if *strategy == self.own { " (profile)" } else { "" };
            let mut row = vec![format!("{strategy}{own}")];
            row.extend([half, most, delay.max(), delay.held_bytes].map(|it| it.to_string()));
            row
        };
        let rows: Vec<_> = self.by.iter().map(row).collect();
        let heads = ["stream", "p50", "p99", "max", "bytes held"];
        let (table, bytes) = (out::columns(&heads, &rows), self.token_bytes);
        format!("{table}how many tokens of up to {bytes} bytes a byte that is shown waits for\n")
    }
}

impl Serialize for Delays {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("token_bytes", &self.token_bytes)?;
        map.serialize_entry("stream", &self.own)?;
        for (strategy, delay) in &self.by {
            let told = json!({
                "shown_bytes": delay.bytes(),
                "tokens_p50": delay.all_but(50),
                "tokens_p99": delay.all_but(1),
                "tokens_max": delay.max(),
                "held_bytes_max": delay.held_bytes,
            });
            map.serialize_entry(strategy.as_str(), &told)?;
        }
        map.end()
    }
}
