//! AMIs: their age, and the parameters that name them.

use crate::check::context::{Context, named, quoted};
use crate::check::date::Date;
use crate::check::found::Found;
use crate::check::rule::{Need, Severity};
use crate::check::starts::{named_template, templates};
use crate::model::{Field, NodeGroup, Place, Tool};
use std::fmt::Display;
use winpod::KubernetesVersion;
use winpod::windows;

/// An AMI that Windows nodes start from.
struct Asked<'c> {
    image: &'c str,
    place: &'c Place,
    object: String,
    group: Option<&'c NodeGroup>,
}

fn asked<'c>(context: &Context<'c>, found: &mut Found) -> Vec<Asked<'c>> {
    let mut all = Vec::new();
    for group in context.windows_groups() {
        match &group.launch.image {
            Field::Known(image, origin) => {
                all.push(Asked { image, place: origin.place(), object: named(group), group: Some(group) });
            }
            Field::Unknown(reason, place) => found.unknown(reason.clone(), place),
            Field::Absent => {}
        }
        if context.cluster.template_of(group).is_err() && !group.launch.template.is_absent() {
            found.lacks(Need::LaunchTemplates);
        }
    }
    for (template, group) in templates(context) {
        if let Field::Known(image, origin) = &template.image {
            all.push(Asked { image, place: origin.place(), object: named_template(template), group });
        }
    }
    all
}

/// The account that owns the EKS images of Windows in commercial Regions.
///
/// Source: EKS user guide, EKS optimized Windows AMIs.
const EKS_IMAGES: &str = "801119661308";
/// Months for which such an image is public.
const PUBLIC_MONTHS: u8 = 4;

/// AMIs by id whose day is known, handed to a rule with it.
fn listed(
    context: &Context<'_>,
    found: &mut Found,
    each: impl Fn(&Asked<'_>, &crate::model::Image, Date, &mut Found),
) {
    for asked in asked(context, found) {
        if !asked.image.starts_with("ami-") {
            found.judged();
            continue;
        }
        let Some(image) = context.cluster.images.get(asked.image) else {
            found.lacks(Need::Images);
            continue;
        };
        match image.created.as_deref().and_then(Date::parse) {
            Some(day) => each(&asked, image, day, found),
            None => found.unknown("the listing does not say when the AMI was made", &image.place),
        }
    }
}

pub(super) fn no_longer_public(context: &Context<'_>, found: &mut Found) {
    listed(context, found, |asked, image, made, found| {
        if image.owner.as_deref() != Some(EKS_IMAGES) {
            return found.judged();
        }
        let Some(today) = context.date else { return found.lacks(Need::Date) };
        found.judged();
        let until = made.months_later(PUBLIC_MONTHS);
        // Only what is older than that is no longer public.
        if until < today {
            let values: [(&str, &dyn Display); 4] = [
                ("object", &asked.object),
                ("image", &quoted(asked.image)),
                ("made", &made),
                ("until", &until),
            ];
            found.add(asked.place, asked.object.clone(), &values).related(&image.place, "the AMI");
        }
    });
}

/// The first day of images that managed groups take.
const FIRST_MANAGED: &str = "2022-11-01";

pub(super) fn too_old_for_managed(context: &Context<'_>, found: &mut Found) {
    listed(context, found, |asked, image, made, found| {
        let managed = |group: &NodeGroup| matches!(group.tool, Tool::EksManaged | Tool::EksctlManaged);
        if !asked.group.is_some_and(managed) {
            return;
        }
        found.judged();
        if Date::parse(FIRST_MANAGED).is_some_and(|first| made < first) {
            let values: [(&str, &dyn Display); 3] =
                [("object", &asked.object), ("image", &quoted(asked.image)), ("made", &made)];
            let added = found.add(asked.place, asked.object.clone(), &values);
            let added = added.related(&image.place, "the AMI");
            if let Some(group) = asked.group {
                added.related(&group.place, named(group));
            }
        }
    });
}

/// The parameters of Windows images, below which each has its name.
const WINDOWS_IMAGES: &str = "/aws/service/ami-windows-latest/";

/// Why a parameter of which a part is open is not judged.
fn filled_in_later(parameter: &str) -> String {
    format!("only a deployment fills in {}", quoted(parameter.trim_start_matches(WINDOWS_IMAGES)))
}

/// The Kubernetes version at the end of a parameter's name: `...-EKS_Optimized-1.34/image_id`.
fn version_of(parameter: &str, ssm_name: &str) -> Option<KubernetesVersion> {
    let (_, after) = parameter.split_once(ssm_name)?;
    after.strip_prefix('-')?.split('/').next()?.parse().ok()
}

/// The most minor versions that a kubelet may be older than the API server.
const MOST_SKEW: u32 = 3;

pub(super) fn other_parameter(context: &Context<'_>, found: &mut Found) {
    for asked in asked(context, found) {
        let parameter = asked.image.trim_start_matches("resolve:ssm:");
        let open = parameter.starts_with(WINDOWS_IMAGES) && parameter.contains("${");
        let Some(image) = windows::image(parameter).filter(|_| parameter.contains('/')) else {
            if open {
                found.unknown(filled_in_later(parameter), asked.place);
            }
            continue;
        };
        let Some(ssm_name) = image.ssm_name else { continue };
        let shown = quoted(parameter.trim_start_matches(WINDOWS_IMAGES));
        // Only the family of the group itself says what is meant; CUSTOM says nothing, and what the parameter told
        // cannot differ from it.
        let own = asked.group.filter(|group| group.ami.place() != Some(asked.place));
        let family = own.and_then(|group| group.ami.known()).and_then(|ami| {
            let exact = windows::image(ami);
            // Karpenter's family, such as Windows2022, has no edition.
            let by_alias = || windows::image(&ami.to_ascii_lowercase());
            Some((ami, exact.is_some() && !ami.contains('@'), exact.or_else(by_alias)?))
        });
        if let Some((ami, says_edition, family)) = family {
            found.judged();
            let other_year = family.release != image.release;
            if other_year || says_edition && family.edition != image.edition {
                let values: [(&str, &dyn Display); 3] =
                    [("object", &asked.object), ("parameter", &shown), ("ami", &quoted(ami))];
                let severity = if other_year { Severity::Error } else { Severity::Warn };
                found.add_as("image", asked.place, asked.object.clone(), &values).severity(severity);
            }
        }
        let Some(node) = version_of(parameter, ssm_name) else {
            if open {
                found.unknown(filled_in_later(parameter), asked.place);
            }
            continue;
        };
        let Some((version, at)) = context.version() else {
            found.lacks(Need::KubernetesVersion);
            continue;
        };
        found.judged();
        if node != version {
            let supported = node < version
                && node.major() == version.major()
                && version.minor() - node.minor() <= MOST_SKEW;
            let values: [(&str, &dyn Display); 4] =
                [("object", &asked.object), ("parameter", &shown), ("node", &node), ("version", &version)];
            found
                .add_as("version", asked.place, asked.object.clone(), &values)
                .severity(if supported { Severity::Warn } else { Severity::Error })
                .related(at, "the Kubernetes version");
        }
    }
}
