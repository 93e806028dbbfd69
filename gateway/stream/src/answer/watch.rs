//! What guards are asked about one choice, and when: a first question soon, then one each time half
//! as much again was said, or a stride of the most that may wait. Each is about all that was said, so
//! with the longest stride of 1 KiB those about an answer of 64 KiB are some 32 times as long as it.

use crate::dialect::{Channel, Part, Said};
use crate::filter::{Chain, Heard, Place, When};
use crate::plan::Fault;
use crate::report::Report;
use sluice_config::words::Strategy;

/// Bytes of one place of a choice that are kept for guards. What is longer is longer than any guard
/// may be sent (`exchange_bytes_max`), so it is never taken for judged.
const SAID_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes of text before the first question.
const FIRST_BYTES: usize = 64;

/// A question to guards: what a choice has said so far.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    /// Of which choice.
    pub choice: u32,
    /// How much of it they are asked about: told to [`crate::Relay::heard`].
    pub upto: usize,
    /// Who is asked what.
    pub asks: Vec<Ask>,
    /// Whether something waits for what they say.
    pub waits: bool,
}

/// What one filter asks its guard.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ask {
    /// The place of the filter in [`Chain::wards`].
    pub ward: usize,
    /// What was said so far.
    pub text: String,
    /// Bytes of it that were asked about before.
    pub known: usize,
    /// Whether no more will be said.
    pub last: bool,
}

/// What came of one ask.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// Of which choice.
    pub choice: u32,
    /// The place of the filter in [`Chain::wards`].
    pub ward: usize,
    /// What its guard said.
    pub heard: Heard,
}

/// Counts what was heard; whether it ends the choice.
pub(super) fn weigh(chain: &Chain, ruling: &Ruling, report: &mut Report) -> Result<bool, Fault> {
    let ward = chain.wards().get(ruling.ward).ok_or(Fault::Unheard)?;
    ward.weigh(&ruling.heard, report).map_err(|_| Fault::Unheard)
}

/// How guards are heard about an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Hearing {
    /// As it comes.
    Streamed,
    /// When all of it is there.
    Whole,
}

/// What one choice said, for guards.
#[derive(Debug)]
pub(super) struct Watch {
    wards: Vec<Asked>,
    said: Vec<Told>,
    /// Bytes of text of the choice, and how many of them guards are asked about.
    come: (usize, usize),
    /// The same, of what they were asked about.
    asked: (usize, usize),
    /// Whether an answer to a question is awaited.
    open: bool,
    /// Whether a filter holds something back to the end.
    pub(super) held: bool,
    hearing: Hearing,
    /// Whether guards are asked before the end.
    early: bool,
    stride_bytes_max: usize,
}

/// A filter that is asked.
#[derive(Debug)]
struct Asked {
    at: usize,
    places: Vec<Place>,
    waits: bool,
    when: When,
    /// How long the text of each of its places was when it was asked last.
    known: Vec<usize>,
}

/// What was said in one place.
#[derive(Debug)]
struct Told {
    place: Place,
    text: String,
    last: Channel,
}

impl Watch {
    /// A watch of a choice, if guards are asked about answers.
    pub(super) fn new(chain: &Chain, strategy: Strategy, hearing: Hearing) -> Option<Self> {
        let wards = chain.wards().iter().enumerate();
        let asked: Vec<Asked> = wards
            .filter(|(_, ward)| ward.looks_at_answers())
            .map(|(at, ward)| Asked {
                at,
                places: ward.rule.places.clone(),
                waits: match hearing {
                    Hearing::Streamed => ward.waits(strategy),
                    Hearing::Whole => ward.waits_whole(strategy),
                },
                when: ward.asks.when,
                known: Vec::new(),
            })
            .collect();
        let strides = chain.wards().iter().map(|ward| ward.asks.stride_bytes_max);
        (!asked.is_empty()).then(|| Self {
            stride_bytes_max: strides.min().unwrap_or(FIRST_BYTES),
            wards: asked,
            said: Vec::new(),
            come: (0, 0),
            asked: (0, 0),
            open: false,
            held: false,
            early: hearing == Hearing::Streamed && strategy != Strategy::FullBuffer,
            hearing,
        })
    }

    /// Whether all of the answer is there when guards are asked.
    pub(super) fn is_whole(&self) -> bool {
        self.hearing == Hearing::Whole
    }

