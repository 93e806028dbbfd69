//! Guards that are asked about an answer while it comes.

use crate::call::Written;
use crate::wards::{Talk, Wards, turns};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use sluice_config::words::PrincipalId;
use sluice_stream::{Question, Ruling};
use std::sync::Arc;
use std::task::{Context, Poll};

/// What guards have said about a choice, up to a byte of its text.
pub(super) type Answered = ((u32, usize), Vec<Ruling>);

/// The questions about one answer: at most one at a time for each choice.
#[derive(Debug)]
pub(super) struct Asking {
    wards: Arc<Wards>,
    talk: Talk,
    open: FuturesUnordered<BoxFuture<'static, Answered>>,
}

impl Asking {
    pub(super) fn new(
        wards: &Arc<Wards>,
        id: &Arc<str>,
        texts: &[Written],
        who: &PrincipalId,
    ) -> Self {
        let talk =
            Talk { id: Arc::clone(id), turns: wards.newest(turns(texts)).into(), who: who.clone() };
        Self { wards: Arc::clone(wards), talk, open: FuturesUnordered::new() }
    }

    /// Asks.
    pub(super) fn ask(&mut self, question: Question) {
        let (wards, talk) = (Arc::clone(&self.wards), self.talk.clone());
        if !question.waits {
            return wards.hear_aside(question, talk);
        }
        let asked = (question.choice, question.upto);
        self.open.push(Box::pin(async move { (asked, wards.hear(&question, &talk).await) }));
    }

    /// What was heard next; `Ready(None)` if nobody is asked.
    pub(super) fn poll_heard(&mut self, cx: &mut Context<'_>) -> Poll<Option<Answered>> {
        self.open.poll_next_unpin(cx)
    }

    /// Asks all of it, and waits.
    pub(super) async fn all(&mut self, questions: Vec<Question>) -> Vec<Ruling> {
        for question in questions {
            self.ask(question);
        }
        let mut rulings = Vec::new();
        while let Some((_, heard)) = self.open.next().await {
            rulings.extend(heard);
        }
        rulings
    }
}
