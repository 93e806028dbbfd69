//! The shapes of one filter, compiled together.

use super::lead::Signed;
use super::machine::Machine;
use super::scout::Scout;

/// The shapes of one filter.
#[derive(Debug)]
pub(in crate::filter) struct Shapes {
    pub(in crate::filter) scout: Scout,
    machines: Vec<Machine>,
    /// The shape that is looked for by its sign.
    pub(super) signed: Option<Signed>,
}

impl Shapes {
    /// At most [`super::SHAPES_MAX`] of them, of which one may have a sign.
    pub(in crate::filter) fn new(machines: Vec<Machine>) -> Self {
        let scout = Scout::compile(&machines);
        let signed = Signed::find(&machines);
        Self { scout, machines, signed }
    }

    /// What may stand for what it finds.
    pub(in crate::filter) fn masks(&self) -> Vec<&str> {
        let masks = self.machines.iter().flat_map(|machine| &machine.masks);
        masks.map(|mask| &*mask.text).collect()
    }

    /// The categories of what it finds: those of shapes beside each other once.
    pub(in crate::filter) fn categories(&self) -> Vec<&str> {
        let masks = self.machines.iter().flat_map(|machine| &machine.masks);
        let mut categories: Vec<&str> = masks.map(|mask| &*mask.category).collect();
        categories.dedup();
        categories
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
