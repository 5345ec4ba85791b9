//! Which IP addresses belong to the public internet. IPv4 by the IANA special-purpose registry;
//! IPv6 by allowing only global unicast (2000::/3) and taking the special parts out of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not one a webhook may be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is this machine (loopback)")]
    Loopback,
    #[error("it is in a private network")]
    Private,
    #[error("it is a link-local or cloud metadata address")]
    LinkLocal,
    #[error("it is a multicast or broadcast address")]
    Multicast,
    #[error("it is reserved for special purposes")]
    Reserved,
}

impl Refusal {
    /// Networks that a test or a shop next door may live in. Metadata services are not among them.
    const fn is_local_network(self) -> bool {
        matches!(self, Self::Loopback | Self::Private)
    }
}

/// # Errors
/// When the address is not public; with `allow_private`, loopback and private networks pass too.
pub fn check(address: IpAddr, allow_private: bool) -> Result<(), Refusal> {
    let refusal = match address {
        IpAddr::V4(v4) => refuse_v4(v4),
        IpAddr::V6(v6) => refuse_v6(v6),
    };
    match refusal {
        Some(refusal) if !(allow_private && refusal.is_local_network()) => Err(refusal),
        _ => Ok(()),
    }
}

fn refuse_v4(address: Ipv4Addr) -> Option<Refusal> {
    match address.octets() {
        [127, ..] => Some(Refusal::Loopback),
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] => Some(Refusal::Private),
        // Shared address space of carriers (CGNAT); Alibaba Cloud's metadata service lives here, at
        // 100.100.100.200, so it does not count as a local network.
        [100, 64..=127, ..] => Some(Refusal::Reserved),
        // 168.63.129.16 is Azure's platform service: routable only inside a virtual machine.
        [169, 254, ..] | [168, 63, 129, 16] => Some(Refusal::LinkLocal),
        [224..=239, ..] | [255, 255, 255, 255] => Some(Refusal::Multicast),
        [0, ..]
        | [240..=255, ..]
        // IETF protocol assignments, the retired 6to4 relays, benchmarking, documentation.
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Some(Refusal::Reserved),
        _ => None,
    }
}

