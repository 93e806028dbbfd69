//! Closed loop: every connection calls again as soon as it was answered. For throughput and streams.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::answer::Answer;
use super::spec::Spec;
use super::tally::{Outcome, Tally};

/// What one read takes at most.
const READ_BYTES: usize = 32 << 10;
/// How long a call under way may go on after the end of the run.
const GRACE: Duration = Duration::from_mins(1);
/// Before a connection that failed is opened again.
const BACK_OFF: Duration = Duration::from_millis(20);

/// Runs on the calling thread alone.
pub fn run(spec: Spec) -> io::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(drive(Arc::new(spec)))
}

async fn drive(spec: Arc<Spec>) -> io::Result<Outcome> {
    let mut streams = Vec::new();
    for _ in 0..spec.connections {
        streams.push(connect(&spec).await?);
    }
    let tally = Arc::new(Mutex::new(Tally::new()?));
    let started = Instant::now();
    let until = started + spec.duration;
    let mut callers = JoinSet::new();
    for (number, stream) in (0..spec.connections).zip(streams) {
        let caller = Caller {
            number,
            spec: Arc::clone(&spec),
            tally: Arc::clone(&tally),
            stream,
            answer: Answer::default(),
            buffer: vec![0; READ_BYTES],
        };
        let begins = started + spec.ramp / spec.connections.max(1) * number;
        callers.spawn(caller.run(begins, until));
    }
    while callers.join_next().await.is_some() {}
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(tally.outcome(started.elapsed()))
}

async fn connect(spec: &Spec) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(spec.address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[derive(Debug)]
struct Caller {
    /// Which call comes next; each begins with one of its own.
    number: u32,
    spec: Arc<Spec>,
    tally: Arc<Mutex<Tally>>,
    stream: TcpStream,
    answer: Answer,
    buffer: Vec<u8>,
}

impl Caller {
    async fn run(mut self, begins: Instant, until: Instant) {
        sleep_until(begins).await;
        loop {
            let called = timeout_at(until + GRACE, self.call()).await;
            let good = matches!(called, Ok(Ok(())));
            if !good {
                self.tell(Tally::failed);
            }
            if self.spec.once || Instant::now() >= until {
                return;
            }
            if !good || self.answer.closes() {
                self.reopen(good).await;
            }
        }
    }

    /// One call, to its last byte.
    async fn call(&mut self) -> io::Result<()> {
        let call = self.spec.call(self.number)?;
        self.number = self.number.wrapping_add(1);
        self.answer.reset();
        let started = Instant::now();
        self.stream.write_all(&call.request).await?;
        let mut last = None;
        while !self.answer.is_done() {
            let read = self.stream.read(&mut self.buffer).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let before = self.answer.pieces();
            self.answer.feed(self.buffer.get(..read).unwrap_or_default())?;
            if call.streamed && self.answer.pieces() > before {
                last = Some(self.seen(self.answer.pieces() - before, started, last));
            }
        }
        let took = started.elapsed();
        self.tell(|tally| tally.answered(call, &self.answer, took));
        Ok(())
    }

    /// Notes pieces that came in one read; returns when.
    fn seen(&self, pieces: u64, started: Instant, last: Option<Instant>) -> Instant {
        let now = Instant::now();
        self.tell(|tally| {
            if last.is_none() {
                tally.first(now - started);
            }
            tally.pieces(pieces, last.map(|last| now - last));
        });
        now
    }

    async fn reopen(&mut self, announced: bool) {
        if announced {
            self.tell(Tally::reconnected);
        } else {
            sleep(BACK_OFF).await;
        }
        match connect(&self.spec).await {
            Ok(stream) => self.stream = stream,
            Err(_) => self.tell(Tally::failed),
        }
    }

    fn tell(&self, what: impl FnOnce(&mut Tally)) {
        what(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
