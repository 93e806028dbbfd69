//! Moments as orders write them: `2026-11-24T13:05:00.123Z`.

use crate::words::Timestamp;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serializer};
use std::borrow::Cow;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let moment = i64::try_from(at.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let moment = moment.ok_or_else(|| S::Error::custom("a moment beyond the calendar"))?;
    serializer.collect_str(&moment)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Timestamp, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    let moment = text.parse::<jiff::Timestamp>().ok();
    let ms = moment.and_then(|moment| u64::try_from(moment.as_millisecond()).ok());
    let what = "expected a moment such as 2026-11-24T13:05:00Z";
    ms.map(Timestamp).ok_or_else(|| D::Error::custom(what))
}

/// The same where there may be none.
pub(super) mod option {
    use super::{Deserialize, Deserializer, Serializer, Timestamp};

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub(in super::super) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => super::serialize(at, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        #[derive(Deserialize)]
        struct Given(#[serde(with = "super")] Timestamp);
        Ok(Option::<Given>::deserialize(deserializer)?.map(|given| given.0))
    }
}
