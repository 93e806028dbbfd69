//! The licences that come with the program: one file each in `config/licences`.

/// Names each file once; the name is the id, and the name of the file.
macro_rules! shipped {
    ($($id:literal),+ $(,)?) => {
        &[$(($id, include_str!(concat!("../../../licences/", $id, ".yaml")))),+]
    };
}

/// Each by its id, as it is written.
pub(super) const SHIPPED: &[(&str, &str)] = shipped![
    "apache-2.0",
    "deepseek",
    "gemma",
    "llama3",
    "llama3.1",
    "llama3.2",
    "llama3.3",
    "llama4",
    "mit",
    "mnpl",
    "mrl",
    "openrail-m",
    "proprietary",
    "qwen",
    "qwen-research",
    "tongyi-qianwen",
    "tongyi-qianwen-research",
];

#[cfg(test)]
mod tests {
    use super::super::known::Known;
    use super::*;
    use crate::file::Terms;
    use crate::load::written;
    use std::collections::BTreeSet;
    use std::path::Path;

    const FOOT: &str = "It is not legal advice, and not\n# the licence: read the text.\n";

    #[test]
    fn every_file_is_listed_and_ends_with_what_it_is_not() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("licences");
        let found = std::fs::read_dir(folder).unwrap();
        let found = found.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let listed = SHIPPED.iter().map(|(id, _)| format!("{id}.yaml"));
        assert_eq!(found.collect::<BTreeSet<_>>(), listed.collect());
        for (id, text) in SHIPPED {
            assert!(text.ends_with(FOOT), "{id}");
        }
    }

    #[test]
    fn every_file_is_fine_and_no_two_have_one_name() {
        let mut names = BTreeSet::new();
        for (id, text) in SHIPPED {
            let (terms, _, mut problems) = written::<Terms>(text, Path::new(id)).unwrap();
            let known = Known::of(&terms, id, &mut problems).unwrap();
            assert!(problems.is_empty(), "{problems}");
            assert_eq!(known.licence.id.as_str(), *id);
            for name in &known.names {
                assert!(names.insert(name.clone()), "{id}: {name} is taken");
            }
            let hashed = terms.text_sha256.is_some();
            assert_eq!(hashed, terms.seen.is_some(), "{id}: say where the text was seen");
        }
    }
}
