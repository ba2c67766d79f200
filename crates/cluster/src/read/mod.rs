//! From the files that people have to one [`Cluster`].
//!
//! A document is recognised by its content, never by its name. What is broken is told with file, line
//! and the user's own value, and everything else is still read.

pub mod error;
pub mod json;
#[expect(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "readers match every case of what a file can say"
)]
pub mod node;
pub mod quantity;
pub mod text;
pub mod yaml;

mod access;
mod addons;
mod affinity;
mod ahead;
pub(crate) mod archive;
mod aws;
mod aws_auth;
mod aws_node;
mod calico;
mod cloudformation;
mod comments;
mod eks;
mod eksctl;
mod embedded;
mod fields;
mod file;
mod hns;
pub(crate) mod host;
mod inputs;
mod karpenter;
mod kubernetes;
mod launch;
mod layout;
mod lines;
mod merge;
pub(crate) mod netsh;
mod pod;
mod policy;
mod script;
mod services;
mod storage;
mod user_data;
mod veil;
mod zip;

pub use error::ReadError;
pub(crate) use fields::{FILLED_IN, is_placeholder, shortened};
pub use inputs::Input;
pub(crate) use kubernetes::is_switch;
pub(crate) use lines::Head;

use crate::model::{Cluster, Field, Origin, Place};
use crate::note::{Note, UnknownKind, text as note};
use crate::problem::Problem;
use crate::progress::{Progress, Stopped};
use node::{Document, Entry, Node, Position};
use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What the files say, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Reading {
    /// The cluster.
    pub cluster: Cluster,
    /// What is worth telling and does not keep the files from being used.
    pub notes: Vec<Note>,
    /// What is wrong; the rest was read all the same.
    pub problems: Vec<Problem>,
    /// Documents of kinds that are not read, by kind.
    pub unknown_kinds: Vec<UnknownKind>,
    /// Keys that are given more than once in one mapping; the last one of each counts.
    pub(crate) duplicates: Vec<Duplicate>,
    /// Values without quotes that have to be strings; those of the ConfigMap are among the problems too.
    pub(crate) unquoted: Vec<Unquoted>,
    /// Files that were opened.
    pub files: usize,
    /// Documents of kinds that are read, and pages of listings.
    pub documents: usize,
}

impl Reading {
    /// Whether anything is among the files that winpod reads, well or ill.
    pub(crate) fn recognised(&self) -> bool {
        let cluster = &self.cluster;
        self.documents > 0
            || !self.problems.is_empty()
            || !cluster.port_listings.is_empty()
            || !cluster.kube_proxy_starts.is_empty()
            || !cluster.start_refusals.is_empty()
            || !cluster.system_builds.is_empty()
    }
}

/// A value that stands without quotes where only a string is taken.
#[derive(Debug)]
pub(crate) struct Unquoted {
    /// The object, as findings name it.
    pub(crate) object: &'static str,
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) place: Place,
}

/// A key that is given again.
#[derive(Debug)]
pub(crate) struct Duplicate {
    pub(crate) key: String,
    /// Where it is given for the last time.
    pub(crate) place: Place,
    /// Where it was given before.
    pub(crate) before: Place,
}

