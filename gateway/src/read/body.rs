//! The bytes of a body, up to a bound, in time.

use crate::refuse::{Refusal, RefusalCode};
use crate::wire::Fault;
use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// Collects a body of at most `bytes_max` bytes within `time`.
pub(super) async fn collect(
    mut body: Incoming,
    bytes_max: u64,
    time: Duration,
) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > bytes_max {
        return Err(too_large(bytes_max));
    }
    let mut all = pin!(gather(&mut body, bytes_max));
    // Most bodies came with their head; those take no timer.
    if let Poll::Ready(gathered) = poll_fn(|cx| Poll::Ready(all.as_mut().poll(cx))).await {
        return gathered;
    }
    match tokio::time::timeout(time, all).await {
        Ok(gathered) => gathered,
        Err(late) => Err(Fault::Late.refusal().because(late)),
    }
}

async fn gather(body: &mut Incoming, bytes_max: u64) -> Result<Bytes, Refusal> {
    let Some(first) = frame(body).await? else { return Ok(Bytes::new()) };
    if first.len() as u64 > bytes_max {
        return Err(too_large(bytes_max));
    }
    if body.is_end_stream() {
        return Ok(first);
    }
    let mut whole = BytesMut::from(first.as_ref());
    while let Some(data) = frame(body).await? {
        if (whole.len() + data.len()) as u64 > bytes_max {
            return Err(too_large(bytes_max));
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// The next data of the body; trailers are not read.
async fn frame(body: &mut Incoming) -> Result<Option<Bytes>, Refusal> {
    match body.frame().await {
        None => Ok(None),
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(error)) => Err(broken(error)),
    }
}

/// What the guard found in the body, or a connection that broke.
fn broken(error: hyper::Error) -> Refusal {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(this) = cause {
        let inner = this.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(fault) = inner.and_then(|inner| inner.downcast_ref::<Fault>()) {
            return fault.refusal();
        }
        cause = this.source();
    }
    Refusal::new(RefusalCode::BadRequest, "the body did not arrive whole").because(error).closing()
}

fn too_large(bytes_max: u64) -> Refusal {
    let message = format!("the body is larger than the {bytes_max} bytes this tier takes");
    Refusal::new(RefusalCode::RequestTooLarge, message).closing()
}
