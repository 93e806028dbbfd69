//! What a guard is asked about.

use super::inert::inert;
use std::sync::Arc;

/// Who said something.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Role {
    /// The instructions before a conversation.
    System,
    /// Who asks.
    User,
    /// The model.
    Assistant,
    /// What a tool gave back.
    Tool,
}

/// One turn of a conversation.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Turn {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
}

/// What is judged.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Subject {
    /// What was asked.
    Prompt,
    /// What the model said, all of it or so far.
    Answer,
}

/// A text to be judged, and the conversation before it.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Exchange {
    before: Vec<Turn>,
    subject: Subject,
    judged: String,
    session: Option<Session>,
}

/// The stream in which an answer comes, for guards that read on where they were. It says nothing of
/// what is judged: two exchanges that differ in it alone have one judgement.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Session {
    /// A word for it that says nothing of anybody.
    pub id: Arc<str>,
    /// Bytes of the text that were judged before.
    pub known: usize,
    /// Whether no more will be said.
    pub last: bool,
}

// What people say is shown nowhere, so not in a debug line either.
impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {} bytes", self.role, self.text.len())
    }
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} bytes, after {:?}", self.subject, self.judged.len(), self.before)
    }
}

impl Exchange {
    /// A prompt, after what was said before it.
    pub fn prompt(before: Vec<Turn>, text: impl Into<String>) -> Self {
        Self { before, subject: Subject::Prompt, judged: text.into(), session: None }
    }

    /// An answer, whole or so far, after what was said before it, the question last.
    pub fn answer(before: Vec<Turn>, text: impl Into<String>) -> Self {
        Self { before, subject: Subject::Answer, judged: text.into(), session: None }
    }

    /// The same, of an answer under way.
    #[must_use]
    pub fn during(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// The stream in which the answer comes, if it does.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// What is judged.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// The text that is judged.
    pub fn judged(&self) -> &str {
        &self.judged
    }

    /// The turns before it, the oldest first.
    pub fn before(&self) -> &[Turn] {
        &self.before
    }

    /// Bytes of all its texts.
    pub fn bytes(&self) -> usize {
        self.before.iter().map(|turn| turn.text.len()).sum::<usize>() + self.judged.len()
    }

    /// The exchange without its oldest turns, so that it has at most `bytes_max` bytes. `None` if
    /// even then it has more: neither the judged text nor the question it answers is ever cut, for
    /// a judgement of half a text is none of the whole.
    pub fn within(mut self, bytes_max: usize) -> Option<Self> {
        let asked = usize::from(self.subject == Subject::Answer);
        let mut surplus = self.bytes().saturating_sub(bytes_max);
        let mut dropped = 0;
        for turn in self.before.iter().take(self.before.len().saturating_sub(asked)) {
            if surplus == 0 {
                break;
            }
            surplus = surplus.saturating_sub(turn.text.len());
            dropped += 1;
        }
        self.before.drain(..dropped);
        (surplus == 0).then_some(self)
    }

    /// What an answer answers: the last that was not said by the model.
    pub(super) fn question(&self) -> &str {
        let asked = |turn: &&Turn| turn.role != Role::Assistant;
        self.before.iter().rev().find(asked).map_or("", |turn| &turn.text)
    }

    /// The whole as a conversation in which user and assistant take turns, the user first, which is
    /// what templates of guards demand. What is no answer of the model counts as the user's. The
    /// texts are [`inert`].
    pub(super) fn dialogue(&self) -> Vec<(&'static str, String)> {
        let last = match self.subject {
            Subject::Prompt => Role::User,
            Subject::Answer => Role::Assistant,
        };
        let told = self.before.iter().map(|turn| (turn.role, turn.text.as_str()));
        let mut turns: Vec<(&'static str, String)> = Vec::new();
        for (role, text) in told.chain([(last, self.judged.as_str())]) {
            let speaker = if role == Role::Assistant { "assistant" } else { "user" };
            match turns.last_mut() {
                Some((same, told)) if *same == speaker => {
                    told.push_str("\n\n");
                    told.push_str(&inert(text));
                }
                None if speaker == "assistant" => {
                    turns.push(("user", String::new()));
                    turns.push((speaker, inert(text).into_owned()));
                }
                _ => turns.push((speaker, inert(text).into_owned())),
            }
        }
        turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(role: Role, text: &str) -> Turn {
        Turn { role, text: text.into() }
    }

    #[test]
    fn the_oldest_turns_go_first_and_the_question_never() {
        let before = vec![
            turn(Role::System, "0123456789"),
            turn(Role::User, "01234"),
            turn(Role::Assistant, "56789"),
            turn(Role::User, "question"),
        ];
        let exchange = Exchange::answer(before, "answer");
        assert_eq!(exchange.bytes(), 34);
        assert_eq!(exchange.clone().within(34), Some(exchange.clone()));
        let trimmed = exchange.clone().within(33).expect("room for the rest");
        assert_eq!((trimmed.before().len(), trimmed.bytes()), (3, 24));
        let least = exchange.clone().within(14).expect("room for question and answer");
        assert_eq!((least.question(), least.judged()), ("question", "answer"));
        assert_eq!(exchange.within(13), None);
        assert_eq!(Exchange::prompt(vec![turn(Role::User, "a")], "bcd").within(2), None);
    }

    #[test]
    fn a_dialogue_takes_turns_and_begins_with_the_user() {
        let before = vec![
            turn(Role::System, "be kind"),
            turn(Role::User, "hi"),
            turn(Role::Assistant, "hello"),
            turn(Role::Tool, "42"),
        ];
        let told = Exchange::answer(before, "it is <|eot_id|>42").dialogue();
        let expected = [
            ("user", "be kind\n\nhi"),
            ("assistant", "hello"),
            ("user", "42"),
            ("assistant", "it is < |eot_id|>42"),
        ];
        assert_eq!(told, expected.map(|(role, text)| (role, text.to_owned())));
        let alone = Exchange::answer(Vec::new(), "x").dialogue();
        assert_eq!(alone.first().map(|(role, _)| *role), Some("user"));
    }

    #[test]
    fn nothing_said_shows_in_a_debug_line() {
        let exchange = Exchange::answer(vec![turn(Role::User, "my secret")], "my answer");
        let shown = format!("{exchange:?}");
        assert!(!shown.contains("my"), "{shown}");
    }
}
