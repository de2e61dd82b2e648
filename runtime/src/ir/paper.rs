//! What is written for people: messages and reports. Knows their shape; knows no decision.

use super::{NodeId, OriginId, TextId};
use crate::decision::Outcome;
use crate::ty::Ty;
use serde::{Deserialize, Serialize};

/// `report NAME to "file.json" [on OUTCOMES] …`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// Where it is written, relative to the folder of `--reports`.
    pub to: TextId,
    /// `on …`; empty for every outcome.
    pub on: Vec<Outcome>,
    /// What it says.
    pub body: Body,
    /// Where it stands.
    pub at: OriginId,
}

/// What a report says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// `{ name: x … }`: a record, written as one JSON object.
    Json(NodeId),
    /// `= "…"`
    Text(TextId),
}

/// `message NAME { name: TYPE … text "…" }`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Its name.
    pub name: String,
    /// Its holes, in the order of the policy.
    pub holes: Vec<Hole>,
    /// The template as it is filled for people: what must be filled in by hand stands there as `{name}`.
    pub text: TextId,
    /// Where it stands.
    pub at: OriginId,
}

/// A hole of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hole {
    /// Its name.
    pub name: String,
    /// What is to be filled in.
    pub ty: Ty,
    /// What stands there unless somebody says more; `None` must be filled in.
    pub default: Option<NodeId>,
}
