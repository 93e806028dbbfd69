//! The closed table of refusal codes: one row a code.

use http::StatusCode;

/// Whether waiting and asking again can help.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Retry {
    /// The same call will fail again: `x-should-retry: false`.
    Never,
    /// It may succeed later: `retry-after` where the wait is known, and clients back off.
    Later,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $status:ident, $kind:literal, $retry:ident;)+) => {
        /// The code of a refusal: the same word in the JSON, the metrics and the usage rows.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum RefusalCode {
            $($(#[doc = $doc])+ $name,)+
        }

        impl RefusalCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word callers, dashboards and ledgers know it by.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// Its HTTP status.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }

            /// The `type` of the OpenAI error object.
            pub fn kind(self) -> &'static str {
                match self { $(Self::$name => $kind),+ }
            }

            /// Whether trying again can help.
            pub fn retry(self) -> Retry {
                match self { $(Self::$name => Retry::$retry),+ }
            }

            /// What it means, for the generated table.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+)),+ }
            }
        }
    };
}

codes! {
    /// The bytes are not a request this gateway reads: bad framing, host or headers.
    BadRequest = "bad_request", BAD_REQUEST, "invalid_request_error", Never;
    /// The body is not one strict JSON object.
    InvalidJson = "invalid_json", BAD_REQUEST, "invalid_request_error", Never;
    /// A field that this gateway does not pass on.
    UnsupportedParameter = "unsupported_parameter", BAD_REQUEST, "invalid_request_error", Never;
    /// A known field with a value that cannot be.
    InvalidParameter = "invalid_parameter", BAD_REQUEST, "invalid_request_error", Never;
    /// More was asked for than the tier or the model gives.
    CapExceeded = "cap_exceeded", BAD_REQUEST, "invalid_request_error", Never;
    /// Prompt and answer do not fit the context window.
    ContextLengthExceeded = "context_length_exceeded", BAD_REQUEST, "invalid_request_error", Never;
    /// A filter stopped the prompt: it says what this tier may not ask.
    PolicyViolation = "policy_violation", BAD_REQUEST, "invalid_request_error", Never;
    /// A filter stopped the prompt: it asks for help with attacks on computers.
    CyberPolicy = "cyber_policy", BAD_REQUEST, "invalid_request_error", Never;
    /// A filter stopped the prompt: it asks for help with biological or chemical harm.
    BioPolicy = "bio_policy", BAD_REQUEST, "invalid_request_error", Never;
    /// The model does not offer this operation.
    UnsupportedOperation = "unsupported_operation", BAD_REQUEST, "invalid_request_error", Never;
    /// No credential, or one that proves nothing.
    InvalidApiKey = "invalid_api_key", UNAUTHORIZED, "authentication_error", Never;
    /// The model is announced but not yet released to the caller's tier.
    ModelNotReleased = "model_not_released", FORBIDDEN, "permission_error", Never;
    /// The caller, or whoever it belongs to, is suspended by the operator.
    PrincipalSuspended = "principal_suspended", FORBIDDEN, "permission_error", Never;
    /// The end user that the call is made for is suspended or banned.
    IdentifierBlocked = "identifier_blocked", FORBIDDEN, "permission_error", Never;
    /// The credential is not good for calls from this address.
    AddressNotAllowed = "address_not_allowed", FORBIDDEN, "permission_error", Never;
    /// The credential is not good for this model or operation.
    InsufficientScope = "insufficient_scope", FORBIDDEN, "permission_error", Never;
    /// The model is not to be used from there, or not on those backends.
    RegionNotSupported = "region_not_supported", FORBIDDEN, "permission_error", Never;
    /// Access to the model has to be asked for first.
    AccessRequestRequired = "access_request_required", FORBIDDEN, "permission_error", Never;
    /// Access was asked for; nobody has decided yet.
    AccessPending = "access_pending", FORBIDDEN, "permission_error", Never;
    /// Access was asked for, and refused.
    AccessRejected = "access_rejected", FORBIDDEN, "permission_error", Never;
    /// Every place at this stage of the model is taken.
    CohortFull = "cohort_full", FORBIDDEN, "permission_error", Never;
    /// The licence of the model has to be agreed to first, in its present text.
    LicenceAcceptanceRequired = "licence_acceptance_required", FORBIDDEN, "permission_error", Never;
    /// The licence of the model is not offered where the organisation has its seat.
    LicenceNotOffered = "licence_not_offered", FORBIDDEN, "permission_error", Never;
    /// The model wants callers that are known better.
    VerificationRequired = "verification_required", FORBIDDEN, "permission_error", Never;
    /// The licence of the model does not allow the declared purpose, or none was declared.
    PurposeNotAllowed = "purpose_not_allowed", FORBIDDEN, "permission_error", Never;
    /// No such path.
    NotFound = "not_found", NOT_FOUND, "invalid_request_error", Never;
    /// No such model, or none the caller may know of.
    ModelNotFound = "model_not_found", NOT_FOUND, "invalid_request_error", Never;
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "invalid_request_error", Never;
    /// The revision takes no calls any more.
    ModelRetired = "model_retired", GONE, "invalid_request_error", Never;
    /// The request did not arrive in time.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "invalid_request_error", Later;
    /// The body is larger than the tier takes.
    RequestTooLarge = "request_too_large", PAYLOAD_TOO_LARGE, "invalid_request_error", Never;
    /// The request target is longer than any path here.
    UriTooLong = "uri_too_long", URI_TOO_LONG, "invalid_request_error", Never;
    /// The body is not plain JSON.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "invalid_request_error", Never;
    /// An expectation other than `100-continue`.
    ExpectationFailed = "expectation_failed", EXPECTATION_FAILED, "invalid_request_error", Never;
    /// Too many calls, tokens a minute, or calls at once; it passes.
    RateLimitExceeded = "rate_limit_exceeded", TOO_MANY_REQUESTS, "rate_limit_error", Later;
    /// The tokens of the day or the month are used up.
    InsufficientQuota = "insufficient_quota", TOO_MANY_REQUESTS, "insufficient_quota", Never;
    /// Too many failed credentials from this address.
    TooManyFailures = "too_many_failures", TOO_MANY_REQUESTS, "rate_limit_error", Later;
    /// The header section is larger than this gateway reads.
    HeadersTooLarge = "headers_too_large", REQUEST_HEADER_FIELDS_TOO_LARGE, "invalid_request_error", Never;
    /// Something broke here; nothing was charged.
    InternalError = "internal_error", INTERNAL_SERVER_ERROR, "server_error", Later;
    /// The model server answered wrongly.
    UpstreamError = "upstream_error", BAD_GATEWAY, "server_error", Later;
    /// The model server does not accept what was asked.
    UpstreamRejected = "upstream_rejected", BAD_REQUEST, "invalid_request_error", Never;
    /// No model server could be reached.
    UpstreamUnavailable = "upstream_unavailable", BAD_GATEWAY, "server_error", Later;
    /// Every model server is full.
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "server_error", Later;
    /// The model, or all that the caller may use, is stopped by the operator for now.
    ModelSuspended = "model_suspended", SERVICE_UNAVAILABLE, "server_error", Later;
    /// The credential cannot be looked up just now.
    AuthUnavailable = "auth_unavailable", SERVICE_UNAVAILABLE, "server_error", Later;
    /// A filter that must look at this cannot just now.
    FilterUnavailable = "filter_unavailable", SERVICE_UNAVAILABLE, "server_error", Later;
    /// Usage cannot be written just now, so no call is taken.
    UsageUnavailable = "usage_unavailable", SERVICE_UNAVAILABLE, "server_error", Later;
    /// This node is shutting down.
    Draining = "draining", SERVICE_UNAVAILABLE, "server_error", Later;
    /// The model server did not answer in time.
    UpstreamTimeout = "upstream_timeout", GATEWAY_TIMEOUT, "server_error", Later;
    /// The answer took longer than a stream may.
    StreamTooLong = "stream_too_long", GATEWAY_TIMEOUT, "server_error", Never;
    /// A version of HTTP other than 1.0, 1.1 and 2.
    VersionNotSupported = "version_not_supported", HTTP_VERSION_NOT_SUPPORTED, "invalid_request_error", Never;
}
