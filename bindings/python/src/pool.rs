//! The class `Pool`: conversion around `winpod_cluster::pool::NodePool`.
#![allow(
    clippy::doc_markdown,
    clippy::doc_link_with_quotes,
    reason = "what is documented here are Python's docstrings"
)]

use crate::answer::ToPython;
use crate::error::refused;
use crate::request::{self, Reader};
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::PyType;
use serde::Serialize;
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use winpod_cluster::pool::NodePool;

/// The pool of one node in one mode, with state: it answers every operation as the VPC Resource Controller does.
///
/// The capacity is that of `instance_type`, or of a type with `ipv4_per_eni` addresses and `nitro`, or is given as
/// `capacity` in addresses. `mode` is `secondary-ip` or `prefix-delegation`; if not given, the mode that `data` leads to,
/// else `secondary-ip`. A type that is not Nitro has a pool of secondary addresses only. The targets are in `data`, the
/// data of the amazon-vpc-cni ConfigMap with values as text, or in `config`, a dict with `warmIpTarget`,
/// `minimumIpTarget`, `warmPrefixTarget` and perhaps `active` and `tolerance`; the controller's defaults if neither is
/// given. `quirks_off` names quirks of the controller that the pool does not show. `on_eni` are the /28 prefixes, or
/// addresses in secondary mode, that the ENI holds when the controller starts, and `used` the running pods then, as dicts
/// with `owner` and `address`. `from_state` makes a pool as it stood.
///
/// Each method is one step and gives a `PoolStep`: what the controller answers, its errors included. The pool has no
/// clock: times are milliseconds that the caller counts. Where the controller leaves a choice to chance, the lowest address
/// is taken. Threads may share a pool; each change is made wholly or not at all.
///
/// Raises WinpodError: UNKNOWN_TYPE, IPV4_PER_ENI, IPAM_MODE, OUT_OF_RANGE, NOT_A_WHOLE_NUMBER, QUIRK, OWNER, OWNER_TWICE,
/// ADDRESS_SYNTAX, PREFIX_SYNTAX, PREFIX_LENGTH, PREFIX_LENGTH_MISSING, HOST_BITS_SET, GROUP_LENGTH, GROUP_TWICE,
/// OUTSIDE_GROUP, ILLEGAL_CHOICE, CHOICE_COUNT, TOO_MANY for more than 16,384 addresses; REQUEST, ENCODING, TOO_DEEP,
/// TOO_LARGE.
///
/// >>> pool = winpod.Pool("m5.large", mode="prefix-delegation")
/// >>> pool.assign("web-1").error, pool.assign("web-1").after_ms
/// ('ErrInsufficientCidrBlocks', 120000)
/// >>> order = pool.reconcile().job
/// >>> order.kind, order.count
/// ('create', 1)
/// >>> pool.update(order, ["192.0.2.16/28"]).reconcile
/// False
/// >>> pool.assign("web-1").address
/// '192.0.2.16'
/// >>> pool
/// Pool('prefix-delegation', capacity=144, used_addresses=1, free_addresses=15, cooling_addresses=0)
/// >>> pool.update(order, ["192.0.2.0/27"])
/// Traceback (most recent call last):
/// winpod.WinpodError: returned[0]: 192.0.2.0/27 is not what prefix-delegation holds: its length must be 28 [GROUP_LENGTH]
#[pyclass(name = "Pool", module = "winpod", frozen, weakref)]
pub(crate) struct Pool(Mutex<Arc<NodePool>>);

type Object<'py> = Bound<'py, PyAny>;

impl Pool {
    fn of(pool: NodePool) -> Self {
        Self(Mutex::new(Arc::new(pool)))
    }

