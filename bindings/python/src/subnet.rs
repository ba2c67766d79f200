//! The class `Subnet`: conversion around `winpod_cluster::subnet::Ledger`.
#![allow(
    clippy::doc_markdown,
    clippy::doc_link_with_quotes,
    reason = "what is documented here are Python's docstrings"
)]

use crate::answer::ToPython;
use crate::error::refused;
use crate::request::{self, Fault, Reader};
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::{PyBytes, PyInt, PyMapping, PyString};
use serde::Serialize;
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use winpod_cluster::read::node::MAX_NODES;
use winpod_cluster::request::{Refusal, Unfit, Wide};
use winpod_cluster::subnet::Ledger;
use winpod_cluster::subnet::ledger::{address_of, prefix_of};

/// One subnet with state: what is used in it, who holds it, and what is left.
///
/// `used` is an iterable of entries, each an address or a delegated /28 as text (`"10.0.8.20"`, `"10.0.8.32/28"`, with
/// its holder `"10.0.8.20 i-1"`), an `ipaddress` object, or an address as a number; or the answer of
/// `ec2.describe_network_interfaces()`, its pages, or its `NetworkInterfaces`. `reservations` is an iterable of
/// `(type, cidr)` pairs or of dicts with `cidr` and `type`; or the answer of `ec2.get_subnet_cidr_reservations()`, its
/// pages, or its `SubnetIpv4CidrReservations`. Of listings what belongs to other subnets is left out. With
/// `count_last_block` the last /28 counts as one for prefixes, which is contested.
///
/// Host bits of `cidr` are taken away. Threads may share a subnet; each change is made wholly or not at all.
///
/// Raises WinpodError: PREFIX_SYNTAX, PREFIX_LENGTH, PREFIX_LENGTH_MISSING, SUBNET_SIZE for `cidr`; ADDRESS_SYNTAX,
/// OUT_OF_RANGE, HOST_BITS_SET, DELEGATED_LENGTH, ADDRESS_OUTSIDE_SUBNET, ADDRESS_RESERVED, ADDRESS_ASSIGNED,
/// ADDRESS_IN_PREFIX, PREFIX_OUTSIDE_SUBNET, PREFIX_RESERVED, PREFIX_ASSIGNED, PREFIX_NOT_FREE, RESERVATION_TYPE,
/// RESERVATION_OVERLAP for what lies in it; LISTING_INCOMPLETE for a listing with a NextToken; the code of a problem with
/// a listing; REQUEST, ENCODING, TOO_DEEP, TOO_LARGE.
///
/// >>> subnet = winpod.Subnet("10.0.8.0/24", used=["10.0.8.20 i-1", "10.0.8.32/28"])
/// >>> subnet
/// Subnet('10.0.8.0/24', free_addresses=234, free_prefixes=12)
/// >>> subnet.census().blocks.fragmented, subnet.cure().drain[0].id
/// (1, 'i-1')
/// >>> subnet.assign("10.0.8.20")
/// Traceback (most recent call last):
/// winpod.WinpodError: 10.0.8.20 is already assigned, held by i-1 [ADDRESS_ASSIGNED]
#[pyclass(name = "Subnet", module = "winpod", frozen, weakref)]
pub(crate) struct Subnet(Mutex<Arc<Ledger>>);

type Object<'py> = Bound<'py, PyAny>;

impl Subnet {
    fn lock(&self, py: Python<'_>) -> MutexGuard<'_, Arc<Ledger>> {
        self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }

    /// The state now: what follows runs without the lock.
    fn now(&self, py: Python<'_>) -> Arc<Ledger> {
        self.lock(py).clone()
    }

    fn change<T>(
        &self,
        py: Python<'_>,
        change: impl FnOnce(&mut Ledger) -> Result<T, Refusal>,
    ) -> PyResult<T> {
        // Taken in one step, so that the lock is not held while the exception is made.
        let result = change(Arc::make_mut(&mut *self.lock(py)));
        refused(py, result)
    }

    pub(crate) fn given(&self, py: Python<'_>) -> Value {
        self.now(py).to_given()
    }
}

#[pymethods]
impl Subnet {
    #[new]
    #[pyo3(signature = (cidr, /, *, used=None, reservations=None, count_last_block=false))]
    fn new<'py>(
        cidr: &Object<'py>,
        used: Option<&Object<'py>>,
        reservations: Option<&Object<'py>>,
        count_last_block: bool,
    ) -> PyResult<Self> {
        let py = cidr.py();
        let cidr = word(cidr, "cidr")?;
        let mut ledger = refused(py, Ledger::new(&cidr, count_last_block))?;
        if let Some(used) = used {
            add(&mut ledger, used)?;
        }
        if let Some(reservations) = reservations {
            let reservations = json(reservations, "reservations")?;
            refused(py, ledger.reserve_all(reservations))?;
        }
        Ok(Self(Mutex::new(Arc::new(ledger))))
    }

