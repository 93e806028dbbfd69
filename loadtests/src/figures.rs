//! Small arithmetic on measured numbers.

use std::time::Duration;

/// A count as a number to divide by; exact up to four thousand million, and capped there.
pub fn count(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The same of a length.
pub fn length(n: usize) -> f64 {
    count(u64::try_from(n).unwrap_or(u64::MAX))
}

/// Nanoseconds as microseconds.
pub fn micros(nanos: u64) -> f64 {
    Duration::from_nanos(nanos).as_secs_f64() * 1e6
}

/// The middle of what was seen, with its ends.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Middle {
    /// Median.
    pub median: f64,
    /// Least.
    pub least: f64,
    /// Most.
    pub most: f64,
}

impl Middle {
    /// Of the finite ones among `seen`; `None` where there are none.
    pub fn of(seen: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut seen: Vec<f64> = seen.into_iter().filter(|n| n.is_finite()).collect();
        seen.sort_by(f64::total_cmp);
        let half = seen.len() / 2;
        let upper = *seen.get(half)?;
        let lower = if seen.len().is_multiple_of(2) { half.checked_sub(1) } else { Some(half) };
        let lower = lower.and_then(|at| seen.get(at)).copied()?;
        let median = f64::midpoint(lower, upper);
        Some(Self { median, least: *seen.first()?, most: *seen.last()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_even_and_odd() {
        assert_eq!(Middle::of([3.0, 1.0, 2.0]).unwrap().median.to_string(), "2");
        let even = Middle::of([4.0, 1.0, 2.0, f64::NAN, 3.0]).unwrap();
        assert_eq!(even, Middle { median: 2.5, least: 1.0, most: 4.0 });
        assert_eq!(Middle::of([]), None);
    }
}
