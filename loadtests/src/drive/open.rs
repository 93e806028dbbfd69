//! Open loop: calls start at a constant rate whatever the answers do, and each is timed from the
//! moment it should have started, so that a stall is not hidden by the calls it kept from starting.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use super::answer::Answer;
use super::spec::Spec;
use super::tally::{Outcome, Tally};

/// A call that is not answered by then is an error.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Between the connections and the first call.
const LEAD: Duration = Duration::from_millis(20);

/// Runs one thread a connection; whichever is free takes the next call.
pub fn run(spec: &Spec, rate: u32) -> io::Result<Outcome> {
    // Threads inherit this: without it every sleep ends up to 50 µs late. Refused, it is only noise.
    fs::write("/proc/self/timerslack_ns", "1").unwrap_or_default();
    let streams: Vec<_> =
        (0..spec.connections).map(|_| connect(spec)).collect::<io::Result<_>>()?;
    let tally = Mutex::new(Tally::new()?);
    let started = Instant::now() + LEAD;
    let plan = Plan { spec, tally: &tally, next: &AtomicU32::new(0), started, rate };
    thread::scope(|scope| {
        for stream in streams {
            scope.spawn(move || plan.run(stream));
        }
    });
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(tally.outcome(started.elapsed()))
}

#[derive(Debug, Clone, Copy)]
struct Plan<'a> {
    spec: &'a Spec,
    tally: &'a Mutex<Tally>,
    next: &'a AtomicU32,
    started: Instant,
    rate: u32,
}

/// One call of many.
#[derive(Debug, Clone, Copy)]
struct Turn {
    number: u32,
    /// When it should start.
    due: Instant,
}

impl Plan<'_> {
    fn run(&self, mut stream: TcpStream) {
        let mut answer = Answer::default();
        let mut buffer = vec![0; 32 << 10];
        loop {
            let turn = self.next.fetch_add(1, Ordering::Relaxed);
            let offset = Duration::from_secs(1) / self.rate.max(1) * turn;
            if offset >= self.spec.duration {
                return;
            }
            let due = self.started + offset;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let turn = Turn { number: turn, due };
            let good = self.call(&mut stream, &mut answer, &mut buffer, turn).is_ok();
            if !good {
                self.tell(Tally::failed);
            }
            if (!good || answer.closes()) && !self.reopen(&mut stream) {
                return;
            }
        }
    }

    fn call(
        &self,
        stream: &mut TcpStream,
        answer: &mut Answer,
        buffer: &mut [u8],
        Turn { number, due }: Turn,
    ) -> io::Result<()> {
        let call = self.spec.call(number)?;
        answer.reset();
        stream.write_all(&call.request)?;
        let mut last = None;
        while !answer.is_done() {
            let read = stream.read(buffer)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let before = answer.pieces();
            answer.feed(buffer.get(..read).unwrap_or_default())?;
            if call.streamed && answer.pieces() > before {
                last = Some(self.seen(answer.pieces() - before, due, last));
            }
        }
        self.tell(|tally| tally.answered(call, answer, due.elapsed()));
        Ok(())
    }

    fn seen(&self, pieces: u64, due: Instant, last: Option<Instant>) -> Instant {
        let now = Instant::now();
        self.tell(|tally| {
            if last.is_none() {
                tally.first(now - due);
            }
            tally.pieces(pieces, last.map(|last| now - last));
        });
        now
    }

    /// Opens the connection again; a peer that cannot be reached costs this thread its further calls.
    fn reopen(&self, stream: &mut TcpStream) -> bool {
        self.tell(Tally::reconnected);
        match connect(self.spec) {
            Ok(fresh) => *stream = fresh,
            Err(_) => return false,
        }
        true
    }

    fn tell(&self, what: impl FnOnce(&mut Tally)) {
        what(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn connect(spec: &Spec) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(spec.address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    Ok(stream)
}
