//! An answer under way.

use crate::http::{Framing, Head};
use crate::{Event, Reply, SOON, Wire, soon};

/// An answer whose head has come and whose body is coming.
#[derive(Debug)]
pub struct Live {
    /// Its status.
    pub status: u16,
    /// Its first line and headers.
    pub head: Head,
    pub(crate) left: Framing,
    wire: Option<Wire>,
    unread: Vec<u8>,
}

impl Live {
    pub(crate) fn of(head: Head) -> Self {
        let status = head.first.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
        let left = head.answer_body(status);
        Self { status, head, left, wire: None, unread: Vec::new() }
    }

    /// Waits for the head of the answer that comes on `wire`.
    pub async fn on(mut wire: Wire) -> Self {
        let head = soon("the head of an answer", wire.inbox.head()).await;
        let head = head.expect("a connection that holds").expect("an answer before the end");
        Self { wire: Some(wire), ..Self::of(head) }
    }

    pub(crate) fn into_reply(self, body: Vec<u8>, is_whole: bool) -> Reply {
        Reply { status: self.status, head: self.head, body, is_whole }
    }

    /// The next event; none at the end of the body.
    pub async fn event(&mut self) -> Option<Event> {
        soon("an event", self.next_event()).await
    }

    async fn next_event(&mut self) -> Option<Event> {
        loop {
            if let Some(at) = self.unread.windows(2).position(|two| two == b"\n\n") {
                let rest = self.unread.split_off(at + 2);
                let event = std::mem::replace(&mut self.unread, rest);
                return Some(Event::parse(String::from_utf8_lossy(&event).trim_end_matches('\n')));
            }
            let wire = self.wire.as_mut()?;
            let piece = wire.inbox.piece(&mut self.left).await.ok()??;
            self.unread.extend(piece);
        }
    }

    /// Reads on until choice 0 has said `text` in all.
    pub async fn says(&mut self, text: &str) {
        let mut said = String::new();
        while said != text {
            assert!(text.starts_with(&said), "said {said:?}, not {text:?}");
            let next = tokio::time::timeout(SOON, self.next_event()).await;
            let Ok(event) = next else { panic!("said {said:?} and no more, not {text:?}") };
            said += event.expect("an answer that says more").text();
        }
    }

    /// Reads the rest, to its end.
    pub async fn rest(mut self) -> Reply {
        let mut body = std::mem::take(&mut self.unread);
        let Some(mut wire) = self.wire.take() else { return self.into_reply(body, true) };
        let read = wire.inbox.body(self.left, &mut body);
        let is_whole = soon("the rest of an answer", read).await.is_ok();
        self.into_reply(body, is_whole)
    }

    /// Hangs up as a client does that has left (FIN).
    pub fn hangs_up(self) {
        drop(self);
    }

    /// Hangs up as a client does that broke down (RST).
    pub fn resets(self) {
        if let Some(wire) = self.wire {
            wire.resets();
        }
    }
}
