//! Names on the command line, checked before anything is opened.

use super::out::Failure;
use sluice_config::Policy;
use sluice_config::policy::Model;
use sluice_config::words::{
    Country, CredentialId, ModelId, Operation, OrganisationId, PrincipalId, ProjectId, Purpose,
    ReleaseStage, TierId, Verification,
};
use sluice_store::By;
use std::sync::Arc;

/// Bytes of a note.
const NOTE_BYTES_MAX: usize = 1024;

/// Reads the name of a principal.
pub(super) fn principal(text: &str) -> Result<PrincipalId, String> {
    let what = "a principal is a letter or digit and then letters, digits or any of \
        `. _ : / @ + -`, 128 bytes at most";
    PrincipalId::parse(text).ok_or_else(|| what.into())
}

/// Reads the name of a principal to be: none that a token or a certificate gives.
pub(super) fn new_principal(text: &str) -> Result<PrincipalId, String> {
    let id = principal(text)?;
    if id.is_given() {
        return Err("names that begin so are given by tokens and certificates".into());
    }
    Ok(id)
}

/// Reads the name of a tier; whether the file has it is seen later.
pub(super) fn tier(text: &str) -> Result<TierId, String> {
    if text.is_empty() { Err("a tier has a name".into()) } else { Ok(TierId::new(text)) }
}

/// Reads the name of a model; whether the file has it is seen later.
pub(super) fn model(text: &str) -> Result<ModelId, String> {
    if text.is_empty() { Err("a model has a name".into()) } else { Ok(ModelId::new(text)) }
}

/// Reads the public part of a key. A whole key is taken too: whoever found one wants it to end.
pub(super) fn credential(text: &str) -> Result<CredentialId, String> {
    if let Some(key) = sluice_config::words::ApiKey::parse(text) {
        return Ok(key.credential());
    }
    let named = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let what = "expected the id of a key, as `sluice keys list` shows it";
    named.then(|| CredentialId::new(text)).ok_or_else(|| what.into())
}

/// Reads a note: one line, so that tables stay tables.
pub(super) fn note(text: &str) -> Result<String, String> {
    if text.len() <= NOTE_BYTES_MAX && !text.contains(char::is_control) {
        return Ok(text.into());
    }
    Err(format!("a note is one line of {NOTE_BYTES_MAX} bytes at most"))
}

/// Bytes of who acts.
const BY_BYTES_MAX: usize = 256;

/// Reads who acts.
pub(super) fn by_whom(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.len() <= BY_BYTES_MAX;
    let plain = fits && !text.contains(char::is_control);
    let what = || format!("who acts is one line of 1 to {BY_BYTES_MAX} bytes");
    plain.then(|| text.into()).ok_or_else(what)
}

/// Reads an operation.
pub(super) fn operation(text: &str) -> Result<Operation, String> {
    let found = Operation::ALL.into_iter().find(|operation| operation.as_str() == text);
    found.ok_or_else(|| format!("expected {}", listed(Operation::ALL.map(Operation::as_str))))
}

/// Reads what usage is told apart by.
pub(super) fn by(text: &str) -> Result<By, String> {
    By::parse(text).ok_or_else(|| format!("expected {}", listed(By::ALL.map(By::as_str))))
}

/// Refuses a tier that the file does not have, which would allow nothing.
pub(super) fn known_tier(policy: &Policy, tier: &TierId) -> Result<(), Failure> {
    if policy.tier(tier).is_some() {
        return Ok(());
    }
    let known = listed(policy.tiers().map(|tier| tier.id.as_str()));
    Err(Failure::Other(format!("the file has no tier `{tier}`; it has {known}")))
}

/// Refuses a model that the file does not have under that very name: a key for it would open nothing.
pub(super) fn known_model(policy: &Policy, model: &ModelId) -> Result<(), Failure> {
    if policy.models().any(|known| known.id == *model) {
        return Ok(());
    }
    let known = listed(policy.models().map(|model| model.id.as_str()));
    Err(Failure::Other(format!("the file has no model `{model}`; it has {known}")))
}

/// The model that is called so, or words that help. A revision, `model@revision`, must be the file's.
pub(super) fn named_model<'p>(policy: &'p Policy, name: &str) -> Result<&'p Arc<Model>, Failure> {
    policy.model(name).ok_or_else(|| {
        let known = listed(policy.models().map(|model| &*model.release));
        Failure::Other(format!("the file has no model `{name}`; it has {known}"))
    })
}

/// Reads one of the words of a closed set.
pub(super) fn word<T: Copy, const N: usize>(
    all: [T; N],
    shown: fn(T) -> &'static str,
    text: &str,
) -> Result<T, String> {
    let found = all.into_iter().find(|one| shown(*one) == text);
    found.ok_or_else(|| format!("expected {}", listed(all.map(shown))))
}

/// Reads a stage.
pub(super) fn stage(text: &str) -> Result<ReleaseStage, String> {
    word(ReleaseStage::ALL, ReleaseStage::as_str, text)
}

/// Reads a purpose.
pub(super) fn purpose(text: &str) -> Result<Purpose, String> {
    word(Purpose::ALL, Purpose::as_str, text)
}

/// Reads how well somebody is known.
pub(super) fn verification(text: &str) -> Result<Verification, String> {
    word(Verification::ALL, Verification::as_str, text)
}

/// Reads a country.
pub(super) fn country(text: &str) -> Result<Country, String> {
    Country::parse(text).ok_or_else(|| "expected the two letters of a country".into())
}

/// Reads the name of an organisation.
pub(super) fn organisation(text: &str) -> Result<OrganisationId, String> {
    principal(text).map(|name| OrganisationId::new(name.as_str())).map_err(|why| renamed(&why))
}

/// Reads the name of a project.
pub(super) fn project(text: &str) -> Result<ProjectId, String> {
    principal(text).map(|name| ProjectId::new(name.as_str())).map_err(|why| renamed(&why))
}

fn renamed(why: &str) -> String {
    why.replacen("a principal", "a name", 1)
}

/// What there is to choose from.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_config::words::ApiKey;

    #[test]
    fn principals_are_plain_words() {
        for name in ["ada", "ada@lab.example", "org/project-1", "0:x+y"] {
            assert_eq!(principal(name).map(|id| id.to_string()), Ok(name.into()));
        }
        for name in ["", "-x", "@x", "a b", "a,b", "a\"b", "ä", "a\n", &"a".repeat(129)] {
            assert!(principal(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_whole_key_names_itself() {
        let key = ApiKey::make(&[7; 64]);
        let public = key.get(10..22).unwrap();
        assert_eq!(credential(&key).unwrap().as_str(), public);
        assert_eq!(credential(public).unwrap().as_str(), public);
        for text in ["", "sk-sluice-short", "a b"] {
            assert!(credential(text).is_err(), "{text}");
        }
    }

    #[test]
    fn notes_are_one_line() {
        assert_eq!(note("for the laptop"), Ok("for the laptop".into()));
        assert!(note("two\nlines").is_err());
        assert!(note(&"a".repeat(1025)).is_err());
    }

    #[test]
    fn a_word_that_is_none_is_told_the_words() {
        assert_eq!(
            by("team").unwrap_err(),
            "expected tier, model, principal, stage, operation, day, outcome"
        );
        assert_eq!(operation("embedding"), Ok(Operation::Embedding));
        assert!(operation("embeddings").unwrap_err().contains("completion"));
    }
}
