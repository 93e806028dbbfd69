//! What a shape alone does not tell.

/// The shape tells all.
pub(super) fn always(_: &[u8]) -> bool {
    true
}

/// Whether the digits pass the Luhn check of payment cards.
pub(super) fn is_card(text: &[u8]) -> bool {
    let digits = text.iter().rev().filter(|byte| byte.is_ascii_digit());
    let sum: u32 =
        digits.zip([false, true].into_iter().cycle()).map(|(byte, twice)| luhn(*byte, twice)).sum();
    sum.is_multiple_of(10)
}

fn luhn(byte: u8, twice: bool) -> u32 {
    let digit = u32::from(byte.saturating_sub(b'0'));
    match (twice, digit * 2) {
        (false, _) => digit,
        (true, double @ 10..) => double - 9,
        (true, double) => double,
    }
}

/// Whether the check digits of a bank account are right (mod 97, ISO 13616).
pub(super) fn is_iban(text: &[u8]) -> bool {
    let signs: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let Some((head, rest)) = signs.split_at_checked(4) else { return false };
    let signs = rest.iter().chain(head);
    signs.fold(0, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        _ => (sum * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    }) == 1
}

/// Whether such a social security number was ever given out.
pub(super) fn is_ssn(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| *byte == b'-');
    let (Some(area), Some(group), Some(serial)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    !matches!(area, b"000" | b"666" | [b'9', ..]) && group != b"00" && serial != b"0000"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_numbers_from_numbers() {
        assert!(is_card(b"4111 1111 1111 1111") && is_card(b"378282246310005"));
        assert!(!is_card(b"4111 1111 1111 1112"));
        assert!(is_iban(b"DE89 3704 0044 0532 0130 00") && is_iban(b"GB82WEST12345698765432"));
        assert!(!is_iban(b"DE88 3704 0044 0532 0130 00") && !is_iban(b"DE8"));
        assert!(is_ssn(b"078-05-1120"));
        assert!(!is_ssn(b"000-05-1120") && !is_ssn(b"900-05-1120") && !is_ssn(b"078-00-1120"));
    }
}
