//! Signatures.

use serde_json::{Value, json};

use super::request::Using;
use super::{Context, Members, current, fitting, shaped};
use crate::error::ApiError;
use crate::key::Key;
use crate::material::{Kind, digest_length};
use crate::params::{Params, blob};
use crate::sim::Call;
use crate::state::State;

const ALGORITHMS: &[&str] = &[
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "ECDSA_SHA_256",
    "ECDSA_SHA_384",
    "ECDSA_SHA_512",
    "SM2DSA",
    "ML_DSA_SHAKE_256",
    "ED25519_SHA_512",
    "ED25519_PH_SHA_512",
];

/// What is to be signed, or was.
struct Signed<'a> {
    using: Using<'a>,
    message: Vec<u8>,
    kind: Kind,
    algorithm: &'a str,
}

impl<'a> Signed<'a> {
    fn read(params: &mut Params<'a>) -> Result<Self, ApiError> {
        let using = Using::read(params)?;
        let message = params.bytes("Message", 1, 4096)?;
        let kind = match params.choice("MessageType", &["RAW", "DIGEST", "EXTERNAL_MU"])? {
            Some("DIGEST") => Kind::Digest,
            Some("EXTERNAL_MU") => Kind::ExternalMu,
            _ => Kind::Raw,
        };
        let algorithm = params.required_choice("SigningAlgorithm", ALGORITHMS)?;
        Ok(Self { using, message, kind, algorithm })
    }

    /// The key, if it may be used, has the algorithm, and the algorithm takes such a message.
    fn key<'s>(&self, state: &'s State, call: &Call<'_>) -> Result<&'s Key, ApiError> {
        let key = self.using.key(state, call, "SIGN_VERIFY", &Context::new())?;
        fitting(key, self.algorithm)?;
        self.right_kind()?;
        if key.spec == "SM2" { Err(shaped(key)) } else { Ok(key) }
    }

    fn right_kind(&self) -> Result<(), ApiError> {
        let algorithm = self.algorithm;
        let (kind, length) = match (algorithm, self.kind) {
            ("ML_DSA_SHAKE_256", Kind::ExternalMu) if self.message.len() != 64 => ("EXTERNAL_MU", true),
            ("ML_DSA_SHAKE_256", Kind::ExternalMu | Kind::Raw) => return Ok(()),
            ("ED25519_PH_SHA_512", Kind::Raw) => ("RAW", false),
            ("ML_DSA_SHAKE_256" | "ED25519_SHA_512", Kind::Digest) => ("DIGEST", false),
            (_, Kind::ExternalMu) => ("EXTERNAL_MU", false),
            (_, Kind::Digest) if self.message.len() != digest_length(algorithm) => ("Digest", true),
            _ => return Ok(()),
        };
        Err(ApiError::validation(if length {
            format!("{kind} is invalid length for algorithm {algorithm}.")
        } else {
            format!("MessageType {kind} is not valid for algorithm {algorithm}.")
        }))
    }
}

pub(in crate::ops) fn sign(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let signed = Signed::read(&mut params)?;
    params.done()?;
    let key = signed.key(state, call)?;
    let material = current(key)?;
    signed.using.rehearsal()?;
    let signature = material.sign(&key.spec, signed.algorithm, (signed.kind, &signed.message), &mut call.rng);
    let signature = signature.ok_or_else(|| ApiError::silent("KMSInternalException"))?;
    Ok(json!({ "KeyId": key.arn, "Signature": blob(signature), "SigningAlgorithm": signed.algorithm }))
}

pub(in crate::ops) fn verify(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let signed = Signed::read(&mut params)?;
    let signature = params.bytes("Signature", 1, 6144)?;
    params.done()?;
    let key = signed.key(state, call)?;
    let message = (signed.kind, signed.message.as_slice());
    if !current(key)?.verify(&key.spec, signed.algorithm, message, &signature) {
        return Err(ApiError::silent("KMSInvalidSignatureException"));
    }
    signed.using.rehearsal()?;
    Ok(json!({ "KeyId": key.arn, "SignatureValid": true, "SigningAlgorithm": signed.algorithm }))
}
