//! A buffer for each thread that sockets are read into. What is read is used at once or copied to
//! where it belongs, so a connection that waits holds no buffer of its own.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, ReadBuf};

/// Bytes asked of a socket at a time.
const SIZE: usize = 32 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; SIZE]);
}

/// Reads what is there and shows it to `take`; 0 bytes at the end.
pub(crate) fn poll_read<S: AsyncRead + Unpin>(
    from: &mut S,
    cx: &mut Context<'_>,
    take: impl FnOnce(&[u8]),
) -> Poll<io::Result<usize>> {
    SCRATCH.with(|scratch| {
        // Nobody reads while reading; if somebody did, a buffer of its own would do.
        let Ok(mut scratch) = scratch.try_borrow_mut() else {
            return read(from, cx, &mut vec![0; SIZE], take);
        };
        read(from, cx, &mut scratch, take)
    })
}

fn read<S: AsyncRead + Unpin>(
    from: &mut S,
    cx: &mut Context<'_>,
    into: &mut [u8],
    take: impl FnOnce(&[u8]),
) -> Poll<io::Result<usize>> {
    let mut into = ReadBuf::new(into);
    ready!(Pin::new(from).poll_read(cx, &mut into))?;
    let filled = into.filled();
    take(filled);
    Poll::Ready(Ok(filled.len()))
}
