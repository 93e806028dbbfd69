//! Headers that say that a model made an answer, which licence it is under, and what that licence
//! wants shown and passed down.

use http::header::LINK;
use http::{HeaderMap, HeaderName, HeaderValue};
use sluice_config::policy::Model;
use sluice_config::words::Link;
use sluice_config::{Policy, ProvenanceSpec};

const LICENCE: HeaderName = HeaderName::from_static("x-model-licence");
const ATTRIBUTION: HeaderName = HeaderName::from_static("x-model-attribution");
const AI_GENERATED: HeaderName = HeaderName::from_static("x-ai-generated");
const NOTICE: HeaderName = HeaderName::from_static("x-model-licence-notice");
const RESTRICTIONS: HeaderName = HeaderName::from_static("x-model-use-restrictions");
const OUTPUTS: HeaderName = HeaderName::from_static("x-model-output-restrictions");

/// Bytes of one header: what clients and proxies take without a thought. The longest licence there
/// is has some 700; a model made from many may have more, and their texts tell the rest.
const BYTES_MAX: usize = 1024;
/// What stands for what has no room.
const MORE: &str = "...";

/// The headers of every answer of one model. Made once; a call only shares them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notice(Vec<(HeaderName, HeaderValue)>);

impl Notice {
    fn of(model: &Model) -> Self {
        let terms = &model.terms;
        let attribution = match &model.attribution {
            Some(own) => Some(own.to_string()),
            None => joined("; ", terms.attribution.iter().map(ToString::to_string)),
        };
        let no_train = terms.no_train_other_llm.then(|| "no_train_other_llm".to_owned());
        let lines = [
            (AI_GENERATED, Some("true".to_owned())),
            (LICENCE, Some(model.licence.to_string())),
            (ATTRIBUTION, attribution),
            (LINK, links(model)),
            (NOTICE, joined("; ", terms.notice.iter().map(ToString::to_string))),
            (RESTRICTIONS, joined(", ", terms.use_restrictions.iter().map(ToString::to_string))),
            (OUTPUTS, no_train),
        ];
        // The file was checked to hold what a header can carry.
        let value = |text: String| HeaderValue::try_from(text).ok();
        let line = |(name, text): (HeaderName, Option<String>)| Some((name, value(text?)?));
        Self(lines.into_iter().filter_map(line).collect())
    }

    /// Adds them to the headers of an answer.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.insert(name.clone(), value.clone());
        }
    }
}

/// Where the licence can be read: where the file says, or where its terms do.
fn links(model: &Model) -> Option<String> {
    let link = |url: &Link| format!("<{url}>; rel=\"license\"");
    if let Some(own) = &model.licence_url {
        return Some(link(own));
    }
    let mut room = BYTES_MAX;
    let fits = model.terms.links.iter().map(link).take_while(|link| {
        let left = room.checked_sub(link.len() + 2);
        room = left.unwrap_or(0);
        left.is_some()
    });
    let text = fits.collect::<Vec<_>>().join(", ");
    (!text.is_empty()).then_some(text)
}

/// The parts as one line, as many as there is room for; `None` if there are none.
fn joined(between: &str, parts: impl Iterator<Item = String>) -> Option<String> {
    let mut line = String::new();
    for part in parts {
        let before = if line.is_empty() { "" } else { between };
        let room = BYTES_MAX - between.len() - MORE.len();
        if line.len() + before.len() + part.len() > room {
            line.push_str(before);
            line.push_str(MORE);
            break;
        }
        line.push_str(before);
        line.push_str(&part);
    }
    (!line.is_empty()).then_some(line)
}

/// The headers of every model, by its place in the file.
#[derive(Debug)]
pub(super) struct Notices(Vec<Notice>);

impl Notices {
    /// Makes them all; none if the file wants none.
    pub(super) fn new(spec: &ProvenanceSpec, policy: &Policy) -> Self {
        if !spec.headers {
            return Self(Vec::new());
        }
        let last = policy.models().map(|model| model.index).max();
        let mut notices = vec![Notice::default(); last.map_or(0, |last| last + 1)];
        for model in policy.models() {
            if let Some(notice) = notices.get_mut(model.index) {
                *notice = Notice::of(model);
            }
        }
        Self(notices)
    }

    pub(super) fn of(&self, model: &Model) -> Option<&Notice> {
        self.0.get(model.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const FILE: &str = r#"
key_secret: { env: KEY }
listeners: [{ bind: "127.0.0.1:0" }]
tiers: { public: { sees: public } }
models:
  open:
    revision: "1"
    licence: llama3.3
    licence_url: "https://lab.example/llama"
    attribution: Built with Llama
    stage: public
    upstream: local
    context_tokens: 8192
upstreams: { local: { backends: [{ url: "http://127.0.0.1:1" }] } }
"#;

    #[test]
    fn a_call_shares_the_values_and_makes_none() {
        let policy = sluice_config::read_policy(FILE, Path::new("sluice.yaml")).unwrap();
        let spec = ProvenanceSpec { headers: true, receipts: None };
        let notices = Notices::new(&spec, &policy);
        let notice = notices.of(policy.model("open").unwrap()).unwrap();
        let mut headers = HeaderMap::with_capacity(8);
        let room = headers.capacity();
        notice.write(&mut headers);
        assert_eq!((headers.len(), headers.capacity()), (6, room));
        for (name, value) in &notice.0 {
            let written = headers.get(name).unwrap();
            assert_eq!(written.as_bytes().as_ptr(), value.as_bytes().as_ptr(), "{name}");
        }
    }
    #[test]
    fn what_a_licence_wants_passed_down_is_told_and_bounded() {
        let said = "licence: apache-2.0\n    base_models: [llama3, llama4]";
        let file = FILE.replace("licence: llama3.3", said).replace("  open:", "  Llama-3-x:");
        let file = file.replace("    licence_url: \"https://lab.example/llama\"\n", "");
        let file = file.replace("    attribution: Built with Llama\n", "");
        let policy = sluice_config::read_policy(&file, Path::new("sluice.yaml")).unwrap();
        let mut headers = HeaderMap::new();
        Notice::of(policy.model("Llama-3-x").unwrap()).write(&mut headers);
        let said = |name: &HeaderName| headers.get(name).unwrap().to_str().unwrap();
        assert_eq!(said(&LICENCE), "apache-2.0");
        assert_eq!(said(&ATTRIBUTION), "Built with Llama; Built with Meta Llama 3");
        assert_eq!(said(&OUTPUTS), "no_train_other_llm");
        assert!(said(&NOTICE).contains("Llama 4 is licensed under"), "{}", said(&NOTICE));
        assert!(said(&RESTRICTIONS).starts_with("llama-aup:child_exploitation, llama-aup:"));
        assert_eq!(said(&LINK).matches("rel=\"license\"").count(), 5);
        assert!(headers.values().all(|value| value.len() <= BYTES_MAX));
    }

    #[test]
    fn a_line_ends_at_a_part_and_says_so() {
        let many = |count: usize| joined(", ", (0..count).map(|at| format!("ns:category-{at:04}")));
        assert_eq!(many(0), None);
        assert_eq!(many(2).as_deref(), Some("ns:category-0000, ns:category-0001"));
        let line = many(200).unwrap();
        assert!(line.len() <= BYTES_MAX && line.ends_with(", ..."), "{line}");
        assert_eq!(joined(", ", ["x".repeat(2000)].into_iter()).as_deref(), Some("..."));
    }
}
