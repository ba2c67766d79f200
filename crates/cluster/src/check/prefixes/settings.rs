//! What the ConfigMap says about prefixes.

use crate::check::context::{CNI, Context, on_nitro, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use std::fmt::Display;
use winpod::ipam::{Flag, Ignored, IpamMode, Key};

pub(super) fn without_ipam(context: &Context<'_>, found: &mut Found) {
    let Some(data) = context.configmap() else { return found.lacks(Need::Configmap) };
    let Some((Flag::On, place)) = context.flag(Key::EnableWindowsPrefixDelegation) else { return };
    found.judged();
    let ipam = data.get(&Key::EnableWindowsIpam);
    match (ipam, Flag::read(ipam.map(|(text, _)| text.as_str()))) {
        (_, Flag::On) => {}
        (Some((text, at)), _) => {
            let values = &[("ipam", &quoted(text) as &dyn Display)];
            let added = found.add_as("off", place, CNI, values).related(at, Key::EnableWindowsIpam.name());
            added.replace(at, quoted("true"));
        }
        (None, _) => _ = found.add_as("absent", place, CNI, &[]),
    }
}

pub(super) fn linux_only(context: &Context<'_>, found: &mut Found) {
    const VARIABLE: &str = "ENABLE_PREFIX_DELEGATION";
    let Some((text, place)) = context.aws_node(VARIABLE, found) else { return };
    let Some((windows, at)) = context.windows().filter(|_| Flag::read(Some(text)).is_on()) else { return };
    if context.configmap().is_none() {
        return found.lacks(Need::Configmap);
    }
    found.judged();
    let key = Key::EnableWindowsPrefixDelegation;
    let flag = context.flag(key);
    if matches!(flag, Some((Flag::On, _))) {
        return;
    }
    let written = context.configmap().and_then(|data| data.get(&key));
    let said = written.map_or("not set".to_owned(), |(text, _)| quoted(text));
    let mut added = found.add(place, "DaemonSet kube-system/aws-node", &[("said", &said)]);
    if let Some((_, place)) = flag {
        added = added.related(place, key.name());
    }
    added.related(at, windows);
}

pub(super) fn warm_prefix_overruled(context: &Context<'_>, found: &mut Found) {
    let (Some(data), Some(settings)) = (context.configmap(), context.settings()) else {
        return found.lacks(Need::Configmap);
    };
    let node = on_nitro(&settings);
    if node.mode != IpamMode::PrefixDelegation || node.warm_prefix.value <= 0 {
        return;
    }
    found.judged();
    for key in [Key::WarmPrefixTarget, Key::WindowsWarmPrefixTarget] {
        let Some((text, place)) = data.get(&key) else { continue };
        if node.ignored(key) == Some(Ignored::WarmPrefixOverruled) {
            let values = &[
                ("key", &key.name() as &dyn Display),
                ("value", &quoted(text)),
                ("warm", &node.warm_ip.value),
                ("minimum", &node.minimum_ip.value),
            ];
            _ = found.add(place, CNI, values);
        }
    }
}

pub(super) fn nothing_positive(context: &Context<'_>, found: &mut Found) {
    let (Some(data), Some(settings)) = (context.configmap(), context.settings()) else {
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
    let written: Vec<_> = keys.iter().filter_map(|key| Some((key.name(), data.get(key)?))).collect();
    // Who writes none leaves it to the controller.
    let Some((_, (_, place))) = written.first() else { return };
    found.judged();
    use winpod::ipam::TargetOrigin::Key as Written;
    if targets.iter().any(|target| matches!(target.origin, Written(_)) && target.value > 0) {
        return;
    }
    let shown: Vec<String> =
        written.iter().map(|(key, (text, _))| format!("{key} {}", quoted(text))).collect();
    let values = &[
        ("written", &shown.join(", ") as &dyn Display),
        ("warm", &node.warm_ip.value),
        ("minimum", &node.minimum_ip.value),
    ];
    _ = found.add(place, CNI, values);
}
