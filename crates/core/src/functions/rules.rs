//! Rules for arguments that no table states: what goes together, and what texts mean.

use super::arguments::text;
use super::base64;
use super::generated::{Function, names as named};
use crate::failure::Failure;
use crate::ids::{self, KmsArn, nearest};
use crate::path::Path;
use crate::policy;
use crate::value::{PropertyMap, PropertyValue};

/// The most bytes that KMS encrypts at once (AWS KMS API reference, `Encrypt`).
const MOST_PLAINTEXT: usize = 4096;

/// The most bytes of a ciphertext (AWS KMS API reference, `Decrypt`).
const MOST_CIPHERTEXT: usize = 6144;

/// Algorithms of `Encrypt` and `Decrypt`, with the most bytes that a key of each kind takes (AWS KMS API reference,
/// `Encrypt`): what RSA takes depends on the length of the key, and the longest one is meant here.
const ALGORITHMS: [(&str, usize); 4] =
    [("SYMMETRIC_DEFAULT", MOST_PLAINTEXT), ("RSAES_OAEP_SHA_1", 470), ("RSAES_OAEP_SHA_256", 446), ("SM2PKE", 1024)];

/// What is wrong with the arguments of a function, whose types are right.
pub(super) fn of_function(function: Function, arguments: &PropertyMap, lenient: bool, failures: &mut Vec<Failure>) {
    let mut rules = Rules { arguments, failures };
    rules.region(lenient);
    match function {
        Function::GetAwsKmsKey => {
            rules.exactly_one(&[named::KEY_ID, named::ALIAS, named::TAGS]);
            rules.key_id_alone();
            rules.alias();
            rules.tags();
        }
        Function::GetPublicKey | Function::GetKeyRotations | Function::GetKeyLastUsage => rules.key(),
        Function::Encrypt => {
            rules.key();
            rules.exactly_one(&[named::PLAINTEXT, named::PLAINTEXT_BASE64]);
            rules.plaintext();
            rules.context();
        }
        Function::Decrypt => {
            rules.key();
            rules.ciphertext();
            rules.context();
        }
        Function::SimulateAccess => {
            rules.exactly_one(&[named::POLICY, named::KEY_ID]);
            rules.key();
            rules.policy();
            rules.account();
            rules.principals();
            rules.actions();
        }
        Function::LintPolicy => {
            rules.account();
            rules.caller();
            // What else is wrong with the policy is the answer.
            rules.policy();
        }
        Function::WhoCanAccess => {
            rules.exactly_one(&[named::POLICY, named::KEY_ID]);
            rules.key();
            rules.policy();
            rules.account();
            rules.actions();
        }
        Function::EstimateCost => {}
    }
}

/// What is wrong with what a listing is asked for.
pub(super) fn of_list(arguments: &PropertyMap, lenient: bool, failures: &mut Vec<Failure>) {
    let mut rules = Rules { arguments, failures };
    rules.region(lenient);
    rules.tags();
    if let Some(prefix) = text(arguments, named::ALIAS_PREFIX).filter(|prefix| !prefix.starts_with("alias/")) {
        rules.fail(
            named::ALIAS_PREFIX,
            format!("{prefix:?} does not begin with \"alias/\", as every KMS alias does; write \"alias/{prefix}\""),
        );
    }
}

struct Rules<'a> {
    arguments: &'a PropertyMap,
    failures: &'a mut Vec<Failure>,
}

impl<'a> Rules<'a> {
    fn fail(&mut self, name: &str, reason: impl Into<String>) {
        self.failures.push(Failure::new(Path::of(name), reason));
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        text(self.arguments, name)
    }

    fn exactly_one(&mut self, names: &[&str]) {
        let given: Vec<&str> = names.iter().copied().filter(|name| self.arguments.contains_key(*name)).collect();
        match given.as_slice() {
            [] => {
                let first = names.first().copied().unwrap_or_default();
                self.fail(first, format!("one of {} is needed and none is given; give one", names.join(", ")));
            }
            [_] => {}
            [_, others @ ..] => {
                for other in others {
                    self.fail(other, format!("it is given together with {}; keep one of them", given[0]));
                }
            }
        }
    }

