//! Kinds of values that only settings have.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::setting::choice;

choice! {
    /// How log lines look.
    pub enum LogFormat {
        Text = "text",
        Json = "json",
    }
}

choice! {
    /// What happens to the surplus when a payment is paid twice.
    pub enum DuplicatePolicy {
        Refund = "refund",
        Alert = "alert",
    }
}

choice! {
    /// What the code on a computer's cashier holds.
    pub enum CashierQr {
        /// The gateway's own code: only its wallet pays it.
        Gateway = "gateway",
        /// The cashier's address: any wallet opens it and pays inside.
        Cashier = "cashier",
    }
}

choice! {
    /// Where address forms list Hong Kong, Macao and Taiwan.
    pub enum HkMoTwChoice {
        Regions = "regions",
        Countries = "countries",
    }
}

/// A network written `10.0.0.0/8`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpNetwork {
    address: IpAddr,
    prefix_bits: u8,
}

/// The text is not a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a network such as 10.0.0.0/8")]
pub struct InvalidNetwork;

impl IpNetwork {
    /// An IPv4 address that arrived over an IPv6 socket (`::ffff:10.0.0.1`) counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (network, bits) = spread(self.address);
        let (address, of) = spread(address.to_canonical());
        bits == of && (self.prefix_bits == 0 || (network ^ address) >> (bits - u32::from(self.prefix_bits)) == 0)
    }
}

/// The address as a number, and how many bits it has.
fn spread(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    }
}

impl FromStr for IpNetwork {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| InvalidNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = prefix.map_or(Ok(most), str::parse).map_err(|_| InvalidNetwork)?;
        if prefix_bits > most { Err(InvalidNetwork) } else { Ok(Self { address, prefix_bits }) }
    }
}

impl fmt::Display for IpNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix_bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        let table = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("10.0.0.0/8", "::10.0.0.1", false),
            ("192.168.1.7", "192.168.1.7", true),
            ("192.168.1.7", "192.168.1.6", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "2400:3200::1", true),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false),
        ];
        for (network, address, expected) in table {
            let network: IpNetwork = network.parse().unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), expected, "{network} {address}");
        }
        for text in ["", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "10.0.0.0/", "10.0.0.0/-1", "shop.example"] {
            assert_eq!(text.parse::<IpNetwork>(), Err(InvalidNetwork), "{text}");
        }
    }
}
