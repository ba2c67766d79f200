//! The one place that makes Python exceptions.

use core::fmt;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use winpod_cluster::request::Refusal;

static WINPOD_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The exception of a refusal.
pub(crate) fn python_error(py: Python<'_>, refusal: &Refusal) -> PyErr {
    match WINPOD_ERROR.import(py, "winpod", "WinpodError") {
        Ok(class) => PyErr::from_type(class.clone(), (refusal.to_string(), refusal.code.clone())),
        Err(error) => error,
    }
}

/// A result whose refusal becomes an exception.
pub(crate) fn refused<T>(py: Python<'_>, result: Result<T, Refusal>) -> PyResult<T> {
    result.map_err(|refusal| python_error(py, &refusal))
}

/// A Python exception on its way through serde.
#[derive(Debug)]
pub(crate) struct Raised(pub(crate) PyErr);

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core::error::Error for Raised {}

impl serde::ser::Error for Raised {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(pyo3::exceptions::PyRuntimeError::new_err(message.to_string()))
    }
}

impl From<PyErr> for Raised {
    fn from(error: PyErr) -> Self {
        Self(error)
    }
}

impl From<Raised> for PyErr {
    fn from(raised: Raised) -> Self {
        raised.0
    }
}
