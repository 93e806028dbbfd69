//! One connection of a caller, from its first byte to its last.

use super::body::{Tracked, UnderWay};
use super::cors;
use super::executor::Streams;
use super::tls;
use crate::accept::{address, is_trusted};
use crate::call::Peer;
use crate::node::Node;
use crate::pipeline;
use crate::tasks::Tasks;
use crate::trust::Certificate;
use crate::wire::{Deadlines, Fault, Guarded, HeadLimits, Watch};
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, Version};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use prometheus::IntGauge;
use sluice_config::Bounds;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

/// Resets that an HTTP/2 client may cause before it is cut off.
const RESETS_MAX: usize = 20;
/// And that it may cause by breaking the protocol.
const ERRORS_MAX: usize = 256;
/// Between two looks at an HTTP/2 connection that may be idle.
const LOOK: Duration = Duration::from_secs(5);
/// What hyper reads of one HTTP/1 connection beyond what the guard lets through.
const BUFFER_MAX: usize = 128 * 1024;

/// What the connections of one listener share.
pub(super) struct Shared {
    pub(super) node: Arc<Node>,
    pub(super) trusted: Vec<IpNet>,
    pub(super) certificates: Option<Arc<tls::Certificates>>,
    pub(super) places: Arc<Semaphore>,
    pub(super) tasks: Tasks,
    pub(super) open: IntGauge,
}

/// One connection and what its calls share.
struct Conn {
    shared: Arc<Shared>,
    peer: SocketAddr,
    /// The certificate that the other side has shown, if it has shown one.
    certificate: Option<Arc<Certificate>>,
    watch: Arc<Watch>,
    /// As they were when the connection began.
    bounds: Bounds,
    began: Duration,
    calls: AtomicU64,
}

/// Serves a connection until it ends.
pub(super) async fn serve(shared: &Arc<Shared>, stream: TcpStream, peer: SocketAddr) {
    // Small writes must not wait for an acknowledgement.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let began = shared.node.clock.steady();
    let watch = Arc::new(Watch::new(Arc::clone(&shared.node.clock)));
    let bounds = shared.node.snapshot().bounds.clone();
    let mut conn = Conn {
        shared: Arc::clone(shared),
        peer,
        certificate: None,
        watch,
        bounds,
        began,
        calls: AtomicU64::new(0),
    };
    let Some(certificates) = &shared.certificates else { return one(conn, stream).await };
    let shaken = timeout(conn.bounds.handshake, certificates.acceptor().accept(stream)).await;
    let Some((stream, certificate)) = shaken.ok().and_then(Result::ok).and_then(shown) else {
        let refusals = &shared.node.metrics.families.connection_refusals;
        refusals.with_label_values(&["handshake"]).inc();
        return;
    };
    conn.certificate = certificate;
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        two(conn, stream).await;
    } else {
        one(conn, stream).await;
    }
}

/// A connection and the certificate that the other side has shown. `None` if it has shown one that
/// cannot be read: whoever that is, it is not nobody.
fn shown(stream: TlsStream<TcpStream>) -> Option<(TlsStream<TcpStream>, Option<Arc<Certificate>>)> {
    let certificate = match stream.get_ref().1.peer_certificates().and_then(<[_]>::first) {
        Some(der) => Some(Arc::new(Certificate::read(der)?)),
        None => None,
    };
    Some((stream, certificate))
}

/// HTTP/1: behind the guard.
async fn one<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(conn: Conn, stream: S) {
    let bounds = &conn.bounds;
    let limits = HeadLimits {
        bytes: bounds.header_bytes_max,
        headers: bounds.headers_max,
        uri_bytes: bounds.uri_bytes_max,
    };
    let deadlines = Deadlines {
        first_byte: bounds.first_byte,
        header: bounds.header,
        body: bounds.body,
        idle: bounds.idle,
        write_stall: bounds.write_stall,
    };
    let guarded = Guarded::new(stream, limits, deadlines, Arc::clone(&conn.watch));
    let stopping = conn.shared.tasks.stopping().wait();
    let (headers_max, conn) = (bounds.headers_max, &conn);
    let service =
        service_fn(|request| async move { Ok::<_, Infallible>(call(conn, request).await) });
    let mut builder = http1::Builder::new();
    // What is ready is copied together and sent in one piece: answers are small, and the system takes
    // one piece for less than it takes several.
    builder.max_headers(headers_max).max_buf_size(BUFFER_MAX).half_close(false).writev(false);
    let mut serving = pin!(builder.serve_connection(guarded, service));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stopping => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    broke(ended);
}

