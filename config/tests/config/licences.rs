//! Licences: whose terms hold for a model, and what of them a file must agree with.

use crate::world::{FINE, around, compile};
use proptest::prelude::*;
use sluice_config::policy::Model;
use sluice_config::words::{Country, LicenceId, LicenceText, Subject};
use sluice_config::{Config, Given, licence_table, read, read_policy};
use std::path::Path;
use std::sync::Arc;

/// The SHA-256 of the text of Apache-2.0, as Debian has it.
const APACHE: &str = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30";
const OWN: &str = "id: lab-1\nfamily: lab\ntitle: The Lab Licence\n\
    accept: { required: true, subject: organisation, verified: true }\n\
    attribution: { display: Built in the lab, name_prefix: Lab, verified: true }\n\
    limits: { mau: { cap: 1000, window: month, at: now, scope: licensee }, verified: true }\n\
    region: { deny: [FR, EU], applies_to: end_user, verified: true }\n";

/// [`FINE`] with more models, each `name: what is said of it`, and more at the end.
fn file(models: &[(&str, &str)], more: &str) -> String {
    let rest = "revision: a, stage: public, upstream: local, context_tokens: 8192";
    let line = |(name, said): &(&str, &str)| format!("  {name}: {{ {said}, {rest} }}\n");
    let models: String = models.iter().map(line).collect();
    format!("{}{more}", FINE.replace("upstreams:\n", &format!("{models}upstreams:\n")))
}

fn outside() -> Given {
    around()
        .file("etc/lab.yaml", OWN)
        .file("etc/lab.txt", "You agree.\n")
        .file("etc/apache.txt", include_str!("../../../LICENSE"))
        .file("etc/other.txt", "Another text.")
        .file("etc/none.txt", " \n")
}

fn fine(models: &[(&str, &str)], more: &str) -> Config {
    let text = file(models, more);
    let config = read(&text, Path::new("etc/sluice.yaml"), &outside());
    config.unwrap_or_else(|problems| panic!("{problems}"))
}

/// The only problem.
fn fault(models: &[(&str, &str)], more: &str) -> String {
    let text = file(models, more);
    let problems = read(&text, Path::new("etc/sluice.yaml"), &outside()).map(|_| ()).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems}");
    problems.to_string()
}

fn model<'c>(config: &'c Config, name: &str) -> &'c Arc<Model> {
    config.policy.model(name).unwrap()
}

fn warned(config: &Config) -> Vec<String> {
    let warnings = config.warnings.iter();
    warnings.map(|it| format!("{}: {}: {}", it.line, it.path, it.message)).collect()
}

#[test]
fn terms_come_with_the_program_by_every_name() {
    for (said, family) in [("\"llama3.1\"", "llama"), ("\"Apache-2.0\"", "apache"), ("MIT", "mit")]
    {
        let config = fine(&[("Llama-x", &format!("licence: {said}"))], "");
        let model = model(&config, "Llama-x");
        assert_eq!(&*model.terms.family, family);
        assert_eq!(format!("\"{}\"", model.licence), format!("\"{}\"", said.trim_matches('"')));
        assert!(warned(&config).is_empty(), "{:?}", warned(&config));
    }
    let config = compile(FINE).unwrap();
    let llama = config.policy.licence(&LicenceId::new("llama3")).unwrap();
    assert!(llama.no_train_other_llm && llama.mau_cap == Some(700_000_000));
    assert_eq!(llama.use_restrictions.len(), 25);
    assert_eq!(config.policy.licences().len(), 17);
}

#[test]
fn an_unknown_licence_works_and_is_told_of() {
    let config = fine(&[("a", "licence: nobody-knows")], "");
    assert_eq!(model(&config, "a").terms.id.as_str(), "nobody-knows");
    let [warning] = &*warned(&config) else { panic!("{:?}", warned(&config)) };
    assert!(warning.starts_with("22: models.a.licence: no terms of the licence"), "{warning}");
    let config = fine(&[("b", "licence: qwen-research")], "");
    let [warning] = &*warned(&config) else { panic!("{:?}", warned(&config)) };
    assert!(warning.contains("not every term of the licence `qwen-research` was read"));
}

