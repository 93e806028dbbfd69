//! What OpenAI's SDKs make of moderations.

use super::asked;
use serde_json::json;
use sluice_tests::{checkout, part};
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openais_sdks_read_moderations() {
    let name = "openais_sdks_read_moderations";
    let Some(clients) = part(name, "clients.sh") else { return };
    let scripts = checkout().join("tests/real/clients");
    let mut python = Command::new(&clients["CLIENT_PYTHON"]);
    python.arg("-B").arg(scripts.join("moderations_python.py"));
    let mut node = Command::new("node");
    node.arg(scripts.join("moderations_node.mjs"));
    node.env("CLIENT_NODE_MODULES", &clients["CLIENT_NODE_MODULES"]);
    for mut client in [python, node] {
        let mut filters = asked::counting();
        let emails = json!({ "kind": "redact", "classes": ["email"], "in": ["prompt"] });
        filters.as_array_mut().expect("a list").push(emails);
        let world = asked::world(filters).await;
        client.env("SLUICE_URL", format!("http://{}", world.api));
        client.env("ADA_KEY", world.ada().key()).env("BOB_KEY", world.bob().key());
        let ran = client.kill_on_drop(true).output().await.expect("the client");
        let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{said}");
        assert_eq!(said.lines().filter(|line| line.starts_with("ok ")).count(), 7, "{said}");
    }
}
