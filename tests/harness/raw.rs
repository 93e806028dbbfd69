//! A client that sends exactly the bytes it is told to.

use crate::http::Inbox;
use crate::{Live, Reply, soon};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;

/// One connection, in the test's hands.
#[derive(Debug)]
pub struct Wire {
    pub(crate) inbox: Inbox<ReadHalf<TcpStream>>,
    outbox: WriteHalf<TcpStream>,
}

impl Wire {
    /// Connects and says nothing.
    pub async fn connect(to: SocketAddr) -> Self {
        Self::try_connect(to).await.expect("a listener")
    }

    /// Connects, if somebody listens.
    pub async fn try_connect(to: SocketAddr) -> Option<Self> {
        let stream = soon("a connection", TcpStream::connect(to)).await.ok()?;
        stream.set_nodelay(true).expect("a socket");
        let (inbox, outbox) = split(stream);
        Some(Self { inbox: Inbox::new(inbox), outbox })
    }

    /// Sends bytes. That the other side has closed is no failure: its answer may still be read.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let sent = soon("bytes to be taken", self.outbox.write_all(bytes.as_ref())).await;
        drop(sent);
        self
    }

    /// The next whole answer, past any `1xx`.
    pub async fn reply(&mut self) -> Reply {
        soon("an answer", self.try_reply()).await.expect("an answer before the end")
    }

    /// The next whole answer, or none if the connection ends without one.
    pub async fn try_reply(&mut self) -> Option<Reply> {
        let head = self.inbox.head().await.ok().flatten()?;
        let live = Live::of(head);
        let mut body = Vec::new();
        let is_whole = self.inbox.body(live.left, &mut body).await.is_ok();
        Some(live.into_reply(body, is_whole))
    }

    /// All that comes until the other side closes, as text.
    pub async fn rest(&mut self) -> String {
        let rest = soon("the other side to close", self.inbox.rest()).await;
        String::from_utf8_lossy(&rest).into_owned()
    }

    /// Listens for a while: all that was said, if the other side has closed by then.
    pub async fn said_and_closed(&mut self, within: Duration) -> Option<String> {
        tokio::time::timeout(within, self.inbox.closed()).await.ok()?;
        Some(self.rest().await)
    }

    /// Waits until the other side has closed and said nothing more.
    pub async fn is_closed(&mut self) {
        let rest = self.rest().await;
        assert_eq!(rest, "", "said more before it closed");
    }

    /// Ends sending, as a client does that has said all (half close).
    pub async fn ends_sending(&mut self) {
        drop(self.outbox.shutdown().await);
    }

    /// Hangs up with a reset.
    pub fn resets(self) {
        let stream = self.inbox.into_inner().unsplit(self.outbox);
        stream.set_zero_linger().expect("a socket that can linger");
    }
}
