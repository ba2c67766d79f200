//! From Python values to the JSON of a request.

use crate::error::python_error;
use crate::pool::Pool;
use crate::subnet::Subnet;
use pyo3::exceptions::{PyOverflowError, PyUnicodeEncodeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyMemoryView, PyString, PyTuple,
};
use serde_json::{Map, Value};
use winpod_cluster::read::node::{MAX_DEPTH, MAX_NODES};
use winpod_cluster::request::{Refusal, Unfit, Wide};

/// Fields of requests that hold addresses: there an `IPv4Interface` stands for its address, elsewhere for its network.
const ADDRESSES: [&str; 6] = ["address", "addresses", "first", "free", "last", "used"];

/// Why a value has no place in a request.
pub(crate) enum Fault {
    /// JSON cannot carry it; with the name of the field it stands in, once that is known.
    Unfit(Unfit<'static>, Option<String>),
    /// A value of another type.
    Kind(String, Option<String>),
    /// The value's own code raised.
    Raised(PyErr),
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

impl From<Unfit<'static>> for Fault {
    fn from(what: Unfit<'static>) -> Self {
        Self::Unfit(what, None)
    }
}

impl Fault {
    pub(crate) fn kind(value: &Bound<'_, PyAny>) -> Self {
        let kind = value.get_type().name().map(|name| name.to_string_lossy().into_owned());
        Self::Kind(format!("a Python {}", kind.unwrap_or_default()), None)
    }

    /// The fault of a value in a field: the innermost name stays.
    fn within(self, field: &str) -> Self {
        match self {
            Self::Unfit(what, None) => Self::Unfit(what, Some(field.to_owned())),
            Self::Kind(kind, None) => Self::Kind(kind, Some(field.to_owned())),
            named => named,
        }
    }

    /// The exception, where the value has this name if no field has named it.
    pub(crate) fn raised(self, py: Python<'_>, name: &str) -> PyErr {
        match self.within(name) {
            Self::Unfit(what, field) => {
                python_error(py, &Refusal::unfit(field.as_deref().unwrap_or(name), what))
            }
            Self::Kind(kind, field) => {
                python_error(py, &Refusal::unfit(field.as_deref().unwrap_or(name), Unfit::Kind(&kind)))
            }
            Self::Raised(error) => error,
        }
    }
}

/// Text, or the refusal of a lone surrogate or of another type.
pub(crate) fn text<'a>(value: &'a Bound<'_, PyAny>) -> Result<&'a str, Fault> {
    let Ok(string) = value.cast::<PyString>() else { return Err(Fault::kind(value)) };
    string.to_str().map_err(|error| {
        let surrogate = error.is_instance_of::<PyUnicodeEncodeError>(value.py());
        if surrogate { Unfit::Text.into() } else { error.into() }
    })
}

/// A number as wide as it comes.
pub(crate) fn wide(value: &Bound<'_, PyAny>) -> Result<Wide, Fault> {
    if let Ok(int) = value.cast_exact::<PyInt>()
        && let Ok(number) = int.extract::<i64>()
    {
        return Ok(Wide::Whole(number));
    }
    let json = Reader::new(value.py()).json(value)?;
    serde_json::from_value(json).map_err(|_| Fault::kind(value))
}

fn real(number: f64) -> Result<Value, Fault> {
    serde_json::Number::from_f64(number).map(Value::Number).ok_or_else(|| Unfit::Number(number).into())
}

/// Reads the values of one request.
pub(crate) struct Reader<'py> {
    py: Python<'py>,
    depth: usize,
    values: usize,
    addresses: bool,
}

impl<'py> Reader<'py> {
    pub(crate) fn new(py: Python<'py>) -> Self {
        Self { py, depth: 0, values: 0, addresses: false }
    }

    pub(crate) fn of_addresses(py: Python<'py>) -> Self {
        Self { addresses: true, ..Self::new(py) }
    }

