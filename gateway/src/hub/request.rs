//! A request for access as the Hub lists it.

use super::error::HubError;
use super::names::{HubUser, RequestId};
use super::ordered::Ordered;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_config::words::Timestamp;

/// Answers that are kept of a request; a form has no more.
const FIELDS_MAX: usize = 64;
/// Bytes that are kept of one answer, and of its label. Whoever asked has written it.
const FIELD_BYTES_MAX: usize = 4096;
/// Bytes of an e-mail address.
const EMAIL_BYTES_MAX: usize = 320;

/// A request for access to a repo.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct HubRequest {
    /// What the Hub calls it.
    pub id: RequestId,
    /// Who asks, unless the repo hides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<HubUser>,
    /// Their address. Absent where it is hidden, or access was given without a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What has become of it.
    pub status: RequestStatus,
    /// When they asked, in milliseconds since 1970.
    #[serde(default)]
    pub at_ms: u64,
    /// What they answered to the form: label and text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(String, String)>,
    /// Why it was rejected, where the Hub says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What has become of a request.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    /// Nobody has decided yet.
    Pending,
    /// They are let in.
    Accepted,
    /// They are not, and cannot ask again.
    Rejected,
}

impl RequestStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Accepted, Self::Rejected];

    /// The word of the Hub, also in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

/// A request as it is written. What we do not know of it does not matter.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    request_id: RequestId,
    status: RequestStatus,
    timestamp: jiff::Timestamp,
    user: Option<Person>,
    fields: Option<Ordered<Value>>,
    rejection_reason: Option<String>,
}

#[derive(Deserialize)]
struct Person {
    user: Option<HubUser>,
    email: Option<String>,
}

/// Reads the requests of one page of a list.
pub(super) fn requests(page: &[u8]) -> Result<Vec<HubRequest>, HubError> {
    let items: Result<Vec<Item>, _> = serde_json::from_slice(page);
    let items = items.map_err(|_| HubError::Unreadable("a list of requests"))?;
    Ok(items.into_iter().map(HubRequest::from).collect())
}

impl From<Item> for HubRequest {
    fn from(item: Item) -> Self {
        let (user, email) = item.user.map(|it| (it.user, it.email)).unwrap_or_default();
        let fields = item.fields.map(|it| it.0).unwrap_or_default().into_iter().take(FIELDS_MAX);
        let at = u64::try_from(item.timestamp.as_millisecond()).unwrap_or_default();
        Self {
            id: item.request_id,
            user,
            email: email.filter(|it| (1..=EMAIL_BYTES_MAX).contains(&it.len())),
            status: item.status,
            at_ms: Timestamp(at).0,
            fields: fields.map(|(label, value)| (cut(label), cut(text(value)))).collect(),
            reason: item.rejection_reason.filter(|it| !it.is_empty()).map(cut),
        }
    }
}

/// Values arrive as texts, and a ticked box as `true`.
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(FIELD_BYTES_MAX));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(item: &Value) -> Option<HubRequest> {
        requests(&serde_json::to_vec(&json!([item])).expect("JSON")).ok()?.pop()
    }

    #[test]
    fn a_request_is_read_with_or_without_who_asks() {
        let mut item = json!({
            "requestId": "285a7eecbe45c66c8d9c09f9", "status": "pending", "new": {},
            "timestamp": "2026-11-24T10:00:00.500Z", "grantedBy": null, "rejectionReason": null,
            "user": { "user": "ada", "fullname": "Ada", "email": "ada@example.org", "isPro": false },
            "fields": { "Country": "DE", "Affiliation": "Uni", "I accept": true },
        });
        let request = read(&item).expect("a request");
        assert_eq!(request.user.as_ref().map(HubUser::as_str), Some("ada"));
        assert_eq!(request.email.as_deref(), Some("ada@example.org"));
        assert_eq!(request.at_ms, 1_795_514_400_500);
        let labels: Vec<&str> = request.fields.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels.len(), 3);
        assert!(request.fields.contains(&("I accept".into(), "true".into())));
        for gone in ["user", "fields"] {
            item.as_object_mut().expect("an object").remove(gone);
        }
        let hidden = read(&item).expect("a request");
        assert_eq!((hidden.user, hidden.email, hidden.fields), (None, None, vec![]));
    }

    #[test]
    fn fields_keep_their_order_and_are_cut() {
        let long = "\u{20ac}".repeat(2000);
        let body = format!(
            r#"[{{"requestId":"a","status":"accepted","timestamp":"2026-11-24T10:00:00Z",
            "fields":{{"z":"{long}","a":1,"m":null}}}}]"#
        );
        let [request] = requests(body.as_bytes()).expect("requests").try_into().expect("one");
        let labels: Vec<&str> = request.fields.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels, ["z", "a", "m"]);
        assert_eq!(request.fields[0].1.len(), 4095, "cut between two signs");
        assert_eq!(request.fields[1].1, "1");
    }

    #[test]
    fn what_is_none_is_not_read() {
        let good = json!({
            "requestId": "a", "status": "pending", "timestamp": "2026-11-24T10:00:00Z",
        });
        assert!(read(&good).is_some());
        for (name, value) in [
            ("requestId", json!("../x")),
            ("requestId", json!(7)),
            ("status", json!("granted")),
            ("timestamp", json!("yesterday")),
            ("user", json!({ "user": "a b" })),
            ("fields", json!([])),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert_eq!(read(&bad), None, "{bad}");
        }
        assert!(requests(b"{}").is_err() && requests(b"[{}").is_err());
    }
}
