//! Laws of the policy module, each on thousands of random policies.
//!
//! The policies are made as a [`model::Policy`], which has one value for one meaning, and then [`spelling`] writes them
//! down in one of the many ways that mean the same. So the right answer is known without asking the code under test.

mod access;
mod anything;
mod documented;
mod equality;
mod evaluation;
mod model;
mod spelling;
mod typed;
mod typed_parts;

use proptest::prelude::ProptestConfig;

/// So many cases, unless the environment wants others (`make fuzz`).
fn cases(number: u32) -> ProptestConfig {
    let given = std::env::var_os("PROPTEST_CASES").is_some();
    if given { ProptestConfig::default() } else { ProptestConfig::with_cases(number) }
}