/// Reads files, directories and given documents into one cluster.
///
/// `progress` is asked before each file and every few thousand entries of a listing.
///
/// # Errors
/// - [`Stopped`] if `progress` said so. Everything that is wrong with the input is a [`Problem`] of the
///   reading instead, so that one broken file does not hide the others.
pub fn read(
    inputs: &[Input],
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Reading, Stopped> {
    let mut reader = Reader::new(progress);
    let (files, problems, skipped) = inputs::expand(inputs);
    reader.reading.problems.extend(problems);
    if !skipped.is_empty() {
        let names = join(skipped.iter().map(|path| path.display().to_string()));
        reader.note(Note::new(&note::FILES_SKIPPED, &[("files", &names)]));
    }
    let total = files.len() as u64;
    ahead::in_order(&files, file::parse, |index, file, parsed| {
        reader.step("read", index as u64, total)?;
        reader.file(file, parsed)
    })?;
    reader.name_unknown_documents();
    reader.tell_what_was_cut();
    reader.tell_what_is_filled_in();
    Ok(merge::finish(reader.reading, &reader.node_classes, &reader.pool_classes, &reader.pages))
}

/// Reads the pages of an AWS listing that are already parsed; `name` stands for their file in messages.
pub(crate) fn pages(pages: &[serde_json::Value], name: &str) -> Reading {
    let mut progress = |_| ControlFlow::Continue(());
    let mut reader = Reader::new(&mut progress);
    for page in pages {
        aws::parsed(page, &name.into(), &mut reader);
    }
    merge::finish(reader.reading, &[], &[], &reader.pages)
}

/// Puts a few names in a row, the rest counted.
pub(crate) fn join(names: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 5;
    let rest = names.len().saturating_sub(SHOWN);
    let mut shown: Vec<String> = names.take(SHOWN).collect();
    if rest > 0 {
        shown.push(format!("{rest} more"));
    }
    shown.join(", ")
}

/// What is being read, with the place to put what is found.
struct Reader<'a> {
    reading: Reading,
    /// Documents of no known kind: how they call themselves, and where.
    unknown: BTreeMap<String, Vec<Place>>,
    /// Karpenter's node classes, and for each pool (by its index among the node groups) the class it names.
    node_classes: Vec<karpenter::NodeClass>,
    pool_classes: Vec<(usize, Option<String>)>,
    /// Pages of listings.
    pages: BTreeMap<&'static str, merge::Pages>,
    /// Objects of HNS that `ConvertTo-Json` cut: how many in a file, and the first place.
    hns_cut: BTreeMap<Arc<str>, (u32, Place)>,
    /// Keys and places of values that a template is still to fill in.
    filled_in: Vec<(String, Place)>,
    /// Ids that many entries repeat.
    shared: HashSet<Arc<str>>,
    /// The text of the file whose documents are being taken.
    source: layout::Source,
    /// Values that were read from texts inside of strings.
    embedded: usize,
    /// The caller stopped in the middle of a document.
    stopped: bool,
    progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
}

impl<'a> Reader<'a> {
    fn new(progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>) -> Self {
        Self {
            reading: Reading::default(),
            unknown: BTreeMap::new(),
            node_classes: Vec::new(),
            pool_classes: Vec::new(),
            pages: BTreeMap::new(),
            hns_cut: BTreeMap::new(),
            filled_in: Vec::new(),
            shared: HashSet::new(),
            source: layout::Source::default(),
            embedded: 0,
            stopped: false,
            progress,
        }
    }
}

