//! What is left, as clients read it: OpenAI's `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`,
//! or Anthropic's `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`.

use super::window;
use crate::call::REQUEST_ID;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use sluice_config::words::{Dialect, Limit, Timestamp, Unit};
use std::sync::LazyLock;
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

/// Headers of an answer, at most: room for their names is made once.
const HEADERS: usize = 16;

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
/// Where Anthropic's clients look for the id of a request.
const ANTHROPIC_ID: HeaderName = HeaderName::from_static("request-id");

/// Every name of an answer whose limits are of both units, in order: most are. To hash a name costs
/// more than to copy it, so it is done once and not with each answer.
static FORM: LazyLock<HeaderMap> = LazyLock::new(|| {
    let first = [CONTENT_TYPE, REQUEST_ID];
    let names = first.into_iter().chain(REQUESTS).chain(TOKENS);
    let mut form = HeaderMap::with_capacity(HEADERS);
    form.extend(names.map(|name| (name, HeaderValue::from_static(""))));
    form
});

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

    /// Requests that are left of the limit that binds.
    pub(super) fn requests_left(&self) -> Option<u64> {
        self.requests.map(|line| line.left)
    }

    pub(super) fn headers(&self, dialect: Dialect) -> HeaderMap {
        let [requests, tokens] = match dialect {
            Dialect::OpenAi | Dialect::Ollama => [REQUESTS, TOKENS],
            Dialect::Anthropic => [ANTHROPIC_REQUESTS, ANTHROPIC_TOKENS],
        };
        let mut headers = HeaderMap::with_capacity(HEADERS);
        for (names, line) in [(requests, self.requests), (tokens, self.tokens)] {
            let values = line.iter().flat_map(|line| self.values(line, dialect));
            headers.extend(names.into_iter().zip(values));
        }
        headers
    }

    /// The headers of an answer of this kind to the call with this id, what is left among them.
    pub(crate) fn answer(
        &self,
        kind: &'static str,
        request_id: &str,
        dialect: Dialect,
    ) -> HeaderMap {
        let (kind, id) = (HeaderValue::from_static(kind), value(request_id.as_bytes()));
        let (Some(requests), Some(tokens), Dialect::OpenAi | Dialect::Ollama) =
            (&self.requests, &self.tokens, dialect)
        else {
            let mut headers = self.headers(dialect);
            if dialect == Dialect::Anthropic {
                headers.insert(ANTHROPIC_ID, id.clone());
            }
            headers.extend([(CONTENT_TYPE, kind), (REQUEST_ID, id)]);
            return headers;
        };
        let mut headers = FORM.clone();
        let (requests, tokens) = (self.values(requests, dialect), self.values(tokens, dialect));
        let values = [kind, id].into_iter().chain(requests).chain(tokens);
        headers.values_mut().zip(values).for_each(|(place, value)| *place = value);
        headers
    }

    /// A line as the headers have it, in their order.
    fn values(&self, line: &Line, dialect: Dialect) -> [HeaderValue; 3] {
        let (mut text, mut number) = (Vec::with_capacity(32), itoa::Buffer::new());
        match dialect {
            Dialect::OpenAi | Dialect::Ollama => go(line.reset, &mut text),
            Dialect::Anthropic => rfc3339(self.at.plus(line.reset), &mut text),
        }
        [
            value(number.format(line.limit).as_bytes()),
            value(number.format(line.left).as_bytes()),
            value(&text),
        ]
    }
}

fn value(text: &[u8]) -> HeaderValue {
    // Digits, units and our ids are always a value.
    HeaderValue::from_bytes(text).unwrap_or_else(|_| HeaderValue::from_static(""))
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
    fn each_value_stands_under_its_name() {
        let line =
            |limit, left, seconds| Some(Line { limit, left, reset: Duration::from_secs(seconds) });
        let at = Timestamp(1_767_225_600_500);
        let (requests, tokens) = (line(10, 9, 1), line(1000, 800, 2));
        for room in [
            Room { at, requests, tokens },
            Room { at, requests, tokens: None },
            Room { at, requests: None, tokens },
            Room::at(at),
        ] {
            let headers = room.answer("text/plain", "req_1", Dialect::OpenAi);
            let mut plainly = room.headers(Dialect::OpenAi);
            plainly.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            plainly.insert(REQUEST_ID, HeaderValue::from_static("req_1"));
            assert_eq!(headers, plainly);
        }
        let headers = Room { at, requests, tokens }.headers(Dialect::OpenAi);
        let named = |name: HeaderName| headers[name].to_str().expect("text");
        assert_eq!(REQUESTS.map(named), ["10", "9", "1s"]);
        assert_eq!(TOKENS.map(named), ["1000", "800", "2s"]);
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
