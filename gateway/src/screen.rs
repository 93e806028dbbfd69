//! Step 6: may this prompt be asked?
//!
//! Every text of the prompt is looked at before a backend hears of it. What a filter masks is
//! masked in what is sent; what it stops is refused, and so is a mask that cannot be put in: in
//! the key of a member, or over the border of two parts that the model reads as one text.

mod guards;

use crate::admit::Admitted;
pub(crate) use crate::admit::{Bill, Outcome, Room};
use crate::call::{Annotations, Asked, HeadParts, Kept, Place, Written};
use crate::chains::Chains;
use crate::kill::Watch;
use crate::metrics::Metrics;
use crate::refuse::{Refusal, RefusalCode};
use bytes::Bytes;
use futures_util::FutureExt;
use sluice_config::words::{Entitlement, Strategy};
use sluice_store::Known;
use sluice_stream::VerdictCount;
use sluice_stream::filter::{self, Chain, Tried};
use sluice_stream::moderation::Scores;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// A call whose prompt may be asked. Made only here.
#[derive(Debug)]
pub(crate) struct Screened {
    pub(crate) parts: Box<HeadParts>,
    pub(crate) known: Arc<Known>,
    pub(crate) asked: Box<Asked>,
    pub(crate) entitlement: Entitlement,
    pub(crate) room: Room,
    pub(crate) bill: Bill,
    /// When there was room for it, on the steady clock.
    pub(crate) at: Duration,
    /// What the caller is to know of the prompt.
    pub(crate) annotations: Annotations,
}

/// Looks at the prompt of a call: filters that read here first, then guards.
pub(crate) async fn screen(
    chains: &Chains,
    metrics: &Metrics,
    admitted: Admitted,
    watch: &mut Watch,
) -> Result<Screened, Refusal> {
    let Admitted { parts, known, mut asked, entitlement, room, bill, at } = admitted;
    let mut annotations = Annotations::default();
    // What the filters of another model said, if this one answers in its place.
    asked.moderation.iter_mut().for_each(|wanted| wanted.scores = None);
    let profile = entitlement.profile.as_ref();
    let chain = profile.and_then(|profile| Some((profile, chains.find(profile)?)));
    if let Some((profile, chain)) = chain.filter(|(_, chain)| chain.looks_at(filter::Place::Prompt))
    {
        let wanted = asked.moderation.as_deref();
        let chain = &wanted.map_or_else(
            || Arc::clone(chain),
            |wanted| wanted.prompt.of(chain, Strategy::DetectOnly),
        );
        let mut looked = Looked { chain, changes: Vec::new(), verdicts: Vec::new() };
        let found = looked.prompt(&mut asked.texts);
        metrics.judged(profile.as_str(), chain.strategy().whole(), &looked.verdicts);
        let said = looked.verdicts.iter().filter(|said| said.annotates());
        said.for_each(|said| annotations.add(&said.category));
        if let Some(wanted) = &mut asked.moderation {
            let nothing = Scores::of(chain, &[filter::Place::Prompt]);
            wanted.scores = nothing.map(|nothing| nothing.with(&looked.verdicts));
        }
        if let Err(refusal) = found {
            bill.waive(refusal.code());
            return Err(refusal);
        }
        // The prose of a message was looked at before what stands in front of it.
        looked.changes.sort_unstable_by_key(|change| change.span.start);
        change(&mut asked, &looked.changes);
    }
    if let Some((profile, wards)) = profile.and_then(|it| Some((it, chains.wards(it)?))) {
        let wanted = asked.moderation.as_deref();
        let over = wanted.and_then(|it| {
            Some(wards.over(it.prompt.of(chains.find(profile)?, Strategy::DetectOnly)))
        });
        let wards = over.as_ref().unwrap_or(wards);
        // Boxed: a call that asks no guard must not carry the room for it.
        let who = &known.principal.id;
        let asking = guards::ask(wards, (&mut asked, who), &mut annotations).boxed();
        let heard = watch.over(asking).await;
        if let Err(refusal) = heard {
            bill.waive(refusal.code());
            return Err(refusal);
        }
    }
    Ok(Screened { parts, known, asked, entitlement, room, bill, at, annotations })
}

/// What filters made of a prompt so far.
struct Looked<'c> {
    chain: &'c Chain,
    changes: Vec<Change>,
    verdicts: Vec<VerdictCount>,
}

/// A string of the body that is sent in other words.
struct Change {
    span: Range<usize>,
    text: String,
}

