//! What the ConfigMap says about prefixes.

use crate::check::context::{Context, on_nitro, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use std::fmt::Display;
use winpod::ipam::{Flag, Ignored, IpamMode, Key, TargetOrigin};

pub(super) fn without_ipam(context: &Context<'_>, found: &mut Found) {
    let Some(data) = context.written else { return found.lacks(Need::Configmap) };
    let Some((Flag::On, place)) = context.flag(Key::EnableWindowsPrefixDelegation) else { return };
    found.judged();
    let ipam = data.get(Key::EnableWindowsIpam);
    match (ipam, Flag::read(ipam.map(|(text, _)| text.as_str()))) {
        (_, Flag::On) => {}
        (Some((text, at)), _) => {
            let values = &[("ipam", &quoted(text) as &dyn Display)];
            let added = found
                .add_as("off", place, &data.object, values)
                .related(at, data.name(Key::EnableWindowsIpam));
            added.replace(at, quoted("true"));
        }
        (None, _) => _ = found.add_as("absent", place, &data.object, &[]),
    }
}

pub(super) fn linux_only(context: &Context<'_>, found: &mut Found) {
    const VARIABLE: &str = "ENABLE_PREFIX_DELEGATION";
    let Some(variable) = context.aws_node(VARIABLE, found) else { return };
    let on = Flag::read(Some(variable.text)).is_on();
    let Some((windows, at)) = context.windows().filter(|_| on) else { return };
    let Some(data) = context.written else { return found.lacks(Need::Configmap) };
    found.judged();
    let key = Key::EnableWindowsPrefixDelegation;
    if matches!(context.flag(key), Some((Flag::On, _))) {
        return;
    }
    let said = data.get(key).map_or("not set".to_owned(), |(text, _)| quoted(text));
    let values: [(&str, &dyn Display); 2] = [("key", &data.name(key)), ("said", &said)];
    let mut added = found.add(variable.place, variable.object, &values);
    if let Some((_, place)) = data.get(key) {
        added = added.related(place, data.name(key));
    }
    added.related(at, windows);
}

pub(super) fn warm_prefix_overruled(context: &Context<'_>, found: &mut Found) {
    let (Some(data), Some(settings)) = (context.written, context.settings()) else {
        return found.lacks(Need::Configmap);
    };
    let node = on_nitro(&settings);
    if node.mode != IpamMode::PrefixDelegation || node.warm_prefix.value <= 0 {
        return;
    }
    found.judged();
    for key in [Key::WarmPrefixTarget, Key::WindowsWarmPrefixTarget] {
        let Some((text, place)) = data.get(key) else { continue };
        if node.ignored(key) == Some(Ignored::WarmPrefixOverruled) {
            let values = &[
                ("key", &data.name(key) as &dyn Display),
                ("value", &quoted(text)),
                ("warm", &node.warm_ip.value),
                ("minimum", &node.minimum_ip.value),
            ];
            _ = found.add(place, &data.object, values);
        }
    }
}

pub(super) fn nothing_positive(context: &Context<'_>, found: &mut Found) {
    let (Some(data), Some(settings)) = (context.written, context.settings()) else {
        return found.lacks(Need::Configmap);
    };
    let node = on_nitro(&settings);
    if node.mode != IpamMode::PrefixDelegation {
        return;
    }
    let targets = [settings.loaded.warm_ip, settings.loaded.minimum_ip, settings.loaded.warm_prefix];
    let keys = [
        Key::WarmIpTarget,
        Key::WindowsWarmIpTarget,
        Key::MinimumIpTarget,
        Key::WindowsMinimumIpTarget,
        Key::WarmPrefixTarget,
        Key::WindowsWarmPrefixTarget,
    ];
    let written: Vec<_> = keys.iter().filter_map(|key| Some((data.name(*key), data.get(*key)?))).collect();
    // Who writes none leaves it to the controller.
    let Some((_, (_, place))) = written.first() else { return };
    found.judged();
    if targets.iter().any(|target| matches!(target.origin, TargetOrigin::Key(_)) && target.value > 0) {
        return;
    }
    let shown: Vec<String> =
        written.iter().map(|(key, (text, _))| format!("{key} {}", quoted(text))).collect();
    let values = &[
        ("written", &shown.join(", ") as &dyn Display),
        ("warm", &node.warm_ip.value),
        ("minimum", &node.minimum_ip.value),
    ];
    _ = found.add(place, &data.object, values);
}
