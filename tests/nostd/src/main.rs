//! Exits with 0 if the core answers as it should, with the number of the first wrong answer if not, and with 101
//! if it panics. Neither std nor an allocator is in the program. Linux on x86-64 only.
#![no_std]
#![no_main]

use core::net::Ipv4Addr;

use winpod::dsr::{self, KubeProxy, Node};
use winpod::ipam::{ConfigData, Environment, IpamMode, Limits, Settings, Trap, capacity, steady_state};
use winpod::ports::{self, DEFAULT_DYNAMIC_RANGE, Demand, PortSet, estimate, supply};
use winpod::windows::{Platform, Release};
use winpod::{Error, Ipv4Prefix, KubernetesVersion, instance, prefix};

/// The first wrong answer, counted from 1, or 0. What is expected was computed by hand.
fn first_wrong() -> i32 {
    let checks: [fn() -> bool; 10] = [
        parses,
        refuses,
        divides,
        merges_a_range,
        ends_at_the_top,
        counts_everything,
        knows_types,
        counts_addresses,
        reads_settings,
        counts_blocks,
    ];
    let mut number = 0;
    for check in checks {
        number += 1;
        if !core::hint::black_box(check)() {
            return number;
        }
    }
    0
}

fn parses() -> bool {
    // 77 = 64 + 13, and a /28 starts at a multiple of 16.
    Ipv4Prefix::parse_lenient("192.0.2.77/28") == Ok((Ipv4Prefix::constant([192, 0, 2, 64], 28), true))
}

fn refuses() -> bool {
    "192.0.2.0/33".parse::<Ipv4Prefix>() == Err(Error::PrefixLength { got: 33 })
        && "192.0.02.0/24".parse::<Ipv4Prefix>() == Err(Error::PrefixSyntax)
}

fn divides() -> bool {
    // A /24 has 16 blocks of 16; the last starts at 240.
    Ipv4Prefix::constant([192, 0, 2, 0], 24).subnets(28).is_ok_and(|mut blocks| {
        blocks.len() == 16 && blocks.next_back() == Some(Ipv4Prefix::constant([192, 0, 2, 240], 28))
    })
}

fn merges_a_range() -> bool {
    // .4 to .7 is one aligned block of four, .8 stands alone.
    let expected = [Ipv4Prefix::constant([192, 0, 2, 4], 30), Ipv4Prefix::constant([192, 0, 2, 8], 32)];
    prefix::range(Ipv4Addr::new(192, 0, 2, 4), Ipv4Addr::new(192, 0, 2, 8))
        .is_ok_and(|pieces| pieces.eq(expected))
}

fn ends_at_the_top() -> bool {
    prefix::range(Ipv4Addr::new(255, 255, 255, 254), Ipv4Addr::BROADCAST)
        .is_ok_and(|pieces| pieces.eq([Ipv4Prefix::constant([255, 255, 255, 254], 31)]))
}

fn counts_everything() -> bool {
    Ipv4Prefix::ALL.address_count() == 4_294_967_296 && Ipv4Prefix::ALL.supernet().is_none()
}

fn knows_types() -> bool {
    let nearest = instance::nearest("m5.larg");
    instance::find("m5.larg").is_none() && nearest.as_slice().first() == Some(&"m5.large")
}

fn counts_addresses() -> bool {
    // m5.large has 10 addresses per ENI: 9 slots, of 16 addresses each with prefixes.
    instance::find("m5.large").is_some_and(|m5| {
        capacity(m5.limits(), IpamMode::SecondaryIp).addresses == 9
            && capacity(m5.limits(), IpamMode::PrefixDelegation).addresses == 144
    })
}

fn reads_settings() -> bool {
    // A minimum of 6 alone starves the seventh pod.
    let data = ConfigData::from_pairs([("enable-windows-ipam", "true"), ("windows-minimum-ip-target", "6")]);
    Limits::new(15, true).is_ok_and(|limits| {
        let node = Settings::read(&data, Environment::default()).on_node(limits);
        let rest = steady_state(limits, &node, 7, 0);
        rest.pods == 6 && rest.waiting == 1 && node.traps().next() == Some(Trap::MinimumOnlyStarvation)
    })
}

fn counts_blocks() -> bool {
    // 150 services of two TCP ports need up to 300 of 16384 / 64 blocks without DSR, and none with it.
    let node = |arguments| Node {
        platform: Platform { release: Some(Release::Server2022), ..Platform::default() },
        kubernetes: Some(KubernetesVersion::new(1, 34)),
        kube_proxy: KubeProxy::EksImage(arguments),
        network: None,
    };
    let blocks = supply(DEFAULT_DYNAMIC_RANGE, &PortSet::new()).blocks;
    estimate(blocks, Demand::new(300, 0, 0)).verdict == ports::Verdict::Exhausted
        && dsr::applicability(&node(&[])).verdict == dsr::Verdict::Off
        && dsr::applicability(&node(&["--enable-dsr=true"])).verdict == dsr::Verdict::On
}

/// The kernel jumps here with an aligned stack; a function expects the stack as a call leaves it.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub extern "C" fn _start() -> ! {
    core::arch::naked_asm!("call {run}", run = sym run)
}

extern "C" fn run() -> ! {
    exit(first_wrong())
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    exit(101)
}

fn exit(code: i32) -> ! {
    // SAFETY: system call 60 ends the process and does not return.
    unsafe { core::arch::asm!("syscall", in("rax") 60, in("rdi") code, options(noreturn)) }
}