#[test]
fn a_licence_of_ones_own_is_in_a_file_and_so_is_its_text() {
    let more = "licences: { lab-1: { file: lab.yaml, text: lab.txt } }\n";
    let config = fine(&[("a", "licence: lab-1")], more);
    let terms = &model(&config, "a").terms;
    let [accept] = terms.accept.iter().collect::<Vec<_>>()[..] else { panic!("one text") };
    assert_eq!((accept.licence.as_str(), accept.subject), ("lab-1", Subject::Organisation));
    assert_eq!(Some(accept.text_sha256), terms.text_sha256);
    assert_eq!(terms.text.as_ref().map(LicenceText::as_str), Some("You agree.\n"));
    assert!(terms.deny_end_user.contains(&Country::parse("DE").unwrap()));
    assert_eq!((terms.deny_end_user.len(), terms.mau_cap), (27, Some(1000)));
    let shown = fault(&[("a", "licence: lab-1")], "licences: { lab-2: { file: lab.yaml } }\n");
    assert!(
        shown.contains("licences.lab-2.file: etc/lab.yaml:1:5: id: this is `lab-1`"),
        "{shown}"
    );
}

#[test]
fn a_changed_text_is_another_text_to_accept() {
    let more = "licences: { lab-1: { file: lab.yaml, text: lab.txt } }\n";
    let one = fine(&[("a", "licence: lab-1")], more);
    let other = fine(&[("a", "licence: lab-1")], &more.replace("lab.txt", "other.txt"));
    assert_ne!(model(&one, "a").terms.accept, model(&other, "a").terms.accept);
    assert_ne!(one.policy.version(), other.policy.version());
    let same = outside().file("etc/copy.txt", "You agree.\n");
    let text = file(&[("a", "licence: lab-1")], &more.replace("lab.txt", "copy.txt"));
    let same = read(&text, Path::new("etc/sluice.yaml"), &same).unwrap();
    assert_eq!(one.policy.version(), same.policy.version(), "where a text lies means nothing");
}

#[test]
fn a_text_is_the_one_that_was_read_or_one_that_was_compared() {
    let more = |text: &str| format!("licences: {{ apache-2.0: {{ text: {text} }} }}\n");
    let config = fine(&[], &more("apache.txt"));
    let hash = model(&config, "open").terms.text_sha256.unwrap();
    let byte = |at: usize| u8::from_str_radix(APACHE.get(at * 2..at * 2 + 2).unwrap(), 16).unwrap();
    assert_eq!(hash, std::array::from_fn(byte));
    let shown = fault(&[], &more("other.txt"));
    assert!(shown.contains("licences.apache-2.0.text: its SHA-256 is "), "{shown}");
    assert!(shown.contains("Debian base-files"), "{shown}");
    let config = fine(&[], &more("other.txt, other_text: true"));
    assert!(model(&config, "open").terms.accept.is_empty());
    let config = fine(&[], &more("apache.txt, accept: principal"));
    assert_eq!(model(&config, "open").terms.accept.len(), 1);
    let twice = "licences: { apache-2: { text: apache.txt }, apache2.0: { text: apache.txt } }\n";
    assert!(fault(&[], twice).contains("licences.apache2.0.text: a text of this licence is named"));
    assert!(fault(&[], &more("none.txt")).contains("etc/none.txt is no text in UTF-8"));
    assert!(fault(&[], &more("gone.txt")).contains("etc/gone.txt cannot be read"));
}

#[test]
fn what_must_be_accepted_has_a_text() {
    let shown = fault(&[("a", "licence: deepseek")], "");
    assert!(shown.starts_with("etc/sluice.yaml:22:"), "{shown}");
    assert!(shown.contains("models.a.licence: callers must accept the licence `deepseek`"));
    assert!(shown.contains("write `licences: { \"deepseek\": { text: FILE } }`"), "{shown}");
    let shown = fault(&[("a", "licence: mit, base_models: [openrail]")], "");
    assert!(shown.contains("models.a.base_models[0]: callers must accept"), "{shown}");
}

