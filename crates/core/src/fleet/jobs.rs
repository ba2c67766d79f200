//! What pools order: workers, limits, and the calls to EC2.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::bucket::Bucket;
use super::members::index;
use super::play::{Fleet, rank};
use super::scenario::{MAX_WORKERS, Pace};
use super::timeline::Reason;
use crate::Ipv4Prefix;
use crate::ipam::IpamMode;
use crate::pool::{Job, JobResult};

/// The wait before a second description, in milliseconds; it doubles. Source: `pkg/aws/ec2/api` of
/// amazon-vpc-resource-controller-k8s at b8d4251 (2026-04-23).
const DESCRIBE_AGAIN_MS: u64 = 250;
/// The longest such wait, ibid.
const DESCRIBE_CAP_MS: u64 = 60_000;
/// Descriptions at most, ibid.
const DESCRIBES: u32 = 7;

/// Orders, and those who see to them.
#[derive(Debug)]
pub(super) struct Desk {
    ec2: Bucket,
    /// Of assignments, and of the opposite.
    account: Option<[Bucket; 2]>,
    queues: [VecDeque<Order>; 2],
    workers: [Vec<Option<Task>>; 2],
    next: u64,
}

#[derive(Debug)]
struct Order {
    number: u64,
    node: usize,
    mode: IpamMode,
    job: Job,
}

#[derive(Debug)]
struct Task {
    order: Order,
    stage: Stage,
    attempt: u32,
    granted: Vec<Ipv4Prefix>,
    reason: Option<Reason>,
    granted_ms: u64,
    describes: u32,
}

/// What a worker does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Asks the limit for a token.
    Queue(Call),
    /// Sends the call.
    Send(Call),
    /// Hears the answer.
    Answer(Call),
    /// Hears that the account has too many calls.
    Refused(Call),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Assign,
    Unassign,
    Describe,
}

/// What becomes of a task.
enum Next {
    At(u64, Stage),
    Done,
}

impl Desk {
    pub(super) fn new(pace: &Pace) -> Self {
        let workers = || (0..pace.workers).map(|_| None).collect();
        Self {
            ec2: Bucket::new(pace.ec2),
            account: pace.account.map(|rate| [Bucket::new(rate), Bucket::new(rate)]),
            queues: [VecDeque::new(), VecDeque::new()],
            workers: [workers(), workers()],
            next: 0,
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.workers.iter().flatten().all(Option::is_none)
    }
}

impl Fleet<'_> {
    /// Queues an order for the workers of its mode.
    pub(super) fn submit(&mut self, node: usize, mode: IpamMode, job: Job) {
        let number = self.desk.next;
        self.desk.next += 1;
        self.desk.queues[index(mode)].push_back(Order { number, node, mode, job });
        self.hand_out(mode);
    }

    /// Gives orders to workers that have none.
    fn hand_out(&mut self, mode: IpamMode) {
        while let Some(worker) = self.desk.workers[index(mode)].iter().position(Option::is_none) {
            let Some(order) = self.desk.queues[index(mode)].pop_front() else {
                return;
            };
            if !self.nodes[order.node].alive {
                continue;
            }
            let call = match order.job {
                Job::Create { .. } => Call::Assign,
                Job::Delete { .. } => Call::Unassign,
                Job::Resync => Call::Describe,
            };
            let ready_ms = self.desk.ec2.reserve(self.now_ms);
            let slot = slot(mode, worker);
            self.due.push(Reverse((ready_ms, rank::ANSWER, order.number, slot)));
            self.desk.workers[index(mode)][worker] = Some(Task {
                order,
                stage: Stage::Send(call),
                attempt: 1,
                granted: Vec::new(),
                reason: None,
                granted_ms: 0,
                describes: 0,
            });
        }
    }

    /// The next thing of a worker's order is due.
    pub(super) fn job_due(&mut self, number: u64, slot: u32) {
        let (mode, worker) = place(slot);
        let Some(mut task) = self.desk.workers[index(mode)].get_mut(worker).and_then(Option::take) else {
            return;
        };
        match self.advance(&mut task) {
            Next::At(at_ms, stage) => {
                task.stage = stage;
                self.desk.workers[index(mode)][worker] = Some(task);
                self.due.push(Reverse((at_ms, rank::ANSWER, number, slot)));
            }
            Next::Done => {
                let node = task.order.node;
                if self.nodes[node].alive {
                    self.settle(node, true);
                }
                self.hand_out(mode);
            }
        }
    }

