//! What there is to redact: the shape of each thing, and how it is told from what looks like it.
//!
//! Every shape is bounded: by its length, or as a start that is certain and what follows of it.

use super::check;

/// One shape of a class.
#[derive(Debug)]
pub(super) struct Shape {
    /// The class it belongs to.
    pub(super) class: &'static str,
    pub(super) pattern: &'static str,
    /// Bytes beyond which it is none.
    pub(super) bytes_max: usize,
    /// Bytes it cannot follow.
    pub(super) not_after: fn(u8) -> bool,
    /// Bytes that cannot follow it.
    pub(super) not_before: fn(u8) -> bool,
    /// Whether a match is one, beyond its shape.
    pub(super) check: fn(&[u8]) -> bool,
    pub(super) tail: Tail,
    pub(super) sign: Option<Sign>,
}

/// What tells a shape whose beginning could be any word: it is looked for, and not the beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sign {
    pub(super) byte: u8,
    /// Bytes that may stand between the first byte of the shape and the sign. Whichever they are,
    /// what may follow the sign is the same.
    pub(super) lead: fn(u8) -> bool,
}

/// What else belongs to a thing whose start is certain.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tail {
    /// Nothing: the pattern is all of it.
    None,
    /// All bytes of this kind.
    Bytes(fn(u8) -> bool),
    /// Everything up to the end of this pattern.
    Until(&'static str),
}

/// A class of things, as settings name it.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) name: &'static str,
    pub(super) mask: &'static str,
}

pub(super) const CLASSES: &[Class] = &[
    Class { name: "secrets", mask: "[secret]" },
    Class { name: "email", mask: "[email]" },
    Class { name: "phone", mask: "[phone]" },
    Class { name: "card", mask: "[card]" },
    Class { name: "iban", mask: "[iban]" },
    Class { name: "ssn", mask: "[ssn]" },
];

const PRIVATE_KEY_END: &str = r"-----END [A-Z0-9 ]*PRIVATE KEY-----";

pub(super) const SHAPES: &[Shape] = &[
    secret(r"sk-[A-Za-z0-9_-]{20}", Tail::Bytes(is_key)),
    secret(r"gh[a-z]_[A-Za-z0-9]{20}", Tail::Bytes(is_key)),
    secret(r"github_pat_[A-Za-z0-9_]{20}", Tail::Bytes(is_key)),
    secret(r"glpat-[A-Za-z0-9_-]{16}", Tail::Bytes(is_key)),
    secret(r"(?:AKIA|ASIA)[A-Z0-9]{16}", Tail::Bytes(is_key)),
    secret(r"xox[a-z]-[A-Za-z0-9-]{10}", Tail::Bytes(is_key)),
    secret(r"hf_[A-Za-z0-9]{20}", Tail::Bytes(is_key)),
    secret(r"AIza[A-Za-z0-9_-]{30}", Tail::Bytes(is_key)),
    secret(r"eyJ[A-Za-z0-9_-]{14}", Tail::Bytes(is_token)),
    secret(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY", Tail::Until(PRIVATE_KEY_END)),
    Shape {
        pattern: r"[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}",
        sign: Some(Sign { byte: b'@', lead: is_local }),
        ..bounded("email", 320)
    },
    Shape {
        pattern: r"(?:\+|00)[0-9](?:[ .()/-]{0,2}[0-9]){6,14}",
        not_before: is_digit,
        ..bounded("phone", 48)
    },
    Shape {
        pattern: r"(?:1[ .-])?\(?[2-9][0-9]{2}\)?[ .-]{1,2}[0-9]{3}[ .-][0-9]{4}",
        ..bounded("phone", 24)
    },
    Shape {
        pattern: r"0[1-9][0-9]{1,4}[ /-][0-9]{3,8}(?:[ -][0-9]{1,5}){0,3}",
        not_before: is_digit,
        ..bounded("phone", 36)
    },
    Shape { pattern: r"[2-6](?:[ -]?[0-9]){12,18}", check: check::is_card, ..bounded("card", 40) },
    Shape {
        pattern: r"[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){11,30}",
        check: check::is_iban,
        ..bounded("iban", 70)
    },
    Shape { pattern: r"[0-9]{3}-[0-9]{2}-[0-9]{4}", check: check::is_ssn, ..bounded("ssn", 11) },
];

const fn bounded(class: &'static str, bytes_max: usize) -> Shape {
    Shape {
        class,
        pattern: "",
        bytes_max,
        not_after: is_alphanumeric,
        not_before: is_alphanumeric,
        check: check::always,
        tail: Tail::None,
        sign: None,
    }
}

const fn secret(pattern: &'static str, tail: Tail) -> Shape {
    Shape { pattern, not_before: never, tail, ..bounded("secrets", 80) }
}

fn never(_: u8) -> bool {
    false
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-')
}

fn is_token(byte: u8) -> bool {
    is_key(byte) || matches!(byte, b'.' | b'=')
}
