//! Step 5: is there room?
//!
//! Every limit of the tier is reserved, or none: a call that is refused has taken nothing.

mod bill;
mod headers;
mod holder;
mod meter;
mod requests;
mod reservation;
pub(crate) mod window;

use crate::call::{Asked, HeadParts};
use crate::entitle::{Call, Entitled};
use crate::metrics::CallMetrics;
use crate::refuse::{Refusal, RefusalCode};
use bill::Opened;
pub(crate) use bill::{Bill, Outcome};
pub(crate) use headers::Room;
use holder::Holders;
pub(crate) use holder::Meters;
use meter::Left;
use reservation::Reservation;
use sluice_config::words::{
    Clock, Dialect, Entitlement, Limit, Operation, Principal, Timestamp, Unit, Window,
};
use sluice_store::{Known, Writer};
use std::sync::Arc;
use std::time::Duration;

/// A completion shorter than this is not worth lowering the cap for.
const OUTPUT_MIN: u64 = 16;

/// A call with room for it: it holds a reservation on every limit. Made only here.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) parts: Box<HeadParts>,
    pub(crate) known: Arc<Known>,
    pub(crate) asked: Box<Asked>,
    pub(crate) entitlement: Entitlement,
    pub(crate) room: Room,
    pub(crate) bill: Bill,
    /// When that was, on the steady clock.
    pub(crate) at: Duration,
}

/// What `admit` needs of the node.
#[derive(Debug)]
pub(crate) struct Gate<'n> {
    pub(crate) meters: &'n Meters,
    pub(crate) books: &'n Writer,
    pub(crate) clock: &'n Arc<dyn Clock>,
    pub(crate) metrics: Arc<CallMetrics>,
}

/// Reserves what the call may need at most.
pub(crate) fn admit(gate: Gate<'_>, entitled: Entitled) -> Result<Admitted, Refusal> {
    let Entitled { call: Call { parts, known, asked }, mut entitlement } = entitled;
    let permit = gate.books.permit().ok_or_else(unwritable)?;
    let at = gate.clock.steady();
    let now = parts.mark.wall(at);
    let holders = gate.meters.of(&known.principal);
    let operation = asked.ask.operation;
    fit(&holders, operation, &mut entitlement, now)?;
    let (reservation, room) = reserve(&holders, operation, &entitlement, now)?;
    let bill = Bill::open(Opened {
        reservation,
        permit,
        metrics: gate.metrics,
        clock: Arc::clone(gate.clock),
        known: Arc::clone(&known),
        mark: parts.mark.clone(),
        ask: asked.ask.clone(),
        entitlement: entitlement.clone(),
        streamed: asked.stream,
    });
    Ok(Admitted { parts, known, asked, entitlement, room, bill, at })
}

fn unwritable() -> Refusal {
    let message = "usage cannot be written just now, so no call is taken; try again";
    Refusal::new(RefusalCode::UsageUnavailable, message).after(Duration::from_secs(1))
}

/// What a limit needs of a call, at most.
fn need(limit: &Limit, entitlement: &Entitlement) -> u64 {
    match limit.unit {
        Unit::Requests | Unit::Concurrency => 1,
        Unit::Tokens => entitlement.tokens_max(),
    }
}

/// Lowers a completion cap that the caller did not choose to what is left of the token limits;
/// refuses what no window could ever hold.
fn fit(
    holders: &Holders<'_>,
    operation: Operation,
    entitlement: &mut Entitlement,
    now: Timestamp,
) -> Result<(), Refusal> {
    let limits = Arc::clone(&entitlement.limits);
    for limit in limits.iter().filter(|limit| limit.unit == Unit::Tokens) {
        let ceiling = limit.ceiling.get();
        let number = window::number(limit.window, now);
        let meter = holders.of(limit.scope).meter(limit.unit, limit.window);
        let left = meter.map_or(0, |meter| meter.left(number, ceiling));
        if !entitlement.output_chosen && entitlement.tokens_max() > left {
            let answers = entitlement.answers.max(1);
            let room = left.saturating_sub(entitlement.prompt_tokens) / answers;
            entitlement.output_tokens = entitlement.output_tokens.min(room.max(OUTPUT_MIN));
        }
        if entitlement.tokens_max() > ceiling {
            return Err(never(limit, operation, entitlement.tokens_max()));
        }
    }
    Ok(())
}