    /// Assigns one address, to the interface or name `owner`.
    #[pyo3(signature = (address, /, owner=None))]
    fn assign(&self, address: &Object<'_>, owner: Option<&Object<'_>>) -> PyResult<()> {
        let (py, address) = (address.py(), place(address)?);
        let owner = owner.map(|owner| word(owner, "owner")).transpose()?;
        self.change(py, |ledger| ledger.assign(address, owner.as_deref()))
    }

    /// Assigns an aligned /28, to the interface or name `owner`.
    #[pyo3(signature = (prefix, /, owner=None))]
    fn assign_prefix(&self, prefix: &Object<'_>, owner: Option<&Object<'_>>) -> PyResult<()> {
        let py = prefix.py();
        let prefix = refused(py, prefix_of("prefix", &json(prefix, "prefix")?))?;
        let owner = owner.map(|owner| word(owner, "owner")).transpose()?;
        self.change(py, |ledger| ledger.assign_prefix(prefix, owner.as_deref()))
    }

    /// Releases an address that was assigned by itself.
    #[pyo3(signature = (address, /))]
    fn release(&self, address: &Object<'_>) -> PyResult<()> {
        let (py, address) = (address.py(), place(address)?);
        self.change(py, |ledger| ledger.release(address))
    }

    /// Releases a prefix.
    #[pyo3(signature = (prefix, /))]
    fn release_prefix(&self, prefix: &Object<'_>) -> PyResult<()> {
        let py = prefix.py();
        let prefix = refused(py, prefix_of("prefix", &json(prefix, "prefix")?))?;
        self.change(py, |ledger| ledger.release_prefix(prefix))
    }

    /// Adds a CIDR reservation, of type `prefix` or `explicit`.
    #[pyo3(signature = (cidr, /, r#type))]
    fn reserve(&self, cidr: &Object<'_>, r#type: &Object<'_>) -> PyResult<()> {
        let (py, kind) = (cidr.py(), word(r#type, "type")?);
        let cidr = refused(py, prefix_of("cidr", &json(cidr, "cidr")?))?;
        self.change(py, |ledger| ledger.reserve(cidr, &kind))
    }

    /// Tells who holds an address: the id of an interface, or the name that was given.
    #[pyo3(signature = (address, /))]
    fn owner(&self, address: &Object<'_>) -> PyResult<Option<String>> {
        let (py, address) = (address.py(), place(address)?);
        Ok(self.now(py).owner(address).map(str::to_owned))
    }

    /// Tells whether an address can be assigned: of this subnet, not reserved by AWS, not assigned.
    #[pyo3(signature = (address, /))]
    fn is_free(&self, address: &Object<'_>) -> PyResult<bool> {
        let (py, address) = (address.py(), place(address)?);
        Ok(self.now(py).occupied().map.is_free(address))
    }

    /// Counts what is free and what is broken; with `map` the answer has a map of the blocks.
    #[pyo3(signature = (*, map=false))]
    fn census<'py>(&self, py: Python<'py>, map: bool) -> PyResult<Object<'py>> {
        let now = self.now(py);
        record(py, &py.detach(|| now.census(map)))
    }

