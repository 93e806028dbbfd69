//! `/v1/rerank`, as vLLM, Jina and Cohere write it: numbers, never streamed, so no filter has text to
//! look at. The documents are not echoed, whatever was asked for.

use super::scored::{self, Scored};
use super::{Dialect, Scribe, Unstreamed};
use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use crate::usage::Usage;
use crate::wire;

#[derive(Debug)]
pub(crate) struct Rerank;

impl Dialect for Rerank {
    fn scribe(&self, _: &Plan) -> Box<dyn Scribe> {
        Box::new(Unstreamed)
    }

    fn whole(&self, plan: &Plan, body: &str) -> Result<Whole, Fault> {
        scored::whole(plan, body, |scores, usage, out| write(plan, scores, usage, out))
    }
}

fn write(plan: &Plan, scores: &[Scored<'_>], usage: Option<Usage>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    wire::string(&plan.id, out);
    out.extend_from_slice(b",\"model\":");
    wire::string(&plan.model, out);
    if let Some(usage) = usage {
        out.extend_from_slice(b",\"usage\":{\"total_tokens\":");
        wire::number(usage.prompt, out);
        out.push(b'}');
    }
    out.extend_from_slice(b",\"results\":");
    wire::list(scores, out, |scored, out| {
        out.extend_from_slice(b"{\"index\":");
        wire::number(u64::from(scored.index), out);
        out.extend_from_slice(b",\"relevance_score\":");
        scored.score.write(out);
        out.push(b'}');
    });
    out.push(b'}');
}
