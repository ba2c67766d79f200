//! What happens to a pool, one thing after the other.

use super::answer::{PoolJob, PoolStep};
use super::given::{GivenJob, GivenStep};
use super::node::{self, NodePool, checked, config_of, group, group_of, groups, mode_of, moment};
use crate::read::shortened;
use crate::request::{Refusal, nearest};
use winpod::pool::{COOL_DOWN_MS, Job, JobResult, ModeUpdate, PoolConfig, PoolError, Retry, mode_update};

/// Each step, the fields that it needs, and those that it may have.
const STEPS: [(&str, &[&str], &[&str]); 9] = [
    ("assign", &["owner"], &["group"]),
    ("free", &["owner", "nowMs"], &["address"]),
    ("coolDown", &["nowMs"], &[]),
    ("reconcile", &[], &["releasing"]),
    ("update", &["job"], &["returned", "error", "succeeded", "prefixAvailable"]),
    ("resync", &["onEni"], &[]),
    ("activate", &["config"], &["releasing"]),
    ("drain", &[], &["releasing"]),
    ("modeUpdate", &["was", "now"], &[]),
];

/// Refuses an unknown step, a field that is missing, and one that does not belong to the step.
fn check(step: &GivenStep, path: &str) -> Result<(), Refusal> {
    let Some((op, needed, allowed)) = STEPS.iter().find(|(name, ..)| *name == step.op) else {
        let names = || STEPS.iter().map(|(name, ..)| *name);
        let meant = nearest(&step.op, names()).map(|meant| format!(" Did you mean {meant}?"));
        let all = names().collect::<Vec<_>>().join(", ");
        let shown = shortened(&step.op);
        let message = format!("{path}op is {shown:?}: one of {all} is allowed.{}", meant.unwrap_or_default());
        return Err(Refusal::new("POOL_STEP", message));
    };
    let given = [
        ("owner", step.owner.is_some()),
        ("address", step.address.is_some()),
        ("group", step.group.is_some()),
        ("nowMs", step.now_ms.is_some()),
        ("releasing", step.releasing.is_some()),
        ("config", step.config.is_some()),
        ("job", step.job.is_some()),
        ("returned", step.returned.is_some()),
        ("error", step.error.is_some()),
        ("succeeded", step.succeeded.is_some()),
        ("prefixAvailable", step.prefix_available.is_some()),
        ("onEni", step.on_eni.is_some()),
        ("was", step.was.is_some()),
        ("now", step.now.is_some()),
    ];
    for (field, is_given) in given {
        if is_given && !needed.contains(&field) && !allowed.contains(&field) {
            return Err(Refusal::new("REQUEST", format!("{path}{field} is given: {op} takes none")));
        }
        if !is_given && needed.contains(&field) {
            return Err(missing(path, field));
        }
    }
    Ok(())
}

fn missing(path: &str, field: &str) -> Refusal {
    Refusal::new("REQUEST", format!("{path}{field} is missing: the step needs it"))
}

impl NodePool {
    pub(super) fn step_within(&mut self, step: &GivenStep, path: &str) -> Result<PoolStep, Refusal> {
        check(step, path)?;
        let at = |field: &str| format!("{path}{field}");
        let mut answer = self.nothing(step);
        match step.op.as_str() {
            "assign" => self.assign(step, path, &mut answer)?,
            "free" => self.free(step, path, &mut answer)?,
            "coolDown" => {
                let now = step.now_ms.ok_or_else(|| missing(path, "nowMs"))?;
                answer.more = Some(self.pool.cool_down(moment(now, &at("nowMs"))?));
                answer.reconcile = true;
                answer.after_ms = u32::try_from(COOL_DOWN_MS).ok();
            }
            "reconcile" => answer.job = self.reconcile(None, step.releasing.as_deref(), path)?,
            "drain" => {
                answer.job = self.reconcile(Some(PoolConfig::DRAINING), step.releasing.as_deref(), path)?;
            }
            "activate" => {
                let config = step.config.as_ref().ok_or_else(|| missing(path, "config"))?;
                let config = config_of(config, &at("config."))?;
                answer.job = self.reconcile(Some(config), step.releasing.as_deref(), path)?;
            }
            "update" => self.update(step, path, &mut answer)?,
            "resync" => {
                let listed = step.on_eni.as_deref().unwrap_or_default();
                let on_eni = groups(listed, self.mode(), &at("onEni"))?;
                self.room_for(on_eni.len())?;
                answer.resynced = Some(self.pool.resync(&on_eni).map_err(|error| refused(error, path))?);
            }
            _ => {
                let [was, now] = [(&step.was, "was"), (&step.now, "now")]
                    .map(|(mode, field)| mode_of(mode.as_deref().unwrap_or_default(), &at(field)));
                let (action, advertised) = match mode_update(self.mode(), was?, now?) {
                    ModeUpdate::Activate => ("activate", Some(self.capacity())),
                    ModeUpdate::Drain => ("drain", None),
                    ModeUpdate::Keep => ("keep", None),
                };
                answer.action = Some(action.to_owned());
                answer.advertised = advertised;
            }
        }
        answer.counts = self.counts();
        Ok(answer)
    }

