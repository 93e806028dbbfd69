//! What was shown of an answer, in a form that whoever holds the text can check.

use crate::dialect::{Part, Said};
use crate::plan::Plan;
use crate::report::Finish;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;

/// Signs what was shown.
pub trait Seal: fmt::Debug + Send + Sync {
    /// A receipt for all choices of an answer, on one line of visible ASCII; `None` if there can be
    /// none. Asked once, when all that will be shown is known.
    fn seal(&self, shown: &[Shown]) -> Option<String>;
}

/// What was shown of one choice.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shown {
    /// Which choice.
    pub index: u32,
    /// The SHA-256 of its content: the UTF-8 of what its `content`, `text` or `response` is when all
    /// of it has been read; of several blocks of text, one behind the other. Reasoning, refusals
    /// and calls of tools are not in it.
    pub sha256: [u8; 32],
    /// How it ended.
    pub finish: Finish,
}

/// What has been shown so far, choice by choice, and who signs it in the end.
#[derive(Debug)]
pub(crate) struct Showing {
    seal: Arc<dyn Seal>,
    choices: Vec<Choice>,
    /// Whether text came to a block behind which another had begun, or that had ended. Then no
    /// hash is of what a caller has, and nothing is signed.
    torn: bool,
}

#[derive(Debug)]
struct Choice {
    index: u32,
    content: Sha256,
    /// The block of text that was shown last, and whether it has ended.
    block: Option<(u32, bool)>,
    finish: Finish,
}

impl Showing {
    /// Nothing yet, of an answer for which someone signs; nobody, if no one does.
    pub(crate) fn of(plan: &Plan) -> Option<Self> {
        let seal = Arc::clone(plan.seal.as_ref()?);
        Some(Self { seal, choices: Vec::new(), torn: false })
    }

    /// Takes what is shown next. How a text is cut into parts makes no difference.
    pub(crate) fn note(&mut self, part: &Part<'_>) {
        let known = self.choices.iter().position(|choice| choice.index == part.index);
        let at = known.unwrap_or(self.choices.len());
        if known.is_none() {
            self.choices.push(Choice::new(part.index));
        }
        let Some(choice) = self.choices.get_mut(at) else { return };
        for (channel, text) in part.texts.iter().filter(|(_, text)| !text.is_empty()) {
            if channel.said == Said::Content {
                self.torn |= !choice.goes_on(channel.block);
                choice.content.update(text.as_str());
            }
        }
        if let Some((block, ended)) = &mut choice.block {
            *ended |= part.ends == Some(*block);
        }
        if part.finish != Finish::Open {
            choice.finish = part.finish;
        }
    }

    /// What was shown is ended by filters, whatever the backend said.
    pub(crate) fn stop(&mut self) {
        self.choices.iter_mut().for_each(|choice| choice.finish = Finish::ContentFilter);
    }

    /// The receipt for all of it.
    pub(crate) fn receipt(self) -> Option<String> {
        if self.torn {
            return None;
        }
        let shown = |choice: Choice| Shown {
            index: choice.index,
            sha256: choice.content.finalize().into(),
            finish: choice.finish,
        };
        let mut all: Vec<Shown> = self.choices.into_iter().map(shown).collect();
        all.sort_by_key(|shown| shown.index);
        self.seal.seal(&all)
    }
}

impl Choice {
    fn new(index: u32) -> Self {
        Self { index, content: Sha256::new(), block: None, finish: Finish::Open }
    }

    /// Whether text of this block stands right behind all that was shown; it is the last from here.
    fn goes_on(&mut self, block: u32) -> bool {
        match self.block.replace((block, false)) {
            Some((last, ended)) => block > last || (block == last && !ended),
            None => true,
        }
    }
}
