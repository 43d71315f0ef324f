//! What programs can call: which functions there are, what their arguments may be, and what can be answered without a call.

mod arguments;
mod base64;
pub mod cost;
mod encode;
pub mod facts;
#[expect(
    clippy::doc_markdown,
    clippy::unreadable_literal,
    reason = "the texts are the definition's, which serve other languages too"
)]
pub mod generated;
mod rules;

pub use arguments::{Arguments, check, check_list};
pub use generated::Function;

use crate::ids::nearest;

impl Function {
    /// Reads a token.
    pub fn parse(token: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|function| function.token() == token)
    }
}

/// What to say to a token that names no function.
pub fn no_function(token: &str) -> String {
    let all = || Function::ALL.iter().map(|function| function.token());
    match nearest(token, all()) {
        Some(near) => format!("the awskms provider has no function {token:?}; did you mean {near:?}?"),
        None => {
            format!("the awskms provider has no function {token:?}; it has {}", all().collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Function, no_function};

    #[test]
    fn every_function_has_its_token() {
        for function in Function::ALL {
            assert_eq!(Function::parse(function.token()), Some(*function));
        }
        assert_eq!(Function::parse("awskms:index:getKey"), None);
    }

    #[test]
    fn a_mistyped_token_gets_a_hint() {
        assert!(no_function("awskms:index:getPublicKeys").contains("did you mean \"awskms:index:getPublicKey\""));
        assert!(no_function("x").contains("it has awskms:index:getAwsKmsKey"));
    }
}
