//! Classes, claims and volumes, and the volumes of pods.

use super::Doc;
use super::kubernetes::name_of;
use super::node::Node;
use crate::model::{Claim, PodVolume, VolumeSource};

/// Reads an object about storage; `false` if it is none.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) -> bool {
    let version = node.get("apiVersion").and_then(Node::as_text).unwrap_or_default();
    let (namespace, name) = name_of(node);
    let place = doc.place_of(node);
    let text = |path: &[&str]| {
        node.path(path).and_then(Node::as_text).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let file_system = |doc: &Doc<'_, '_>, paths: &[&[&str]]| {
        let written = paths.iter().find_map(|path| node.path(path))?;
        Some((written.as_text()?.to_owned(), doc.place_of(written)))
    };
    match (version.split_once('/').map_or(version, |(group, _)| group), kind) {
        ("storage.k8s.io", "StorageClass") => {
            const KEYS: [&[&str]; 2] =
                [&["parameters", "csi.storage.k8s.io/fstype"], &["parameters", "fsType"]];
            if let Some(file_system) = file_system(doc, &KEYS) {
                doc.cluster().storage.class_file_systems.insert(name.to_owned(), file_system);
            }
            if let Some(provisioner) = text(&["provisioner"]) {
                doc.cluster().storage.classes.insert(name.to_owned(), (provisioner, place));
            }
        }
        ("v1", "PersistentVolumeClaim") => {
            let claim = Claim {
                class: text(&["spec", "storageClassName"]),
                volume: text(&["spec", "volumeName"]),
                place,
            };
            doc.cluster().storage.claims.insert(format!("{namespace}/{name}"), claim);
        }
        ("v1", "PersistentVolume") => {
            if let Some(file_system) = file_system(doc, &[&["spec", "csi", "fsType"]]) {
                doc.cluster().storage.volume_file_systems.insert(name.to_owned(), file_system);
            }
            if let Some(driver) = text(&["spec", "csi", "driver"]) {
                doc.cluster().storage.volumes.insert(name.to_owned(), (driver, place));
            }
        }
        _ => return false,
    }
    true
}

/// The volumes of a pod that a driver provides, those of a `StatefulSet`'s templates among them.
pub(super) fn volumes(doc: &Doc<'_, '_>, object: &Node, spec: &Node) -> Vec<PodVolume> {
    let text = |node: &Node, path: &[&str]| node.path(path).and_then(Node::as_text).map(str::to_owned);
    let of_pod = spec.get("volumes").map(Node::items).unwrap_or_default().iter().filter_map(|volume| {
        let source = text(volume, &["csi", "driver"])
            .map(VolumeSource::Driver)
            .or_else(|| text(volume, &["persistentVolumeClaim", "claimName"]).map(VolumeSource::Claim))
            .or_else(|| {
                let template = volume.path(&["ephemeral", "volumeClaimTemplate", "spec"])?;
                Some(VolumeSource::Template(text(template, &["storageClassName"])))
            })?;
        let name = text(volume, &["name"]).unwrap_or_default();
        Some(PodVolume { name, source, place: doc.place_of(volume) })
    });
    let templates = object.path(&["spec", "volumeClaimTemplates"]).map(Node::items).unwrap_or_default();
    let templates = templates.iter().map(|claim| PodVolume {
        name: text(claim, &["metadata", "name"]).unwrap_or_default(),
        source: VolumeSource::Template(text(claim, &["spec", "storageClassName"])),
        place: doc.place_of(claim),
    });
    of_pod.chain(templates).collect()
}