#[test]
fn a_model_made_from_others_is_under_the_strictest_of_all() {
    let models = [
        ("Llama-base", "licence: llama3.1, aliases: [meta/Llama-base]"),
        ("Llama-step", "licence: mit, base_models: [meta/Llama-base]"),
        ("Llama-3-merge", "licence: apache-2.0, base_models: [Llama-step, tongyi-qianwen, llama3]"),
    ];
    let config = fine(&models, "");
    let merged = &model(&config, "Llama-3-merge").terms;
    assert_eq!((merged.id.as_str(), &*merged.title), ("apache-2.0", "Apache License 2.0"));
    assert_eq!((merged.mau_cap, merged.no_train_other_llm), (Some(100_000_000), true));
    assert_eq!(merged.notice.len(), 3);
    assert!(merged.name_prefix.contains("Llama") && merged.name_prefix.contains("Llama 3"));
    let step = &model(&config, "Llama-step").terms;
    assert_eq!(step.use_restrictions.len(), 25, "what it was made from counts");
    let open = &model(&config, "open").terms;
    assert!(open.use_restrictions.is_empty());
}

#[test]
fn nothing_is_made_from_itself_or_from_what_is_not_there() {
    let shown = fault(&[("a", "licence: mit, base_models: [lama3]")], "");
    assert!(shown.contains("no model and no known licence is called `lama3`"), "{shown}");
    assert!(shown.contains("llama3"), "{shown}");
    let cycle = [("a", "licence: mit, base_models: [b]"), ("b", "licence: mit, base_models: [a]")];
    let text = file(&cycle, "");
    let problems = read(&text, Path::new("etc/sluice.yaml"), &outside()).map(|_| ()).unwrap_err();
    assert!(problems.to_string().contains("not made from itself: a → b → a"), "{problems}");
    let own = fault(&[("a", "licence: mit, base_models: [a]")], "");
    assert!(own.contains("not made from itself: a → a"), "{own}");
    let many = format!("licence: mit, base_models: [{}]", ["mit"; 17].join(", "));
    assert!(fault(&[("a", &many)], "").contains("models.a.base_models: more than 16"));
    let said: Vec<_> = (0..40_u8)
        .map(|at| (format!("m{at}"), format!("licence: mit, base_models: [m{}]", at + 1)))
        .chain([("m40".into(), "licence: mit".into())])
        .collect();
    let long: Vec<_> = said.iter().map(|(name, said)| (name.as_str(), said.as_str())).collect();
    let problems = read(&file(&long, ""), Path::new("etc/sluice.yaml"), &outside());
    assert!(problems.map(|_| ()).unwrap_err().to_string().contains("more than 16 generations"));
}

#[test]
fn a_derived_model_is_named_as_its_base_asks_by_each_name() {
    let said = "licence: llama3.1, base_models: [llama3.1]";
    assert!(fault(&[("lab-8b", said)], "").contains("a name that begins with `Llama`"));
    let alias = format!("{said}, aliases: [lab/Llama-8b, eight]");
    let shown = fault(&[("Llama-8b", &alias)], "");
    assert!(shown.contains("models.Llama-8b.aliases[1]: the licence of its base"), "{shown}");
    fine(&[("Llama-8b", said)], "");
    // The weights themselves may be called anything; whether they are that, only a person knows.
    let config = fine(&[("lab-8b", "licence: llama3.1")], "");
    let [warning] = &*warned(&config) else { panic!("{:?}", warned(&config)) };
    assert!(warning.contains("if these weights were made from others"), "{warning}");
}

