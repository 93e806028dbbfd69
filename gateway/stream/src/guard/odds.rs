//! How sure a guard is, from the probabilities of its tokens.

/// The alternatives of each token a guard generated, as logarithms.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Odds(Vec<Vec<(String, f64)>>);

/// Which way a token speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    /// For a hazard.
    For,
    /// Against one.
    Against,
}

/// Reads a token, without white space and in lower case.
pub(super) type Reads = fn(&str) -> Option<Side>;

impl Odds {
    pub(super) fn new(tokens: Vec<Vec<(String, f64)>>) -> Self {
        Self(tokens)
    }

    /// The share of what speaks for a hazard, at the first token that is more than white space.
    pub(super) fn first(&self, reads: Reads) -> Option<f64> {
        let blank = |token: &&Vec<(String, f64)>| {
            let likeliest = token.iter().max_by(|one, other| one.1.total_cmp(&other.1));
            likeliest.is_some_and(|(text, _)| text.trim().is_empty())
        };
        share(self.0.iter().find(|token| !blank(token))?, reads)
    }

    /// The share of what speaks for a hazard, over all tokens.
    pub(super) fn all(&self, reads: Reads) -> Option<f64> {
        share(self.0.iter().flatten(), reads)
    }
}

fn share<'t>(told: impl IntoIterator<Item = &'t (String, f64)>, reads: Reads) -> Option<f64> {
    let (mut for_it, mut against) = (0.0, 0.0);
    for (token, logprob) in told {
        let probability = logprob.exp();
        // A probability above 1 is none; a little above comes from rounding.
        if !(0.0..=1.001).contains(&probability) {
            return None;
        }
        match reads(&token.trim().to_lowercase()) {
            Some(Side::For) => for_it += probability,
            Some(Side::Against) => against += probability,
            None => {}
        }
    }
    let all = for_it + against;
    (all > 0.0).then(|| for_it / all)
}

/// `yes` speaks for a hazard, `no` against.
pub(super) fn yes_or_no(token: &str) -> Option<Side> {
    match token {
        "yes" => Some(Side::For),
        "no" => Some(Side::Against),
        _ => None,
    }
}

/// `unsafe` speaks for a hazard, `safe` against; a tokeniser may cut either.
pub(super) fn unsafe_or_safe(token: &str) -> Option<Side> {
    match token {
        "unsafe" | "uns" | "un" => Some(Side::For),
        "safe" | "saf" | "sa" => Some(Side::Against),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(told: &[(&str, f64)]) -> Vec<(String, f64)> {
        told.iter().map(|(text, share)| ((*text).to_owned(), share.ln())).collect()
    }

    #[test]
    fn the_share_is_taken_where_the_verdict_is() {
        let odds = Odds::new(vec![
            token(&[("\n\n", 0.98), ("safe", 0.02)]),
            token(&[("unsafe", 0.6), ("safe", 0.2), ("x", 0.2)]),
            token(&[("safe", 1.0)]),
        ]);
        let near = |share: Option<f64>, to: f64| share.is_some_and(|it| (it - to).abs() < 1e-9);
        assert!(near(odds.first(unsafe_or_safe), 0.75));
        let answers = Odds::new(vec![token(&[("Yes", 0.3), (" no", 0.1)])]);
        assert!(near(answers.all(yes_or_no), 0.75));
        assert_eq!(Odds::default().first(yes_or_no), None);
        assert_eq!(Odds::new(vec![token(&[("x", 1.0)])]).first(yes_or_no), None);
        let impossible = Odds::new(vec![vec![("yes".into(), 3.0)]]);
        assert_eq!(impossible.all(yes_or_no), None);
        let endless = Odds::new(vec![vec![("no".into(), -1e308), ("yes".into(), 0.0)]]);
        assert!(near(endless.all(yes_or_no), 1.0));
    }
}
