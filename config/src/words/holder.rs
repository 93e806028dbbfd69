//! A caller as the decision sees it: everything that is known of it, and of where it calls from.

use super::{
    Country, EndUserId, Grant, LicenceId, ModelId, OrganisationId, Principal, ProjectId, Purposes,
    Sanction, Scopes, Standing, Subject, TextHash, Timestamp, Unmet, Verification, Verified,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A principal, and what records say of it, its project and its organisation together.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// Who it is, and on which tier.
    pub principal: Principal,
    /// The project it is of.
    pub project: Option<ProjectId>,
    /// The organisation that answers for the project.
    pub organisation: Option<OrganisationId>,
    /// How well it is known, or its organisation.
    pub verified: Box<[Verified]>,
    /// What was done about how it behaves, or its project, or its organisation.
    pub sanctions: Box<[Sanction]>,
    /// What it uses models for.
    pub purposes: Purposes,
    /// What its project allows.
    pub allows: Allows,
    /// Whether it proved itself with more than one factor.
    pub mfa: bool,
    /// Where its organisation has its seat.
    pub domicile: Option<Country>,
    /// The country that its credential names.
    pub country: Option<Country>,
    /// What it has beyond its tier.
    pub grants: Box<[Grant]>,
    /// The licences it agreed to, or its organisation.
    pub acceptances: Box<[Acceptance]>,
    /// What it has asked for.
    pub requests: Box<[Requested]>,
    /// What its credential is good for; all, if nothing is said.
    pub scopes: Option<Scopes>,
}

/// What a project allows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Allows {
    /// Prompts and answers may be kept.
    pub data_retention: bool,
    /// People may read them.
    pub human_review: bool,
    /// It is believed whom it calls for: only then grants of end users count. Anybody can write an
    /// identifier.
    pub vouching: bool,
}

impl Holder {
    /// A principal of whom nothing is known but its tier.
    pub fn of(principal: Principal) -> Self {
        Self {
            principal,
            project: None,
            organisation: None,
            verified: Box::default(),
            sanctions: Box::default(),
            purposes: Purposes::default(),
            allows: Allows::default(),
            mfa: false,
            domicile: None,
            country: None,
            grants: Box::default(),
            acceptances: Box::default(),
            requests: Box::default(),
            scopes: None,
        }
    }

    /// How well it is known at `now`: what has run out counts for nothing.
    pub fn verification(&self, now: Timestamp) -> Verification {
        let holds = |one: &&Verified| one.until.is_none_or(|until| now < until);
        self.verified.iter().filter(holds).map(|one| one.level).max().unwrap_or_default()
    }

    /// How it stands at `now`: the worst of the three.
    pub fn standing(&self, now: Timestamp) -> Standing {
        Standing::under(&self.sanctions, now)
    }

    /// The first condition of a grant that a call does not meet.
    pub fn unmet(&self, grant: &Grant, call: &Circumstances<'_>) -> Option<Unmet> {
        self.all_unmet(grant, call).next()
    }

    /// Every condition of a grant that a call does not meet.
    pub fn all_unmet(
        &self,
        grant: &Grant,
        call: &Circumstances<'_>,
    ) -> impl Iterator<Item = Unmet> + use<> {
        let asked = &grant.conditions;
        // An IPv4 address in IPv6 clothes is what it is, as for scopes.
        let within = |from: IpAddr| asked.addresses.iter().any(|net| net.contains(&from));
        let from = |address: IpAddr| within(address.to_canonical());
        let conditions = [
            (Unmet::DataRetention, !asked.data_retention || self.allows.data_retention),
            (Unmet::HumanReview, !asked.human_review || self.allows.human_review),
            (Unmet::Mfa, !asked.mfa || self.mfa),
            (Unmet::Address, asked.addresses.is_empty() || call.address.is_some_and(from)),
            (
                Unmet::Verification,
                asked.verification.is_none_or(|least| self.verification(call.now) >= least),
            ),
            (Unmet::Purpose, asked.purpose.is_none_or(|purpose| self.purposes.has(purpose))),
        ];
        conditions.into_iter().filter(|(_, met)| !met).map(|(unmet, _)| unmet)
    }
}

/// What is true of one call, whoever makes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances<'c> {
    /// When it is made.
    pub now: Timestamp,
    /// Where from; not said where nobody calls, as in an explanation.
    pub address: Option<IpAddr>,
    /// The country it comes from, as the configured sources say.
    pub country: Option<Country>,
    /// On whose behalf.
    pub end_user: Option<&'c EndUserId>,
}

/// A licence that was agreed to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Which.
    pub licence: LicenceId,
    /// The text that was agreed to.
    pub text: TextHash,
    /// For whom: a principal for itself, or an organisation for all of its own.
    pub by: Subject,
    /// When.
    pub at: Timestamp,
    /// How: `self_service`, `operator`, `hub`.
    pub method: Box<str>,
}

/// A model that was asked for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Requested {
    /// Its canonical name.
    pub model: ModelId,
    /// What became of it.
    pub state: RequestState,
}

/// What became of a request for access.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nobody has decided.
    Pending,
    /// Yes: a grant came of it.
    Accepted,
    /// No.
    Rejected,
    /// Whoever asked no longer wants it.
    Withdrawn,
    /// Nobody decided in time.
    Expired,
}

impl RequestState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Accepted, Self::Rejected, Self::Withdrawn, Self::Expired];

    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// Whether a request may go from this state to that one.
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Pending, Self::Accepted | Self::Rejected | Self::Withdrawn | Self::Expired)
                | (Self::Accepted, Self::Pending | Self::Rejected)
                | (Self::Rejected, Self::Accepted | Self::Pending)
        )
    }
}
