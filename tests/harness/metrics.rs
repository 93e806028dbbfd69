//! Reading what a node says about itself.

/// A page of metrics, in the text format of Prometheus.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// The page.
    pub text: String,
}

impl Metrics {
    /// The sum of every sample of `name` whose labels hold all of `labels`, each to
    /// the nearest whole number.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> i64 {
        let lines = self.text.lines().filter(|line| !line.starts_with('#'));
        let samples = lines.filter_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let (own, inside) = series.split_once('{').unwrap_or((series, ""));
            let held = |(key, value): &(&str, &str)| inside.contains(&format!("{key}=\"{value}\""));
            (own == name && labels.iter().all(held)).then(|| whole(value))?
        });
        samples.sum()
    }

    /// How many series it has.
    pub fn series(&self) -> usize {
        self.text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count()
    }
}

/// `7`, `7.2` and `7e0`, as 7.
fn whole(value: &str) -> Option<i64> {
    let value: f64 = value.parse().ok()?;
    format!("{value:.0}").parse().ok()
}