    fn advance(&mut self, task: &mut Task) -> Next {
        let now_ms = self.now_ms;
        match task.stage {
            Stage::Queue(call) => Next::At(self.desk.ec2.reserve(now_ms), Stage::Send(call)),
            Stage::Send(call) => {
                let pace = &self.scenario.pace;
                let (count, bucket, latency) = match call {
                    Call::Assign => (&mut self.calls.assign, Some(0), pace.assign_ms),
                    Call::Unassign => (&mut self.calls.unassign, Some(1), pace.unassign_ms),
                    Call::Describe => (&mut self.calls.describe, None, pace.describe_ms),
                };
                *count += 1;
                let account = self.desk.account.as_mut().zip(bucket);
                let refused = account.is_some_and(|(buckets, bucket)| !buckets[bucket].try_take(now_ms));
                self.calls.throttled += u64::from(refused);
                let stage = if refused { Stage::Refused(call) } else { Stage::Answer(call) };
                Next::At(now_ms + u64::from(latency), stage)
            }
            Stage::Refused(call) if task.attempt < self.scenario.pace.attempts => {
                let wait = u64::from(self.scenario.pace.throttle_back_off_ms);
                let times = 1_u64.checked_shl(task.attempt - 1).unwrap_or(u64::MAX);
                task.attempt += 1;
                Next::At(now_ms.saturating_add(wait.saturating_mul(times)), Stage::Queue(call))
            }
            Stage::Refused(_) => {
                self.refused(&task.order);
                Next::Done
            }
            Stage::Answer(_) if !self.nodes[task.order.node].alive => Next::Done,
            Stage::Answer(Call::Assign) => self.assigned(task),
            Stage::Answer(Call::Unassign) => {
                self.unassigned(&task.order);
                Next::Done
            }
            Stage::Answer(Call::Describe) => self.described(task),
        }
    }

    fn refused(&mut self, order: &Order) {
        let (node, mode) = (order.node, order.mode);
        if !self.nodes[node].alive {
            return;
        }
        self.failed(node, Reason::Throttled);
        let kept: &[Ipv4Prefix] = match &order.job {
            Job::Delete { groups } => groups,
            _ => &[],
        };
        self.with_pool(node, mode, |pool| pool.update(&order.job, JobResult::failure(kept)));
        self.reported(node, mode, true);
    }

    fn assigned(&mut self, task: &mut Task) -> Next {
        let (node, mode) = (task.order.node, task.order.mode);
        let Job::Create { count } = task.order.job else {
            return Next::Done;
        };
        (task.granted, task.reason) = self.grant(node, mode, count);
        task.granted_ms = self.now_ms;
        if task.granted.is_empty() {
            let again = self.created(node, mode, count, &[], task.reason);
            self.reported(node, mode, again);
            return Next::Done;
        }
        Next::At(self.desk.ec2.reserve(self.now_ms), Stage::Send(Call::Describe))
    }

    fn unassigned(&mut self, order: &Order) {
        let (node, mode) = (order.node, order.mode);
        let Job::Delete { groups } = &order.job else {
            return;
        };
        let ground = &mut self.grounds[self.nodes[node].subnet as usize];
        if let Some(held) = self.nodes[node].pools[index(mode)].as_mut() {
            for group in groups {
                if let Ok(at) = held.on_eni.binary_search(group) {
                    held.on_eni.remove(at);
                    ground.release(*group);
                    ground.held -= mode.addresses_per_slot();
                }
            }
        }
        self.with_pool(node, mode, |pool| pool.update(&order.job, JobResult::success(&[])));
        self.reported(node, mode, false);
    }

    fn described(&mut self, task: &mut Task) -> Next {
        let (node, mode) = (task.order.node, task.order.mode);
        let Job::Create { count } = task.order.job else {
            if let Some(held) = self.nodes[node].pools[index(mode)].as_mut() {
                let on_eni = core::mem::take(&mut held.on_eni);
                held.resyncing = false;
                self.with_pool(node, mode, |pool| pool.resync(&on_eni));
                if let Some(held) = self.nodes[node].pools[index(mode)].as_mut() {
                    held.on_eni = on_eni;
                }
            }
            self.reported(node, mode, false);
            return Next::Done;
        };
        task.describes += 1;
        let visible_ms = task.granted_ms + u64::from(self.scenario.pace.visible_after_ms);
        let again = if self.now_ms >= visible_ms {
            self.created(node, mode, count, &task.granted, task.reason)
        } else if task.describes < DESCRIBES {
            let wait = (DESCRIBE_AGAIN_MS << (task.describes - 1)).min(DESCRIBE_CAP_MS);
            return Next::At(self.now_ms + wait, Stage::Queue(Call::Describe));
        } else {
            self.created(node, mode, count, &[], Some(Reason::NotVisible))
        };
        self.reported(node, mode, again);
        Next::Done
    }

    /// A pool was told something outside of a reconciliation.
    fn reported(&mut self, node: usize, mode: IpamMode, reconcile: bool) {
        if let Some(held) = self.nodes[node].pools[index(mode)].as_mut() {
            held.dirty = true;
        }
        if reconcile {
            self.reconcile(node, mode);
        }
    }
}

fn slot(mode: IpamMode, worker: usize) -> u32 {
    u32::try_from(index(mode)).unwrap_or(0) * MAX_WORKERS + u32::try_from(worker).unwrap_or(0)
}

fn place(slot: u32) -> (IpamMode, usize) {
    let mode = if slot < MAX_WORKERS { IpamMode::SecondaryIp } else { IpamMode::PrefixDelegation };
    (mode, (slot % MAX_WORKERS) as usize)
}
