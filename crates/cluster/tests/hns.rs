//! What HNS lists on a node, in both of its schemas, as its tools and PowerShell write it.

use std::ops::ControlFlow;
use winpod::windows::HnsVersion;
use winpod_cluster::model::{Cluster, HnsDistribution, HnsEndpointPolicy, HnsProtocol, HnsSchema, HnsSubnet};
use winpod_cluster::read::{Input, Reading, read};

fn reading(text: &str) -> Reading {
    let input = Input::Document { name: "hns.json".to_owned(), bytes: text.into() };
    read(&[input], &mut |_| ControlFlow::Continue(())).expect("nothing stops it")
}

fn cluster(text: &str) -> Cluster {
    let reading = reading(text);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    reading.cluster
}

const NETWORK_V1: &str = r#"{"ActivityId": "A", "CurrentEndpointCount": 3, "DNSServerList": "10.0.0.2,10.0.0.3",
 "Extensions": [{"Id": "E7C3B2F0-F3C5-48DF-AF2B-10FED6D72E7A", "IsEnabled": false, "Name": "Microsoft Windows Filtering Platform"},
                {"Id": "F74F241B-440F-4433-BB28-00F89EAD20D8", "IsEnabled": true, "Name": "Microsoft Azure VFP Switch Extension"}],
 "ID": "93C59A4B-F5C0-42AA-BE09-E7480DE1FF3D", "LayeredOn": "24DDF755-8077-4CAD-BEE4-6D6B6B4E015B",
 "MacPools": [{"EndMacAddress": "00-15-5D-2B-FF-FF", "StartMacAddress": "00-15-5D-2B-F0-00"}],
 "ManagementIP": "10.0.8.20", "Name": "vpcbr0ea1551f9f9a", "NetworkAdapterName": "Ethernet 2",
 "Policies": [], "SourceMac": "", "State": 1, "Type": "l2bridge", "Version": 38654705669,
 "Subnets": [{"AdditionalParams": {}, "AddressPrefix": "10.0.8.0/24", "GatewayAddress": "10.0.8.1", "Policies": []}]}"#;

#[test]
fn a_network_of_the_first_schema() {
    let cluster = cluster(NETWORK_V1);
    let [network] = &cluster.hns_networks[..] else { panic!("{:?}", cluster.hns_networks) };
    assert_eq!(&*network.id, "93c59a4b-f5c0-42aa-be09-e7480de1ff3d");
    assert_eq!((&*network.name, &*network.kind), ("vpcbr0ea1551f9f9a", "l2bridge"));
    let subnet =
        HnsSubnet { prefix: "10.0.8.0/24".parse().unwrap(), gateway: Some("10.0.8.1".parse().unwrap()) };
    assert_eq!(*network.subnets, [subnet]);
    assert_eq!(network.management_ip, Some("10.0.8.20".parse().unwrap()));
    assert_eq!(network.adapter.as_deref(), Some("Ethernet 2"));
    assert_eq!(network.mac_ranges.len(), 1);
    assert_eq!(network.mac_ranges[0].0.to_string(), "00:15:5d:2b:f0:00");
    assert_eq!(network.dns_servers.len(), 2);
    let enabled: Vec<bool> = network.extensions.iter().map(|it| it.enabled).collect();
    assert_eq!(enabled, [false, true]);
    assert_eq!(network.layered_on.as_deref(), Some("24ddf755-8077-4cad-bee4-6d6b6b4e015b"));
    assert_eq!((network.endpoint_count, network.schema), (Some(3), HnsSchema::V1));
    assert_eq!(network.version, Some(HnsVersion::new(9, 5)));
    assert!(!network.cut);
}

