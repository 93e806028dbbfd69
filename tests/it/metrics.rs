//! What a node says about itself, to a real Prometheus.

use serde_json::{Value, json};
use sluice_tests::{Backend, Gate, Server, World, answer, checkout, part, until};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Some of everything that is counted.
async fn traffic(world: &World) {
    calls(world).await;
    world.ina().asks("open-1").await.is_ok();
    world.ina().asks("open-1").await.is_refused(429, "rate_limit_exceeded");
}

/// Some of everything but limits, which cannot be met again at once.
async fn calls(world: &World) {
    for _ in 0..3 {
        world.ada().asks("open-1").await.is_ok();
        world.ada().asks("open-1").streamed().await.is_ok();
        world.bob().completes("open-1", "say").await.is_ok();
        world.bob().embeds("embed-1", "say").await.is_ok();
        world.bob().asks("none-1").await.is_refused(404, "model_not_found");
        world.nobody().asks("open-1").await.is_refused(401, "invalid_api_key");
        world.backend.answers(answer::streamed(&["the dark", " recipe"]));
        world.bob().asks("open-1").streamed().await.is_ok();
        filtered(world).await;
        world.backend.answers(answer::json(500, &Value::Null));
        world.ada().asks("open-1").await.is_refused(502, "upstream_error");
        let heard = Gate::new();
        world.backend.answers(answer::stream().says("a").says("b").waits(&heard).is_cut());
        let mut call = world.ada().asks("open-1").streamed().begins().await;
        call.says("ab").await;
        heard.open();
        call.rest().await.is_broken_off("upstream_error");
    }
}

/// Answers that a filter only watches, one of them in two goes, and one in which a filter fails.
async fn filtered(world: &World) {
    let begun = Gate::new();
    let lantern = answer::stream().says("well, ").waits(&begun).says("a lantern");
    world.backend.answers(lantern.stops().done());
    let mut call = world.bob().asks("open-1").streamed().begins().await;
    call.says("well, ").await;
    begun.open();
    call.rest().await.is_ok();
    let call = json!([{ "index": 0, "id": "c1", "type": "function",
        "function": { "name": "find", "arguments": "{\"a\":\"s3cr3t\"}" } }]);
    let called = answer::stream().choice(0, &json!({ "tool_calls": call }), &Value::Null);
    world.backend.answers(called.done());
    world.bob().asks("open-1").streamed().await.is_ok();
}

