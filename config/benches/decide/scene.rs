//! What a decision is measured on: a caller of whom nothing is known, and one of whom much is, in a
//! world that is full.

use sluice_config::decide::{Asker, View};
use sluice_config::words::{
    Acceptance, Circumstances, Cohort, Conditions, Country, CredentialId, EndUserId, Gives, Grant,
    GrantId, GrantState, Holder, LicenceId, Limit, ModelId, Operation, OrganisationId, Principal,
    PrincipalId, Purpose, Purposes, Release, ReleaseStage, Sanction, Scope, Scopes, Standing,
    Subject, TextHash, TierId, Timestamp, Unit, Verification, Verified, Window,
};
use sluice_config::{EndUser, Policy, World, read_policy};
use std::fmt::Write;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;

/// The model that asks for everything.
pub(crate) const HARD: &str = "hard";
/// The model that asks for nothing.
pub(crate) const EASY: &str = "easy";
/// When it is.
const NOW: Timestamp = Timestamp(50);
const TIER: &str = "researcher";

/// Everything that a decision looks at but the name and what is asked.
pub(crate) struct Scene {
    policy: Policy,
    world: World,
    plain: Holder,
    known: Holder,
    end_user: EndUserId,
}

impl Scene {
    /// A policy with every rule of jurisdiction there may be, and a world with 1,000 releases and
    /// 10,000 end users.
    pub(crate) fn full() -> Self {
        let policy = policy();
        let world = world(&policy);
        let known = known(&policy);
        Self { policy, world, plain: plain(), known, end_user: EndUserId::new("user-5000") }
    }

    /// What is decided by.
    pub(crate) fn view(&self) -> View<'_> {
        View { policy: &self.policy, world: &self.world }
    }

    /// Somebody of whom nothing is known but the tier.
    pub(crate) fn plain(&self) -> Asker<'_> {
        Asker { holder: &self.plain, call: Circumstances { now: NOW, ..Circumstances::default() } }
    }

    /// Somebody with eight grants, three acceptances and scopes, who calls for an end user.
    pub(crate) fn known(&self) -> Asker<'_> {
        let call = Circumstances {
            now: NOW,
            address: Some([10, 1, 2, 3].into()),
            country: Country::parse("CH"),
            end_user: Some(&self.end_user),
        };
        Asker { holder: &self.known, call }
    }
}

