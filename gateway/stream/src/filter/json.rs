//! Where in a JSON text a mask can stand: inside a string, or as a string in the place of a value.

/// What was read of a JSON text, character by character. What is not JSON is read as well as it
/// goes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Json(State);

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    /// Around values.
    #[default]
    Between,
    /// In a number or a word.
    Bare,
    InString,
    /// Behind a backslash.
    Escape,
    /// Behind `\u`: how many digits have come, and their value.
    Unit(u8, u16),
    /// Behind an escape that is the first half of a pair.
    Half,
}

/// As what a mask stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// Inside a string, as it is.
    Inside,
    /// For the whole of a bare value, as a string.
    Value,
}

/// How a mask suits a span.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fit {
    /// It can stand for it.
    Fits(Form),
    /// What follows tells.
    Unknown,
    /// The rest would be no JSON, though a mask could stand for the beginning of the span.
    Breaks(Option<Form>),
}

/// What follows a span.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ahead {
    Char(char),
    /// It has not come.
    Unknown,
    /// Nothing.
    End,
}

impl Json {
    /// Reads on.
    pub(super) fn read(&mut self, text: &str) {
        self.0 = text.chars().fold(self.0, State::next);
    }

    /// How a mask suits `span`, which comes next, and what follows it.
    pub(super) fn fit(self, span: &str, ahead: Ahead) -> Fit {
        match self.0 {
            State::InString => self.inside(span, ahead),
            State::Between => bare(span, ahead),
            State::Bare | State::Escape | State::Unit(..) | State::Half => Fit::Breaks(None),
        }
    }

    /// How it suits a mask that stands for what came before to stand for `span` as well.
    pub(super) fn goes_on(self, span: &str, ahead: Ahead) -> Fit {
        match self.0 {
            State::Bare if span.chars().all(is_bare) => Fit::Fits(Form::Value),
            State::Between | State::Bare => Fit::Breaks(None),
            State::InString | State::Escape | State::Unit(..) | State::Half => {
                self.inside(span, ahead)
            }
        }
    }

    /// How it suits the text that `span` is hidden, and nothing stands for it.
    pub(super) fn hides(self, span: &str, ahead: Ahead) -> Fit {
        match self.0 {
            State::InString => self.inside(span, ahead),
            _ => Fit::Breaks(None),
        }
    }

    fn inside(self, span: &str, ahead: Ahead) -> Fit {
        let mut state = self.0;
        for c in span.chars() {
            state = state.next(c);
            if state == State::Between {
                return Fit::Breaks(Some(Form::Inside));
            }
        }
        match (state, ahead) {
            (State::InString, _) => Fit::Fits(Form::Inside),
            (_, Ahead::Unknown) => Fit::Unknown,
            _ => Fit::Breaks(Some(Form::Inside)),
        }
    }
}

fn bare(span: &str, ahead: Ahead) -> Fit {
    let rest = span.trim_start_matches(is_bare);
    match (rest.is_empty(), ahead) {
        (false, _) => Fit::Breaks((rest.len() < span.len()).then_some(Form::Value)),
        (true, Ahead::Unknown) => Fit::Unknown,
        (true, Ahead::Char(next)) if is_bare(next) || next == '"' => Fit::Breaks(None),
        (true, Ahead::Char(_) | Ahead::End) => Fit::Fits(Form::Value),
    }
}

impl State {
    fn next(self, c: char) -> Self {
        match self {
            Self::Between | Self::Bare => match c {
                '"' => Self::InString,
                c if is_bare(c) => Self::Bare,
                _ => Self::Between,
            },
            Self::InString | Self::Half => match c {
                '"' => Self::Between,
                '\\' => Self::Escape,
                _ => Self::InString,
            },
            Self::Escape if c == 'u' => Self::Unit(0, 0),
            Self::Escape => Self::InString,
            Self::Unit(digits, value) => {
                let value =
                    value << 4 | c.to_digit(16).and_then(|it| u16::try_from(it).ok()).unwrap_or(0);
                match digits {
                    0..=2 => Self::Unit(digits + 1, value),
                    _ if (0xd800..0xdc00).contains(&value) => Self::Half,
                    _ => Self::InString,
                }
            }
        }
    }
}

/// Whether a character can be of a number or a word.
fn is_bare(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '"' | ',' | ':' | '[' | ']' | '{' | '}')
}
