//! From Python values to the JSON of a request.

use crate::error::{python_error, refused};
use pyo3::exceptions::{PyOverflowError, PyUnicodeEncodeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyMemoryView, PyString, PyTuple,
};
use serde_json::{Map, Value};
use winpod_cluster::request::{Allowance, Document, Wide};

/// Fields of requests that hold addresses: there an `IPv4Interface` stands for its address, elsewhere for its network.
const ADDRESSES: [&str; 3] = ["addresses", "first", "last"];

/// Text, or the refusal of a lone surrogate or of another type.
pub(crate) fn text<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<&'a str> {
    let py = value.py();
    let Ok(string) = value.cast::<PyString>() else {
        return Err(python_error(py, &Allowance::not_json(&type_name(value))));
    };
    string.to_str().map_err(|error| {
        let surrogate = error.is_instance_of::<PyUnicodeEncodeError>(py);
        if surrogate { python_error(py, &Allowance::not_unicode()) } else { error }
    })
}

/// A number as wide as it comes.
pub(crate) fn wide(value: &Bound<'_, PyAny>) -> PyResult<Wide> {
    if let Ok(int) = value.cast_exact::<PyInt>()
        && let Ok(number) = int.extract::<i64>()
    {
        return Ok(Wide::Whole(number));
    }
    let json = Reader::new(value.py()).json(value)?;
    let wide = serde_json::from_value(json);
    wide.map_err(|_| python_error(value.py(), &Allowance::not_json(&type_name(value))))
}

fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| String::new(), |name| name.to_string_lossy().into_owned())
}

/// Reads the values of one request.
pub(crate) struct Reader<'py> {
    py: Python<'py>,
    allowance: Allowance,
    addresses: bool,
}

impl<'py> Reader<'py> {
    pub(crate) fn new(py: Python<'py>) -> Self {
        Self { py, allowance: Allowance::default(), addresses: false }
    }

    /// The JSON of a value.
    pub(crate) fn json(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Value> {
        refused(self.py, self.allowance.value())?;
        if value.is_none() {
            Ok(Value::Null)
        } else if let Ok(flag) = value.cast::<PyBool>() {
            Ok(Value::Bool(flag.is_true()))
        } else if value.is_instance_of::<PyString>() {
            Ok(Value::String(text(value)?.to_owned()))
        } else if value.is_instance_of::<PyInt>() {
            self.int(value)
        } else if let Ok(number) = value.cast::<PyFloat>() {
            refused(self.py, Allowance::number(number.value()))
        } else if is_bytes(value) {
            self.bytes(value)
        } else {
            // What follows calls into the value or goes inside it: both can go round in circles.
            refused(self.py, self.allowance.enter())?;
            let json = self.inside(value)?;
            self.allowance.leave();
            Ok(json)
        }
    }

    fn inside(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Value> {
        let py = self.py;
        if let Ok(dict) = value.cast::<PyDict>() {
            return self.object(dict.iter().map(Ok));
        } else if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            return self.array(value);
        } else if let Ok(mapping) = value.cast::<PyMapping>() {
            let items = mapping.items()?;
            return self.object(items.iter().map(|item| item.extract()));
        }
        // numpy arrays and scalars, and the series of data frames.
        if let Some(list) = method(value, "tolist")? {
            return self.json(&list.call0()?);
        }
        // ipaddress.
        if value.getattr_opt(intern!(py, "compressed"))?.is_some() {
            let part = if self.addresses { intern!(py, "ip") } else { intern!(py, "network") };
            let part = value.getattr_opt(part)?;
            return Ok(Value::String(text(part.as_ref().unwrap_or(value).str()?.as_any())?.to_owned()));
        }
        if let Some(format) = method(value, "isoformat")? {
            return Ok(Value::String(text(&format.call0()?)?.to_owned()));
        }
        if let Some(index) = method(value, "__index__")? {
            return self.int(&index.call0()?);
        }
        if let Some(float) = method(value, "__float__")? {
            return refused(py, Allowance::number(float.call0()?.extract()?));
        }
        if method(value, "__iter__")?.is_some() {
            return self.array(value);
        }
        Err(python_error(py, &Allowance::not_json(&type_name(value))))
    }

    fn int(&self, value: &Bound<'py, PyAny>) -> PyResult<Value> {
        if let Ok(number) = value.extract::<i64>() {
            return Ok(number.into());
        } else if let Ok(number) = value.extract::<u64>() {
            return Ok(number.into());
        }
        let number = match value.extract::<f64>() {
            Err(error) if error.is_instance_of::<PyOverflowError>(self.py) => f64::INFINITY,
            other => other?,
        };
        refused(self.py, Allowance::number(number))
    }

    /// Bytes inside a document, in base64 as the AWS CLI prints them.
    fn bytes(&self, value: &Bound<'py, PyAny>) -> PyResult<Value> {
        let options = PyDict::new(self.py);
        options.set_item("newline", false)?;
        let module = self.py.import("binascii")?;
        let encoded = module.call_method("b2a_base64", (value,), Some(&options))?;
        Ok(Value::String(encoded.call_method1("decode", ("ascii",))?.extract()?))
    }

    fn array(&mut self, values: &Bound<'py, PyAny>) -> PyResult<Value> {
        let mut array = Vec::new();
        for value in values.try_iter()? {
            if array.len().is_multiple_of(1024) {
                self.py.check_signals()?;
            }
            array.push(self.json(&value?)?);
        }
        Ok(array.into())
    }

    fn object(
        &mut self,
        items: impl Iterator<Item = PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)>>,
    ) -> PyResult<Value> {
        let mut object = Map::new();
        for item in items {
            let (key, value) = item?;
            let key = text(&key)?.to_owned();
            self.addresses = ADDRESSES.contains(&key.as_str());
            object.insert(key, self.json(&value)?);
        }
        Ok(object.into())
    }

    /// `paths` and `documents` of a request: text and path objects are paths, bytes the text of a document, and
    /// everything else a document that is already parsed.
    pub(crate) fn inputs(&mut self, inputs: &Bound<'py, PyAny>) -> PyResult<[(String, Value); 2]> {
        let (mut paths, mut documents) = (Vec::new(), Vec::new());
        for (place, input) in inputs.try_iter()?.enumerate() {
            let input = input?;
            if input.is_instance_of::<PyString>() || method(&input, "__fspath__")?.is_some() {
                let path = self.py.import("os")?.call_method1("fsdecode", (&input,))?;
                paths.push(Value::String(text(&path)?.to_owned()));
                continue;
            }
            let document = if is_bytes(&input) {
                String::from_utf8(input.extract()?)
                    .map_err(|_| python_error(self.py, &Allowance::not_unicode()))?
            } else {
                self.json(&input)?.to_string()
            };
            let Document { name, text } = Document::unnamed(place + 1, document);
            documents.push(serde_json::json!({"name": name, "text": text}));
        }
        Ok([("paths".to_owned(), paths.into()), ("documents".to_owned(), documents.into())])
    }
}

fn is_bytes(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>()
        || value.is_instance_of::<PyMemoryView>()
}

/// A method of an object, never that of a class itself.
fn method<'py>(value: &Bound<'py, PyAny>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    if value.is_instance_of::<pyo3::types::PyType>() { Ok(None) } else { value.getattr_opt(name) }
}
