//! The operations listener: probes, metrics, and what the node runs. Plain HTTP/1, to be bound where
//! only operators reach it.
//!
//! A connection carries one request and lives ten seconds at most, so that nothing which is slow or
//! stuck can gather here; and no more of them are taken than [`CONNECTIONS_MAX`].

mod problem;
mod routes;
mod shown;

pub use routes::router;

use crate::Vitals;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long a connection may last, its request and its answer included.
const DEADLINE: Duration = Duration::from_secs(10);
/// Connections at once: a few scrapers, a few probes, a person. More wait to be accepted.
pub const CONNECTIONS_MAX: usize = 64;
/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// How long to wait when the system cannot accept, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown`, then finishes what is under way: [`DEADLINE`] at most.
pub async fn serve<F>(listener: TcpListener, vitals: Arc<dyn Vitals>, shutdown: F)
where
    F: Future<Output = ()> + Send,
{
    serve_within(DEADLINE, listener, vitals, shutdown).await;
}

async fn serve_within<F>(
    deadline: Duration,
    listener: TcpListener,
    vitals: Arc<dyn Vitals>,
    shutdown: F,
) where
    F: Future<Output = ()> + Send,
{
    let service = TowerToHyperService::new(router(vitals));
    let mut under_way = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let has_room = under_way.len() < CONNECTIONS_MAX;
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = under_way.join_next() => {}
            stream = accept(&listener), if has_room => {
                under_way.spawn(tokio::time::timeout(deadline, one(stream, service.clone())));
            }
        }
    }
    drop(listener);
    while under_way.join_next().await.is_some() {}
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!(%error, "the operations listener cannot accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn one(stream: TcpStream, service: TowerToHyperService<axum::Router>) {
    let served = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = served.await {
        tracing::debug!(%error, "an operations connection failed");
    }
}

#[cfg(test)]
mod tests;
