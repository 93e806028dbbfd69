//! Models: what is behind a name.

use super::fallbacks::Fallbacks;
use super::ladders;
use super::licences::{self, Licences, Lineage};
use crate::Problems;
use crate::file::{self, File, Named as Written};
use crate::policy::{Model, Named};
use crate::words::{Dialect, Licence, LicenceId, ModelId, Operation, RevisionId, UpstreamId};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Bytes of `model@revision`: what records know a revision by.
const RELEASE_BYTES_MAX: usize = 200;

type ById = BTreeMap<ModelId, Arc<Model>>;
type ByName = HashMap<Box<str>, Named>;

/// Compiles every model: by canonical name, and by every name.
pub(crate) fn compile(file: &File, licences: &Licences, problems: &mut Problems) -> (ById, ByName) {
    let (mut by_id, mut by_name) = (ById::new(), ByName::new());
    let fallbacks = Fallbacks::new(file);
    let mut lineage = Lineage::new(file, licences);
    let written = file.models.iter().flat_map(|models| models.0.iter().enumerate());
    for (index, (name, model)) in written {
        let Some(written) = model else { continue };
        let fallback = fallbacks.of(name, written, problems);
        let terms = lineage.terms(name, written, problems);
        licences::check(file, (name, written), &terms, &lineage, problems);
        let Some(model) = one(file, (index, name), written, problems) else { continue };
        let model = Arc::new(Model { fallback, terms: Arc::new(terms), ..model });
        let aliases = written.aliases.iter().map(|(_, alias)| alias.0.as_str());
        // Whoever pins a revision wants that one or none.
        for name in aliases.chain([name.as_str(), &*model.release]) {
            by_name.insert(name.into(), Named::One(Arc::clone(&model)));
        }
        by_id.insert(model.id.clone(), model);
    }
    shared(file, &mut by_name, problems);
    (by_id, by_name)
}

/// Names that mean the first of several models that the caller may use.
fn shared(file: &File, by_name: &mut ByName, problems: &mut Problems) {
    let known: Vec<&str> = file.models.iter().flat_map(Written::names).collect();
    for (alias, targets) in file.aliases.iter() {
        let path = format!("aliases.{alias}");
        let mut models: Vec<Arc<Model>> = Vec::new();
        for (index, name) in targets.iter() {
            match by_name.get(&*name.0) {
                Some(Named::One(model)) if models.iter().all(|one| one.id != model.id) => {
                    models.push(Arc::clone(model));
                }
                Some(Named::One(_)) => {
                    problems.note(&format!("{path}[{index}]"), "named twice; keep one");
                }
                // What is wrong with one that is there is noted already.
                _ if known.contains(&name.0.as_str()) => {}
                _ => {
                    let hint = file::near(&name.0, &known);
                    let what = format!("no model is called `{}`{hint}", name.0);
                    problems.note(&format!("{path}[{index}]"), what);
                }
            }
        }
        if targets.0.is_empty() {
            problems.note(&path, "there must be at least one");
        }
        by_name.insert(alias.into(), Named::FirstOf(models.into()));
    }
}

fn one(
    file: &File,
    (index, name): (usize, &str),
    model: &file::Model,
    problems: &mut Problems,
) -> Option<Model> {
    let path = format!("models.{name}");
    let operations = operations(model, &path, problems);
    refers(file, model, &path, problems);
    spoken(file, model, &path, problems);
    window(model, &operations, &path, problems);
    let stage = model.stage?;
    let ladder = ladders::compile(model, stage, &path, problems);
    let revision = RevisionId::new(&model.revision.as_ref()?.0);
    let release = format!("{name}@{revision}");
    if release.len() > RELEASE_BYTES_MAX {
        let what = format!("the name and the revision are longer than {RELEASE_BYTES_MAX} bytes");
        problems.note(&format!("{path}.revision"), what);
    }
    let upstream_name = model.upstream_model.as_ref().map_or(name, |name| &name.0);
    Some(Model {
        id: ModelId::new(name),
        index,
        release: release.into(),
        revision,
        licence: LicenceId::new(&model.licence.as_ref()?.0),
        terms: Arc::new(Licence::without_terms(LicenceId::new(""))),
        licence_url: model.licence_url.as_ref().map(|url| url.0.clone()),
        attribution: model.attribution.as_ref().map(|text| text.0.as_str().into()),
        stage,
        modalities: model.modalities.iter().flat_map(file::List::iter).map(|(_, it)| *it).collect(),
        requests: model.access_requests,
        verification: ladders::levels(model),
        ladder,
        region: region(file, model),
        categories: model.categories.iter().map(|(_, name)| name.0.as_str().into()).collect(),
        announced: model.announced,
        fallback: None,
        operations,
        upstream: UpstreamId::new(&model.upstream.as_ref()?.0),
        upstream_name: upstream_name.into(),
        context_tokens: model.context_tokens?.0,
        output_tokens_default: model.output_tokens_default.0,
        tokens_per_piece: model.prompt.tokens_per_message.0,
        template_tokens: model.prompt.template_tokens.0,
        bytes_per_token: model.prompt.bytes_per_token.0,
        created: model.created.as_ref().map_or(0, |date| date.0),
        owned_by: model.owned_by.0.clone(),
    })
}