impl Reader<'_> {
    fn cluster(&mut self) -> &mut Cluster {
        &mut self.reading.cluster
    }

    fn note(&mut self, note: Note) {
        self.reading.notes.push(note);
    }

    fn problem(&mut self, problem: Problem) {
        self.reading.problems.push(problem);
    }

    /// Tells that a file cannot be read; that the files of a zip are too long, once.
    fn unreadable(&mut self, file: &Arc<str>, error: &std::io::Error) {
        let zip = file.split_once(zip::INSIDE).filter(|_| error.kind() == std::io::ErrorKind::FileTooLarge);
        let Some((zip, _)) = zip else { return self.problem(Problem::unreadable(file, error)) };
        let problem = Problem::new("ZIP_TOO_LARGE", error.to_string(), &Place::file(&zip.into()));
        if !self.reading.problems.contains(&problem) {
            self.problem(problem);
        }
    }

    /// One copy of an id.
    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.shared.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        self.shared.insert(new.clone());
        new
    }

    fn step(&mut self, step: &'static str, done: u64, total: u64) -> Result<(), Stopped> {
        match (self.progress)(Progress { step, done, total }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stopped),
        }
    }

    fn document(&mut self, document: &Document, file: &Arc<str>) {
        let place = Place::new(file, document.line, 1);
        self.duplicate_keys(&document.node, file);
        self.object(&document.node, file, &place);
    }

    /// One document, or one object of a `List`.
    fn object(&mut self, node: &Node, file: &Arc<str>, fallback: &Place) {
        let text = |key: &str| node.get(key).and_then(Node::as_text).unwrap_or_default();
        self.reading.documents += 1;
        let (version, kind) = (text("apiVersion"), text("kind"));
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let mut document = Doc { reader: self, file };
        match (group, kind) {
            ("eksctl.io", "ClusterConfig") => eksctl::cluster_config(&mut document, node),
            ("", "") if cloudformation::is_template(node) => cloudformation::read(&mut document, node),
            ("karpenter.sh", "NodePool") => karpenter::node_pool(&mut document, node),
            ("karpenter.k8s.aws", "EC2NodeClass") => karpenter::node_class(&mut document, node),
            _ if kind.ends_with("List") && node.get("items").is_some() => {
                document.reader.reading.documents -= 1;
                for item in node.get("items").map(Node::items).unwrap_or_default() {
                    let place = document.place(item.span.start);
                    document.reader.object(item, file, &place);
                }
            }
            _ if kubernetes::object(&mut document, node, kind) => {}
            ("", "") if hns::object(&mut document, node) => {}
            ("", "") if hns::listed(node).is_some() => {
                document.reader.reading.documents -= 1;
                for item in hns::listed(node).unwrap_or_default() {
                    let place = document.place(item.span.start);
                    document.reader.item(item, file, &place);
                }
            }
            ("", "") if host::object(&mut document, node) || script::object(&mut document, node) => {}
            ("", "") if host::is_listed(node) => {
                for item in node.items() {
                    host::object(&mut document, item);
                }
            }
            ("", "") if eksctl::is_fragment(node) => eksctl::fragment(&mut document, node),
            ("", "") if eks::object(&mut document, node) || aws::object(&mut document, node) => {}
            ("", "") if addons::values_file(&mut document, node) => {}
            _ => {
                let called = match (version, kind) {
                    ("", "") => node.kind_name().to_owned(),
                    ("", kind) => kind.to_owned(),
                    (version, "") => format!("apiVersion {version} without a kind"),
                    (version, kind) => format!("{version} {kind}"),
                };
                self.not_read(called, fallback.clone());
            }
        }
    }

    /// One object of an array: only what HNS lists comes so.
    fn item(&mut self, node: &Node, file: &Arc<str>, place: &Place) {
        self.reading.documents += 1;
        if !hns::object(&mut Doc { reader: self, file }, node) {
            self.not_read(node.kind_name().to_owned(), place.clone());
        }
    }

    /// No tree is deeper than [`node::MAX_DEPTH`].
    fn duplicate_keys(&mut self, node: &Node, file: &Arc<str>) {
        for (before, entry) in node.duplicate_keys() {
            let place_of = |entry: &Entry| Place::spanning(file, entry.key.span);
            let key = shortened(entry.key.as_text().unwrap_or_default());
            let place = place_of(entry);
            self.note(Note::new(&note::DUPLICATE_KEY, &[("key", &key)]).at(&place));
            self.reading.duplicates.push(Duplicate { key, place, before: place_of(before) });
        }
        let inside = node.items().iter().chain(node.entries().iter().map(|entry| &entry.value));
        for node in inside {
            self.duplicate_keys(node, file);
        }
    }

    fn not_read(&mut self, called: String, place: Place) {
        self.reading.documents -= 1;
        self.unknown.entry(called).or_default().push(place);
    }

    fn tell_what_was_cut(&mut self) {
        for (count, place) in std::mem::take(&mut self.hns_cut).into_values() {
            self.note(Note::new(&note::HNS_CUT, &[("count", &count)]).at(&place));
        }
    }

    fn name_unknown_documents(&mut self) {
        for (called, places) in std::mem::take(&mut self.unknown) {
            let text =
                if called.starts_with("a ") { &note::DOCUMENT_UNKNOWN } else { &note::DOCUMENT_UNUSED };
            let all = join(places.iter().map(ToString::to_string));
            if let Some(first) = places.first() {
                let (kind, count) = (called.clone(), places.len());
                self.reading.unknown_kinds.push(UnknownKind { kind, count, first: first.into() });
            }
            self.note(Note::new(text, &[("kind", &called), ("places", &all)]));
        }
    }
}

/// One document while it is read.
struct Doc<'r, 'p> {
    reader: &'r mut Reader<'p>,
    file: &'r Arc<str>,
}

impl Doc<'_, '_> {
    fn cluster(&mut self) -> &mut Cluster {
        self.reader.cluster()
    }

    fn place(&self, at: Position) -> Place {
        Place::new(self.file, at.line, at.column)
    }

    fn place_of(&self, node: &Node) -> Place {
        Place::spanning(self.file, node.span)
    }

    fn written<T>(&self, value: T, node: &Node) -> Field<T> {
        Field::Known(value, Origin::Written(self.place_of(node)))
    }

    fn unknown<T>(&self, reason: impl Into<String>, node: &Node) -> Field<T> {
        Field::Unknown(reason.into(), self.place_of(node))
    }

    /// Takes the cluster's name, or tells that the files speak of two.
    fn name_cluster(&mut self, name: &str, node: &Node) {
        let place = self.place_of(node);
        self.reader.name_cluster(name, place);
    }
}

impl Reader<'_> {
    fn name_cluster(&mut self, name: &str, place: Place) {
        if let Field::Known(known, origin) = &self.reading.cluster.name {
            if known != name {
                let problem = Problem::two_clusters(known, origin.place(), name, &place);
                self.problem(problem);
            }
            return;
        }
        self.reading.cluster.name = Field::Known(name.to_owned(), Origin::Written(place));
    }
}
