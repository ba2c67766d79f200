//! What names and values may be, so that none breaks out of where it is written: anything else is refused, never mended.
//!
//! # Source
//! EKS API reference, `CreateCluster` and `CreateNodegroup`; Kubernetes, labels and taints; EC2 API reference (2026-11-23).

use crate::read::shortened;
use crate::request::Refusal;
use winpod::Ipv4Prefix;

/// A refusal that names the field, the value and what is allowed.
pub(super) fn refused(field: &str, value: &str, allowed: &str) -> Refusal {
    Refusal::new("NAME", format!("{field} is {:?}: {allowed}", shortened(value)))
}

/// The name of a cluster.
pub(super) fn cluster(name: &str) -> Result<String, Refusal> {
    let rest = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = name.len() <= 100 && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let allowed = "letters, digits, - and _ are allowed, a letter or digit first, at most 100";
    (fits && name.chars().all(rest)).then(|| name.to_owned()).ok_or_else(|| refused("cluster", name, allowed))
}

/// The name of a node group, which is also that of Kubernetes objects and labels.
pub(super) fn group(name: &str) -> Result<String, Refusal> {
    let allowed = "letters, digits, - and _ are allowed, a letter or digit first, at most 63";
    let rest = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = name.len() <= 63 && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    (fits && name.chars().all(rest))
        .then(|| name.to_owned())
        .ok_or_else(|| refused("nodeGroup", name, allowed))
}

/// The name of a Kubernetes object or namespace: a label of DNS.
pub(super) fn object(field: &str, name: &str) -> Result<String, Refusal> {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = name.len() <= 63 && name.starts_with(edge) && name.ends_with(edge);
    let allowed =
        "lower-case letters, digits and - are allowed, a letter or digit at both ends, at most 63 characters";
    (fits && name.chars().all(|c| edge(c) || c == '-'))
        .then(|| name.to_owned())
        .ok_or_else(|| refused(field, name, allowed))
}

/// The key of a label or taint: perhaps a domain with a slash, then a name.
pub(super) fn label_key(field: &str, key: &str) -> Result<(), Refusal> {
    let (domain, name) = key.split_once('/').map_or((None, key), |(domain, name)| (Some(domain), name));
    let of_domain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let domain_fits =
        domain.is_none_or(|it| (1..=253).contains(&it.len()) && it.chars().all(of_domain) && edges(it));
    let allowed = "the key of a label is allowed: letters, digits, -, _ and ., at most 63, perhaps behind a domain and /";
    if domain_fits && !name.is_empty() && word(name) { Ok(()) } else { Err(refused(field, key, allowed)) }
}

/// The value of a label or taint.
pub(super) fn label_value(field: &str, value: &str) -> Result<(), Refusal> {
    let allowed = "letters, digits, -, _ and . are allowed, a letter or digit at both ends, at most 63 characters, or nothing";
    if value.is_empty() || word(value) { Ok(()) } else { Err(refused(field, value, allowed)) }
}

