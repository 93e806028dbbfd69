//! A published list: a header, and a hash a line.

use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Words of one entry: as many are held back.
const WORDS_MAX: usize = 6;

/// Bytes of a salt.
const SALT_BYTES: std::ops::RangeInclusive<usize> = 8..=128;

/// Entries of one list.
const ENTRIES_MAX: usize = 1_000_000;

/// A published list.
#[derive(Debug)]
pub(super) struct Published {
    salted: Sha256,
    salt: String,
    /// Words an entry has at most.
    pub(super) words_max: usize,
    /// Seconds since 1970.
    pub(super) produced_at: u64,
    entries: HashSet<[u8; 32]>,
    /// Short hashes of the first words of all entries, if the list has them.
    firsts: Option<HashSet<u32>>,
}

/// What is wrong, and in which line.
pub(super) type Wrong = (Option<usize>, String);

/// What the header says.
#[derive(Debug, Default)]
struct Header {
    algorithm: Option<String>,
    salt: Option<String>,
    words_max: Option<usize>,
    produced_at: Option<u64>,
    prehash: Option<String>,
}

impl Published {
    /// Reads the lines of a list.
    pub(super) fn read(lines: &[String]) -> Result<Self, Wrong> {
        let is_header = |line: &&String| line.contains(':');
        let heads = lines.iter().take_while(is_header).count();
        let mut header = Header::default();
        for (index, line) in lines.iter().take(heads).enumerate() {
            header.take(line).map_err(|what| (Some(index), what))?;
        }
        let mut published = header.begin().map_err(|what| (None, what))?;
        for (index, line) in lines.iter().enumerate().skip(heads) {
            published.entry(line).map_err(|what| (Some(index), what))?;
        }
        let entries = published.entries.len();
        if entries == 0 || entries > ENTRIES_MAX {
            return Err((None, format!("must have 1 to {ENTRIES_MAX} hashes behind the header")));
        }
        Ok(published)
    }

    fn entry(&mut self, line: &str) -> Result<(), String> {
        let mut parts = line.split_ascii_whitespace();
        let (hash, first) = (parts.next().unwrap_or_default(), parts.next());
        let hash = hex(hash).ok_or("must be 64 digits of hexadecimal")?;
        match (&mut self.firsts, first.map(|first| u32::from_str_radix(first, 16))) {
            (Some(firsts), Some(Ok(first))) => {
                firsts.insert(first);
            }
            (None, None) => {}
            (Some(_), _) => {
                return Err("must have the `prehash` of its first word behind it".into());
            }
            (None, _) => {
                return Err("has more than a hash, and the header names no `prehash`".into());
            }
        }
        self.entries.insert(hash);
        Ok(())
    }

    /// Whether an entry may begin with this word.
    pub(super) fn begins(&self, word: &str) -> bool {
        self.firsts.as_ref().is_none_or(|firsts| firsts.contains(&prehash(&self.salt, word)))
    }

    /// A hash that has taken the salt.
    pub(super) fn hasher(&self) -> Sha256 {
        self.salted.clone()
    }

    /// Whether what a hasher has taken is an entry.
    pub(super) fn has(&self, hasher: &Sha256) -> bool {
        let hash: [u8; 32] = hasher.clone().finalize().into();
        self.entries.contains(&hash)
    }
}

impl Header {
    fn take(&mut self, line: &str) -> Result<(), String> {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let (name, value) = (name.trim(), value.trim());
        let twice = match name {
            "algorithm" => self.algorithm.replace(value.into()).is_some(),
            "salt" => self.salt.replace(value.into()).is_some(),
            "words_max" => {
                let words = value.parse().ok().filter(|words| (1..=WORDS_MAX).contains(words));
                let words = words.ok_or_else(|| format!("words_max must be 1 to {WORDS_MAX}"))?;
                self.words_max.replace(words).is_some()
            }
            "produced_at" => self.produced_at.replace(day(value)?).is_some(),
            "prehash" => self.prehash.replace(value.into()).is_some(),
            _ => {
                return Err(
                    "the header has algorithm, salt, words_max, produced_at, prehash".into()
                );
            }
        };
        if twice { Err(format!("{name} is said twice")) } else { Ok(()) }
    }

    fn begin(self) -> Result<Published, String> {
        let missing = |name| format!("the header does not say `{name}`");
        if self.algorithm.ok_or_else(|| missing("algorithm"))? != "sha256" {
            return Err("the algorithm must be sha256".into());
        }
        if self.prehash.as_ref().is_some_and(|prehash| prehash != "fnv1a32") {
            return Err("the prehash must be fnv1a32".into());
        }
        let salt = self.salt.ok_or_else(|| missing("salt"))?;
        if !SALT_BYTES.contains(&salt.len()) {
            let (least, most) = (SALT_BYTES.start(), SALT_BYTES.end());
            return Err(format!("the salt must be {least} to {most} bytes"));
        }
        Ok(Published {
            salted: Sha256::new_with_prefix(&salt),
            words_max: self.words_max.ok_or_else(|| missing("words_max"))?,
            produced_at: self.produced_at.ok_or_else(|| missing("produced_at"))?,
            entries: HashSet::new(),
            firsts: self.prehash.map(|_| HashSet::new()),
            salt,
        })
    }
}

/// The first second of a day.
fn day(text: &str) -> Result<u64, String> {
    let what = "produced_at must be a day, for example 2026-11-01";
    let date: jiff::civil::Date = text.parse().map_err(|_| what)?;
    let first = date.to_zoned_datetime(jiff::tz::TimeZone::UTC).map_err(|_| what)?;
    u64::try_from(first.timestamp().as_second()).map_err(|_| what.into())
}

fn hex(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    if pairs.len() != hash.len() {
        return None;
    }
    for ([high, low], byte) in pairs.iter().zip(&mut hash) {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(hash)
}

/// FNV-1a with 32 bits of the salt and a word: cheap, and no secret.
pub(super) fn prehash(salt: &str, word: &str) -> u32 {
    let bytes = salt.bytes().chain(word.bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
