//! One address that callers connect to.

use super::connection::{Shared, serve};
use super::{StartError, tls};
use crate::node::Node;
use crate::tasks::Tasks;
use sluice_config::Listener;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;

/// Wait after the system has no more sockets to give.
const EXHAUSTED: Duration = Duration::from_millis(50);

/// Connections that may wait to be accepted. By default 128 may, and when a deploy or an outage
/// brings a thousand callers back at once, the system drops the rest. It is held to
/// `net.core.somaxconn`.
const BACKLOG: u32 = 4096;

/// A listener whose address is ours and whose certificate is read.
#[derive(Debug)]
pub(super) struct Bound {
    spec: Listener,
    connections_max: usize,
    listener: TcpListener,
    address: SocketAddr,
    certificates: Option<Arc<tls::Certificates>>,
}

impl Bound {
    pub(super) fn bind(spec: Listener, connections_max: usize) -> Result<Self, StartError> {
        let at = spec.bind;
        let certificates = spec.tls.clone().map(tls::Certificates::load).transpose();
        let certificates = certificates.map_err(StartError::Tls)?;
        let failed = |source| StartError::Listen { at, source };
        let listener = listen(at).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { spec, connections_max, listener, address, certificates })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn certificates(&self) -> Option<Arc<tls::Certificates>> {
        self.certificates.clone()
    }

    /// Serves until told to stop.
    pub(super) fn run(self, node: &Arc<Node>, tasks: &Tasks) {
        let open =
            node.metrics.families.connections.with_label_values(&[&self.address.to_string()]);
        let shared = Arc::new(Shared {
            node: Arc::clone(node),
            places: Arc::new(Semaphore::new(self.connections_max)),
            trusted: self.spec.trusted_proxies,
            certificates: self.certificates,
            tasks: tasks.clone(),
            open,
        });
        let listener = self.listener;
        tasks.spawn_until_stop(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, peer)) => admit(&shared, stream, peer),
                    Err(error) => pause(&error).await,
                }
            }
        });
    }
}

/// Listens, with room for a burst of callers.
fn listen(at: SocketAddr) -> io::Result<TcpListener> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A node that is started again takes its address over from connections that still linger.
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(BACKLOG)
}

/// Gives a connection its task, if there is room for it.
fn admit(shared: &Arc<Shared>, stream: TcpStream, peer: SocketAddr) {
    let Ok(place) = Arc::clone(&shared.places).try_acquire_owned() else {
        shared.node.metrics.families.connection_refusals.with_label_values(&["full"]).inc();
        return;
    };
    let shared = Arc::clone(shared);
    let tasks = shared.tasks.clone();
    tasks.spawn(async move {
        shared.open.inc();
        serve(&shared, stream, peer).await;
        shared.open.dec();
        drop(place);
    });
}

/// A connection that broke before it was ours is nothing; having no sockets left is.
async fn pause(error: &io::Error) {
    let harmless = [
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::Interrupted,
    ];
    if !harmless.contains(&error.kind()) {
        tracing::error!(%error, "cannot accept connections; raise the limit of open files");
        tokio::time::sleep(EXHAUSTED).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_burst_of_callers_has_room_to_wait() {
        let listener = listen("127.0.0.1:0".parse().expect("an address")).expect("a listener");
        let at = listener.local_addr().expect("its address");
        // More than a listener holds by default; none of them is accepted.
        let connect = || std::net::TcpStream::connect_timeout(&at, Duration::from_secs(5));
        let waiting: Vec<_> = (0..300).map(|_| connect().expect("room to wait")).collect();
        assert_eq!(waiting.len(), 300);
    }
}
