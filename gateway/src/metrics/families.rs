//! Every family, with its name, help and labels. The book documents the same list; a test holds
//! the two together.

use prometheus::{
    GaugeVec, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry,
};

/// Seconds from a millisecond's fraction to ten minutes: what a call may take.
const DURATIONS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0,
];
/// Seconds to a first token (OpenTelemetry GenAI, `time_to_first_token`).
const FIRST: &[f64] = &[
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    20.0, 40.0, 60.0,
];
/// Seconds between two tokens (OpenTelemetry GenAI, `time_per_output_token`).
const GAPS: &[f64] =
    &[0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5];
/// Seconds this gateway itself takes.
const ADDED: &[f64] =
    &[1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25];
/// Seconds of a call (OpenTelemetry GenAI, `request.duration`).
const GEN_AI: &[f64] =
    &[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
/// Bytes held back: from nothing to what `hold_bytes_max` is mostly.
const HELD: &[f64] = &[0.0, 8.0, 32.0, 128.0, 512.0, 2048.0, 8192.0, 32768.0, 131_072.0];
/// Seconds that text waits for filters: not at all, until the next token, until the end.
const WAITS: &[f64] =
    &[0.0, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0];
/// Tokens of an answer.
const PIECES: &[f64] =
    &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0];
/// Tokens of a call (OpenTelemetry GenAI, `token.usage`).
const TOKENS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

trait Family: Sized {
    fn make(name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> prometheus::Result<Self>;
}

impl Family for IntCounterVec {
    fn make(name: &str, help: &str, labels: &[&str], _: &[f64]) -> prometheus::Result<Self> {
        Self::new(Opts::new(name, help), labels)
    }
}

impl Family for IntGaugeVec {
    fn make(name: &str, help: &str, labels: &[&str], _: &[f64]) -> prometheus::Result<Self> {
        Self::new(Opts::new(name, help), labels)
    }
}

impl Family for GaugeVec {
    fn make(name: &str, help: &str, labels: &[&str], _: &[f64]) -> prometheus::Result<Self> {
        Self::new(Opts::new(name, help), labels)
    }
}

impl Family for HistogramVec {
    fn make(name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> prometheus::Result<Self> {
        Self::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), labels)
    }
}

impl Family for IntCounter {
    fn make(name: &str, help: &str, _: &[&str], _: &[f64]) -> prometheus::Result<Self> {
        Self::new(name, help)
    }
}

impl Family for IntGauge {
    fn make(name: &str, help: &str, _: &[&str], _: &[f64]) -> prometheus::Result<Self> {
        Self::new(name, help)
    }
}

