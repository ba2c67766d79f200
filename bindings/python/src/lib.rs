//! The native half of the Python package `winpod`: conversion between Python objects and the operations of
//! `winpod-cluster`. What is asked and answered is decided there.
#![warn(missing_docs)]

mod answer;
mod error;
mod pool;
mod request;
mod subnet;

use answer::ToPython;
use core::ops::ControlFlow;
use core::time::Duration;
use error::refused;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};
use request::Reader;
use serde::Serialize as _;
use serde_json::{Map, Value};
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use winpod_cluster::api::{Answer, OPERATIONS, Operation};
use winpod_cluster::capacity::{CapacityRequest, capacity as capacities};
use winpod_cluster::progress::Progress;
use winpod_cluster::request::Refusal;

/// How often the caller of long work looks for Ctrl-C.
const SIGNALS: Duration = Duration::from_millis(50);

/// From the thread that works to the one that called.
enum Message {
    Step(Progress),
    Done(Result<Answer, Refusal>),
}

/// Answers with the interpreter released.
fn answer_released(
    py: Python<'_>,
    operation: &'static Operation,
    request: Value,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Answer> {
    if !may_be_long(&request) {
        let answer = py.detach(|| operation.answer(request, &mut |_| ControlFlow::Continue(())));
        return refused(py, answer);
    }
    // The work has its own thread, so that Ctrl-C ends the call even between two steps; left alone, the thread stops
    // at the next one.
    let called = Arc::new(());
    let waits = Arc::downgrade(&called);
    let (tell, mut told) = mpsc::channel();
    let (reply, replies) = mpsc::channel();
    let asks = progress.is_some();
    std::thread::spawn(move || {
        let answer = operation.answer(request, &mut |at| {
            let goes_on = if asks {
                tell.send(Message::Step(at)).is_ok() && replies.recv().unwrap_or(false)
            } else {
                waits.strong_count() > 0
            };
            if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        // Nobody may be there to hear it.
        _ = tell.send(Message::Done(answer));
    });
    loop {
        let message;
        (told, message) = py.detach(move || {
            let message = told.recv_timeout(SIGNALS);
            (told, message)
        });
        py.check_signals()?;
        match (message, progress) {
            (Ok(Message::Done(answer)), _) => return refused(py, answer),
            (Ok(Message::Step(at)), Some(callable)) => {
                let said = callable.call1((at.step, at.done, at.total))?;
                _ = reply.send(!said.is(PyBool::new(py, false)));
            }
            (Ok(Message::Step(_)) | Err(RecvTimeoutError::Timeout), _) => {}
            (Err(RecvTimeoutError::Disconnected), _) => {
                return Err(PyRuntimeError::new_err("the thread that worked is gone"));
            }
        }
    }
}

/// Whether a request has files or documents to read, or a long list.
fn may_be_long(request: &Value) -> bool {
    const LONG: usize = 10_000;
    let long = |(name, value): (&String, &Value)| {
        let longest = match name.as_str() {
            "paths" | "documents" | "given" => 0,
            // Each may go through all of a pool.
            "steps" => 500,
            _ => LONG,
        };
        value.as_array().map_or(0, Vec::len) > longest
    };
    request.as_object().is_some_and(|request| request.iter().any(long))
}

#[pymodule(gil_used = false)]
#[allow(clippy::doc_markdown, reason = "what is documented here are Python's docstrings")]
mod _native {
    use super::*;

    /// Answers an operation of the list with plain JSON types, under the names that JSON has.
    ///
    /// `request` is a dict under those names too. `progress` as in `plan`.
    ///
    /// Raises WinpodError: UNKNOWN_OPERATION, REQUEST, and what the operation says.
    ///
    /// >>> winpod.call("overlaps", {"a": "192.0.2.0/24", "b": "198.51.100.0/24"})
    /// {'overlaps': False}
    #[pyfunction]
    #[pyo3(signature = (operation, request, /, *, progress=None))]
    fn call<'py>(
        py: Python<'py>,
        operation: &Bound<'py, PyAny>,
        request: &Bound<'py, PyAny>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let name = request::text(operation).map_err(|fault| fault.raised(py, "operation"))?;
        let operation = refused(py, Operation::find(name))?;
        let request = Reader::new(py).json(request).map_err(|fault| fault.raised(py, "request"))?;
        let answer = answer_released(py, operation, request, progress)?;
        Ok(answer.serialize(ToPython::plain(py))?)
    }

    /// Answers an operation with records; options that are None are left out, `inputs` become paths and documents, and each
    /// of `given` the path of a file or a document.
    #[pyfunction]
    #[pyo3(name = "answer", signature = (operation, options, /, *, inputs=None, given=None, progress=None))]
    fn answer_records<'py>(
        py: Python<'py>,
        operation: &str,
        options: &Bound<'py, PyAny>,
        inputs: Option<&Bound<'py, PyAny>>,
        given: Option<&Bound<'py, PyDict>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let operation = refused(py, Operation::find(operation))?;
        let mut reader = Reader::new(py);
        let mut request = match reader.json(options).map_err(|fault| fault.raised(py, "options"))? {
            Value::Object(options) => options.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Map::new(),
        };
        if let Some(inputs) = inputs {
            request.extend(reader.inputs(inputs)?);
        }
        for (name, value) in given.into_iter().flatten().filter(|(_, value)| !value.is_none()) {
            let name: String = name.extract()?;
            let json = reader.given(&value, &name)?;
            request.insert(name, json);
        }
        let answer = answer_released(py, operation, request.into(), progress)?;
        answer::table(answer.serialize(ToPython::records(py)?)?)
    }

    /// Tells how many pods a Windows node of each type takes, and what limits them.
    ///
    /// One name, or nothing but limits, gives a `Capacity`; several names, or an iterable of names, give a `Table`.
    /// `mode` is `secondary-ip` (the default) or `prefix-delegation`; `max_pods` the kubelet's limit (110 if not given).
    /// `ipv4_per_eni` (addresses) and `nitro` describe a type that is in no table; `listings` are inputs with answers of
    /// `aws ec2 describe-instance-types`, whose rows win over the table.
    ///
    /// Raises WinpodError: UNKNOWN_TYPE, IPAM_MODE, IPV4_PER_ENI, NOT_A_WHOLE_NUMBER, OUT_OF_RANGE, REQUEST; the code of a
    /// problem with a listing.
    ///
    /// >>> winpod.capacity("m5.large", mode="prefix-delegation").pods
    /// 110
    /// >>> [row.ipv4 for row in winpod.capacity("m5.large", "m5.xlarge")]
    /// [9, 14]
    /// >>> winpod.capacity(ipv4_per_eni=10, nitro=True).ipv4
    /// 9
    #[pyfunction]
    #[pyo3(signature = (*instance_types, mode=None, max_pods=None, ipv4_per_eni=None, nitro=None, listings=None))]
    fn capacity<'py>(
        py: Python<'py>,
        instance_types: &Bound<'py, PyTuple>,
        mode: Option<&Bound<'py, PyAny>>,
        max_pods: Option<&Bound<'py, PyAny>>,
        ipv4_per_eni: Option<&Bound<'py, PyAny>>,
        nitro: Option<&Bound<'py, PyAny>>,
        listings: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let only = if instance_types.len() == 1 { Some(instance_types.get_item(0)?) } else { None };
        let name = only.as_ref().filter(|only| only.is_instance_of::<PyString>());
        let has_limits = ipv4_per_eni.is_some() || nitro.is_some();
        if let (Some(name), false, None) = (name, has_limits, listings) {
            let text = |value, field| {
                request::text(value).map(str::to_owned).map_err(|fault| fault.raised(py, field))
            };
            let request = CapacityRequest {
                types: vec![text(name, "types")?],
                mode: mode.map(|mode| text(mode, "mode")).transpose()?,
                max_pods: max_pods
                    .map(|number| request::wide(number).map_err(|fault| fault.raised(py, "maxPods")))
                    .transpose()?,
                ..CapacityRequest::default()
            };
            // One type in, one answer out.
            let answers = refused(py, capacities(&request))?;
            return Ok(answers.first().serialize(ToPython::records(py)?)?);
        }
        let options = PyDict::new(py);
        options.set_item("mode", mode)?;
        options.set_item("maxPods", max_pods)?;
        if has_limits {
            let limits = PyDict::new(py);
            limits.set_item("ipv4PerEni", ipv4_per_eni)?;
            limits.set_item("nitro", nitro)?;
            options.set_item("limits", limits)?;
        }
        options
            .set_item("types", only.as_ref().filter(|_| name.is_none()).unwrap_or(instance_types.as_any()))?;
        let answers = answer_records(py, "capacity", &options, listings, None, None)?;
        let single = if has_limits { instance_types.is_empty() } else { name.is_some() };
        if single { answers.get_item(0) } else { Ok(answers) }
    }

    /// The JSON schemas of every operation's request and answer, as JSON text by operation.
    #[pyfunction]
    fn schemas() -> String {
        let both = |operation: &Operation| {
            serde_json::json!({
                "about": operation.about,
                "request": operation.request_schema(),
                "answer": operation.answer_schema(),
            })
        };
        Value::Object(OPERATIONS.iter().map(|it| (it.name.to_owned(), both(it))).collect()).to_string()
    }

    /// An answer as HTML, or None where there is nothing to lay out.
    #[pyfunction]
    #[pyo3(signature = (operation, answer, /))]
    fn html(py: Python<'_>, operation: &str, answer: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
        let answer = Reader::new(py).json(answer).map_err(|fault| fault.raised(py, "answer"))?;
        Ok(winpod_cluster::report::html(operation, &answer))
    }

    /// Runs the command line with the process's own streams, and returns its exit code.
    #[pyfunction]
    #[pyo3(signature = (arguments, /))]
    fn main(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
        py.detach(|| {
            let (mut stdin, mut stdout, mut stderr) =
                (std::io::stdin(), std::io::stdout(), std::io::stderr());
            let terminal = winpod_cli::Terminal::of_this_process();
            winpod_cli::run(arguments, &mut stdin, &mut stdout, &mut stderr, terminal)
        })
    }

    #[pymodule_export]
    use pool::Pool;

    #[pymodule_export]
    use subnet::Subnet;

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name that Python packages use")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