    /// The JSON of a value.
    pub(crate) fn json(&mut self, value: &Bound<'py, PyAny>) -> Result<Value, Fault> {
        self.values += 1;
        if self.values > MAX_NODES {
            Err(Unfit::Size.into())
        } else if value.is_none() {
            Ok(Value::Null)
        } else if let Ok(flag) = value.cast::<PyBool>() {
            Ok(Value::Bool(flag.is_true()))
        } else if value.is_instance_of::<PyString>() {
            Ok(Value::String(text(value)?.to_owned()))
        } else if value.is_instance_of::<PyInt>() {
            self.int(value)
        } else if let Ok(number) = value.cast::<PyFloat>() {
            real(number.value())
        } else if is_bytes(value) {
            self.bytes(value)
        } else if self.depth == MAX_DEPTH {
            // What follows calls into the value or goes inside it: both can go round in circles.
            Err(Unfit::Depth.into())
        } else {
            self.depth += 1;
            let json = self.inside(value)?;
            self.depth -= 1;
            Ok(json)
        }
    }

    fn inside(&mut self, value: &Bound<'py, PyAny>) -> Result<Value, Fault> {
        let py = self.py;
        if let Ok(dict) = value.cast::<PyDict>() {
            // A copy: converting a value can run code that changes the dict.
            return self.object(dict.items().iter().map(|item| item.extract()));
        } else if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            return self.array(value);
        } else if let Ok(mapping) = value.cast::<PyMapping>() {
            let items = mapping.items()?;
            return self.object(items.iter().map(|item| item.extract()));
        }
        if let Ok(subnet) = value.cast::<Subnet>() {
            return Ok(subnet.get().given(py));
        }
        if let Ok(pool) = value.cast::<Pool>() {
            return Ok(pool.get().given(py));
        }
        // An answer, or a part of one, as JSON has it.
        if value.getattr_opt(intern!(py, "_json_names"))?.is_some()
            && let Some(to_dict) = method(value, "to_dict")?
        {
            return self.json(&to_dict.call0()?);
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
            return real(float.call0()?.extract()?);
        }
        if method(value, "__iter__")?.is_some() {
            return self.array(value);
        }
        Err(Fault::kind(value))
    }

    /// The fields of an object, without those that are not given.
    pub(crate) fn fields(
        &mut self,
        given: &[(&str, Option<&Bound<'py, PyAny>>)],
    ) -> PyResult<Map<String, Value>> {
        let mut object = Map::new();
        for (name, value) in given {
            let Some(value) = value else { continue };
            self.addresses = ADDRESSES.contains(name);
            let json = self.json(value).map_err(|fault| fault.raised(self.py, name))?;
            object.insert((*name).to_owned(), json);
        }
        Ok(object)
    }

    fn int(&self, value: &Bound<'py, PyAny>) -> Result<Value, Fault> {
        if let Ok(number) = value.extract::<i64>() {
            return Ok(number.into());
        } else if let Ok(number) = value.extract::<u64>() {
            return Ok(number.into());
        }
        match value.extract::<f64>() {
            Err(error) if error.is_instance_of::<PyOverflowError>(self.py) => real(f64::INFINITY),
            other => real(other?),
        }
    }

    /// Bytes inside a document, in base64 as the AWS CLI prints them.
    fn bytes(&self, value: &Bound<'py, PyAny>) -> Result<Value, Fault> {
        let options = PyDict::new(self.py);
        options.set_item("newline", false)?;
        let module = self.py.import("binascii")?;
        let encoded = module.call_method("b2a_base64", (value,), Some(&options))?;
        Ok(Value::String(encoded.call_method1("decode", ("ascii",))?.extract()?))
    }

    fn array(&mut self, values: &Bound<'py, PyAny>) -> Result<Value, Fault> {
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
    ) -> Result<Value, Fault> {
        let mut object = Map::new();
        for item in items {
            let (key, value) = item?;
            let key = text(&key)?.to_owned();
            self.addresses = ADDRESSES.contains(&key.as_str());
            let value = self.json(&value).map_err(|fault| fault.within(&key))?;
            object.insert(key, value);
        }
        Ok(object.into())
    }

    /// `paths` and `documents` of a request: text and path objects are paths, bytes the text of a document, and
    /// everything else a document that is already parsed, or its name and text.
    pub(crate) fn inputs(&mut self, inputs: &Bound<'py, PyAny>) -> PyResult<[(String, Value); 2]> {
        let (mut paths, mut documents) = (Vec::new(), Vec::new());
        // One path or one document in place of several is itself, not its letters or keys.
        let one = inputs.is_instance_of::<PyString>()
            || inputs.is_instance_of::<PyDict>()
            || is_bytes(inputs)
            || inputs.hasattr(intern!(self.py, "__fspath__"))?;
        let several = if one { PyTuple::new(self.py, [inputs])?.into_any() } else { inputs.clone() };
        for (place, input) in several.try_iter()?.enumerate() {
            if place % 1024 == 0 {
                self.py.check_signals()?;
            }
            if place >= MAX_INPUTS {
                return Err(Fault::from(Unfit::Size).raised(self.py, "inputs"));
            }
            let (input, name) = (input?, format!("inputs[{place}]"));
            let (kind, json) = self.input(&input, &name).map_err(|fault| fault.raised(self.py, &name))?;
            match kind {
                Kind::Path => paths.push(json),
                Kind::Document => documents.push(json),
            }
        }
        Ok([("paths".to_owned(), paths.into()), ("documents".to_owned(), documents.into())])
    }

    /// The path of a file, or a document that is called by the name of what it is for.
    pub(crate) fn given(&mut self, value: &Bound<'py, PyAny>, name: &str) -> PyResult<Value> {
        self.input(value, name).map(|(_, json)| json).map_err(|fault| fault.raised(self.py, name))
    }

    fn input(&mut self, input: &Bound<'py, PyAny>, name: &str) -> Result<(Kind, Value), Fault> {
        if input.is_instance_of::<PyString>() || method(input, "__fspath__")?.is_some() {
            let path = self.py.import("os")?.call_method1("fsdecode", (input,))?;
            return Ok((Kind::Path, Value::String(text(&path)?.to_owned())));
        }
        let text = if is_bytes(input) {
            String::from_utf8(input.extract()?).map_err(|_| Unfit::Text)?
        } else {
            let json = self.json(input)?;
            // Paths in a list would be taken for a document that says nothing.
            let texts =
                json.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Value::is_string));
            if texts {
                return Err(Unfit::Kind("a list of paths, each of which is an input of its own").into());
            }
            if !json.is_object() && !json.is_array() {
                return Err(Unfit::Kind("neither a path nor a document").into());
            }
            if is_document(&json) {
                return Ok((Kind::Document, json));
            }
            json.to_string()
        };
        Ok((Kind::Document, serde_json::json!({"name": name, "text": text})))
    }
}

enum Kind {
    Path,
    Document,
}

/// The most inputs that one request names; an iterable without an end is stopped here.
const MAX_INPUTS: usize = 1 << 20;

/// Whether an object is a document of a request, and not a document's content.
fn is_document(json: &Value) -> bool {
    let is_text = |key| json.get(key).is_some_and(Value::is_string);
    is_text("name") && is_text("text") && json.as_object().is_some_and(|object| object.len() == 2)
}

fn is_bytes(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>()
        || value.is_instance_of::<PyMemoryView>()
}

/// Whether a value is bytes, and not a view of numbers.
pub(crate) fn is_text_of_bytes(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(match value.cast::<PyMemoryView>() {
        Ok(view) => view.getattr(intern!(value.py(), "itemsize"))?.extract::<usize>()? == 1,
        Err(_) => is_bytes(value),
    })
}

/// A method of an object, never that of a class itself.
pub(crate) fn method<'py>(value: &Bound<'py, PyAny>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    if value.is_instance_of::<pyo3::types::PyType>() { Ok(None) } else { value.getattr_opt(name) }
}
