//! The sections of the file that say how a node runs.

use super::leaf::{FilePath, Whole};
use super::net::{Address, Network, Origin};
use super::read::List;
use super::section::section;
use super::word::StoreKind;
use crate::spec::{ClientCertificates, LogLevel, Plaintext};

section! {
    /// Where records and usage are kept.
    Store {
        /// What keeps them.
        kind: default(StoreKind, StoreKind::Sqlite),
        /// The SQLite file; made if it is not there.
        path: optional(FilePath),
    }
}

section! {
    /// One address callers connect to.
    Listener {
        /// The address and port; `0.0.0.0` or `[::]` is every address of the machine.
        bind: required(Address),
        /// The certificate; without it, plain HTTP is spoken.
        tls: optional(Tls),
        /// Where plain HTTP is fine: `loopback_only`, or `behind_proxy` for a proxy that encrypts.
        plaintext: default(Plaintext, Plaintext::LoopbackOnly),
        /// Networks of proxies whose forwarded headers count.
        trusted_proxies: default(List<Network>, Vec::new()),
    }
}

section! {
    /// A certificate chain and its key, both PEM; read again on every reload.
    Tls {
        /// The chain, the node's own certificate first.
        certificate: required(FilePath),
        /// The private key.
        key: required(FilePath),
        /// Who signs the certificates of callers, in PEM. Absent: callers are asked for none.
        client_ca: default(List<FilePath>, Vec::new()),
        /// Certificates of callers that are revoked (CRL), in PEM; then each authority needs a list.
        client_crls: default(List<FilePath>, Vec::new()),
        /// Whether a caller must show a certificate, where `client_ca` is given: `required` if absent.
        client_certificates: optional(ClientCertificates),
    }
}

section! {
    /// Where health, metrics and the state of the snapshot are served: never to callers.
    Ops {
        /// The address and port.
        bind: default(Address, Address(([127, 0, 0, 1], 9090).into())),
        /// Says that an address off loopback is meant; whoever reaches it needs no key.
        exposed: default(bool, false),
    }
}

section! {
    /// Which web pages may call. Absent: none.
    Cors {
        /// Their origins, one by one.
        origins: required(List<Origin>),
    }
}

section! {
    /// What the node writes down.
    Log {
        /// The least important line that is written.
        level: default(LogLevel, LogLevel::Info),
    }
}

section! {
    /// A log of decisions: numbers and names of the file, no prompt and no key.
    Decisions {
        /// Where it is: this file, and the one before with `.1` at its end.
        log: required(FilePath),
        /// Bytes of both files.
        bytes_max: default(Whole<65_536, 1_099_511_627_776>, 67_108_864),
        /// Which part of decisions is noted, of a million.
        sample_ppm: default(Whole<1, 1_000_000>, 1_000_000),
    }
}

section! {
    /// How the node ends.
    Drain {
        /// How long it says "not ready" before it stops accepting.
        wait_ms: default(Whole<0, 600_000>, 5_000),
        /// How long calls under way may take, in all.
        total_ms: default(Whole<0, 3_600_000>, 120_000),
    }
}

section! {
    /// How calls are stopped at once. Both files lie beside the store if nothing else is said.
    Kill {
        /// Where directives are written by hand: `kill.yaml` if not said. It need not be there.
        file: optional(FilePath),
        /// Where the node keeps what it has heard: `kill-journal.jsonl` if not said.
        journal: optional(FilePath),
    }
}
