//! What was shown of an answer, told as the reference has it: every item and piece begins, is
//! said, and ends, and the last event holds all of it.

use super::event::Wire;
use super::kinds::{Block, Blocks, Item, Piece};
use super::object::{self, Standing, Who};
use super::told::{Call, State, Status, Told};
use crate::dialect::{Part, Slot, Tool};
use crate::plan::{Failure, Plan};
use crate::report::Finish;
use crate::usage::Usage;
use crate::wire::Text;

/// Bytes of text an answer may have: the last event repeats all of them. An answer with more is
/// cut there, and says so.
const SHOWN_BYTES_MAX: usize = 16 << 20;

/// What was shown of an answer.
#[derive(Debug)]
pub(super) struct Story {
    who: Who,
    wire: Wire,
    begun: bool,
    /// What a message becomes when its backend has ended it: where filters hold text back, late.
    after_end: State,
    items: Vec<Told>,
    /// Whether the backend has said all.
    all_said: bool,
    /// Bytes that may still be shown; nothing is, once there are too few.
    room: Option<usize>,
    finish: Finish,
    /// What its end is to say of what filters found, if anything.
    pub(super) moderation: Option<Vec<u8>>,
}

impl Story {
    pub(super) fn new(plan: &Plan, wire: Wire) -> Self {
        let (id, model, created) = (plan.id.clone(), plan.model.clone(), plan.created);
        let filtered = plan.chain.as_ref().is_some_and(|chain| !chain.is_empty());
        Self {
            who: Who { id, model, created },
            wire,
            begun: false,
            after_end: if filtered { State::Late } else { State::Closed },
            items: Vec::new(),
            all_said: false,
            room: Some(SHOWN_BYTES_MAX),
            finish: Finish::Open,
            moderation: None,
        }
    }

    /// Shows what may be shown next.
    pub(super) fn write(&mut self, part: &Part<'_>, blocks: &Blocks, out: &mut Vec<u8>) {
        self.begin(out);
        for (channel, text) in part.texts.iter().filter(|(_, text)| !text.is_empty()) {
            if let Some(piece) = Piece::of_channel(*channel, blocks) {
                self.text(piece, channel.block, text, out);
            }
        }
        for tool in &part.tools {
            self.tool(tool, out);
        }
        if let Some(block) = part.ends {
            self.end(block, blocks, out);
        }
        if part.finish != Finish::Open {
            self.finish(part.finish, out);
        }
    }

    /// Whether there was more than may be shown.
    pub(super) fn is_cut(&self) -> bool {
        self.room.is_none()
    }

    /// Writes the end of a stream.
    pub(super) fn close(&mut self, usage: Option<Usage>, out: &mut Vec<u8>) {
        self.begin(out);
        let Self { who, wire, .. } = self;
        let mut standing = Self::standing(&self.items, (self.finish, self.room), usage);
        standing.moderation = self.moderation.as_deref();
        wire.event(standing.status, "", out, |fields| {
            fields.key("response", |out| object::response(who, standing, out));
        });
    }

    /// Writes an answer that is not streamed.
    pub(super) fn whole(&self, usage: Option<Usage>, out: &mut Vec<u8>) {
        let mut standing = Self::standing(&self.items, (self.finish, self.room), usage);
        standing.moderation = self.moderation.as_deref();
        object::response(&self.who, standing, out);
    }

    /// Writes the end of a stream that broke.
    pub(super) fn fail(&mut self, failure: &Failure<'_>, out: &mut Vec<u8>) {
        self.begin(out);
        let Self { who, wire, .. } = self;
        let error = Some((code(failure.code), failure.message));
        let standing = Standing { error, ..Standing::bare("failed") };
        wire.event(standing.status, "", out, |fields| {
            fields.key("response", |out| object::response(who, standing, out));
        });
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let Self { who, wire, .. } = self;
        let standing = Standing::bare("in_progress");
        for step in ["created", "in_progress"] {
            wire.event(step, "", out, |fields| {
                fields.key("response", |out| object::response(who, standing, out));
            });
        }
    }

