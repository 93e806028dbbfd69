//! Envoy with its key filter and its local rate limit, one worker.

use std::env;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Contestant, ENVOY, OTHER_KEYS, World, caller_key, installed, key};
use crate::process::{Process, free_address};

const TYPES: &str = "type.googleapis.com/envoy.extensions.filters";
/// Where the key filter says who calls.
const CLIENT: &str = "x-client";

/// Starts it without hot restart, so that it is one process.
pub(super) fn start(world: &World<'_>) -> io::Result<Contestant> {
    let program = world.programs.envoy.clone().unwrap_or_else(cached);
    installed(&program)?;
    let address = free_address()?;
    let dir = world.dir.join(ENVOY);
    fs::create_dir(&dir)?;
    let file = dir.join("envoy.json");
    fs::write(&file, configuration(address, world.mock).to_string())?;
    let args = [
        "--concurrency".as_ref(),
        "1".as_ref(),
        "--disable-hot-restart".as_ref(),
        "--log-level".as_ref(),
        "warning".as_ref(),
        "-c".as_ref(),
        file.as_os_str(),
    ];
    let process = Process::start(world.core, &program, args, &dir.join("log"))?.ready(address)?;
    Ok(Contestant {
        name: ENVOY,
        whole: address,
        streamed: address,
        key: caller_key(),
        process: Some(process),
    })
}

/// Where `install-peers.sh` leaves it.
fn cached() -> PathBuf {
    env::home_dir().unwrap_or_default().join(".cache/sluice/peers/envoy")
}

fn configuration(address: SocketAddr, mock: SocketAddr) -> Value {
    let most = json!(100_000);
    json!({ "static_resources": {
        "listeners": [{
            "name": "api",
            "address": socket(address),
            "tcp_backlog_size": 4096,
            "filter_chains": [{ "filters": [connection_manager()] }],
        }],
        "clusters": [{
            "name": "mock",
            "type": "STATIC",
            "connect_timeout": "5s",
            "circuit_breakers": { "thresholds": [{
                "max_connections": most, "max_pending_requests": most, "max_requests": most,
            }] },
            "load_assignment": { "cluster_name": "mock", "endpoints": [{ "lb_endpoints": [
                { "endpoint": { "address": socket(mock) } }
            ] }] },
        }],
    } })
}

fn socket(address: SocketAddr) -> Value {
    json!({ "socket_address": {
        "address": address.ip().to_string(), "port_value": address.port(),
    } })
}

/// As Envoy's guide for a proxy at the edge has it, with the key filter and a limit a client.
fn connection_manager() -> Value {
    let settings = json!({
        "stat_prefix": "api",
        "stream_idle_timeout": "0s",
        "use_remote_address": true,
        "normalize_path": true,
        "merge_slashes": true,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "common_http_protocol_options": {
            "idle_timeout": "300s",
            "headers_with_underscores_action": "REJECT_REQUEST",
        },
        "route_config": { "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": [{
            "match": { "prefix": "/" },
            "route": { "cluster": "mock", "timeout": "0s", "rate_limits": [{ "actions": [
                { "request_headers": { "header_name": CLIENT, "descriptor_key": "client" } }
            ] }] },
        }] }] },
        "http_filters": [keys(), limit(), typed(
            "envoy.filters.http.router",
            "http.router.v3.Router",
            json!({}),
        )],
    });
    let name = "envoy.filters.network.http_connection_manager";
    typed(name, "network.http_connection_manager.v3.HttpConnectionManager", settings)
}

/// The table of keys; who calls goes into a header that the limit counts by.
fn keys() -> Value {
    let keys: Vec<Value> = (0..OTHER_KEYS)
        .map(key)
        .chain([caller_key()])
        .enumerate()
        .map(|(n, key)| json!({ "key": key, "client": format!("client-{n}") }))
        .collect();
    let settings = json!({
        "credentials": keys,
        "key_sources": [{ "header": "authorization" }],
        "forwarding": { "header": CLIENT, "hide_credentials": true },
    });
    typed("envoy.filters.http.api_key_auth", "http.api_key_auth.v3.ApiKeyAuth", settings)
}

/// A bucket for everybody and one a client.
fn limit() -> Value {
    let bucket = json!({
        "max_tokens": 2_000_000_000, "tokens_per_fill": 2_000_000_000, "fill_interval": "60s",
    });
    let all = json!({ "default_value": { "numerator": 100, "denominator": "HUNDRED" } });
    let settings = json!({
        "stat_prefix": "limit",
        "token_bucket": bucket,
        "filter_enabled": all,
        "filter_enforced": all,
        "descriptors": [{ "entries": [{ "key": "client" }], "token_bucket": bucket }],
        "max_dynamic_descriptors": 2_000,
    });
    typed("envoy.filters.http.local_ratelimit", "http.local_ratelimit.v3.LocalRateLimit", settings)
}

fn typed(name: &str, kind: &str, mut settings: Value) -> Value {
    if let Some(fields) = settings.as_object_mut() {
        fields.insert("@type".to_owned(), json!(format!("{TYPES}.{kind}")));
    }
    json!({ "name": name, "typed_config": settings })
}
