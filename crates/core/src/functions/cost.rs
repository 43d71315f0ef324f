//! What keys cost a month.
//!
//! Prices are AWS's for most commercial Regions; those of China, `GovCloud` and the European Sovereign Cloud differ, and
//! so do private discounts.

use super::generated::{CostItem, EstimateCostArgs, EstimateCostResult};
use crate::spec::input::Input;

/// The day of the prices.
pub const AS_OF: &str = "2025-01-01";

/// Where AWS publishes them.
pub const SOURCE: &str = "https://aws.amazon.com/kms/pricing/";

/// One key or replica, of any kind.
const KEY: f64 = 1.0;

/// Rotations of a key that AWS charges for, the price of a key each; further ones cost nothing (since May 2024).
const CHARGED_ROTATIONS: i32 = 2;

/// Requests a month that are free, all Regions of an account together. Those with asymmetric keys and for data key pairs
/// are never free.
const FREE_REQUESTS: f64 = 20_000.0;

/// What requests are priced by.
const UNIT: f64 = 10_000.0;

/// US dollars for ten thousand requests.
const SYMMETRIC: f64 = 0.03;
const RSA_2048: f64 = 0.03;
const ASYMMETRIC: f64 = 0.15;
const ECC_PAIRS: f64 = 0.10;
const RSA_PAIRS: f64 = 12.0;

/// Estimates a month. What is not given counts as its default.
pub fn estimate(asked: &EstimateCostArgs) -> EstimateCostResult {
    let whole = |input: &Input<i32>, usual: i32| f64::from(*input.known().unwrap_or(&usual));
    let number = |input: &Input<f64>| *input.known().unwrap_or(&0.0);
    let keys = whole(&asked.keys, 1);
    let replicas = keys * whole(&asked.replicas, 0);
    // Each replica keeps the material of each rotation, and is a key.
    let rotated = (keys + replicas) * whole(&asked.rotations, 0).min(f64::from(CHARGED_ROTATIONS));
    let free = if asked.free_tier.known() == Some(&false) { 0.0 } else { FREE_REQUESTS };
    let symmetric = (number(&asked.symmetric_requests) - free).max(0.0);
    let kept = [("customer-managed keys", keys), ("replica keys", replicas), ("rotated key material", rotated)];
    let kept = kept.map(|(name, quantity)| item(name, quantity, KEY));
    let called = [
        ("symmetric requests beyond the free ones", symmetric, SYMMETRIC),
        ("requests with RSA_2048 keys", number(&asked.rsa2048_requests), RSA_2048),
        ("requests with other asymmetric keys", number(&asked.asymmetric_requests), ASYMMETRIC),
        ("data key pairs on elliptic curves", number(&asked.ecc_data_key_pairs), ECC_PAIRS),
        ("RSA data key pairs", number(&asked.rsa_data_key_pairs), RSA_PAIRS),
    ];
    let called = called.map(|(name, quantity, price)| item(name, quantity, price / UNIT));
    let sum = |items: &[CostItem]| cents(items.iter().map(|item| item.monthly).sum());
    let (storage, requests) = (sum(&kept), sum(&called));
    EstimateCostResult {
        monthly: cents(storage + requests),
        storage,
        requests,
        items: kept.into_iter().chain(called).filter(|item| item.quantity > 0.0).collect(),
        prices_as_of: AS_OF.to_owned(),
        price_source: SOURCE.to_owned(),
    }
}

/// What a new key with some replicas costs a month, in a line for its preview.
pub fn of_new_key(replicas: usize) -> String {
    let replicas = i32::try_from(replicas).unwrap_or(i32::MAX);
    let asked = EstimateCostArgs { replicas: Input::Known(replicas), ..EstimateCostArgs::default() };
    let with = match replicas {
        0 => String::new(),
        1 => " with its replica".to_owned(),
        more => format!(" with its {more} replicas"),
    };
    format!(
        "Cost: {:.2} US dollars a month for the key{with}, and requests; each of its first two rotations adds as much (AWS's prices \
         of {AS_OF} in most Regions; the function estimateCost says more).",
        estimate(&asked).storage
    )
}