#[test]
fn a_licensee_is_at_home_where_the_terms_allow() {
    let home = |country: &str| format!("licensee: {{ country: {country} }}\n");
    let text = [("Llama-4", "licence: llama4, modalities: [text]")];
    let sees = [("Llama-4", "licence: llama4, modalities: [text, image]")];
    let silent = [("Llama-4", "licence: llama4")];
    fine(&text, &home("de"));
    for country in ["DE", "fr"] {
        let shown = fault(&sees, &home(country));
        assert!(shown.contains("models.Llama-4.licence: its terms exclude licensees"), "{shown}");
        assert!(fault(&silent, &home(country)).contains("write `modalities`"));
    }
    fine(&sees, &home("CH"));
    fine(&silent, &home("US"));
    let [warning] = &*warned(&fine(&sees, "")) else { panic!("one warning") };
    assert!(warning.contains("write `licensee: { country: CC }`"), "{warning}");
    for wrong in ["EU", "DEU", "XX"] {
        assert!(fault(&[], &home(wrong)).contains("licensee.country: expected the two letters"));
    }
}

#[test]
fn a_bad_licence_file_says_where_it_is_bad() {
    let models = [("a", "licence: lab-1")];
    let more = "licences: { lab-1: { file: lab.yaml, text: lab.txt } }\n";
    for (from, to, what) in [
        ("id: lab-1", "id: lab-9", "this is `lab-9`, but it is named for `lab-1`"),
        ("family: lab\n", "", "`family` is missing"),
        ("subject: organisation", "subject: nobody", ":4:36: accept.subject: unknown word"),
        ("name_prefix: Lab", "name_prefix: Lab, more: 1", "attribution.more: unknown field"),
        ("window: month", "window: year", "unknown word"),
        ("deny: [FR, EU]", "deny: [FR, EEA]", "region.deny[1]: expected the two letters"),
        ("display: Built in the lab", "display: \"a\\r\\nset-cookie: b\"", "visible ASCII"),
    ] {
        assert_eq!(OWN.matches(from).count(), 1, "{from}");
        let given = outside().file("etc/lab.yaml", OWN.replace(from, to));
        let read = read(&file(&models, more), Path::new("etc/sluice.yaml"), &given);
        let shown = read.map(|_| ()).unwrap_err().to_string();
        assert!(
            shown.contains("licences.lab-1.file: etc/lab.yaml:") && shown.contains(what),
            "{shown}"
        );
    }
    let shown = fault(&[], "licences: { llama9: { text: lab.txt } }\n");
    assert!(shown.contains("licences.llama9: no terms of this licence are known"), "{shown}");
}

proptest! {
    #[test]
    fn any_licence_file_is_read_or_refused(
        at in any::<prop::sample::Index>(),
        cut in 0_usize..12,
        put in "[\\PC\n\t]{0,8}",
    ) {
        let mut own: Vec<char> = OWN.chars().collect();
        let at = at.index(own.len());
        own.splice(at..(at + cut).min(own.len()), put.chars());
        let given = outside().file("etc/lab.yaml", own.into_iter().collect::<String>());
        let more = "licences: { lab-1: { file: lab.yaml, text: lab.txt } }\n";
        let text = file(&[("a", "licence: lab-1")], more);
        if let Err(problems) = read(&text, Path::new("etc/sluice.yaml"), &given) {
            let all = problems.to_string();
            prop_assert!(all.lines().all(|line| line.contains("licences.lab-1.file")), "{}", all);
        }
    }
}

#[test]
fn what_a_file_would_decide_is_asked_with_its_licences() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lab.yaml"), OWN).unwrap();
    std::fs::write(folder.path().join("lab.txt"), "You agree.\n").unwrap();
    let more = "licences: { lab-1: { file: lab.yaml, text: lab.txt } }\n";
    let text = file(&[("a", "licence: lab-1")], more);
    let policy = read_policy(&text, &folder.path().join("sluice.yaml")).unwrap();
    assert_eq!(policy.model("a").unwrap().terms.accept.len(), 1);
}

#[test]
fn the_book_has_the_table_of_terms() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/book/src/licences.md");
    let (begin, end) = ("<!-- generated: the terms -->\n\n", "\n<!-- end of generated -->");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let current = format!("{before}{begin}{}{end}{after}", licence_table());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let what = "run `UPDATE=1 cargo test -p sluice-config licences`";
    assert!(page == current || std::env::var_os("UPDATE").is_some(), "{what}");
}