/// A world with limits, and the guard that its answers are told to.
async fn limited() -> (World, Backend) {
    let guard = Backend::start().await;
    let safe = json!({ "index": 0, "message": { "role": "assistant", "content": "safe" },
        "finish_reason": "stop" });
    guard.always(answer::json(200, &json!({ "choices": [safe] })));
    let setup = World::setup().await.on_the_machine_clock();
    let setup = setup.with(|file| {
        file["guards"] = json!({ "safety": { "kind": "llama_guard", "urls": [guard.url()],
            "model": "llama-guard", "cache": { "entries_max": 0 } } });
        let more = [
            json!({ "kind": "patterns", "literals": ["lantern"], "shadow": true }),
            json!({ "kind": "guard", "guard": "safety", "shadow": true }),
            // In the place of the end of a string no mask can stand: an error.
            json!({ "kind": "patterns", "literals": ["s3cr3t\""], "action": "redact", "in": ["tool_calls"] }),
        ];
        file["filters"]["strict"].as_array_mut().expect("filters").extend(more);
        file["tiers"]["internal"]["limits"] = json!([
            { "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 1 },
            { "unit": "tokens", "window": "day", "scope": "tier", "ceiling": 1_000_000 },
        ]);
    });
    (setup.start().await, guard)
}

#[tokio::test]
async fn calls_are_counted_by_tier_stage_and_model() {
    let (world, _guard) = limited().await;
    traffic(&world).await;
    world.is_quiet().await;
    let metrics = world.metrics().await;
    let count = |labels: &[(&str, &str)]| metrics.sum("sluice_requests_total", labels);
    let ada = [("tier", "trusted"), ("stage", "public"), ("model", "open-1")];
    assert_eq!(count(&[&ada[..], &[("outcome", "ok")]].concat()), 6);
    assert_eq!(count(&[("tier", "public"), ("outcome", "content_filter")]), 6);
    assert_eq!(count(&[("tier", "public"), ("operation", "embedding")]), 3);
    let refused = |code| metrics.sum("sluice_refusals_total", &[("code", code)]);
    assert_eq!(refused("model_not_found"), 3);
    assert_eq!(refused("invalid_api_key"), 3);
    assert_eq!(refused("rate_limit_exceeded"), 1);
    let tokens = |direction| {
        metrics.sum("sluice_tokens_total", &[("tier", "trusted"), ("direction", direction)])
    };
    assert!(tokens("input") >= 30 && tokens("output") >= 12, "{}", metrics.text);
    assert!(metrics.sum("sluice_filter_verdicts_total", &[("profile", "strict")]) >= 3);
    assert_eq!(metrics.sum("sluice_reserved_tokens", &[]), 0);
}

#[tokio::test]
async fn what_callers_make_up_makes_no_series_and_holds_no_secret() {
    let (world, _guard) = limited().await;
    traffic(&world).await;
    let before = world.metrics().await;
    for n in 0..200 {
        world.bob().asks(&format!("made-up-{n}")).await.is_refused(404, "model_not_found");
        world.bob().gets(&format!("/v1/made-up-{n}")).await.is_refused(404, "not_found");
        world.nobody().asks("open-1").header("x-api-key", &format!("made-up-{n}")).await;
    }
    let after = world.metrics().await;
    assert!(
        after.series() <= before.series() + 5,
        "{} and then {}",
        before.series(),
        after.series()
    );
    for secret in ["made-up", world.ada().key(), "backend-name", "ada", "bob"] {
        let series =
            after.text.lines().filter(|line| !line.starts_with('#') && line.contains(secret));
        assert_eq!(series.count(), 0, "{secret} is in the metrics");
    }
}

#[tokio::test]
async fn promtool_finds_nothing_to_say() {
    let Some(prometheus) = part("promtool_finds_nothing_to_say", "prometheus.sh") else { return };
    let (world, _guard) = limited().await;
    traffic(&world).await;
    let page = world.metrics().await.text;
    let mut check = Command::new(&prometheus["PROMTOOL"])
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool");
    check.stdin.take().expect("a pipe").write_all(page.as_bytes()).expect("promtool reads");
    let ended = check.wait_with_output().expect("promtool");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    );
    assert!(ended.status.success() && said.trim().is_empty(), "{said}");
}

#[test]
fn rules_and_their_tests_hold() {
    let Some(prometheus) = part("rules_and_their_tests_hold", "prometheus.sh") else { return };
    for arguments in
        [&["check", "config", "prometheus.yml"][..], &["test", "rules", "rules.test.yml"]]
    {
        let mut promtool = Command::new(&prometheus["PROMTOOL"]);
        let ran =
            promtool.args(arguments).current_dir(checkout().join("deploy/prometheus")).output();
        let ran = ran.expect("promtool");
        let said = String::from_utf8_lossy(&ran.stdout).into_owned()
            + &String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{arguments:?}: {said}");
    }
}

