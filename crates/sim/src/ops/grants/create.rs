//! Making grants.

use rand_chacha::rand_core::RngCore;
use serde_json::{Value, json};

use super::super::Members;
use super::super::crypto::rehearsal;
use super::super::lookup::{Naming, resolve};
use super::principal_member;
use crate::authorize;
use crate::error::ApiError;
use crate::grant::{Constraints, Grant, Party, Terms, WITHOUT_CONTEXT, operations_of, service_name, token};
use crate::key::Key;
use crate::key_states;
use crate::material::hex;
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

/// Grants that a key may have.
const MOST: usize = 50_000;

const OPERATIONS: &[&str] = &[
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "Sign",
    "Verify",
    "GetPublicKey",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
    "Encapsulate",
    "Decapsulate",
];

/// A request as it came, of a good form.
struct Request<'a> {
    key: &'a str,
    grantee: Sides<'a>,
    retiring: Sides<'a>,
    operations: Vec<String>,
    constraints: Constraints,
    tokens: Vec<String>,
    name: Option<&'a str>,
    dry: bool,
}

/// A principal and a service, of which one is to be named.
struct Sides<'a>(Option<&'a str>, Option<&'a str>);

fn read(members: &Members) -> Result<Request<'_>, ApiError> {
    let mut params = Params::new(members);
    let key = params.required_text("KeyId", 1, 2048)?;
    let mut sides = |principal, service| -> Result<Sides<'_>, ApiError> {
        Ok(Sides(principal_member(&mut params, principal)?, principal_member(&mut params, service)?))
    };
    let grantee = sides("GranteePrincipal", "GranteeServicePrincipal")?;
    let retiring = sides("RetiringPrincipal", "RetiringServicePrincipal")?;
    let operations = params.choices("Operations", OPERATIONS)?;
    if operations.is_none() {
        params.missing("Operations");
    }
    let constraints = params.structure("Constraints")?;
    let tokens = params.grant_tokens()?;
    let good = |c: char| c.is_ascii_alphanumeric() || ":/_-".contains(c);
    let name = params.formed_text("Name", (1, 256), "^[a-zA-Z0-9:/_-]+$", good)?;
    let dry = params.flag("DryRun")?.unwrap_or(false);
    params.done()?;
    let constraints = constraints.map(Constraints::read).transpose()?.unwrap_or_default();
    // A set: neither order nor repetition makes it another grant.
    let mut operations = operations.unwrap_or_default();
    operations.sort_unstable();
    operations.dedup();
    Ok(Request { key, grantee, retiring, operations, constraints, tokens, name, dry })
}

impl Sides<'_> {
    /// The side that is named, if any.
    fn party(&self, state: &State, now: f64, side: &str) -> Result<Option<Party>, ApiError> {
        match (self.0, self.1) {
            (None, None) => Ok(None),
            (Some(arn), None) => Party::principal(state, arn, now).map(Some),
            (None, Some(name)) if service_name(name) => Ok(Some(Party::Service(name.to_owned()))),
            (None, Some(name)) => Err(ApiError::validation(format!("{name} is not a service principal."))),
            (Some(_), Some(_)) => Err(ApiError::validation(format!(
                "You must specify either {side}Principal or {side}ServicePrincipal, but not both."
            ))),
        }
    }
}

/// What is asked for, if it can be granted on this key at all.
fn terms(state: &State, call: &Call<'_>, request: &Request<'_>, key: &Key) -> Result<Terms, ApiError> {
    let retiring = request.retiring.party(state, call.now, "Retiring")?;
    let grantee = request.grantee.party(state, call.now, "Grantee")?.ok_or_else(|| {
        ApiError::validation("You must specify either GranteePrincipal or GranteeServicePrincipal, but not both.")
    })?;
    if matches!(grantee, Party::Service(_)) && (retiring.is_none() || !request.constraints.need_a_service()) {
        return Err(ApiError::validation(
            "A grant to a service principal needs a SourceArn constraint and a retiring principal.",
        ));
    }
    legal_operations(request, key)?;
    Ok(Terms {
        name: request.name.map(str::to_owned),
        grantee,
        retiring,
        issuing_account: call.caller.account.clone(),
        operations: request.operations.clone(),
        constraints: request.constraints.clone(),
    })
}

fn legal_operations(request: &Request<'_>, key: &Key) -> Result<(), ApiError> {
    if request.operations.is_empty() {
        return Err(ApiError::validation("A grant allows at least one operation."));
    }
    if request.operations == ["CreateGrant"] {
        return Err(ApiError::validation("Grants must not contain only the CreateGrant operation."));
    }
    let legal = operations_of(key);
    if let Some(other) = request.operations.iter().find(|name| !legal.contains(&name.as_str())) {
        return Err(ApiError::validation(format!(
            "Operation {other} is not valid in a grant for {}, whose key spec is {} and key usage is {}.",
            key.arn, key.spec, key.usage
        )));
    }
    let uses = request.operations.iter().any(|name| !WITHOUT_CONTEXT.contains(&name.as_str()));
    if request.constraints.concern_context() && uses && !key.is_symmetric() {
        return Err(ApiError::validation(format!(
            "Encryption context constraints are not supported for {}, which is not a symmetric encryption key.",
            key.arn
        )));
    }
    Ok(())
}

pub(crate) fn create(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let request = read(members)?;
    token::check(state, &request.tokens)?;
    let key = resolve(state, call, request.key, Naming::KeyOnly)?;
    let terms = terms(state, call, &request, key);
    authorize::granting(state, &call.caller, key, terms.as_ref().ok())?;
    key_states::check("CreateGrant", key, &state.options.doubts)?;
    let terms = terms?;
    if key.grants.len() >= MOST {
        return Err(ApiError::new("LimitExceededException", format!("{} has {MOST} grants already.", key.arn)));
    }
    rehearsal(request.dry)?;
    let same = key.grants.iter().find(|grant| terms.name.is_some() && grant.terms == terms);
    let known = same.map(|grant| grant.id.clone());
    let id = known.clone().unwrap_or_else(|| {
        let mut bytes = [0; 32];
        call.rng.fill_bytes(&mut bytes);
        hex(&bytes)
    });
    let (region, key) = (key.region.clone(), key.id.clone());
    let token = token::issue(state, &region, &key, &id, &mut call.rng);
    if known.is_none() {
        let grant = Grant { id: id.clone(), created: call.now, terms };
        state.key_mut(&region, &key).expect("found above").grants.push(grant);
    }
    Ok(json!({ "GrantId": id, "GrantToken": token }))
}
