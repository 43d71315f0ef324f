//! awsJson 1.1, as KMS speaks it: a call of the service out of the headers and the body of an HTTP request.

use serde_json::Value;

use crate::error::ApiError;
use crate::sim::Request;

/// Reads a request. `authorization` and `target` are the headers `Authorization` and `X-Amz-Target`, empty if absent.
///
/// # Errors
/// The request is no call of KMS.
pub fn read(authorization: &str, target: &str, body: &[u8]) -> Result<Request, ApiError> {
    let scope = Scope::read(authorization).ok_or_else(unsigned)?;
    let operation = operation(target).ok_or_else(|| ApiError::new("UnknownOperationException", ""))?;
    let body = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body) };
    let body = body.map_err(|_| ApiError::new("SerializationException", "The request body is not JSON."))?;
    Ok(Request { region: scope.region, access_key: scope.access_key, operation, body })
}

/// The operation that a target names: of KMS by its name, of the tagging service after `tag:`.
fn operation(target: &str) -> Option<String> {
    let (service, name) = target.split_once('.')?;
    let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
    match service {
        "TrentService" if good => Some(name.to_owned()),
        "ResourceGroupsTaggingAPI_20170126" if good => Some(format!("tag:{name}")),
        _ => None,
    }
}

/// AWS's answer to requests that nobody signed.
pub(crate) fn unsigned() -> ApiError {
    ApiError {
        code: "MissingAuthenticationTokenException".into(),
        message: Some("Missing Authentication Token".into()),
        status: 403,
    }
}

/// Who calls where: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) access_key: String,
    pub(crate) region: String,
}

impl Scope {
    pub(crate) fn read(authorization: &str) -> Option<Self> {
        let (_, rest) = authorization.split_once("Credential=")?;
        let credential = rest.split([',', ' ']).next()?;
        let mut parts = credential.split('/');
        let (access_key, _, region) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { access_key: access_key.to_owned(), region: region.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn reads_the_credential_scope() {
        let header =
            "AWS4-HMAC-SHA256 Credential=test/20261123/eu-central-1/kms/aws4_request, SignedHeaders=host, Signature=0";
        let scope = Scope { access_key: "test".into(), region: "eu-central-1".into() };
        assert_eq!(Scope::read(header), Some(scope));
        assert_eq!(Scope::read("Basic x"), None);
    }
}
