//! `HAProxy` with a key map and a stick table that counts each key's requests: its fast way to do a
//! part of what Sluice does.

use std::fs;
use std::io;

use super::{Contestant, HAPROXY, OTHER_KEYS, World, caller_key, installed, key};
use crate::process::{Process, free_address};

/// Starts it with one thread.
pub(super) fn start(world: &World<'_>) -> io::Result<Contestant> {
    let program = &world.programs.haproxy;
    installed(program)?;
    let address = free_address()?;
    let dir = world.dir.join(HAPROXY);
    fs::create_dir(&dir)?;
    let keys: Vec<String> = (0..=OTHER_KEYS)
        .map(|n| {
            format!(
                "{} tier-{}
",
                key(n),
                n % 3
            )
        })
        .collect();
    let map = dir.join("keys.map");
    fs::write(&map, keys.concat())?;
    let (mock, map) = (world.mock, map.display());
    let file = dir.join("haproxy.cfg");
    fs::write(
        &file,
        format!(
            "global\n  nbthread 1\n  maxconn 6000\n  tune.pool-high-fd-ratio 90\n\
             defaults\n  mode http\n  timeout connect 5s\n  timeout client 300s\n\
             \x20 timeout server 300s\n  http-reuse always\n  option http-keep-alive\n\
             frontend api\n  bind {address} backlog 4096\n\
             \x20 stick-table type string len 80 size 100k expire 10m store http_req_rate(60s)\n\
             \x20 http-request set-var(txn.key) req.hdr(authorization),word(2,' ')\n\
             \x20 http-request set-var(txn.tier) var(txn.key),map_str({map})\n\
             \x20 http-request deny deny_status 401 unless {{ var(txn.tier) -m found }}\n\
             \x20 http-request track-sc0 var(txn.key)\n\
             \x20 http-request deny deny_status 429 if {{ sc_http_req_rate(0) gt 2000000000 }}\n\
             \x20 default_backend mock\n\
             backend mock\n  server mock {mock} pool-max-conn -1\n"
        ),
    )?;
    let args = ["-db".as_ref(), "-f".as_ref(), file.as_os_str()];
    let process = Process::start(world.core, program, args, &dir.join("log"))?.ready(address)?;
    Ok(Contestant {
        name: HAPROXY,
        whole: address,
        streamed: address,
        key: caller_key(),
        process: Some(process),
    })
}