/// Queries that are empty where nothing went wrong.
const MAY_BE_EMPTY: &[&str] = &[
    "ALERTS",
    "changes(",
    "sluice_connection_refusals_total",
    "sluice_fallbacks_total",
    "sluice_guard_failures_total",
    "sluice_kill_",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_panel_of_the_dashboards_shows_something() {
    let Some(prometheus) = part("every_panel_of_the_dashboards_shows_something", "prometheus.sh")
    else {
        return;
    };
    let (world, _guard) = limited().await;
    traffic(&world).await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let server = scrape(&prometheus["PROMETHEUS"], folder.path(), world.node.ops).await;
    // A rate is of two scrapes: one that has every series, and one in which each of them has grown.
    is_scraped(&server, &world).await;
    calls(&world).await;
    // One of the two is over the limit, even if a minute has gone by.
    world.ina().asks("open-1").await;
    world.ina().asks("open-1").await;
    is_scraped(&server, &world).await;
    let queries = dashboards();
    assert!(queries.len() > 10, "dashboards with {} queries", queries.len());
    let mut silent = Vec::new();
    for expression in queries {
        let Some(found) = query(&server, &expression).await else {
            panic!("{expression}: not a query")
        };
        if found == 0 && !MAY_BE_EMPTY.iter().any(|part| expression.contains(part)) {
            silent.push(expression);
        }
    }
    assert!(
        silent.is_empty(),
        "panels that show nothing: {silent:#?}\n{}",
        world.metrics().await.text
    );
}

#[test]
fn what_filters_do_and_cost_is_on_a_dashboard() {
    let queries = dashboards();
    for name in [
        "verdicts_total",
        "shadow_disagreements_total",
        "errors_total",
        "added_time_to_first_token_seconds_bucket",
        "added_inter_token_gap_seconds_bucket",
        "tokens_to_block_bucket",
        "held_bytes_bucket",
        "leaked_bytes_total",
    ] {
        let family = format!("sluice_filter_{name}");
        assert!(queries.iter().any(|query| query.contains(&family)), "no panel shows {family}");
    }
}

/// Waits until Prometheus has every call that has ended by now.
async fn is_scraped(server: &Server, world: &World) {
    world.is_quiet().await;
    let ended = world.metrics().await.sum("sluice_requests_total", &[]);
    let all = format!("sum(sluice_requests_total) >= {ended}");
    until(&all, || async { query(server, &all).await.is_some_and(|series| series > 0) }).await;
}

async fn scrape(program: &str, folder: &std::path::Path, ops: std::net::SocketAddr) -> Server {
    let settings = format!(
        "global: {{ scrape_interval: 500ms, scrape_timeout: 500ms }}\n\
         scrape_configs: [{{ job_name: sluice, static_configs: [{{ targets: ['{ops}'] }}] }}]\n"
    );
    std::fs::write(folder.join("prometheus.yml"), settings).expect("a file");
    let mut command = Command::new(program);
    command.current_dir(folder).args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"]);
    let tell = |command: &mut Command, at: std::net::SocketAddr| {
        command.arg(format!("--web.listen-address={at}"));
    };
    Server::start(command, tell, "/-/ready").await
}

/// How many series a query finds that have a number; none if it is not a query.
async fn query(server: &Server, expression: &str) -> Option<usize> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encoded = expression.bytes().fold(String::new(), |text, byte| {
        if plain(byte) {
            text + &char::from(byte).to_string()
        } else {
            text + &format!("%{byte:02X}")
        }
    });
    let (status, body) = server.get(&format!("/api/v1/query?query={encoded}")).await;
    let answer: Value = serde_json::from_str(&body).unwrap_or_default();
    let series = answer["data"]["result"].as_array().filter(|_| status == 200)?;
    Some(series.iter().filter(|one| one["value"][1] != "NaN").count())
}

/// Every query of every dashboard, with its variables filled in.
fn dashboards() -> Vec<String> {
    let folder = checkout().join("deploy/grafana");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("dashboards") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).expect("a dashboard");
            expressions(&serde_json::from_str(&text).expect("JSON"), &mut found);
        }
    }
    let fill = |text: String| {
        let text = text
            .replace("$__rate_interval", "1m")
            .replace("$__interval", "1m")
            .replace("$__range", "1m");
        let text = text.replace("\"$job\"", "\"sluice\"");
        ["$tier", "$model", "$job", "$instance"]
            .iter()
            .fold(text, |text, name| text.replace(name, ".*"))
    };
    found.into_iter().map(fill).collect()
}

fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("expr").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| expressions(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| expressions(value, found)),
        _ => {}
    }
}
