//! Calls of tools whose name must be judged in one piece before the call is shown.

use super::choice::With;
use crate::dialect::{Slot, Tool};
use crate::filter::{Flow, Place};
use crate::plan::Fault;
use crate::wire::Text;

/// Calls one choice may make.
const CALLS_MAX: usize = 128;

/// The calls of one choice.
#[derive(Debug, Default)]
pub(super) struct Tools(Vec<Call>);

#[derive(Debug)]
struct Call {
    slot: Slot,
    id: Option<String>,
    name: String,
    open: bool,
}

/// The id and the name a call is shown with.
type Opened = (Option<String>, Option<String>);

impl Tools {
    /// Takes a piece of a call: keeps its id and name until it is shown, and gives back its
    /// arguments. A name that comes later is dropped.
    pub(super) fn note<'a>(
        &mut self,
        tool: Tool<'a>,
        hold_bytes_max: usize,
    ) -> Result<Option<Text<'a>>, Fault> {
        let known = self.0.iter().position(|call| call.slot == tool.slot);
        let at = known.unwrap_or(self.0.len());
        if known.is_none() {
            if at >= CALLS_MAX {
                return Err(Fault::Choice);
            }
            self.0.push(Call { slot: tool.slot, id: None, name: String::new(), open: false });
        }
        if let Some(call) = self.0.get_mut(at).filter(|call| !call.open) {
            if call.id.is_none() {
                call.id = tool.id.map(Text::into_string);
            }
            call.name.push_str(tool.name.as_ref().map_or("", Text::as_str));
            if call.name.len() + call.id.as_ref().map_or(0, String::len) > hold_bytes_max {
                return Err(Fault::HoldOverflow);
            }
        }
        Ok(tool.arguments.filter(|arguments| !arguments.is_empty()))
    }

    /// The calls that are not shown yet.
    pub(super) fn unopened(&self) -> Vec<Slot> {
        self.0.iter().filter(|call| !call.open).map(|call| call.slot).collect()
    }

    /// Bytes of the names that are not shown yet.
    pub(super) fn waiting(&self) -> usize {
        self.0.iter().filter(|call| !call.open).map(|call| call.name.len()).sum()
    }

    /// Judges the name of a call and shows it; `None` if it is shown already, or may not be.
    pub(super) fn open(&mut self, slot: Slot, with: &mut With<'_>) -> (Option<Opened>, Flow) {
        let unopened = |call: &&mut Call| call.slot == slot && !call.open;
        let Some(call) = self.0.iter_mut().find(unopened) else { return (None, Flow::On) };
        call.open = true;
        let (name, flow) =
            with.chain.once(&call.name, Place::ToolCalls, with.strategy, with.report);
        if flow == Flow::Stop {
            return (None, flow);
        }
        // A guard is asked about what is said, so an id that says something is not shown.
        let guarded =
            with.chain.wards().iter().any(|ward| ward.rule.places.contains(&Place::ToolCalls));
        let minds = |id: &str| {
            guarded && !is_plain(id) || with.chain.minds(id, Place::ToolCalls, with.strategy)
        };
        // An id may be made from the name, or by the model: one that a filter minds is ours.
        let ours = || match slot {
            Slot::Tool(index) => format!("call_{index}"),
            Slot::Function => String::new(),
        };
        let id = call.id.take().map(|id| if minds(&id) { ours() } else { id });
        (Some((id, Some(name))), flow)
    }
}

/// Bytes of an id that says nothing.
const ID_BYTES: usize = 64;

/// Whether an id of a call is one as servers make them, and no text.
fn is_plain(id: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    id.len() <= ID_BYTES && id.bytes().all(sign)
}
