//! A denial, in words for the caller: what would be needed, where that is no secret, and where to get
//! it.

use crate::refuse::{Refusal, RefusalCode};
use sluice_config::access::SelfService;
use sluice_config::decide::View;
use sluice_config::words::{Allowed, Denial, Fields, Link, ModelId, Operation, Subject};
use std::borrow::Cow;

/// A denial, in words for the caller. The name is echoed as the caller wrote it, shortened.
pub(crate) fn refused(
    view: View<'_>,
    denial: &Denial,
    name: &str,
    operation: Operation,
) -> Refusal {
    match denial {
        Denial::UnknownModel => {
            let name: String = name.chars().filter(|c| !c.is_control()).take(128).collect();
            let message =
                format!("the model `{name}` does not exist or you do not have access to it");
            Refusal::new(RefusalCode::ModelNotFound, message).param("model")
        }
        Denial::Unsupported { operation } => {
            let message = format!("this model does not offer {operation}; see GET /v1/models");
            Refusal::new(RefusalCode::UnsupportedOperation, message).param("model")
        }
        Denial::Cap { param, allowed } => {
            let allowed = match allowed {
                Allowed::Not => "may not be used".into(),
                Allowed::Most(most) => format!("may be at most {most}"),
                Allowed::Within(range) => format!("must lie from {} to {}", range.min, range.max),
            };
            let message = format!("`{param}` {allowed} on your tier");
            Refusal::new(RefusalCode::CapExceeded, message).param(*param)
        }
        Denial::Context { asked, window } => {
            let Fields { prompt, output_tokens, .. } = operation.fields();
            let message = format!(
                "the prompt and answer may need up to {asked} tokens, more than the maximum context \
                 length of {window} tokens; shorten the prompt or lower {output_tokens}"
            );
            Refusal::new(RefusalCode::ContextLengthExceeded, message).param(*prompt)
        }
        Denial::OutOfScope { param } => {
            let message = format!("your key is not good for this {param}; use another key");
            Refusal::new(RefusalCode::InsufficientScope, message).param(*param)
        }
        denial => Refusal::new(code(denial), words(view, denial)).param("model"),
    }
}

/// The code of a denial that has nothing to do with what is asked of a model.
pub(crate) fn code(denial: &Denial) -> RefusalCode {
    match denial {
        Denial::Suspended => RefusalCode::PrincipalSuspended,
        Denial::EndUserBlocked => RefusalCode::IdentifierBlocked,
        Denial::Address => RefusalCode::AddressNotAllowed,
        Denial::OutOfScope { .. } => RefusalCode::InsufficientScope,
        Denial::UnknownModel => RefusalCode::ModelNotFound,
        Denial::NotReleased { .. } => RefusalCode::ModelNotReleased,
        Denial::ModelSuspended => RefusalCode::ModelSuspended,
        Denial::ModelRetired { .. } => RefusalCode::ModelRetired,
        Denial::Region => RefusalCode::RegionNotSupported,
        Denial::RequestRequired => RefusalCode::AccessRequestRequired,
        Denial::RequestPending => RefusalCode::AccessPending,
        Denial::RequestRejected => RefusalCode::AccessRejected,
        Denial::CohortFull => RefusalCode::CohortFull,
        Denial::Licence { .. } => RefusalCode::LicenceAcceptanceRequired,
        Denial::Licensee { .. } => RefusalCode::LicenceNotOffered,
        Denial::Verification { .. } => RefusalCode::VerificationRequired,
        Denial::Purpose { .. } => RefusalCode::PurposeNotAllowed,
        Denial::Unsupported { .. } => RefusalCode::UnsupportedOperation,
        Denial::Cap { .. } => RefusalCode::CapExceeded,
        Denial::Context { .. } => RefusalCode::ContextLengthExceeded,
    }
}

/// What to say of one, and where to go with it.
fn words(view: View<'_>, denial: &Denial) -> Cow<'static, str> {
    let SelfService { request_url, appeal_url, licence_url, .. } = view.policy.access();
    match denial {
        Denial::Suspended => match appeal_url {
            Some(url) => return format!("your access is suspended; appeal at {url}").into(),
            None => "your access is suspended; GET /v1/access/me says why",
        },
        Denial::EndUserBlocked => {
            "the end user you call for is blocked; calls for others are taken"
        }
        Denial::Address => "your key is not good for calls from this address",
        Denial::NotReleased { stage } => {
            return format!("this model is at stage `{stage}`, which is not open to you yet")
                .into();
        }
        Denial::ModelSuspended => "this model takes no calls for now; use another, or wait",
        Denial::ModelRetired { successor } => return retired(successor.as_ref()).into(),
        Denial::Region => "this model is not to be used from where you call",
        Denial::RequestRequired => match request_url {
            Some(url) => return format!("access to this model has to be asked for: {url}").into(),
            None => "access to this model has to be asked for: POST /v1/access/requests",
        },
        Denial::RequestPending => {
            "your request for this model is not decided yet; see GET /v1/access/requests"
        }
        Denial::RequestRejected => {
            "your request for this model was refused; see GET /v1/access/requests"
        }
        Denial::CohortFull => "every place at this stage of the model is taken; wait for the next",
        Denial::Licence { licence, by } => {
            return unlicensed(licence.as_str(), *by, licence_url.as_ref()).into();
        }
        Denial::Licensee { licence } => return not_offered(licence.as_str()).into(),
        Denial::Verification { least } => {
            return format!("this model wants callers verified at least by `{least}`").into();
        }
        Denial::Purpose { licence } => return misused(licence.as_str()).into(),
        Denial::UnknownModel
        | Denial::Unsupported { .. }
        | Denial::Cap { .. }
        | Denial::Context { .. }
        | Denial::OutOfScope { .. } => "this model is not open to you",
    }
    .into()
}

fn not_offered(licence: &str) -> String {
    format!(
        "the licence `{licence}` is not offered where your organisation has its seat, or nobody has \
         said where that is"
    )
}

fn misused(licence: &str) -> String {
    format!("the licence `{licence}` does not allow the purpose you declared, or you declared none")
}

fn retired(successor: Option<&ModelId>) -> String {
    match successor {
        Some(successor) => format!("this model is retired; use `{successor}`"),
        None => "this model is retired; see GET /v1/models".into(),
    }
}

fn unlicensed(licence: &str, by: Subject, url: Option<&Link>) -> String {
    let who = match by {
        Subject::Principal => "you",
        Subject::Organisation => "your organisation",
    };
    if let Some(url) = url {
        return format!("the licence `{licence}` has to be agreed to by {who}: {url}");
    }
    format!(
        "the licence `{licence}` has to be agreed to by {who}: read it at GET \
         /v1/access/licences/{licence}, then POST its text_sha256 there"
    )
}
