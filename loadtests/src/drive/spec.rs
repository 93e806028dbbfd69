//! What to call and how often.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::answer::Digest;
use crate::mock::said::{Said, SaidArgs};
use crate::mock::script;

/// The arguments of `drive`.
#[derive(Debug, Clone, clap::Args)]
pub struct DriveArgs {
    /// Address to call, loopback only
    #[arg(long)]
    pub address: SocketAddr,
    /// Sent as `authorization: Bearer KEY`
    #[arg(long, default_value = "none")]
    pub key: String,
    /// Model asked for
    #[arg(long, default_value = "mock-1")]
    pub model: String,
    /// Connections, kept open
    #[arg(long, default_value_t = 64)]
    pub connections: u32,
    /// Calls a second at a constant rate; without it every connection calls as soon as it can
    #[arg(long)]
    pub rate: Option<u32>,
    /// How long to call
    #[arg(long, default_value_t = 1_000)]
    pub duration_ms: u64,
    /// One call a connection, then stop
    #[arg(long)]
    pub once: bool,
    /// Ask for a stream
    #[arg(long)]
    pub streamed: bool,
    /// Tokens of an answer
    #[arg(long, default_value_t = script::WHOLE_TOKENS)]
    pub tokens: usize,
    /// Microseconds between two writes of the mock
    #[arg(long, default_value_t = 0)]
    pub gap_us: u64,
    /// Tokens a write of the mock
    #[arg(long, default_value_t = 1)]
    pub batch: usize,
    /// Places of the text, evenly apart, at which the streams begin, in turn
    #[arg(long, default_value_t = 1)]
    pub starts: usize,
    /// Milliseconds over which the connections of a closed loop begin to call
    #[arg(long, default_value_t = 0)]
    pub ramp_ms: u64,
    /// What the mock says
    #[command(flatten)]
    pub said: SaidArgs,
}

/// The same, ready to run.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Address to call.
    pub address: SocketAddr,
    /// What to call, in turn.
    pub calls: Vec<Call>,
    /// Connections.
    pub connections: u32,
    /// How long.
    pub duration: Duration,
    /// Over how long the connections begin.
    pub ramp: Duration,
    /// One call a connection.
    pub once: bool,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The request, head and body.
    pub request: Vec<u8>,
    /// Text that a good answer has.
    pub expected: Digest,
    /// Whether `[DONE]` must come.
    pub streamed: bool,
}

impl Spec {
    /// Renders the requests and the texts they must bring.
    pub fn new(args: &DriveArgs) -> io::Result<Self> {
        let said = Said::new(&args.said)?;
        let tokens = args.tokens.min(script::TOKENS_MAX);
        let starts = args.starts.clamp(1, said.turn());
        let call = |start: usize| {
            let from = (said.turn() * start / starts).min(script::TOKENS_MAX - tokens);
            let text = said.text(from..from + tokens);
            let expected = Digest::EMPTY.with(text.as_bytes());
            Call { request: request(args, from, tokens), expected, streamed: args.streamed }
        };
        Ok(Self {
            address: args.address,
            calls: (0..starts).map(call).collect(),
            connections: args.connections,
            duration: Duration::from_millis(args.duration_ms),
            ramp: Duration::from_millis(args.ramp_ms),
            once: args.once,
        })
    }

    /// The `n`-th call; after the last the first comes again.
    pub fn call(&self, n: u32) -> io::Result<&Call> {
        let n = usize::try_from(n).unwrap_or(0);
        let call = self.calls.get(n % self.calls.len().max(1));
        call.ok_or_else(|| io::Error::other("there is nothing to call"))
    }
}

fn request(args: &DriveArgs, from: usize, tokens: usize) -> Vec<u8> {
    let DriveArgs { gap_us, batch, model, streamed, address, key, .. } = args;
    let body = format!(
        "{{\"model\":\"{model}\",\"messages\":[\
         {{\"role\":\"system\",\"content\":\"You are a careful lock keeper. Answer in plain words \
         and keep to what was asked, without lists and without flourish.\"}},\
         {{\"role\":\"user\",\"content\":\"Tell me how water finds its way through a sluice, and \
         why the order of the gates matters. [mock from={from} tokens={tokens} \
         gap-us={gap_us} batch={batch}]\"}}],\
         \"temperature\":0.7,\"max_tokens\":{tokens},\"stream\":{streamed}}}"
    );
    let length = body.len();
    format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\naccept: */*\r\nuser-agent: sluice-loadtests\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
