//! From the serde structs of answers to Python objects.

use crate::error::Raised;
use pyo3::IntoPyObjectExt;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use serde::ser::{self, Impossible, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

type Object<'py> = Bound<'py, PyAny>;
type Made<'py> = Result<Object<'py>, Raised>;

/// The classes of answers, from the Python half of the package.
struct Classes {
    module: Py<PyAny>,
    table: Py<PyAny>,
    known: Mutex<HashMap<&'static str, Arc<Class>>>,
}

/// One class, and its fields' names once an answer has shown them: as serde has them, and as Python does.
struct Class {
    class: Py<PyAny>,
    fields: OnceLock<Vec<(&'static str, Py<PyString>)>>,
}

static CLASSES: PyOnceLock<Classes> = PyOnceLock::new();

impl Classes {
    fn get(py: Python<'_>) -> PyResult<&'static Self> {
        CLASSES.get_or_try_init(py, || {
            let module = py.import("winpod._answers")?.into_any();
            Ok(Self {
                table: module.getattr("Table")?.unbind(),
                module: module.unbind(),
                known: Mutex::default(),
            })
        })
    }

    fn class(&self, py: Python<'_>, name: &'static str) -> PyResult<Arc<Class>> {
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(known.clone());
        }
        let class = self.module.bind(py).getattr(name)?.unbind();
        let class = Arc::new(Class { class, fields: OnceLock::new() });
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(name, class.clone());
        Ok(class)
    }
}

/// Makes a list of records a table.
pub(crate) fn table(answer: Object<'_>) -> PyResult<Object<'_>> {
    if !answer.is_exact_instance_of::<PyTuple>() {
        return Ok(answer);
    }
    Classes::get(answer.py())?.table.bind(answer.py()).call1((answer,))
}

/// Serializes into Python objects: records and tuples, or dicts and lists.
#[derive(Clone, Copy)]
pub(crate) struct ToPython<'py> {
    py: Python<'py>,
    classes: Option<&'static Classes>,
}

impl<'py> ToPython<'py> {
    pub(crate) fn plain(py: Python<'py>) -> Self {
        Self { py, classes: None }
    }

    pub(crate) fn records(py: Python<'py>) -> PyResult<Self> {
        Ok(Self { py, classes: Some(Classes::get(py)?) })
    }

    fn of(self, value: impl IntoPyObjectExt<'py>) -> Made<'py> {
        Ok(value.into_bound_py_any(self.py)?)
    }

    fn fields(self, class: Option<&'static str>) -> Result<Fields<'py>, Raised> {
        let py = self.py;
        let Some((classes, name)) = self.classes.zip(class) else {
            let dict = PyDict::new(py);
            return Ok(Fields {
                to: self,
                object: dict.clone().into_any(),
                dict,
                class: None,
                at: 0,
                learnt: vec![],
            });
        };
        let class = classes.class(py, name)?;
        let object = class.class.bind(py).call0()?;
        let dict = object.getattr(intern!(py, "__dict__"))?.cast_into().map_err(PyErr::from)?;
        Ok(Fields { to: self, object, dict, class: Some(class), at: 0, learnt: vec![] })
    }
}

/// `fooBar` as `foo_bar`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

macro_rules! scalars {
    ($($method:ident($type:ty)),+) => {
        $(fn $method(self, value: $type) -> Made<'py> { self.of(value) })+
    };
}

impl<'py> ser::Serializer for ToPython<'py> {
    type Ok = Object<'py>;
    type Error = Raised;
    type SerializeSeq = Items<'py>;
    type SerializeTuple = Items<'py>;
    type SerializeTupleStruct = Items<'py>;
    type SerializeTupleVariant = Impossible<Object<'py>, Raised>;
    type SerializeMap = Fields<'py>;
    type SerializeStruct = Fields<'py>;
    type SerializeStructVariant = Impossible<Object<'py>, Raised>;

    scalars!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_char(char),
        serialize_str(&str)
    );

    fn serialize_bytes(self, bytes: &[u8]) -> Made<'py> {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Made<'py> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Made<'py> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Made<'py> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Made<'py> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Made<'py> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Made<'py> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Made<'py> {
        let mut fields = self.fields(None)?;
        ser::SerializeMap::serialize_entry(&mut fields, variant, value)?;
        Ok(fields.object)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Items<'py>, Raised> {
        Ok(Items { to: self, items: Vec::with_capacity(len.unwrap_or(0)) })
    }

    fn serialize_tuple(self, len: usize) -> Result<Items<'py>, Raised> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items<'py>, Raised> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Raised> {
        Err(ser::Error::custom("no answer has tuple variants"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'py>, Raised> {
        self.fields(None)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'py>, Raised> {
        self.fields(Some(name))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Raised> {
        Err(ser::Error::custom("no answer has struct variants"))
    }
}

/// A list on its way.
pub(crate) struct Items<'py> {
    to: ToPython<'py>,
    items: Vec<Object<'py>>,
}

impl<'py> ser::SerializeSeq for Items<'py> {
    type Ok = Object<'py>;
    type Error = Raised;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Raised> {
        self.items.push(value.serialize(self.to)?);
        Ok(())
    }

    fn end(self) -> Made<'py> {
        let py = self.to.py;
        Ok(match self.to.classes {
            Some(_) => PyTuple::new(py, self.items)?.into_any(),
            None => PyList::new(py, self.items)?.into_any(),
        })
    }
}

impl<'py> ser::SerializeTuple for Items<'py> {
    type Ok = Object<'py>;
    type Error = Raised;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Raised> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Made<'py> {
        ser::SerializeSeq::end(self)
    }
}

impl<'py> ser::SerializeTupleStruct for Items<'py> {
    type Ok = Object<'py>;
    type Error = Raised;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Raised> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Made<'py> {
        ser::SerializeSeq::end(self)
    }
}

/// A record or dict on its way.
pub(crate) struct Fields<'py> {
    to: ToPython<'py>,
    object: Object<'py>,
    dict: Bound<'py, PyDict>,
    class: Option<Arc<Class>>,
    at: usize,
    learnt: Vec<(&'static str, Py<PyString>)>,
}

impl<'py> Fields<'py> {
    /// The name of the next field in Python.
    fn name(&mut self, key: &'static str) -> Result<Bound<'py, PyString>, Raised> {
        let py = self.to.py;
        let at = self.at;
        self.at += 1;
        let Some(class) = &self.class else { return Ok(PyString::intern(py, key)) };
        if let Some(known) = class.fields.get().filter(|_| self.learnt.is_empty()) {
            return match known.get(at) {
                Some((name, python)) if core::ptr::eq(*name, key) || *name == key => {
                    Ok(python.bind(py).clone())
                }
                _ => Err(ser::Error::custom(format_args!("two answers share the name of the field {key}"))),
            };
        }
        let name = PyString::intern(py, &snake_case(key));
        self.learnt.push((key, name.clone().unbind()));
        Ok(name)
    }
}

impl<'py> ser::SerializeStruct for Fields<'py> {
    type Ok = Object<'py>;
    type Error = Raised;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Raised> {
        let name = self.name(key)?;
        Ok(self.dict.set_item(name, value.serialize(self.to)?)?)
    }

    fn skip_field(&mut self, key: &'static str) -> Result<(), Raised> {
        self.name(key).map(drop)
    }

    fn end(self) -> Made<'py> {
        if let Some(class) = self.class.filter(|_| !self.learnt.is_empty()) {
            _ = class.fields.set(self.learnt);
        }
        Ok(self.object)
    }
}

impl<'py> ser::SerializeMap for Fields<'py> {
    type Ok = Object<'py>;
    type Error = Raised;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Raised> {
        Err(ser::Error::custom("entries come whole"))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Raised> {
        Err(ser::Error::custom("entries come whole"))
    }

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), Raised> {
        let key = key.serialize(self.to)?;
        Ok(self.dict.set_item(key, value.serialize(self.to)?)?)
    }

    fn end(self) -> Made<'py> {
        Ok(self.object)
    }
}
