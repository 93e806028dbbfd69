//! An OpenID Connect issuer of tests: keys, a place to fetch them, and tokens of any kind.

use crate::http::Inbox;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncWriteExt, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// Whom its tokens are for.
const AUDIENCE: &str = "https://sluice.test/api";

/// An issuer on a port of its own.
#[derive(Debug)]
pub struct Issuer {
    at: SocketAddr,
    state: Arc<State>,
    listens: AbortHandle,
}

#[derive(Debug)]
struct State {
    url: String,
    keys: Mutex<Vec<Signing>>,
    fetches: AtomicUsize,
    /// What it says instead of its keys, whole.
    says: Mutex<Option<String>>,
}

/// A key that signs.
#[derive(Clone)]
pub struct Signing {
    /// What it is called.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    key: EncodingKey,
}

impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Signing").field(&self.kid).finish()
    }
}

impl Signing {
    /// A new key on the curve P-256.
    pub fn es256(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let pkcs8 = pair.to_pkcs8v1().expect("PKCS#8");
        let key = EncodingKey::from_ec_der(pkcs8.as_ref());
        Self { kid: kid.into(), algorithm: Algorithm::ES256, key }
    }

    /// A new RSA key.
    pub fn rs256(kid: &str) -> Self {
        let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let pkcs8 = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).expect("PKCS#8");
        let text = pem::encode(&pem::Pem::new("PRIVATE KEY", pkcs8.as_ref()));
        let key = EncodingKey::from_rsa_pem(text.as_bytes()).expect("a key in PEM");
        Self { kid: kid.into(), algorithm: Algorithm::RS256, key }
    }

    /// What is published of it.
    pub fn jwk(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).expect("a public key");
        jwk.common.key_id = Some(self.kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        serde_json::to_value(jwk).expect("JSON")
    }

    /// Its public key, for a forger who takes it for a secret.
    pub fn public(&self) -> String {
        self.jwk().to_string()
    }

    /// Signs header and claims as they are written.
    pub fn signs_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encoded(header), encoded(claims));
        let signature = crypto::sign(message.as_bytes(), &self.key, self.algorithm);
        format!("{message}.{}", signature.expect("a signature"))
    }

    /// The usual header.
    pub fn header(&self) -> Value {
        let algorithm = serde_json::to_value(self.algorithm).expect("a word");
        json!({ "alg": algorithm, "typ": "at+jwt", "kid": self.kid })
    }

    /// A token with these claims.
    pub fn signs(&self, claims: &Value) -> String {
        self.signs_text(&self.header().to_string(), &claims.to_string())
    }
}

/// Text as a part of a token.
pub fn encoded(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

impl Issuer {
    /// Listens, with one key of each kind: `es-1` and `rs-1`.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let at = listener.local_addr().expect("a bound address");
        let state = Arc::new(State {
            url: format!("http://{at}"),
            keys: Mutex::new(vec![Signing::es256("es-1"), Signing::rs256("rs-1")]),
            fetches: AtomicUsize::new(0),
            says: Mutex::default(),
        });
        let serving = Arc::clone(&state);
        let listens = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answers(stream, Arc::clone(&serving)));
            }
        });
        Self { at, state, listens: listens.abort_handle() }
    }

    /// Where it is.
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// What tokens call it.
    pub fn url(&self) -> &str {
        &self.state.url
    }

    /// How it is written in a configuration: the tier of its callers is what their tokens say.
    pub fn section(&self) -> Value {
        let rule = |tier: &str| json!({ "when": { "tier": tier }, "tier": tier });
        json!({
            "issuer": self.url(), "audiences": [AUDIENCE],
            "rules": [rule("internal"), rule("trusted"), rule("public")],
        })
    }

    /// The claims of a token for a caller on the tier `trusted`, made at `now` in seconds.
    pub fn claims(&self, sub: &str, now: u64) -> Value {
        json!({
            "iss": self.url(), "aud": AUDIENCE, "sub": sub, "tier": "trusted", "iat": now,
            "exp": now + 600,
        })
    }

    /// The key of this name.
    pub fn key(&self, kid: &str) -> Signing {
        self.keys().iter().find(|key| key.kid == kid).expect("a key of that name").clone()
    }

    /// A token, signed with the newest key.
    pub fn token(&self, sub: &str, now: u64) -> String {
        let claims = self.claims(sub, now);
        self.keys().first().expect("a key").signs(&claims)
    }

    /// Has these keys and no others from now on, the newest first.
    pub fn has(&self, keys: Vec<Signing>) {
        *self.keys() = keys;
    }

    /// Answers every fetch of keys with these bytes from now on; `None` is with its keys.
    pub fn says(&self, answer: Option<String>) {
        *self.state.says.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// How often its keys were asked for.
    pub fn fetches(&self) -> usize {
        self.state.fetches.load(Ordering::SeqCst)
    }

    fn keys(&self) -> MutexGuard<'_, Vec<Signing>> {
        self.state.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.listens.abort();
    }
}

async fn answers(stream: TcpStream, state: Arc<State>) {
    let (from, mut to) = split(stream);
    let mut inbox = Inbox::new(from);
    let Ok(Some(head)) = inbox.head().await else { return };
    let path = head.first.split(' ').nth(1).unwrap_or_default();
    let answer = match path {
        "/.well-known/openid-configuration" => {
            let keys = format!("{}/jwks", state.url);
            fine(&json!({ "issuer": state.url, "jwks_uri": keys }))
        }
        "/jwks" => {
            state.fetches.fetch_add(1, Ordering::SeqCst);
            let said = state.says.lock().unwrap_or_else(PoisonError::into_inner).clone();
            said.unwrap_or_else(|| {
                let keys = state.keys.lock().unwrap_or_else(PoisonError::into_inner);
                fine(&json!({ "keys": keys.iter().map(Signing::jwk).collect::<Value>() }))
            })
        }
        // Whatever else is fetched was named by somebody who is not to be heard.
        _ => {
            state.fetches.fetch_add(1000, Ordering::SeqCst);
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".into()
        }
    };
    // Whoever has hung up does not want it.
    drop(to.write_all(answer.as_bytes()).await);
}

fn fine(body: &Value) -> String {
    let body = body.to_string();
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}