    fn region(&mut self, lenient: bool) {
        if let Some(Err(reason)) = self.text(named::REGION).map(|region| ids::check_region(region, lenient)) {
            self.fail(named::REGION, reason);
        }
    }

    /// Any name of a key.
    fn key(&mut self) {
        let Some(key) = self.text(named::KEY_ID) else { return };
        self.names_a_key(named::KEY_ID, key);
    }

    /// A key ID or the ARN of a key.
    fn key_id_alone(&mut self) {
        let Some(key) = self.text(named::KEY_ID) else { return };
        let is_alias =
            key.starts_with("alias/") || KmsArn::parse(key).is_some_and(|arn| arn.resource.starts_with("alias/"));
        if is_alias {
            self.fail(named::KEY_ID, format!("{key:?} is an alias; give it as alias"));
        } else {
            self.names_a_key(named::KEY_ID, key);
        }
    }

    fn alias(&mut self) {
        let Some(alias) = self.text(named::ALIAS) else { return };
        match KmsArn::parse(alias) {
            Some(arn) if !arn.resource.starts_with("alias/") => {
                self.fail(named::ALIAS, format!("{alias:?} is the ARN of a key; give it as keyId"));
            }
            None if !alias.starts_with("alias/") => self.fail(
                named::ALIAS,
                format!(
                    "{alias:?} does not begin with \"alias/\", as every KMS alias does; write \"alias/{}\"",
                    alias.trim_start_matches('/')
                ),
            ),
            Some(_) | None => self.names_a_key(named::ALIAS, alias),
        }
    }

    /// An ARN is one of KMS and of the Region that is given; a name has only characters that KMS takes.
    fn names_a_key(&mut self, name: &str, key: &str) {
        const HELP: &str = "give a key ID, the ARN of a key, \"alias/NAME\" or the ARN of an alias";
        if let Some(odd) = key.chars().find(|c| !(c.is_ascii_alphanumeric() || ":/_-".contains(*c))) {
            return self.fail(name, format!("{key:?} contains {odd:?}, which no name of a key has; {HELP}"));
        }
        if !key.contains(':') {
            if key.contains('/') && !key.starts_with("alias/") {
                self.fail(name, format!("{key:?} names no key; {HELP}"));
            }
            return;
        }
        let Some(arn) = KmsArn::parse(key) else {
            return self.fail(name, format!("{key:?} is not the ARN of a key or an alias; {HELP}"));
        };
        let other = self.text(named::REGION).filter(|region| *region != arn.region);
        if let Some(region) = other {
            let reason =
                format!("{region:?} is another Region than {:?} in {name}; remove it or correct it", arn.region);
            self.fail(named::REGION, reason);
        }
    }

    fn tags(&mut self) {
        let Some(tags) = self.arguments.get(named::TAGS).and_then(PropertyValue::as_map) else { return };
        if tags.is_empty() {
            self.fail(named::TAGS, "it is empty, so every key would fit; give a tag, or remove it");
        }
    }

    fn context(&mut self) {
        let Some(context) = self.arguments.get(named::ENCRYPTION_CONTEXT).and_then(PropertyValue::as_map) else {
            return;
        };
        let algorithm = self.text(named::ENCRYPTION_ALGORITHM).unwrap_or("SYMMETRIC_DEFAULT");
        if !context.is_empty() && algorithm != "SYMMETRIC_DEFAULT" {
            let reason = format!("{algorithm} takes no encryption context, only symmetric keys do; remove it");
            self.fail(named::ENCRYPTION_CONTEXT, reason);
        }
    }

    /// The algorithm's name and the most bytes that it takes.
    fn algorithm(&mut self) -> usize {
        let Some(name) = self.text(named::ENCRYPTION_ALGORITHM) else { return MOST_PLAINTEXT };
        if let Some((_, most)) = ALGORITHMS.iter().find(|(known, _)| *known == name) {
            return *most;
        }
        let all = ALGORITHMS.iter().map(|(known, _)| *known);
        let hint = nearest(name, all.clone()).map_or_else(String::new, |near| format!(" Did you mean {near:?}?"));
        let all: Vec<&str> = all.collect();
        self.fail(named::ENCRYPTION_ALGORITHM, format!("{name:?} is not one of {}.{hint}", all.join(", ")));
        MOST_PLAINTEXT
    }