#[test]
fn a_network_of_the_second_schema() {
    let text = r#"{"ID": "93C59A4B-F5C0-42AA-BE09-E7480DE1FF3D", "Name": "vpcbr0ea1551f9f9a", "Type": "L2Bridge",
      "Policies": [{"Type": "NetAdapterName", "Settings": {"NetworkAdapterName": "Ethernet 2"}},
                   {"Type": "VSwitchExtension", "Settings": {"ExtensionID": "F74F241B-440F-4433-BB28-00F89EAD20D8", "Enable": true}},
                   {"Type": "SourceMacAddress", "Settings": {"SourceMacAddress": "0e-a1-55-1f-9f-9a"}}],
      "MacPool": {"Ranges": [{"StartMacAddress": "00-15-5D-2B-F0-00", "EndMacAddress": "00-15-5D-2B-FF-FF"}]},
      "Dns": {"ServerList": ["10.0.0.2"], "Suffix": "eu-west-1.compute.internal"},
      "Ipams": [{"Type": "Static", "Subnets": [{"IpAddressPrefix": "10.0.8.0/24", "Routes": [{"NextHop": "10.0.8.1", "DestinationPrefix": "0.0.0.0/0"}]}]}],
      "Flags": 0, "SchemaVersion": {"Major": 2, "Minor": 0}}"#;
    let network = &cluster(text).hns_networks[0];
    assert_eq!((network.schema, &*network.kind), (HnsSchema::V2, "L2Bridge"));
    assert_eq!(network.subnets[0].gateway, Some("10.0.8.1".parse().unwrap()));
    assert_eq!(network.adapter.as_deref(), Some("Ethernet 2"));
    assert_eq!(network.source_mac.map(|mac| mac.to_string()).as_deref(), Some("0e:a1:55:1f:9f:9a"));
    assert_eq!(network.extensions.len(), 1);
    assert_eq!(network.policies.len(), 3);
}

#[test]
fn an_endpoint_of_each_schema() {
    let first = r#"{"ID": "C55B2C86-bd06-400e-bca7-8fb7de11e635", "Name": "cid-e19f978e", "Version": 64424509440, "State": 3,
      "VirtualNetwork": "93c59a4b-f5c0-42aa-be09-e7480de1ff3d", "VirtualNetworkName": "vpcbr0ea1551f9f9a",
      "MacAddress": "00-15-5D-CD-BE-47", "IPAddress": "10.0.8.31", "PrefixLength": "24", "GatewayAddress": "10.0.8.1",
      "DNSServerList": "172.20.0.10", "Namespace": {"ID": "2C094B9E-AF3A-4DC1-97D8-821B68603D23"}, "SharedContainers": ["b1946ac9"],
      "Policies": [{"Type": "OutBoundNAT", "ExceptionList": ["10.0.0.0/16", "172.20.0.0/16"]},
                   {"Type": "ROUTE", "DestinationPrefix": "172.20.0.0/16", "NeedEncap": true},
                   {"Type": "ACL", "Action": "Allow"}, {"Type": "ACL", "Action": "Block"},
                   {"Type": "L2Driver"}]}"#;
    let second = r#"{"ID": "c55b2c86-bd06-400e-bca7-8fb7de11e635", "Name": "cid-e19f978e",
      "HostComputeNetwork": "93c59a4b-f5c0-42aa-be09-e7480de1ff3d", "HostComputeNamespace": "2c094b9e-af3a-4dc1-97d8-821b68603d23",
      "Policies": [{"Type": "OutBoundNAT", "Settings": {"Exceptions": ["10.0.0.0/16", "172.20.0.0/16"]}},
                   {"Type": "SDNRoute", "Settings": {"DestinationPrefix": "172.20.0.0/16", "NeedEncap": true}},
                   {"Type": "ACL", "Settings": {"Action": "Allow"}}, {"Type": "ACL", "Settings": {"Action": "Block"}},
                   {"Type": "L2Driver"}],
      "IpConfigurations": [{"IpAddress": "10.0.8.31", "PrefixLength": 24}],
      "Dns": {"ServerList": ["172.20.0.10"]}, "Routes": [{"NextHop": "10.0.8.1", "DestinationPrefix": "0.0.0.0/0"}],
      "MacAddress": "00-15-5D-CD-BE-47", "SchemaVersion": {"Major": 2, "Minor": 0}}"#;
    let (first, second) = (&cluster(first).hns_endpoints.remove(0), &cluster(second).hns_endpoints.remove(0));
    assert_eq!((first.schema, second.schema), (HnsSchema::V1, HnsSchema::V2));
    for endpoint in [first, second] {
        assert_eq!(&*endpoint.id, "c55b2c86-bd06-400e-bca7-8fb7de11e635");
        assert_eq!(endpoint.addresses[0].address.to_string(), "10.0.8.31");
        assert_eq!(endpoint.addresses[0].prefix_length, Some(24));
        assert_eq!(endpoint.gateway, Some("10.0.8.1".parse().unwrap()));
        assert_eq!(endpoint.network.as_deref(), Some("93c59a4b-f5c0-42aa-be09-e7480de1ff3d"));
        assert_eq!(endpoint.namespace.as_deref(), Some("2c094b9e-af3a-4dc1-97d8-821b68603d23"));
        assert_eq!((endpoint.acls, endpoint.remote, endpoint.cut), (2, false, false));
        let [nat, route, HnsEndpointPolicy::Other(other)] = &*endpoint.policies else {
            panic!("{:?}", endpoint.policies)
        };
        let HnsEndpointPolicy::OutBoundNat { exceptions, .. } = nat else { panic!("{nat:?}") };
        assert_eq!(exceptions.len(), 2);
        let HnsEndpointPolicy::Route { destination, need_encap, .. } = route else { panic!("{route:?}") };
        assert_eq!((&**destination, *need_encap), ("172.20.0.0/16", true));
        assert_eq!(&**other, "L2Driver");
    }
    assert_eq!(first.containers.len(), 1);
    assert_eq!(first.version, Some(HnsVersion::new(15, 0)));
    assert_eq!(first.network_name.as_deref(), Some("vpcbr0ea1551f9f9a"));
}