    fn standing(
        output: &[Told],
        (finish, room): (Finish, Option<usize>),
        usage: Option<Usage>,
    ) -> Standing<'_> {
        let incomplete = match finish {
            Finish::ContentFilter => Some("content_filter"),
            Finish::Length => Some("max_output_tokens"),
            _ if room.is_none() => Some("max_output_tokens"),
            _ => None,
        };
        let status = if incomplete.is_some() { "incomplete" } else { "completed" };
        Standing { incomplete, output, usage, ..Standing::bare(status) }
    }

    fn text(&mut self, piece: Piece, block: u32, text: &Text<'_>, out: &mut Vec<u8>) {
        if !self.fits(text.len()) {
            return;
        }
        let at = self.item(piece.item(), out);
        if let Some(told) = self.items.get_mut(at) {
            told.say(piece, block, (&mut self.wire, text), out);
        }
    }

    /// Whether so much more may be shown.
    fn fits(&mut self, bytes: usize) -> bool {
        self.room = self.room.and_then(|room| room.checked_sub(bytes));
        self.room.is_some()
    }

    /// The item of this kind that text is of now: one at a time.
    fn item(&mut self, kind: Item, out: &mut Vec<u8>) -> usize {
        if let Some(at) = self.current(kind) {
            match self.items.get_mut(at) {
                Some(told) if told.state == State::Late && !self.all_said => {
                    told.close(Status::Completed, &mut self.wire, out);
                }
                _ => return at,
            }
        }
        self.open(kind, 0, Call::default(), out)
    }

    /// The item of this kind that is not closed.
    fn current(&self, kind: Item) -> Option<usize> {
        self.items.iter().rposition(|told| told.kind == kind && told.state != State::Closed)
    }

    fn open(&mut self, kind: Item, block: u32, call: Call, out: &mut Vec<u8>) -> usize {
        let index = self.items.len();
        let id = self.id(kind.prefix(), index);
        let (state, status) = (State::Open, Status::InProgress);
        let mut told = Told { kind, index, block, id, call, pieces: Vec::new(), state, status };
        told.open(&mut self.wire, out);
        if kind == Item::Call {
            told.begin(Piece::Arguments, block, &mut self.wire, out);
        }
        self.items.push(told);
        index
    }

    /// An id of ours, made from that of the answer.
    fn id(&self, prefix: &str, index: usize) -> String {
        let own = self.who.id.strip_prefix("resp_").unwrap_or(&self.who.id);
        [prefix, own, "_", &index.to_string()].concat()
    }

    fn tool(&mut self, tool: &Tool<'_>, out: &mut Vec<u8>) {
        let Slot::Tool(block) = tool.slot else { return };
        let is_it = |told: &Told| told.kind == Item::Call && told.block == block;
        let at = match (self.items.iter().rposition(is_it), &tool.name) {
            (Some(at), _) => at,
            (None, Some(name)) => {
                let Some(call) = self.call(tool.id.as_ref(), name) else { return };
                self.open(Item::Call, block, call, out)
            }
            (None, None) => return,
        };
        let arguments = tool.arguments.as_ref().filter(|arguments| !arguments.is_empty());
        let Some(arguments) = arguments else { return };
        if self.fits(arguments.len())
            && let Some(told) = self.items.get_mut(at)
        {
            told.say(Piece::Arguments, block, (&mut self.wire, arguments), out);
        }
    }

    /// What a new call is called; nothing, if it does not fit. An id that is missing, or that
    /// another call has, is ours: clients tell calls by it.
    fn call(&mut self, id: Option<&Text<'_>>, name: &Text<'_>) -> Option<Call> {
        let size = name.len() + id.map_or(0, Text::len);
        let name = self.fits(size).then(|| name.as_str().to_owned())?;
        let known = |id: &&str| !id.is_empty() && self.items.iter().all(|it| it.call.id != **id);
        let id = match id.map(Text::as_str).filter(known) {
            Some(id) => id.to_owned(),
            None => self.id("call_", self.items.len()),
        };
        Some(Call { id, name })
    }

    fn end(&mut self, block: u32, blocks: &Blocks, out: &mut Vec<u8>) {
        match blocks.find(block) {
            Some(Block::Piece(piece)) => self.end_piece(piece, block, out),
            Some(Block::Item(Item::Call)) => {
                let open = |told: &&mut Told| told.block == block && told.state != State::Closed;
                if let Some(told) = self.items.iter_mut().find(open) {
                    told.close(Status::Completed, &mut self.wire, out);
                }
            }
            Some(Block::Item(kind)) => {
                let Some(at) = self.current(kind) else { return };
                let Some(told) = self.items.get_mut(at) else { return };
                if kind == Item::Message && self.after_end == State::Late {
                    told.state = State::Late;
                } else {
                    told.close(Status::Completed, &mut self.wire, out);
                }
            }
            Some(Block::All) => {
                self.all_said = true;
                self.items.iter_mut().for_each(|told| told.text_becomes(State::Open));
            }
            None => {}
        }
    }

    fn end_piece(&mut self, piece: Piece, block: u32, out: &mut Vec<u8>) {
        let Some(at) = self.current(piece.item()) else { return };
        let Some(told) = self.items.get_mut(at) else { return };
        if piece == Piece::Text && self.after_end == State::Late {
            told.text_becomes(State::Late);
        } else {
            told.close_piece(piece, block, &mut self.wire, out);
        }
    }

    /// Closes all that is open. What a filter ended is incomplete, and so is what a bound did
    /// before its backend had ended it.
    fn finish(&mut self, finish: Finish, out: &mut Vec<u8>) {
        self.finish = finish;
        let cut = Self::standing(&[], (finish, self.room), None).incomplete.is_some();
        let open = self.items.iter_mut().filter(|told| told.state != State::Closed);
        for told in open {
            let over = told.state == State::Late && finish != Finish::ContentFilter;
            let status = if cut && !over { Status::Incomplete } else { Status::Completed };
            told.close(status, &mut self.wire, out);
        }
    }
}

/// The code of the reference that is nearest to one of ours.
fn code(code: &str) -> &'static str {
    match code {
        "rate_limit_exceeded" | "insufficient_quota" => "rate_limit_exceeded",
        _ => "server_error",
    }
}
