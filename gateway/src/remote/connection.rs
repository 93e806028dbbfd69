//! One connection to a server, driven by whoever asks over it: dropped, it is closed.

use bytes::Bytes;
use http::Request;
use http::response::Parts;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Waker};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Header fields of an answer.
const HEADERS_MAX: usize = 100;
/// Bytes of its head.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// How a server is spoken to in secret.
#[derive(Clone, Debug)]
pub(crate) struct Secure {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) name: ServerName<'static>,
}

/// A connection that can take a request.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Moves bytes while it is polled; ready when the connection is over.
    driver: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Connection").field(&self.sender).finish()
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Parts,
    pub(crate) body: Bytes,
    /// The connection, if it can take another request.
    pub(crate) connection: Option<Connection>,
}

/// The answer broke off, is not HTTP, or is too large.
#[derive(Debug)]
pub(crate) struct Broken;

impl Connection {
    /// Connects; the caller bounds the time.
    pub(crate) async fn open(host: &str, port: u16, secure: Option<&Secure>) -> io::Result<Self> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        match secure {
            None => Self::over(stream).await,
            Some(Secure { config, name }) => {
                let connector = TlsConnector::from(Arc::clone(config));
                Self::over(connector.connect(name.clone(), stream).await?).await
            }
        }
    }

    async fn over<S>(stream: S) -> io::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = http1::Builder::new();
        builder.max_headers(HEADERS_MAX).max_buf_size(HEAD_BYTES_MAX);
        let shaken = builder.handshake(TokioIo::new(stream)).await;
        let (sender, connection) = shaken.map_err(io::Error::other)?;
        // How it ends is told to whoever waits for an answer.
        let driver = Box::pin(async move { drop(connection.await) });
        Ok(Self { sender, driver })
    }

    /// Whether an idle connection is still open.
    pub(crate) fn is_open(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        self.driver.as_mut().poll(&mut cx).is_pending() && self.sender.is_ready()
    }

    /// Sends a request and reads the whole answer, of at most so many bytes.
    pub(crate) async fn exchange(
        mut self,
        request: Request<Full<Bytes>>,
        bytes_max: usize,
    ) -> Result<Answer, Broken> {
        let sent = self.sender.send_request(request);
        let mut whole = pin!(async move {
            let (head, body) = sent.await.map_err(|_| Broken)?.into_parts();
            let body = Limited::new(body, bytes_max).collect().await.map_err(|_| Broken)?;
            Ok((head, body.to_bytes()))
        });
        let mut over = false;
        let (head, body) = poll_fn(|cx| {
            // Before, so that the request goes out; after, so that the connection is seen idle.
            over = over || self.driver.as_mut().poll(cx).is_ready();
            let read = whole.as_mut().poll(cx);
            over = over || (read.is_ready() && self.driver.as_mut().poll(cx).is_ready());
            read
        })
        .await?;
        let connection = (!over && self.sender.is_ready()).then_some(self);
        Ok(Answer { head, body, connection })
    }
}
