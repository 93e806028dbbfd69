//! Answers that are not streamed: read to their end, within bounds, and looked at in one piece.

use super::{Bill, Lens, Looked, Outcome, broken, cut_off};
use crate::dispatch::{Answer, Failure};
use crate::refuse::{Refusal, RefusalCode};
use sluice_stream::{Fault, Plan, Report};
use std::future::poll_fn;
use tokio::time::timeout;

pub(super) async fn look(
    answer: Answer,
    plan: &Plan,
    lens: &Lens<'_>,
    bill: &mut Bill,
) -> Result<Looked, Refusal> {
    let gathering = gather(answer, lens.bounds.answer_bytes_max, bill);
    let Some(gathered) = lens.stop.run_until_cancelled(gathering).await else {
        return Err(cut_off());
    };
    let body = gathered?;
    let whole = sluice_stream::whole(plan, &body).map_err(broken)?;
    let outcome = if whole.stopped { Outcome::ContentFilter } else { Outcome::Ok };
    Ok(Looked::Whole { body: whole.body, report: whole.report, outcome })
}

async fn gather(mut answer: Answer, bytes_max: usize, bill: &mut Bill) -> Result<Vec<u8>, Refusal> {
    let mut body = Vec::new();
    let time = answer.patience.idle;
    loop {
        let piece = poll_fn(|cx| {
            answer.body.poll_pieces(cx, &mut |piece| {
                // One byte beyond the bound is enough to know.
                let room = (bytes_max + 1).saturating_sub(body.len()).min(piece.len());
                body.extend_from_slice(piece.get(..room).unwrap_or_default());
            })
        });
        match timeout(time, piece).await {
            Ok(Ok(_)) if body.len() > bytes_max => return Err(broken(Fault::TooLarge)),
            // What it says cannot be read yet; what it weighs can.
            Ok(Ok(true)) => bill.used(&Report { bytes: body.len() as u64, ..Report::default() }),
            Ok(Ok(false)) => {
                answer.done();
                return Ok(body);
            }
            Ok(Err(fault)) => {
                answer.broke(Failure::Answer);
                return Err(broken(Fault::Truncated).because(fault));
            }
            Err(late) => {
                answer.broke(Failure::Timeout);
                let message = "the server of this model did not finish in time; try again";
                return Err(Refusal::new(RefusalCode::UpstreamTimeout, message).because(late));
            }
        }
    }
}