    /// Finds who spoils blocks, and the fewest to drain to win so many `prefixes` (1 if not given).
    ///
    /// `by` is `node` (the default), which is drained with all its interfaces, or `interface`. With `include_managed`
    /// interfaces that a service of AWS made may be drained too.
    #[pyo3(signature = (prefixes=None, *, by=None, include_managed=false))]
    fn cure<'py>(
        &self,
        py: Python<'py>,
        prefixes: Option<&Object<'py>>,
        by: Option<&Object<'py>>,
        include_managed: bool,
    ) -> PyResult<Object<'py>> {
        let prefixes = prefixes.map(count).transpose()?;
        let by = by.map(|by| word(by, "by")).transpose()?;
        let now = self.now(py);
        let cure = py.detach(|| now.cure(prefixes, by.as_deref(), include_managed));
        record(py, &refused(py, cure)?)
    }

    /// Proposes the CIDR reservations to make, so that there is room for so many `prefixes`.
    ///
    /// With `no_spare_block` no block is set aside beyond what is needed, although that may take more reservations.
    #[pyo3(signature = (prefixes, *, no_spare_block=false))]
    fn propose_reservations<'py>(
        &self,
        py: Python<'py>,
        prefixes: &Object<'py>,
        no_spare_block: bool,
    ) -> PyResult<Object<'py>> {
        let prefixes = count(prefixes)?;
        let now = self.now(py);
        let proposed = py.detach(|| now.propose_reservations(Some(prefixes), no_spare_block));
        record(py, &refused(py, proposed)?)
    }

    /// Forecasts how many /28 are likely to stay free after each number of `more` single addresses.
    ///
    /// Without `more` after 1, 2, 5, 10, 20 and 30 % of the usable addresses. With `prefixes` also when fewer are expected.
    #[pyo3(signature = (more=None, *, prefixes=None))]
    fn forecast<'py>(
        &self,
        py: Python<'py>,
        more: Option<&Object<'py>>,
        prefixes: Option<&Object<'py>>,
    ) -> PyResult<Object<'py>> {
        let more = match more.map(|more| json(more, "more")).transpose()? {
            None => Vec::new(),
            Some(more) => {
                refused(py, serde_json::from_value(more).map_err(|error| Refusal::not_such(&error)))?
            }
        };
        let prefixes = prefixes.map(count).transpose()?;
        let now = self.now(py);
        let forecast = py.detach(|| now.forecast(&more, prefixes));
        record(py, &refused(py, forecast)?)
    }

    /// A subnet of its own with the same state.
    fn copy(&self, py: Python<'_>) -> Self {
        Self(Mutex::new(self.now(py)))
    }

    /// The subnet as requests have it: `cidr`, `used` with the holders' names, and `reservations`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Object<'py>> {
        Ok(self.given(py).serialize(ToPython::plain(py))?)
    }

    /// The IPv4 block.
    #[getter]
    fn cidr(&self, py: Python<'_>) -> String {
        self.now(py).occupied().map.prefix().to_string()
    }

    /// The id, if a listing told it.
    #[getter]
    fn id(&self, py: Python<'_>) -> Option<String> {
        self.now(py).occupied().id.clone()
    }

    /// Addresses of the block.
    #[getter]
    fn total_addresses(&self, py: Python<'_>) -> u32 {
        self.now(py).occupied().map.total_addresses()
    }

    /// All but the five that AWS reserves.
    #[getter]
    fn usable_addresses(&self, py: Python<'_>) -> u32 {
        self.now(py).occupied().map.usable_addresses()
    }

    /// Addresses assigned, those of prefixes included.
    #[getter]
    fn used_addresses(&self, py: Python<'_>) -> u32 {
        self.now(py).occupied().map.used_addresses()
    }

    /// Usable addresses that are not assigned, those inside reservations included.
    #[getter]
    fn free_addresses(&self, py: Python<'_>) -> u32 {
        self.now(py).occupied().map.free_addresses()
    }

    /// Aligned /28 that EC2 can hand out as prefixes.
    #[getter]
    fn free_prefixes(&self, py: Python<'_>) -> u32 {
        self.now(py).occupied().map.free_prefixes()
    }

    /// Whether the last /28 counts as one for prefixes.
    #[getter]
    fn counts_last_block(&self, py: Python<'_>) -> bool {
        self.now(py).occupied().map.counts_last_block()
    }

    /// Tells whether an address or a prefix lies in the block, assigned or not.
    fn __contains__(&self, item: &Object<'_>) -> PyResult<bool> {
        let py = item.py();
        let item = address_json(item, "item")?;
        let now = self.now(py);
        let block = now.occupied().map.prefix();
        match &item {
            Value::String(text) if text.contains('/') => {
                Ok(block.contains_prefix(refused(py, prefix_of("item", &item))?))
            }
            _ => Ok(block.contains_addr(refused(py, address_of("item", &item))?)),
        }
    }

    fn __eq__(&self, other: &Bound<'_, Self>) -> bool {
        let py = other.py();
        let (ours, theirs) = (self.now(py), other.get().now(py));
        Arc::ptr_eq(&ours, &theirs) || py.detach(|| ours == theirs)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let now = self.now(py);
        let map = &now.occupied().map;
        let (addresses, prefixes) = (map.free_addresses(), map.free_prefixes());
        format!("Subnet('{}', free_addresses={addresses}, free_prefixes={prefixes})", map.prefix())
    }

    fn _repr_html_(&self, py: Python<'_>) -> Option<String> {
        let now = self.now(py);
        py.detach(|| now.html())
    }

    fn __copy__(&self, py: Python<'_>) -> Self {
        self.copy(py)
    }

    fn __deepcopy__(&self, py: Python<'_>, _memo: &Object<'_>) -> Self {
        self.copy(py)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Object<'py>, (String,), Bound<'py, PyBytes>) {
        let py = slf.py();
        let now = slf.get().now(py);
        let state = py.detach(|| now.to_state());
        (slf.get_type().into_any(), (slf.get().cidr(py),), PyBytes::new(py, state.as_bytes()))
    }

    fn __setstate__(&self, py: Python<'_>, state: &[u8]) -> PyResult<()> {
        let text = str::from_utf8(state).map_err(|_| Fault::from(Unfit::Text).raised(py, "state"))?;
        let ledger = refused(py, py.detach(|| Ledger::from_state(text)))?;
        *self.lock(py) = Arc::new(ledger);
        Ok(())
    }
}

