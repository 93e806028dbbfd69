//! What there is to redact: the shape of each thing, and how it is told from what looks like it.
//!
//! Every shape is bounded: by its length, or as a start that is certain and what follows of it.

use super::check;
use crate::filter::findings::Mask;
use crate::filter::shape::{Edges, Machine, Pattern, Shape, Sign, Tail};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// One shape of a class.
#[derive(Debug)]
pub(super) struct Known {
    /// The class it belongs to.
    pub(super) class: &'static str,
    pub(super) pattern: &'static str,
    /// Bytes beyond which it is none.
    bytes_max: usize,
    /// Bytes it cannot follow.
    not_after: fn(u8) -> bool,
    /// Bytes that cannot follow it.
    not_before: fn(u8) -> bool,
    /// Whether a match is one, beyond its pattern.
    check: fn(&[u8]) -> bool,
    rest: Rest,
    pub(super) sign: Option<Sign>,
}

/// What else belongs to a thing whose start is certain.
#[derive(Clone, Copy, Debug)]
enum Rest {
    None,
    /// All bytes of this kind.
    Bytes(fn(u8) -> bool),
    /// Everything up to the end of this pattern.
    Until(&'static str),
}

impl Known {
    /// What can be looked for; `None` if the pattern is none, which a test rules out.
    pub(super) fn machine(&self) -> Option<Machine> {
        let text = CLASSES.iter().find(|class| class.name == self.class).map_or("", |it| it.mask);
        let mask = Mask { category: self.class.into(), text: text.into() };
        let hir = bytes(self.pattern)?;
        let tail = match self.rest {
            Rest::None => Tail::None,
            Rest::Bytes(belongs) => Tail::Bytes(belongs),
            Rest::Until(pattern) => Tail::Until(bytes(pattern)?),
        };
        let edges = Edges::But { not_after: self.not_after, not_before: self.not_before };
        let Self { bytes_max, check, sign, .. } = *self;
        let shape = Shape { bytes_max, edges, check, tail, sign };
        Machine::compile(shape, vec![Pattern { hir, mask }]).ok()
    }
}

/// A pattern of bytes.
fn bytes(pattern: &str) -> Option<Hir> {
    ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()
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

pub(super) const SHAPES: &[Known] = &[
    secret(r"sk-[A-Za-z0-9_-]{20}", Rest::Bytes(is_key)),
    secret(r"gh[a-z]_[A-Za-z0-9]{20}", Rest::Bytes(is_key)),
    secret(r"github_pat_[A-Za-z0-9_]{20}", Rest::Bytes(is_key)),
    secret(r"glpat-[A-Za-z0-9_-]{16}", Rest::Bytes(is_key)),
    secret(r"(?:AKIA|ASIA)[A-Z0-9]{16}", Rest::Bytes(is_key)),
    secret(r"xox[a-z]-[A-Za-z0-9-]{10}", Rest::Bytes(is_key)),
    secret(r"hf_[A-Za-z0-9]{20}", Rest::Bytes(is_key)),
    secret(r"AIza[A-Za-z0-9_-]{30}", Rest::Bytes(is_key)),
    secret(r"eyJ[A-Za-z0-9_-]{14}", Rest::Bytes(is_token)),
    secret(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY", Rest::Until(PRIVATE_KEY_END)),
    Known {
        pattern: r"[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}",
        sign: Some(Sign { byte: b'@', lead: is_local }),
        ..bounded("email", 320)
    },
    Known {
        pattern: r"(?:\+|00)[0-9](?:[ .()/-]{0,2}[0-9]){6,14}",
        not_before: is_digit,
        ..bounded("phone", 48)
    },
    Known {
        pattern: r"(?:1[ .-])?\(?[2-9][0-9]{2}\)?[ .-]{1,2}[0-9]{3}[ .-][0-9]{4}",
        ..bounded("phone", 24)
    },
    Known {
        pattern: r"0[1-9][0-9]{1,4}[ /-][0-9]{3,8}(?:[ -][0-9]{1,5}){0,3}",
        not_before: is_digit,
        ..bounded("phone", 36)
    },
    Known { pattern: r"[2-6](?:[ -]?[0-9]){12,18}", check: check::is_card, ..bounded("card", 40) },
    Known {
        pattern: r"[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){11,30}",
        check: check::is_iban,
        ..bounded("iban", 70)
    },
    Known { pattern: r"[0-9]{3}-[0-9]{2}-[0-9]{4}", check: check::is_ssn, ..bounded("ssn", 11) },
];

const fn bounded(class: &'static str, bytes_max: usize) -> Known {
    Known {
        class,
        pattern: "",
        bytes_max,
        not_after: is_alphanumeric,
        not_before: is_alphanumeric,
        check: check::always,
        rest: Rest::None,
        sign: None,
    }
}

const fn secret(pattern: &'static str, rest: Rest) -> Known {
    Known { pattern, not_before: never, rest, ..bounded("secrets", 80) }
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
