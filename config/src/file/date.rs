//! A day.

use super::leaf::written;

written! {
    /// A day, as the second since 1970 it starts with, UTC.
    Date(u64), "a day", { "type": "string", "format": "date", "examples": ["2026-11-01"] },
    date,
    |seconds| day(*seconds)
}

fn date(text: &str) -> Result<u64, String> {
    const WHAT: &str = "expected a day since 1970, for example 2026-11-01";
    let date: jiff::civil::Date = text.parse().map_err(|_| WHAT)?;
    if text.len() != "2026-11-01".len() {
        return Err(WHAT.into());
    }
    let first = date.to_zoned_datetime(jiff::tz::TimeZone::UTC).map_err(|_| WHAT)?;
    u64::try_from(first.timestamp().as_second()).map_err(|_| WHAT.into())
}

fn day(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
    at.map(|at| at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_first_second() {
        assert_eq!(date("1970-01-02"), Ok(86_400));
        assert_eq!(day(86_400), "1970-01-02");
        for text in ["1969-12-31", "2026-02-30", "2026-11-01T00:00:00", "20261101", "today"] {
            assert!(date(text).is_err(), "{text}");
        }
    }
}