impl Looked<'_> {
    fn prompt(&mut self, texts: &mut [Written]) -> Result<(), Refusal> {
        for group in texts.chunk_by_mut(|one, next| one.group == next.group) {
            let (mut prose, words): (Vec<_>, Vec<_>) =
                group.iter_mut().partition(|it| matches!(it.place, Place::Prose(_)));
            self.prose(&mut prose)?;
            words.into_iter().try_for_each(|word| self.word(word))?;
        }
        Ok(())
    }

    /// The parts of a message, which a model reads as one text.
    fn prose(&mut self, parts: &mut [&mut Written]) -> Result<(), Refusal> {
        let Some(member) = parts.first().map(|first| first.member) else { return Ok(()) };
        let joined = match &*parts {
            [only] => Cow::Borrowed(&*only.text),
            parts => Cow::Owned(parts.iter().map(|part| &*part.text).collect()),
        };
        let tried = self.look(&joined, member)?;
        if tried.shown == *joined {
            return Ok(());
        }
        let mut shown = String::with_capacity(joined.len());
        for part in parts {
            let tried = self.chain.try_on(&part.text, filter::Place::Prompt);
            shown.push_str(&tried.shown);
            self.put(part, tried)?;
        }
        let across = self.chain.try_on(&shown, filter::Place::Prompt);
        if across.shown == shown && !across.stopped {
            Ok(())
        } else {
            Err(stopped(member, &across))
        }
    }

    /// A string that stands by itself.
    fn word(&mut self, word: &mut Written) -> Result<(), Refusal> {
        let tried = self.look(&word.text, word.member)?;
        self.put(word, tried)
    }

    fn look(&mut self, text: &str, member: &'static str) -> Result<Tried, Refusal> {
        let tried = self.chain.try_on(text, filter::Place::Prompt);
        self.verdicts.extend(tried.verdicts.iter().cloned());
        if tried.stopped { Err(stopped(member, &tried)) } else { Ok(tried) }
    }

    /// Puts what filters made of a text in its place, and in that of the text: guards read what is
    /// sent.
    fn put(&mut self, written: &mut Written, tried: Tried) -> Result<(), Refusal> {
        match &written.place {
            _ if tried.stopped => Err(stopped(written.member, &tried)),
            _ if tried.shown == *written.text => Ok(()),
            Place::Prose(span) | Place::Word(span) => {
                let text = tried.shown;
                written.text = text.as_str().into();
                self.changes.push(Change { span: span.clone(), text });
                Ok(())
            }
            Place::Key => Err(stopped(written.member, &tried)),
        }
    }
}

fn stopped(member: &'static str, tried: &Tried) -> Refusal {
    let acted = |said: &&VerdictCount| !said.shadow && said.action.acts();
    let last = tried.verdicts.iter().rev().find(acted);
    let category = last.map_or("unknown", |said| &said.category);
    let refusal = refused(member, category);
    let falls = tried.verdicts.iter().any(VerdictCount::asks_fallback);
    if falls { refusal.asking_fallback() } else { refusal }
}

fn refused(member: &'static str, category: &str) -> Refusal {
    let code = match category {
        "policy:cyber" => RefusalCode::CyberPolicy,
        "policy:bio" => RefusalCode::BioPolicy,
        _ => RefusalCode::PolicyViolation,
    };
    let message = format!(
        "the prompt was stopped by a filter of your tier (category {category}); change it, or ask \
         the operator if you think that is wrong"
    );
    Refusal::new(code, message).param(member)
}

/// Puts changes into the members that are sent. Changes come in the order of the body.
fn change(asked: &mut Asked, changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    let mut body = Vec::with_capacity(asked.body.len());
    let Asked { kept, options, .. } = asked;
    for kept in kept.iter_mut().chain(options) {
        let begin = body.len();
        let mut at = kept.value.start;
        for change in changes.iter().filter(|it| within(&it.span, kept)) {
            body.extend_from_slice(asked.body.get(at..change.span.start).unwrap_or_default());
            // Writing to a vector does not fail.
            let written = serde_json::to_writer(&mut body, &change.text);
            debug_assert!(written.is_ok(), "a vector takes any string");
            at = change.span.end;
        }
        body.extend_from_slice(asked.body.get(at..kept.value.end).unwrap_or_default());
        kept.value = begin..body.len();
    }
    asked.body = Bytes::from(body);
}

fn within(span: &Range<usize>, kept: &Kept) -> bool {
    kept.value.start <= span.start && span.end <= kept.value.end
}
