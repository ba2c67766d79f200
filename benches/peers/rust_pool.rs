//! Fills a node with pods, drains it and lets it settle, as `tests/controller/cycle` does with the controller's own code.
//!
//! `cargo run --release --example rust_pool -- MODE PODS CAPACITY ROUNDS` prints the groups that were created, given back
//! and kept, and the nanoseconds of every round.

use std::time::Instant;
use winpod::Ipv4Prefix;
use winpod::ipam::IpamMode;
use winpod::pool::{COOL_DOWN_MS, Job, JobResult, Pool, PoolConfig};

struct Node {
    mode: IpamMode,
    capacity: u32,
    pods: Vec<u32>,
    leaving: Vec<u32>,
    groups: Vec<Ipv4Prefix>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Outcome {
    created: usize,
    deleted: usize,
}

impl Node {
    fn cycle(&self) -> Outcome {
        let mut pool = Pool::new(self.mode, self.capacity, PoolConfig::new(1, 3, 0));
        let mut done = Outcome::default();
        if let Some(job) = pool.reconcile() {
            self.answer(&mut pool, job, &mut done);
        }
        for &owner in &self.pods {
            pool.assign(owner).expect("a free address");
            if let Some(job) = pool.reconcile() {
                self.answer(&mut pool, job, &mut done);
            }
        }
        for &owner in &self.leaving {
            let address = pool.address_of(owner).expect("a pod with an address");
            pool.free(owner, address, 0).expect("its address");
            if let Some(job) = pool.reconcile() {
                self.answer(&mut pool, job, &mut done);
            }
        }
        assert!(!pool.cool_down(COOL_DOWN_MS), "addresses that still cool down");
        if let Some(job) = pool.reconcile() {
            self.answer(&mut pool, job, &mut done);
        }
        done
    }

    /// Answers a job at once, with success, and what the pool orders then, until it orders nothing.
    fn answer(&self, pool: &mut Pool, job: Job, done: &mut Outcome) {
        let mut next = Some(job);
        while let Some(job) = next {
            let returned = match &job {
                Job::Create { count } => {
                    let from = done.created;
                    done.created += usize::try_from(*count).expect("a number of groups");
                    &self.groups[from..done.created]
                }
                Job::Delete { groups } => {
                    done.deleted += groups.len();
                    &[]
                }
                Job::Resync => unreachable!("no job fails"),
            };
            assert_eq!(pool.update(&job, JobResult::success(returned)), Ok(false));
            next = pool.reconcile();
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mode: IpamMode = arguments[0].parse().expect("a mode");
    let [pods, capacity, rounds] = [1, 2, 3].map(|at| arguments[at].parse::<u32>().expect("a number"));
    let group = |at: u32| match mode {
        IpamMode::SecondaryIp => Ipv4Prefix::host((0x0A00_0000 + at + 4).into()),
        IpamMode::PrefixDelegation => {
            Ipv4Prefix::new((0x0A00_0000 + (at + 1) * 16).into(), 28).expect("a block")
        }
    };
    let node = Node {
        mode,
        capacity,
        pods: (0..pods).collect(),
        leaving: (0..pods).map(|at| at * 619 % pods).collect(),
        groups: (0..capacity).map(group).collect(),
    };
    let first = node.cycle();
    let times = (0..rounds).map(|_| {
        let start = Instant::now();
        let done = node.cycle();
        let taken = start.elapsed().as_nanos();
        assert_eq!(done, first);
        taken
    });
    let times: Vec<String> = times.map(|nanoseconds| nanoseconds.to_string()).collect();
    #[expect(clippy::print_stdout, reason = "this is its answer")]
    {
        println!("{} {} {}", first.created, first.deleted, first.created - first.deleted);
        println!("{}", times.join(" "));
    }
}
