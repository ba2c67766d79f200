//! What the ConfigMap says, key by key.

use crate::check::context::{Context, on_nitro, quoted, values_of};
use crate::check::found::Found;
use crate::check::rule::{Need, Severity};
use crate::model::Place;
use crate::written::Written;
use std::fmt::Display;
use winpod::instance;
use winpod::ipam::{Flag, Ignored, IpamMode, Key, Target, TargetOrigin, Trap};

const TWINS: [(Key, Key); 3] = [
    (Key::WindowsWarmIpTarget, Key::WarmIpTarget),
    (Key::WindowsMinimumIpTarget, Key::MinimumIpTarget),
    (Key::WindowsWarmPrefixTarget, Key::WarmPrefixTarget),
];

pub(super) fn shadowed(context: &Context<'_>, found: &mut Found) {
    let Some(data) = context.written else { return found.lacks(Need::Configmap) };
    for (windows, plain) in TWINS {
        let Some((text, place)) = data.get(windows) else { continue };
        found.judged();
        let Some((other, at)) = data.get(plain) else { continue };
        let values = &[
            ("key", &data.name(windows) as &dyn Display),
            ("value", &quoted(text)),
            ("twin", &data.name(plain)),
            ("other", &quoted(other)),
        ];
        let added = found.add(place, &data.object, values).related(at, data.name(plain));
        if context.settings_without(plain).map(values_of) == context.settings().map(values_of) {
            added.severity(Severity::Info);
        } else {
            // What was meant stands in the key that is passed over.
            added.replace(at, quoted(text));
        }
    }
}

pub(super) fn minimum_only(context: &Context<'_>, found: &mut Found) {
    let (Some(data), Some(settings)) = (context.written, context.settings()) else {
        return found.lacks(Need::Configmap);
    };
    let node = on_nitro(&settings);
    if !node.windows_ipam || node.mode != IpamMode::SecondaryIp {
        return;
    }
    found.judged();
    // A minimum that no node can hold fills all of it, and leaves nothing to wait for.
    let most = instance::all().map(|row| i64::from(row.ipv4_per_eni()) - 1).max();
    let fills = most.is_some_and(|most| node.minimum_ip.value >= most);
    if fills || !node.traps().any(|trap| trap == Trap::MinimumOnlyStarvation) {
        return;
    }
    let place_of = |target: Target| Some(&data.get(key_of(target)?)?.1);
    let place = place_of(node.minimum_ip).unwrap_or(data.place());
    let minimum = node.minimum_ip.value;
    match node.warm_ip.origin {
        TargetOrigin::Unparsable(key) => {
            let text = data.get(key).map(|(text, _)| text.as_str()).unwrap_or_default();
            let values =
                &[("minimum", &minimum as &dyn Display), ("key", &data.name(key)), ("value", &quoted(text))];
            let added = found.add_as("unreadable", place, &data.object, values);
            if let Some((text, at)) = data.get(key) {
                let added = added.related(at, data.name(key));
                if let Some(number) = meant(text) {
                    added.replace(at, number);
                }
            }
        }
        _ => _ = found.add_as("missing", place, &data.object, &[("minimum", &minimum)]),
    }
}

pub(super) fn no_integer(context: &Context<'_>, found: &mut Found) {
    each_target(context, found, |data, key, ignored, text, found| {
        found.judged();
        let (text, place) = text;
        let values: [(&str, &dyn Display); 2] = [("key", &data.name(key)), ("value", &quoted(text))];
        if ignored == Some(Ignored::Unparsable) {
            let added = found.add_as("syntax", place, &data.object, &values);
            if let Some(number) = meant(text) {
                added.replace(place, number);
            }
        } else if matches!(ignored, None | Some(Ignored::NotPositive)) && text.parse::<i64>().is_err() {
            // What has digits only and is no i64 is out of its range: Go hands back the nearest end of it.
            let taken = if text.starts_with('-') { i64::MIN } else { i64::MAX };
            let [key, value] = values;
            found.add_as("range", place, &data.object, &[key, value, ("taken", &taken)]);
        }
    });
}

