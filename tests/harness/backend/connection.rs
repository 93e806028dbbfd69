//! One connection of the backend.

use super::script::Step;
use super::{Script, Seen, Shared};
use crate::Head;
use crate::http::Inbox;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::sync::watch;

pub(crate) struct Connection {
    inbox: Inbox<ReadHalf<TcpStream>>,
    outbox: WriteHalf<TcpStream>,
    shared: Arc<Shared>,
    number: usize,
    gone: watch::Sender<bool>,
}

/// What the end of a script means for its connection.
enum After {
    Next,
    Close,
    Reset,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, shared: Arc<Shared>) -> Self {
        let (inbox, outbox) = split(stream);
        let number = shared.connections.load(Ordering::SeqCst);
        Self { inbox: Inbox::new(inbox), outbox, shared, number, gone: watch::channel(false).0 }
    }

    pub(crate) async fn serve(mut self) {
        while let Ok(Some(head)) = self.inbox.head().await {
            let Ok(seen) = self.request(head).await else { break };
            self.shared.requests.fetch_add(1, Ordering::SeqCst);
            let script = self.shared.script(&seen);
            let told = self.shared.tell.send(seen);
            debug_assert!(told.is_ok(), "a backend outlives its connections");
            match self.play(script).await {
                Ok(After::Next) => {}
                Ok(After::Close) | Err(_) => break,
                Ok(After::Reset) => return self.reset(),
            }
        }
        self.shared.bytes.fetch_add(self.inbox.taken().len(), Ordering::SeqCst);
        self.gone.send_replace(true);
    }

    async fn request(&mut self, head: Head) -> io::Result<Seen> {
        let mut body = Vec::new();
        self.inbox.body(head.request_body(), &mut body).await?;
        let bytes = self.inbox.taken();
        self.shared.bytes.fetch_add(bytes.len(), Ordering::SeqCst);
        Ok(Seen { head, body, bytes, connection: self.number, gone: self.gone.subscribe() })
    }

    /// Plays a script, unless the other side leaves first.
    async fn play(&mut self, script: Script) -> io::Result<After> {
        let (inbox, outbox) = (&mut self.inbox, &mut self.outbox);
        tokio::select! {
            biased;
            () = inbox.closed() => Err(io::ErrorKind::ConnectionReset.into()),
            after = steps(outbox, script) => after,
        }
    }

    /// Closes so that the other side gets a reset.
    fn reset(self) {
        let stream = self.inbox.into_inner().unsplit(self.outbox);
        let set = stream.set_zero_linger();
        debug_assert!(set.is_ok(), "a socket that can linger");
    }
}

async fn steps(outbox: &mut WriteHalf<TcpStream>, script: Script) -> io::Result<After> {
    for step in script.steps {
        match step {
            Step::Send(bytes) => outbox.write_all(&bytes).await?,
            Step::Wait(gate) => gate.pass().await,
            Step::Hang => std::future::pending().await,
            Step::Close => return Ok(After::Close),
            Step::Reset => return Ok(After::Reset),
        }
    }
    Ok(After::Next)
}
