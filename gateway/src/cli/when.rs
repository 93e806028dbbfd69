//! Moments and spans of time, as people write and read them. All of it is UTC.

use crate::MachineClock;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use sluice_config::words::{Clock, Timestamp};
use std::str::FromStr;
use std::time::Duration;

/// The longest span that can be written: more would be a typing error.
const DAYS_MAX: u64 = 36_500;
const DAY: u64 = 24 * 60 * 60;
const EXPECTED: &str = "expected a span such as 12h, 90d or 4w, a day such as 2027-01-31, or a \
    moment such as 2027-01-31T12:00:00Z";

/// A moment, or a span away from now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum When {
    /// So long from now, or so long ago, as the option says.
    Away(Duration),
    /// Then; a day is its first moment.
    At(Timestamp),
}

impl When {
    /// The moment, if a span lies ahead.
    pub(super) fn ahead(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Away(span) => now.plus(span),
            Self::At(at) => at,
        }
    }

    /// The moment, if a span lies behind.
    pub(super) fn ago(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Away(span) => {
                let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
                Timestamp(now.0.saturating_sub(millis))
            }
            Self::At(at) => at,
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(span) = span(text) {
            let most = Duration::from_secs(DAYS_MAX * DAY);
            return match span {
                Duration::ZERO => Err("a span of nothing; give at least 1s".into()),
                span if span > most => Err(format!("longer than {DAYS_MAX} days")),
                span => Ok(Self::Away(span)),
            };
        }
        let day = text.parse::<Date>().ok().filter(|_| text.len() == "2027-01-31".len());
        let at = match day {
            Some(day) => day.to_zoned_datetime(TimeZone::UTC).ok().map(|day| day.timestamp()),
            None => text.parse().ok(),
        };
        let millis = at.and_then(|at| u64::try_from(at.as_millisecond()).ok());
        millis.map(|millis| Self::At(Timestamp(millis))).ok_or_else(|| EXPECTED.into())
    }
}

/// Reads digits and a unit. A span too long to count is as long as can be.
fn span(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => DAY,
        "w" => 7 * DAY,
        _ => return None,
    };
    let written = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let count = digits.parse::<u64>().unwrap_or(u64::MAX);
    written.then(|| Duration::from_secs(count.saturating_mul(seconds)))
}

/// The time of the machine.
pub(super) fn now() -> Timestamp {
    MachineClock::default().now()
}

/// To the minute, for tables: `2026-11-24 13:05`.
pub(super) fn minute(at: Timestamp) -> String {
    let Some(moment) = moment(at) else { return "never".into() };
    let at = Offset::UTC.to_datetime(moment);
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}

/// To the millisecond, for machines: `2026-11-24T13:05:00.123Z`.
pub(super) fn exact(at: Timestamp) -> Option<String> {
    moment(at).map(|moment| moment.to_string())
}

fn moment(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(i64::try_from(at.0).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away(text: &str) -> Result<u64, String> {
        match text.parse()? {
            When::Away(span) => Ok(span.as_secs()),
            When::At(at) => Err(format!("{text} is the moment {at:?}")),
        }
    }

    #[test]
    fn spans_have_units() {
        for (text, seconds) in
            [("45s", 45), ("30m", 1800), ("12h", 43_200), ("90d", 7_776_000), ("2w", 1_209_600)]
        {
            assert_eq!(away(text), Ok(seconds));
        }
        for text in
            ["", "d", "0d", "-1d", "+1d", "1.5h", "90", "90 d", "99999999999999999999w", "1y"]
        {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_and_moments_are_utc() {
        let at = |text: &str| text.parse::<When>().map(|when| when.ahead(Timestamp(7)));
        assert_eq!(at("1970-01-02"), Ok(Timestamp(86_400_000)));
        assert_eq!(at("1970-01-01T00:00:01Z"), Ok(Timestamp(1000)));
        assert_eq!(at("1970-01-01T02:00:01+02:00"), Ok(Timestamp(1000)));
        for text in ["1969-12-31", "2026-02-30", "20260101", "tomorrow", "2026-01-01T00:00:00"] {
            assert!(at(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_lies_ahead_or_behind() {
        let day = When::Away(Duration::from_secs(DAY));
        assert_eq!(day.ahead(Timestamp(1000)), Timestamp(86_401_000));
        assert_eq!(day.ago(Timestamp(86_401_000)), Timestamp(1000));
        assert_eq!(day.ago(Timestamp(1000)), Timestamp(0));
    }

    #[test]
    fn moments_are_shown_as_they_are_read() {
        let at = Timestamp(1_795_525_506_789);
        assert_eq!(minute(at), "2026-11-24 13:05");
        assert_eq!(exact(at).as_deref(), Some("2026-11-24T13:05:06.789Z"));
        assert_eq!(exact(at).and_then(|text| text.parse().ok()), Some(When::At(at)));
        assert_eq!(exact(Timestamp(u64::MAX)), None);
    }
}
