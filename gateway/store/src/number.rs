//! Our numbers are unsigned, a database's are not.

use crate::StoreError;

/// A number on its way into a database.
pub(crate) fn into_signed(number: u64, what: &'static str) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::OutOfRange { what })
}

/// A number from a database. A negative one was not written by us.
pub(crate) fn from_signed(number: i64, what: &'static str) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(StoreError::unavailable(what))
}

/// The end of a range: what no kept number reaches may stand for every number beyond.
pub(crate) fn clamped(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_fits_comes_back(number in 0..=i64::MAX.unsigned_abs()) {
            let signed = into_signed(number, "number").unwrap();
            prop_assert_eq!(from_signed(signed, "number").unwrap(), number);
            prop_assert_eq!(clamped(number), signed);
        }

        #[test]
        fn what_does_not_fit_is_refused(over in 1..=i64::MAX.unsigned_abs()) {
            let number = i64::MAX.unsigned_abs() + over;
            let refused = matches!(into_signed(number, "n"), Err(StoreError::OutOfRange { .. }));
            prop_assert!(refused);
            prop_assert_eq!(clamped(number), i64::MAX);
        }

        #[test]
        fn a_negative_number_is_not_ours(number in i64::MIN..0) {
            prop_assert!(from_signed(number, "number").is_err());
        }
    }
}
