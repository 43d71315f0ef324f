//! Grants: what a principal may do with a key without its policy saying so.

mod constraints;
mod party;
pub(crate) mod token;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::key::{Key, Seconds};
use crate::regions;
use crate::state::State;

pub(crate) use constraints::Constraints;
pub(crate) use party::{Party, service_name};

/// Operations that no encryption context goes with, so that no constraint applies to them.
pub(crate) const WITHOUT_CONTEXT: [&str; 3] = ["CreateGrant", "DescribeKey", "RetireGrant"];

/// What was asked for. A repeated request with the same name and the same terms is the same grant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) name: Option<String>,
    pub(crate) grantee: Party,
    pub(crate) retiring: Option<Party>,
    pub(crate) issuing_account: String,
    pub(crate) operations: Vec<String>,
    pub(crate) constraints: Constraints,
}

/// A grant on a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) created: Seconds,
    pub(crate) terms: Terms,
}

/// Who asks by which right of IAM's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) caller: &'a Caller,
    /// Whether the caller's own IAM policies allow the action; what is granted to an account is shared out by them.
    pub(crate) allowed_by_iam: bool,
}

impl Grant {
    /// Whether the grant lets someone do something.
    pub(crate) fn allows(&self, asker: Asker<'_>, operation: &str, context: &BTreeMap<String, String>) -> bool {
        let terms = &self.terms;
        terms.operations.iter().any(|name| name == operation)
            && terms.grantee.is(asker)
            && terms.constraints.hold_for_source(&asker.caller.facts)
            && (WITHOUT_CONTEXT.contains(&operation) || terms.constraints.hold(context))
    }

    /// Whether the grant lets someone make another one: of no more operations and under no laxer constraints.
    pub(crate) fn allows_child(&self, asker: Asker<'_>, child: &Terms) -> bool {
        self.allows(asker, "CreateGrant", &BTreeMap::new())
            && child.operations.iter().all(|name| self.terms.operations.contains(name))
            && self.terms.constraints.cover(&child.constraints)
    }

    /// Whether someone may retire the grant by what the grant itself says.
    pub(crate) fn retirable_by(&self, asker: Asker<'_>) -> bool {
        let by_grantee = self.terms.operations.iter().any(|name| name == "RetireGrant");
        self.terms.retiring.as_ref().is_some_and(|party| party.is(asker))
            || (by_grantee && self.terms.grantee.is(asker))
    }

    /// The grant in a list.
    pub(crate) fn entry(&self, state: &State, key: &Key) -> Value {
        let terms = &self.terms;
        let mut entry = json!({
            "KeyId": key.arn,
            "GrantId": self.id,
            "CreationDate": self.created,
            "IssuingAccount": format!("arn:{}:iam::{}:root", regions::partition(&key.region), terms.issuing_account),
            "Operations": terms.operations,
        });
        if let Some(name) = &terms.name {
            entry["Name"] = json!(name);
        }
        entry[terms.grantee.member("Grantee")] = json!(terms.grantee.shown(state));
        if let Some(retiring) = &terms.retiring {
            entry[retiring.member("Retiring")] = json!(retiring.shown(state));
        }
        if let Some(constraints) = terms.constraints.shown() {
            entry["Constraints"] = constraints;
        }
        entry
    }
}

/// Operations that a grant on a key may allow.
pub(crate) fn operations_of(key: &Key) -> Vec<&'static str> {
    let own: &[&str] = match key.usage.as_str() {
        "ENCRYPT_DECRYPT" if key.is_symmetric() => &[
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "ReEncryptFrom",
            "ReEncryptTo",
        ],
        "ENCRYPT_DECRYPT" => &["Decrypt", "Encrypt", "GetPublicKey", "ReEncryptFrom", "ReEncryptTo"],
        "SIGN_VERIFY" => &["GetPublicKey", "Sign", "Verify"],
        "KEY_AGREEMENT" => &["DeriveSharedSecret", "GetPublicKey"],
        "GENERATE_VERIFY_MAC" => &["GenerateMac", "VerifyMac"],
        _ => &["Decapsulate", "Encapsulate", "GetPublicKey"],
    };
    [own, &WITHOUT_CONTEXT].concat()
}
