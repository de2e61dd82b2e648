//! The same decision as `decision.rollout`, written by hand over typed structs: the limit to measure against.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(PartialEq)]
enum Word {
    Passed,
    Failed,
    Skipped,
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    generated_at: &'a str,
    #[serde(borrow)]
    gates: Vec<Gate<'a>>,
    slo: Slo,
    #[serde(borrow)]
    scenarios: Vec<Scenario<'a>>,
    #[serde(borrow)]
    drills: Vec<Drill<'a>>,
    #[serde(borrow)]
    waivers: Vec<Waiver<'a>>,
    #[serde(borrow)]
    approvals: Vec<Approval<'a>>,
    #[serde(borrow)]
    freezes: Vec<Freeze<'a>>,
}
#[derive(Deserialize)]
struct Gate<'a> {
    id: &'a str,
    status: Word,
    at: &'a str,
    blocking: bool,
}
#[derive(Deserialize)]
struct Slo {
    p95_latency_ms: f64,
    error_budget_ratio: f64,
}
#[derive(Deserialize)]
struct Scenario<'a> {
    id: &'a str,
    outcome: Word,
    blocking: bool,
}
#[derive(Deserialize)]
struct Drill<'a> {
    id: &'a str,
    status: Word,
    finished_at: &'a str,
}
#[derive(Deserialize)]
struct Waiver<'a> {
    id: &'a str,
    expires: &'a str,
}
#[derive(Deserialize)]
struct Approval<'a> {
    role: &'a str,
    at: &'a str,
}
#[derive(Deserialize)]
struct Freeze<'a> {
    id: &'a str,
    from: &'a str,
    until: &'a str,
}

/// Whether it may go, and why not.
pub fn decide(bytes: &[u8], as_of: &str) -> (bool, Vec<String>) {
    let document: Document = serde_json::from_slice(bytes).expect("the document fits");
    let now = seconds(as_of);
    let mut why = Vec::new();
    let day = 86_400;
    if now - seconds(document.generated_at) > day {
        why.push("the document is stale".to_owned());
    }
    for gate in &document.gates {
        if gate.blocking && (gate.status != Word::Passed || now - seconds(gate.at) > day) {
            why.push(format!("gate {}", gate.id));
        }
    }
    if document.slo.p95_latency_ms > 600.0 {
        why.push(format!("p95 {}", document.slo.p95_latency_ms));
    }
    if document.slo.error_budget_ratio > 0.02 {
        why.push(format!("budget {}", document.slo.error_budget_ratio));
    }
    for scenario in &document.scenarios {
        if scenario.blocking && scenario.outcome != Word::Passed {
            why.push(format!("scenario {}", scenario.id));
        }
    }
    for drill in &document.drills {
        if drill.status != Word::Passed || now - seconds(drill.finished_at) > 30 * day {
            why.push(format!("drill {}", drill.id));
        }
    }
    for waiver in &document.waivers {
        if now >= seconds(waiver.expires) {
            why.push(format!("waiver {}", waiver.id));
        }
    }
    for role in ["runtime", "control", "ops", "release"] {
        match document
            .approvals
            .iter()
            .find(|approval| approval.role == role)
        {
            Some(approval) if now - seconds(approval.at) <= day => {}
            _ => why.push(format!("approval {role}")),
        }
    }
    for freeze in &document.freezes {
        if now >= seconds(freeze.from) && now < seconds(freeze.until) {
            why.push(format!("freeze {}", freeze.id));
        }
    }
    (why.is_empty(), why)
}

/// Seconds since 1970 of `YYYY-MM-DDThh:mm:ssZ`; days by the civil-from-days formula of H. Hinnant.
fn seconds(text: &str) -> i64 {
    let number = |from: usize, to: usize| {
        text[from..to]
            .bytes()
            .fold(0i64, |n, digit| n * 10 + i64::from(digit - b'0'))
    };
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    days * 86_400 + number(11, 13) * 3_600 + number(14, 16) * 60 + number(17, 19)
}
