//! Whatever is known and whatever is seen: the events make one of the other.

use super::*;
use crate::hub::names::{HubUser, RequestId};
use crate::hub::settling::{Next, Settling};
use proptest::prelude::*;
use proptest::sample::Index;

fn repo() -> RepoId {
    RepoId::parse("acme/rc1").expect("a repo")
}

fn request(id: u8, status: RequestStatus, user: Option<u8>) -> HubRequest {
    HubRequest {
        id: RequestId::parse(format!("r{id}")).expect("an id"),
        user: user.and_then(|user| HubUser::parse(format!("u{user}"))),
        email: None,
        status,
        at_ms: 0,
        fields: Vec::new(),
        reason: None,
    }
}

fn status() -> impl Strategy<Value = RequestStatus> {
    proptest::sample::select(RequestStatus::ALL.to_vec())
}

/// Requests with each id at most once.
fn requests() -> impl Strategy<Value = Vec<HubRequest>> {
    let one = (status(), proptest::option::of(0_u8..3));
    proptest::collection::btree_map(0_u8..12, one, 0..12).prop_map(|all| {
        all.into_iter().map(|(id, (status, user))| request(id, status, user)).collect()
    })
}

/// What is seen, with the names that are hidden now and were known.
fn named(known: &[HubRequest], seen: &[HubRequest]) -> Vec<HubRequest> {
    let named = seen.iter().cloned().map(|mut now| {
        let was = known.iter().find(|was| was.id == now.id);
        now.user = now.user.or_else(|| was.and_then(|was| was.user.clone()));
        now
    });
    let mut named: Vec<_> = named.collect();
    named.sort_by(|one, other| one.id.cmp(&other.id));
    named
}

/// A Hub that somebody works on while it is listed, one request a page.
struct Busy {
    now: Vec<HubRequest>,
    moves: Vec<(Index, Option<RequestStatus>)>,
}

impl Busy {
    /// Reads the three lists by pages that are counted from the front, as they are then.
    fn read(&mut self) -> Vec<HubRequest> {
        let mut read = Vec::new();
        for status in RequestStatus::ALL {
            let mut page = 0;
            while let Some(one) = self.now.iter().filter(|it| it.status == status).nth(page) {
                read.push(one.clone());
                page += 1;
                self.work();
            }
        }
        read
    }

    fn work(&mut self) {
        let Some((which, to)) = self.moves.pop().filter(|_| !self.now.is_empty()) else { return };
        let at = which.index(self.now.len());
        let mut one = self.now.remove(at);
        if let Some(status) = to {
            one.status = status;
            self.now.push(one);
        }
    }
}

