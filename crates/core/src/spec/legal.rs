//! Which combinations of key spec and usage KMS takes, as one table
//! (AWS KMS developer guide, "Key spec reference" and "Choosing a KMS key type").

/// What one kind of key material allows.
#[derive(Debug)]
pub struct Legal {
    /// Legal usages; the first is taken when none is given, if `usage_is_plain`.
    pub usages: &'static [&'static str],
    /// Whether the first usage is the one that people mean when they name none.
    pub usage_is_plain: bool,
    /// Whether KMS can rotate the material by itself.
    pub rotates: bool,
    /// Whether cryptographic operations carry an encryption context.
    pub has_context: bool,
}

const ENCRYPT: &str = "ENCRYPT_DECRYPT";
const SIGN: &str = "SIGN_VERIFY";
const MAC: &str = "GENERATE_VERIFY_MAC";
const AGREE: &str = "KEY_AGREEMENT";
const ENCAPSULATE: &str = "ENCAPSULATE_DECAPSULATE";

/// The row of a key spec; `None` for one that this version does not know.
pub fn legal(key_spec: &str) -> Option<Legal> {
    let row = |usages, usage_is_plain| Legal { usages, usage_is_plain, rotates: false, has_context: false };
    Some(match key_spec {
        "SYMMETRIC_DEFAULT" => Legal { usages: &[ENCRYPT], usage_is_plain: true, rotates: true, has_context: true },
        "RSA_2048" | "RSA_3072" | "RSA_4096" => row(&[ENCRYPT, SIGN], false),
        "ECC_NIST_P256" | "ECC_NIST_P384" | "ECC_NIST_P521" => row(&[SIGN, AGREE], true),
        "ECC_NIST_EDWARDS25519" | "ECC_SECG_P256K1" | "ML_DSA_44" | "ML_DSA_65" | "ML_DSA_87" => row(&[SIGN], true),
        "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512" => row(&[MAC], true),
        "SM2" => row(&[ENCRYPT, SIGN, AGREE], false),
        "ML_KEM_512" | "ML_KEM_768" | "ML_KEM_1024" => row(&[ENCAPSULATE], true),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::legal;
    use crate::spec::generated::{KeySpec, KeyUsage};

    #[test]
    fn every_key_spec_has_a_row_of_known_usages() {
        for spec in KeySpec::ALL {
            let row = legal(spec.as_str()).expect("a row");
            assert!(!row.usages.is_empty());
            assert!(row.usages.iter().all(|usage| KeyUsage::parse(usage).is_some()), "{spec:?}");
        }
    }
}