/// Where the backends of a model are.
fn region(file: &File, model: &file::Model) -> Option<Box<str>> {
    let name = &model.upstream.as_ref()?.0;
    let mut upstreams = file.upstreams.iter().flat_map(file::Named::iter);
    let (_, upstream) = upstreams.find(|(known, _)| known == name)?;
    upstream.region.as_ref().map(|region| region.0.as_str().into())
}

fn operations(model: &file::Model, path: &str, problems: &mut Problems) -> Vec<Operation> {
    let mut operations = Vec::new();
    if model.operations.0.is_empty() {
        problems.note(&format!("{path}.operations"), "there must be at least one");
    }
    for (index, operation) in model.operations.iter() {
        if operations.contains(operation) {
            problems.note(&format!("{path}.operations[{index}]"), "named twice; keep one");
        } else {
            operations.push(*operation);
        }
    }
    operations
}

fn refers(file: &File, model: &file::Model, path: &str, problems: &mut Problems) {
    let (Some(upstream), Some(upstreams)) = (&model.upstream, &file.upstreams) else { return };
    if !upstreams.has(&upstream.0) {
        let known: Vec<&str> = upstreams.names().collect();
        let hint = file::near(&upstream.0, &known);
        let what = format!("no upstream is called `{}`{hint}", upstream.0);
        problems.note(&format!("{path}.upstream"), what);
    }
}

/// Operations are served in the dialect they are asked in, which the upstream must speak.
fn spoken(file: &File, model: &file::Model, path: &str, problems: &mut Problems) {
    let mut upstreams = file.upstreams.iter().flat_map(file::Named::iter);
    let name = model.upstream.as_ref().map(|name| name.0.as_str());
    let Some((name, upstream)) = upstreams.find(|(known, _)| Some(*known) == name) else { return };
    // A word that could not be read may have been the one.
    if upstream.dialects.0.iter().any(Option::is_none) {
        return;
    }
    let spoken: Vec<Dialect> = upstream.dialects.iter().map(|(_, dialect)| *dialect).collect();
    for (index, operation) in model.operations.iter() {
        let dialect = operation.dialect();
        if !spoken.contains(&dialect) {
            let what = format!(
                "`{operation}` is of the {dialect} dialect, which the upstream does not speak; \
                 write it in upstreams.{name}.dialects if it does"
            );
            problems.note(&format!("{path}.operations[{index}]"), what);
        }
    }
}

/// The default answer and the template must leave room for a prompt.
fn window(model: &file::Model, operations: &[Operation], path: &str, problems: &mut Problems) {
    let Some(context) = model.context_tokens.map(|context| context.0) else { return };
    let generates = operations.iter().any(|operation| operation.generates());
    if generates && model.output_tokens_default.0 >= context {
        let what = format!("must be less than context_tokens ({context}): a prompt needs room");
        problems.note(&format!("{path}.output_tokens_default"), what);
    }
    let prompt = &model.prompt;
    let template = prompt.template_tokens.0.saturating_add(prompt.tokens_per_message.0);
    if template >= context {
        let what = format!("what the template adds ({template}) fills context_tokens ({context})");
        problems.note(&format!("{path}.prompt"), what);
    }
}
