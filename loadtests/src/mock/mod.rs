//! The backend of every measurement: scripted answers over HTTP/1.1, cheaper than what is measured.

pub mod ask;
pub mod said;
pub mod script;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use ask::{Ask, Framed, Pace};
use said::{Said, SaidArgs};
use script::{Script, Shape};

/// Waiting connections that the kernel keeps for the mock.
const BACKLOG: u32 = 4_096;

/// The arguments of `mock`.
#[derive(Debug, clap::Args)]
pub struct MockArgs {
    /// Where to listen; port 0 takes a free one, which is printed
    #[arg(long, default_value = "127.0.0.1:0")]
    pub bind: SocketAddr,
    /// Tokens of a streamed answer, unless the prompt says `[mock tokens=N]`
    #[arg(long, default_value_t = 256)]
    pub tokens: usize,
    /// Microseconds between two writes of a stream, unless the prompt says `[mock gap-us=N]`
    #[arg(long, default_value_t = 0)]
    pub gap_us: u64,
    /// Tokens a write of a stream, unless the prompt says `[mock batch=N]`
    #[arg(long, default_value_t = 1)]
    pub batch: usize,
    /// What answers say
    #[command(flatten)]
    pub said: SaidArgs,
}

/// Serves until it is killed.
pub fn run(args: &MockArgs) -> io::Result<()> {
    if !args.bind.ip().is_loopback() {
        return Err(io::Error::other("the mock listens on loopback only, choose 127.0.0.1"));
    }
    let said = Said::new(&args.said)?;
    let pace = Pace { from: 0, tokens: args.tokens, gap_us: args.gap_us, batch: args.batch.max(1) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(args.bind)?;
        let listener = socket.listen(BACKLOG)?;
        writeln!(io::stdout().lock(), "{}", listener.local_addr()?)?;
        serve(listener, pace, said).await
    })
}

/// Answers every connection of `listener`.
pub async fn serve(listener: TcpListener, pace: Pace, said: Said) -> io::Result<()> {
    let mock = Arc::new(Mock {
        chat: Script::new(Shape::Chat, &said),
        completion: Script::new(Shape::Completion, &said),
        said,
        pace,
    });
    let mut open = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        open.spawn(connection(stream, Arc::clone(&mock)));
        while open.try_join_next().is_some() {}
    }
}

#[derive(Debug)]
struct Mock {
    chat: Script,
    completion: Script,
    said: Said,
    pace: Pace,
}

impl Mock {
    const fn script(&self, shape: Shape) -> &Script {
        match shape {
            Shape::Chat => &self.chat,
            Shape::Completion => &self.completion,
        }
    }
}

/// One connection until either side ends it; how it ended is the peer's business to notice.
async fn connection(mut stream: TcpStream, mock: Arc<Mock>) -> io::Result<()> {
    let mut input = Vec::with_capacity(16 << 10);
    loop {
        let Some(framed) = Framed::find(&input)? else {
            if stream.read_buf(&mut input).await? == 0 {
                return Ok(());
            }
            continue;
        };
        let ask = framed.ask(&input, mock.pace);
        input.drain(..framed.end());
        answer(&mut stream, &mock, ask).await?;
    }
}

async fn answer(stream: &mut TcpStream, mock: &Mock, ask: Ask) -> io::Result<()> {
    match ask {
        Ask::Whole(shape, tokens) => {
            stream.write_all(&mock.script(shape).whole(&mock.said, tokens)).await
        }
        Ask::Streamed { shape, pace, show_usage } => {
            let script = mock.script(shape);
            events(stream, script, pace).await?;
            stream.write_all(&script.closing(pace.tokens, show_usage)).await
        }
        Ask::Health => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await,
        Ask::Unknown => {
            stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await
        }
    }
}

/// The opening and every token, at the pace.
async fn events(stream: &mut TcpStream, script: &Script, pace: Pace) -> io::Result<()> {
    stream.write_all(script.opening()).await?;
    let mut due = Instant::now();
    let mut from = pace.from;
    let end = from.saturating_add(pace.tokens);
    while from < end {
        if pace.gap_us > 0 {
            due += Duration::from_micros(pace.gap_us);
            sleep_until(due).await;
        }
        let to = from.saturating_add(pace.batch).min(end);
        stream.write_all(script.tokens(from, to)).await?;
        from = to;
    }
    Ok(())
}
