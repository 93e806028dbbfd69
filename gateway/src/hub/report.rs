//! The access report of a repo, which the Hub hands out as a file: a way without a token.

use super::names::HubUser;
use super::request::RequestStatus;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Bytes of a report.
const REPORT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Persons in it.
const ROWS_MAX: usize = super::client::REQUESTS_MAX;

/// What a report says of somebody.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reported {
    /// Their name on the Hub.
    pub user: HubUser,
    /// What has become of their request.
    pub status: RequestStatus,
}

/// Why a report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// More than any repo has.
    #[error(
        "the report is too large; {REPORT_BYTES_MAX} bytes and {ROWS_MAX} rows are read at most"
    )]
    TooLarge,
    /// Not a report.
    #[error("this is no access report; download it as JSON from the settings of the repo")]
    Unreadable(#[source] serde_json::Error),
}

#[derive(Deserialize)]
struct Row {
    user: HubUser,
    status: RequestStatus,
    time: jiff::Timestamp,
    #[serde(rename = "reviewedAt")]
    reviewed_at: Option<jiff::Timestamp>,
}

/// Reads a report: everybody once, by name, with what came last.
///
/// # Errors
///
/// It is none, or too large.
pub fn report(text: &[u8]) -> Result<Vec<Reported>, ReportError> {
    if text.len() > REPORT_BYTES_MAX {
        return Err(ReportError::TooLarge);
    }
    let rows: Vec<Row> = serde_json::from_slice(text).map_err(ReportError::Unreadable)?;
    if rows.len() > ROWS_MAX {
        return Err(ReportError::TooLarge);
    }
    let mut all: BTreeMap<HubUser, (jiff::Timestamp, RequestStatus)> = BTreeMap::new();
    for Row { user, status, time, reviewed_at } in rows {
        let at = reviewed_at.unwrap_or(time).max(time);
        let held = all.entry(user).or_insert((at, status));
        if held.0 <= at {
            *held = (at, status);
        }
    }
    Ok(all.into_iter().map(|(user, (_, status))| Reported { user, status }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_names_everybody_once_with_what_came_last() {
        let row = |user: &str, status: &str, time: &str, reviewed: Option<&str>| {
            json!({
                "user": user, "fullname": "A B", "status": status, "email": null,
                "time": time, "reviewedAt": reviewed,
            })
        };
        let (one, two, three) =
            ("2026-11-01T00:00:00.000Z", "2026-11-02T00:00:00.000Z", "2026-11-03T00:00:00.000Z");
        let rows = json!([
            row("bob", "accepted", one, Some(three)),
            row("ada", "pending", two, None),
            row("bob", "pending", two, None),
        ]);
        let read = report(rows.to_string().as_bytes()).expect("a report");
        let read: Vec<_> = read.iter().map(|it| (it.user.as_str(), it.status)).collect();
        assert_eq!(read, [("ada", RequestStatus::Pending), ("bob", RequestStatus::Accepted)]);
        for none in ["", "{}", r#"[{"user":"a/b"}]"#, r#"[{"user":"a","status":"accepted"}]"#] {
            assert!(report(none.as_bytes()).is_err(), "{none}");
        }
    }
}