/// Takes what is used, entry by entry, until something shows that it is a listing.
fn add(ledger: &mut Ledger, used: &Object<'_>) -> PyResult<()> {
    let py = used.py();
    let fault = |fault: Fault| fault.raised(py, "used");
    if used.is_instance_of::<PyString>()
        || used.cast::<PyMapping>().is_ok()
        || request::is_text_of_bytes(used)?
    {
        let value = json(used, "used")?;
        return refused(py, ledger.add_all(value));
    }
    let used = match request::method(used, "tolist")? {
        Some(list) => list.call0()?,
        None => used.clone(),
    };
    if request::method(&used, "__iter__")?.is_none() {
        return Err(fault(Fault::kind(&used)));
    }
    let mut entries = used.try_iter()?.enumerate();
    while let Some((index, entry)) = entries.next() {
        let entry = entry?;
        if index % 1024 == 0 {
            py.check_signals()?;
        }
        if index >= MAX_NODES {
            return Err(fault(Unfit::Size.into()));
        }
        if let Ok(text) = entry.cast::<PyString>() {
            let text = request::text(text).map_err(|fault| fault.raised(py, &format!("used[{index}]")))?;
            refused(py, ledger.add(index, text))?;
            continue;
        }
        if let Ok(number) = entry.cast_exact::<PyInt>()
            && let Ok(number) = number.extract::<i64>()
        {
            refused(py, ledger.add_number(index, Wide::Whole(number)))?;
            continue;
        }
        let value = address_json(&entry, &format!("used[{index}]"))?;
        if index == 0 && value.is_object() {
            let mut reader = Reader::new(py);
            let mut all = vec![value];
            for (index, entry) in entries {
                if index % 1024 == 0 {
                    py.check_signals()?;
                }
                let entry = reader.json(&entry?);
                all.push(entry.map_err(|fault| fault.raised(py, &format!("used[{index}]")))?);
            }
            return refused(py, py.detach(|| ledger.add_all(all.into())));
        }
        refused(py, ledger.add_value(index, &value))?;
    }
    Ok(())
}

fn json(value: &Object<'_>, name: &str) -> PyResult<Value> {
    Reader::new(value.py()).json(value).map_err(|fault| fault.raised(value.py(), name))
}

/// As `json`, where an `IPv4Interface` stands for its address.
fn address_json(value: &Object<'_>, name: &str) -> PyResult<Value> {
    Reader::of_addresses(value.py()).json(value).map_err(|fault| fault.raised(value.py(), name))
}

fn place(address: &Object<'_>) -> PyResult<std::net::Ipv4Addr> {
    refused(address.py(), address_of("address", &address_json(address, "address")?))
}

fn count(number: &Object<'_>) -> PyResult<Wide> {
    request::wide(number).map_err(|fault| fault.raised(number.py(), "prefixes"))
}

/// Text, or what stands for it: an `ipaddress` object, a string of numpy.
fn word(value: &Object<'_>, name: &str) -> PyResult<String> {
    match json(value, name)? {
        Value::String(text) => Ok(text),
        _ => Err(Fault::kind(value).raised(value.py(), name)),
    }
}

fn record<'py>(py: Python<'py>, answer: &impl Serialize) -> PyResult<Object<'py>> {
    Ok(answer.serialize(ToPython::records(py)?)?)
}