    /// An answer that says nothing yet.
    fn nothing(&self, step: &GivenStep) -> PoolStep {
        PoolStep {
            op: step.op.clone(),
            address: None,
            group: None,
            error: None,
            code: None,
            message: None,
            reconcile: false,
            retry: None,
            after_ms: None,
            more: None,
            job: None,
            returned: None,
            succeeded: None,
            prefix_available: None,
            resynced: None,
            action: None,
            advertised: None,
            counts: self.counts(),
        }
    }

    fn assign(&mut self, step: &GivenStep, path: &str, answer: &mut PoolStep) -> Result<(), Refusal> {
        let owner = checked(step.owner.as_deref().unwrap_or_default(), &format!("{path}owner"))?;
        let chosen = step.group.as_deref().map(|text| group(text, self.mode(), &format!("{path}group")));
        let number = self.owners.number(owner);
        let assigned = match chosen.transpose()? {
            None => self.pool.assign(number),
            Some(group) => self.pool.assign_from(number, group),
        };
        match assigned {
            Ok(address) => {
                self.owners.keep(owner, number);
                answer.address = Some(address.to_string());
                answer.group = Some(group_of(self.mode(), address).to_string());
                answer.reconcile = true;
            }
            Err(error) => {
                said(error, owner, path, answer)?;
                let (retry, after_ms) = match error.retry() {
                    Retry::After { ms } => ("after", Some(ms)),
                    Retry::BackOff => ("back-off", None),
                    _ => ("never", None),
                };
                answer.retry = Some(retry.to_owned());
                answer.after_ms = after_ms;
            }
        }
        Ok(())
    }

    fn free(&mut self, step: &GivenStep, path: &str, answer: &mut PoolStep) -> Result<(), Refusal> {
        let owner = checked(step.owner.as_deref().unwrap_or_default(), &format!("{path}owner"))?;
        let now = step.now_ms.ok_or_else(|| missing(path, "nowMs"))?;
        let now = moment(now, &format!("{path}nowMs"))?;
        let given = step.address.as_deref().map(|text| node::address(text, &format!("{path}address")));
        let own = self.address_of(owner);
        let address = given.transpose()?.or(own).unwrap_or(std::net::Ipv4Addr::UNSPECIFIED);
        match self.pool.free(self.owners.number(owner), address, now) {
            Ok(()) => {
                self.owners.forget(owner);
                answer.reconcile = true;
            }
            Err(error) => {
                said(error, owner, path, answer)?;
                // The controller writes it to its log and lets the pod go.
                answer.retry = Some("never".to_owned());
            }
        }
        Ok(())
    }

    /// Reconciles, with other targets if given; a choice that is refused changes nothing.
    fn reconcile(
        &mut self,
        config: Option<PoolConfig>,
        releasing: Option<&[String]>,
        path: &str,
    ) -> Result<Option<PoolJob>, Refusal> {
        let before = self.pool.given_config();
        let chosen =
            releasing.map(|texts| groups(texts, self.mode(), &format!("{path}releasing"))).transpose()?;
        if let Some(config) = config {
            self.pool.set_config(config);
        }
        let job = match &chosen {
            None => self.pool.reconcile(),
            Some(chosen) => self.pool.reconcile_releasing(chosen).map_err(|error| {
                self.pool.set_config(before);
                Refusal::new(error.code(), format!("{path}releasing: {error}"))
            })?,
        };
        Ok(job.map(|job| told(&job)))
    }

