//! Turns the tables of `winpod-data` into Rust: the map of instance types and the enum of facts.
//!
//! Reads nothing but the constants of that crate, so the output depends on them alone.

#[path = "build/facts.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod facts;
#[path = "build/table.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod table;

use core::fmt::{Display, Error, Write as _};
use std::path::Path;

use facts::{Fact, Source, Table};
use table::Row;

fn main() {
    for file in ["build.rs", "build/facts.rs", "build/table.rs"] {
        println!("cargo::rerun-if-changed={file}");
    }
    if let Err(error) = run() {
        panic!("{error}");
    }
}

fn run() -> Result<(), String> {
    let (sources, tables) = facts::sources("SOURCES.toml", winpod_data::SOURCES)?;
    let facts = facts::facts("facts.toml", winpod_data::FACTS, &sources)?;
    let rows = table::instance_types("instance-types.csv", winpod_data::INSTANCE_TYPES)?;
    let controller = table::controller_types("controller-types.csv", winpod_data::CONTROLLER_TYPES)?;
    let types = accounted("instance-types.csv", rows.len(), &tables)?;
    accounted("controller-types.csv", controller.len(), &tables)?;
    for row in &rows {
        if !types.sources.iter().any(|id| id == row.source) {
            return Err(format!(
                "instance-types.csv: {}: source `{}` is not in SOURCES.toml",
                row.name, row.source
            ));
        }
        if row.controller_known != controller.contains(row.name) {
            return Err(format!(
                "instance-types.csv: {}: controller_known is not what the list says",
                row.name
            ));
        }
    }

    let out = std::env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;
    write(&out, "instance_types.rs", &instance_types(&rows, types, &sources)?)?;
    write(&out, "facts.rs", &source_ids(&facts, &sources).map_err(|error| error.to_string())?)
}

fn write(directory: &str, file: &str, content: &str) -> Result<(), String> {
    let path = Path::new(directory).join(file);
    std::fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))
}

/// The entry of SOURCES.toml for a table, which must state its number of rows.
fn accounted<'t>(file: &str, rows: usize, tables: &'t [Table]) -> Result<&'t Table, String> {
    match tables.iter().find(|table| table.file == file) {
        Some(table) if table.rows == rows => Ok(table),
        Some(table) => Err(format!("SOURCES.toml: {file} has {rows} rows, not {}", table.rows)),
        None => Err(format!("SOURCES.toml: no [[table]] for {file}")),
    }
}

fn instance_types(rows: &[Row<'_>], table: &Table, sources: &[Source]) -> Result<String, String> {
    // The releases are listed newest first: what is not in the newest has been retired.
    let newest = table.sources.first().ok_or("instance-types.csv: no source")?;
    let mut map = phf_codegen::OrderedMap::new();
    for row in rows {
        let source = sources.iter().find(|source| source.id == row.source).ok_or("no source")?;
        let value = instance_type(row, source, row.source != newest).map_err(|error| error.to_string())?;
        map.entry(row.name, value);
    }
    let longest = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    Ok(format!(
        "pub(super) const LONGEST_NAME: usize = {longest};\n\
         pub(super) const TABLE_DATE: &str = {:?};\n\
         pub(super) const CONTROLLER_TABLE_DATE: &str = {:?};\n\
         pub(super) static TABLE: ::phf::OrderedMap<&'static str, InstanceType> = {};\n",
        winpod_data::INSTANCE_TYPES_DATE,
        winpod_data::CONTROLLER_TYPES_DATE,
        map.build()
    ))
}

fn instance_type(row: &Row<'_>, source: &Source, retired: bool) -> Result<String, Error> {
    let mut out = String::from("InstanceType { ");
    let mut field = |name: &str, value: &dyn Display| write!(out, "{name}: {value}, ");
    field("name", &format_args!("{:?}", row.name))?;
    field("enis", &row.enis)?;
    field("enis_total", &row.enis_total)?;
    field("cards", &row.cards)?;
    field("ipv4_per_eni", &row.ipv4_per_eni)?;
    field(
        "hypervisor",
        &row.hypervisor
            .map_or("None".into(), |h| format!("Some(Hypervisor::{})", variant(table::HYPERVISORS, h))),
    )?;
    field("architectures", &list("Architecture", table::ARCHITECTURES, &row.architectures))?;
    field("vcpus", &row.vcpus)?;
    field("memory_mib", &row.memory_mib)?;
    field("current_generation", &row.current_generation)?;
    field("accelerators", &list("Accelerator", table::ACCELERATORS, &row.accelerators))?;
    field("windows", &format_args!("WindowsReason::{}", variant(table::REASONS, row.windows_reason)))?;
    field("controller_known", &row.controller_known)?;
    field("source", &format_args!("{:?}", format!("{} {}", source.title, source.version)))?;
    field("retired", &retired)?;
    out.push('}');
    Ok(out)
}

fn variant(names: &[(&str, &'static str)], value: &str) -> &'static str {
    // The parser has refused any other value.
    names.iter().find(|(name, _)| *name == value).map_or("", |(_, variant)| variant)
}

fn list(kind: &str, names: &[(&str, &'static str)], values: &[&str]) -> String {
    let values: Vec<String> =
        values.iter().map(|value| format!("{kind}::{}", variant(names, value))).collect();
    format!("&[{}]", values.join(", "))
}

fn source_ids(facts: &[Fact], sources: &[Source]) -> Result<String, Error> {
    let mut variants = String::new();
    let mut entries = String::new();
    let mut all = String::new();
    for fact in facts {
        let Fact { id, grade, date, text, .. } = fact;
        let variant = fact.variant();
        let citation = fact.citation(sources);
        let grade_variant = self::variant(&facts::GRADES, grade);
        write!(variants, "    /// {text} Graded {grade}.\n    {variant},\n")?;
        writeln!(all, "    SourceId::{variant},")?;
        writeln!(
            entries,
            "    Entry {{ key: {id:?}, grade: Grade::{grade_variant}, text: {text:?}, citation: {citation:?}, date: {date:?} }},"
        )?;
    }
    Ok(format!(
        "/// A fact that an answer rests on, with its grade, its source and its date.\n\
         ///\n\
         /// One variant for each entry of `facts.toml` in the crate `winpod-data`.\n\
         ///\n\
         /// # Examples\n\
         ///\n\
         /// ```\n\
         /// use winpod::{{Grade, SourceId}};\n\
         ///\n\
         /// let fact = SourceId::WindowsSlots;\n\
         /// assert_eq!(fact.key(), \"windows-slots\");\n\
         /// assert_eq!(fact.grade(), Grade::Documented);\n\
         /// assert_eq!(SourceId::from_key(\"folklore\"), None);\n\
         /// ```\n\
         #[non_exhaustive]\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n\
         pub enum SourceId {{\n{variants}}}\n\n\
         static ALL: &[SourceId] = &[\n{all}];\n\n\
         static ENTRIES: [Entry; {}] = [\n{entries}];\n",
        facts.len()
    ))
}
