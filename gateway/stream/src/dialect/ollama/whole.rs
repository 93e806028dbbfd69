//! Answers that are not streamed: one object, with all that is said.

use super::Form;
use super::read::Reader;
use super::write::{end, head, said};
use crate::answer;
use crate::dialect::object;
use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use crate::report::Finish;

/// Reads, filters and writes an answer.
pub(super) fn whole(plan: &Plan, form: Form, body: &str) -> Result<Whole, Fault> {
    let chunk = Reader::new(form).read(body)?;
    let (mut part, mut answer) = answer::joined(plan, chunk)?;
    let sound = object::are_objects(&part.tools);
    if !sound || answer.was_stopped() {
        part.finish = Finish::ContentFilter;
        object::only_complete(&mut part.tools);
    }
    answer.seal(plan, std::slice::from_ref(&part));
    let mut out = head(plan);
    said(form, &part.texts, &part.tools, &mut out);
    end(part.finish, answer.report.usage(), &mut out);
    let whole = answer.into_whole(out);
    Ok(if sound { whole } else { whole.filtered() })
}
