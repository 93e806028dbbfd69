//! What is left, as clients read it: OpenAI's `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`,
//! or Anthropic's `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`.

use super::window;
use http::{HeaderMap, HeaderName, HeaderValue};
use sluice_config::words::{Dialect, Limit, Timestamp, Unit};
use std::time::Duration;

/// The binding limit of each unit: the one with the least left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    at: Timestamp,
    requests: Option<Line>,
    tokens: Option<Line>,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    limit: u64,
    left: u64,
    reset: Duration,
}

const REQUESTS: [HeaderName; 3] = [
    HeaderName::from_static("x-ratelimit-limit-requests"),
    HeaderName::from_static("x-ratelimit-remaining-requests"),
    HeaderName::from_static("x-ratelimit-reset-requests"),
];
const TOKENS: [HeaderName; 3] = [
    HeaderName::from_static("x-ratelimit-limit-tokens"),
    HeaderName::from_static("x-ratelimit-remaining-tokens"),
    HeaderName::from_static("x-ratelimit-reset-tokens"),
];

const ANTHROPIC_REQUESTS: [HeaderName; 3] = [
    HeaderName::from_static("anthropic-ratelimit-requests-limit"),
    HeaderName::from_static("anthropic-ratelimit-requests-remaining"),
    HeaderName::from_static("anthropic-ratelimit-requests-reset"),
];
const ANTHROPIC_TOKENS: [HeaderName; 3] = [
    HeaderName::from_static("anthropic-ratelimit-tokens-limit"),
    HeaderName::from_static("anthropic-ratelimit-tokens-remaining"),
    HeaderName::from_static("anthropic-ratelimit-tokens-reset"),
];

impl Room {
    /// Nothing is limited yet at this moment.
    pub(super) fn at(at: Timestamp) -> Self {
        Self { at, requests: None, tokens: None }
    }

    pub(super) fn tokens(&mut self, limit: &Limit, left: u64, now: Timestamp) {
        if limit.unit == Unit::Tokens {
            let reset = window::left(limit.window, now);
            binding(&mut self.tokens, Line { limit: limit.ceiling.get(), left, reset });
        }
    }

    /// A bucket is full again once every request taken has been refilled.
    pub(super) fn requests(&mut self, limit: &Limit, left: u64) {
        let ceiling = limit.ceiling.get();
        let taken = ceiling.saturating_sub(left);
        let reset = Duration::from_millis(taken.saturating_mul(60_000).div_ceil(ceiling));
        binding(&mut self.requests, Line { limit: ceiling, left, reset });
    }

    pub(super) fn headers(&self, dialect: Dialect) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.write(&mut headers, dialect);
        headers
    }

    pub(crate) fn write(&self, headers: &mut HeaderMap, dialect: Dialect) {
        match dialect {
            Dialect::OpenAi | Dialect::Ollama => {
                self.lines([REQUESTS, TOKENS], headers, go);
            }
            Dialect::Anthropic => {
                let moment = |reset, text: &mut Vec<u8>| rfc3339(self.at.plus(reset), text);
                self.lines([ANTHROPIC_REQUESTS, ANTHROPIC_TOKENS], headers, moment);
            }
        }
    }

    #[inline]
    fn lines(
        &self,
        [requests, tokens]: [[HeaderName; 3]; 2],
        headers: &mut HeaderMap,
        when: impl Fn(Duration, &mut Vec<u8>),
    ) {
        let (mut text, mut number) = (Vec::with_capacity(32), itoa::Buffer::new());
        for (names, line) in [(requests, self.requests), (tokens, self.tokens)] {
            let Some(line) = line else { continue };
            let [limit, remaining, reset] = names;
            insert(headers, limit, number.format(line.limit).as_bytes());
            insert(headers, remaining, number.format(line.left).as_bytes());
            text.clear();
            when(line.reset, &mut text);
            insert(headers, reset, &text);
        }
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, text: &[u8]) {
    // Digits and units are always a value.
    if let Ok(value) = HeaderValue::from_bytes(text) {
        headers.insert(name, value);
    }
}

fn binding(slot: &mut Option<Line>, line: Line) {
    if slot.is_none_or(|held| line.left < held.left) {
        *slot = Some(line);
    }
}

/// Writes a moment by the calendar, to the second in which it has come.
fn rfc3339(at: Timestamp, text: &mut Vec<u8>) {
    let seconds = i64::try_from(at.0.div_ceil(1000)).ok();
    let moment = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    text.extend_from_slice(moment.unwrap_or_default().to_string().as_bytes());
}

/// Writes a duration as Go does, which is what clients parse: `20ms`, `1s`, `6m0s`, `1h0m2.5s`.
fn go(duration: Duration, text: &mut Vec<u8>) {
    let mut number = itoa::Buffer::new();
    let mut part = |value: u64, unit: &str| {
        text.extend_from_slice(number.format(value).as_bytes());
        text.extend_from_slice(unit.as_bytes());
    };
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if millis < 1000 {
        return part(millis, "ms");
    }
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    if hours > 0 {
        part(hours, "h");
    }
    if hours > 0 || minutes > 0 {
        part(minutes, "m");
    }
    let (seconds, rest) = (millis / 1000 % 60, millis % 1000);
    if rest == 0 {
        return part(seconds, "s");
    }
    part(seconds, ".");
    part(rest / 100, "");
    if rest % 100 > 0 {
        part(rest / 10 % 10, "");
    }
    if rest % 10 > 0 {
        part(rest % 10, "");
    }
    text.extend_from_slice(b"s");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dialect_has_its_own_lines() {
        let mut room = Room::at(Timestamp(1_767_225_600_500));
        let line = Line { limit: 60, left: 59, reset: Duration::from_secs(1) };
        (room.requests, room.tokens) = (Some(line), Some(Line { limit: 1000, ..line }));
        let written = |dialect| {
            let headers = room.headers(dialect);
            let line = |(name, value): (&HeaderName, &HeaderValue)| {
                format!("{name}: {}", value.to_str().expect("plain"))
            };
            headers.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(
            written(Dialect::Anthropic),
            "anthropic-ratelimit-requests-limit: 60\n\
             anthropic-ratelimit-requests-remaining: 59\n\
             anthropic-ratelimit-requests-reset: 2026-01-01T00:00:02Z\n\
             anthropic-ratelimit-tokens-limit: 1000\n\
             anthropic-ratelimit-tokens-remaining: 59\n\
             anthropic-ratelimit-tokens-reset: 2026-01-01T00:00:02Z"
        );
        let openai = written(Dialect::OpenAi);
        assert!(openai.starts_with("x-ratelimit-limit-requests: 60\n"), "{openai}");
        assert!(openai.ends_with("x-ratelimit-reset-tokens: 1s"), "{openai}");
        assert_eq!(written(Dialect::Ollama), openai);
    }

    #[test]
    fn durations_read_as_in_go() {
        for (millis, text) in [
            (20, "20ms"),
            (1000, "1s"),
            (360_000, "6m0s"),
            (3_602_500, "1h0m2.5s"),
            (61_040, "1m1.04s"),
        ] {
            let mut written = Vec::new();
            go(Duration::from_millis(millis), &mut written);
            assert_eq!(String::from_utf8_lossy(&written), text);
        }
    }
}
