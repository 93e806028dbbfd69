//! Where the node listens: never open and in plain by mistake.

use super::outside::Outside;
use crate::Problems;
use crate::file::{self, File, List};
use crate::spec::{ClientsSpec, Listener, Plaintext, TlsFiles};
use std::net::SocketAddr;

/// Compiles every listener.
pub(crate) fn compile(
    file: &File,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Vec<Listener> {
    let mut listeners: Vec<Listener> = Vec::new();
    for (index, written) in file.listeners.iter().flat_map(List::iter) {
        let path = format!("listeners[{index}]");
        let Some(listener) = one(written, &path, outside, problems) else { continue };
        if listeners.iter().any(|other| clash(other.bind, listener.bind)) {
            problems.note(&format!("{path}.bind"), "another listener has this address");
        }
        listeners.push(listener);
    }
    listeners
}

/// The address of the ops listener.
pub(crate) fn ops(file: &File, listeners: &[Listener], problems: &mut Problems) -> SocketAddr {
    let bind = file.ops.bind.0;
    if !bind.ip().is_loopback() && !file.ops.exposed {
        let what = "anyone who reaches it reads metrics without a key; \
            bind a loopback address, or add `exposed: true` if a network of yours guards it";
        problems.note("ops.bind", what);
    }
    if listeners.iter().any(|listener| clash(listener.bind, bind)) {
        problems.note("ops.bind", "a listener for callers has this address");
    }
    bind
}

fn one(
    written: &file::Listener,
    path: &str,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Option<Listener> {
    let tls = written.tls.as_ref().and_then(|tls| files(tls, path, outside, problems));
    let trusted: Vec<_> = written.trusted_proxies.iter().map(|(_, network)| network.0).collect();
    for (index, network) in written.trusted_proxies.iter() {
        if network.0.prefix_len() == 0 {
            let what = "this trusts every address there is; name the proxies";
            problems.note(&format!("{path}.trusted_proxies[{index}]"), what);
        }
    }
    let bind = written.bind.as_ref()?.0;
    plain(written, bind, path, problems);
    let plaintext = written.plaintext;
    Some(Listener { bind, tls, plaintext, trusted_proxies: trusted })
}

fn plain(written: &file::Listener, bind: SocketAddr, path: &str, problems: &mut Problems) {
    let behind = written.plaintext == Plaintext::BehindProxy;
    match (&written.tls, behind) {
        (Some(_), true) => {
            let what = "this listener has `tls`; leave one of the two out";
            problems.note(&format!("{path}.plaintext"), what);
        }
        (None, false) if !bind.ip().is_loopback() => {
            let what = "plain HTTP off loopback shows keys to the network; add `tls`, or \
                `plaintext: behind_proxy` with `trusted_proxies`";
            problems.note(&format!("{path}.bind"), what);
        }
        (None, true) if written.trusted_proxies.0.is_empty() => {
            let what = "`behind_proxy` needs `trusted_proxies`: the networks of the proxies";
            problems.note(path, what);
        }
        _ => {}
    }
}

fn files(
    tls: &file::Tls,
    path: &str,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Option<TlsFiles> {
    if let Some(certificate) = &tls.certificate {
        outside.pem(&certificate.0, false, &format!("{path}.tls.certificate"), problems);
    }
    if let Some(key) = &tls.key {
        outside.pem(&key.0, true, &format!("{path}.tls.key"), problems);
    }
    let clients = clients(tls, &format!("{path}.tls"), outside, problems);
    let certificate = outside.path(&tls.certificate.as_ref()?.0);
    Some(TlsFiles { certificate, key: outside.path(&tls.key.as_ref()?.0), clients })
}

/// Which certificates callers show.
fn clients(
    tls: &file::Tls,
    path: &str,
    outside: &Outside<'_>,
    problems: &mut Problems,
) -> Option<ClientsSpec> {
    if tls.client_ca.0.is_empty() {
        for (field, written) in [
            ("client_crls", !tls.client_crls.0.is_empty()),
            ("client_certificates", tls.client_certificates.is_some()),
        ] {
            if written {
                let what = "needs `client_ca`: who signs the certificates of callers";
                problems.note(&format!("{path}.{field}"), what);
            }
        }
        return None;
    }
    for (index, ca) in tls.client_ca.iter() {
        outside.pem(&ca.0, false, &format!("{path}.client_ca[{index}]"), problems);
    }
    let paths = |files: &List<file::FilePath>| {
        files.iter().map(|(_, written)| outside.path(&written.0)).collect()
    };
    Some(ClientsSpec {
        ca: paths(&tls.client_ca),
        crls: paths(&tls.client_crls),
        certificates: tls.client_certificates.unwrap_or_default(),
    })
}

/// Port 0 is any free one, so it never clashes.
fn clash(one: SocketAddr, other: SocketAddr) -> bool {
    let every = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && (every || one.ip() == other.ip())
}