macro_rules! families {
    ($($field:ident: $kind:ident = $name:literal, [$($label:literal),*], $buckets:expr, $help:literal;)+) => {
        /// Every family of metrics.
        #[derive(Debug)]
        pub(crate) struct Families {
            $(#[doc = $help] pub(crate) $field: $kind,)+
        }

        impl Families {
            pub(super) fn register(registry: &Registry) -> prometheus::Result<Self> {
                let families = Self {
                    $($field: <$kind as Family>::make($name, $help, &[$($label),*], $buckets)?,)+
                };
                $(registry.register(Box::new(families.$field.clone()))?;)+
                #[cfg(target_os = "linux")]
                registry.register(Box::new(
                    prometheus::process_collector::ProcessCollector::for_self(),
                ))?;
                Ok(families)
            }
        }
    };
}

families! {
    requests: IntCounterVec = "sluice_requests_total", ["tier", "stage", "model", "operation", "outcome"], &[], "Calls that have ended, by how.";
    refusals: IntCounterVec = "sluice_refusals_total", ["tier", "code"], &[], "Calls that were refused, by code.";
    limit_refusals: IntCounterVec = "sluice_limit_refusals_total", ["tier", "limit"], &[], "Calls that were refused because a limit was reached.";
    tokens: IntCounterVec = "sluice_tokens_total", ["tier", "stage", "model", "direction", "estimated"], &[], "Tokens of prompts (input) and answers (output); estimated where the backend did not count.";
    in_flight: IntGaugeVec = "sluice_in_flight", ["tier", "model"], &[], "Calls under way at a backend.";
    reserved: IntGaugeVec = "sluice_reserved_tokens", ["tier"], &[], "Tokens that calls under way hold of their limits.";
    ttft: HistogramVec = "sluice_time_to_first_token_seconds", ["tier", "model"], FIRST, "From the call to the first content of its answer.";
    gap: HistogramVec = "sluice_inter_token_gap_seconds", ["tier", "model"], GAPS, "Between two writes of a streamed answer.";
    duration: HistogramVec = "sluice_request_duration_seconds", ["tier", "model", "operation"], DURATIONS, "From the call to the last byte of its answer.";
    added: HistogramVec = "sluice_added_latency_seconds", ["operation"], ADDED, "What this gateway took before it asked a backend.";
    verdicts: IntCounterVec = "sluice_filter_verdicts_total", ["profile", "filter", "category", "action", "shadow"], &[], "What filters found, and what was done about it, or would have been.";
    fallbacks: IntCounterVec = "sluice_fallbacks_total", ["model", "to", "place", "outcome"], &[], "Stops at which a filter asked for another model: ok if that one answered, else why not.";
    held: HistogramVec = "sluice_filter_held_bytes", ["profile"], HELD, "The most that one filter held back at once of one text of an answer.";
    leaked: IntCounterVec = "sluice_filter_leaked_bytes_total", ["profile"], &[], "Bytes of what was found that had been shown: none where a match waits.";
    tokens_to_block: HistogramVec = "sluice_filter_tokens_to_block", ["profile"], PIECES, "Tokens of a streamed answer that had come when filters first ended a choice of it.";
    filter_first: HistogramVec = "sluice_filter_added_time_to_first_token_seconds", ["profile"], WAITS, "How long the first piece of a streamed answer waited for filters.";
    filter_gap: HistogramVec = "sluice_filter_added_inter_token_gap_seconds", ["profile"], WAITS, "How long each later piece of a streamed answer waited for filters, from when it came until all of it was shown.";
    disagreements: IntCounterVec = "sluice_filter_shadow_disagreements_total", ["profile", "filter", "category", "acted"], &[], "Prompts and answers in which a shadow filter would have acted otherwise than was acted: nothing was done, or something else.";
    filter_errors: IntCounterVec = "sluice_filter_errors_total", ["profile", "filter", "reason"], &[], "Times a filter could not do what it should.";
    list_at: IntGaugeVec = "sluice_filter_list_produced_timestamp_seconds", ["profile", "place"], &[], "When the list of a filter was produced, by the place of the filter in its profile.";
    licence_users: GaugeVec = "sluice_licence_distinct_users", ["model"], &[], "About how many used a model this month on this node, where its licence has a cap: an estimate, standard error 0.8 %.";
    licence_users_cap: IntGaugeVec = "sluice_licence_distinct_users_cap", ["model"], &[], "Users a month above which the licensor of a model is to be asked.";
    backend_up: IntGaugeVec = "sluice_upstream_backend_up", ["upstream", "backend"], &[], "1 while a backend is asked, 0 while it is put aside.";
    backend_in_flight: IntGaugeVec = "sluice_upstream_in_flight", ["upstream", "backend"], &[], "Calls under way at a backend.";
    backend_failures: IntCounterVec = "sluice_upstream_failures_total", ["upstream", "backend", "reason"], &[], "Calls that a backend did not answer, or not to the end: connect, timeout, answer.";
    backend_ejections: IntCounterVec = "sluice_upstream_ejections_total", ["upstream", "backend"], &[], "Times a backend was put aside.";
    guard_duration: HistogramVec = "sluice_guard_duration_seconds", ["guard"], DURATIONS, "What a guard took to judge, where it was asked.";
    guard_judgements: IntCounterVec = "sluice_guard_judgements_total", ["guard", "verdict"], &[], "Judgements of a guard, kept ones included, by verdict: safe, unsafe, controversial, unparsable.";
    guard_failures: IntCounterVec = "sluice_guard_failures_total", ["guard", "reason"], &[], "Questions to a guard without a judgement: timeout, breaker, connect, status, busy, broken, `too_long`, subject.";
    guard_cache: IntCounterVec = "sluice_guard_cache_lookups_total", ["guard", "result"], &[], "Judgements looked up before a guard is asked: hit, miss.";
    guard_breaker: IntGaugeVec = "sluice_guard_breaker_state", ["guard"], &[], "0 while a guard is asked, 1 while one question tries, 2 while it is left alone.";
    kill_directives: IntGaugeVec = "sluice_kill_directives", ["scope", "mode"], &[], "Kill directives in force.";
    kill_refused: IntCounterVec = "sluice_kill_refused_total", ["scope", "mode"], &[], "New calls that a directive stopped; with the mode fallback, another model may have answered.";
    kill_cut: IntCounterVec = "sluice_kill_cut_total", ["scope", "mode"], &[], "Calls under way that a directive cut.";
    kill_errors: IntCounterVec = "sluice_kill_errors_total", ["reason"], &[], "Orders of the kill switch that could not be written down (journal) or not be taken (full).";
    kill_file_ok: IntGauge = "sluice_kill_file_successful", [], &[], "1 if the kill file read last was taken or there is none, 0 if it was bad and changed nothing.";
    hub_polls: IntCounterVec = "sluice_hub_polls_total", ["repo", "result"], &[], "Polls of a repo of the Hub: ok, or why not.";
    hub_heard_at: IntGaugeVec = "sluice_hub_poll_success_timestamp_seconds", ["repo"], &[], "When the requests of a repo of the Hub were last read.";
    hub_requests: IntGaugeVec = "sluice_hub_requests", ["repo", "status"], &[], "Requests for access to a repo of the Hub: pending, accepted, rejected.";
    hub_writes: IntCounterVec = "sluice_hub_writes_total", ["repo", "result"], &[], "Decisions written to the Hub: done, already, nobody, or why not.";
    hub_lookups: IntCounterVec = "sluice_hub_token_lookups_total", ["result"], &[], "Tokens of the Hub looked up: hit, load, stale, error.";
    ledger_depth: IntGauge = "sluice_ledger_queue_depth", [], &[], "Usage rows that are not written yet.";
    ledger_rows: IntCounter = "sluice_ledger_rows_total", [], &[], "Usage rows written.";
    ledger_failures: IntCounter = "sluice_ledger_failures_total", [], &[], "Attempts to write usage that failed; the rows are kept and tried again.";
    decisions_dropped: IntCounter = "sluice_decisions_dropped_total", [], &[], "Decisions that the decision log does not have: the queue was full, or the file cannot be written.";
    directory_entries: IntGauge = "sluice_directory_entries", [], &[], "Credentials held in memory.";
    directory_lookups: IntCounterVec = "sluice_directory_lookups_total", ["result"], &[], "Credentials looked up: hit, negative, load, error.";
    identity_proofs: IntCounterVec = "sluice_identity_proofs_total", ["method", "result"], &[], "Tokens, certificates and addresses that were not in memory, by what came of proving them: ok, refused, unavailable.";
    identity_fetches: IntCounterVec = "sluice_identity_key_fetches_total", ["issuer", "result"], &[], "Fetches of the keys of an issuer: ok, connect, timeout, status, broken, document.";
    identity_keys_at: IntGaugeVec = "sluice_identity_keys_timestamp_seconds", ["issuer"], &[], "When the keys of an issuer that are in use were fetched.";
    snapshot_info: IntGaugeVec = "sluice_snapshot_info", ["version"], &[], "The policy version in force.";
    snapshot_ok: IntGauge = "sluice_snapshot_reload_successful", [], &[], "1 if the file read last is in force, 0 if an older one is.";
    snapshot_at: IntGauge = "sluice_snapshot_reload_success_timestamp_seconds", [], &[], "When the snapshot in force was loaded.";
    connections: IntGaugeVec = "sluice_connections", ["listener"], &[], "Open connections of callers.";
    connection_refusals: IntCounterVec = "sluice_connection_refusals_total", ["reason"], &[], "Connections closed before a call: full, handshake.";
    build_info: IntGaugeVec = "sluice_build_info", ["version", "revision"], &[], "What is running.";
    gen_ai_tokens: HistogramVec = "gen_ai_client_token_usage", ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "gen_ai_token_type"], TOKENS, "Tokens of a call (OpenTelemetry GenAI).";
    gen_ai_duration: HistogramVec = "gen_ai_server_request_duration_seconds", ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model"], GEN_AI, "Duration of a call (OpenTelemetry GenAI).";
    gen_ai_first: HistogramVec = "gen_ai_server_time_to_first_token_seconds", ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model"], FIRST, "Time to the first token (OpenTelemetry GenAI).";
    gen_ai_each: HistogramVec = "gen_ai_server_time_per_output_token_seconds", ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model"], GAPS, "Time of an output token after the first (OpenTelemetry GenAI).";
}