    fn lock(&self, py: Python<'_>) -> MutexGuard<'_, Arc<NodePool>> {
        self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }

    /// The state now: what follows runs without the lock.
    fn now(&self, py: Python<'_>) -> Arc<NodePool> {
        self.lock(py).clone()
    }

    pub(crate) fn given(&self, py: Python<'_>) -> Value {
        self.now(py).to_given()
    }

    fn step<'py>(
        &self,
        py: Python<'py>,
        op: &str,
        given: &[(&str, Option<&Object<'py>>)],
    ) -> PyResult<Object<'py>> {
        let mut step = Reader::new(py).fields(given)?;
        step.insert("op".to_owned(), op.into());
        // Taken in one step, so that the lock is not held while Python's objects are made.
        let answer = Arc::make_mut(&mut *self.lock(py)).step(step.into());
        record(py, &refused(py, answer)?)
    }
}

#[pymethods]
impl Pool {
    #[new]
    #[pyo3(signature = (
        instance_type=None, /, *, mode=None, capacity=None, ipv4_per_eni=None, nitro=None, config=None, data=None,
        quirks_off=None, on_eni=None, used=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new<'py>(
        py: Python<'py>,
        instance_type: Option<&Object<'py>>,
        mode: Option<&Object<'py>>,
        capacity: Option<&Object<'py>>,
        ipv4_per_eni: Option<&Object<'py>>,
        nitro: Option<&Object<'py>>,
        config: Option<&Object<'py>>,
        data: Option<&Object<'py>>,
        quirks_off: Option<&Object<'py>>,
        on_eni: Option<&Object<'py>>,
        used: Option<&Object<'py>>,
    ) -> PyResult<Self> {
        let mut reader = Reader::new(py);
        let limits = reader.fields(&[("ipv4PerEni", ipv4_per_eni), ("nitro", nitro)])?;
        let mut given = reader.fields(&[
            ("instanceType", instance_type),
            ("mode", mode),
            ("capacity", capacity),
            ("config", config),
            ("data", data),
            ("quirksOff", quirks_off),
            ("onEni", on_eni),
            ("used", used),
        ])?;
        if !limits.is_empty() {
            given.insert("limits".to_owned(), limits.into());
        }
        made(py, given.into())
    }

    /// Makes a pool as it stood: of the `PoolState` that `introspect` gave, or of a dict with its fields.
    #[classmethod]
    #[pyo3(signature = (state, /))]
    fn from_state(_: &Bound<'_, PyType>, state: &Object<'_>) -> PyResult<Self> {
        let py = state.py();
        let state = Reader::new(py).json(state).map_err(|fault| fault.raised(py, "state"))?;
        made(py, state)
    }

