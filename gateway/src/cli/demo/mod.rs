//! `sluice demo`: a node with three tiers and a backend, in one process, ready to try.

mod backend;
mod client;
mod lines;
mod perform;
mod prose;
mod screen;
mod world;

use super::log;
use super::out::{self, Done, Failure};
use super::settings::wait;
use super::stop::Stop;
use crate::serve::watch;
use clap::Args;
use lines::LINES;
use perform::perform;
use screen::{Ink, Screen, indented};
use sluice_config::{LogLevel, LogSpec};
use std::net::SocketAddr;
use world::World;

/// Bring up a node with three tiers and a backend, ready to try.
#[derive(Args, Debug)]
pub(super) struct Demo {
    /// Perform every line, show what happens, and end
    #[arg(long)]
    run: bool,
    /// Serve callers on this port; any free one if not said
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Ask this server, which speaks the OpenAI dialect, instead of a scripted one
    #[arg(long, value_name = "URL")]
    backend: Option<String>,
    /// What that server calls its model; it is asked if not said
    #[arg(long, value_name = "NAME", requires = "backend")]
    backend_model: Option<String>,
    /// The environment variable that holds the key of that server
    #[arg(long, value_name = "VARIABLE", requires = "backend")]
    backend_key: Option<String>,
}

impl Demo {
    pub(super) fn run(self) -> Done {
        log::start(LogSpec { level: LogLevel::Error });
        wait(Box::pin(self.show()))
    }

    async fn show(self) -> Done {
        let screen = Screen::new();
        let scripted = self.backend.is_none();
        let mut stop = Stop::hear()?;
        let world = Box::pin(World::start(&self)).await?;
        about(&world, screen, &self)?;
        let shown = if self.run {
            tokio::select! {
                shown = Box::pin(perform(&world, screen, scripted)) => shown,
                () = stop.heard() => Err(Failure::Other("stopped at once".into())),
            }
        } else {
            offered(&world, screen, scripted)?;
            until_stopped(&world, stop).await
        };
        world.end().await?;
        shown
    }
}

impl World {
    /// Where callers are served.
    fn api(&self) -> Result<SocketAddr, Failure> {
        let first = self.running.api.first().copied();
        first.ok_or_else(|| Failure::Other("the node listens nowhere".into()))
    }
}

/// What is up.
fn about(world: &World, screen: Screen, demo: &Demo) -> Done {
    let backend = demo.backend.as_deref().unwrap_or("a scripted backend");
    let title = format!("A node with three tiers and four models, in front of {backend}");
    let (ops, file) = (world.running.ops, world.file.display());
    out::text(&format!(
        "{}\n\n   calls    http://{}/v1\n   metrics  http://{ops}/metrics\n   file     {file}\n\n{}\n",
        screen.ink(Ink::Bold, &title),
        world.api()?,
        indented(&world.about, 3),
    ))
}

/// Lines that are ready to be pasted.
fn offered(world: &World, screen: Screen, scripted: bool) -> Done {
    let head =
        screen.ink(Ink::Bold, "Paste this into another terminal, then any of the lines below");
    out::text(&format!("\n{head}\n\n   export API=http://{}/v1\n", world.api()?))?;
    for caller in &world.callers {
        out::line(format!("   export {}={}  # {}", caller.variable, caller.key, caller.tier))?;
    }
    let lines: Vec<_> = LINES.iter().filter(|line| scripted || !line.scripted).collect();
    for (index, line) in lines.iter().enumerate() {
        screen.part(index + 1, line.title, &line.curl())?;
    }
    screen.part(lines.len() + 1, "what it cost, by tier", &lines::usage(world))?;
    screen.part(lines.len() + 2, "where metrics are", &lines::metrics(world))?;
    out::text(
        "\nCtrl-C ends the demo and takes its files away; a change of the file is taken up at once.\n",
    )
}

async fn until_stopped(world: &World, mut stop: Stop) -> Done {
    tokio::select! {
        () = watch(world.file.clone(), &world.running) => stop.heard().await,
        () = stop.heard() => {}
    }
    out::text("\n")
}
