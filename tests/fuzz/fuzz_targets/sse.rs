//! Events do not depend on how the bytes are cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_stream::sse::{Broken, Event, Events};

fn read<'i>(pieces: impl Iterator<Item = &'i [u8]>) -> (Vec<(Vec<u8>, Vec<u8>)>, Option<Broken>) {
    let mut events = Events::new(256);
    let mut all = Vec::new();
    for mut piece in pieces {
        loop {
            match events.next(&mut piece) {
                Ok(Some(Event { name, data })) => all.push((name.to_vec(), data.to_vec())),
                Ok(None) => break,
                Err(broken) => return (all, Some(broken)),
            }
        }
    }
    (all, None)
}

fuzz_target!(|input: (u8, &[u8])| {
    let (cut, bytes) = input;
    let whole = read(std::iter::once(bytes));
    assert_eq!(read(bytes.chunks(usize::from(cut % 32) + 1)), whole);
});
