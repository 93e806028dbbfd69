//! Properties of the decision, over policies and questions of every kind.

use super::*;
use crate::explain::explain;
use crate::words::{Prompts, Work};
use proptest::prelude::*;

fn caps() -> impl Strategy<Value = Caps> {
    let sizes = (1..5_000_u64, 2..9_000_u64, 1..5_u64, 0..5_u64, 0..5_u64);
    let more = (1..5_u64, 1..5_u64, 0..5_u64, any::<bool>(), 0.0..2.0_f64);
    (sizes, more).prop_map(|(sizes, more)| {
        let (output_tokens_max, context_tokens_max, choices_max, top_logprobs_max, tools_max) =
            sizes;
        let (messages_max, inputs_max, stops_max, structured_output, max) = more;
        Caps {
            output_tokens_max,
            context_tokens_max,
            choices_max,
            top_logprobs_max,
            tools_max,
            messages_max,
            inputs_max,
            stops_max,
            structured_output,
            temperature: Range { min: 0.0, max },
            top_p: Range { min: 0.1, max: 1.0 },
        }
    })
}

fn stage() -> impl Strategy<Value = ReleaseStage> {
    prop::sample::select(&ReleaseStage::ALL[..])
}

fn model() -> impl Strategy<Value = Model> {
    let operations = prop::sample::subsequence(&Operation::ALL[..], 1..=3);
    let sizes = (2..9_000_u64, 1..2_000_u64, 0..20_u64, 0..50_u64);
    (stage(), any::<bool>(), operations, sizes).prop_map(|(stage, announced, operations, sizes)| {
        let (context_tokens, output_tokens_default, tokens_per_piece, template_tokens) = sizes;
        Model {
            id: ModelId::new("model"),
            index: 0,
            revision: RevisionId::new("1"),
            licence: LicenceId::new("mit"),
            stage,
            announced,
            release: "model@1".into(),
            modalities: Vec::new(),
            requests: false,
            verification: Levels::default(),
            ladder: ReleaseStage::ALL.to_vec(),
            region: None,
            categories: Vec::new(),
            operations,
            upstream: UpstreamId::new("local"),
            upstream_name: "model".into(),
            context_tokens,
            output_tokens_default,
            tokens_per_piece,
            template_tokens,
            bytes_per_token: 1,
            terms: Arc::new(Licence::without_terms(LicenceId::new("mit"))),
            licence_url: None,
            attribution: None,
            fallback: None,
            created: 0,
            owned_by: "lab".into(),
        }
    })
}

/// Small numbers are likely, but any may be asked for.
fn count() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0..6_u64, 1 => any::<u64>()]
}

fn ask() -> impl Strategy<Value = Ask> {
    let operation = prop::sample::select(&Operation::ALL[..]);
    let tokens = prop_oneof![8 => 0..6_000_u64, 1 => any::<u64>()];
    let sizes = (tokens.clone(), count(), prop::option::of(tokens), count());
    let more = (prop::option::weighted(0.2, count()), count(), count(), prop::bool::weighted(0.2));
    let temperature = prop::option::weighted(0.3, prop_oneof![4 => 0.0..1.5, 1 => any::<f64>()]);
    (operation, sizes, more, temperature).prop_map(|(operation, sizes, more, temperature)| Ask {
        operation,
        prompt_bytes: sizes.0,
        part_bytes_max: sizes.0,
        pieces: sizes.1,
        output_tokens: sizes.2,
        choices: sizes.3,
        top_logprobs: more.0,
        tools: more.1,
        stops: more.2,
        structured_output: more.3,
        temperature,
        top_p: None,
    })
}

