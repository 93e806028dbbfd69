//! A chunked body (RFC 9112, 7.1), followed byte by byte to where it ends. Extensions and trailers
//! are refused, in requests and in answers: nobody we talk to sends them, and readers differ on them.

/// A byte that cannot stand where it does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Malformed;

/// What comes first in the bytes at hand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Step {
    /// So many bytes of framing,
    pub framing: usize,
    /// then so many of data.
    pub data: usize,
}

/// Where in a chunked body we are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chunked {
    at: At,
    size: u64,
    digits: u8,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum At {
    #[default]
    Size,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    LastCr,
    LastLf,
    End,
}

/// More hex digits than any body here may need (2^48 bytes).
const DIGITS_MAX: u8 = 12;

impl Chunked {
    /// Whether the body has ended.
    pub(crate) fn ended(&self) -> bool {
        self.at == At::End
    }

    /// Reads framing up to the next data, and as much of that as is there. Nothing is taken from
    /// what follows the end.
    ///
    /// # Errors
    ///
    /// The next byte cannot stand where it does.
    pub(crate) fn step(&mut self, bytes: &[u8]) -> Result<Step, Malformed> {
        let mut framing = 0;
        while let Some(rest) = bytes.get(framing..).filter(|_| self.at != At::End) {
            if self.at == At::Data {
                return Ok(Step { framing, data: self.data(rest.len()) });
            }
            if let Some(line) = self.line(rest) {
                framing += line;
                continue;
            }
            let Some(byte) = rest.first() else { break };
            self.framing(*byte)?;
            framing += 1;
        }
        Ok(Step { framing, data: 0 })
    }

    /// Reads the end of a chunk, or the size of the next, if all of it is there, as nearly always;
    /// says how many bytes that are. Whatever else stands there is read byte by byte.
    fn line(&mut self, bytes: &[u8]) -> Option<usize> {
        match (self.at, bytes) {
            (At::DataCr, [b'\r', b'\n', ..]) => {
                *self = Self::default();
                Some(2)
            }
            (At::Size, _) if self.digits == 0 => {
                let (size, line) = size(bytes)?;
                (self.at, self.size) = (At::Data, size);
                Some(line)
            }
            _ => None,
        }
    }

    /// So much of what is there is data.
    fn data(&mut self, there: usize) -> usize {
        let data = usize::try_from(self.size).unwrap_or(usize::MAX).min(there);
        self.size -= data as u64;
        if self.size == 0 {
            self.at = At::DataCr;
        }
        data
    }

    fn framing(&mut self, byte: u8) -> Result<(), Malformed> {
        self.at = match (self.at, byte) {
            (At::Size, b'\r') if self.digits > 0 => At::SizeLf,
            (At::Size, digit) => self.digit(digit)?,
            (At::SizeLf, b'\n') if self.size == 0 => At::LastCr,
            (At::SizeLf, b'\n') => At::Data,
            (At::DataCr, b'\r') => At::DataLf,
            (At::DataLf, b'\n') => {
                *self = Self::default();
                At::Size
            }
            (At::LastCr, b'\r') => At::LastLf,
            (At::LastLf, b'\n') => At::End,
            _ => return Err(Malformed),
        };
        Ok(())
    }

    fn digit(&mut self, byte: u8) -> Result<At, Malformed> {
        let value = char::from(byte).to_digit(16).ok_or(Malformed)?;
        self.digits += 1;
        if self.digits > DIGITS_MAX {
            return Err(Malformed);
        }
        self.size = (self.size << 4) | u64::from(value);
        Ok(At::Size)
    }
}

/// The size of a chunk with data, if it is there to the end of its line; and the bytes of that.
fn size(bytes: &[u8]) -> Option<(u64, usize)> {
    let digits = bytes.iter().take(usize::from(DIGITS_MAX));
    let digits = digits.map_while(|byte| char::from(*byte).to_digit(16));
    let add = |(size, count), digit| ((size << 4) | u64::from(digit), count + 1);
    let (size, count) = digits.fold((0, 0), add);
    let ends = bytes.get(count..)?.starts_with(b"\r\n");
    (ends && size > 0).then_some((size, count + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(chunked: &mut Chunked, bytes: &[u8]) -> Result<(usize, Vec<u8>), Malformed> {
        let (mut at, mut data) = (0, Vec::new());
        while at < bytes.len() && !chunked.ended() {
            let step = chunked.step(&bytes[at..])?;
            data.extend_from_slice(&bytes[at + step.framing..at + step.framing + step.data]);
            at += step.framing + step.data;
        }
        Ok((at, data))
    }

    #[test]
    fn ends_where_the_body_ends_however_it_is_cut() {
        let body = b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\nNEXT";
        for cut in 0..body.len() {
            let mut chunked = Chunked::default();
            let (first, mut got) = data(&mut chunked, &body[..cut]).expect("well-formed");
            let (rest, more) = data(&mut chunked, &body[first..]).expect("well-formed");
            got.extend(more);
            assert_eq!(
                (first + rest, got.as_slice()),
                (body.len() - 4, &b"abc0123456789"[..]),
                "{cut}"
            );
            assert!(chunked.ended());
        }
    }

    #[test]
    fn refuses_odd_chunks() {
        for body in [
            "3\nabc\r\n",
            "3;x=y\r\nabc\r\n",
            "+3\r\n",
            "0x3\r\n",
            " 3\r\n",
            "\r\n",
            "3\r\nabcd\r\n",
            "3\r\nabc\n",
            "0\r\nX: y\r\n\r\n",
            "fffffffffffff\r\n",
            "-1\r\n",
            "3 \r\n",
            "0\r\n\n",
        ] {
            assert!(data(&mut Chunked::default(), body.as_bytes()).is_err(), "{body:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_cut_changes_what_is_read(
            body in "([1-9a-fA-F]|0|[0-9a-f]{11,14}|\r\n|\r|\n|;|x){0,14}", cut in 1..4_usize,
        ) {
            let whole = data(&mut Chunked::default(), body.as_bytes());
            let mut chunked = Chunked::default();
            let pieces: Result<Vec<_>, _> =
                body.as_bytes().chunks(cut).map(|piece| data(&mut chunked, piece)).collect();
            let joined = pieces.map(|pieces| {
                let (read, got): (Vec<usize>, Vec<Vec<u8>>) = pieces.into_iter().unzip();
                (read.iter().sum(), got.concat())
            });
            proptest::prop_assert_eq!(joined, whole);
        }
    }
}