fn refuse_v6(address: Ipv6Addr) -> Option<Refusal> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let embedded = Ipv4Addr::from((u32::from(g) << 16) | u32::from(h));
    match [a, b, c, d, e, f] {
        _ if address == Ipv6Addr::LOCALHOST => Some(Refusal::Loopback),
        // IPv4-mapped and NAT64 reach the IPv4 address inside, so that one decides.
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => refuse_v4(embedded),
        [0xfc00..=0xfdff, ..] => Some(Refusal::Private),
        [0xfe80..=0xfebf, ..] => Some(Refusal::LinkLocal),
        [0xff00..=0xffff, ..] => Some(Refusal::Multicast),
        // IETF protocol assignments (Teredo, ORCHID, benchmarking), documentation, 6to4. The tunnels
        // are dead on the internet; all they could still do is smuggle an IPv4 address past us.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => Some(Refusal::Reserved),
        [0x2000..=0x3fff, ..] => None,
        // Everything else, among it ::, IPv4-compatible ::a.b.c.d, site-local fec0::/10, 64:ff9b:1::/48.
        _ => Some(Refusal::Reserved),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Refusal::{LinkLocal, Loopback, Multicast, Private, Reserved};
    use super::*;

    const TABLE: &[(&str, Option<Refusal>)] = &[
        ("1.1.1.1", None),
        ("8.8.8.8", None),
        ("47.95.1.1", None),
        ("100.63.255.255", None),
        ("100.128.0.0", None),
        ("172.15.255.255", None),
        ("172.32.0.0", None),
        ("198.17.255.255", None),
        ("198.20.0.0", None),
        ("223.255.255.255", None),
        ("127.0.0.1", Some(Loopback)),
        ("127.255.255.255", Some(Loopback)),
        ("10.0.0.1", Some(Private)),
        ("172.16.0.0", Some(Private)),
        ("172.31.255.255", Some(Private)),
        ("192.168.1.1", Some(Private)),
        ("100.64.0.0", Some(Reserved)),
        ("100.100.100.200", Some(Reserved)),
        ("100.127.255.255", Some(Reserved)),
        ("169.254.169.254", Some(LinkLocal)),
        ("169.254.0.23", Some(LinkLocal)),
        ("168.63.129.16", Some(LinkLocal)),
        ("0.0.0.0", Some(Reserved)),
        ("0.1.2.3", Some(Reserved)),
        ("192.0.0.192", Some(Reserved)),
        ("192.0.2.1", Some(Reserved)),
        ("192.88.99.1", Some(Reserved)),
        ("198.18.0.1", Some(Reserved)),
        ("198.19.255.255", Some(Reserved)),
        ("198.51.100.1", Some(Reserved)),
        ("203.0.113.1", Some(Reserved)),
        ("224.0.0.1", Some(Multicast)),
        ("239.255.255.255", Some(Multicast)),
        ("240.0.0.1", Some(Reserved)),
        ("255.255.255.255", Some(Multicast)),
        ("2606:4700:4700::1111", None),
        ("2400:3200::1", None),
        ("2001:4860:4860::8888", None),
        ("64:ff9b::8.8.8.8", None),
        ("::ffff:8.8.8.8", None),
        ("::", Some(Reserved)),
        ("::1", Some(Loopback)),
        ("::127.0.0.1", Some(Reserved)),
        ("::ffff:127.0.0.1", Some(Loopback)),
        ("::ffff:169.254.169.254", Some(LinkLocal)),
        ("64:ff9b::10.0.0.1", Some(Private)),
        ("64:ff9b:1::8.8.8.8", Some(Reserved)),
        ("100::1", Some(Reserved)),
        ("2001::1", Some(Reserved)),
        ("2001:0:7f00:1::", Some(Reserved)),
        ("2001:2::1", Some(Reserved)),
        ("2001:1ff::1", Some(Reserved)),
        ("2001:200::1", None),
        ("2001:db8::1", Some(Reserved)),
        ("2002:7f00:1::", Some(Reserved)),
        ("3fff:fff::1", Some(Reserved)),
        ("3fff:1000::1", None),
        ("4000::1", Some(Reserved)),
        ("5f00::1", Some(Reserved)),
        ("fc00::1", Some(Private)),
        ("fd00:ec2::254", Some(Private)),
        ("fe80::1", Some(LinkLocal)),
        ("fec0::1", Some(Reserved)),
        ("ff02::1", Some(Multicast)),
    ];

    #[test]
    fn addresses_are_judged_as_the_registries_say() {
        for (text, expected) in TABLE {
            assert_eq!(check(text.parse().unwrap(), false).err(), *expected, "{text}");
        }
    }

    #[test]
    fn private_networks_can_be_allowed_but_metadata_services_cannot() {
        for text in ["127.0.0.1", "::1", "10.0.0.1", "192.168.0.9", "fd12::1", "::ffff:172.17.0.1"] {
            assert_eq!(check(text.parse().unwrap(), true), Ok(()), "{text}");
        }
        for text in ["169.254.169.254", "100.100.100.200", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "198.18.0.1"] {
            assert!(check(text.parse().unwrap(), true).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_ipv4_address_gets_the_same_answer_in_its_ipv6_clothes(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            let plain = check(v4.into(), false);
            prop_assert_eq!(check(v4.to_ipv6_mapped().into(), false), plain);
            let nat64 = Ipv6Addr::from((0x0064_ff9b_u128 << 96) | u128::from(bits));
            prop_assert_eq!(check(nat64.into(), false), plain);
        }

        #[test]
        fn nothing_the_standard_library_calls_special_passes(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_broadcast()
                || v4.is_documentation() || v4.is_multicast() || v4.is_unspecified();
            prop_assert!(!(special && check(v4.into(), false).is_ok()));
        }

        #[test]
        fn outside_global_unicast_only_embedded_public_ipv4_passes(bits: u128) {
            let v6 = Ipv6Addr::from(bits);
            if check(v6.into(), false).is_ok() {
                prop_assert!(bits >> 125 == 1 || bits >> 32 == 0xffff || bits >> 32 == 0x0064_ff9b_0000_0000_0000_0000);
            }
        }
    }
}