/// Polls as the poller does.
fn poll(known: &[HubRequest], hub: &mut Busy) -> Option<Vec<HubRequest>> {
    let mut settling = Settling::new(known);
    loop {
        match settling.hear(hub.read()) {
            Next::Seen(seen) => return Some(apply(known.to_vec(), &diff(&repo(), known, &seen))),
            Next::Again => {}
            Next::Unsettled => return None,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_events_make_what_is_seen_of_what_is_known(known in requests(), seen in requests()) {
        let events = diff(&repo(), &known, &seen);
        let then = apply(known.clone(), &events);
        prop_assert_eq!(&then, &named(&known, &seen));
        prop_assert_eq!(diff(&repo(), &then, &seen), vec![], "nothing is told twice");
        prop_assert_eq!(apply(then.clone(), &events), then, "nor does it matter");
    }

    #[test]
    fn the_order_of_lists_does_not_matter(
        known in requests(), (seen, shuffled) in requests().prop_flat_map(|all| {
            (Just(all.clone()), Just(all).prop_shuffle())
        }),
    ) {
        let mut turned = known.clone();
        turned.reverse();
        prop_assert_eq!(diff(&repo(), &known, &seen), diff(&repo(), &turned, &shuffled));
    }

    #[test]
    fn who_is_let_in_is_told_by_two_events(known in requests(), seen in requests()) {
        let accepted = |all: &[HubRequest]| -> Vec<RequestId> {
            let all = all.iter().filter(|it| it.status == RequestStatus::Accepted);
            all.map(|it| it.id.clone()).collect()
        };
        let mut open = accepted(&known);
        for Event { what, request, .. } in diff(&repo(), &known, &seen) {
            open.retain(|id| *id != request.id || what == What::Pending || what == What::Rejected);
            if what == What::Accepted {
                open.push(request.id);
            }
        }
        open.sort();
        prop_assert_eq!(open, accepted(&named(&[], &seen)));
    }

    #[test]
    fn what_moves_while_we_read_is_not_taken_for_gone(
        known in requests(), now in requests(), which: Index, to in status(),
    ) {
        let mut hub = Busy { now, moves: vec![(which, Some(to))] };
        let there = hub.now.clone();
        let then = poll(&known, &mut hub).expect("one move settles");
        for was in known.iter().filter(|was| there.iter().any(|it| it.id == was.id)) {
            prop_assert!(then.iter().any(|it| it.id == was.id), "{was:?} was there all the time");
        }
    }

    #[test]
    fn once_the_hub_is_still_one_poll_is_enough(
        known in requests(),
        now in requests(),
        moves in proptest::collection::vec((any::<Index>(), proptest::option::of(status())), 0..8),
    ) {
        let mut hub = Busy { now, moves };
        let known = poll(&known, &mut hub).unwrap_or(known);
        hub.moves.clear();
        let then = poll(&known, &mut hub).expect("it is still");
        prop_assert_eq!(then, named(&known, &hub.now));
    }
}

#[test]
fn what_was_reset_and_accepted_anew_stays_open() {
    let was = [request(9, RequestStatus::Accepted, Some(1))];
    let now = [request(1, RequestStatus::Accepted, Some(1))];
    let told: Vec<What> = diff(&repo(), &was, &now).iter().map(|event| event.what).collect();
    assert_eq!(told, [What::Revoked, What::Accepted]);
}

#[test]
fn a_name_that_is_shown_later_is_news_and_one_that_is_hidden_is_not() {
    let (hidden, shown) =
        [None, Some(1)].map(|user| [request(1, RequestStatus::Accepted, user)]).into();
    let told: Vec<What> = diff(&repo(), &hidden, &shown).iter().map(|event| event.what).collect();
    assert_eq!(told, [What::Accepted]);
    assert_eq!(diff(&repo(), &shown, &hidden), []);
}

#[test]
fn what_is_in_no_list_is_gone_once_two_readings_say_so() {
    let known = [1, 2].map(|id| request(id, RequestStatus::Accepted, None));
    let [one, two] = known.clone();
    let mut settling = Settling::new(&known);
    assert!(matches!(settling.hear(vec![one.clone()]), Next::Again));
    assert!(matches!(settling.hear(vec![one.clone()]), Next::Seen(seen) if seen == [one.clone()]));
    let mut settling = Settling::new(&known);
    assert!(matches!(settling.hear(vec![one.clone()]), Next::Again));
    assert!(matches!(settling.hear(vec![two.clone()]), Next::Again), "another one is lost");
    assert!(matches!(settling.hear(vec![one, two]), Next::Seen(_)));
}

#[test]
fn a_request_that_is_two_things_is_read_again_and_not_for_ever() {
    let both = RequestStatus::ALL.map(|status| request(1, status, None)).to_vec();
    let mut settling = Settling::new(&[]);
    for _ in 0..3 {
        assert!(matches!(settling.hear(both.clone()), Next::Again));
    }
    assert!(matches!(settling.hear(both), Next::Unsettled));
    let twice = vec![request(1, RequestStatus::Pending, None); 2];
    assert!(matches!(Settling::new(&[]).hear(twice), Next::Seen(seen) if seen.len() == 1));
}
