//! Free /28 of a /16, in turns: winpod from texts and from integers, and what one writes with ipnet and a `HashSet`.
//!
//! `cargo run --release --example rust_census -- FILE ROUNDS` reads an address a line, and prints for each way its
//! name, the nanoseconds of every round, and the blocks it found.

use ipnet::Ipv4Net;
use std::collections::HashSet;
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::time::Instant;
use winpod::prefix::parse_address;
use winpod::{Ipv4Prefix, Subnet};

const CIDR: &str = "10.0.0.0/16";

/// From texts, as they come out of a listing.
fn winpod_texts(texts: &[&str]) -> u32 {
    let prefix: Ipv4Prefix = CIDR.parse().expect("a prefix");
    let mut subnet = Subnet::new(prefix).expect("a subnet");
    let addresses = texts.iter().map(|text| parse_address(text).expect("an address"));
    subnet.assign_all(addresses).expect("free addresses");
    subnet.census().free_prefixes
}

fn winpod_integers(addresses: &[Ipv4Addr]) -> u32 {
    let prefix: Ipv4Prefix = CIDR.parse().expect("a prefix");
    let mut subnet = Subnet::new(prefix).expect("a subnet");
    subnet.assign_all(addresses.iter().copied()).expect("free addresses");
    subnet.census().free_prefixes
}

fn winpod_owners(addresses: &[Ipv4Addr]) -> u32 {
    let prefix: Ipv4Prefix = CIDR.parse().expect("a prefix");
    let mut subnet = Subnet::new(prefix).expect("a subnet");
    for (owner, address) in (0..).zip(addresses) {
        subnet.assign_to(*address, owner).expect("a free address");
    }
    subnet.census().free_prefixes
}

/// Blocks without the first and the last, which hold addresses that AWS reserves, as winpod counts.
fn ipnet_set(texts: &[&str]) -> u32 {
    let net: Ipv4Net = CIDR.parse().expect("a network");
    let used: HashSet<Ipv4Addr> = texts.iter().map(|text| text.parse().expect("an address")).collect();
    let blocks = net.subnets(28).expect("blocks");
    let free = blocks.filter(|block| {
        block.network() != net.network()
            && block.broadcast() != net.broadcast()
            && (0..16).all(|offset| !used.contains(&Ipv4Addr::from(u32::from(block.network()) + offset)))
    });
    u32::try_from(free.count()).expect("at most 4,096")
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("a file");
    let rounds: usize = arguments.next().expect("rounds").parse().expect("a number");
    let text = std::fs::read_to_string(file).expect("readable");
    let texts: Vec<&str> = text.lines().collect();
    let addresses: Vec<Ipv4Addr> = texts.iter().map(|text| text.parse().expect("an address")).collect();
    let ways: [(&str, &dyn Fn() -> u32); 4] = [
        ("winpod from texts", &|| winpod_texts(black_box(&texts))),
        ("winpod from integers", &|| winpod_integers(black_box(&addresses))),
        ("winpod from integers, with owners", &|| winpod_owners(black_box(&addresses))),
        ("ipnet + HashSet", &|| ipnet_set(black_box(&texts))),
    ];
    let mut taken = vec![Vec::new(); ways.len()];
    let mut found = vec![0; ways.len()];
    for round in 0..=rounds {
        for (index, (_, way)) in ways.iter().enumerate() {
            let start = Instant::now();
            found[index] = black_box(way());
            let elapsed = start.elapsed().as_nanos();
            // The first round warms up.
            if round > 0 {
                taken[index].push(elapsed.to_string());
            }
        }
    }
    for (index, (name, _)) in ways.iter().enumerate() {
        #[expect(clippy::print_stdout, reason = "this is its answer")]
        {
            println!("{name}\t{}\t{}", found[index], taken[index].join(" "));
        }
    }
}