#[test]
fn remote_endpoints_of_each_schema() {
    let first = r#"[{"ID": "a", "IPAddress": "10.244.1.6", "IsRemoteEndpoint": true, "Name": "Ethernet", "VirtualNetworkName": "vpcbr"}]"#;
    let second = r#"{"ID": "b", "HostComputeNetwork": "n", "IpConfigurations": [{"IpAddress": "10.244.1.6"}], "Flags": 1}"#;
    let with_address = r#"{"ID": "c", "VirtualNetwork": "n", "IPAddress": "10.244.1.6", "IsRemoteEndpoint": "True",
      "Policies": [{"PA": "10.123.74.74", "Type": "PA"}]}"#;
    for text in [first, second, with_address] {
        assert!(cluster(text).hns_endpoints[0].remote, "{text}");
    }
    let policies = &cluster(with_address).hns_endpoints[0].policies;
    assert_eq!(**policies, [HnsEndpointPolicy::ProviderAddress("10.123.74.74".parse().unwrap())]);
}

#[test]
fn a_policy_of_each_schema() {
    let first = r#"{"ID": "D680D0E7-185B-46A7-B097-37A8B439F588", "References": ["/endpoints/C55B2C86-BD06-400E-BCA7-8FB7DE11E635"],
      "HostComputeNetwork": "93C59A4B-F5C0-42AA-BE09-E7480DE1FF3D", "State": 2, "Version": 64424509440, "Flags": 0,
      "Policies": [{"Type": "ELB", "Protocol": "6", "InternalPort": 8080, "ExternalPort": 80, "IsDSR": true, "ILB": true, "SourceVIP": "", "VIPs": ["172.20.37.12"]}]}"#;
    let second = r#"{"ID": "d680d0e7-185b-46a7-b097-37a8b439f588", "HostComputeEndpoints": ["c55b2c86-bd06-400e-bca7-8fb7de11e635"],
      "FrontendVIPs": ["172.20.37.12"], "PortMappings": [{"Protocol": 6, "InternalPort": 8080, "ExternalPort": 80, "DistributionType": 2, "Flags": 1}],
      "SchemaVersion": {"Major": 2, "Minor": 0}, "Flags": 1}"#;
    let (first, second) = (&cluster(first).hns_policies.remove(0), &cluster(second).hns_policies.remove(0));
    for policy in [first, second] {
        assert_eq!(&*policy.id, "d680d0e7-185b-46a7-b097-37a8b439f588");
        assert_eq!(policy.vip, Some("172.20.37.12".parse().unwrap()));
        assert_eq!(*policy.endpoints, ["c55b2c86-bd06-400e-bca7-8fb7de11e635".into()]);
        assert_eq!((policy.dsr, policy.local_routed_vip, policy.source_vip), (true, false, None));
        let port = policy.ports[0];
        assert_eq!((port.internal_port, port.external_port), (Some(8080), Some(80)));
        assert_eq!((port.protocol, port.ilb), (Some(HnsProtocol::Tcp), true));
    }
    assert_eq!((first.state, first.version), (Some(2), Some(HnsVersion::new(15, 0))));
    assert_eq!(first.ports[0].distribution, None);
    assert_eq!(second.ports[0].distribution, Some(HnsDistribution::SourceIp));
}