    fn update(&mut self, step: &GivenStep, path: &str, answer: &mut PoolStep) -> Result<(), Refusal> {
        let job = step.job.as_ref().ok_or_else(|| missing(path, "job"))?;
        let job = self.job(job, &format!("{path}job."))?;
        let returned = step.returned.as_deref().unwrap_or_default();
        let returned = groups(returned, self.mode(), &format!("{path}returned"))?;
        self.room_for(returned.len())?;
        let error = step.error.as_deref();
        let told = step.succeeded.is_some() || step.prefix_available.is_some();
        if told && error.is_some() {
            let message = format!(
                "{path}error stands beside {path}succeeded or {path}prefixAvailable: give one of the two"
            );
            return Err(Refusal::new("REQUEST", message));
        }
        let result = match &job {
            _ if told => JobResult {
                returned: &returned,
                succeeded: step.succeeded.unwrap_or(true),
                prefix_available: step.prefix_available.unwrap_or(true),
            },
            Job::Delete { .. } => JobResult::of_delete(&returned, error.is_some()),
            _ => JobResult::of_create(self.mode(), &returned, error, self.pool.quirks()),
        };
        answer.reconcile = self.pool.update(&job, result).map_err(|error| refused(error, path))?;
        answer.returned = Some(returned.iter().map(ToString::to_string).collect());
        answer.succeeded = Some(result.succeeded);
        answer.prefix_available = Some(result.prefix_available);
        Ok(())
    }

    fn job(&self, job: &GivenJob, path: &str) -> Result<Job, Refusal> {
        let count = job.count.map(|count| count.whole(&format!("{path}count"))).transpose()?;
        let named = groups(&job.groups, self.mode(), &format!("{path}groups"))?;
        match job.kind.as_str() {
            "create" if !named.is_empty() => Err(Refusal::new(
                "REQUEST",
                format!("{path}groups is given: create takes none, its result has them"),
            )),
            "create" => Ok(Job::Create { count: count.ok_or_else(|| missing(path, "count"))? }),
            "delete" if count.is_some_and(|count| usize::try_from(count) != Ok(named.len())) => {
                let message = format!(
                    "{path}count is {}, and {path}groups has {}: both must be the same, or leave count out",
                    count.unwrap_or_default(),
                    named.len()
                );
                Err(Refusal::new("REQUEST", message))
            }
            "delete" => Ok(Job::Delete { groups: named }),
            "resync" => Err(Refusal::new(
                "REQUEST",
                format!("{path}kind is \"resync\": its result is the step resync"),
            )),
            other => {
                let shown = shortened(other);
                Err(Refusal::new("REQUEST", format!("{path}kind is {shown:?}: create or delete is allowed")))
            }
        }
    }

    /// Refuses groups for which the pool has no room in memory.
    fn room_for(&self, groups: usize) -> Result<(), Refusal> {
        let counts = self.pool.counts();
        let held =
            [counts.used, counts.warm, counts.cooling].map(|count| count as usize).iter().sum::<usize>();
        node::bounded(held + groups * self.mode().addresses_per_slot() as usize)
    }
}

/// What the controller says; a refusal where it is no word of the controller's.
fn said(error: PoolError, owner: &str, path: &str, answer: &mut PoolStep) -> Result<(), Refusal> {
    let Some(name) = error.controller_name() else { return Err(refused(error, path)) };
    let message = match error {
        PoolError::AlreadyAssigned { address, .. } => format!("{owner} already has {address}"),
        PoolError::DoesntExist { .. } => format!("{owner} has no address"),
        PoolError::IncorrectOwner { address, .. } => format!("{owner} has {address}, not the address given"),
        other => other.to_string(),
    };
    answer.error = Some(name.to_owned());
    answer.code = Some(error.code().to_owned());
    answer.message = Some(message);
    answer.reconcile = error.must_reconcile();
    Ok(())
}

fn refused(error: PoolError, path: &str) -> Refusal {
    let place = path.strip_suffix('.').map(|step| format!("{step}: ")).unwrap_or_default();
    Refusal::new(error.code(), format!("{place}{error}"))
}

fn told(job: &Job) -> PoolJob {
    let (kind, count, groups) = match job {
        Job::Create { count } => ("create", *count, Vec::new()),
        Job::Delete { groups } => (
            "delete",
            i64::try_from(groups.len()).unwrap_or(i64::MAX),
            groups.iter().map(ToString::to_string).collect(),
        ),
        Job::Resync => ("resync", 0, Vec::new()),
    };
    PoolJob { kind: kind.to_owned(), count, groups }
}
