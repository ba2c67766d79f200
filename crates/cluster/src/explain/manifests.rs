//! What manifests among the inputs show of the pods that errors are about.

use super::evidence::Place;
use super::object::Object;
use super::table::signal;
use super::tally::Tally;
use crate::model::{Field, Workload};

/// Manifests that are kept.
const MAX_MANIFESTS: usize = 10_000;

/// Whether a text begins as manifests do, in YAML or JSON.
pub(super) fn is_one(head: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    if matches!(head.trim_ascii_start(), [b'{' | b'[', ..]) {
        return has(b"\"containers\"") && has(b"\"kind\"");
    }
    let begins_line = |word: &[u8]| head.starts_with(word) || has(&[b"\n", word].concat());
    begins_line(b"apiVersion:") && (begins_line(b"kind:") || begins_line(b"items:"))
}

/// Manifests of pods and of what makes them.
#[derive(Debug, Default)]
pub(super) struct Manifests(Vec<Manifest>);

#[derive(Debug)]
struct Manifest {
    kind: String,
    namespace: String,
    name: String,
    signals: Vec<&'static str>,
    place: Place,
}

impl Manifests {
    pub(super) fn add(&mut self, workload: &Workload) {
        if self.0.len() >= MAX_MANIFESTS {
            return;
        }
        let (namespace, name) = workload.name.split_once('/').unwrap_or(("", &workload.name));
        let place = Place { file: workload.place.file.clone(), line: workload.place.line };
        let (kind, signals) = (workload.kind.to_ascii_lowercase(), signals(workload));
        self.0.push(Manifest {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            signals,
            place,
        });
    }

    /// Tells what those show that errors are about; where errors name no pod at all, what the only one shows.
    pub(super) fn finish(&self, tally: &mut Tally) {
        let objects: Vec<Object> = {
            let found = tally.errors.iter().flatten().flat_map(|found| found.parts.values());
            found.flat_map(|part| part.objects.keys()).cloned().collect()
        };
        let no_pod = objects.iter().all(|object| object.kind == "node" || object.kind == "service");
        for manifest in &self.0 {
            if !(no_pod && self.0.len() == 1 || objects.iter().any(|object| manifest.is_of(object))) {
                continue;
            }
            for clue in manifest.signals.iter().filter_map(|id| signal(id)) {
                let detail = format!("{} {}/{}", manifest.kind, manifest.namespace, manifest.name);
                tally.evidence.tell(clue, None, Some(detail), || manifest.place.clone());
            }
        }
    }
}

impl Manifest {
    /// Whether it is the manifest of an object, or of what makes it.
    fn is_of(&self, object: &Object) -> bool {
        let same_namespace = object.namespace.as_ref().is_none_or(|it| *it == self.namespace);
        let made = || {
            let rest = object.name.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix('-'));
            object.kind == "pod" && self.kind != "pod" && rest.is_some()
        };
        same_namespace && (object.kind == self.kind && object.name == self.name || made())
    }
}

fn signals(workload: &Workload) -> Vec<&'static str> {
    let selects = workload.selects_windows;
    let mut signals = vec![if selects { "pod-with-selector" } else { "pod-without-selector" }];
    if workload.host_network {
        signals.push("pod-on-host-network");
    }
    let addresses = workload.pod.containers.iter().any(|it| !matches!(it.addresses, Field::Absent));
    // The webhook changes pods, and nothing that makes them.
    if workload.kind == "Pod" && selects && !workload.host_network {
        signals.push(if addresses { "pod-with-address" } else { "pod-without-address" });
    }
    signals
}
