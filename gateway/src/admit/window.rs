//! Windows of the calendar: which one a moment is in, and when it ends.

use jiff::civil::Date;
use jiff::civil::Time;
use jiff::tz::Offset;
use sluice_config::words::{Timestamp, Window};
use std::time::Duration;

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 86_400_000;

/// The number of the window that `now` is in. Later windows have greater numbers.
pub(crate) fn number(window: Window, now: Timestamp) -> u64 {
    match window {
        Window::Now => 0,
        Window::Minute => now.0 / MINUTE_MS,
        Window::Day => now.0 / DAY_MS,
        Window::Month => month(now).map_or(0, |(number, _)| number),
    }
}

/// How long until the next window begins.
pub(crate) fn left(window: Window, now: Timestamp) -> Duration {
    let end = match window {
        Window::Now => now.0,
        Window::Minute => (now.0 / MINUTE_MS + 1) * MINUTE_MS,
        Window::Day => (now.0 / DAY_MS + 1) * DAY_MS,
        Window::Month => month(now).map_or(now.0, |(_, next)| next.0),
    };
    Duration::from_millis(end.saturating_sub(now.0))
}

/// When the window that `now` is in began.
pub(crate) fn began(window: Window, now: Timestamp) -> Timestamp {
    match window {
        Window::Now => now,
        Window::Minute => Timestamp(now.0 / MINUTE_MS * MINUTE_MS),
        Window::Day => Timestamp(now.0 / DAY_MS * DAY_MS),
        Window::Month => date(now).and_then(|date| start(date.first_of_month())).unwrap_or(now),
    }
}

/// The month: its number, and where the next begins.
fn month(now: Timestamp) -> Option<(u64, Timestamp)> {
    let date = date(now)?;
    let number = i64::from(date.year()) * 12 + i64::from(date.month());
    let next = date.last_of_month().tomorrow().ok()?;
    Some((u64::try_from(number).ok()?, start(next)?))
}

fn date(now: Timestamp) -> Option<Date> {
    let at = jiff::Timestamp::from_millisecond(i64::try_from(now.0).ok()?).ok()?;
    Some(Offset::UTC.to_datetime(at).date())
}

fn start(date: Date) -> Option<Timestamp> {
    let at = Offset::UTC.to_timestamp(date.to_datetime(Time::midnight())).ok()?;
    u64::try_from(at.as_millisecond()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let at: jiff::Timestamp = text.parse().expect("a time");
        Timestamp(u64::try_from(at.as_millisecond()).expect("after 1970"))
    }

    #[test]
    fn windows_follow_the_calendar() {
        let now = at("2028-02-29T23:59:30.500Z");
        assert_eq!(left(Window::Minute, now), Duration::from_millis(29_500));
        assert_eq!(left(Window::Day, now), Duration::from_millis(29_500));
        assert_eq!(left(Window::Month, now), Duration::from_millis(29_500));
        let next = at("2028-03-01T00:00:00Z");
        for window in [Window::Minute, Window::Day, Window::Month] {
            assert_eq!(number(window, next), number(window, now) + 1, "{window:?}");
            assert_eq!(began(window, next), next);
        }
        assert_eq!(began(Window::Month, now), at("2028-02-01T00:00:00Z"));
        assert_eq!(
            number(Window::Month, at("2029-01-01T00:00:00Z")),
            number(Window::Month, at("2028-12-31T00:00:00Z")) + 1
        );
    }
}
