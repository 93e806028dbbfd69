//! What a backend does with one request, step by step.

use crate::Gate;

/// The answer to one request. When its steps are done the connection is kept for the next one.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Writes these bytes, as one piece.
    Send(Vec<u8>),
    /// Waits until the test opens the gate.
    Wait(Gate),
    /// Closes as one does who is done.
    Close,
    /// Closes as one does who broke down.
    Reset,
    /// Does nothing until the other side is gone.
    Hang,
}

impl Script {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Then writes these bytes, as one piece.
    #[must_use]
    pub fn send(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Step::Send(bytes.into()))
    }

    /// Then waits until the test opens `gate`.
    #[must_use]
    pub fn wait(self, gate: &Gate) -> Self {
        self.then(Step::Wait(gate.clone()))
    }

    /// Then closes the connection (FIN).
    #[must_use]
    pub fn close(self) -> Self {
        self.then(Step::Close)
    }

    /// Then resets the connection (RST).
    #[must_use]
    pub fn reset(self) -> Self {
        self.then(Step::Reset)
    }

    /// Then says nothing more, and keeps the connection open.
    #[must_use]
    pub fn hang(self) -> Self {
        self.then(Step::Hang)
    }

    /// Sends these bytes instead of what it sent last.
    #[must_use]
    pub fn ending(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.steps.pop();
        self.send(bytes)
    }

    /// Then does all that another does.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.steps.extend(other.steps);
        self
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

impl From<&str> for Script {
    /// An answer written out.
    fn from(bytes: &str) -> Self {
        Self::new().send(bytes)
    }
}
