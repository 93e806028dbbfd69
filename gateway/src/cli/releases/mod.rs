//! `sluice releases`: how far each revision is out.

mod listed;
mod moves;
mod recall;
mod terms;

use super::out::Done;
use clap::Subcommand;
pub(super) use listed::drift;
use listed::{History, List, Show};
use moves::{Demote, Promote, Turn};
use recall::Recall;
use sluice_config::ladder::Move;
use sluice_config::words::OpState;
use terms::{Deprecate, Narrow};

/// Move revisions on their ladders, stop them, and see who used them.
#[derive(Debug, Subcommand)]
pub(super) enum Releases {
    /// List revisions: where the file begins, and where records have them
    List(List),
    /// Show where a revision is
    Show(Show),
    /// Move a revision one rung up its ladder
    Promote(Promote),
    /// Move a revision down its ladder
    Demote(Demote),
    /// Keep a revision where it is
    Freeze(Turn),
    /// Let a frozen revision move again
    Activate(Turn),
    /// Take no new calls, and let those under way end
    Drain(Turn),
    /// End a revision that was drained or suspended
    Retire(Turn),
    /// Take no calls for now
    Suspend(Turn),
    /// Let a suspended revision go on as before
    Resume(Turn),
    /// Let in a part of principals, or so many, at the present stage
    Cohort(Narrow),
    /// Announce the end of a revision
    Deprecate(Deprecate),
    /// Show each move of a revision
    History(History),
    /// Show who used a model, and when
    Recall(Recall),
}

impl Releases {
    pub(super) fn run(self) -> Done {
        let state = |turn: Turn, state| turn.run(Move::State(state));
        match self {
            Self::List(command) => command.run(),
            Self::Show(command) => command.run(),
            Self::Promote(command) => command.run(),
            Self::Demote(command) => command.run(),
            Self::Freeze(turn) => state(turn, OpState::Frozen),
            Self::Activate(turn) => state(turn, OpState::Active),
            Self::Drain(turn) => state(turn, OpState::Draining),
            Self::Retire(turn) => state(turn, OpState::Retired),
            Self::Suspend(turn) => state(turn, OpState::Suspended),
            Self::Resume(turn) => turn.run(Move::Resume),
            Self::Cohort(command) => command.run(),
            Self::Deprecate(command) => command.run(),
            Self::History(command) => command.run(),
            Self::Recall(command) => command.run(),
        }
    }
}