fn item(name: &str, quantity: f64, unit_price: f64) -> CostItem {
    CostItem { name: name.to_owned(), quantity, unit_price, monthly: cents(quantity * unit_price) }
}

/// Whole cents, as a bill has them.
fn cents(dollars: f64) -> f64 {
    (dollars * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::estimate;
    use crate::functions::generated::EstimateCostArgs;
    use crate::spec::input::Input;

    /// Storage, requests and all, as a bill writes them.
    fn monthly(change: impl Fn(&mut EstimateCostArgs)) -> [String; 3] {
        let mut asked = EstimateCostArgs::default();
        change(&mut asked);
        let answer = estimate(&asked);
        [answer.storage, answer.requests, answer.monthly].map(|dollars| format!("{dollars:.2}"))
    }

    fn storage(change: impl Fn(&mut EstimateCostArgs)) -> String {
        monthly(change)[0].clone()
    }

    fn requests(change: impl Fn(&mut EstimateCostArgs)) -> String {
        monthly(change)[1].clone()
    }

    #[test]
    fn a_key_alone_costs_a_dollar() {
        assert_eq!(monthly(|_| {}), ["1.00", "0.00", "1.00"]);
        assert_eq!(monthly(|asked| asked.keys = Input::Known(0)), ["0.00", "0.00", "0.00"]);
    }

    #[test]
    fn a_preview_says_it_in_a_line() {
        assert!(super::of_new_key(0).starts_with("Cost: 1.00 US dollars a month for the key, and requests;"));
        assert!(super::of_new_key(1).starts_with("Cost: 2.00 US dollars a month for the key with its replica,"));
        assert!(super::of_new_key(2).starts_with("Cost: 3.00 US dollars a month for the key with its 2 replicas,"));
    }

    #[test]
    fn rotations_are_charged_twice_and_no_more() {
        for (rotations, dollars) in [(0, "1.00"), (1, "2.00"), (2, "3.00"), (3, "3.00"), (1000, "3.00")] {
            assert_eq!(storage(|asked| asked.rotations = Input::Known(rotations)), dollars, "{rotations}");
        }
    }

    #[test]
    fn each_replica_is_a_key_with_its_rotations() {
        let three_with_two_each = storage(|asked| {
            asked.keys = Input::Known(3);
            asked.replicas = Input::Known(2);
            asked.rotations = Input::Known(1);
        });
        assert_eq!(three_with_two_each, "18.00");
    }

    #[test]
    fn the_first_requests_are_free_for_symmetric_keys_only() {
        for (count, dollars) in [(20_000.0, "0.00"), (120_000.0, "0.30"), (1_020_000.0, "3.00")] {
            assert_eq!(requests(|asked| asked.symmetric_requests = Input::Known(count)), dollars, "{count}");
        }
        let paid = requests(|asked| {
            asked.symmetric_requests = Input::Known(20_000.0);
            asked.free_tier = Input::Known(false);
        });
        assert_eq!(paid, "0.06");
        let many = || Input::Known(10_000.0);
        assert_eq!(requests(|asked| asked.asymmetric_requests = many()), "0.15");
        assert_eq!(requests(|asked| asked.rsa2048_requests = many()), "0.03");
        assert_eq!(requests(|asked| asked.ecc_data_key_pairs = many()), "0.10");
        assert_eq!(requests(|asked| asked.rsa_data_key_pairs = many()), "12.00");
    }

    #[test]
    fn the_parts_make_the_whole() {
        let asked = EstimateCostArgs {
            rotations: Input::Known(2),
            symmetric_requests: Input::Known(50_000_000.0),
            ..EstimateCostArgs::default()
        };
        let answer = estimate(&asked);
        let names: Vec<_> = answer.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["customer-managed keys", "rotated key material", "symmetric requests beyond the free ones"]);
        assert_eq!(format!("{:.2}", answer.monthly), "152.94");
    }
}
