//! The shapes of one filter, compiled together.

use super::lead::Signed;
use super::machine::Machine;
use super::scout::Scout;
use super::shapes::SHAPES;
use regex_automata::dfa::dense::BuildError;

/// The shapes of the classes of one filter.
#[derive(Debug)]
pub(super) struct Shapes {
    pub(super) scout: Scout,
    machines: Vec<Machine>,
    /// The shape that is looked for by its sign.
    pub(super) signed: Option<Signed>,
}

impl Shapes {
    pub(super) fn compile(classes: &[String]) -> Result<Self, Box<BuildError>> {
        let wanted = SHAPES.iter().filter(|shape| classes.iter().any(|class| class == shape.class));
        let machines: Vec<Machine> = wanted.map(Machine::compile).collect::<Result<_, _>>()?;
        let scout = Scout::compile(&machines);
        let signed = Signed::find(&machines);
        Ok(Self { scout, machines, signed })
    }

    /// What may stand for what it finds.
    pub(super) fn masks(&self) -> Vec<&str> {
        self.machines.iter().map(|machine| &*machine.mask.text).collect()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Machine> {
        self.machines.get(index)
    }

    /// Those of a set.
    pub(super) fn of(&self, set: u32) -> impl Iterator<Item = (usize, &Machine)> {
        let machines = self.machines.iter().enumerate().take_while(move |_| set != 0);
        machines.filter(move |(index, _)| set >> index & 1 == 1)
    }
}