fn again(model: &Model, stage: ReleaseStage) -> Model {
    Model {
        id: model.id.clone(),
        revision: model.revision.clone(),
        licence: model.licence.clone(),
        release: Arc::clone(&model.release),
        ladder: model.ladder.clone(),
        region: None,
        categories: Vec::new(),
        terms: Arc::clone(&model.terms),
        modalities: Vec::new(),
        licence_url: None,
        attribution: None,
        fallback: None,
        stage,
        operations: model.operations.clone(),
        upstream: model.upstream.clone(),
        upstream_name: model.upstream_name.clone(),
        owned_by: model.owned_by.clone(),
        ..*model
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_later_stage_never_admits_fewer(
        sees in stage(), later in stage(), caps in caps(), model in model(), ask in ask(),
    ) {
        let later = later.max(model.stage);
        let released = again(&model, later);
        let before = entitle(&policy(sees, caps.clone(), model), &caller("tier"), "model", &ask);
        let after = entitle(&policy(sees, caps, released), &caller("tier"), "model", &ask);
        prop_assert!(before.is_err() || after.is_ok());
    }

    #[test]
    fn a_tier_that_sees_more_never_gets_less(
        sees in stage(), more in stage(), caps in caps(), model in model(), ask in ask(),
    ) {
        let more = more.min(sees);
        let stage = model.stage;
        let wider = policy(more, caps.clone(), again(&model, stage));
        let before = entitle(&policy(sees, caps, model), &caller("tier"), "model", &ask);
        prop_assert!(before.is_err() || entitle(&wider, &caller("tier"), "model", &ask).is_ok());
    }

    #[test]
    fn a_hidden_model_is_a_model_that_is_not_there(
        sees in stage(), caps in caps(), mut model in model(), ask in ask(),
    ) {
        model.announced = false;
        let stage = model.stage;
        let policy = policy(sees, caps, model);
        let answer = entitle(&policy, &caller("tier"), "model", &ask);
        let nothing = entitle(&policy, &caller("tier"), "nothing", &ask);
        prop_assert_eq!(nothing.err(), Some(Denial::UnknownModel));
        if stage < sees || stage == ReleaseStage::Draft {
            prop_assert_eq!(answer.err(), Some(Denial::UnknownModel));
            let listed = of_plain(&policy, &caller("tier"), |view, asker| usable(view, asker).count());
            prop_assert_eq!(listed, 0);
        }
        let gone = entitle(&policy, &caller("gone"), "model", &ask);
        prop_assert_eq!(gone.err(), Some(Denial::UnknownModel));
    }

    #[test]
    fn a_yes_is_within_every_cap(
        sees in stage(), caps in caps(), model in model(), ask in ask(),
    ) {
        let policy = policy(sees, caps.clone(), model);
        let Ok(yes) = entitle(&policy, &caller("tier"), "model", &ask) else { return Ok(()) };
        let model = &yes.model;
        prop_assert!(model.stage >= sees && model.stage > ReleaseStage::Draft);
        prop_assert!(model.operations.contains(&ask.operation));
        prop_assert!(yes.output_tokens <= caps.output_tokens_max);
        let window = caps.context_tokens_max.min(model.context_tokens);
        match ask.operation.work() {
            Work::Counts => prop_assert_eq!(yes.tokens_max(), 0),
            Work::Reads | Work::Writes => prop_assert!(yes.prompt_tokens >= ask.prompt_bytes),
        }
        prop_assert!(yes.prompt_tokens >= yes.prompt_estimate);
        if ask.operation.generates() && ask.operation.prompts() == Prompts::One {
            prop_assert!(yes.prompt_estimate + yes.output_tokens <= window);
        }
        prop_assert!(ask.choices <= caps.choices_max && ask.tools <= caps.tools_max);
        prop_assert!(ask.stops <= caps.stops_max);
        prop_assert!(ask.temperature.is_none_or(|value| caps.temperature.holds(value)));
        prop_assert!(!ask.structured_output || caps.structured_output);
        prop_assert!(ask.top_logprobs.is_none_or(|some| some <= caps.top_logprobs_max));
        prop_assert!(ask.top_logprobs.is_none() || caps.top_logprobs_max > 0);
        match (ask.operation.generates(), ask.output_tokens) {
            (false, _) => prop_assert_eq!(yes.output_tokens, 0),
            (_, Some(asked)) => prop_assert_eq!(yes.output_tokens, asked),
            (_, None) => prop_assert!(yes.output_tokens > 0),
        }
        // The total is exact: nothing saturated on the way.
        prop_assert!(yes.answers >= 1);
        let answers = yes.output_tokens.checked_mul(yes.answers);
        let total = answers.and_then(|tokens| tokens.checked_add(yes.prompt_tokens));
        prop_assert_eq!(total, Some(yes.tokens_max()));
    }

    #[test]
    fn names_lists_and_explanations_agree_with_the_decision(
        sees in stage(), caps in caps(), model in model(), ask in ask(),
    ) {
        let policy = policy(sees, caps, model);
        let caller = caller("tier");
        let answer = entitle(&policy, &caller, "model", &ask);
        let alias = entitle(&policy, &caller, "alias", &ask);
        prop_assert_eq!(answer.as_ref().err(), alias.as_ref().err());
        let (listed, seen, told) = of_plain(&policy, &caller, |view, asker| {
            let seen = visible(view, asker, "model").is_ok();
            (usable(view, asker).count() == 1, seen, explain(view, asker, "model", &ask))
        });
        prop_assert_eq!(seen, listed);
        prop_assert!(answer.is_err() || listed);

        let verdict = answer.as_ref().map_or_else(Denial::as_str, |_| "ok");
        prop_assert_eq!(told.verdict, verdict);
        prop_assert_eq!(told.terms.is_some(), answer.is_ok());
        let (last, before) = told.reasons.split_last().unwrap();
        prop_assert_eq!(last.holds, answer.is_ok());
        prop_assert!(before.iter().all(|reason| reason.holds));
    }
}