fn policy() -> Policy {
    let mut text = String::from(
        "
key_secret: { file: sluice.key }
listeners: [{ bind: \"127.0.0.1:0\" }]
licences:
  meridian-research: { file: licences/meridian-research.yaml, text: licences/meridian-research.txt }
  atlas-service: { file: licences/atlas-service.yaml, text: licences/atlas-service.txt }
tiers:
  researcher:
    sees: public
    limits:
      - { unit: requests, window: minute, scope: principal, ceiling: 60 }
      - { unit: tokens, window: day, scope: principal, ceiling: 1000 }
      - { unit: tokens, window: month, scope: principal, ceiling: 1000 }
      - { unit: concurrency, scope: principal, ceiling: 8 }
upstreams:
  here: { engine: vllm, region: here, backends: [{ url: \"http://127.0.0.1:1\" }] }
models:
  easy: { revision: r, licence: mit, stage: public, upstream: here, context_tokens: 8192 }
  hard:
    revision: r
    licence: meridian-research
    base_models: [atlas-service]
    stage: gated
    access_requests: true
    verification: { gated: organisation }
    upstream: here
    context_tokens: 8192
jurisdiction:
  rules:
",
    );
    for n in 0..64_u8 {
        let (one, other) = (char::from(b'A' + n % 26), char::from(b'A' + n / 26));
        let models = if n % 2 == 0 { "easy, hard" } else { "hard" };
        // Writing to a string cannot fail.
        let _written = writeln!(
            text,
            "    - {{ callers: [KP, IR, B{one}, Q{other}], models: [{models}], \
             backends_in: [here], then: deny }}"
        );
    }
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cost.yaml");
    read_policy(&text, &at).unwrap()
}

fn world(policy: &Policy) -> World {
    let mut world = World::default();
    for n in 0..1_000 {
        let release = Arc::new(Release::at(ReleaseStage::Public));
        world.releases.insert(format!("model-{n}@r").into(), release);
    }
    let members = (0..100).map(|n| PrincipalId::new(&format!("p{n}")));
    let members = members.chain([PrincipalId::new("known")]).collect();
    let cohort = Cohort { percent: 50, principals_max: Some(500), members };
    let release = Release { cohort, ..Release::at(ReleaseStage::Gated) };
    world.releases.insert(Arc::clone(&policy.model(HARD).unwrap().release), Arc::new(release));
    for n in 0..10_000 {
        let sanctions = vec![Sanction { standing: Standing::Warned, expires: None }];
        let end_user = EndUser { sanctions, grants: Vec::new() };
        world.end_users.insert(EndUserId::new(&format!("user-{n}")), Arc::new(end_user));
    }
    world
}

fn principal(name: &str) -> Principal {
    let (id, tier) = (PrincipalId::new(name), TierId::new(TIER));
    Principal { id, tier, credential: CredentialId::new("key") }
}

fn plain() -> Holder {
    Holder::of(principal("plain"))
}

fn known(policy: &Policy) -> Holder {
    let texts = policy.model(HARD).unwrap().terms.accept.iter();
    let accepted = texts.map(|it| acceptance(it.licence.clone(), it.text_sha256));
    let acceptances: Vec<_> =
        [acceptance(LicenceId::new("another"), [0; 32])].into_iter().chain(accepted).collect();
    assert_eq!(acceptances.len(), 3);
    let limit = |window, ceiling| {
        let ceiling = NonZeroU64::new(ceiling).unwrap();
        Gives::Limit(Limit { unit: Unit::Tokens, window, scope: Scope::Principal, ceiling })
    };
    let model = |name| Gives::Model { name: ModelId::new(name), from: ReleaseStage::Gated };
    let gives = [
        model("another"),
        model("a third"),
        limit(Window::Day, 2_000),
        limit(Window::Month, 3_000),
        Gives::Relax { category: "policy:cyber".into() },
        Gives::Relax { category: "policy:bio".into() },
        Gives::Credit { tokens: 5, sponsor: "lab".into(), purpose: Purpose::Research },
        model(HARD),
    ];
    let addresses = vec!["10.0.0.0/8".parse().unwrap()];
    let conditions = Conditions { addresses, mfa: true, ..Conditions::default() };
    let grant = |(n, gives)| Grant {
        id: GrantId::new(&format!("grant_{n}")),
        gives,
        conditions: conditions.clone(),
        state: GrantState::Active,
        starts: Some(Timestamp(1)),
        expires: Some(Timestamp(100)),
        source: "bench".into(),
        reason: "".into(),
    };
    let models = [ModelId::new(EASY), ModelId::new(HARD)];
    let networks = ["10.0.0.0/8".parse().unwrap(), "192.0.2.0/24".parse().unwrap()];
    Holder {
        organisation: Some(OrganisationId::new("org")),
        domicile: Country::parse("CH"),
        verified: Box::new([Verified { level: Verification::Vetted, until: Some(Timestamp(99)) }]),
        purposes: Purposes::default().with(Purpose::Research),
        mfa: true,
        grants: gives.into_iter().enumerate().map(grant).collect(),
        acceptances: acceptances.into(),
        scopes: Some(Scopes::new(models, [Operation::Chat], networks).unwrap()),
        ..Holder::of(principal("known"))
    }
}

fn acceptance(licence: LicenceId, text: [u8; 32]) -> Acceptance {
    let by = Subject::Organisation;
    Acceptance { licence, text: TextHash(text), by, at: NOW, method: "bench".into() }
}