    /// Whether what is said waits for guards.
    pub(super) fn waits(&self) -> bool {
        self.hearing == Hearing::Streamed && self.asked(true).next().is_some()
    }

    /// The filters that are asked about this choice: those for which something waits, or the others.
    fn asked(&self, waits: bool) -> impl Iterator<Item = &Asked> {
        let due = move |it: &&Asked| it.when == When::Always || self.held;
        self.wards.iter().filter(move |it| it.waits == waits).filter(due)
    }

    /// Hears what filters let through.
    pub(super) fn hear(&mut self, part: &Part<'_>) {
        self.come.0 += part.bytes();
        for (channel, text) in &part.texts {
            self.say(*channel, text.as_str());
        }
        for tool in &part.tools {
            let channel = Channel::arguments(tool.slot);
            if let Some(name) = &tool.name {
                self.say(channel, name.as_str());
                self.say(channel, "\n");
            }
            if let Some(arguments) = &tool.arguments {
                self.say(channel, arguments.as_str());
            }
        }
    }

    fn say(&mut self, channel: Channel, text: &str) {
        let place = place(channel.said);
        if text.is_empty() || !self.wards.iter().any(|it| it.places.contains(&place)) {
            return;
        }
        if self.asked(true).any(|it| it.places.contains(&place)) {
            self.come.1 += text.len();
        }
        match self.said.iter_mut().find(|told| told.place == place) {
            Some(told) if told.text.len() > SAID_BYTES_MAX => {}
            Some(told) => {
                if std::mem::replace(&mut told.last, channel) != channel {
                    told.text.push_str("\n\n");
                }
                told.text.push_str(text);
            }
            None => self.said.push(Told { place, text: text.to_owned(), last: channel }),
        }
    }

    /// The next question, if there is one now. One without asks is answered by nobody: what was
    /// said is no guard's business.
    pub(super) fn question(&mut self, choice: u32, ended: bool) -> Option<Question> {
        if self.is_due(ended) {
            self.asked = self.come;
            self.open = true;
            return Some(self.ask(choice, true, ended));
        }
        if !ended {
            return None;
        }
        let aside = self.ask(choice, false, true);
        // They are asked once.
        self.wards.retain(|ward| ward.waits);
        (!aside.asks.is_empty()).then_some(aside)
    }

    fn is_due(&self, ended: bool) -> bool {
        let (more, theirs) = (self.come.0 - self.asked.0, self.come.1 - self.asked.1);
        let stride = (self.asked.1 / 2).clamp(FIRST_BYTES, self.stride_bytes_max);
        !self.open && more > 0 && (ended || self.early && (theirs == 0 || theirs >= stride))
    }

    fn ask(&mut self, choice: u32, waits: bool, last: bool) -> Question {
        let (said, held) = (&self.said, self.held);
        let due = |it: &&mut Asked| it.waits == waits && (it.when == When::Always || held);
        let asks = self.wards.iter_mut().filter(due).map(|it| it.ask(said, last));
        let asks = asks.filter(|ask| !ask.text.is_empty()).collect();
        Question { choice, upto: self.asked.0, asks, waits }
    }

    /// A question was answered.
    pub(super) fn answered(&mut self) {
        self.open = false;
    }
}

/// Where filters look for it.
pub(super) fn place(said: Said) -> Place {
    match said {
        Said::Content | Said::Refusal => Place::Answer,
        Said::Reasoning | Said::ReasoningContent => Place::Reasoning,
        Said::Arguments | Said::Function => Place::ToolCalls,
    }
}

impl Asked {
    fn ask(&mut self, said: &[Told], last: bool) -> Ask {
        let told = || said.iter().filter(|told| self.places.contains(&told.place));
        let lengths: Vec<usize> = told().map(|told| told.text.len()).collect();
        let text = told().map(|told| told.text.as_str()).collect::<Vec<_>>().join(BETWEEN);
        // The text of a place grows behind; that of all places only if the last of them does.
        let (known, grown) = (self.known.len(), &lengths);
        let same = known > 0 && grown.iter().zip(&self.known).take(known - 1).all(|(a, b)| a == b);
        let behind = self.known.iter().sum::<usize>() + known.saturating_sub(1) * BETWEEN.len();
        self.known = lengths;
        Ask { ward: self.at, text, known: if same { behind } else { 0 }, last }
    }
}

/// Stands between what was said in two places.
const BETWEEN: &str = "\n\n";
