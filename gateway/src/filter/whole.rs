//! Answers that are not streamed: read to their end, within bounds, and looked at in one piece.

use super::asking::Asking;
use super::{Bill, Lens, Looked, Outcome, broken, too_long};
use crate::dispatch::{Answer, Failure};
use crate::refuse::{Refusal, RefusalCode};
use futures_util::FutureExt;
use sluice_stream::{Fault, Plan, Report, Whole};
use std::future::poll_fn;
use std::task::{Poll, ready};

/// Room that is made at once for a body whose length is told; what is longer has to come first.
const ROOM_MAX: usize = 64 * 1024;

pub(super) async fn look(
    (answer, asking): (Answer, Option<Asking>),
    plan: Plan,
    lens: &Lens<'_>,
    bill: &mut Bill,
) -> Result<Looked, Refusal> {
    let body = gather(answer, lens, bill).await?;
    let whole = match asking {
        None => sluice_stream::whole(&plan, &body).map_err(broken)?,
        // Boxed: a call that asks no guard must not carry the room for it.
        Some(asking) => guarded(asking, plan, &body, bill).boxed().await?,
    };
    let outcome = if whole.stopped { Outcome::ContentFilter } else { Outcome::Ok };
    let Whole { body, report, receipt, .. } = whole;
    Ok(Looked::Whole { body, report, outcome, receipt })
}

/// Reads an answer, has guards asked about what filters let through, and reads it again with what
/// they said.
async fn guarded(
    mut asking: Asking,
    mut plan: Plan,
    body: &[u8],
    bill: &mut Bill,
) -> Result<Whole, Refusal> {
    // Nobody signs for what may not be shown.
    let seal = plan.seal.take();
    let first = sluice_stream::whole(&plan, body).map_err(broken)?;
    bill.used(&first.report);
    plan.rulings = Some(asking.all(first.questions).await);
    plan.seal = seal;
    sluice_stream::whole(&plan, body).map_err(broken)
}

/// What a wait for the next piece came to.
enum Next {
    More,
    End,
    /// The backend has been silent for too long.
    Late,
    /// The answer has taken longer than one may in all.
    Over,
}

impl Next {
    /// What a read came to that says whether the body goes on.
    fn after(more: bool) -> Self {
        if more { Self::More } else { Self::End }
    }
}

async fn gather(mut answer: Answer, lens: &Lens<'_>, bill: &mut Bill) -> Result<Vec<u8>, Refusal> {
    let bytes_max = lens.bounds.answer_bytes_max;
    let mut body = Vec::with_capacity(answer.body.told().min(ROOM_MAX));
    // When the wait for the rest began, and when something last came; most come in one piece.
    let (mut began, mut heard) = (None, None);
    loop {
        let next = poll_fn(|cx| {
            let read = answer.body.poll_pieces(cx, &mut |piece| {
                // One byte beyond the bound is enough to know.
                let room = (bytes_max + 1).saturating_sub(body.len()).min(piece.len());
                body.extend_from_slice(piece.get(..room).unwrap_or_default());
            });
            if let Poll::Ready(read) = read {
                return Poll::Ready(read.map(Next::after));
            }
            let now = lens.clock.steady();
            let lasted = |since: &mut Option<_>| now.saturating_sub(*since.get_or_insert(now));
            let quiet = answer.patience.idle.saturating_sub(lasted(&mut heard));
            let in_all = lens.bounds.stream_total.saturating_sub(lasted(&mut began));
            ready!(answer.body.poll_late(cx, quiet.min(in_all)));
            Poll::Ready(Ok(if in_all.is_zero() { Next::Over } else { Next::Late }))
        });
        match next.await {
            Ok(Next::More | Next::End) if body.len() > bytes_max => {
                return Err(broken(Fault::TooLarge));
            }
            Ok(Next::More) => {
                heard = None;
                // What it says cannot be read yet; what it weighs can.
                bill.used(&Report { bytes: body.len() as u64, ..Report::default() });
            }
            Ok(Next::End) => {
                answer.done();
                return Ok(body);
            }
            Ok(Next::Over) => return Err(too_long()),
            Ok(Next::Late) => {
                answer.broke(Failure::Timeout);
                let message = "the server of this model did not finish in time; try again";
                return Err(Refusal::new(RefusalCode::UpstreamTimeout, message));
            }
            Err(fault) => {
                answer.broke(Failure::Answer);
                return Err(broken(Fault::Truncated).because(fault));
            }
        }
    }
}
