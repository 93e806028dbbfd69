//! nginx as a plain proxy: connections kept on both sides, one worker, no log.

use std::fs;
use std::io;
use std::net::SocketAddr;

use super::{Contestant, NGINX, NO_KEY, World, installed};
use crate::process::{Process, free_address};

/// Starts it with one address that buffers answers and one that does not.
pub(super) fn start(world: &World<'_>) -> io::Result<Contestant> {
    let program = &world.programs.nginx;
    installed(program)?;
    let (whole, streamed) = (free_address()?, free_address()?);
    let dir = world.dir.join(NGINX);
    fs::create_dir(&dir)?;
    let file = dir.join("nginx.conf");
    fs::write(&file, configuration(&dir.display().to_string(), world.mock, [whole, streamed]))?;
    let args = ["-p".as_ref(), dir.as_os_str(), "-c".as_ref(), file.as_os_str()];
    let process = Process::start(world.core, program, args, &dir.join("log"))?.ready(streamed)?;
    let key = NO_KEY.to_owned();
    Ok(Contestant { name: NGINX, whole, streamed, key, process: Some(process) })
}

fn configuration(dir: &str, mock: SocketAddr, [whole, streamed]: [SocketAddr; 2]) -> String {
    let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("  {kind}_temp_path {dir}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {dir}/pid;\nerror_log {dir}/error.log;\n\
         worker_rlimit_nofile 16384;\n\
         events {{ worker_connections 8192; }}\n\
         http {{\n{paths}  access_log off;\n  tcp_nodelay on;\n\
         \x20 keepalive_requests 1000000000;\n\
         \x20 upstream mock {{ server {mock}; keepalive 1200; keepalive_requests 1000000000; }}\n\
         \x20 proxy_http_version 1.1;\n  proxy_set_header Connection \"\";\n\
         \x20 proxy_read_timeout 300s;\n\
         \x20 server {{ listen {whole} backlog=4096; location / {{ proxy_pass http://mock; }} }}\n\
         \x20 server {{ listen {streamed} backlog=4096;\n\
         \x20   location / {{ proxy_pass http://mock; proxy_buffering off; }} }}\n}}\n"
    )
}