fn word(text: &str) -> bool {
    text.len() <= 63
        && edges(text)
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn edges(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// An id of EC2, such as `ami-0123456789abcdef0`.
pub(super) fn id(field: &str, prefix: &str, id: &str) -> Result<String, Refusal> {
    let digits = id.strip_prefix(prefix).filter(|rest| (1..=40).contains(&rest.len()));
    digits
        .filter(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .map(|_| id.to_owned())
        .ok_or_else(|| refused(field, id, &format!("an id is allowed that begins with {prefix}")))
}

/// A Region.
pub(super) fn region(name: &str) -> Result<String, Refusal> {
    let fits = (5..=32).contains(&name.len())
        && name.split('-').count() >= 3
        && name.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
    fits.then(|| name.to_owned())
        .ok_or_else(|| refused("region", name, "a Region is allowed, such as eu-central-1"))
}

/// The ARN of an IAM role.
pub(super) fn role(arn: &str) -> Result<String, Refusal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let plain = |text: &str| {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@-_/".contains(&b)) && text.len() <= 600
    };
    let fits = match parts.as_slice() {
        ["arn", partition, "iam", "", account, rest] => {
            partition.starts_with("aws")
                && plain(partition)
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && rest.strip_prefix("role/").is_some_and(|name| !name.is_empty() && plain(name))
        }
        _ => false,
    };
    let allowed = "the ARN of a role is allowed, such as arn:aws:iam::111122223333:role/NodeRole";
    fits.then(|| arn.to_owned()).ok_or_else(|| refused("role", arn, allowed))
}

/// The name of an IAM role, without its path.
pub(super) fn role_name(name: &str) -> Result<String, Refusal> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@-_".contains(&byte);
    let fits = (1..=64).contains(&name.len()) && name.bytes().all(plain);
    let allowed = "the ARN of a role is allowed, or its name: letters, digits and +=,.@-_, at most 64";
    fits.then(|| name.to_owned()).ok_or_else(|| refused("role", name, allowed))
}

/// The endpoint of an API server.
pub(super) fn endpoint(url: &str) -> Result<String, Refusal> {
    let plain = |rest: &str| rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
    let fits =
        url.strip_prefix("https://").is_some_and(|rest| (1..=255).contains(&rest.len()) && plain(rest));
    let allowed = "an address is allowed that begins with https:// and has no path";
    fits.then(|| url.to_owned()).ok_or_else(|| refused("endpoint", url, allowed))
}

/// A certificate authority in base64.
pub(super) fn certificate_authority(text: &str) -> Result<String, Refusal> {
    let fits = !text.is_empty()
        && text.len() <= 16_384
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
    let allowed = "base64 in one line is allowed, as aws eks describe-cluster prints it";
    fits.then(|| text.to_owned()).ok_or_else(|| refused("certificateAuthority", text, allowed))
}

/// An IPv4 block.
pub(super) fn block(field: &str, text: &str) -> Result<Ipv4Prefix, Refusal> {
    text.parse::<Ipv4Prefix>()
        .map_err(|error| Refusal::new(error.code(), format!("{field} is {:?}: {error}", shortened(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts that break out of one language or the other.
    const HOSTILE: [&str; 12] = [
        "'; Remove-Item C:\\ -Recurse; '",
        "`whoami`",
        "$(Stop-Computer)",
        "a\nb",
        "a\"b",
        "\u{2019}; x",
        "창고",
        "a b",
        "</powershell>",
        "${AWS::AccountId}",
        "",
        "a\0b",
    ];

    #[test]
    fn hostile_names_are_refused_everywhere() {
        let long = "a".repeat(1000);
        for text in HOSTILE.iter().copied().chain([long.as_str()]) {
            assert!(cluster(text).is_err(), "{text}");
            assert!(group(text).is_err(), "{text}");
            assert!(object("namespaces", text).is_err(), "{text}");
            assert!(label_key("labels", text).is_err(), "{text}");
            assert!(text.is_empty() || label_value("labels", text).is_err(), "{text}");
            assert!(id("ami", "ami-", &format!("ami-{text}")).is_err(), "{text}");
            assert!(region(text).is_err(), "{text}");
            assert!(role(&format!("arn:aws:iam::111122223333:role/{text}")).is_err(), "{text}");
            assert!(role_name(text).is_err(), "{text}");
            assert!(endpoint(&format!("https://{text}")).is_err(), "{text}");
            assert!(block("serviceCidr", text).is_err(), "{text}");
        }
        for text in HOSTILE {
            assert!(certificate_authority(text).is_err(), "{text}");
        }
    }

    #[test]
    fn real_names_pass() {
        assert!(cluster("payments_prod-1").is_ok() && group("win-2022").is_ok());
        assert!(object("namespaces", "shop").is_ok());
        assert!(label_key("labels", "example.com/team").is_ok() && label_key("labels", "team").is_ok());
        assert!(label_value("labels", "").is_ok() && label_value("labels", "a.b_c-d").is_ok());
        assert!(id("ami", "ami-", "ami-0123456789abcdef0").is_ok());
        assert!(region("us-gov-west-1").is_ok() && region("eu-central-1").is_ok());
        assert!(role("arn:aws-cn:iam::111122223333:role/path/Node.Role+x").is_ok());
        assert!(endpoint("https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com").is_ok());
        assert!(certificate_authority("LS0tLS1CRUdJTg==").is_ok());
    }
}
