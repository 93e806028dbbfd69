//! The published schema is the one the readers are made from.

use crate::world::FINE;
use serde_json::Value;
use sluice_config::schema;
use std::path::Path;

#[test]
fn the_published_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.json");
    let current = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == current,
        "config/schema.json is old; run `UPDATE=1 cargo test -p sluice-config schema`"
    );
}

#[test]
fn everything_in_it_is_described_and_closed() {
    let schema = schema();
    let mut objects = 0;
    walk(&schema, "", &mut |at, value| {
        let Some(properties) = value.get("properties").and_then(Value::as_object) else { return };
        if at.contains("oneOf") {
            return;
        }
        objects += 1;
        for (name, property) in properties {
            let described = property.get("description").and_then(Value::as_str);
            assert!(described.is_some_and(|text| !text.is_empty()), "{at}.{name}");
        }
        if !at.ends_with("Filter") {
            assert_eq!(value.get("additionalProperties"), Some(&Value::Bool(false)), "{at}");
        }
    });
    assert!(objects > 15, "{objects}");
    assert!(FINE.contains("listeners") && schema.to_string().contains("listeners"));
}

fn walk(value: &Value, at: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(at, value);
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                walk(value, &format!("{at}/{key}"), visit);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, at, visit)),
        _ => {}
    }
}
