//! What a row expects of an answer besides its word.

use crate::Policy;
use crate::file::{self, NONE, Row};
use crate::jurisdiction::Then;
use crate::words::{
    Denial, Entitlement, Limit, ReleaseStage, Standing, Strategy, Verification, Window,
};

/// What is compared: the words before it, what the row says, what was found.
pub(super) type Pair = (&'static str, String, String);

/// All that a row expects of an answer. What it does not speak of, it does not expect.
pub(super) fn expected(
    policy: &Policy,
    row: &Row,
    answer: &Result<Entitlement, Denial>,
) -> Vec<Pair> {
    match answer {
        Err(denial) => of_no(row, denial),
        Ok(given) => {
            let mut all = of_yes(policy, row, given);
            all.extend(of_terms(row, given));
            all
        }
    }
}

fn of_no(row: &Row, denial: &Denial) -> Vec<Pair> {
    let (mut param, mut stage, mut licence, mut least) = (NONE, NONE, NONE, NONE);
    let mut successor = NONE;
    match denial {
        Denial::Cap { param: of, .. } | Denial::OutOfScope { param: of } => param = of,
        Denial::NotReleased { stage: at } => stage = at.as_str(),
        Denial::Licence { licence: which, .. }
        | Denial::Licensee { licence: which }
        | Denial::Purpose { licence: which } => licence = which.as_str(),
        Denial::Verification { least: level } => least = level.as_str(),
        Denial::ModelRetired { successor: Some(model) } => successor = model.as_str(),
        _ => {}
    }
    let pairs = [
        ("of", text(row.param.as_ref().map(|it| &*it.0)), param),
        ("at", text(row.stage.map(ReleaseStage::as_str)), stage),
        ("under", text(row.licence.as_ref().map(|it| &*it.0)), licence),
        ("asking for", text(row.least.map(Verification::as_str)), least),
        ("naming", text(row.successor.as_ref().map(|it| &*it.0)), successor),
    ];
    said(pairs.map(|(word, wanted, found)| (word, wanted, found.to_owned())))
}

fn of_yes(policy: &Policy, row: &Row, given: &Entitlement) -> Vec<Pair> {
    let passes = given.profile.as_ref().map_or(NONE, |profile| profile.as_str());
    let unmet = given.unmet.first().map_or(NONE, |(_, unmet)| unmet.as_str());
    let relaxed = given.relaxed.first().map_or(NONE, |category| &**category);
    let told = policy.jurisdiction().of(given.told).find_map(|then| match then {
        Then::Label(text) | Then::Notice(text) => Some(&**text),
        Then::Deny => None,
    });
    let pairs = [
        ("through", text(row.filter.as_ref().map(|it| &*it.0)), passes),
        ("meaning", text(row.meant.as_ref().map(|it| &*it.0)), given.model.id.as_str()),
        ("for want of", text(row.unmet.as_ref().map(|it| &*it.0)), unmet),
        ("relaxing", text(row.relaxed.as_ref().map(|it| &*it.0)), relaxed),
        ("telling", text(row.told.as_ref().map(|it| &*it.0)), told.unwrap_or(NONE)),
        ("at", text(row.stage.map(ReleaseStage::as_str)), given.stage.as_str()),
        ("standing", text(row.standing.map(Standing::as_str)), given.standing.as_str()),
        ("streaming", text(row.streams.map(Strategy::as_str)), given.strategy_min.as_str()),
    ];
    said(pairs.map(|(word, wanted, found)| (word, wanted, found.to_owned())))
}

/// What is a number, or is there or not.
fn of_terms(row: &Row, given: &Entitlement) -> Vec<Pair> {
    let ceiling = row.limit.as_ref().and_then(|wanted| wanted.ceiling.map(|it| it.0));
    let credit = given.credit.as_ref().map_or(0, |credit| credit.tokens);
    let tokens = row.output_tokens.map(|it| it.0);
    said([
        ("with output tokens", number(tokens), given.output_tokens.to_string()),
        ("with a credit of", number(row.credit.map(|it| it.0)), credit.to_string()),
        ("under a ceiling of", number(ceiling), ceiling_of(row.limit.as_ref(), given)),
        ("joining", row.joins.map(|it| it.to_string()), given.joins.to_string()),
    ])
}

/// The ceiling that holds in the place of one that is written.
fn ceiling_of(written: Option<&file::Limit>, given: &Entitlement) -> String {
    let same = |limit: &&Limit| {
        written.is_some_and(|it| {
            let window = it.window.unwrap_or(Window::Now);
            (it.unit, window, it.scope) == (Some(limit.unit), limit.window, Some(limit.scope))
        })
    };
    let found = given.limits.iter().find(same);
    found.map_or_else(|| NONE.to_owned(), |limit| limit.ceiling.to_string())
}

fn text(wanted: Option<&str>) -> Option<String> {
    wanted.map(str::to_owned)
}

fn number(wanted: Option<u64>) -> Option<String> {
    wanted.map(|it| it.to_string())
}

/// Only what the row says.
fn said<const N: usize>(pairs: [(&'static str, Option<String>, String); N]) -> Vec<Pair> {
    let said = |(word, wanted, found): (_, Option<String>, _)| Some((word, wanted?, found));
    pairs.into_iter().filter_map(said).collect()
}
