//! Cases of the decision, and what its properties share with them.

mod axes;
mod properties;

use super::*;
use crate::policy::Levels;
use crate::words::{
    Allowed, Caps, CredentialId, Licence, LicenceId, ModelId, Operation, Principal, PrincipalId,
    Range, RevisionId, TierId, UpstreamId,
};

fn policy(sees: ReleaseStage, caps: Caps, model: Model) -> Policy {
    let tier = Tier {
        id: TierId::new("tier"),
        index: 0,
        sees,
        limits: Arc::new([]),
        caps,
        body_bytes_max: 1024,
        drops_unknown_fields: false,
        profiles: crate::words::Profiles::default(),
        stream_min: crate::words::Strategy::DetectOnly,
    };
    let model = Arc::new(model);
    let mut policy = Policy::default();
    policy.names.insert("model".into(), Named::One(Arc::clone(&model)));
    policy.names.insert("alias".into(), Named::One(Arc::clone(&model)));
    policy.models.insert(model.id.clone(), model);
    policy.tiers.insert(tier.id.clone(), Arc::new(tier));
    policy
}

fn caller(tier: &str) -> Principal {
    let (id, credential) = (PrincipalId::new("somebody"), CredentialId::new("key"));
    Principal { id, tier: TierId::new(tier), credential }
}

/// Asks something of somebody of whom nothing is known, where nothing has moved.
fn of_plain<T>(
    policy: &Policy,
    principal: &Principal,
    ask: impl FnOnce(View<'_>, Asker<'_>) -> T,
) -> T {
    let (world, holder) = (World::default(), Holder::of(principal.clone()));
    let asker = Asker { holder: &holder, call: Circumstances::default() };
    ask(View { policy, world: &world }, asker)
}

/// [`super::entitle`], of somebody of whom nothing is known, where nothing has moved.
fn entitle(
    policy: &Policy,
    principal: &Principal,
    name: &str,
    ask: &Ask,
) -> Result<Entitlement, Denial> {
    of_plain(policy, principal, |view, asker| super::entitle(view, asker, name, ask))
}

fn plain() -> (Caps, Model, Ask) {
    let caps = Caps {
        output_tokens_max: 100,
        context_tokens_max: 1_000,
        choices_max: 1,
        top_logprobs_max: 0,
        tools_max: 0,
        messages_max: 8,
        inputs_max: 2,
        stops_max: 1,
        structured_output: false,
        temperature: Range { min: 0.0, max: 1.0 },
        top_p: Range { min: 0.0, max: 1.0 },
    };
    let model = Model {
        id: ModelId::new("model"),
        index: 0,
        revision: RevisionId::new("1"),
        licence: LicenceId::new("mit"),
        stage: ReleaseStage::Public,
        announced: false,
        release: "model@1".into(),
        modalities: Vec::new(),
        requests: false,
        verification: Levels::default(),
        ladder: ReleaseStage::ALL.to_vec(),
        region: None,
        categories: Vec::new(),
        operations: vec![Operation::Chat, Operation::Completion],
        upstream: UpstreamId::new("local"),
        upstream_name: "model".into(),
        context_tokens: 10_000,
        output_tokens_default: 50,
        tokens_per_piece: 8,
        template_tokens: 16,
        bytes_per_token: 1,
        terms: Arc::new(Licence::without_terms(LicenceId::new("mit"))),
        licence_url: None,
        attribution: None,
        fallback: None,
        created: 0,
        owned_by: "lab".into(),
    };
    (caps, model, Ask::default())
}

#[test]
fn a_completion_of_two_prompts_costs_two_answers() {
    let (caps, model, ask) = plain();
    let policy = policy(ReleaseStage::Public, caps, model);
    let ask = Ask { operation: Operation::Completion, pieces: 2, ..ask };
    let yes = entitle(&policy, &caller("tier"), "model", &ask).unwrap();
    assert_eq!((yes.prompt_tokens, yes.output_tokens, yes.answers), (132, 50, 2));
    assert_eq!(yes.tokens_max(), 232);
    assert!(!yes.output_chosen);
}