#[test]
fn lists_however_powershell_writes_them() {
    let object = r#"{"ID": "a", "VirtualNetwork": "n", "IPAddress": "10.0.8.31"}"#;
    for text in [
        object.to_owned(),
        format!("[{object}]"),
        format!("{{\"value\": [{object}], \"Count\": 1}}"),
        format!("{{\"Success\": true, \"Output\": [{object}]}}"),
        format!("{{\"Success\": true, \"Output\": {object}}}"),
        format!("[null, {object}]"),
        // Objects in a row, as hnsdiag prints them; one twice is one.
        format!("{object}\r\n{object}"),
    ] {
        let reading = reading(&text);
        assert_eq!(reading.cluster.hns_endpoints.len(), 1, "{text}");
        assert!(reading.problems.is_empty(), "{text}");
    }
    // One policy in place of a list of one, null in place of none.
    let one = r#"{"ID": "a", "VirtualNetwork": "n", "Policies": {"Type": "OutBoundNAT", "ExceptionList": "10.0.0.0/16"}, "SharedContainers": null, "IPAddress": null}"#;
    let endpoint = &cluster(one).hns_endpoints[0];
    let [HnsEndpointPolicy::OutBoundNat { exceptions, .. }] = &*endpoint.policies else {
        panic!("{endpoint:?}")
    };
    assert_eq!(**exceptions, ["10.0.0.0/16".into()]);
}

#[test]
fn what_convertto_json_cut_is_a_note() {
    let policies = r#"[{"ID": "a", "References": ["/endpoints/e"], "Policies": ["@{Type=ELB; IsDSR=True; VIPs=System.Object[]}"]},
      {"ID": "b", "References": ["/endpoints/e"], "Policies": ["@{Type=ELB; IsDSR=True; VIPs=System.Object[]}"]}]"#;
    let endpoints = r#"[{"ID": "e", "VirtualNetwork": "n", "IPAddress": "10.0.8.31", "Namespace": "@{ID=2C09}", "Policies": ["@{Type=ROUTE; DestinationPrefix=172.20.0.0/16}", "@{Type=ACL}"]}]"#;
    let networks = r#"[{"ID": "n", "Type": "l2bridge", "ManagementIP": "10.0.8.20", "Subnets": "System.Object[]", "Policies": ""}]"#;
    for (text, count) in [(policies, 2), (endpoints, 1), (networks, 1)] {
        let reading = reading(text);
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        let [note] = &reading.notes[..] else { panic!("{:?}", reading.notes) };
        assert_eq!(note.code, "hns-cut");
        assert!(note.message.contains(&format!(": {count} of them")), "{}", note.message);
        assert!(reading.cluster.hns_half_listed);
        assert!(reading.cluster.hns_policies.is_empty());
        let (endpoints, networks) = (&reading.cluster.hns_endpoints, &reading.cluster.hns_networks);
        assert!(endpoints.iter().all(|it| it.cut && it.policies.is_empty() && it.acls == 0));
        assert!(endpoints.iter().all(|it| it.namespace.as_deref() == Some("2c09")));
        assert!(networks.iter().all(|it| it.cut && it.subnets.is_empty()));
    }
}

