//! Programs: what a user's code says of its keys, as small as data can be.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::json::{self, Properties};

/// The Region of keys that name none.
pub const REGION: &str = "us-east-1";

/// What secret values contain.
pub(crate) const PLANTED: &str = "hunter2";

/// One key of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Spec {
    /// The resource's name.
    pub name: String,
    /// Its alias, after `alias/`; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alias: String,
    /// Its description; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The value of its tag `t`; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag: String,
    /// Whether description and tag are secret.
    #[serde(skip_serializing_if = "no")]
    pub secret: bool,
    /// Whether it is disabled.
    #[serde(skip_serializing_if = "no")]
    pub disabled: bool,
    /// Another spec than the usual one: another key.
    #[serde(skip_serializing_if = "no")]
    pub hmac: bool,
    /// `replacementPolicy` stays FORBID.
    #[serde(skip_serializing_if = "no")]
    pub forbidden: bool,
    /// A role that may use it; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Its `deletionPolicy`; empty for the default.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub deletion_policy: String,
    /// A multi-Region key, with replicas in these Regions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<Vec<String>>,
    /// The resource option `replacementTrigger`; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub trigger: String,
    /// The resource option `deleteBeforeReplace`.
    #[serde(skip_serializing_if = "no")]
    pub delete_before: bool,
    /// The key that it takes over; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub adopt: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn no(flag: &bool) -> bool {
    !flag
}

/// The keys of a program, in its order.
pub type Program = Vec<Spec>;

impl Spec {
    /// The inputs that the program gives the engine.
    pub(crate) fn inputs(&self) -> Properties {
        let mut inputs = Properties::new();
        let mut set = |name: &str, value: &str, prefix: &str| {
            if !value.is_empty() {
                inputs.insert(name.to_owned(), Value::String(format!("{prefix}{value}")));
            }
        };
        set("alias", &self.alias, "alias/");
        set("deletionPolicy", &self.deletion_policy, "");
        set("adopt", &self.adopt, "");
        if !self.description.is_empty() {
            inputs.insert("description".into(), self.hidden(&self.description));
        }
        if !self.tag.is_empty() {
            inputs.insert("tags".into(), json!({ "t": self.hidden(&self.tag) }));
        }
        if !self.role.is_empty() {
            inputs.insert("policy".into(), json!({ "usageRoles": [role_arn(&self.role)] }));
        }
        if self.disabled {
            inputs.insert("enabled".into(), json!(false));
        }
        if self.hmac {
            inputs.insert("keySpec".into(), json!("HMAC_256"));
        }
        if !self.forbidden {
            inputs.insert("replacementPolicy".into(), json!("ALLOW"));
        }
        if let Some(regions) = &self.replicas {
            inputs.insert("multiRegion".into(), json!(true));
            let replicas: Vec<Value> = regions.iter().map(|region| json!({ "region": region })).collect();
            inputs.insert("replicas".into(), json!(replicas));
        }
        inputs
    }

    fn hidden(&self, value: &str) -> Value {
        if self.secret { json::secret(&json!(self.text(value))) } else { json!(value) }
    }

    /// A description or tag as KMS shall have it.
    pub(crate) fn text(&self, value: &str) -> String {
        if self.secret && !value.is_empty() { format!("{PLANTED} {value}") } else { value.to_owned() }
    }

    /// The Regions of its keys.
    pub(crate) fn regions(&self) -> Vec<&str> {
        std::iter::once(REGION).chain(self.replicas.iter().flatten().map(String::as_str)).collect()
    }
}

/// The ARN of a role that programs name.
pub(crate) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::123456789012:role/{name}")
}
