//! The driver: calls an address, checks every answer, prints what it saw as JSON.

pub mod answer;
pub mod closed;
pub mod open;
pub mod spec;
pub mod tally;

use std::io::{self, Write};

pub use spec::{DriveArgs, Spec};
pub use tally::Outcome;

/// The longest run, so that nothing started here is left running.
const DURATION_MS_MAX: u64 = 600_000;
/// Connections at most.
const CONNECTIONS_MAX: u32 = 8_192;

/// Drives and prints.
pub fn run(args: &DriveArgs) -> io::Result<()> {
    if !args.address.ip().is_loopback() {
        return Err(io::Error::other("the driver calls loopback only, choose 127.0.0.1"));
    }
    if args.duration_ms > DURATION_MS_MAX || args.connections > CONNECTIONS_MAX {
        return Err(io::Error::other("at most 600000 ms and 8192 connections"));
    }
    let spec = Spec::new(args)?;
    let outcome = match args.rate {
        Some(rate) => open::run(&spec, rate)?,
        None => closed::run(spec)?,
    };
    writeln!(io::stdout().lock(), "{}", serde_json::to_string(&outcome)?)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::net::SocketAddr;
    use std::sync::mpsc;
    use std::thread;

    use clap::Parser;

    use super::answer::Digest;
    use super::*;
    use crate::mock::said::Said;
    use crate::mock::{self, ask::Pace};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: DriveArgs,
    }

    /// A mock on a thread of its own, for as long as the tests run.
    fn mock() -> SocketAddr {
        let (told, hear) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                let pace = Pace { from: 0, tokens: 256, gap_us: 0, batch: 1 };
                mock::serve(listener, pace, Said::default()).await
            })
        });
        hear.recv().unwrap()
    }

    fn spec(line: &str) -> Spec {
        let address = mock().to_string();
        let words = ["drive", "--address", &address].into_iter().chain(line.split_whitespace());
        Spec::new(&Line::try_parse_from(words).unwrap().args).unwrap()
    }

    #[test]
    fn every_connection_is_answered_whole() {
        let outcome = closed::run(spec("--connections 4 --once")).unwrap();
        assert_eq!((outcome.calls, outcome.errors.total()), (4, 0));
    }

    #[test]
    fn a_paced_stream_takes_its_time() {
        let line = "--connections 2 --once --streamed --tokens 10 --gap-us 5000";
        let outcome = closed::run(spec(line)).unwrap();
        assert_eq!((outcome.calls, outcome.pieces, outcome.errors.total()), (2, 20, 0));
        assert!(outcome.latency_us.p50 > 45_000.0, "{outcome:?}");
        assert!((3_000.0..8_000.0).contains(&outcome.gap_us.p50), "{outcome:?}");
    }

    #[test]
    fn a_constant_rate_starts_as_many_calls_as_it_says() {
        let outcome = open::run(&spec("--connections 4 --duration-ms 200"), 100).unwrap();
        assert_eq!((outcome.calls, outcome.errors.total()), (20, 0));
    }

    #[test]
    fn streams_begin_at_places_of_their_own() {
        let spec = spec("--connections 4 --once --streamed --tokens 40 --starts 4 --ramp-ms 8");
        let texts: HashSet<_> = spec.calls.iter().map(|call| call.expected).collect();
        assert_eq!(texts.len(), 4);
        let outcome = closed::run(spec).unwrap();
        assert_eq!((outcome.calls, outcome.errors.total()), (4, 0));
    }

    #[test]
    fn a_wrong_text_is_no_call() {
        let mut wrong = spec("--connections 1 --once --streamed");
        wrong.calls.iter_mut().for_each(|call| call.expected = Digest::EMPTY);
        let outcome = closed::run(wrong).unwrap();
        assert_eq!((outcome.calls, outcome.errors.content), (0, 1));
    }
}