#[test]
fn values_of_the_wrong_kind_are_named() {
    let text = "[{\"ID\": \"e\", \"VirtualNetwork\": \"n\",\n \"IPAddress\": \"10.0.8.310\",\n \"PrefixLength\": 33, \"IsRemoteEndpoint\": \"maybe\", \"Policies\": [5]}]";
    let reading = reading(text);
    let told: Vec<String> = reading.problems.iter().map(|it| it.message.clone()).collect();
    assert_eq!(
        told,
        [
            "IPAddress of HNS endpoint \"e\" is \"10.0.8.310\": an IPv4 address such as 10.0.8.20 is allowed",
            "PrefixLength of HNS endpoint \"e\" is 33: a whole number from 0 to 32 is allowed",
            "IsRemoteEndpoint of HNS endpoint \"e\" is \"maybe\": true or false is allowed",
            "Policies of HNS endpoint \"e\" is a list: a list of objects is allowed",
        ]
    );
    assert_eq!(reading.problems[0].location.as_ref().map(|it| it.line), Some(2));
    assert!(reading.cluster.hns_half_listed);
}

#[test]
fn other_json_is_not_taken_for_hns() {
    for text in [
        r#"{"Subnets": [{"SubnetId": "subnet-1", "CidrBlock": "10.0.0.0/24"}]}"#,
        r#"{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {}}"#,
        r#"{"Resources": {"A": {"Type": "AWS::EC2::Subnet"}}}"#,
        r#"[{"Type": "l2bridge"}]"#,
        r#"{"Policies": [{"PolicyName": "x"}]}"#,
        "[]",
        "[[[[]]]]",
        "null",
    ] {
        let cluster = reading(text).cluster;
        assert!(cluster.hns_networks.is_empty() && cluster.hns_endpoints.is_empty(), "{text}");
        assert!(cluster.hns_policies.is_empty() && cluster.hns_namespaces.is_empty(), "{text}");
    }
}

#[test]
fn one_object_of_two_listings_is_one() {
    let first = r#"{"ID": "P", "References": ["/endpoints/e"], "State": 2, "Version": 38654705669,
      "Policies": [{"Type": "ELB", "Protocol": 6, "InternalPort": 8080, "ExternalPort": 80, "VIPs": ["172.20.37.12"]}]}"#;
    let second = r#"{"ID": "p", "HostComputeEndpoints": ["e"], "FrontendVIPs": ["172.20.37.12"],
      "PortMappings": [{"Protocol": 6, "InternalPort": 8080, "ExternalPort": 80, "DistributionType": 2}], "SchemaVersion": {"Major": 2, "Minor": 0}}"#;
    for text in [format!("{first}{second}"), format!("{second}{first}"), format!("{first}{first}{second}")] {
        let reading = reading(&text);
        let [policy] = &reading.cluster.hns_policies[..] else { panic!("{text}") };
        assert_eq!((policy.state, policy.schema), (Some(2), HnsSchema::V2));
        assert_eq!(policy.ports[0].distribution, Some(HnsDistribution::SourceIp));
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
    }
    let other = second.replace("\"e\"", "\"f\"");
    let reading = reading(&format!("{first}{other}"));
    assert_eq!(reading.cluster.hns_policies.len(), 1);
    assert_eq!(reading.notes[0].code, "hns-differs");
    // Two policies of one list are two.
    let both = first.replace(
        "}]}",
        "}, {\"Type\": \"ELB\", \"Protocol\": 6, \"ExternalPort\": 443, \"VIPs\": [\"172.20.37.12\"]}]}",
    );
    assert_eq!(cluster(&both).hns_policies.len(), 2);
}
