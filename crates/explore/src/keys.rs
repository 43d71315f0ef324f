//! The keys of the simulator, as the judges see them.

use std::collections::BTreeMap;

use awskms_sim::Sim;
use serde_json::{Value, json};

/// A key in one Region.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Its ID; the keys of a set share it.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Where it is.
    pub region: String,
    /// Its state, such as `Enabled`.
    pub state: String,
    /// Its spec.
    pub spec: String,
    /// Its description.
    pub description: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its names.
    pub aliases: Vec<String>,
    /// Its policy.
    pub policy: Value,
}

impl Key {
    /// Whether no deletion of it is pending.
    pub fn is_live(&self) -> bool {
        !self.state.starts_with("Pending")
    }

    /// Whose it is by its owner mark; `None` without one.
    pub fn owner(&self) -> Option<&str> {
        self.tags.get("awskms:owner").map(|mark| mark.split('/').nth(1).unwrap_or(mark))
    }
}

/// All keys of a service.
pub(crate) fn all(sim: &mut Sim, now: f64) -> Vec<Key> {
    let answer = sim.control(now, "GET", "keys", &json!({})).unwrap_or_default();
    answer["keys"].as_array().into_iter().flatten().map(key).collect()
}

fn key(value: &Value) -> Key {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let arn = text("arn");
    let tags = value["tags"].as_object().into_iter().flatten();
    Key {
        id: arn.rsplit('/').next().unwrap_or_default().to_owned(),
        region: arn.split(':').nth(3).unwrap_or_default().to_owned(),
        arn,
        state: text("state"),
        spec: text("spec"),
        description: text("description"),
        tags: tags.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect(),
        aliases: value["aliases"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        policy: value["policy"].clone(),
    }
}
