//! Values of the add-on vpc-cni, in each form that they are given in: what they come to is one thing to all operations.

use std::ops::ControlFlow;

use serde_json::{Value, json};
use winpod_cluster::api::call;

fn forms(values: &str) -> [(&'static str, String); 4] {
    let quoted = serde_json::to_string(values).unwrap();
    let addon = format!("addons: [{{name: vpc-cni, configurationValues: {quoted}}}]\n");
    let cluster = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n\
                   metadata: {name: shop, region: eu-central-1, version: '1.33'}\n";
    [
        ("eksctl.yaml", format!("{cluster}{addon}")),
        (
            "describe-addon.json",
            format!(
                r#"{{"addon": {{"addonName": "vpc-cni", "clusterName": "shop", "status": "ACTIVE", "configurationValues": {quoted}}}}}"#
            ),
        ),
        (
            "stack.json",
            format!(
                r#"{{"Resources": {{"Cni": {{"Type": "AWS::EKS::Addon", "Properties": {{"AddonName": "vpc-cni", "ClusterName": "shop", "ConfigurationValues": {quoted}}}}}}}}}"#
            ),
        ),
        // The chart takes the same names.
        ("values.yaml", values.to_owned()),
    ]
}

fn answer(operation: &str, name: &str, text: &str) -> Value {
    let groups = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n\
                  metadata: {name: shop, region: eu-central-1, version: '1.33'}\n\
                  managedNodeGroups:\n- {name: web, amiFamily: WindowsServer2022FullContainer, instanceType: m5.xlarge, \
                  minSize: 1, maxSize: 3}\n";
    let own = text.starts_with("apiVersion: eksctl.io");
    let (first, second) = if own {
        (text.to_owned() + &groups[groups.find("managed").unwrap()..], "")
    } else {
        (text.to_owned(), groups)
    };
    let mut documents = vec![json!({"name": name, "text": first})];
    if !second.is_empty() {
        documents.push(json!({"name": "groups.yaml", "text": second}));
    }
    call(operation, json!({"documents": documents}), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn finds(check: &Value, rule: &str) -> bool {
    check["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == rule)
}

fn notes<'a>(answer: &'a Value, code: &str) -> Option<&'a str> {
    answer["notes"].as_array().unwrap().iter().find(|note| note["code"] == code)?["message"].as_str()
}

#[test]
fn ipam_plan_and_check_read_them_alike() {
    for (values, enabled, mode) in [
        (r#"{"enableWindowsIpam": "true"}"#, true, "secondary-ip"),
        (
            r#"{"enableWindowsIpam": "true", "enableWindowsPrefixDelegation": "true"}"#,
            true,
            "prefix-delegation",
        ),
        (r#"{"enableWindowsIpam": "false", "enableWindowsPrefixDelegation": "true"}"#, false, "secondary-ip"),
        // The chart's own default is off, and eksctl, which makes the group, switches it on.
        (r#"{"warmWindowsIPTarget": 4}"#, true, "secondary-ip"),
    ] {
        for (name, text) in forms(values) {
            let told = |what: &Value| format!("{name}, {values}: {what}");
            let ipam = answer("ipam", name, &text);
            assert_eq!(ipam["enabled"], enabled, "{}", told(&ipam));
            assert!(notes(&ipam, "configmap-from-values").is_some(), "{}", told(&ipam["notes"]));
            let plan = answer("plan", name, &text);
            assert_eq!(notes(&plan, "ipam-off").is_none(), enabled, "{}", told(&plan["notes"]));
            assert!(notes(&plan, "configmap-assumed").is_none(), "{}", told(&plan["notes"]));
            let check = answer("check", name, &text);
            assert_eq!(finds(&check, "CLU-001"), !enabled, "{}", told(&check["findings"]));
            if enabled {
                assert_eq!(ipam["mode"], mode, "{}", told(&ipam));
                assert_eq!(plan["nodeGroups"][0]["types"][0]["mode"], mode, "{}", told(&plan["nodeGroups"]));
            }
        }
    }
}