    fn plaintext(&mut self) {
        let most = self.algorithm();
        let bytes = match (self.text(named::PLAINTEXT), self.text(named::PLAINTEXT_BASE64)) {
            (Some(text), _) => Some((named::PLAINTEXT, Some(text.len()))),
            (None, Some(text)) => Some((named::PLAINTEXT_BASE64, base64::length(text))),
            (None, None) => None,
        };
        match bytes {
            Some((name, None)) => {
                self.fail(name, "it is not base64; write the bytes in the standard alphabet, with padding");
            }
            Some((name, Some(0))) => self.fail(name, "it is empty; KMS encrypts at least one byte"),
            Some((name, Some(length))) if length > most => self.fail(
                name,
                format!(
                    "it has {length} bytes; KMS encrypts at most {most} at once; encrypt it with a data key, as the AWS \
                     Encryption SDK does"
                ),
            ),
            _ => {}
        }
    }

    fn ciphertext(&mut self) {
        self.algorithm();
        let Some(text) = self.text(named::CIPHERTEXT) else { return };
        match base64::length(text) {
            None => self.fail(named::CIPHERTEXT, "it is not base64; give the ciphertext as encrypt returned it"),
            Some(length) if length > MOST_CIPHERTEXT => self.fail(
                named::CIPHERTEXT,
                format!("it has {length} bytes; a ciphertext of KMS has at most {MOST_CIPHERTEXT}; a data key has encrypted it, which this function does not do"),
            ),
            Some(_) => {}
        }
        if self.text(named::ENCRYPTION_ALGORITHM).is_some_and(|name| name != "SYMMETRIC_DEFAULT")
            && !self.arguments.contains_key(named::KEY_ID)
        {
            self.fail(named::KEY_ID, "it is needed for an asymmetric key, whose ciphertexts do not name it; give it");
        }
    }

    /// The policy is JSON.
    fn policy(&mut self) {
        let text = self.arguments.get(named::POLICY).and_then(PropertyValue::as_str);
        if let Some(Err(reason)) = text.map(policy::parse_text) {
            self.fail(named::POLICY, reason);
        }
    }

    fn account(&mut self) {
        if let Some(Err(reason)) = self.text(named::ACCOUNT).map(ids::check_account) {
            self.fail(named::ACCOUNT, reason);
        }
    }

    fn caller(&mut self) {
        if let Some(Err(reason)) = self.text(named::CALLER).map(ids::check_principal) {
            self.fail(named::CALLER, reason);
        }
    }

    fn entries(&self, name: &str) -> Vec<&'a str> {
        let list = self.arguments.get(name).and_then(PropertyValue::as_list).unwrap_or_default();
        list.iter().filter_map(PropertyValue::as_str).collect()
    }

    fn principals(&mut self) {
        for (index, principal) in self.entries(named::PRINCIPALS).into_iter().enumerate() {
            if !policy::is_principal(principal) {
                let reason = format!(
                    "{principal:?} is no principal; give the ARN of a role, user or session, an account ID, a service \
                     such as \"logs.eu-west-1.amazonaws.com\", or \"*\" for somebody who is named nowhere"
                );
                self.failures.push(Failure::new(Path::of(named::PRINCIPALS).index(index), reason));
            }
        }
        self.not_empty(named::PRINCIPALS);
    }

    fn actions(&mut self) {
        for (index, action) in self.entries(named::ACTIONS).into_iter().enumerate() {
            if policy::actions_on_a_key().contains(&action) {
                continue;
            }
            let near = nearest(action, policy::actions_on_a_key().iter().copied());
            let hint = near.map_or_else(String::new, |near| format!("; did you mean {near:?}?"));
            let reason = format!(
                "{action:?} is no action that a key policy can allow; write one as AWS does, without wildcards{hint}"
            );
            self.failures.push(Failure::new(Path::of(named::ACTIONS).index(index), reason));
        }
        self.not_empty(named::ACTIONS);
    }

    fn not_empty(&mut self, name: &str) {
        let list = self.arguments.get(name).and_then(PropertyValue::as_list);
        if list.is_some_and(<[_]>::is_empty) {
            self.fail(name, "it is empty; give at least one entry");
        }
    }
}
