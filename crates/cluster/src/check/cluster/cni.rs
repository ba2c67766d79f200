//! What switches address management on for Windows, and who owns it.

use crate::check::context::{Context, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::model::{Addon, ChartValue, MeantKey, Place, is_vpc_cni};
use winpod::ipam::{Flag, Key};

/// The flags, with the names that the values of the add-on and the chart have for them.
const FLAGS: [(Key, &str); 2] = [
    (Key::EnableWindowsIpam, "enableWindowsIpam"),
    (Key::EnableWindowsPrefixDelegation, "enableWindowsPrefixDelegation"),
];
const CONFIGMAP: &str = "ConfigMap kube-system/amazon-vpc-cni";

pub(super) fn no_addresses(context: &Context<'_>, found: &mut Found) {
    let Some((windows, proof)) = context.windows() else { return };
    // Where Calico gives the addresses, the flag is to be off: CAL-025.
    if context.cluster.calico_is_windows_network() {
        return;
    }
    let (key, value_name) = FLAGS[0];
    if let Some(data) = context.configmap() {
        found.judged();
        let holder = "the ConfigMap amazon-vpc-cni";
        match data.get(&key) {
            None => {
                let place = context.cluster.cni.data.place().unwrap_or(proof);
                let names: &[(&str, &dyn std::fmt::Display)] =
                    &[("windows", &windows), ("holder", &holder), ("key", &key.name())];
                found.add_as("missing", place, CONFIGMAP, names).related(proof, windows.clone());
            }
            Some((text, place)) => off(found, Some(text), holder, key.name(), place, (&windows, proof)),
        }
        return;
    }
    let addon = vpc_cni(context).and_then(|addon| Some((addon, addon.values.known()?.get(value_name)?)));
    if let Some((addon, value)) = addon {
        found.judged();
        let holder = format!("the configurationValues of the add-on {}", addon.name);
        return of_values(found, value, &holder, value_name, (&windows, proof));
    }
    let mut values = context.cluster.chart_values.iter().filter(|values| is_vpc_cni(&values.chart));
    if let Some((chart, value)) = values.find_map(|file| Some((file, file.values.get(value_name)?))) {
        found.judged();
        let holder = format!("the values of {}", chart.chart);
        return of_values(found, value, &holder, value_name, (&windows, proof));
    }
    // What a chart or an add-on leaves out may still be set by hand.
    found.lacks(Need::Configmap);
}

pub(super) fn misspelt(context: &Context<'_>, found: &mut Found) {
    let cni = &context.cluster.cni;
    if context.written.is_some() {
        found.judged();
    }
    for unread in &cni.unread {
        let MeantKey::Key(meant) = unread.meant else { continue };
        found.judged();
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("key", &quoted(&unread.key)), ("holder", &unread.part), ("meant", &meant)];
        _ = found.add(&unread.place, unread.part.clone(), &values);
    }
}

fn of_values(found: &mut Found, value: &ChartValue, holder: &str, key: &str, windows: (&str, &Place)) {
    off(found, Some(&value.text), holder, key, &value.place, windows);
}

/// A flag that is written and off; one that cannot be read is CLU-002.
fn off(
    found: &mut Found,
    text: Option<&str>,
    holder: &str,
    key: &str,
    place: &Place,
    (windows, proof): (&str, &Place),
) {
    if Flag::read(text) == Flag::Off {
        let value = quoted(text.unwrap_or_default());
        found
            .add_as(
                "off",
                place,
                CONFIGMAP,
                &[("windows", &windows), ("holder", &holder), ("key", &key), ("value", &value)],
            )
            .related(proof, windows)
            .replace(place, "\"true\"");
    }
}

pub(super) fn flag_unparsable(context: &Context<'_>, found: &mut Found) {
    let mut written: Vec<(&str, &str, &Place)> = Vec::new();
    if let Some(data) = context.configmap() {
        let flag =
            |(key, _): (Key, &'static str)| data.get(&key).map(|(text, place)| (key.name(), &**text, place));
        written.extend(FLAGS.into_iter().filter_map(flag));
    }
    // The chart writes the text of its values into the ConfigMap as it is.
    let of_addons = context.cluster.addons.iter().filter(|addon| is_vpc_cni(&addon.name));
    let of_charts = context.cluster.chart_values.iter().filter(|chart| is_vpc_cni(&chart.chart));
    let all = of_addons.filter_map(|addon| addon.values.known()).chain(of_charts.map(|chart| &chart.values));
    for values in all {
        let flag = |(_, name): (Key, &'static str)| values.get(name).map(|it| (name, &*it.text, &it.place));
        written.extend(FLAGS.into_iter().filter_map(flag));
    }
    if written.is_empty() && context.configmap().is_none() {
        return found.lacks(Need::Configmap);
    }
    for (key, text, place) in written {
        found.judged();
        if Flag::read(Some(text)) == Flag::Unparsable {
            let added = found.add(place, CONFIGMAP, &[("key", &key), ("value", &quoted(text))]);
            // What else than on would one write who writes anything but a Boolean?
            if ["yes", "on", "enable", "enabled"].contains(&text.trim().to_ascii_lowercase().as_str()) {
                added.replace(place, "\"true\"");
            }
        }
    }
}

pub(super) fn elsewhere(context: &Context<'_>, found: &mut Found) {
    let elsewhere = &context.cluster.cni.elsewhere;
    if context.configmap().is_some() {
        found.judged();
    } else if elsewhere.is_empty() {
        return found.lacks(Need::Configmap);
    }
    for (name, place) in elsewhere {
        found.judged();
        found.add(place, format!("ConfigMap {name}"), &[("name", &quoted(name))]);
    }
}

pub(super) fn owned_by_add_on(context: &Context<'_>, found: &mut Found) {
    let on = |key: Key| {
        let (text, place) = context.configmap()?.get(&key)?;
        Flag::read(Some(text)).is_on().then_some((text, place))
    };
    // Without a flag by hand there is nothing that an update could take away.
    let by_hand = FLAGS.iter().any(|(key, _)| on(*key).is_some());
    let Some(addon) = vpc_cni(context) else {
        if by_hand {
            found.lacks(Need::Addons);
        }
        return;
    };
    if context.configmap().is_none() {
        return found.lacks(Need::Configmap);
    }
    let values = match &addon.values {
        crate::model::Field::Unknown(reason, place) => return found.unknown(reason, place),
        field => field.known(),
    };
    found.judged();
    for (key, name) in FLAGS {
        let Some((text, place)) = on(key) else { continue };
        if values.is_some_and(|values| values.contains_key(name)) {
            continue;
        }
        found
            .add(
                place,
                CONFIGMAP,
                &[("key", &key.name()), ("value", &quoted(text)), ("addon", &addon.name), ("name", &name)],
            )
            .related(&addon.place, format!("add-on {}", addon.name));
    }
}

fn vpc_cni<'c>(context: &Context<'c>) -> Option<&'c Addon> {
    context.cluster.addons.iter().find(|addon| is_vpc_cni(&addon.name))
}

pub(super) fn old_controller(context: &Context<'_>, found: &mut Found) {
    let place = context.cluster.cni.old_controller.place();
    // Only a listing of the namespace shows that it is not there.
    let listed = context
        .cluster
        .workloads
        .iter()
        .any(|workload| workload.kind == "Deployment" && workload.name.starts_with("kube-system/"));
    match place {
        Some(place) => {
            found.judged();
            found.add(place, "Deployment kube-system/vpc-resource-controller", &[]);
        }
        None if listed => found.judged(),
        None => found.lacks(Need::Deployments),
    }
}
