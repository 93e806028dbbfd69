//! One choice of an answer, and the guards that are asked about it.

use super::choice::{Choice, With};
use super::gate::Show;
use super::watch::{Question, Ruling, weigh};
use crate::plan::Fault;
use crate::report::{Finish, Report};

impl Choice {
    /// What guards have said of all of it ends it, or not.
    pub(super) fn rule(&mut self, with: &mut With<'_>) -> Result<(), Fault> {
        let Some(rulings) = with.rulings else { return Ok(()) };
        let question = self.question().filter(|question| question.waits);
        for ask in question.into_iter().flat_map(|question| question.asks) {
            let of = |ruling: &&Ruling| ruling.choice == self.index && ruling.ward == ask.ward;
            let ruling = rulings.iter().find(of).ok_or(Fault::Unheard)?;
            self.stopped |= weigh(with.chain, ruling, with.report)?;
        }
        Ok(())
    }

    /// What guards are asked about it next.
    pub(super) fn question(&mut self) -> Option<Question> {
        let ended = self.finish != Finish::Open;
        let watch = self.watch.as_mut().filter(|_| !self.stopped)?;
        watch.question(self.index, ended)
    }

    /// Guards were heard about it, up to a byte of its text: whether they end it.
    pub(super) fn heard(
        &mut self,
        (upto, ends): (usize, bool),
        report: &mut Report,
        show: &mut Show<'_>,
    ) {
        let Some(watch) = self.watch.as_mut().filter(|_| !self.settled) else { return };
        watch.answered();
        if ends {
            self.stopped = true;
            return self.conclude(report, show);
        }
        self.gate.clear(upto, show);
        if self.finish != Finish::Open {
            self.conclude(report, show);
        }
    }
}
