//! All that the decision looks at, made up.

use super::super::*;
use crate::words::{
    Accept, Acceptance, Allows, Cohort, Conditions, Country, EndUserId, Exclusion, Gives, Grant,
    GrantId, GrantState, OpState, OrganisationId, Purpose, Release, RequestState, Requested,
    Sanction, Scopes, Subject, TextHash, Timestamp, Verification, Verified,
};
use crate::world::EndUser;
use proptest::prelude::*;
use proptest::sample::select;

/// All that the decision looks at but what is asked.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) sees: ReleaseStage,
    pub(super) announced: bool,
    pub(super) requests: bool,
    pub(super) verification: [Verification; 8],
    pub(super) terms: Licence,
    pub(super) release: Release,
    /// The stage of another model, which is the fallback of the first.
    pub(super) other: ReleaseStage,
    pub(super) holder: Holder,
    pub(super) end_user: Option<Standing>,
    pub(super) country: Option<Country>,
    pub(super) denied: Option<Country>,
}

pub(super) const TEXT: TextHash = TextHash([7; 32]);
pub(super) const NOW: Timestamp = Timestamp(50);

pub(super) fn stage() -> impl Strategy<Value = ReleaseStage> {
    select(&ReleaseStage::ALL[..])
}

pub(super) fn standing() -> impl Strategy<Value = Standing> {
    select(&Standing::ALL[..])
}

fn country() -> impl Strategy<Value = Option<Country>> {
    select(vec![None, Country::parse("DE"), Country::parse("US")])
}

/// A licence that asks nothing.
pub(super) fn nothing() -> Licence {
    Licence::without_terms(LicenceId::new("mit"))
}

/// That somebody agrees to a text of it.
pub(super) fn wanted(subject: Subject, text: TextHash) -> Accept {
    let licence = LicenceId::new("mit");
    Accept { licence, subject, text_sha256: text.0, again_on_change: true }
}

fn terms() -> impl Strategy<Value = Licence> {
    let accepts = select(vec![None, Some(Subject::Principal), Some(Subject::Organisation)]);
    (accepts, any::<(bool, bool)>(), country()).prop_map(|(accepts, not, denied)| Licence {
        accept: accepts.map(|by| wanted(by, TEXT)).into_iter().collect(),
        non_commercial: not.0,
        non_production: not.1,
        deny_licensee: denied
            .map(|country| Exclusion { country, modality: None })
            .into_iter()
            .collect(),
        ..nothing()
    })
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let flags = any::<(bool, bool, bool)>();
    (flags, prop::option::weighted(0.3, select(&Verification::ALL[..]))).prop_map(
        |((data_retention, human_review, mfa), verification)| Conditions {
            data_retention,
            human_review,
            mfa,
            verification,
            ..Conditions::default()
        },
    )
}

fn grant() -> impl Strategy<Value = Grant> {
    let state = select(&GrantState::ALL[..]);
    let times = (prop::option::of(0..100_u64), prop::option::of(0..100_u64));
    (stage(), conditions(), state, times).prop_map(|(from, conditions, state, times)| Grant {
        id: GrantId::new("grant_1"),
        gives: Gives::Model { name: ModelId::new("model"), from },
        conditions,
        state,
        starts: times.0.map(Timestamp),
        expires: times.1.map(Timestamp),
        source: "test".into(),
        reason: "".into(),
    })
}

fn release() -> impl Strategy<Value = Release> {
    let state = select(&OpState::ALL[..]);
    let state = prop_oneof![4 => Just(OpState::Active), 1 => state];
    let percent = prop_oneof![3 => Just(100_u8), 1 => 0..=100_u8];
    (stage(), state, percent, prop::option::weighted(0.3, 0..3_u32)).prop_map(
        |(stage, op_state, percent, principals_max)| Release {
            op_state,
            cohort: Cohort { percent, principals_max, ..Cohort::default() },
            ..Release::at(stage)
        },
    )
}

prop_compose! {
    fn holder()(
        grants in prop::collection::vec(grant(), 0..3),
        standing in prop_oneof![3 => Just(Standing::Good), 1 => select(&Standing::ALL[..])],
        verification in select(&Verification::ALL[..]),
        flags in any::<(bool, bool, bool)>(),
        purposes in prop::sample::subsequence(&Purpose::ALL[..], 0..3),
        accepted in prop::option::of((any::<bool>(), any::<bool>())),
        organisation in any::<bool>(),
        domicile in country(),
        asked in prop::option::of(select(&RequestState::ALL[..])),
        scoped in prop::option::weighted(0.2, any::<bool>()),
    ) -> Holder {
        let acceptance = |(current, org): (bool, bool)| Acceptance {
            licence: LicenceId::new("mit"),
            text: if current { TEXT } else { TextHash([0; 32]) },
            by: if org { Subject::Organisation } else { Subject::Principal },
            at: NOW,
            method: "test".into(),
        };
        let models = |right: bool| vec![ModelId::new(if right { "model" } else { "other" })];
        Holder {
            grants: grants.into(),
            sanctions: sanction(standing),
            verified: Box::new([Verified { level: verification, until: None }]),
            allows: Allows { data_retention: flags.0, human_review: flags.1, vouching: true },
            mfa: flags.2,
            purposes: purposes.into_iter().collect(),
            acceptances: accepted.map(acceptance).into_iter().collect(),
            organisation: organisation.then(|| OrganisationId::new("org")),
            domicile,
            requests: asked
                .map(|state| Requested { model: ModelId::new("model"), state })
                .into_iter()
                .collect(),
            scopes: scoped.map(|right| Scopes::new(models(right), [], []).unwrap()),
            ..Holder::of(caller("tier"))
        }
    }
}

