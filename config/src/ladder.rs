//! The legal moves of a revision: on its ladder, and of whether it serves. Pure.
//!
//! Up goes one rung at a time, and only while the revision serves as it should. Down goes any way at
//! once. From `open_weights` nothing leads back: what is out is out.

use crate::words::{OpState, ReleaseStage};
use std::fmt;

/// A move that somebody wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Move {
    /// To another rung.
    Stage(ReleaseStage),
    /// To another state.
    State(OpState),
    /// Back from `suspended` to what it was before.
    Resume,
}

/// Why a move is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Illegal {
    /// It is there already.
    Same,
    /// No rung of its ladder.
    NoRung {
        /// Which.
        stage: ReleaseStage,
    },
    /// Up goes one rung at a time.
    Skips {
        /// The rung that comes next.
        next: ReleaseStage,
    },
    /// It does not serve as it should, so it goes no further.
    NotActive {
        /// What it is.
        state: OpState,
    },
    /// What is out is out.
    Out,
    /// No such way from this state to that one.
    NoWay {
        /// From here.
        from: OpState,
        /// To there.
        to: OpState,
    },
}

impl fmt::Display for Illegal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("it is there already"),
            Self::NoRung { stage } => write!(f, "`{stage}` is no rung of its ladder"),
            Self::Skips { next } => write!(f, "up goes one rung at a time; the next is `{next}`"),
            Self::NotActive { state } => {
                write!(f, "it is {state}, and goes no further until it is active")
            }
            Self::Out => f.write_str("the weights are out; nothing takes that back"),
            Self::NoWay { from, to } => write!(f, "nothing leads from {from} to {to}"),
        }
    }
}

impl std::error::Error for Illegal {}

/// Where a move leads from here; `before` is the state before this one, if it was
/// ever in another.
///
/// # Errors
///
/// Why it is no legal move.
pub fn step(
    ladder: &[ReleaseStage],
    (at, state): (ReleaseStage, OpState),
    before: OpState,
    wanted: Move,
) -> Result<(ReleaseStage, OpState), Illegal> {
    match wanted {
        Move::Stage(to) => rung(ladder, (at, state), to).map(|to| (to, state)),
        Move::State(to) => turn(state, to).map(|to| (at, to)),
        Move::Resume if state == OpState::Suspended => Ok((at, before)),
        Move::Resume => Err(Illegal::NoWay { from: state, to: OpState::Active }),
    }
}

fn rung(
    ladder: &[ReleaseStage],
    (at, state): (ReleaseStage, OpState),
    to: ReleaseStage,
) -> Result<ReleaseStage, Illegal> {
    if to == at {
        return Err(Illegal::Same);
    }
    if !ladder.contains(&to) {
        return Err(Illegal::NoRung { stage: to });
    }
    if at == ReleaseStage::OpenWeights {
        return Err(Illegal::Out);
    }
    if to < at {
        return Ok(to);
    }
    if state != OpState::Active {
        return Err(Illegal::NotActive { state });
    }
    match ladder.iter().copied().filter(|rung| *rung > at).min() {
        Some(next) if next != to => Err(Illegal::Skips { next }),
        _ => Ok(to),
    }
}

fn turn(from: OpState, to: OpState) -> Result<OpState, Illegal> {
    use OpState::{Active, Draining, Frozen, Retired, Suspended};
    match (from, to) {
        (from, to) if from == to => Err(Illegal::Same),
        (Active, Frozen | Draining | Suspended)
        | (Frozen, Active | Suspended)
        | (Draining, Retired | Suspended)
        | (Suspended, Retired) => Ok(to),
        (from, to) => Err(Illegal::NoWay { from, to }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    fn any_move() -> impl Strategy<Value = Move> {
        prop_oneof![
            select(&ReleaseStage::ALL[..]).prop_map(Move::Stage),
            select(&OpState::ALL[..]).prop_map(Move::State),
            Just(Move::Resume),
        ]
    }

    proptest! {
        #[test]
        fn no_way_leads_where_none_should(
            ladder in subsequence(&ReleaseStage::ALL[..], 2..=8),
            moves in prop::collection::vec(any_move(), 0..40),
        ) {
            let (mut at, mut before) = ((ladder[0], OpState::Active), OpState::Active);
            for wanted in moves {
                let Ok(next) = step(&ladder, at, before, wanted) else { continue };
                prop_assert_ne!(next, at, "a move moves");
                prop_assert!(ladder.contains(&next.0));
                prop_assert!(at.1 != OpState::Retired || next.1 == OpState::Retired);
                prop_assert!(at.0 != ReleaseStage::OpenWeights || next.0 == at.0);
                if next.0 > at.0 {
                    let between = |rung: &&ReleaseStage| **rung > at.0 && **rung < next.0;
                    prop_assert_eq!(ladder.iter().filter(between).count(), 0, "no rung is skipped");
                    prop_assert_eq!(at.1, OpState::Active);
                }
                if next.1 != at.1 {
                    before = at.1;
                }
                at = next;
            }
        }

        #[test]
        fn down_is_always_open(
            stage in select(&ReleaseStage::ALL[..7]), to in select(&ReleaseStage::ALL[..7]),
            state in select(&OpState::ALL[..]),
        ) {
            let down = step(&ReleaseStage::ALL, (stage, state), state, Move::Stage(to));
            prop_assert!(to >= stage || down == Ok((to, state)));
        }
    }

    #[test]
    fn from_suspended_it_goes_back_to_what_it_was() {
        let at = (ReleaseStage::Public, OpState::Suspended);
        let back = step(&ReleaseStage::ALL, at, OpState::Frozen, Move::Resume);
        assert_eq!(back, Ok((ReleaseStage::Public, OpState::Frozen)));
        let active = (ReleaseStage::Public, OpState::Active);
        assert!(step(&ReleaseStage::ALL, active, OpState::Frozen, Move::Resume).is_err());
    }
}
