//! The body of `POST /v1/moderations`: texts, and the name of a model that is not asked. And what
//! another call wants said of what filters find: its member `moderation`.

use super::fields::BLOCK;
use super::rule::{self, Member, Path, Rule, Shape};
use super::scan::{self, Kind, View};
use super::{body, limits, not_an_object, not_json, unknown_tier};
use crate::call::{HeadParts, Mode, Moderating};
use crate::identify::Identified;
use crate::refuse::{Refusal, RefusalCode};
use sluice_config::policy::Tier;
use sluice_config::{Bounds, Policy};
use sluice_store::Known;
use std::sync::Arc;

/// A call that wants texts looked at. Made only here.
#[derive(Debug)]
pub(crate) struct Moderated {
    pub(crate) parts: Box<HeadParts>,
    pub(crate) known: Arc<Known>,
    pub(crate) tier: Arc<Tier>,
    pub(crate) wanted: Wanted,
}

/// What is to be looked at.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Wanted {
    /// The model that the caller names, if it names one.
    pub(crate) model: Option<Box<str>>,
    /// The texts, each by itself; the parts of one are joined, as a model reads them.
    pub(crate) texts: Vec<Box<str>>,
}

/// The fields, as the OpenAI API reference has them, and what clients send with any call.
const FIELDS: &[Member] = &[
    ("input", Rule::TextOr(&Rule::List(&Rule::TextOr(&Rule::Shapes(None, PARTS))))),
    ("model", Rule::Text),
    ("user", Rule::Text),
    ("safety_identifier", Rule::Text),
    ("metadata", Rule::Any),
];

/// Images are known, so that it can be said that nothing here looks at them.
const PARTS: &[Shape] = &[("text", &[("text", Rule::Text)]), (IMAGE, &[(IMAGE, Rule::Any)])];

const IMAGE: &str = "image_url";

/// Reads the body of a call that wants texts looked at.
pub(crate) async fn moderated(
    policy: &Policy,
    bounds: &Bounds,
    identified: Identified,
) -> Result<Moderated, Refusal> {
    let tier = policy.tier(&identified.principal().tier).ok_or_else(unknown_tier)?.clone();
    let (parts, incoming, known) = identified.into_parts();
    let body = body::collect(incoming, tier.body_bytes_max, bounds.body).await?;
    let wanted = wanted(&body, bounds, &tier)?;
    Ok(Moderated { parts, known, tier, wanted })
}

/// Reads a body that has arrived. Pure: this is fuzzed.
pub(crate) fn wanted(body: &[u8], bounds: &Bounds, tier: &Tier) -> Result<Wanted, Refusal> {
    let tape = scan::scan(body, limits(bounds)).map_err(not_json)?;
    if tape.root().kind() != Kind::Object {
        return Err(not_an_object());
    }
    let mut wanted = Wanted { model: None, texts: Vec::new() };
    for (key, value) in tape.root().members() {
        let mut names = FIELDS.iter().map(|(name, _)| *name);
        let Some((name, rule)) = FIELDS.iter().find(|(name, _)| *name == key) else {
            let dropped =
                tier.drops_unknown_fields && rule::look_alike(&key, &mut names.clone()).is_none();
            if dropped {
                continue;
            }
            return Err(rule::unknown(&Path::Top(&key), &key, &mut names));
        };
        rule.check(value, &Path::Top(name))?;
        match *name {
            "input" => wanted.texts = texts(value, tier.caps.inputs_max)?,
            "model" => wanted.model = value.text().map(|text| text.into_owned().into()),
            _ => {}
        }
    }
    if wanted.texts.is_empty() {
        return Err(rule::invalid(&Path::Top("input"), "text, or an array of texts or of parts"));
    }
    Ok(wanted)
}

/// The texts to look at, of a value that was held to its rule; none if there are none.
fn texts(input: View<'_, '_>, inputs_max: u64) -> Result<Vec<Box<str>>, Refusal> {
    let path = Path::Top("input");
    if let Some(text) = input.text() {
        return Ok(vec![text.into()]);
    }
    if input.items().nth(usize::try_from(inputs_max).unwrap_or(usize::MAX)).is_some() {
        let message = format!("`input` may be at most {inputs_max} on your tier");
        return Err(Refusal::new(RefusalCode::CapExceeded, message).param("input"));
    }
    let (mut texts, mut joined) = (Vec::new(), String::new());
    for (nth, item) in input.items().enumerate() {
        let path = Path::Item(&path, nth);
        match item.kind() {
            Kind::Object => joined.push_str(&part(item, &path)?),
            _ => texts.push(item.text().ok_or_else(|| rule::invalid(&path, "text"))?.into()),
        }
    }
    let parts = input.items().filter(|item| item.kind() == Kind::Object).count();
    if parts > 0 && !texts.is_empty() {
        return Err(rule::invalid(&path, "texts, each looked at by itself, or parts of one input"));
    }
    if parts > 0 {
        texts.push(joined.into());
    }
    Ok(texts)
}