prop_compose! {
    pub(super) fn scene()(
        sees in stage(),
        flags in any::<(bool, bool)>(),
        verification in prop::array::uniform8(
            prop_oneof![3 => Just(Verification::Anonymous), 1 => select(&Verification::ALL[..])],
        ),
        terms in prop_oneof![1 => Just(nothing()), 1 => terms()],
        release in release(),
        other in stage(),
        holder in holder(),
        end_user in prop::option::weighted(0.3, select(&Standing::ALL[..])),
        countries in (country(), prop::option::weighted(0.2, country())),
    ) -> Scene {
        let mut verification = verification;
        verification.sort_unstable();
        verification.reverse();
        Scene {
            sees,
            announced: flags.0,
            requests: flags.1,
            verification,
            terms,
            release,
            other,
            holder,
            end_user,
            country: countries.0,
            denied: countries.1.flatten(),
        }
    }
}

/// A standing, for good.
pub(super) fn sanction(standing: Standing) -> Box<[Sanction]> {
    Box::new([Sanction { standing, expires: None }])
}

impl Scene {
    pub(super) fn ask(&self, name: &str) -> Result<Entitlement, Denial> {
        let (caps, model, ask) = plain();
        let at = |stage: ReleaseStage| {
            ReleaseStage::ALL.iter().position(|it| *it == stage).map(|it| self.verification[it])
        };
        let model = Model {
            fallback: Some(ModelId::new("other")),
            announced: self.announced,
            requests: self.requests,
            terms: Arc::new(self.terms.clone()),
            verification: Levels::new(|stage| at(stage).unwrap_or_default()),
            ..model
        };
        let mut policy = policy(self.sees, caps, model);
        policy
            .names
            .insert("first-of".into(), Named::FirstOf(policy.models.values().cloned().collect()));
        Self::add_other(&mut policy);
        policy.jurisdiction.rules.extend(self.denied.map(|country| crate::jurisdiction::Rule {
            callers: crate::jurisdiction::Callers {
                except: false,
                countries: vec![country],
                unknown: false,
            },
            models: Vec::new(),
            backends: crate::jurisdiction::Backends::Any,
            then: crate::jurisdiction::Then::Deny,
        }));
        let (mut world, end_user) = (World::default(), EndUserId::new("someone"));
        world.releases.insert("model@1".into(), Arc::new(self.release.clone()));
        let other = Release { cohort: Cohort::default(), ..Release::at(self.other) };
        world.releases.insert("other@1".into(), Arc::new(other));
        let theirs = |standing| {
            let sanctions = vec![Sanction { standing, expires: None }];
            Arc::new(EndUser { sanctions, grants: Vec::new() })
        };
        world.end_users.extend(self.end_user.map(|it| (end_user.clone(), theirs(it))));
        let call = Circumstances {
            now: NOW,
            address: None,
            country: self.country,
            end_user: self.end_user.map(|_| &end_user),
        };
        let view = View { policy: &policy, world: &world };
        crate::decide::entitle(view, Asker { holder: &self.holder, call }, name, &ask)
    }

    /// Another model that asks for nothing, and names that mean the first of both that may be used.
    fn add_other(policy: &mut Policy) {
        let (_, model, _) = plain();
        let other =
            Model { id: ModelId::new("other"), release: "other@1".into(), index: 1, ..model };
        let (id, other) = (other.id.clone(), Arc::new(other));
        let first = policy.models.values().next().cloned();
        let both: Vec<_> = first.into_iter().chain([Arc::clone(&other)]).collect();
        let turned: Vec<_> = both.iter().rev().cloned().collect();
        policy.names.insert("either".into(), Named::FirstOf(both.into()));
        policy.names.insert("or-else".into(), Named::FirstOf(turned.into()));
        policy.names.insert("other".into(), Named::One(Arc::clone(&other)));
        policy.models.insert(id, other);
    }

    pub(super) fn admits(&self) -> bool {
        self.ask("model").is_ok()
    }
}
