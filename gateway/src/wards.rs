//! The guards that the filters of one profile ask, and how they are heard.

use crate::call::{Speaker, Written};
use crate::guard::{Guard, Guards, Unavailable};
use crate::metrics::Metrics;
use crate::tasks::Tasks;
use futures_util::future::{FutureExt, join_all};
use sluice_config::Problems;
use sluice_config::words::{PrincipalId, ProfileId, Strategy};
use sluice_stream::filter::{Chain, Heard, Silence, Ward};
use sluice_stream::guard::{Category, Exchange, Role, Session, Subject, Turn};
use sluice_stream::moderation::Scores;
use sluice_stream::{Ask, Question, Ruling, VerdictCount};
use std::sync::Arc;

/// What a guard answers that has not read of a stream what it is said to have: it gets all of it.
const CONFLICT: u16 = 409;

/// The guards of one profile.
#[derive(Debug)]
pub(crate) struct Wards {
    profile: ProfileId,
    chain: Arc<Chain>,
    /// Those that [`Chain::wards`] ask, in their order.
    guards: Vec<Arc<Guard>>,
    metrics: Arc<Metrics>,
    aside: Tasks,
}

/// A conversation that guards are asked about, and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    /// What a guard may call an answer under way; empty if there is none.
    pub(crate) id: Arc<str>,
    pub(crate) turns: Arc<[Turn]>,
    pub(crate) who: PrincipalId,
}

impl Wards {
    /// Finds the guards of a profile, noting what cannot be.
    pub(crate) fn assemble(
        profile: &ProfileId,
        chain: &Arc<Chain>,
        guards: &Guards,
        problems: &mut Problems,
    ) -> Option<Arc<Self>> {
        let found: Vec<_> =
            chain.wards().iter().map(|ward| find(ward, guards, problems).cloned()).collect();
        let (profile, chain) = (profile.clone(), Arc::clone(chain));
        let (metrics, aside) = (Arc::clone(guards.recorder()), guards.aside().clone());
        let guards = found.into_iter().collect::<Option<_>>()?;
        Some(Arc::new(Self { profile, chain, guards, metrics, aside }))
    }

    /// The same guards, asked by the same filters as they are to act for one call.
    pub(crate) fn over(&self, chain: Arc<Chain>) -> Arc<Self> {
        let Self { profile, guards, metrics, aside, .. } = self;
        let (profile, guards) = (profile.clone(), guards.clone());
        let (metrics, aside) = (Arc::clone(metrics), aside.clone());
        Arc::new(Self { profile, chain, guards, metrics, aside })
    }

    /// Notes what the guards of these filters look for.
    pub(crate) fn look_for(&self, which: impl Fn(&Ward) -> bool, scores: &mut Scores) {
        let asked = self.chain.wards().iter().zip(&self.guards);
        for (ward, guard) in asked.filter(|(ward, _)| !ward.rule.shadow && which(ward)) {
            let named = &ward.rule.categories;
            let mut known = guard.adapter().categories();
            known.retain(|it| named.is_empty() || named.iter().any(|word| word == it.as_str()));
            for category in known {
                scores.looks_for(category.as_str());
            }
        }
    }

    /// The filters that ask, each with its place.
    pub(crate) fn asking(&self) -> impl Iterator<Item = (usize, &Ward)> {
        self.chain.wards().iter().enumerate()
    }

    /// Whether the guard of a filter reads a turn together with those before it.
    pub(crate) fn reads_before(&self, ward: usize) -> bool {
        self.guards.get(ward).is_some_and(|guard| guard.adapter().reads_before())
    }

    /// Whether the guard of a filter is sent so much text at once.
    pub(crate) fn takes(&self, ward: usize, bytes: usize) -> bool {
        self.guards.get(ward).is_some_and(|guard| bytes <= guard.exchange_bytes_max())
    }

    /// The newest of these turns that a guard of a filter is sent: a call keeps no more.
    pub(crate) fn newest(&self, turns: Vec<Turn>) -> Vec<Turn> {
        let most = self.guards.iter().map(|guard| guard.exchange_bytes_max()).max();
        newest(turns, most.unwrap_or_default())
    }

    /// Whether any of them is asked about prompts.
    pub(crate) fn look_at_prompts(&self) -> bool {
        self.chain.wards().iter().any(Ward::looks_at_prompts)
    }

    /// How much of an answer waits for them.
    pub(crate) fn strategy(&self) -> Strategy {
        self.chain.strategy()
    }

    /// Asks what a question asks, all at once; each guard answers in its time.
    pub(crate) async fn hear(&self, question: &Question, talk: &Talk) -> Vec<Ruling> {
        let asks = question.asks.iter().map(|ask| {
            let id = format!("{}-{}-{}", talk.id, question.choice, ask.ward).into();
            let session = Session { id, known: ask.known, last: ask.last };
            let exchange = Exchange::answer(talk.turns.to_vec(), ask.text.as_str());
            self.ask(ask.ward, exchange.during(session), talk).boxed()
        });
        let heard = join_all(asks.collect::<Vec<_>>()).await;
        let choice = question.choice;
        let ruling = |(ask, heard): (&Ask, Heard)| Ruling { choice, ward: ask.ward, heard };
        question.asks.iter().zip(heard).map(ruling).collect()
    }

