//! Yesterday's decisions, by today's configuration and tomorrow's.

use super::*;
use crate::words::{
    Ask, Circumstances, Country, CredentialId, EndUserId, Principal, TierId, Verification, Verified,
};
use std::path::Path;

const FILE: &str = "
key_secret: { file: sluice.key }
listeners: [{ bind: \"127.0.0.1:0\" }]
tiers: { public: { sees: public }, trusted: { sees: trusted } }
upstreams: { here: { engine: vllm, backends: [{ url: \"http://127.0.0.1:1\" }] } }
models:
  one: { revision: r, licence: mit, stage: public, upstream: here, context_tokens: 8192 }
  two: { revision: r, licence: mit, stage: trusted, upstream: here, context_tokens: 8192 }
aliases: { best: [two, one] }
";

fn policy(change: impl Fn(&str) -> String) -> Policy {
    crate::read_policy(&change(FILE), Path::new("sluice.yaml")).unwrap()
}

fn holder(name: &str, tier: &str) -> (PrincipalId, Holder) {
    let (id, credential) = (PrincipalId::new(name), CredentialId::new("key"));
    let holder = Holder::of(Principal { id: id.clone(), tier: TierId::new(tier), credential });
    (id, holder)
}

/// The lines that a node would write.
fn log(policy: &Policy, holders: &HashMap<PrincipalId, Holder>, calls: &[(&str, &str)]) -> String {
    let (world, ask, end_user) = (World::default(), Ask::default(), EndUserId::new("e_1"));
    let view = View { policy, world: &world };
    let one = |(who, name): &(&str, &str)| {
        let call = Circumstances {
            now: Timestamp(5),
            address: Some([192, 0, 2, 77].into()),
            country: Country::parse("DE"),
            end_user: Some(&end_user),
        };
        let asker = Asker { holder: &holders[&PrincipalId::new(who)], call };
        let answer = entitle(view, asker, name, &ask);
        serde_json::to_string(&Decided::of(view, asker, (name, &ask), &answer)).unwrap()
    };
    calls.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn who_would_gain_and_who_would_lose() {
    let present = policy(str::to_owned);
    let stages = |text: &str| {
        let text = text.replace("stage: public", "stage: gated, verification: { gated: email }");
        text.replace("stage: trusted", "stage: public")
    };
    let candidate = policy(stages);
    let mut holders: HashMap<_, _> = [holder("ada", "public"), holder("bob", "trusted")].into();
    let calls = [("ada", "one"), ("ada", "one"), ("ada", "two"), ("bob", "two"), ("bob", "best")];
    let lines = log(&present, &holders, &calls) + "\n{}";
    let world = World::default();
    let simulate = |holders: &HashMap<_, _>| {
        let (present, candidate) = (&present, &candidate);
        let bench = Bench { present, candidate, world: &world, holders, now: Timestamp(9) };
        Simulation::of(bench, lines.lines())
    };
    let shown = simulate(&holders).to_string();
    assert_eq!(
        shown,
        "ada gains two: 1 calls; it was unknown_model\n\
         ada loses one: 2 calls; it would be unknown_model\n\
         5 decisions taken again; 1 gains, 1 losses; 0 of principals that are gone, \
         1 lines not read, 0 changes beyond the bound"
    );
    holders.remove("bob");
    let level = Verified { level: Verification::Vetted, until: None };
    holders.get_mut("ada").unwrap().verified = Box::new([level]);
    let again = simulate(&holders);
    assert_eq!((again.decisions, again.gone), (3, 2));
}

#[test]
fn nothing_that_tells_of_a_person_is_in_a_line() {
    let present = policy(str::to_owned);
    let holders: HashMap<_, _> = [holder("ada", "public")].into();
    let line = log(&present, &holders, &[("ada", "sk-a-key-in-the-wrong-place")]);
    assert!(!line.contains("sk-a-key") && !line.contains("192.0.2.77"), "{line}");
    assert!(line.contains("\"network\":\"192.0.2.0/24\"") && line.contains("unknown_model"));
    assert!(line.len() < LINE_BYTES_MAX);
}
