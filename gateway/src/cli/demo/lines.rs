//! The lines of the demo: what is asked, by whom, and what must come of it.

use super::prose::{ADDRESS, CODE};
use super::screen::indented;
use super::world::World;
use std::path::Path;

/// One line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// What it shows.
    pub(super) title: &'static str,
    /// The variable with the key of whoever calls.
    pub(super) caller: &'static str,
    /// The model asked for.
    model: &'static str,
    /// What is said to it.
    prompt: &'static str,
    streamed: bool,
    max_tokens: Option<u32>,
    /// How often it is sent, at most: until it is refused.
    pub(super) times: usize,
    /// How it must end: a status, or the reason an answer was stopped for.
    pub(super) ends: &'static str,
    /// What must be seen in the answer.
    pub(super) shows: &'static str,
    /// What must not be seen in the answer, if anything.
    pub(super) hides: Option<&'static str>,
    /// What there is to say about it.
    pub(super) remark: &'static str,
    /// Whether it only shows something if the scripted backend answers.
    pub(super) scripted: bool,
    /// Whether the last line of the demo names how it ended.
    pub(super) named: bool,
}

/// A call of the public tier that is answered.
const PLAIN: Line = Line {
    title: "an answer",
    caller: "NEWCOMER",
    model: "aurora-1",
    prompt: "What is a sluice?",
    streamed: false,
    max_tokens: None,
    times: 1,
    ends: "200",
    shows: "",
    hides: None,
    remark: "",
    scripted: false,
    named: true,
};

/// Every line, in order.
pub(super) const LINES: [Line; 8] = [
    PLAIN,
    Line {
        title: "a streamed answer",
        prompt: "What happens in the morning?",
        streamed: true,
        ..PLAIN
    },
    Line {
        title: "a model that is not released to this tier: hidden, so it does not exist",
        model: "aurora-3",
        prompt: "Who are you?",
        ends: "404",
        shows: "model_not_found",
        ..PLAIN
    },
    Line {
        title: "the same call by a trusted tester",
        caller: "PARTNER",
        model: "aurora-3",
        prompt: "Who are you?",
        named: false,
        ..PLAIN
    },
    Line {
        title: "more calls than the tier allows",
        caller: "HASTY",
        prompt: "Are you ready?",
        max_tokens: Some(1),
        times: 8,
        ends: "429",
        shows: "rate_limit_exceeded",
        ..PLAIN
    },
    Line {
        title: "a stream that a filter stops",
        prompt: "What is the launch code?",
        streamed: true,
        ends: "content_filter",
        shows: "The launch code",
        hides: Some("DELTA"),
        remark: "stopped with finish_reason content_filter; the model went on to say the code, \
            and not a byte of it left the gateway",
        scripted: true,
        ..PLAIN
    },
    Line {
        title: "the same question by staff, whose tier has no filter",
        caller: "STAFF",
        prompt: "What is the launch code?",
        streamed: true,
        shows: CODE,
        scripted: true,
        named: false,
        ..PLAIN
    },
    Line {
        title: "an e-mail address that a filter masks",
        prompt: "Whom do I write to about the gate?",
        shows: "[email]",
        hides: Some(ADDRESS),
        scripted: true,
        named: false,
        ..PLAIN
    },
];

impl Line {
    /// The body of the call, written as people write it.
    pub(super) fn body(&self) -> String {
        let Self { model, prompt, .. } = self;
        let stream = if self.streamed { ", \"stream\": true" } else { "" };
        let most = self.max_tokens.map(|most| format!(", \"max_tokens\": {most}"));
        let most = most.unwrap_or_default();
        let said = format!("{{\"role\": \"user\", \"content\": \"{prompt}\"}}");
        format!("{{\"model\": \"{model}\"{stream}{most},\n       \"messages\": [{said}]}}")
    }

    /// The call as it can be pasted into a shell.
    pub(super) fn curl(&self) -> String {
        let options = match (self.times, self.streamed) {
            (1, false) => "-s",
            (1, true) => "-sN",
            _ => "-s -o /dev/null -w '%{http_code}\\n'",
        };
        let (caller, body) = (self.caller, self.body());
        let call = format!(
            "curl {options} $API/chat/completions \\\n  \
             -H \"authorization: Bearer ${caller}\" -H 'content-type: application/json' \\\n  \
             -d '{body}'"
        );
        if self.times == 1 {
            return call;
        }
        format!("for i in $(seq {}); do\n{}\ndone", self.times, indented(&call, 2))
    }
}

/// The line that shows usage.
pub(super) fn usage(world: &World) -> String {
    format!("{} usage --by tier,model -c {}", program(), world.file.display())
}

/// How this program is called from here.
fn program() -> String {
    let from = std::env::current_dir().unwrap_or_default();
    let found = std::env::current_exe().ok();
    let shown = found.as_deref().map(|found| found.strip_prefix(&from).unwrap_or(found));
    shown.map_or("sluice".into(), |path: &Path| path.display().to_string())
}

/// The line that shows metrics.
pub(super) fn metrics(world: &World) -> String {
    format!("curl -s http://{}/metrics", world.running.ops)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_can_be_pasted() {
        for line in LINES {
            let curl = line.curl();
            assert_eq!(curl.matches('\'').count() % 2, 0, "{curl}");
            assert!(!line.body().contains('\''), "{curl}");
            let body: serde_json::Value = serde_json::from_str(&line.body()).unwrap();
            assert_eq!(body["messages"][0]["content"], line.prompt);
        }
        assert_eq!(
            PLAIN.curl(),
            r#"curl -s $API/chat/completions \
  -H "authorization: Bearer $NEWCOMER" -H 'content-type: application/json' \
  -d '{"model": "aurora-1",
       "messages": [{"role": "user", "content": "What is a sluice?"}]}'"#
        );
    }

    #[test]
    fn the_last_line_names_what_was_promised() {
        let named = LINES.iter().filter(|line| line.named).map(|line| line.ends);
        assert_eq!(named.collect::<Vec<_>>(), ["200", "200", "404", "429", "content_filter"]);
    }
}
