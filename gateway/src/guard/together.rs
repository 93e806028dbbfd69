//! Asks about several exchanges in one request, where a guard takes lists.

use super::asking::{Asking, Guard};
use super::gather::{Question, Told};
use super::unavailable::Unavailable;
use crate::timer::within;
use sluice_stream::guard::{Exchange, Judgement, LIST_MAX, Verdict};
use std::sync::Arc;
use tokio::select;
use tokio::sync::oneshot::error::RecvError;

impl Guard {
    /// What the guard says of an exchange that may share a request with others that wait.
    pub(super) async fn together(
        &self,
        exchange: &Exchange,
        inputs: usize,
        asking: &Asking<'_>,
    ) -> Result<Judgement, Unavailable> {
        let mut seat = self.gather.wait(Arc::new(exchange.clone()), inputs);
        let turn = within(&asking.deadline, async {
            select! {
                biased;
                told = &mut seat.told => Err(told),
                turn = self.turns.acquire() => Ok(turn),
            }
        });
        let told = match turn.await.ok_or(Unavailable::Timeout)? {
            Err(told) => told,
            Ok(turn) => {
                // The turn is held until what was asked in it is answered.
                if let Some((own, others)) = seat.take(LIST_MAX) {
                    return self.group(own, others, asking).await;
                }
                drop(turn);
                let told = within(&asking.deadline, &mut seat.told).await;
                told.ok_or(Unavailable::Timeout)?
            }
        };
        self.heard(told, exchange, asking).await
    }

    /// What somebody else heard, or what we hear ourselves if they left or could not tell.
    async fn heard(
        &self,
        told: Result<Told, RecvError>,
        exchange: &Exchange,
        asking: &Asking<'_>,
    ) -> Result<Judgement, Unavailable> {
        match told {
            Ok(Some(judged)) => judged,
            Ok(None) | Err(RecvError { .. }) => self.alone(exchange, asking).await,
        }
    }

    /// Asks a question and those that are taken along, and tells them.
    async fn group(
        &self,
        own: Question,
        others: Vec<Question>,
        asking: &Asking<'_>,
    ) -> Result<Judgement, Unavailable> {
        if others.is_empty() {
            return self.alone(&own.exchange, asking).await;
        }
        let all = [&own].into_iter().chain(&others);
        let exchanges: Vec<&Exchange> = all.map(|question| &*question.exchange).collect();
        let mut told = self.asked(&exchanges, asking).await.into_iter();
        let ours = told.next().flatten();
        for (question, told) in others.into_iter().zip(told) {
            // Who has left hears nothing.
            drop(question.tell.send(told));
        }
        match ours {
            Some(judged) => judged,
            None => self.alone(&own.exchange, asking).await,
        }
    }

    /// What is said of each. One text must not spoil the judgement of another: what the server
    /// declines, and what cannot be read, is asked again alone.
    async fn asked(&self, exchanges: &[&Exchange], asking: &Asking<'_>) -> Vec<Told> {
        let came = match self.adapter.joined(exchanges, &self.spec.model) {
            Some(request) => self.replies(&[request], asking).await,
            None => Ok(Vec::new()),
        };
        let judged = match came {
            Ok(replies) => {
                let reply = replies.first().map(AsRef::as_ref).unwrap_or_default();
                self.adapter.split(exchanges, reply)
            }
            Err(why) if why.is_fault() || why == Unavailable::Breaker => {
                return exchanges.iter().map(|_| Some(Err(why))).collect();
            }
            Err(_) => Vec::new(),
        };
        let mut judged = judged.into_iter();
        let sound = |judgement: &Judgement| judgement.verdict != Verdict::Unparsable;
        exchanges.iter().map(|_| judged.next().filter(sound).map(Ok)).collect()
    }
}
