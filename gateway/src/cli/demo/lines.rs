//! The lines of the demo: what is asked, by whom, and what must come of it.

use super::prose::{ADDRESS, CODE};
use super::world::World;
use serde::Serialize;

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
    /// Whether it is sent again and again until it is refused.
    pub(super) repeated: bool,
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
    repeated: false,
    ends: "200",
    shows: "",
    hides: None,
    remark: "",
    scripted: false,
    named: true,
};

/// Calls that are made until one is refused, and one to spare.
pub(super) const REPEATS_MAX: usize = 8;

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
        title: "more calls than the tier has",
        caller: "HASTY",
        prompt: "Are you ready?",
        max_tokens: Some(1),
        repeated: true,
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

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    messages: [Message<'a>; 1],
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

impl Line {
    /// The body of the call.
    pub(super) fn body(&self) -> String {
        let body = Body {
            model: self.model,
            max_tokens: self.max_tokens,
            stream: self.streamed,
            messages: [Message { role: "user", content: self.prompt }],
        };
        serde_json::to_string(&body).unwrap_or_default()
    }

    /// The call as it can be pasted into a shell.
    pub(super) fn curl(&self) -> String {
        let unbuffered = if self.streamed { "N" } else { "" };
        let call = format!(
            "curl -s{unbuffered} $API/chat/completions -H \"authorization: Bearer ${}\" \\\n  \
             -H 'content-type: application/json' -d '{}'",
            self.caller,
            self.body()
        );
        if self.repeated {
            let counted = call.replacen("curl -s ", "curl -s -o /dev/null -w '%{http_code} ' ", 1);
            return format!("for i in $(seq {REPEATS_MAX}); do\n  {counted}; done");
        }
        call
    }
}

/// The line that shows usage.
pub(super) fn usage(world: &World) -> String {
    format!("sluice usage --by tier,model -c {}", world.file.display())
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
        }
        assert_eq!(
            PLAIN.curl(),
            "curl -s $API/chat/completions -H \"authorization: Bearer $NEWCOMER\" \\\n  \
             -H 'content-type: application/json' -d '{\"model\":\"aurora-1\",\"messages\":\
             [{\"role\":\"user\",\"content\":\"What is a sluice?\"}]}'"
        );
    }

    #[test]
    fn the_last_line_names_what_was_promised() {
        let named = LINES.iter().filter(|line| line.named).map(|line| line.ends);
        assert_eq!(named.collect::<Vec<_>>(), ["200", "200", "404", "429", "content_filter"]);
    }
}
