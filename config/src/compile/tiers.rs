//! Tiers: what they see, what a call may ask for.

use super::limits;
use crate::Problems;
use crate::file::{self, File, NONE, UnknownFields};
use crate::policy::Tier;
use crate::words::{Caps, ProfileId, Profiles, Range, ReleaseStage, TierId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Compiles every tier.
pub(crate) fn compile(file: &File, problems: &mut Problems) -> BTreeMap<TierId, Arc<Tier>> {
    let mut tiers = BTreeMap::new();
    let written = file.tiers.iter().flat_map(|tiers| tiers.0.iter().enumerate());
    for (index, (name, tier)) in written {
        let Some(tier) = tier else { continue };
        if let Some(tier) = one(file, (index, name), tier, problems) {
            tiers.insert(tier.id.clone(), Arc::new(tier));
        }
    }
    tiers
}

fn one(
    file: &File,
    (index, name): (usize, &str),
    tier: &file::Tier,
    problems: &mut Problems,
) -> Option<Tier> {
    let path = format!("tiers.{name}");
    if tier.sees == Some(ReleaseStage::Draft) {
        let what = "nobody sees drafts; `internal` is the most closed stage that is served";
        problems.note(&format!("{path}.sees"), what);
    }
    let profiles = profiles(file, tier, &format!("{path}.filter"), problems);
    let limits = limits::compile(&tier.limits, &path, problems);
    let caps = caps(&tier.caps, &format!("{path}.caps"), problems);
    Some(Tier {
        id: TierId::new(name),
        index,
        sees: tier.sees?,
        limits: limits.into(),
        caps: caps?,
        body_bytes_max: tier.body_bytes_max.0,
        drops_unknown_fields: tier.unknown_fields == UnknownFields::Drop,
        profiles,
        stream_min: tier.stream_min,
    })
}

/// The filter profiles of a tier. No stage is left without by mistake.
fn profiles(file: &File, tier: &file::Tier, path: &str, problems: &mut Problems) -> Profiles {
    let Some(written) = &tier.filter else { return Profiles::default() };
    for (word, name) in written.entries().filter(|(_, it)| it.0 != NONE && !file.filters.has(&it.0))
    {
        let known: Vec<&str> = file.filters.names().collect();
        let hint = file::near(&name.0, &known);
        let path = word.map_or(path.to_owned(), |word| format!("{path}.{word}"));
        problems.note(&path, format!("no filter profile is called `{}`{hint}", name.0));
    }
    let served = ReleaseStage::ALL.into_iter().filter(|stage| *stage > ReleaseStage::Draft);
    let bare = served.filter(|stage| written.at(*stage).is_none()).map(ReleaseStage::as_str);
    let bare = bare.collect::<Vec<_>>().join(", ");
    if !bare.is_empty() {
        let what = format!("nothing is said of {bare}; name a `default`, or write `none` there");
        problems.note(path, what);
    }
    let name = |stage| written.at(stage).filter(|name| name.0 != NONE);
    Profiles::new(|stage| name(stage).map(|name| ProfileId::new(&name.0)))
}

fn caps(caps: &file::Caps, path: &str, problems: &mut Problems) -> Option<Caps> {
    let (output, context) = (caps.output_tokens_max.0, caps.context_tokens_max.0);
    if output >= context {
        let what = format!("must be less than context_tokens_max ({context}): a prompt needs room");
        problems.note(&format!("{path}.output_tokens_max"), what);
    }
    let temperature = range(&caps.temperature, &format!("{path}.temperature"), 2.0, problems);
    let top_p = range(&caps.top_p, &format!("{path}.top_p"), 1.0, problems);
    Some(Caps {
        output_tokens_max: output,
        context_tokens_max: context,
        choices_max: caps.choices_max.0,
        top_logprobs_max: caps.top_logprobs_max.0,
        tools_max: caps.tools_max.0,
        messages_max: caps.messages_max.0,
        inputs_max: caps.inputs_max.0,
        stops_max: caps.stops_max.0,
        structured_output: caps.structured_output,
        temperature: temperature?,
        top_p: top_p?,
    })
}

fn range(
    written: &file::Interval,
    path: &str,
    most: f64,
    problems: &mut Problems,
) -> Option<Range> {
    let (min, max) = (written.min?, written.max?);
    if min > max {
        problems.note(&format!("{path}.min"), format!("must not be above max ({max})"));
    }
    for (end, value) in [("min", min), ("max", max)] {
        if !(0.0..=most).contains(&value) {
            problems.note(&format!("{path}.{end}"), format!("must be from 0 to {most}"));
        }
    }
    Some(Range { min, max })
}
