//! The kinds of keys that KMS has, and what each of them can do, as one table
//! (AWS KMS developer guide, "Key spec reference" and "Choosing a KMS key type").

/// What one kind of key can do.
#[derive(Debug)]
pub struct KeyKind {
    /// The usages that KMS takes.
    pub usages: &'static [&'static str],
    /// The usage of a key whose program names none; `None` where it must name one.
    pub default_usage: Option<&'static str>,
    /// Whether KMS can rotate the material.
    pub rotates: bool,
    /// Whether cryptographic operations carry an encryption context.
    pub has_context: bool,
    /// Whether the key has a public half.
    pub has_public_key: bool,
}

const ENCRYPT: &str = "ENCRYPT_DECRYPT";
const SIGN: &str = "SIGN_VERIFY";
const MAC: &str = "GENERATE_VERIFY_MAC";
const AGREE: &str = "KEY_AGREEMENT";
const ENCAPSULATE: &str = "ENCAPSULATE_DECAPSULATE";

/// The kind of a key spec; `None` for one that this version does not know.
pub fn key_kind(key_spec: &str) -> Option<KeyKind> {
    let pair = |usages: &'static [&'static str], default_usage| KeyKind {
        usages,
        default_usage,
        rotates: false,
        has_context: false,
        has_public_key: true,
    };
    Some(match key_spec {
        "SYMMETRIC_DEFAULT" => {
            KeyKind { rotates: true, has_context: true, has_public_key: false, ..pair(&[ENCRYPT], Some(ENCRYPT)) }
        }
        "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512" => {
            KeyKind { has_public_key: false, ..pair(&[MAC], Some(MAC)) }
        }
        "RSA_2048" | "RSA_3072" | "RSA_4096" => pair(&[ENCRYPT, SIGN], None),
        "ECC_NIST_P256" | "ECC_NIST_P384" | "ECC_NIST_P521" => pair(&[SIGN, AGREE], Some(SIGN)),
        "ECC_NIST_EDWARDS25519" | "ECC_SECG_P256K1" | "ML_DSA_44" | "ML_DSA_65" | "ML_DSA_87" => {
            pair(&[SIGN], Some(SIGN))
        }
        "SM2" => pair(&[ENCRYPT, SIGN, AGREE], None),
        "ML_KEM_512" | "ML_KEM_768" | "ML_KEM_1024" => pair(&[ENCAPSULATE], Some(ENCAPSULATE)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::key_kind;
    use crate::spec::generated::{KeySpec, KeyUsage};

    #[test]
    fn every_key_spec_has_a_kind_of_known_usages() {
        for spec in KeySpec::ALL {
            let kind = key_kind(spec.as_str()).expect("a kind");
            assert!(!kind.usages.is_empty());
            assert!(kind.default_usage.is_none_or(|usage| kind.usages.contains(&usage)), "{spec:?}");
            assert!(kind.usages.iter().all(|usage| KeyUsage::parse(usage).is_some()), "{spec:?}");
        }
    }
}