/// HTTP/2: by ALPN only, so nothing is sniffed.
async fn two<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(conn: Conn, stream: S) {
    let (bounds, stopping) = (conn.bounds.clone(), conn.shared.tasks.stopping().wait());
    let mut builder = http2::Builder::new(Streams(conn.shared.tasks.clone()));
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(bounds.streams_max)
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .max_header_list_size(u32::try_from(bounds.header_bytes_max).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_local_error_reset_streams(ERRORS_MAX)
        .max_send_buf_size(256 * 1024)
        .keep_alive_interval(bounds.write_stall)
        .keep_alive_timeout(bounds.write_stall);
    let conn = Arc::new(conn);
    let calls = Arc::clone(&conn);
    let service = service_fn(move |request| {
        let conn = Arc::clone(&calls);
        async move { Ok::<_, Infallible>(call(&conn, request).await) }
    });
    let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stopping => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
        () = quiet(&conn) => {
            serving.as_mut().graceful_shutdown();
            // A peer that does not answer the goodbye is not waited for.
            timeout(bounds.idle, serving).await.unwrap_or(Ok(()))
        }
    };
    broke(ended);
}

/// A connection that breaks is the caller's business; its calls have settled.
fn broke(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

/// Resolves once no call has been under way for as long as a connection may be idle, or it has
/// grown old.
async fn quiet(conn: &Conn) {
    loop {
        tokio::time::sleep(LOOK.min(conn.bounds.idle)).await;
        let now = conn.shared.node.clock.steady();
        let since = conn.watch.idle_since(conn.began);
        let idle = since.is_some_and(|since| now.saturating_sub(since) >= conn.bounds.idle);
        if idle || now.saturating_sub(conn.began) >= conn.bounds.connection_age_max {
            return;
        }
    }
}

/// One call: the guard's own, a preflight, or one for the pipeline.
async fn call(conn: &Conn, request: Request<Incoming>) -> Response<Tracked> {
    let node = &conn.shared.node;
    let (under_way, now) = (UnderWay::begin(&conn.watch), node.clock.steady());
    let one = request.version() != Version::HTTP_2;
    let origin = cors::origin(&request, || node.snapshot());
    let mut response = match Fault::named(request.method(), request.uri()).filter(|_| one) {
        Some(fault) => pipeline::refuse(node, &fault.refusal(), now),
        None if origin.is_some() && cors::is_preflight(&request) => cors::permission(),
        None => {
            let (socket, trusted) = (conn.peer.ip(), &conn.shared.trusted);
            let address = address(socket, request.headers(), trusted);
            let (proxied, certificate) = (is_trusted(socket, trusted), conn.certificate.clone());
            let peer = Peer { address, proxied, country: None, certificate };
            // In a place of its own, so that a connection without a call is small.
            Box::pin(pipeline::serve(node, request, peer, now)).await
        }
    };
    if let Some(origin) = origin {
        cors::share(response.headers_mut(), &origin);
    }
    if one && conn.is_spent(now) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if !one {
        // HTTP/2 has no such header; the connection goes on, since its framing is sound.
        response.headers_mut().remove(CONNECTION);
    }
    response.map(|body| Tracked::new(body, under_way))
}

impl Conn {
    /// Whether the call that began `now` is the last one the connection serves.
    fn is_spent(&self, now: Duration) -> bool {
        let calls = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let age = now.saturating_sub(self.began);
        let bounds = &self.bounds;
        calls >= bounds.requests_per_connection_max
            || age >= bounds.connection_age_max
            || self.shared.tasks.stopping().is_given()
    }
}
