//! Values of the VPC CNI about Windows, for its add-on and for its chart: both have the same names.

use super::Artefact;
use super::owners::{self, Owner};
use super::wanted::Wanted;
use super::yaml::{self, Map};
use crate::note::{Note, text as note};
use crate::written::CHART;
use winpod::ipam::{IpamMode, Key};

/// The `configurationValues` of the add-on.
pub(super) fn addon(wanted: &mut Wanted) -> Artefact {
    render(wanted, Owner::Addon, "add-on", "vpc-cni-values.yaml")
}

/// The values of the chart.
pub(super) fn chart(wanted: &mut Wanted) -> Artefact {
    render(wanted, Owner::Chart, "chart", "aws-vpc-cni-values.yaml")
}

fn render(wanted: &mut Wanted, owner: Owner, called: &str, name: &str) -> Artefact {
    owners::tell(wanted, owner);
    wanted.notes.push(Note::new(&note::RENDER_VALUES_AMONG_OTHERS, &[("owner", &called)]));
    let flags = flags(wanted);
    let values = match targets(wanted) {
        Some(targets) => targets.into_iter().fold(flags, |map, (name, value, why)| {
            let map = map.with(name, value);
            if why.code == note::RENDER_VALUES_TARGET_OFF.key { map.chosen(why) } else { map.because(why) }
        }),
        None => {
            wanted.notes.push(Note::new(&note::RENDER_VALUES_TARGETS, &[]));
            flags
        }
    };
    Artefact::new(name, "yaml", None, yaml::documents(&[values]))
}

/// The name and default of the value from which the chart writes a key.
fn of_chart(key: Key) -> (&'static str, &'static str) {
    CHART
        .iter()
        .find(|(known, ..)| *known == key)
        .map_or((key.name(), ""), |(_, name, default)| (name, default))
}

/// Values are texts, as those of the ConfigMap that is made from them.
fn flags(wanted: &Wanted) -> Map {
    let prefixes = wanted.mode == IpamMode::PrefixDelegation;
    let reason = if prefixes { &note::RENDER_PREFIXES_ON } else { &note::RENDER_PREFIXES_OFF };
    Map::default()
        .with(of_chart(Key::EnableWindowsIpam).0, "true")
        .because(Note::new(&note::RENDER_IPAM, &[]))
        .with(of_chart(Key::EnableWindowsPrefixDelegation).0, if prefixes { "true" } else { "false" })
        .chosen(Note::new(reason, &[]))
}

/// The targets in effect, by the names of the chart; `None` if none is asked for, so that the chart's own count.
///
/// The chart writes all three keys. One that is not asked for becomes 0, which counts as if it were absent.
fn targets(wanted: &Wanted) -> Option<Vec<(&'static str, String, Note)>> {
    const TWINS: [(Key, Key); 3] = [
        (Key::WarmIpTarget, Key::WindowsWarmIpTarget),
        (Key::MinimumIpTarget, Key::WindowsMinimumIpTarget),
        (Key::WarmPrefixTarget, Key::WindowsWarmPrefixTarget),
    ];
    let in_effect = |(plain, windows): (Key, Key)| {
        [plain, windows].into_iter().find_map(|key| Some((key, wanted.targets.get(&key)?)))
    };
    // Without prefixes the controller does not look at the third.
    let read = if wanted.mode == IpamMode::PrefixDelegation { 3 } else { 2 };
    if !TWINS.into_iter().take(read).any(|twins| in_effect(twins).is_some()) {
        return None;
    }
    let target = |twins: (Key, Key)| {
        let (name, default) = of_chart(twins.0);
        if let Some((key, value)) = in_effect(twins) {
            let values: [(&str, &dyn std::fmt::Display); 3] =
                [("plain", &twins.0.name()), ("key", &key.name()), ("value", value)];
            return Some((name, value.clone(), Note::new(&note::RENDER_VALUES_TARGET, &values)));
        }
        let why = || Note::new(&note::RENDER_VALUES_TARGET_OFF, &[("default", &default)]);
        (default != "0").then(|| (name, "0".to_owned(), why()))
    };
    Some(TWINS.into_iter().filter_map(target).collect())
}

#[cfg(test)]
mod tests {
    use crate::render::tests::{rendered, text};
    use winpod::ipam::{ConfigData, Environment, Key, Limits, Settings};

    /// What the chart makes of values counts as the ConfigMap would that was asked for.
    #[test]
    fn targets_count_as_in_the_config_map() {
        let limits = Limits::new(10, true).unwrap();
        let sets: [&[(&str, &str)]; 7] = [
            &[("warm-ip-target", "5")],
            &[("warm-ip-target", "5"), ("minimum-ip-target", "9")],
            &[("windows-warm-ip-target", "5")],
            &[("warm-ip-target", "4"), ("windows-warm-ip-target", "7")],
            &[("warm-prefix-target", "2")],
            &[("windows-warm-prefix-target", "2"), ("minimum-ip-target", "20")],
            &[("minimum-ip-target", "0"), ("warm-prefix-target", "0")],
        ];
        for (mode, set) in
            ["prefix-delegation", "secondary-ip"].into_iter().flat_map(|mode| sets.map(|set| (mode, set)))
        {
            if mode == "secondary-ip" && set.iter().any(|(key, _)| key.ends_with("prefix-target")) {
                continue;
            }
            let flags = [
                ("enable-windows-ipam", "true"),
                ("enable-windows-prefix-delegation", if mode == "secondary-ip" { "false" } else { "true" }),
            ];
            let asked = ConfigData::from_pairs(flags.into_iter().chain(set.iter().copied()));
            let answer = rendered("helm-values", |request| {
                request.mode = Some(mode.to_owned());
                request.set =
                    set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            });
            let written = super::CHART.map(|(key, name, default)| {
                let line = text(&answer).lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
                (key.name(), line.map_or(default, |value| value.trim_matches('"')).to_owned())
            });
            let made = ConfigData::from_pairs(written.iter().map(|(key, value)| (*key, value.as_str())));
            let on_node = |data: &ConfigData<'_>| {
                let node = Settings::read(data, Environment::default()).on_node(limits);
                (node.mode, node.warm_ip.value, node.minimum_ip.value, node.warm_prefix.value)
            };
            assert_eq!(on_node(&made), on_node(&asked), "{mode} {set:?}");
            assert_eq!(made.get(Key::EnableWindowsIpam), Some("true"));
        }
    }

    #[test]
    fn what_is_not_asked_for_is_left_to_the_chart_or_turned_off() {
        let answer = rendered("addon-values", |_| {});
        assert_eq!(text(&answer).lines().filter(|line| !line.starts_with('#')).count(), 2);
        assert!(answer.notes.iter().any(|note| note.code == "render-values-targets"));
        let answer = rendered("addon-values", |request| {
            request.mode = Some("prefix-delegation".into());
            request.set = [("warm-prefix-target".to_owned(), "2".to_owned())].into();
        });
        // Else its own warm-ip-target of 1 would make the warm-prefix target dead.
        assert!(text(&answer).contains("warmWindowsIPTarget: \"0\"\n"), "{}", text(&answer));
        assert!(text(&answer).ends_with("warmWindowsPrefixTarget: \"2\"\n"));
    }
}
