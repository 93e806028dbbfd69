//! Client certificates: which open a connection, and whom they stand for.

use serde_json::{Value, json};
use sluice_store::By;
use sluice_tests::tls::{Authority, Holder, Identity, shows};
use sluice_tests::{Caller, World, put};

/// A listener with certificates of callers, and who signs for it and for them.
struct Gatehouse {
    ours: Authority,
    theirs: Authority,
    world: World,
}

impl Gatehouse {
    /// One that asks for certificates, under these rules.
    async fn with(
        rules: Value,
        change: impl FnOnce(&mut Value, &Authority, &dyn Fn(&str, &str)),
    ) -> Self {
        let (ours, theirs) = (Authority::new(), Authority::new());
        let setup = World::setup().await;
        let folder = setup.folder().to_owned();
        let own = ours.issues();
        put(&folder, "tls.pem", &own.certificate);
        put(&folder, "tls.key", &own.key);
        put(&folder, "clients.pem", &theirs.pem);
        let setup = setup.with(|file| {
            let mut tls =
                json!({ "certificate": "tls.pem", "key": "tls.key", "client_ca": ["clients.pem"] });
            change(&mut tls, &theirs, &|name, text| put(&folder, name, text));
            file["listeners"] = json!([{ "bind": "127.0.0.1:0", "tls": tls }]);
            if !rules.is_null() {
                file["identity"] = json!({ "client_certificates": { "rules": rules } });
            }
        });
        let world = setup.start().await;
        Self { ours, theirs, world }
    }

    async fn start(rules: Value) -> Self {
        Self::with(rules, |_, _, _| {}).await
    }

    async fn optional(rules: Value) -> Self {
        Self::with(rules, |tls, _, _| tls["client_certificates"] = json!("optional")).await
    }

    /// Whoever holds a certificate, with a key or without.
    async fn holder(&self, identity: Option<&Identity>, key: Option<&str>) -> Caller {
        let front = shows(&self.ours.pem, identity, self.world.api).await;
        match key {
            Some(key) => Caller::with_key(front, key),
            None => Caller::without_key(front),
        }
    }

    /// The status of a call with a certificate; 0 if there is no connection.
    async fn asks(&self, identity: Option<&Identity>, key: Option<&str>, model: &str) -> u16 {
        let caller = self.holder(identity, key).await;
        caller.asks(model).header("connection", "close").tried().await.map_or(0, |it| it.status)
    }

    async fn refused_handshakes(&self) -> i64 {
        let labels = [("reason", "handshake")];
        self.world.metrics().await.sum("sluice_connection_refusals_total", &labels)
    }
}

fn workload(uri: &str) -> Holder<'_> {
    Holder { uri: Some(uri), ..Holder::default() }
}

#[tokio::test]
async fn a_certificate_says_who_calls_and_on_which_tier() {
    let house = Gatehouse::start(json!([
        { "when": { "uri": "spiffe://lab.example/ns/prod/*" }, "tier": "trusted" },
        { "when": { "dns": ["*.batch.lab.example", "one.lab.example"] }, "tier": "public" },
        { "when": { "common_name": "old" }, "tier": "public", "principal": { "record": "bob" } },
    ]))
    .await;
    let asks = async |holder: Holder<'_>, model: &str| {
        house.asks(Some(&house.theirs.issues_to(&holder)), None, model).await
    };
    let api = "spiffe://lab.example/ns/prod/sa/api";
    assert_eq!(asks(workload(api), "trusted-1").await, 200);
    let host = Holder { dns: Some("a.batch.lab.example"), ..Holder::default() };
    assert_eq!(asks(host.clone(), "open-1").await, 200);
    assert_eq!(asks(host, "trusted-1").await, 404);
    assert_eq!(asks(Holder { common_name: "old", ..Holder::default() }, "open-1").await, 200);
    for stranger in [
        workload("spiffe://lab.example/ns/prod/"),
        workload("spiffe://lab.example/ns/production/sa/api"),
        workload("spiffe://evil.example/ns/prod/sa/api"),
        Holder { dns: Some("batch.lab.example"), ..Holder::default() },
        Holder { dns: Some("xone.lab.example"), ..Holder::default() },
        Holder { common_name: "spiffe://lab.example/ns/prod/sa/api", ..Holder::default() },
        Holder { dns: Some("old"), ..Holder::default() },
    ] {
        let (what, status) = (format!("{stranger:?}"), asks(stranger, "open-1").await);
        assert_eq!(status, 401, "{what}");
    }
    house.world.total(3).await;
    let lines = house.world.books(&[By::Principal]).await;
    let mut names: Vec<_> = lines.iter().flat_map(|line| line.of.clone()).collect();
    names.sort();
    let api = format!("certificate:{api}");
    assert_eq!(names, ["bob", "certificate:a.batch.lab.example", &api]);
}

#[tokio::test]
async fn no_certificate_and_bad_ones_fail_the_handshake() {
    let house = Gatehouse::with(
        json!([{ "when": { "common_name": "holder" }, "tier": "trusted" }]),
        |tls, theirs, put| {
            put("revoked.pem", &theirs.revokes(&[7]));
            tls["client_crls"] = json!(["revoked.pem"]);
        },
    )
    .await;
    let good = house.theirs.issues_to(&Holder::default());
    assert_eq!(house.asks(Some(&good), None, "open-1").await, 200);
    let foreign = Authority::new().issues_to(&Holder::default());
    let over = house.theirs.issues_to(&Holder { until: 2025, ..Holder::default() });
    let early = house.theirs.issues_to(&Holder { until: 2060, ..Holder::default() });
    let revoked = house.theirs.issues_to(&Holder { serial: 7, ..Holder::default() });
    let key = house.world.ada().key();
    let bad = [None, Some(&foreign), Some(&over), Some(&early), Some(&revoked)];
    for (nth, identity) in bad.into_iter().enumerate() {
        // A key does not make up for it.
        assert_eq!(house.asks(identity, Some(key), "open-1").await, 0, "the {nth}th");
        assert_eq!(house.refused_handshakes().await, i64::try_from(nth).expect("few") + 1);
    }
}

