//! Headers that say that a model made an answer, which licence it is under, and what that licence
//! wants shown.

use http::header::LINK;
use http::{HeaderMap, HeaderName, HeaderValue};
use sluice_config::policy::Model;
use sluice_config::{Policy, ProvenanceSpec};

const LICENCE: HeaderName = HeaderName::from_static("x-model-licence");
const ATTRIBUTION: HeaderName = HeaderName::from_static("x-model-attribution");
const AI_GENERATED: HeaderName = HeaderName::from_static("x-ai-generated");

/// The headers of every answer of one model. Made once; a call only shares them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notice(Vec<(HeaderName, HeaderValue)>);

impl Notice {
    fn of(model: &Model) -> Self {
        let url = model.licence_url.as_ref().map(|url| format!("<{url}>; rel=\"license\""));
        let lines = [
            (AI_GENERATED, Some("true")),
            (LICENCE, Some(model.licence.as_str())),
            (ATTRIBUTION, model.attribution.as_deref()),
            (LINK, url.as_deref()),
        ];
        // The file was checked to hold what a header can carry.
        let value = |text: &str| HeaderValue::from_str(text).ok();
        let line = |(name, text): (HeaderName, Option<&str>)| Some((name, value(text?)?));
        Self(lines.into_iter().filter_map(line).collect())
    }

    /// Adds them to the headers of an answer.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.insert(name.clone(), value.clone());
        }
    }
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
        assert_eq!((headers.len(), headers.capacity()), (4, room));
        for (name, value) in &notice.0 {
            let written = headers.get(name).unwrap();
            assert_eq!(written.as_bytes().as_ptr(), value.as_bytes().as_ptr(), "{name}");
        }
    }
}
