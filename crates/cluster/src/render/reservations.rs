//! CIDR reservations for prefixes: the commands and the template of `subnet reserve`, line by line.

use super::request::RenderRequest;
use super::written::Written;
use super::{Artefact, Rendered, names, script};
use crate::api::OnProgress;
use crate::note::{Note, text as note};
use crate::request::Refusal;
use crate::subnet::{Reservations, ReserveRequest, reserve};
use winpod::ipam::{IpamMode, Key};

pub(super) fn render(request: &RenderRequest, progress: OnProgress<'_>) -> Result<Rendered, Refusal> {
    if request.paths.is_empty() && request.documents.is_empty() {
        let message = "reservations go into free blocks, which files show: give the JSON of aws ec2 \
                       describe-subnets, describe-network-interfaces and get-subnet-cidr-reservations";
        return Err(Refusal::new("REQUEST", message));
    }
    let ids =
        request.subnets.iter().map(|id| names::id("subnets", "subnet-", id)).collect::<Result<_, _>>()?;
    let region = request.region.as_deref().map(names::region).transpose()?;
    let mut set = request.set.clone();
    if let Some(mode) = &request.mode {
        let mode: IpamMode = mode.parse().map_err(|error: winpod::Error| {
            Refusal::new(error.code(), format!("mode is {:?}: {error}", crate::read::shortened(mode)))
        })?;
        let prefixes = mode == IpamMode::PrefixDelegation;
        set.insert(Key::EnableWindowsIpam.name().to_owned(), "true".to_owned());
        set.insert(Key::EnableWindowsPrefixDelegation.name().to_owned(), prefixes.to_string());
    }
    let mut answer = reserve(
        &ReserveRequest {
            paths: request.paths.clone(),
            documents: request.documents.clone(),
            ids,
            prefixes: request.prefixes,
            set,
            ..ReserveRequest::default()
        },
        progress,
    )?;
    let notes = std::mem::take(&mut answer.notes);
    let problems = std::mem::take(&mut answer.problems);
    let mut rendered = Rendered {
        kind: request.kind.clone(),
        artefacts: artefacts(&answer, region.as_deref()),
        notes,
        problems,
    };
    if rendered.artefacts.is_empty() {
        let subnets: Vec<&str> =
            answer.subnets.iter().map(|it| it.id.as_deref().unwrap_or(&it.cidr)).collect();
        let subnets = if subnets.is_empty() { "any subnet".to_owned() } else { subnets.join(", ") };
        rendered.notes.push(Note::new(&note::RENDER_RESERVE_NONE, &[("subnets", &subnets)]));
    }
    Ok(rendered)
}

fn artefacts(answer: &Reservations, region: Option<&str>) -> Vec<Artefact> {
    let Some(template) = &answer.cloud_formation else { return Vec::new() };
    // One reason a reservation, in the order of the commands and of the resources.
    let reasons: Vec<Note> = answer
        .subnets
        .iter()
        .flat_map(|subnet| {
            let name = subnet.id.as_deref().unwrap_or(&subnet.cidr);
            let values: [(&str, &dyn std::fmt::Display); 3] = [
                ("count", &subnet.reservations.len()),
                ("needed", &subnet.needed_prefixes),
                ("subnet", &name),
            ];
            let why = Note::new(&note::RENDER_RESERVE_RANGE, &values);
            subnet.reservations.iter().map(move |_| why.clone())
        })
        .collect();
    let mut yaml = Written::default();
    let mut next = reasons.iter();
    for line in template.lines() {
        yaml.line(line);
        if line.starts_with("      Cidr:") {
            next.next().into_iter().for_each(|why| yaml.because(why.clone()));
        }
    }
    let mut commands = script::start();
    for (command, why) in answer.aws_cli.iter().zip(&reasons) {
        commands.line(&format!("{command}{}", script::region(region)));
        commands.because(why.clone());
    }
    vec![
        Artefact::new("reservations.yaml", "yaml", None, yaml),
        Artefact::new("reservations.sh", "shell", None, commands),
    ]
}

#[cfg(test)]
mod tests {
    use crate::render::tests::{document, refused, rendered};

    const SUBNET: &str = r#"{"Subnets": [{"SubnetId": "subnet-0a", "VpcId": "vpc-1", "CidrBlock": "10.0.8.0/24", "AvailableIpAddressCount": 251}]}"#;
    const INTERFACES: &str = r#"{"NetworkInterfaces": []}"#;
    const RESERVED: &str = r#"{"SubnetCidrReservations": [], "SubnetIpv4CidrReservations": [], "SubnetIpv6CidrReservations": []}"#;

    #[test]
    fn commands_and_template_say_the_same() {
        let answer = rendered("reservations", |request| {
            request.documents = vec![
                document("subnets.json", SUBNET),
                document("interfaces.json", INTERFACES),
                document("reserved.json", RESERVED),
            ];
            request.prefixes = Some(8.into());
            request.region = Some("eu-west-1".into());
        });
        let [yaml, shell] = answer.artefacts.as_slice() else { panic!("{answer:?}") };
        let command = shell.text.lines().nth(2).unwrap();
        assert!(
            command
                .starts_with("aws ec2 create-subnet-cidr-reservation --subnet-id subnet-0a --cidr 10.0.8.")
        );
        assert!(command.ends_with(" --reservation-type prefix --region eu-west-1"), "{command}");
        let range = command.split(' ').nth(6).unwrap();
        assert!(yaml.text.contains(&format!("      Cidr: \"{range}\"\n")));
        // The first and the last /28 hold addresses that AWS keeps, so no /25 is free.
        assert_eq!((yaml.lines.len(), shell.lines.len()), (2, 2));
        assert_eq!(yaml.lines[0].why, shell.lines[0].why);
    }

    #[test]
    fn what_is_missing_or_hostile_is_refused() {
        assert_eq!(refused("reservations", |_| {}).code, "REQUEST");
        for id in ["subnet-$(id)", "subnet-0a; rm", "subnet-창고", "subnet-a\nb"] {
            let refusal = refused("reservations", |request| {
                request.documents = vec![document("subnets.json", SUBNET)];
                request.subnets = vec![id.to_owned()];
            });
            assert_eq!(refusal.code, "NAME", "{id}");
        }
    }
}
