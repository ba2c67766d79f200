//! How long does it take to find whom to drain in a /18 with 3,000 network interfaces, for few blocks and for many?

use divan::{Bencher, black_box};
use std::net::Ipv4Addr;
use winpod::{Ipv4Prefix, Subnet};

fn main() {
    divan::main();
}

const INTERFACES: u32 = 3_000;
const WANTED: [u32; 4] = [1, 8, 64, 256];

/// A linear congruential generator with Knuth's constants for MMIX: the same subnets on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(end)).unwrap_or(0)
    }
}

/// Interfaces with so many addresses each, at random places.
fn scattered(addresses: u32) -> Subnet {
    let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 0, 0], 18)).expect("a subnet");
    let mut random = Random(20_261_122);
    for owner in 0..INTERFACES {
        for _ in 0..addresses {
            while subnet.assign_to(Ipv4Addr::from_bits(0x0A00_0000 + random.below(1 << 14)), owner).is_err() {
            }
        }
    }
    subnet
}

fn bench(bencher: Bencher<'_, '_>, addresses: u32, wanted: u32) {
    let subnet = scattered(addresses);
    bencher.bench_local(|| black_box(&subnet).cure(wanted, |_, owner| owner));
}

#[divan::bench(args = WANTED)]
fn one_address_each(bencher: Bencher<'_, '_>, wanted: u32) {
    bench(bencher, 1, wanted);
}

#[divan::bench(args = WANTED)]
fn two_addresses_each(bencher: Bencher<'_, '_>, wanted: u32) {
    bench(bencher, 2, wanted);
}

/// Nearly full: hardly a block has fewer than fourteen holders.
#[divan::bench(args = WANTED, sample_count = 20)]
fn five_addresses_each(bencher: Bencher<'_, '_>, wanted: u32) {
    bench(bencher, 5, wanted);
}