    /// Asks without anybody waiting for it; what is heard is counted.
    pub(crate) fn hear_aside(self: &Arc<Self>, question: Question, talk: Talk) {
        let wards = Arc::clone(self);
        // Bounded by the places of each guard, and over in its time.
        self.aside.spawn_until_stop(async move {
            for ruling in wards.hear(&question, &talk).await {
                wards.count(ruling.ward, &ruling.heard);
            }
        });
    }

    /// Asks one guard about prompts, likewise.
    pub(crate) fn ask_aside(self: &Arc<Self>, ward: usize, exchanges: Vec<Exchange>, talk: Talk) {
        let wards = Arc::clone(self);
        self.aside.spawn_until_stop(async move {
            for exchange in exchanges {
                let heard = wards.ask(ward, exchange, &talk).await;
                wards.count(ward, &heard);
            }
        });
    }

    /// Asks one guard. A prompt must be read with all that was said before it.
    pub(crate) async fn ask(&self, ward: usize, exchange: Exchange, talk: &Talk) -> Heard {
        let guard = self.guards.get(ward).ok_or(Silence::Unavailable)?;
        if exchange.subject() == Subject::Prompt && exchange.bytes() > guard.exchange_bytes_max() {
            return Err(Silence::TooLong);
        }
        let (who, again) = (talk.who.as_str(), guard.adapter().again(&exchange));
        let judged = match (guard.judge(exchange, who).await, again) {
            (Err(Unavailable::Status(CONFLICT)), Some(whole)) => guard.judge(whole, who).await,
            (judged, _) => judged,
        };
        judged.map_err(|why| match why {
            Unavailable::TooLong => Silence::TooLong,
            _ => Silence::Unavailable,
        })
    }

    /// Counts what filters said of one text.
    pub(crate) fn judged(&self, said: &[VerdictCount]) {
        self.metrics.judged(self.profile.as_str(), self.strategy().whole(), said);
    }

    /// Counts what filters said of a text about which nothing is done.
    pub(crate) fn noted(&self, said: &[VerdictCount]) {
        self.metrics.noted(self.profile.as_str(), said);
    }

    fn count(&self, ward: usize, heard: &Heard) {
        let ward = self.chain.wards().get(ward);
        let (said, _) = ward.map(|ward| ward.heed(heard)).unwrap_or_default();
        self.judged(&said);
    }
}

/// The guard that a filter asks, if it can answer what it is asked.
fn find<'g>(ward: &Ward, guards: &'g Guards, problems: &mut Problems) -> Option<&'g Arc<Guard>> {
    let path = |setting: &str| format!("{}.{setting}", ward.path);
    let Some(guard) = guards.named(&ward.asks.guard) else {
        let what = format!("there is no guard {}; name it under `guards`", ward.asks.guard);
        problems.note(&path("guard"), what);
        return None;
    };
    let adapter = guard.adapter();
    let subjects = [
        (ward.looks_at_prompts(), Subject::Prompt, "prompts"),
        (ward.looks_at_answers(), Subject::Answer, "answers"),
    ];
    let mut sound = true;
    for (_, _, texts) in subjects.iter().filter(|(looks, of, _)| *looks && !adapter.judges(*of)) {
        problems.note(&path("in"), format!("a guard of kind {} judges no {texts}", adapter.name()));
        sound = false;
    }
    let known = adapter.categories();
    for (at, word) in ward.rule.categories.iter().enumerate() {
        if !known.iter().any(|it| it.as_str() == word) {
            let words: Vec<_> = known.iter().map(Category::as_str).collect();
            let what = format!("this guard finds no {word}; it finds {}", words.join(", "));
            problems.note(&path(&format!("categories[{at}]")), what);
            sound = false;
        }
    }
    sound.then_some(guard)
}

/// Turns without the oldest, as long as they have more than so many bytes; the last stays.
fn newest(mut turns: Vec<Turn>, bytes_max: usize) -> Vec<Turn> {
    let mut bytes: usize = turns.iter().map(|turn| turn.text.len()).sum();
    let mut dropped = 0;
    for turn in turns.iter().take(turns.len().saturating_sub(1)) {
        if bytes <= bytes_max {
            break;
        }
        bytes -= turn.text.len();
        dropped += 1;
    }
    turns.drain(..dropped);
    turns
}

/// The turns of a prompt, as a guard reads them: instructions first, whatever the order of the body.
pub(crate) fn turns(texts: &[Written]) -> Vec<Turn> {
    let groups = texts.chunk_by(|one, next| one.group == next.group);
    let turn = |group: &[Written]| {
        let speaker = group.first().map_or(Speaker::User, |first| first.speaker);
        let role = match speaker {
            Speaker::System => Role::System,
            Speaker::User => Role::User,
            Speaker::Model => Role::Assistant,
            Speaker::Tool => Role::Tool,
        };
        let lines: Vec<&str> = group.iter().map(|written| &*written.text).collect();
        Turn { role, text: lines.join("\n") }
    };
    let (first, rest): (Vec<_>, Vec<_>) = groups.map(turn).partition(|it| it.role == Role::System);
    first.into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_turns_go_first_and_the_last_stays() {
        let turn = |text: &str| Turn { role: Role::User, text: text.into() };
        let kept = |most| {
            let turns = vec![turn("0123456789"), turn("01234"), turn("question")];
            newest(turns, most).into_iter().map(|turn| turn.text.len()).collect::<Vec<_>>()
        };
        assert_eq!(kept(23), [10, 5, 8]);
        assert_eq!(kept(22), [5, 8]);
        assert_eq!(kept(12), [8]);
        assert_eq!(kept(0), [8]);
    }
}