pub(super) fn negative(context: &Context<'_>, found: &mut Found) {
    let (Some(data), Some(settings)) = (context.written, context.settings()) else {
        return found.lacks(Need::Configmap);
    };
    let (loaded, node) = (settings.loaded, on_nitro(&settings));
    let pairs = [
        (loaded.warm_ip, node.warm_ip),
        (loaded.minimum_ip, node.minimum_ip),
        (loaded.warm_prefix, node.warm_prefix),
    ];
    for (written, taken) in pairs {
        let TargetOrigin::Key(key) = written.origin else { continue };
        found.judged();
        let Some((text, place)) = data.get(key).filter(|_| written.value < 0) else { continue };
        let form = if taken.value < 0 { "unset" } else { "replaced" };
        let shown = crate::read::shortened(text);
        let values = &[("key", &data.name(key) as &dyn Display), ("value", &shown), ("taken", &taken.value)];
        _ = found.add_as(form, place, &data.object, values);
    }
}

pub(super) fn warm_zero(context: &Context<'_>, found: &mut Found) {
    let (Some(data), Some(settings)) = (context.written, context.settings()) else {
        return found.lacks(Need::Configmap);
    };
    if prefixes_asked_for(context) {
        return;
    }
    let warm = settings.loaded.warm_ip;
    let Some(key) = key_of(warm) else { return };
    found.judged();
    // In secondary mode only a written 0 is replaced by 1.
    if let (TargetOrigin::Replaced(_), 1, Some((text, place))) = (warm.origin, warm.value, data.get(key)) {
        let values = &[("key", &data.name(key) as &dyn Display), ("value", &quoted(text))];
        found.add(place, &data.object, values).replace(place, quoted("1"));
    }
}

pub(super) fn warm_prefix_without_prefixes(context: &Context<'_>, found: &mut Found) {
    each_target(context, found, |data, key, ignored, text, found| {
        if ![Key::WarmPrefixTarget, Key::WindowsWarmPrefixTarget].contains(&key) {
            return;
        }
        found.judged();
        let (text, place) = text;
        // The chart always writes a 0, which means nothing.
        if ignored == Some(Ignored::SecondaryMode) && text.trim().parse() != Ok(0) {
            _ = found.add(place, &data.object, &[("key", &data.name(key)), ("value", &quoted(text))]);
        }
    });
}

/// Every target that is set, with why it has no effect.
fn each_target(
    context: &Context<'_>,
    found: &mut Found,
    mut look: impl FnMut(&Written, Key, Option<Ignored>, &(String, Place), &mut Found),
) {
    let (Some(data), Some(settings)) = (context.written, context.settings()) else {
        return found.lacks(Need::Configmap);
    };
    let node = on_nitro(&settings);
    for (windows, plain) in TWINS {
        for key in [plain, windows] {
            if let Some(text) = data.get(key) {
                look(data, key, node.ignored(key), text, found);
            }
        }
    }
}

/// Whether the ConfigMap asks for prefixes, whatever overrules it.
fn prefixes_asked_for(context: &Context<'_>) -> bool {
    context.flag(Key::EnableWindowsPrefixDelegation).is_some_and(|(flag, _)| flag == Flag::On)
}

/// The key that a target was read from.
fn key_of(target: Target) -> Option<Key> {
    match target.origin {
        TargetOrigin::Key(key) | TargetOrigin::Replaced(key) | TargetOrigin::Unparsable(key) => Some(key),
        _ => None,
    }
}

/// The number that a text was plainly meant to be, in quotes.
fn meant(text: &str) -> Option<String> {
    let number: i64 = text.trim().trim_matches(['"', '\'']).parse().ok()?;
    Some(quoted(&number.to_string()))
}