/// The text of one part of an input.
fn part(item: View<'_, '_>, path: &Path<'_>) -> Result<Box<str>, Refusal> {
    if item.member("type").and_then(View::text).is_some_and(|kind| kind == IMAGE) {
        return Err(rule::refused(path, "nothing here can look at images"));
    }
    let text = item.member("text").and_then(View::text);
    text.map(Into::into).ok_or_else(|| rule::invalid(&Path::Member(path, "text"), "text"))
}

/// Reads the member of another call, which was held to its rule.
pub(super) fn asked(value: View<'_, '_>, path: &Path<'_>) -> Result<Moderating, Refusal> {
    let model = value.member("model").and_then(View::text);
    let model = model.ok_or_else(|| {
        rule::invalid(&Path::Member(path, "model"), "the name of a moderation model")
    })?;
    let policy = value.member("policy");
    let path = Path::Member(path, "policy");
    let mode = |name| {
        let side = policy.and_then(|policy| policy.member(name));
        side.map_or(Ok(Mode::default()), |side| mode(side, &Path::Member(&path, name)))
    };
    let (prompt, answer) = (mode("input")?, mode("output")?);
    Ok(Moderating { model: model.into(), prompt, answer, scores: None })
}

fn mode(side: View<'_, '_>, path: &Path<'_>) -> Result<Mode, Refusal> {
    if side.kind() == Kind::Null {
        return Ok(Mode::default());
    }
    let word = side.member("mode").and_then(View::text);
    let word = word.ok_or_else(|| rule::invalid(&Path::Member(path, "mode"), "score or block"))?;
    Ok(if word == BLOCK { Mode::Block } else { Mode::Score })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::path::Path as File;

    fn tier() -> Arc<Tier> {
        let text = include_str!("../../../config/examples/minimal.yaml");
        let policy = sluice_config::read_policy(text, File::new("minimal.yaml")).unwrap();
        Arc::clone(policy.tiers().next().unwrap())
    }

    fn read(body: &Value) -> Result<Wanted, Refusal> {
        wanted(body.to_string().as_bytes(), &Bounds::default(), &tier())
    }

    #[test]
    fn reads_every_form_that_clients_send() {
        let part = |text: &str| json!({ "type": "text", "text": text });
        for (input, texts) in [
            (json!("one"), vec!["one"]),
            (json!(""), vec![""]),
            (json!(["one", "t\u{e9}o"]), vec!["one", "t\u{e9}o"]),
            (json!([part("one"), part(" more")]), vec!["one more"]),
        ] {
            let model = Some("omni-moderation-latest".into());
            let read = read(&json!({ "input": input, "model": model, "user": "u" })).unwrap();
            let texts = texts.into_iter().map(Into::into).collect();
            assert_eq!(read, Wanted { model, texts });
        }
        assert_eq!(read(&json!({ "input": "x", "model": null })).unwrap().model, None);
    }

    #[test]
    fn refuses_what_it_could_not_look_at() {
        let image = json!({ "type": "image_url", "image_url": { "url": "https://a/b.png" } });
        let text = json!({ "type": "text", "text": "x" });
        let (unsupported, invalid) = ("unsupported_parameter", "invalid_parameter");
        for (body, code, param) in [
            (json!({ "input": [text, image] }), unsupported, "input[1]"),
            (json!({ "input": [] }), invalid, "input"),
            (json!({ "input": null }), invalid, "input"),
            (json!({}), invalid, "input"),
            (json!({ "input": 1 }), invalid, "input"),
            (json!({ "input": ["x", null] }), invalid, "input[1]"),
            (json!({ "input": ["x", [1, 2]] }), invalid, "input[1]"),
            (json!({ "input": ["x", text] }), invalid, "input"),
            (json!({ "input": [{ "type": "text" }] }), invalid, "input[0].text"),
            (json!({ "input": [{ "type": "audio" }] }), invalid, "input[0].type"),
            (json!({ "input": vec!["x"; 17] }), "cap_exceeded", "input"),
            (json!({ "input": "x", "model": 1 }), invalid, "model"),
            (json!({ "input": "x", "stream": true }), unsupported, "stream"),
            (json!({ "input": "x", "Input": "y" }), "invalid_json", "input"),
            (json!(["x"]), "invalid_json", ""),
        ] {
            let refusal = read(&body).expect_err(&body.to_string());
            let shown =
                crate::refuse::envelope(&refusal, "", sluice_config::words::Dialect::OpenAi);
            let shown: Value = serde_json::from_slice(&shown).unwrap();
            let said = shown["error"]["param"].as_str().unwrap_or_default();
            assert_eq!((refusal.code().as_str(), said), (code, param), "{body}");
        }
    }
}
