//! What an explanation says. That it says the decision is tested beside the decision.

use super::explain;
use crate::decide::{Asker, View};
use crate::words::{Ask, Circumstances, CredentialId, Holder, Principal, PrincipalId, TierId};
use crate::{Policy, World, read_policy};
use std::path::Path;

const LAB: &str = include_str!("../../examples/lab-staged-release.yaml");

fn told(tier: &str, name: &str, ask: &Ask) -> String {
    let policy: Policy = read_policy(LAB, Path::new("lab.yaml")).unwrap();
    let principal = Principal {
        id: PrincipalId::new("ada"),
        tier: TierId::new(tier),
        credential: CredentialId::new("key"),
    };
    let (world, holder) = (World::default(), Holder::of(principal));
    let asker = Asker { holder: &holder, call: Circumstances::default() };
    explain(View { policy: &policy, world: &world }, asker, name, ask).to_string()
}

#[test]
fn a_yes_comes_with_its_terms() {
    let expected = "\
ada (trusted) asks for aurora-latest: ok
  yes standing  it is in good standing
  yes scope     the credential is good for this
  yes tier      `trusted` sees trusted and every more open stage
  yes model     `aurora-latest` is an alias of `aurora-2`
  yes visible   the revision is at trusted, and the caller may know of it
  yes serving   the revision is active
  yes region    no rule denies a call from an unknown country to a backend wherever it is
  yes stage     the revision is at trusted, which is open to the caller
  yes licence   proprietary asks nothing more
  yes known     verified: anonymous, which is enough
  yes purpose   nothing forbids what was declared: no purpose
  yes operation the model offers chat
  yes caps      everything asked for is within the tier's caps
  yes context   prompt and answer fit the window
  model     aurora-2 at revision b7710fa, licence proprietary
  tokens    124 prompt + 1 x 1024 answer = 1148 at most
  filter    guarded
  fallback  falls back to aurora-1
  limit     120 requests a minute for each principal
  limit     200000 tokens a minute for each principal
  limit     50000000 tokens a month for each principal
  limit     8 calls at once for each principal
";
    assert_eq!(told("trusted", "aurora-latest", &Ask::default()), expected);
}

#[test]
fn terms_name_the_model_that_answers_instead() {
    let line = |tier, ask: &Ask| {
        let told = told(tier, "aurora-2", ask);
        told.lines().find(|line| line.contains("fallback")).map(str::to_owned)
    };
    let expected = "  fallback  falls back to aurora-1";
    assert_eq!(line("staff", &Ask::default()).as_deref(), Some(expected));
    let long = Ask { prompt_bytes: 200_000, part_bytes_max: 200_000, ..Ask::default() };
    let expected = "  fallback  falls back to aurora-1, but not here: context";
    assert_eq!(line("staff", &long).as_deref(), Some(expected));
    assert_eq!(line("public", &Ask::default()), None, "a no has no terms");
}

#[test]
fn a_no_ends_with_its_reason() {
    let last = |tier, name, ask: &Ask| {
        let told = told(tier, name, ask);
        told.lines().last().map(str::to_owned).unwrap()
    };
    let ask = Ask::default();
    let expected = "  no  tier      the file has no tier `gone`, so nothing is allowed";
    assert_eq!(last("gone", "aurora", &ask), expected);
    let expected = "  no  model     the file has no model or alias `x`";
    assert_eq!(last("public", "x", &ask), expected);
    let expected =
        "  no  visible   the revision is at red_team and hidden; the tier begins at public";
    assert_eq!(last("public", "aurora-2-large", &ask), expected);
    let expected =
        "  no  stage     the revision is at trusted and announced; the tier begins at public";
    assert_eq!(last("public", "aurora-2", &ask), expected);
    let expected = "  no  operation the model offers embedding, not chat";
    assert_eq!(last("public", "aurora-embed", &ask), expected);
    let two = Ask { choices: 2, ..Ask::default() };
    assert_eq!(last("public", "aurora", &two), "  no  caps      `n` may be 1 at most");
}