fn never(limit: &Limit, operation: Operation, asked: u64) -> Refusal {
    let (name, ceiling) = (limit.name(), limit.ceiling);
    let output_tokens = operation.fields().output_tokens;
    let message = format!(
        "this call may need up to {asked} tokens, more than {name} ever holds ({ceiling}); shorten \
         the prompt or lower {output_tokens}"
    );
    Refusal::new(RefusalCode::CapExceeded, message).param(output_tokens)
}

fn reserve(
    holders: &Holders<'_>,
    operation: Operation,
    entitlement: &Entitlement,
    now: Timestamp,
) -> Result<(Reservation, Room), Refusal> {
    let limits = &entitlement.limits;
    let mut reservation = Reservation::with_room(limits.len());
    let (dialect, mut room) = (operation.dialect(), Room::at(now));
    for limit in limits.iter() {
        let holder = holders.of(limit.scope);
        let Some(meter) = holder.meter(limit.unit, limit.window) else { continue };
        let number = window::number(limit.window, now);
        match meter.reserve(number, need(limit, entitlement), limit.ceiling.get()) {
            Ok(held) => {
                room.tokens(limit, held.left, now);
                reservation.add(Arc::clone(holder), limit.unit, limit.window, held);
            }
            Err(Left(left)) => {
                room.tokens(limit, left, now);
                return Err(exhausted(limit, left, now).with(room.headers(dialect)));
            }
        }
    }
    // Requests go last: a token bucket gives nothing back.
    take(holders, limits, dialect, &mut room)?;
    Ok((reservation, room))
}

/// Takes a call that asks no model: it counts as a request, and needs no other room.
pub(crate) fn request(
    meters: &Meters,
    limits: &[Limit],
    principal: &Principal,
    now: Timestamp,
) -> Result<Room, Refusal> {
    let mut room = Room::at(now);
    take(&meters.of(principal), limits, Dialect::OpenAi, &mut room)?;
    Ok(room)
}

/// What is left of each limit that a meter counts, and of requests after the one just taken. Takes
/// nothing.
pub(crate) fn left(
    meters: &Meters,
    (limits, room): (&[Limit], &Room),
    principal: &Principal,
    now: Timestamp,
) -> Vec<(Limit, Option<u64>)> {
    let holders = meters.of(principal);
    let left = |limit: &Limit| {
        let number = window::number(limit.window, now);
        let meter = holders.of(limit.scope).meter(limit.unit, limit.window);
        meter.map_or_else(|| room.requests_left(), |it| Some(it.left(number, limit.ceiling.get())))
    };
    limits.iter().map(|limit| (*limit, left(limit))).collect()
}

/// Takes a request of every limit of requests.
fn take(
    holders: &Holders<'_>,
    limits: &[Limit],
    dialect: Dialect,
    room: &mut Room,
) -> Result<(), Refusal> {
    for limit in limits.iter().filter(|limit| limit.unit == Unit::Requests) {
        match holders.of(limit.scope).requests.take(limit.ceiling) {
            Ok(left) => room.requests(limit, left),
            Err(wait) => {
                room.requests(limit, 0);
                return Err(too_many(limit, wait).with(room.headers(dialect)));
            }
        }
    }
    Ok(())
}

fn too_many(limit: &Limit, wait: Duration) -> Refusal {
    let message = format!("rate limit reached: {} of {}; slow down", limit.name(), limit.ceiling);
    Refusal::new(RefusalCode::RateLimitExceeded, message).after(wait).limited(limit.name())
}

fn exhausted(limit: &Limit, left: u64, now: Timestamp) -> Refusal {
    let (name, ceiling) = (limit.name(), limit.ceiling);
    match limit.window {
        Window::Now => {
            let message =
                format!("rate limit reached: {ceiling} calls at once; wait for one to end");
            let refusal = Refusal::new(RefusalCode::RateLimitExceeded, message);
            refusal.after(Duration::from_millis(500))
        }
        Window::Minute => {
            let message =
                format!("rate limit reached: {name} of {ceiling}, {left} left; slow down");
            let refusal = Refusal::new(RefusalCode::RateLimitExceeded, message);
            refusal.after(window::left(limit.window, now))
        }
        Window::Day | Window::Month => {
            let hours = window::left(limit.window, now).as_secs().div_ceil(3600);
            let message =
                format!("quota used up: {name} of {ceiling}, {left} left; it renews in {hours} h");
            Refusal::new(RefusalCode::InsufficientQuota, message)
        }
    }
    .limited(name)
}
