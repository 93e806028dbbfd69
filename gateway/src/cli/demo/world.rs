//! What the demo brings up: a folder with a configuration, a backend, a node, and callers with keys.

use super::super::act::act;
use super::super::init::{create, new_secret};
use super::super::keys;
use super::super::out::Failure;
use super::client;
use super::{Demo, backend};
use crate::serve::{Options, Running, start};
use crate::tasks::Tasks;
use serde_json::Value;
use sluice_config::words::{PrincipalId, TierId};
use sluice_config::{Config, load};
use sluice_store::{NewPrincipal, Store};
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// The configuration, but for what is only known once it runs.
const TEMPLATE: &str = include_str!("sluice.yaml");

/// Who calls: the name, the tier, and the variable that holds the key.
const CALLERS: [(&str, &str, &str); 4] = [
    ("newcomer", "public", "NEWCOMER"),
    ("hasty", "public", "HASTY"),
    ("partner", "trusted", "PARTNER"),
    ("staff", "internal", "STAFF"),
];

/// Somebody with a key.
#[derive(Debug)]
pub(super) struct Caller {
    /// The tier it is on.
    pub(super) tier: &'static str,
    /// The shell's name for its key.
    pub(super) variable: &'static str,
    /// Its key.
    pub(super) key: String,
}

/// Everything that is up.
#[derive(Debug)]
pub(super) struct World {
    /// The node.
    pub(super) running: Running,
    /// Who may call it.
    pub(super) callers: Vec<Caller>,
    /// The configuration file.
    pub(super) file: PathBuf,
    /// A page about it all.
    pub(super) about: String,
    folder: TempDir,
    tasks: Tasks,
}

impl World {
    /// Brings it up.
    pub(super) async fn start(demo: &Demo) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("sluice-demo-").tempdir();
        let folder = folder.map_err(|error| Failure::of("no folder for the demo", error))?;
        let tasks = Tasks::default();
        let url = match &demo.backend {
            Some(url) => url.clone(),
            None => scripted(&tasks).await?,
        };
        let file = folder.path().join("sluice.yaml");
        let config = configure(&file, &url, demo).await?;
        let about = about(&config);
        let hasher = config.node.key_secret.clone();
        let store = sluice_store::open(&config.node.store).await;
        let store = store.map_err(|error| Failure::of("the store cannot be opened", error))?;
        let mut callers = Vec::new();
        for (name, tier, variable) in CALLERS {
            let id = principal(&store, name, tier).await?;
            let wanted = keys::Wanted {
                principal: id,
                expires: None,
                note: "demo".into(),
                scopes: None,
                replaces: None,
            };
            let key = keys::make(&store, &hasher, wanted, &act("create_credential")).await?.key;
            callers.push(Caller { tier, variable, key });
        }
        let options = Options { store: Some(store), ..Options::default() };
        let running = start(config, options).await;
        let running = running.map_err(|error| Failure::of("the node does not start", error))?;
        Ok(Self { running, callers, file, about, folder, tasks })
    }

    /// Takes it down, and the folder away.
    pub(super) async fn end(self) -> Result<(), Failure> {
        // Streams that are cut here belong to nobody any more.
        let _all_finished = self.running.drain().await;
        self.tasks.stop().await;
        self.folder.close().map_err(|error| Failure::of("the demo's folder stays", error))
    }
}

async fn scripted(tasks: &Tasks) -> Result<String, Failure> {
    let failed = |error| Failure::of("the scripted backend cannot listen", error);
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    let at = listener.local_addr().map_err(failed)?;
    tasks.spawn_until_stop(backend::serve(listener, tasks.clone()));
    Ok(format!("http://{at}"))
}

/// Writes the configuration and reads it as a node does. A real backend is asked for the name of
/// its model if that was not said.
async fn configure(file: &PathBuf, url: &str, demo: &Demo) -> Result<Config, Failure> {
    let failed = |error| Failure::of("the demo's files cannot be written", error);
    let secret = file.with_file_name("sluice.key");
    create(&secret, &new_secret()?, 0o600).map_err(failed)?;
    let write = |model: &str| {
        std::fs::write(file, fill(url, model, demo)).map_err(failed)?;
        load(file).map_err(Failure::Config)
    };
    let config = write(demo.backend_model.as_deref().unwrap_or("scripted"))?;
    if demo.backend.is_none() || demo.backend_model.is_some() {
        return Ok(config);
    }
    let model = model_of(&config).await?;
    write(&model)
}

fn fill(url: &str, model: &str, demo: &Demo) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    let credential = demo.backend_key.as_ref();
    let credential = credential.map(|name| format!(", credential: {{ env: {} }}", quoted(name)));
    TEMPLATE
        .replace("@PORT@", &demo.port.to_string())
        .replace("@URL@", &quoted(url))
        .replace("@CREDENTIAL@", &credential.unwrap_or_default())
        .replace("@MODEL@", &quoted(model))
}

/// The first model that a real backend lists.
async fn model_of(config: &Config) -> Result<String, Failure> {
    let what = "the backend does not say what its model is called; give `--backend-model`";
    let unsaid = || Failure::Other(what.into());
    let mut backends = config.upstreams.iter().flat_map(|upstream| &upstream.backends);
    let backend = backends.next().filter(|backend| !backend.url.https).ok_or_else(unsaid)?;
    let key = backend.credential.as_ref().and_then(|key| std::str::from_utf8(key.expose()).ok());
    let path = format!("{}/v1/models", backend.url.prefix);
    let (_, page) = client::get((&backend.url.host, backend.url.port), &path, key).await?;
    let list: Value = serde_json::from_str(&page).map_err(|_| unsaid())?;
    let name = list.pointer("/data/0/id").and_then(Value::as_str);
    name.map(str::to_owned).ok_or_else(unsaid)
}

async fn principal(store: &Store, name: &str, tier: &str) -> Result<PrincipalId, Failure> {
    let id = PrincipalId::new(name);
    let new = NewPrincipal { id: id.clone(), tier: TierId::new(tier), note: "demo".into() };
    let created = store.records.create_principal(new, &act("create_principal")).await;
    created.map_err(|error| Failure::of("no principal for the demo", error))?;
    Ok(id)
}

/// Tiers and models, as the configuration says.
fn about(config: &Config) -> String {
    use super::super::out::columns;
    use sluice_config::words::Unit;
    let row = |tier: &str| {
        let tier = config.policy.tier(&TierId::new(tier))?;
        let calls = tier.limits.iter().find(|limit| limit.unit == Unit::Requests)?.ceiling;
        let models = config.policy.models().filter(|model| model.stage >= tier.sees);
        let models = models.map(|model| model.id.as_str()).collect::<Vec<_>>().join(", ");
        let filter = tier.profiles.at(tier.sees).map_or("none".into(), ToString::to_string);
        Some(vec![tier.id.to_string(), tier.sees.to_string(), calls.to_string(), filter, models])
    };
    let tiers: Vec<_> = ["public", "trusted", "internal"].into_iter().filter_map(row).collect();
    let models = config.policy.models().map(|model| {
        let told =
            match (config.policy.tiers().all(|tier| tier.sees <= model.stage), model.announced) {
                (true, _) => "-",
                (false, true) => "not yet released (403)",
                (false, false) => "does not exist (404)",
            };
        vec![model.id.to_string(), model.stage.to_string(), told.into()]
    });
    let models: Vec<_> = models.collect();
    let tiers = columns(&["tier", "sees from", "calls a minute", "filters", "may use"], &tiers);
    let models = columns(&["model", "stage", "tiers that may not are told"], &models);
    format!("{tiers}\n{models}")
}
