//! Orders as they are written, and what is none.

use super::*;
use serde_json::{Value, json};

fn written() -> Value {
    json!({
        "id": "kill_1", "scope": { "model": "open-1" }, "mode": "reject", "reason": "it leaks",
        "by": "ada", "at": "2026-11-24T13:05:06.789Z", "expires": "2026-11-25T00:00:00Z",
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut directive = written();
    directive[field] = value;
    directive
}

#[test]
fn a_directive_is_read_as_it_is_written() {
    let scopes = [
        json!("everything"),
        json!({ "model": "open-1" }),
        json!({ "revision": "open-1@9f2c@1" }),
        json!({ "stage": "red_team" }),
        json!({ "tier": "public" }),
        json!({ "organisation": "acme" }),
        json!({ "project": "p" }),
        json!({ "principal": "bob" }),
        json!({ "end_user": "e_1" }),
        json!({ "region": "DE" }),
        json!({ "category": "bio" }),
    ];
    for (scope, word) in scopes.into_iter().zip(KillScope::WORDS) {
        let value = with("scope", scope);
        let directive: KillDirective = serde_json::from_value(value.clone()).expect("a directive");
        assert_eq!(directive.scope.word(), word);
        assert!(directive.scope.to_string().starts_with(word));
        assert_eq!(serde_json::to_value(&directive).expect("a value"), value);
    }
    let restore = json!({ "kill": "kill_1", "by": "ada", "at": "2026-11-24T13:05:06Z",
        "reason": "mended" });
    let read: Restore = serde_json::from_value(restore.clone()).expect("a restore");
    assert_eq!(serde_json::to_value(&read).expect("a value"), restore);
}

#[test]
fn what_is_not_exactly_a_directive_is_refused() {
    let long = "a".repeat(KILL_TEXT_BYTES_MAX + 1);
    let wrong = [
        with("more", json!(1)),
        with("in_flight", json!("abort")),
        with("id", json!("kill_")),
        with("id", json!("stop_1")),
        with("id", json!("kill_a b")),
        with("scope", json!({ "model": "" })),
        with("scope", json!({ "model": "a", "tier": "b" })),
        with("scope", json!({ "revision": "open-1" })),
        with("scope", json!({ "revision": "@9f2c" })),
        with("scope", json!({ "region": "Germany" })),
        with("scope", json!("nothing")),
        with("mode", json!("abort")),
        with("reason", json!("")),
        with("reason", json!("two\nlines")),
        with("by", json!(long)),
        with("at", json!(0)),
        with("expires", json!("2026-11-24T13:05:06.789Z")),
    ];
    assert!(serde_json::from_value::<KillDirective>(written()).is_ok());
    for value in wrong {
        assert!(serde_json::from_value::<KillDirective>(value.clone()).is_err(), "{value}");
    }
}

#[test]
fn it_ends_when_it_says() {
    let directive: KillDirective = serde_json::from_value(written()).expect("a directive");
    let expires = directive.expires.expect("an end");
    assert!(directive.holds(Timestamp(expires.0 - 1)) && !directive.holds(expires));
    let lasting = KillDirective { expires: None, ..directive };
    assert!(lasting.holds(Timestamp(u64::MAX)));
    assert_eq!(KillId::parse(KillId::make([0xab; 16]).as_str()), Some(KillId::make([0xab; 16])));
}