#[test]
fn every_denial_has_its_case() {
    let decide = |sees, announced, ask: Ask| {
        let (caps, mut model, _) = plain();
        model.announced = announced;
        model.stage = ReleaseStage::Trusted;
        entitle(&policy(sees, caps, model), &caller("tier"), "model", &ask).err()
    };
    let ask = Ask::default;
    let (public, trusted) = (ReleaseStage::Public, ReleaseStage::Trusted);
    let cap = |param, allowed| Some(Denial::Cap { param, allowed });
    assert_eq!(decide(trusted, false, ask()), None);
    assert_eq!(decide(public, false, ask()), Some(Denial::UnknownModel));
    let announced = decide(public, true, ask());
    assert_eq!(announced, Some(Denial::NotReleased { stage: trusted }));
    let embedding = Ask { operation: Operation::Embedding, ..ask() };
    let unsupported = Denial::Unsupported { operation: Operation::Embedding };
    assert_eq!(decide(trusted, false, embedding), Some(unsupported));
    let two = Ask { choices: 2, ..ask() };
    assert_eq!(decide(trusted, false, two), cap("n", Allowed::Most(1)));
    let tools = Ask { tools: 1, ..ask() };
    assert_eq!(decide(trusted, false, tools), cap("tools", Allowed::Not));
    let strange = Ask { temperature: Some(f64::NAN), ..ask() };
    let range = Range { min: 0.0, max: 1.0 };
    assert_eq!(decide(trusted, false, strange), cap("temperature", Allowed::Within(range)));
    let long = Ask { output_tokens: Some(101), ..ask() };
    assert_eq!(decide(trusted, false, long), cap("max_tokens", Allowed::Most(100)));
    let full = Ask { prompt_bytes: 976, part_bytes_max: 976, ..ask() };
    let context = Denial::Context { asked: 1_050, window: 1_000 };
    assert_eq!(decide(trusted, false, full), Some(context));
}

#[test]
fn each_operation_is_told_its_own_fields() {
    let decide = |ask: &Ask| {
        let (caps, mut model, _) = plain();
        model.operations = Operation::ALL.to_vec();
        entitle(&policy(ReleaseStage::Public, caps, model), &caller("tier"), "model", ask).err()
    };
    let param = |ask: &Ask| match decide(ask) {
        Some(Denial::Cap { param, .. }) => param,
        other => panic!("{other:?}"),
    };
    for (operation, tokens, temperature, format, prompt) in [
        (Operation::Chat, "max_tokens", "temperature", "response_format", "messages"),
        (Operation::Response, "max_output_tokens", "temperature", "text.format", "input"),
        (Operation::Message, "max_tokens", "temperature", "output_config.format", "messages"),
        (Operation::OllamaChat, "options.num_predict", "options.temperature", "format", "messages"),
    ] {
        let ask = Ask { operation, ..Ask::default() };
        assert_eq!(decide(&ask), None, "{operation}");
        assert_eq!(param(&Ask { output_tokens: Some(101), ..ask.clone() }), tokens);
        assert_eq!(param(&Ask { temperature: Some(1.5), ..ask.clone() }), temperature);
        assert_eq!(param(&Ask { structured_output: true, ..ask.clone() }), format);
        assert_eq!(param(&Ask { pieces: 9, ..ask.clone() }), prompt);
    }
    for (operation, prompt) in [(Operation::Rerank, "documents"), (Operation::Score, "text_2")] {
        assert_eq!(param(&Ask { operation, pieces: 3, ..Ask::default() }), prompt);
    }
}

#[test]
fn counting_costs_no_tokens_however_long_the_prompt() {
    let (caps, mut model, ask) = plain();
    model.operations = vec![Operation::CountTokens, Operation::Rerank];
    let policy = policy(ReleaseStage::Public, caps, model);
    let (operation, prompt_bytes) = (Operation::CountTokens, 5_000);
    let count = Ask { operation, prompt_bytes, part_bytes_max: prompt_bytes, ..ask };
    let yes = entitle(&policy, &caller("tier"), "model", &count).unwrap();
    assert_eq!((yes.tokens_max(), yes.prompt_estimate), (0, 0));
    let rerank = Ask { operation: Operation::Rerank, ..count };
    let context = Denial::Context { asked: 5_024, window: 1_000 };
    assert_eq!(entitle(&policy, &caller("tier"), "model", &rerank).err(), Some(context));
}
