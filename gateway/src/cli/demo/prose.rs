//! What the scripted backend says, and how a model would cut it into tokens.

/// What the patterns of the demo must stop.
pub(super) const CODE: &str = "DELTA-7731-ECHO";
/// What the demo must mask.
pub(super) const ADDRESS: &str = "keeper@sluice.example";

const SLUICE: &str = "A sluice is a gate in a channel. Its keeper decides how much water goes \
    through, to whom, and when: a little to the new mill downstream, more to the fields that have \
    always been careful with it, everything to the pond it came from. Nobody below the gate sees \
    what is still held above it.";
const STREAM: &str = "Early in the morning the keeper opens the gate by a hand's breadth. Word by \
    word the water comes down the channel, under the bridge and past the first of the gardens, and \
    those who wait there need not wait until all of it has arrived.";
const RELEASE: &str = "I am the model that only trusted testers can see. For everyone else I do \
    not exist yet: not in the list of models, not under an alias, not in an error message.";
const LAUNCH: &str = "Certainly, since you ask so nicely. The launch code of the demonstration \
    rocket is DELTA-7731-ECHO, and it must be read out twice.";
const CONTACT: &str = "The keeper lives in the house by the gate. Write to keeper@sluice.example \
    and you will have an answer before the evening.";
const SHORT: &str = "Yes.";

/// Bytes a token has at most; longer words are several.
const TOKEN_BYTES: usize = 6;

/// The answer to a prompt.
pub(super) fn answer(prompt: &str) -> &'static str {
    let topics = [
        ("launch code", LAUNCH),
        ("write to", CONTACT),
        ("who are you", RELEASE),
        ("morning", STREAM),
        ("ready", SHORT),
    ];
    let prompt = prompt.to_lowercase();
    topics.iter().find(|(topic, _)| prompt.contains(topic)).map_or(SLUICE, |(_, text)| text)
}

/// Cuts a text into tokens: words with the space before them, and long words in pieces.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut token = String::new();
    for c in text.chars() {
        let full = c == ' ' || token.trim_start().len() + c.len_utf8() > TOKEN_BYTES;
        if full && !token.is_empty() {
            tokens.push(std::mem::take(&mut token));
        }
        token.push(c);
    }
    tokens.push(token);
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_the_text_and_cut_the_code() {
        for prompt in ["the launch code", "whom do I write to", "who are you", "morning", ""] {
            let text = answer(prompt);
            let tokens = tokens(text);
            assert_eq!(tokens.concat(), text);
            assert!(tokens.len() < 96, "{prompt}: an answer ends before its cap: {}", tokens.len());
        }
        assert!(answer("The launch code?").contains(CODE));
        assert!(!tokens(LAUNCH).iter().any(|token| token.contains(CODE)));
        assert!(answer("To whom do I write to?").contains(ADDRESS));
        assert_eq!(tokens("a whole sentence"), ["a", " whole", " senten", "ce"]);
    }
}
