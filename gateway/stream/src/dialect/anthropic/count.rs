//! `/v1/messages/count_tokens`: a number, never streamed.

use super::error;
use crate::dialect::{Dialect, Scribe, Unstreamed};
use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use crate::report::{Finish, Report};
use crate::usage::{Count, Usage};
use crate::wire;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Debug)]
pub(crate) struct CountTokens;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(default)]
    input_tokens: Count,
}

/// What a count costs: no token is read by a model. It is said, not left open, so that nobody puts an
/// estimate in its place.
const COST: Usage = Usage { prompt: 0, completion: 0 };

impl Dialect for CountTokens {
    fn scribe(&self, _: &Plan) -> Box<dyn Scribe> {
        Box::new(Unstreamed)
    }

    fn whole(&self, _: &Plan, body: &str) -> Result<Whole, Fault> {
        let answer: Answer<'_> = serde_json::from_str(body).map_err(|_| error::instead(body))?;
        if let Some(error) = answer.error {
            return Err(error::nested(error));
        }
        let count = answer.input_tokens.known().ok_or(Fault::NotAnEvent)?;
        let mut body = b"{\"input_tokens\":".to_vec();
        wire::number(count, &mut body);
        body.push(b'}');
        let report = Report { usage: Some(COST), finish: Finish::Stop, ..Report::default() };
        Ok(Whole { body, report, ..Whole::default() })
    }
}
