//! Is it a receipt of ours, and for this text?

use super::Keys;
use super::claims::{Choice, Claims, hex};
use crate::refuse::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    receipt: String,
    text: Option<String>,
    texts: Option<Vec<String>>,
}

/// What a check came to.
#[derive(Debug, Serialize)]
pub(crate) struct Checked {
    /// Whether it is a receipt of ours, as we signed it.
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
    /// What it says. What nobody signed is not repeated.
    pub(crate) claims: Option<Claims>,
    /// Whether it is for these texts, all of them and no other.
    pub(crate) text_matches: bool,
}

impl Checked {
    /// Whether it is a receipt of ours for these texts.
    pub(crate) fn is_good(&self) -> bool {
        self.valid && self.text_matches
    }
}

/// Checks a receipt, and whether it is for these texts.
pub(crate) fn check(keys: &Keys, receipt: &str, texts: &[String]) -> Checked {
    match keys.verify(receipt) {
        Ok(claims) => {
            let text_matches = matches(&claims, texts);
            Checked { valid: true, reason: None, claims: Some(claims), text_matches }
        }
        Err(why) => {
            let reason = Some(why.as_str());
            Checked { valid: false, reason, claims: None, text_matches: false }
        }
    }
}

/// The answer to a question whose body is known to be strict JSON.
pub(crate) fn answer(keys: &Keys, body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let question: Question = serde_json::from_slice(body).map_err(|_| unclear())?;
    let texts = match (question.text, question.texts) {
        (Some(text), None) => vec![text],
        (None, Some(texts)) => texts,
        _ => return Err(unclear()),
    };
    let checked = check(keys, &question.receipt, &texts);
    Ok(serde_json::to_vec(&checked).unwrap_or_default())
}

fn matches(claims: &Claims, texts: &[String]) -> bool {
    let same = |(choice, text): (&Choice, &String)| choice.sha256 == hex(&Sha256::digest(text));
    claims.choices.len() == texts.len() && claims.choices.iter().zip(texts).all(same)
}

fn unclear() -> Refusal {
    let message = "send `receipt`, and `text` or, for several choices, `texts`; nothing else";
    Refusal::new(RefusalCode::InvalidParameter, message)
}