    /// Gives the pod `owner` the next address; with `group` from the group that a controller chose.
    ///
    /// A pod that gets none has the error's name in `error`, and in `retry` and `after_ms` when the controller asks again.
    #[pyo3(signature = (owner, /, *, group=None))]
    fn assign<'py>(
        &self,
        py: Python<'py>,
        owner: &Object<'py>,
        group: Option<&Object<'py>>,
    ) -> PyResult<Object<'py>> {
        self.step(py, "assign", &[("owner", Some(owner)), ("group", group)])
    }

    /// Takes the address of the pod `owner` back, which cools down from `now_ms` on; the address that it has if not given.
    #[pyo3(signature = (owner, /, address=None, *, now_ms))]
    fn free<'py>(
        &self,
        py: Python<'py>,
        owner: &Object<'py>,
        address: Option<&Object<'py>>,
        now_ms: &Object<'py>,
    ) -> PyResult<Object<'py>> {
        self.step(py, "free", &[("owner", Some(owner)), ("address", address), ("nowMs", Some(now_ms))])
    }

    /// Makes free again what has cooled down by `now_ms`; `more` tells whether some are left.
    #[pyo3(signature = (now_ms, /))]
    fn cool_down<'py>(&self, py: Python<'py>, now_ms: &Object<'py>) -> PyResult<Object<'py>> {
        self.step(py, "coolDown", &[("nowMs", Some(now_ms))])
    }

    /// Compares the pool with its targets; `job` is what it orders, or None. `releasing` are groups that a controller chose.
    #[pyo3(signature = (*, releasing=None))]
    fn reconcile<'py>(&self, py: Python<'py>, releasing: Option<&Object<'py>>) -> PyResult<Object<'py>> {
        self.step(py, "reconcile", &[("releasing", releasing)])
    }

    /// Takes what came of a job: the groups that were created, or that could not be deleted.
    ///
    /// `job` is what `reconcile` ordered, or a dict with `kind` and `count` or `groups`. `error` is the text of EC2's error
    /// if there was one; or `succeeded` and `prefix_available` are what the controller's provider told the pool.
    #[pyo3(signature = (job, /, returned=None, *, error=None, succeeded=None, prefix_available=None))]
    fn update<'py>(
        &self,
        py: Python<'py>,
        job: &Object<'py>,
        returned: Option<&Object<'py>>,
        error: Option<&Object<'py>>,
        succeeded: Option<&Object<'py>>,
        prefix_available: Option<&Object<'py>>,
    ) -> PyResult<Object<'py>> {
        let given = [
            ("job", Some(job)),
            ("returned", returned),
            ("error", error),
            ("succeeded", succeeded),
            ("prefixAvailable", prefix_available),
        ];
        self.step(py, "update", &given)
    }

    /// Brings the books in line with what the ENI holds, if the pool asked for it.
    #[pyo3(signature = (on_eni, /))]
    fn resync<'py>(&self, py: Python<'py>, on_eni: &Object<'py>) -> PyResult<Object<'py>> {
        self.step(py, "resync", &[("onEni", Some(on_eni))])
    }

    /// Sets targets, a dict as in `Pool`, and reconciles.
    #[pyo3(signature = (config, /, *, releasing=None))]
    fn activate<'py>(
        &self,
        py: Python<'py>,
        config: &Object<'py>,
        releasing: Option<&Object<'py>>,
    ) -> PyResult<Object<'py>> {
        self.step(py, "activate", &[("config", Some(config)), ("releasing", releasing)])
    }

    /// Gives back what is free, now and whenever the pool reconciles.
    #[pyo3(signature = (*, releasing=None))]
    fn drain<'py>(&self, py: Python<'py>, releasing: Option<&Object<'py>>) -> PyResult<Object<'py>> {
        self.step(py, "drain", &[("releasing", releasing)])
    }

    /// Tells what becomes of the pool when a node that worked in mode `was` works in mode `now`; changes nothing.
    #[pyo3(signature = (was, now))]
    fn mode_update<'py>(
        &self,
        py: Python<'py>,
        was: &Object<'py>,
        now: &Object<'py>,
    ) -> PyResult<Object<'py>> {
        self.step(py, "modeUpdate", &[("was", Some(was)), ("now", Some(now))])
    }

    /// Lays the pool open: what the controller's introspection shows, and what it keeps to itself.
    fn introspect<'py>(&self, py: Python<'py>) -> PyResult<Object<'py>> {
        record(py, &self.now(py).introspect())
    }

    /// Counts the addresses of each kind.
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Object<'py>> {
        record(py, &self.now(py).counts())
    }

    /// The targets in effect, after the pool's own rules and without what is mended.
    fn targets<'py>(&self, py: Python<'py>) -> PyResult<Object<'py>> {
        record(py, &self.now(py).targets())
    }

    /// The address of a pod, or None.
    #[pyo3(signature = (owner, /))]
    fn address_of(&self, owner: &Object<'_>) -> PyResult<Option<String>> {
        let py = owner.py();
        let owner = request::text(owner).map_err(|fault| fault.raised(py, "owner"))?;
        Ok(self.now(py).address_of(owner).map(|address| address.to_string()))
    }

    /// A pool of its own with the same state.
    fn copy(&self, py: Python<'_>) -> Self {
        Self(Mutex::new(self.now(py)))
    }

    /// The pool as requests have it.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Object<'py>> {
        Ok(self.given(py).serialize(ToPython::plain(py))?)
    }

    /// `secondary-ip` or `prefix-delegation`.
    #[getter]
    fn mode(&self, py: Python<'_>) -> &'static str {
        self.now(py).mode().name()
    }

    /// Addresses that the node can have, free and used ones together.
    #[getter]
    fn capacity(&self, py: Python<'_>) -> u32 {
        self.now(py).capacity()
    }

    fn __eq__(&self, other: &Bound<'_, Self>) -> bool {
        let py = other.py();
        let (ours, theirs) = (self.now(py), other.get().now(py));
        Arc::ptr_eq(&ours, &theirs) || py.detach(|| ours == theirs)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let now = self.now(py);
        let (mode, capacity, counts) = (now.mode(), now.capacity(), now.counts());
        format!(
            "Pool('{mode}', capacity={capacity}, used_addresses={}, free_addresses={}, cooling_addresses={})",
            counts.used_addresses, counts.free_addresses, counts.cooling_addresses
        )
    }

    fn __copy__(&self, py: Python<'_>) -> Self {
        self.copy(py)
    }

    fn __deepcopy__(&self, py: Python<'_>, _memo: &Object<'_>) -> Self {
        self.copy(py)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Object<'py>, (Object<'py>,))> {
        let state = slf.get().to_dict(slf.py())?;
        Ok((slf.get_type().getattr("from_state")?, (state,)))
    }
}

fn made(py: Python<'_>, given: Value) -> PyResult<Pool> {
    refused(py, NodePool::from_value(given)).map(Pool::of)
}

fn record<'py>(py: Python<'py>, answer: &impl Serialize) -> PyResult<Object<'py>> {
    Ok(answer.serialize(ToPython::records(py)?)?)
}
