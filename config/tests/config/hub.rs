//! The Hub in the file: how it is linked, and what cannot be.

use crate::world::{FINE, around};
use sluice_config::words::TierId;
use sluice_config::{Config, Problems, read};
use std::path::Path;
use std::time::Duration;

const HUB: &str = r"
hub:
  endpoint: https://hub.example/hf
  token: { env: HUB_TOKEN }
  ca: ca.pem
  poll_ms: 5000
  repos:
    acme/rc1: { model: open-1.5 }
  identity: { tier: public }
";

fn compiled(text: &str) -> Result<Config, Problems> {
    let around = around()
        .variable("HUB_TOKEN", "hf_write")
        .variable("BROKEN", "hf write")
        .file_of_mode("etc/ca.pem", "-----BEGIN CERTIFICATE-----\n", 0o644);
    read(&format!("{FINE}{text}"), Path::new("etc/sluice.yaml"), &around)
}

fn fault(from: &str, to: &str) -> String {
    assert_eq!(HUB.matches(from).count(), 1, "{from} must stand there once");
    let problems = compiled(&HUB.replace(from, to)).map(|_| ()).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems}");
    problems.to_string()
}

#[test]
fn a_hub_is_compiled_with_its_defaults() {
    let hub = compiled(HUB).unwrap().hub.unwrap();
    assert_eq!(hub.endpoint.to_string(), "https://hub.example/hf");
    assert_eq!(hub.token.expose(), b"hf_write");
    assert_eq!((hub.poll, hub.timeout), (Duration::from_secs(5), Duration::from_secs(10)));
    assert_eq!(hub.ca.as_deref(), Some(Path::new("etc/ca.pem")));
    let [repo] = hub.repos.as_slice() else { panic!("one repo") };
    assert_eq!((repo.id.as_str(), repo.model.as_str()), ("acme/rc1", "open-1.5"));
    assert_eq!(hub.identity.as_ref().map(TierId::as_str), Some("public"));
    let short = "hub: { token: { env: HUB_TOKEN }, repos: { acme/rc1: { model: open-1.5 } } }";
    let hub = compiled(short).unwrap().hub.unwrap();
    assert_eq!(hub.endpoint.to_string(), "https://huggingface.co");
    assert_eq!((hub.poll, hub.identity), (Duration::from_mins(1), None));
    assert!(compiled("").unwrap().hub.is_none());
}

#[test]
fn what_a_hub_cannot_be_is_a_problem_at_its_place() {
    let many: Vec<String> =
        (0..65).map(|nth| format!("    a/r{nth}: {{ model: open-1.5 }}\n")).collect();
    let many = many.concat();
    for (from, to, expected) in [
        ("ca: ca.pem", "ca: none.pem", "hub.ca: etc/none.pem cannot be read"),
        ("HUB_TOKEN", "NOTHING", "hub.token: the environment variable NOTHING is not set"),
        ("HUB_TOKEN", "BROKEN", "hub.token: it holds spaces or signs that a header cannot carry"),
        ("  token: { env: HUB_TOKEN }\n", "", "hub: `token` is missing"),
        ("poll_ms: 5000", "poll_ms: 999", "hub.poll_ms: expected a whole number from 1000"),
        ("model: open-1.5", "model: open", "hub.repos.acme/rc1.model: there is no model `open`"),
        ("acme/rc1:", "rc1:", "hub.repos.rc1: a repo is written OWNER/NAME"),
        ("acme/rc1:", "acme/../x:", "hub.repos.acme/../x: a repo is written OWNER/NAME"),
        ("    acme/rc1: { model: open-1.5 }\n", &many, "hub.repos: more than 64 repos"),
        ("repos:\n    acme/rc1: { model: open-1.5 }", "repos: {}", "hub.repos: there must be"),
        (
            "    acme/rc1: { model: open-1.5 }\n",
            "    acme/rc1: { model: open-1.5 }\n    acme/RC1: { model: open-1.5 }\n",
            "hub.repos.acme/RC1: the Hub takes it for a repo that is named above",
        ),
        ("tier: public", "tier: gold", "hub.identity.tier: there is no tier `gold`"),
        ("poll_ms: 5000", "poll: 5000", "hub.poll: unknown field"),
    ] {
        let shown = fault(from, to);
        assert!(shown.contains(expected), "{shown}\n{expected}");
    }
}

#[test]
fn our_token_leaves_this_machine_only_in_secret() {
    let at = |endpoint: &str| {
        let text = HUB.replace("https://hub.example/hf", endpoint).replace("  ca: ca.pem\n", "");
        compiled(&text).map(|_| ()).map_err(|problems| problems.to_string())
    };
    for fine in
        ["http://127.0.0.1:9000", "http://localhost", "http://[::1]:80", "https://h.example"]
    {
        assert_eq!(at(fine), Ok(()), "{fine}");
    }
    for open in ["http://hub.example", "http://10.0.0.7:80", "http://localhost.example"] {
        let shown = at(open).unwrap_err();
        assert!(shown.contains("hub.endpoint: our token would be sent in the clear"), "{shown}");
    }
}
