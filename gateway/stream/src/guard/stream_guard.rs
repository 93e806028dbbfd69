//! `stream_guard`: a guard that reads on where it was, in a protocol of our own, which the book
//! describes. It gets what was said since it was asked last, and answers with a verdict.

use super::adapter::{Adapter, Kind, Notes, Unaskable};
use super::exchange::{Exchange, Role, Session, Subject};
use super::judgement::{Category, Judgement, Verdict};
use super::request::Request;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct StreamGuard;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    categories: Vec<String>,
}

/// What it answers. What else it says is passed over.
#[derive(Deserialize)]
struct Reply {
    verdict: Word,
    #[serde(default)]
    categories: Vec<String>,
    score: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Safe,
    Unsafe,
    Controversial,
}

impl Kind for StreamGuard {
    fn name(&self) -> &'static str {
        "stream_guard"
    }

    fn build(&self, options: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Adapter>> {
        let Options { categories } = notes.read(options)?;
        notes.check_words("categories", &categories);
        let categories = categories.iter().map(|word| Category::new("policy", word)).collect();
        Some(Arc::new(Asking { categories }))
    }
}

#[derive(Debug)]
struct Asking {
    categories: Vec<Category>,
}

impl Adapter for Asking {
    fn name(&self) -> &'static str {
        StreamGuard.name()
    }

    fn reads_before(&self) -> bool {
        true
    }

    fn categories(&self) -> Vec<Category> {
        self.categories.clone()
    }

    fn requests(&self, exchange: &Exchange, model: &str) -> Result<Vec<Request>, Unaskable> {
        let session = exchange.session();
        let known = session.map_or(0, |session| session.known);
        // Where it has read nothing yet, it must know what was said before.
        let (known, delta) = match exchange.judged().split_at_checked(known) {
            Some((_, delta)) => (known, delta),
            None => (0, exchange.judged()),
        };
        let turns = if known == 0 { exchange.before() } else { &[] };
        let before = turns.iter().map(|turn| json!({ "role": role(turn.role), "text": turn.text }));
        let subject = match exchange.subject() {
            Subject::Prompt => "prompt",
            Subject::Answer => "answer",
        };
        let body = json!({
            "model": model,
            "subject": subject,
            "stream": session.map(|session| &*session.id),
            "before": before.collect::<Vec<_>>(),
            "from": known,
            "delta": delta,
            "last": session.is_none_or(|session| session.last),
        });
        Ok(vec![Request::new("/v1/stream-guard", &body)])
    }

    fn again(&self, exchange: &Exchange) -> Option<Exchange> {
        let session = exchange.session().filter(|session| session.known > 0)?;
        Some(exchange.clone().during(Session { known: 0, ..session.clone() }))
    }

    fn parse(&self, _: &Exchange, replies: &[&[u8]]) -> Judgement {
        let [reply] = replies else { return Judgement::of(Verdict::Unparsable) };
        self.judged(reply).unwrap_or(Judgement::of(Verdict::Unparsable))
    }
}

impl Asking {
    fn judged(&self, reply: &[u8]) -> Option<Judgement> {
        let Reply { verdict, categories, score } = serde_json::from_slice(reply).ok()?;
        let known = |word: String| {
            let category = Category::new("policy", &word);
            self.categories.contains(&category).then_some(category)
        };
        let categories = categories.into_iter().map(known).collect::<Option<Vec<_>>>()?;
        let verdict = match verdict {
            // What is safe is safe of everything.
            Word::Safe if !categories.is_empty() => return None,
            Word::Safe => Verdict::Safe,
            Word::Unsafe => Verdict::Unsafe,
            Word::Controversial => Verdict::Controversial,
        };
        if score.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
            return None;
        }
        Some(Judgement { categories, score, ..Judgement::of(verdict) })
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::Turn;
    use super::*;

    fn guard() -> Asking {
        Asking { categories: vec![Category::new("policy", "fraud")] }
    }

    fn body(exchange: &Exchange) -> Value {
        let requests = guard().requests(exchange, "m").expect("a request");
        serde_json::from_slice(&requests[0].body).expect("JSON")
    }

    #[test]
    fn it_is_sent_what_it_has_not_read() {
        let turn = Turn { role: Role::User, text: "how?".into() };
        let session = |known, last| Session { id: "s-0".into(), known, last };
        let asked = |known, last| {
            let exchange = Exchange::answer(vec![turn.clone()], "like this");
            body(&exchange.during(session(known, last)))
        };
        let first = asked(0, false);
        assert_eq!(first["before"], json!([{ "role": "user", "text": "how?" }]));
        assert_eq!((&first["from"], &first["delta"]), (&json!(0), &json!("like this")));
        let next = asked(5, true);
        assert_eq!((&next["from"], &next["delta"]), (&json!(5), &json!("this")));
        assert_eq!((&next["before"], &next["last"]), (&json!([]), &json!(true)));
        // It never reads a part of a letter, nor what is not there.
        assert_eq!(asked(99, false)["from"], 0);
        let alone = body(&Exchange::prompt(Vec::new(), "hi"));
        let expected = json!({ "model": "m", "subject": "prompt", "stream": null, "before": [],
            "from": 0, "delta": "hi", "last": true });
        assert_eq!(alone, expected);
    }

    #[test]
    fn only_a_verdict_of_known_words_is_one() {
        let said = |reply: &str| {
            let exchange = Exchange::prompt(Vec::new(), "x");
            let judged = guard().parse(&exchange, &[reply.as_bytes()]);
            (judged.verdict, judged.categories.len(), judged.score)
        };
        assert_eq!(said(r#"{"verdict":"safe","x":1}"#), (Verdict::Safe, 0, None));
        let found = r#"{"verdict":"unsafe","categories":["fraud"],"score":0.9}"#;
        assert_eq!(said(found), (Verdict::Unsafe, 1, Some(0.9)));
        assert_eq!(said(r#"{"verdict":"controversial"}"#), (Verdict::Controversial, 0, None));
        for odd in [
            "",
            "safe",
            "{}",
            r#"{"verdict":"Safe"}"#,
            r#"{"verdict":"safe","categories":["fraud"]}"#,
            r#"{"verdict":"unsafe","categories":["other"]}"#,
            r#"{"verdict":"unsafe","score":7}"#,
            r#"{"verdict":"safe","verdict":"unsafe"}"#,
        ] {
            assert_eq!(said(odd), (Verdict::Unparsable, 0, None), "{odd}");
        }
    }
}
