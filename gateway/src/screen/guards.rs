//! Guards that are asked about a prompt, before a backend hears of it.

use super::refused;
use crate::call::{Annotations, Asked, Speaker};
use crate::refuse::{Refusal, RefusalCode};
use crate::wards::{Talk, Wards, turns};
use futures_util::future::{FutureExt, ready};
use futures_util::stream::{self, StreamExt};
use sluice_config::words::PrincipalId;
use sluice_stream::VerdictCount;
use sluice_stream::filter::{Heard, Silence, Stop, TOO_LONG, Turns, Ward};
use sluice_stream::guard::{Exchange, Turn};
use std::sync::Arc;

/// Turns of one prompt that are judged each by itself; a prompt of more is refused.
const TURNS_MAX: usize = 64;

/// Questions of one call that are asked at once.
const AT_ONCE: usize = 4;

/// Asks every guard that looks at prompts, a few at a time; each answers in its time.
pub(super) async fn ask(
    wards: &Arc<Wards>,
    (asked, who): (&mut Asked, &PrincipalId),
    annotations: &mut Annotations,
) -> Result<(), Refusal> {
    if !wards.look_at_prompts() {
        return Ok(());
    }
    let turns = turns(&asked.texts).into();
    let talk = Talk { id: "".into(), turns, who: who.clone() };
    let bytes = talk.turns.iter().map(|turn| turn.text.len()).sum();
    let (mut judging, mut hearing) = (Vec::new(), Vec::new());
    for (at, ward) in wards.asking() {
        if !ward.looks_at_prompts() {
            continue;
        }
        // Checked before a text is copied for each question about it.
        let fits = wards.takes(at, bytes);
        let exchanges = fits.then(|| exchanges(ward, wards.reads_before(at), &talk.turns));
        let Some(exchanges) = exchanges.flatten() else {
            if ward.waits_whole(wards.strategy()) {
                judging.push(ward);
                hearing.push(ready(Err(Silence::TooLong)).boxed());
            } else {
                wards.judged(&ward.heed(&Err(Silence::TooLong)).0);
            }
            continue;
        };
        if ward.waits_whole(wards.strategy()) {
            for exchange in exchanges {
                judging.push(ward);
                hearing.push(wards.ask(at, exchange, &talk).boxed());
            }
        } else {
            wards.ask_aside(at, exchanges, talk.clone());
        }
    }
    if let Some(scores) = asked.moderation.as_mut().and_then(|it| it.scores.as_mut()) {
        wards.look_for(Ward::looks_at_prompts, scores);
    }
    // A few at a time: others ask the same guard.
    let heard: Vec<Heard> = stream::iter(hearing).buffered(AT_ONCE).collect().await;
    let (mut stopped, mut falls, mut verdicts) = (None, false, Vec::new());
    for (ward, heard) in judging.into_iter().zip(heard) {
        let (said, stop) = ward.heed(&heard);
        if !ward.rule.shadow {
            score(asked, ward.score(&heard).ok());
        }
        said.iter().filter(|said| said.annotates()).for_each(|it| annotations.add(&it.category));
        falls |= stop.is_some() && said.iter().any(VerdictCount::asks_fallback);
        stopped = stopped.or(stop);
        verdicts.extend(said);
    }
    wards.judged(&verdicts);
    let refusal = match stopped {
        None => return Ok(()),
        Some(Stop::Found(category)) if *category == *TOO_LONG => too_long(),
        Some(Stop::Found(category)) => refused(asked_in(asked), &category),
        Some(Stop::Unheard) => unheard(),
    };
    Err(if falls { refusal.asking_fallback() } else { refusal })
}

/// Adds what a guard found to what is told of the prompt. Where one was not heard, nothing is told.
fn score(asked: &mut Asked, found: Option<Vec<(Arc<str>, f64)>>) {
    let Some(wanted) = &mut asked.moderation else { return };
    let Some(found) = found else {
        wanted.scores = None;
        return;
    };
    if let Some(scores) = &mut wanted.scores {
        for (category, score) in &found {
            scores.add(category, *score);
        }
    }
}

/// The member in which was asked what a guard read last.
fn asked_in(asked: &Asked) -> &'static str {
    let said = asked.texts.iter().rev().find(|text| text.speaker != Speaker::System);
    said.map_or("model", |text| text.member)
}

/// What a filter has its guard judge of a prompt; `None` if that is more than it may ask at once. A
/// guard that reads only what it is asked about is asked about every turn: the model reads them all.
fn exchanges(ward: &Ward, reads_before: bool, turns: &[Turn]) -> Option<Vec<Exchange>> {
    let exchange = |(at, turn): (usize, &Turn)| {
        Exchange::prompt(turns.get(..at).unwrap_or_default().to_vec(), turn.text.as_str())
    };
    let last = turns.len().saturating_sub(1);
    let first = if ward.asks.turns == Turns::Last && reads_before { last } else { 0 };
    let told = turns.iter().enumerate().skip(first);
    (told.len() <= TURNS_MAX).then(|| told.map(exchange).collect())
}

/// A guard that must be heard gave no judgement.
fn unheard() -> Refusal {
    let message = "a filter that must look at this prompt cannot just now; try again";
    Refusal::new(RefusalCode::FilterUnavailable, message).because("a guard gave no judgement")
}

/// What cannot be read in full does not pass unread.
fn too_long() -> Refusal {
    let message = "the prompt is longer than a filter of your tier can look at; send less";
    Refusal::new(RefusalCode::PolicyViolation, message)
}