#[tokio::test]
async fn a_list_that_is_old_lets_nobody_in() {
    let house = Gatehouse::with(
        json!([{ "when": { "common_name": "holder" }, "tier": "trusted" }]),
        |tls, theirs, put| {
            put("revoked.pem", &theirs.revokes_until(&[7], 2025));
            tls["client_crls"] = json!(["revoked.pem"]);
        },
    )
    .await;
    let good = house.theirs.issues_to(&Holder::default());
    assert_eq!(house.asks(Some(&good), None, "open-1").await, 0);
}

#[tokio::test]
async fn a_certificate_that_is_revoked_stops_with_a_reload_and_a_bad_list_does_not() {
    let mut house = Gatehouse::with(
        json!([{ "when": { "common_name": "holder" }, "tier": "trusted" }]),
        |tls, theirs, put| {
            put("revoked.pem", &theirs.revokes(&[]));
            tls["client_crls"] = json!(["revoked.pem"]);
        },
    )
    .await;
    let identity = house.theirs.issues_to(&Holder { serial: 7, ..Holder::default() });
    assert_eq!(house.asks(Some(&identity), None, "open-1").await, 200);
    put(house.world.folder(), "revoked.pem", "nonsense");
    house.world.reloads(|_| {}).expect("a good file");
    assert_eq!(house.asks(Some(&identity), None, "open-1").await, 200);
    put(house.world.folder(), "revoked.pem", &house.theirs.revokes(&[7]));
    house.world.reloads(|_| {}).expect("a good file");
    assert_eq!(house.asks(Some(&identity), None, "open-1").await, 0);
}

#[tokio::test]
async fn with_a_key_both_must_hold() {
    let house = Gatehouse::optional(json!([
        { "when": { "common_name": "adas" }, "tier": "public", "principal": { "record": "ada" } },
        { "when": { "common_name": "door" } },
    ]))
    .await;
    let named = |name| house.theirs.issues_to(&Holder { common_name: name, ..Holder::default() });
    let (adas, door, other) = (named("adas"), named("door"), named("other"));
    let (ada, bob) = (house.world.ada().key(), house.world.bob().key());
    for (what, identity, key, expected) in [
        ("her own of both: the tier is that of the key", Some(&adas), Some(ada), 200),
        ("the certificate of another", Some(&adas), Some(bob), 401),
        ("a bad key beside a good certificate", Some(&adas), Some("sk-sluice-x"), 401),
        ("a certificate that opens to any key", Some(&door), Some(ada), 200),
        ("but says of itself who nobody is", Some(&door), None, 401),
        ("a certificate of nobody beside a good key", Some(&other), Some(ada), 401),
        ("no certificate, where none is required", None, Some(ada), 200),
        ("neither", None, None, 401),
    ] {
        assert_eq!(house.asks(identity, key, "trusted-1").await, expected, "{what}");
    }
    // Alone it stands for her, on the tier that records have her on.
    assert_eq!(house.asks(Some(&adas), None, "trusted-1").await, 200);
    assert_eq!(house.asks(Some(&adas), None, "open-1").await, 200);
}

#[tokio::test]
async fn without_rules_a_certificate_only_opens_the_connection() {
    let house = Gatehouse::start(Value::Null).await;
    let good = house.theirs.issues_to(&Holder::default());
    assert_eq!(house.asks(Some(&good), Some(house.world.ada().key()), "trusted-1").await, 200);
    assert_eq!(house.asks(Some(&good), None, "open-1").await, 401);
}

#[tokio::test]
async fn a_certificate_of_nobody_is_not_anonymous() {
    let rules = json!([{ "when": { "common_name": "holder" }, "tier": "trusted" }]);
    let mut house = Gatehouse::optional(rules).await;
    let anonymous = json!({ "tier": "public" });
    house.world.reloads(|file| file["identity"]["anonymous"] = anonymous).expect("a good file");
    let other = house.theirs.issues_to(&Holder { common_name: "other", ..Holder::default() });
    assert_eq!(house.asks(Some(&other), None, "open-1").await, 401);
    assert_eq!(house.asks(None, None, "open-1").await, 200);
    // Without rules it says nothing of who calls.
    let sections =
        |file: &mut Value| file["identity"] = json!({ "anonymous": { "tier": "public" } });
    house.world.reloads(sections).expect("a good file");
    assert_eq!(house.asks(Some(&other), None, "open-1").await, 200);
}

#[tokio::test]
async fn headers_say_nothing_of_a_certificate() {
    let house =
        Gatehouse::optional(json!([{ "when": { "common_name": "holder" }, "tier": "internal" }]))
            .await;
    let nobody = house.holder(None, None).await;
    for (name, value) in [
        ("x-forwarded-client-cert", "Subject=\"CN=holder\";URI=spiffe://lab.example/x"),
        ("x-ssl-client-s-dn", "CN=holder"),
        ("ssl-client-cert", "holder"),
        ("x-principal", "holder"),
        ("x-tier", "internal"),
    ] {
        nobody.asks("open-1").header(name, value).await.is_refused(401, "invalid_api_key");
    }
    // A twin of a header, which some read as it.
    nobody.asks("open-1").header("x_tier", "internal").await.is_refused(400, "bad_request");
}
