//! What a guard said.

use std::fmt;
use std::sync::Arc;

/// What a guard thinks of a text.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Verdict {
    /// Nothing is wrong with it.
    Safe,
    /// Something is.
    Unsafe,
    /// It depends on who asks; only some guards say so.
    Controversial,
    /// The guard said something that is no verdict. Never safe.
    Unparsable,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 4] = [Self::Safe, Self::Unsafe, Self::Controversial, Self::Unparsable];

    /// The word in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Controversial => "controversial",
            Self::Unparsable => "unparsable",
        }
    }
}

/// A hazard by its taxonomy and its word there, for example `mlc:S9`.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Category(Arc<str>);

impl Category {
    /// The hazard that a taxonomy calls so.
    pub fn new(taxonomy: &str, word: &str) -> Self {
        Self(format!("{taxonomy}:{word}").into())
    }

    /// Taxonomy and word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a guard said of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// In one word.
    pub verdict: Verdict,
    /// Which hazards it found. An unsafe text without one concerns all of them.
    pub categories: Vec<Category>,
    /// How sure it is that the text is unsafe, from 0 to 1, if it says.
    pub score: Option<f64>,
    /// The same for each hazard it says it of, found or not.
    pub scores: Vec<(Category, f64)>,
    /// Whether an answer declines to help, if it says.
    pub refusal: Option<bool>,
}

impl Judgement {
    /// A verdict and no more.
    pub fn of(verdict: Verdict) -> Self {
        let (categories, scores) = (Vec::new(), Vec::new());
        Self { verdict, categories, score: None, scores, refusal: None }
    }

    /// Unsafe for these hazards if there are any, else safe.
    pub(super) fn found(categories: Vec<Category>) -> Self {
        let verdict = if categories.is_empty() { Verdict::Safe } else { Verdict::Unsafe };
        Self { categories, ..Self::of(verdict) }
    }

    /// What several replies say together: whatever one of them found is found, and what one of them
    /// leaves open is open.
    pub(super) fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut whole = Self::of(Verdict::Safe);
        parts.into_iter().for_each(|part| whole.add(part));
        if whole.verdict == Verdict::Unparsable {
            return Self::of(Verdict::Unparsable);
        }
        whole
    }

    fn add(&mut self, part: Self) {
        if rank(part.verdict) > rank(self.verdict) {
            self.verdict = part.verdict;
        }
        let new = part.categories.into_iter().filter(|it| !self.categories.contains(it));
        let new: Vec<Category> = new.collect();
        self.categories.extend(new);
        for (category, score) in part.scores {
            match self.scores.iter_mut().find(|(known, _)| *known == category) {
                Some((_, known)) => *known = known.max(score),
                None => self.scores.push((category, score)),
            }
        }
        self.score = match (self.score, part.score) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        };
        self.refusal = self.refusal.or(part.refusal);
    }
}

/// What is found counts more than what is left open, and that more than what is safe.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Safe => 0,
        Verdict::Controversial => 1,
        Verdict::Unparsable => 2,
        Verdict::Unsafe => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unsafe_part_makes_the_whole_unsafe_and_one_open_part_leaves_it_open() {
        let part = |score: f64| {
            let category = Category::new("mlc", "S1");
            let found = if score > 0.5 { vec![category.clone()] } else { Vec::new() };
            let scores = vec![(category, score)];
            Judgement { score: Some(score), scores, ..Judgement::found(found) }
        };
        let joined = Judgement::joined([part(0.2), part(0.9), part(0.8)]);
        assert_eq!((joined.verdict, joined.score), (Verdict::Unsafe, Some(0.9)));
        assert_eq!((joined.categories.len(), joined.scores.len()), (1, 1));
        let open = Judgement::of(Verdict::Unparsable);
        assert_eq!(Judgement::joined([part(0.2), open.clone()]), open);
        let found = Judgement::joined([open, part(0.9)]);
        assert_eq!(found.verdict, Verdict::Unsafe);
    }
}
