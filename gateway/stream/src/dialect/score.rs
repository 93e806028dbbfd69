//! `/v1/score`: numbers, never streamed, so no filter has text to look at.

use super::scored::{self, Scored};
use super::{Dialect, Scribe, Unstreamed};
use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use crate::usage::Usage;
use crate::wire;

#[derive(Debug)]
pub(crate) struct Score;

impl Dialect for Score {
    fn scribe(&self, _: &Plan) -> Box<dyn Scribe> {
        Box::new(Unstreamed)
    }

    fn whole(&self, plan: &Plan, body: &str) -> Result<Whole, Fault> {
        scored::whole(plan, body, |scores, usage, out| write(plan, scores, usage, out))
    }
}

fn write(plan: &Plan, scores: &[Scored<'_>], usage: Option<Usage>, out: &mut Vec<u8>) {
    super::openai::begin(plan, "list", out);
    out.extend_from_slice(b"\"data\":");
    wire::list(scores, out, |scored, out| {
        out.extend_from_slice(b"{\"index\":");
        wire::number(u64::from(scored.index), out);
        out.extend_from_slice(b",\"object\":\"score\",\"score\":");
        scored.score.write(out);
        out.push(b'}');
    });
    if let Some(usage) = usage {
        out.extend_from_slice(b",\"usage\":");
        usage.write_prompt(out);
    }
    out.push(b'}');
}
