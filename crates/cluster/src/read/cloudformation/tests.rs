use crate::model::{Cluster, Field, InstanceTypes, Os, SubnetChoice, Tool};
use crate::read::{Input, Reading};
use std::fmt::Write as _;
use std::ops::ControlFlow;

fn reading(text: &str) -> Reading {
    let input = Input::Document { name: "stack.yaml".into(), bytes: text.as_bytes().to_vec() };
    crate::read::read(&[input], &mut |_| ControlFlow::Continue(())).unwrap()
}

fn cluster(text: &str) -> Cluster {
    let reading = reading(text);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    reading.cluster
}

/// What a value of a template is, by the version of a cluster that has it.
fn version(value: &str, rest: &str) -> Field<String> {
    let text = format!(
        "{rest}\nResources:\n  Cluster:\n    Type: AWS::EKS::Cluster\n    Properties:\n      Version: {value}\n"
    );
    cluster(&text).version
}

const SAYS: &str = "\
Parameters:
  Version: {Type: String, Default: \"1.33\"}
  Open: {Type: String}
  Empty: {Type: String, Default: ''}
  List: {Type: CommaDelimitedList, Default: '1.31, 1.32'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b}
Mappings:
  By: {prod: {Version: 1.34}}
Conditions:
  Yes: !Equals [!Ref Version, '1.33']
  No: !Not [Condition: Yes]
  Both: !And [!Condition Yes, !Not [!Equals [!Ref Empty, '']]]
  Either: {'Fn::Or': [{Condition: No}, {Condition: Yes}]}
  Unclear: !Equals [!Ref Open, x]
  NoneTheLess: !Or [!Condition Unclear, !Condition Yes]
  Region: !Equals [!Ref 'AWS::Region', eu-west-1]
  Itself: !Not [!Condition Itself]";

#[test]
fn what_the_template_decides_is_known() {
    for (value, known) in [
        ("!Ref Version", "1.33"),
        ("{Ref: Version}", "1.33"),
        ("!Sub '1.${Version}'", "1.1.33"),
        ("!Sub ['${Major}.34', {Major: '1'}]", "1.34"),
        ("!Sub '${!Version}'", "${Version}"),
        ("!Join ['.', ['1', '32']]", "1.32"),
        ("!Join ['.', !Split ['-', '1-35']]", "1.35"),
        ("!Select [1, !Ref List]", "1.32"),
        ("!Select ['0', !Split ['_', '1.30_x']]", "1.30"),
        ("!FindInMap [By, prod, Version]", "1.34"),
        ("{'Fn::FindInMap': [By, !Join ['', [pr, od]], Version]}", "1.34"),
        ("!If [Yes, '1.33', '1.34']", "1.33"),
        ("!If [No, '1.33', '1.34']", "1.34"),
        ("!If [Both, '1.33', '1.34']", "1.34"),
        ("!If [Either, '1.33', '1.34']", "1.33"),
        ("!If [NoneTheLess, '1.33', '1.34']", "1.33"),
        // Whichever branch counts.
        ("!If [Unclear, '1.33', !Ref Version]", "1.33"),
    ] {
        let field = version(value, SAYS);
        assert_eq!(field.known().map(String::as_str), Some(known), "{value}: {field:?}");
    }
    assert!(version("!Ref AWS::NoValue", SAYS).is_absent());
    assert!(version("!If [Yes, !Ref 'AWS::NoValue', '1.33']", SAYS).is_absent());
}

#[test]
fn what_a_deployment_decides_is_unknown_and_never_wrong() {
    for (value, reason) in [
        ("!Ref Open", "the parameter Open has no default: give the value of the deployment as its Default"),
        ("!Ref Nowhere", "the template has no parameter or resource \"Nowhere\""),
        ("!Ref Stored", "the SSM parameter /a/b decides it"),
        (
            "!Sub '1.${Open}'",
            "the parameter Open has no default: give the value of the deployment as its Default",
        ),
        (
            "!Join ['.', ['1', !Ref Open]]",
            "the parameter Open has no default: give the value of the deployment as its Default",
        ),
        ("!If [Unclear, '1.33', '1.34']", "it depends on the condition Unclear"),
        ("!If [Region, '1.33', '1.34']", "it depends on the condition Region"),
        ("!If [Itself, '1.33', '1.34']", "it depends on the condition Itself"),
        ("!If [Nowhere, '1.33', '1.34']", "it depends on the condition Nowhere"),
        ("!ImportValue network-version", "another stack exports it"),
        ("{'Fn::Transform': {Name: x}}", "a macro makes it"),
        ("!Select [7, !Ref List]", "its Fn::Select names no element"),
        ("!FindInMap [By, !Ref Open, Version]", "a mapping decides it, by a key that is not known here"),
        (
            "!GetAtt Cluster.OpenIdConnectIssuerUrl",
            "Cluster.OpenIdConnectIssuerUrl is known when the stack is made",
        ),
    ] {
        match version(value, SAYS) {
            Field::Unknown(found, place) => {
                assert_eq!(found, reason, "{value}");
                assert_eq!((place.line, &*place.file), (22, "stack.yaml"), "{value}");
            }
            other => panic!("{value}: {other:?}"),
        }
    }
}

#[test]
fn what_makes_resources_elsewhere_is_told_once_each() {
    let reading = reading(
        "AWSTemplateFormatVersion: '2010-09-09'\nConditions:\n  Never: !Equals [a, b]\nResources:\n  \
         C: {Type: 'AWS::EKS::Cluster', Properties: {Name: c}}\n  \
         Fn::ForEach::Groups: [N, [a, b], {'Win${N}': {Type: 'AWS::EKS::Nodegroup'}}]\n  \
         Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: 's3://b/nodes.yaml'}}\n  \
         Nodes: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: nodes.yaml}}\n  \
         Not: {Type: 'AWS::CloudFormation::Stack', Condition: Never, Properties: {TemplateURL: no.yaml}}\n  \
         Pool: {Type: 'Acme::EKS::Windows::MODULE', Properties: {}}\n",
    );
    let made: Vec<(&str, u32)> =
        reading.cluster.made_elsewhere.iter().map(|(what, place)| (what.as_str(), place.line)).collect();
    assert_eq!(
        made,
        [
            ("the loop Fn::ForEach::Groups", 6),
            ("the macro AWS::Include of Fn::Transform", 7),
            ("the nested stack \"Nodes\"", 8),
            ("the module \"Pool\" (Acme::EKS::Windows::MODULE)", 10),
        ]
    );
    let notes = reading.notes.iter().filter(|note| note.code == "resources-elsewhere");
    assert_eq!(notes.count(), 4);
}

#[test]
fn blocks_are_cut_as_the_function_of_that_name_does() {
    let of = |index: usize, call: &str| {
        let text = format!(
            "Resources:\n  V: {{Type: 'AWS::EC2::VPC', Properties: {{CidrBlock: 10.1.0.0/22}}}}\n  S:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: !Ref V\n      CidrBlock: !Select [{index}, !Cidr {call}]\n"
        );
        cluster(&text).subnets.get("${S}").map(|subnet| subnet.cidr.to_string())
    };
    assert_eq!(of(0, "[!GetAtt V.CidrBlock, 4, 8]").as_deref(), Some("10.1.0.0/24"));
    assert_eq!(of(3, "[!GetAtt V.CidrBlock, 4, 8]").as_deref(), Some("10.1.3.0/24"));
    assert_eq!(of(5, "[10.1.0.0/22, '6', '5']").as_deref(), Some("10.1.0.160/27"));
    // More than there is, and numbers that are none.
    for call in ["[!GetAtt V.CidrBlock, 5, 8]", "[!GetAtt V.CidrBlock, 4, 33]", "[!GetAtt V.CidrBlock, x, 8]"]
    {
        assert_eq!(of(0, call), None, "{call}");
    }
}

const NODES: &str = r#"
Resources:
  NodeRole: {Type: AWS::IAM::Role, Properties: {RoleName: windows-nodes}}
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref NodeRole]}}
  Cluster: {Type: AWS::EKS::Cluster, Properties: {Name: shop, Version: "1.34"}}
  A: {Type: AWS::EC2::Subnet, Properties: {CidrBlock: 10.0.0.0/24}}
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        InstanceType: m5.large
        ImageId: "{{resolve:ssm:/x}}"
        IamInstanceProfile: {Arn: !GetAtt Profile.Arn}
        UserData:
          Fn::Base64: !Sub |
            <powershell>
            & Start-EKSBootstrap.ps1 -EKSClusterName ${Cluster} `
              -KubeletExtraArgs "--max-pods=20" -APIServerEndpoint ${Cluster.Endpoint}
            </powershell>
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: "1"
      MaxSize: "3"
      VPCZoneIdentifier: [!Ref A]
      LaunchTemplate: {LaunchTemplateId: !Ref Template, Version: !GetAtt Template.LatestVersionNumber}
      Tags: [{Key: k8s.io/cluster-autoscaler/node-template/label/team, Value: web, PropagateAtLaunch: true}]
  Other:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {MinSize: 1, MaxSize: 1}
  Managed:
    Type: AWS::EKS::Nodegroup
    Properties:
      AmiType: WINDOWS_FULL_2022_x86_64
      NodeRole: !GetAtt NodeRole.Arn
      ScalingConfig: {MinSize: "2", MaxSize: !Ref Most, DesiredSize: 2}
      InstanceTypes: [c5.large]
      Subnets: [!Ref A, subnet-1]
      Labels: {Team: web}
      Taints: [{Key: os, Value: windows, Effect: NO_SCHEDULE}]
Parameters:
  Most: {Type: Number}
"#;

#[test]
fn groups_are_read_with_what_they_name() {
    let cluster = cluster(NODES);
    assert_eq!(cluster.name.known().map(String::as_str), Some("shop"));
    let names: Vec<_> = cluster.node_groups.iter().map(|group| (&*group.name, group.tool)).collect();
    assert_eq!(names, [("Managed", Tool::EksManaged), ("Group", Tool::AutoScaling)]);
    let [managed, group] = cluster.node_groups.as_slice() else { panic!() };
    assert_eq!(managed.os.known(), Some(&Os::Windows));
    assert_eq!(
        (managed.min_size.known(), managed.labels.get("Team").map(String::as_str)),
        (Some(&2), Some("web"))
    );
    assert!(
        matches!(&managed.max_size, Field::Unknown(reason, _) if reason == "the parameter Most has no default: give the value of the deployment as its Default")
    );
    assert_eq!(managed.taints[0].effect, "NoSchedule");
    assert_eq!(managed.role.known().map(|role| crate::model::role_name(role)), Some("windows-nodes"));
    assert_eq!(
        managed.subnets.known(),
        Some(&SubnetChoice::Ids(vec!["${A}".to_owned(), "subnet-1".to_owned()]))
    );
    assert_eq!(group.os.known(), Some(&Os::Windows));
    assert_eq!(group.instance_types.known(), Some(&InstanceTypes::Named(vec!["m5.large".to_owned()])));
    assert_eq!((group.max_size.known(), group.max_pods.known()), (Some(&3), Some(&20)));
    assert_eq!(group.role.known().map(String::as_str), Some("windows-nodes"));
    assert_eq!(group.labels.get("team").map(String::as_str), Some("web"));
    let data = cluster.launch_templates[0].user_data.known().unwrap();
    assert_eq!(data.calls[0].parameter("EKSClusterName"), Some(Some("shop")));
    // What only a deployment fills in stays as it is written, and its lines are those of the file.
    assert_eq!(data.calls[0].parameter("APIServerEndpoint"), Some(None));
    assert_eq!(data.calls[0].place.line, 17);
}

#[test]
fn a_resource_whose_condition_is_open_is_told_and_not_read() {
    let text = |equals: &str| {
        format!(
            "Parameters: {{P: {{Type: String{equals}}}}}\nConditions: {{C: !Equals [!Ref P, x]}}\nResources:\n  G:\n    Type: AWS::EKS::Nodegroup\n    Condition: C\n    Properties: {{AmiType: WINDOWS_CORE_2022_x86_64}}\n"
        )
    };
    let count = |equals: &str| {
        let reading = reading(&text(equals));
        (reading.cluster.node_groups.len(), reading.notes.len())
    };
    assert_eq!(count(", Default: x"), (1, 0));
    assert_eq!(count(", Default: y"), (0, 0));
    assert_eq!(count(""), (0, 1));
}

#[test]
fn objects_that_the_cdk_hands_to_kubectl_are_read() {
    let text = r#"{"Resources": {
        "Role": {"Type": "AWS::IAM::Role"},
        "Cluster": {"Type": "Custom::AWSCDK-EKS-Cluster", "Properties": {"Config": {"name": "shop", "version": "1.33",
            "kubernetesNetworkConfig": {"ipFamily": "ipv4"}}}},
        "Auth": {"Type": "Custom::AWSCDK-EKS-KubernetesResource", "Properties": {"Manifest": {"Fn::Join": ["", [
            "[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"aws-auth\",\"namespace\":\"kube-system\"},\"data\":{\"mapRoles\":\"[{\\\"rolearn\\\":\\\"",
            {"Fn::GetAtt": ["Role", "Arn"]},
            "\\\",\\\"username\\\":\\\"x\\\",\\\"groups\\\":[\\\"system:nodes\\\"]}]\"}}]"]]}}}}}"#;
    let cluster = cluster(text);
    let mapping = &cluster.identity.mappings[0];
    assert_eq!(mapping.role.known().map(String::as_str), Some("arn:aws:iam:::role/${Role}"));
    assert_eq!(mapping.groups.known(), Some(&vec!["system:nodes".to_owned()]));
    assert_eq!(cluster.version.known().map(String::as_str), Some("1.33"));
}

#[test]
fn a_template_that_makes_much_of_little_stays_small() {
    // Each level names the one before twice.
    let mut text = "Resources: {C: {Type: 'AWS::EKS::Cluster', Properties: {Version: !Ref P}}}\nParameters: {P: {Type: String, Default: x}}\nConditions:\n  C0: !Equals [a, !Ref Q]\n".to_owned();
    for level in 1..200 {
        let before = level - 1;
        _ = writeln!(text, "  C{level}: !And [!Condition C{before}, !Condition C{before}]");
    }
    text.push_str("  Deep: !Condition C199\n");
    assert_eq!(cluster(&text).version.known().map(String::as_str), Some("x"));
    let long = "y".repeat(1 << 20);
    let many = "!Ref P, ".repeat(500);
    let text = format!(
        "Parameters: {{P: {{Type: String, Default: {long}}}}}\nResources: {{C: {{Type: 'AWS::EKS::Cluster', Properties: {{Version: !Join ['', [{many}'z']]}}}}}}\n"
    );
    assert!(matches!(cluster(&text).version, Field::Unknown(..)));
}

#[test]
fn functions_that_double_come_to_an_end() {
    // Each condition names the one before it twice: 2^63 ways to the first one.
    for first in ["!Equals [a, a]", "!Equals [!Ref Open, a]", "!Condition C63"] {
        let mut text = format!("Parameters:\n  Open: {{Type: String}}\nConditions:\n  C0: !Not [{first}]\n");
        for number in 1..64 {
            let before = number - 1;
            _ = writeln!(text, "  C{number}: !And [!Condition C{before}, !Condition C{before}]");
        }
        text.push_str("Resources:\n  Cluster:\n    Type: AWS::EKS::Cluster\n    Condition: C63\n    Properties: {Version: '1.33'}\n");
        reading(&text);
    }
    // Each text has the one inside of it twice.
    let nested = (0..30)
        .fold("'${Open}'".to_owned(), |inner, _| format!("{{'Fn::Sub': ['${{x}}${{x}}', {{x: {inner}}}]}}"));
    let text = format!(
        "Parameters:\n  Open: {{Type: String}}\nResources:\n  Cluster:\n    Type: AWS::EKS::Cluster\n    Properties:\n      Version: {nested}\n"
    );
    assert!(matches!(reading(&text).cluster.version, Field::Unknown(..) | Field::Known(..)));
}
