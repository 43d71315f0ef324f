//! IP addresses in conditions.

use std::net::IpAddr;

/// Whether an address is in a block such as `203.0.113.0/24`; a block without a length is one address.
pub(super) fn within(block: &str, address: &str) -> bool {
    let (network, length) = match block.split_once('/') {
        Some((network, length)) => (network, length.parse::<u32>().ok()),
        None => (block, Some(128)),
    };
    let (Ok(network), Ok(address), Some(length)) = (network.parse(), address.parse(), length) else { return false };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let differing = network.to_bits() ^ address.to_bits();
            differing.leading_zeros() >= length.min(32)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let differing = network.to_bits() ^ address.to_bits();
            differing.leading_zeros() >= length.min(128)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn blocks_hold_their_addresses() {
        for (block, address, holds) in [
            ("203.0.113.0/24", "203.0.113.7", true),
            ("203.0.113.0/24", "203.0.114.7", false),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("2001:db8::/32", "2001:db8::1", true),
            ("2001:db8::/32", "203.0.113.7", false),
            ("nonsense", "203.0.113.7", false),
        ] {
            assert_eq!(within(block, address), holds, "{block} {address}");
        }
    }
}
