//! The intrinsic functions of CloudFormation, as far as a template alone decides them.
//!
//! A resource of the template stands for itself: `!Ref NodeRole` and `!GetAtt NodeRole.Arn` are both `${NodeRole}`, so
//! that whoever refers to it means the same. A pseudo parameter stays as it is written: `${AWS::Region}`. What only a
//! deployment decides is hidden, with the reason.

use super::template::{Template, hidden};
use crate::read::node::{ENCODED, Entry, Kind, MAX_TEXT, Node, Scalar, Span, Style, Value};
use std::borrow::Cow;
use winpod::Ipv4Prefix;

/// A function and what it is applied to; with a tag (`!Sub`) that is the node itself.
struct Call<'n> {
    name: &'n str,
    argument: &'n Node,
    tagged: bool,
}

impl<'n> Call<'n> {
    fn of(node: &'n Node) -> Option<Self> {
        if let Some(name) = node.tag().and_then(|tag| tag.strip_prefix('!')).filter(|name| is_function(name))
        {
            return Some(Self { name, argument: node, tagged: true });
        }
        Self::long(node)
    }

    /// `{"Fn::Sub": …}`, `{"Ref": …}`.
    fn long(node: &'n Node) -> Option<Self> {
        let [entry] = node.entries() else { return None };
        let key = entry.key.as_text()?;
        let name = key.strip_prefix("Fn::").or_else(|| (key == "Ref").then_some(key))?;
        Some(Self { name, argument: &entry.value, tagged: false })
    }

    /// The argument without functions of its own.
    fn resolved(&self, template: &Template<'_>) -> Option<Node> {
        if self.tagged { untagged(template, self.argument) } else { resolve(template, self.argument) }
    }
}

fn is_function(name: &str) -> bool {
    const FUNCTIONS: [&str; 19] = [
        "Ref",
        "GetAtt",
        "Sub",
        "Join",
        "Split",
        "Select",
        "FindInMap",
        "If",
        "Base64",
        "Cidr",
        "GetAZs",
        "ImportValue",
        "Transform",
        "ToJsonString",
        "Length",
        "Equals",
        "And",
        "Or",
        "Not",
    ];
    FUNCTIONS.contains(&name)
}

/// The tree of a node without intrinsic functions; `None` for what is left out (`AWS::NoValue`).
pub(super) fn resolve(template: &Template<'_>, node: &Node) -> Option<Node> {
    match Call::of(node) {
        Some(call) => template.deeper(Some(hidden("it is nested too deeply", node.span)), |template| {
            function(template, &call, node.span)
        }),
        None => Some(inside(template, node)),
    }
}

/// The same for an argument whose tag was taken already.
fn untagged(template: &Template<'_>, node: &Node) -> Option<Node> {
    match Call::long(node) {
        Some(call) => template.deeper(Some(hidden("it is nested too deeply", node.span)), |template| {
            function(template, &call, node.span)
        }),
        None => Some(inside(template, node)),
    }
}

fn inside(template: &Template<'_>, node: &Node) -> Node {
    let value = match &node.value {
        Value::Scalar(scalar) => Value::Scalar(plain(scalar)),
        Value::Hidden(_) => node.value.clone(),
        Value::Sequence(items) => {
            Value::Sequence(items.iter().filter_map(|item| resolve(template, item)).collect())
        }
        Value::Mapping(entries) => Value::Mapping(
            entries
                .iter()
                .filter_map(|entry| {
                    Some(Entry { key: entry.key.clone(), value: resolve(template, &entry.value)? })
                })
                .collect(),
        ),
    };
    Node { value, tag: None, span: node.span }
}

/// CloudFormation takes a number or a boolean in quotes as one.
fn plain(scalar: &Scalar) -> Scalar {
    let digits = scalar.text.strip_prefix('-').unwrap_or(&scalar.text);
    let kind = match &*scalar.text {
        "true" | "false" => Kind::Bool,
        _ if !digits.is_empty() && digits.len() < 19 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Kind::Int
        }
        _ => return scalar.clone(),
    };
    Scalar { kind, ..scalar.clone() }
}

fn text_node(text: String, span: Span, style: Style) -> Node {
    let scalar = plain(&Scalar { text: text.into(), kind: Kind::String, style });
    Node { value: Value::Scalar(scalar), tag: None, span }
}

fn function(template: &Template<'_>, call: &Call<'_>, span: Span) -> Option<Node> {
    let unknown = |reason: &str| Some(hidden(reason, span));
    let items = || call.argument.items();
    match call.name {
        "Ref" => reference(template, call.argument.as_text().unwrap_or_default(), span),
        "GetAtt" => Some(attribute(template, call.argument, span)),
        "Sub" | "Join" => Some(match text(template, call, false) {
            Ok(text) => text_node(text, span, style_of(call.argument)),
            // What the path of a public parameter says literally is known, whatever fills in the rest of it.
            Err(reason) => match text(template, call, true) {
                Ok(text) if is_public_parameter(&text) => text_node(text, span, style_of(call.argument)),
                _ => hidden(&reason, span),
            },
        }),
        "Base64" => Some(base64(template, call, span)),
        "If" => {
            let [condition, yes, no] = items() else { return unknown("its Fn::If has no three arguments") };
            let name = condition.as_text().unwrap_or_default();
            match template.condition(name) {
                Some(true) => resolve(template, yes),
                Some(false) => resolve(template, no),
                None => {
                    let both = (resolve(template, yes), resolve(template, no));
                    match both {
                        (Some(yes), Some(no)) if same(&yes, &no) => Some(yes),
                        _ => unknown(&format!("it depends on the condition {name}")),
                    }
                }
            }
        }
        "FindInMap" => {
            let key = |at: usize| {
                let node = resolve(template, items().get(at)?)?;
                node.as_text().map(str::to_owned)
            };
            let found = key(0).zip(key(1)).zip(key(2));
            let found = found.and_then(|((map, first), second)| template.mapping(&map, &first, &second));
            found.map_or_else(
                || unknown("a mapping decides it, by a key that is not known here"),
                |node| Some(inside(template, node)),
            )
        }
        "Select" => {
            let argument = call.resolved(template)?;
            let [index, list] = argument.items() else { return unknown("its Fn::Select cannot be read") };
            let index = index.as_i64().and_then(|index| usize::try_from(index).ok());
            match index.and_then(|index| list.items().get(index)) {
                Some(item) => Some(item.clone()),
                None => unknown(list.hidden().unwrap_or("its Fn::Select names no element")),
            }
        }
        "Split" => {
            let argument = call.resolved(template)?;
            let parts = argument.items().first().zip(argument.items().get(1));
            let parts = parts.and_then(|(by, text)| Some((by.as_text()?, text.as_text()?)));
            let Some((by, text)) =
                parts.filter(|(by, text)| !by.is_empty() && template.makes(16 * text.len()))
            else {
                return unknown("what its Fn::Split parts is not known here");
            };
            let parts = text.split(by).map(|part| text_node(part.to_owned(), span, Style::Plain));
            Some(Node { value: Value::Sequence(parts.collect()), tag: None, span })
        }
        "Cidr" => Some(blocks(template, call, span)),
        // What is meant is the tree that becomes the text.
        "ToJsonString" => call.resolved(template),
        "GetAZs" => unknown("the Region's Availability Zones are known when the stack is made"),
        "ImportValue" => unknown("another stack exports it"),
        "Transform" => unknown("a macro makes it"),
        name => unknown(&format!("Fn::{name} decides it when the stack is made")),
    }
}

/// Whether a text takes its value from a parameter that AWS publishes.
fn is_public_parameter(text: &str) -> bool {
    text.trim().trim_start_matches("{{").starts_with("resolve:ssm:/aws/service/")
}

fn style_of(node: &Node) -> Style {
    let of_list = node.items().first();
    of_list.unwrap_or(node).as_scalar().map_or(Style::Plain, |scalar| scalar.style)
}

fn reference(template: &Template<'_>, name: &str, span: Span) -> Option<Node> {
    if name == "AWS::NoValue" {
        return None;
    }
    if name.starts_with("AWS::") {
        return Some(text_node(format!("${{{name}}}"), span, Style::Plain));
    }
    if let Some(parameter) = template.parameter(name) {
        return Some(default_of(template, name, parameter, span));
    }
    if template.resource(name).is_some() {
        return Some(identity(template, name, span));
    }
    Some(hidden(&format!("the template has no parameter or resource {name:?}"), span))
}

/// The value that a parameter has where a deployment gives none.
fn default_of(template: &Template<'_>, name: &str, parameter: &Node, span: Span) -> Node {
    let kind = parameter.get("Type").and_then(Node::as_text).unwrap_or_default();
    let default = parameter.get("Default");
    let Some(text) = default.and_then(Node::as_text).filter(|text| template.makes(text.len())) else {
        return hidden(
            &format!("the parameter {name} has no default: give the value of the deployment as its Default"),
            span,
        );
    };
    // The value is what the parameter store holds under that name.
    if kind.starts_with("AWS::SSM::Parameter::Value<") {
        if kind.contains("AWS::EC2::Image::Id") {
            return text_node(format!("resolve:ssm:{text}"), span, Style::Plain);
        }
        return hidden(&format!("the SSM parameter {text} decides it"), span);
    }
    if kind == "CommaDelimitedList" || kind.starts_with("List<") {
        let items = text.split(',').map(|item| text_node(item.trim().to_owned(), span, Style::Plain));
        return Node { value: Value::Sequence(items.collect()), tag: None, span };
    }
    text_node(text.to_owned(), span, Style::Plain)
}

/// A resource by the name it gets, or by its logical id.
fn identity(template: &Template<'_>, id: &str, span: Span) -> Node {
    let named = template.resource(id).and_then(|resource| {
        let name = match resource.get("Type").and_then(Node::as_text)? {
            "AWS::IAM::Role" => resource.path(&["Properties", "RoleName"]),
            "AWS::IAM::InstanceProfile" => resource.path(&["Properties", "InstanceProfileName"]),
            "AWS::EKS::Cluster" => resource.path(&["Properties", "Name"]),
            "Custom::AWSCDK-EKS-Cluster" => resource.path(&["Properties", "Config", "name"]),
            _ => None,
        };
        let name = template.deeper(None, |template| resolve(template, name?))?;
        name.as_text().map(str::to_owned)
    });
    text_node(named.unwrap_or_else(|| format!("${{{id}}}")), span, Style::Plain)
}

/// The ARN of a role says that it is one; the account is that of the stack, whichever it is.
fn arn(template: &Template<'_>, id: &str, resource: &Node, span: Span) -> Node {
    let named = identity(template, id, span);
    let start = match resource.get("Type").and_then(Node::as_text) {
        Some("AWS::IAM::Role") => "arn:aws:iam:::role/",
        Some("AWS::IAM::InstanceProfile") => "arn:aws:iam:::instance-profile/",
        _ => return named,
    };
    text_node(format!("{start}{}", named.as_text().unwrap_or_default()), span, Style::Plain)
}

fn attribute(template: &Template<'_>, argument: &Node, span: Span) -> Node {
    let (id, name) = match (argument.as_text(), argument.items()) {
        (Some(text), _) => text.split_once('.').unwrap_or((text, "")),
        (None, [id, name]) => (id.as_text().unwrap_or_default(), name.as_text().unwrap_or_default()),
        _ => ("", ""),
    };
    let Some(resource) = template.resource(id) else {
        return hidden(&format!("the template has no resource {id:?}"), span);
    };
    match name {
        "Arn" => arn(template, id, resource, span),
        "LaunchTemplateId" => identity(template, id, span),
        // The stack makes one version.
        "LatestVersionNumber" | "DefaultVersionNumber" => text_node("1".to_owned(), span, Style::Plain),
        _ => {
            let written = resource.path(&["Properties", name]);
            let written = written.and_then(|value| resolve(template, value));
            written.unwrap_or_else(|| hidden(&format!("{id}.{name} is known when the stack is made"), span))
        }
    }
}

/// The text of `Fn::Sub` or `Fn::Join`. Where `open`, what is not known stays as a reference, `${Name}`.
fn text(template: &Template<'_>, call: &Call<'_>, open: bool) -> Result<String, String> {
    let made = if call.name == "Sub" {
        substitute(template, call.argument, open)
    } else {
        join(template, call.argument, open)
    }?;
    if template.makes(made.len()) {
        Ok(made)
    } else {
        Err("the texts of the template are too long".to_owned())
    }
}

fn join(template: &Template<'_>, argument: &Node, open: bool) -> Result<String, String> {
    let [by, list] = argument.items() else { return Err("its Fn::Join cannot be read".to_owned()) };
    let by = by.as_text().unwrap_or_default();
    let resolved;
    let items = if Call::of(list).is_some() {
        resolved = resolve(template, list).ok_or("its Fn::Join has no list")?;
        if let Some(reason) = resolved.hidden() {
            return Err(reason.to_owned());
        }
        resolved.items()
    } else {
        list.items()
    };
    let mut parts = Vec::with_capacity(items.len());
    for item in items {
        parts.push(piece(template, item, open)?);
    }
    Ok(parts.join(by))
}

/// One part of a text.
fn piece(template: &Template<'_>, node: &Node, open: bool) -> Result<String, String> {
    if let Some(call) = Call::of(node).filter(|call| matches!(call.name, "Sub" | "Join")) {
        return template
            .deeper(Err("it is nested too deeply".to_owned()), |template| text(template, &call, open));
    }
    let Some(value) = resolve(template, node) else { return Ok(String::new()) };
    match (value.as_text(), value.hidden()) {
        (Some(text), _) => Ok(text.to_owned()),
        _ if open => Ok(format!("${{{}}}", written(node))),
        (None, Some(reason)) => Err(reason.to_owned()),
        (None, None) => Err("a part of its text is no text".to_owned()),
    }
}

/// A function in a word, for the place where its value would stand.
fn written(node: &Node) -> String {
    match Call::of(node) {
        Some(Call { name: "Ref", argument, .. }) => argument.as_text().unwrap_or_default().to_owned(),
        Some(Call { name: "GetAtt", argument, .. }) => match argument.as_text() {
            Some(text) => text.to_owned(),
            None => argument.items().iter().filter_map(Node::as_text).collect::<Vec<_>>().join("."),
        },
        Some(Call { name, .. }) => name.to_owned(),
        None => "expression".to_owned(),
    }
}

fn substitute(template: &Template<'_>, argument: &Node, open: bool) -> Result<String, String> {
    let (text, variables) = match argument.items() {
        [] => (argument.as_text(), None),
        [text, rest @ ..] => (text.as_text(), rest.first()),
    };
    let Some(text) = text else { return Err("its Fn::Sub has no text".to_owned()) };
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        made.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(end) = rest.find('}') else { break };
        let name = &rest[2..end];
        let whole = &rest[..=end];
        rest = &rest[end + 1..];
        if let Some(literal) = name.strip_prefix('!') {
            made.push_str("${");
            made.push_str(literal);
            made.push('}');
            continue;
        }
        match variable(template, name.trim(), variables, argument.span) {
            Ok(value) => made.push_str(&value),
            Err(_) if open => made.push_str(whole),
            Err(reason) => return Err(reason.into_owned()),
        }
        if made.len() > MAX_TEXT {
            return Err("the texts of the template are too long".to_owned());
        }
    }
    made.push_str(rest);
    Ok(made)
}

fn variable(
    template: &Template<'_>,
    name: &str,
    variables: Option<&Node>,
    span: Span,
) -> Result<String, Cow<'static, str>> {
    let value = match variables.and_then(|variables| variables.get(name)) {
        Some(value) => resolve(template, value),
        None if name.contains('.') => {
            let (id, attribute) = name.split_once('.').unwrap_or((name, ""));
            let items = [id, attribute].map(|text| text_node(text.to_owned(), span, Style::Plain));
            let list = Node { value: Value::Sequence(items.into()), tag: None, span };
            Some(self::attribute(template, &list, span))
        }
        None => reference(template, name, span),
    };
    let Some(value) = value else { return Ok(String::new()) };
    match (value.as_text(), value.hidden()) {
        (Some(text), _) => Ok(text.to_owned()),
        (None, Some(reason)) => Err(reason.to_owned().into()),
        (None, None) => Err("a list stands where a text is needed".into()),
    }
}

/// The text that is to be encoded, with the references that only a deployment fills in.
fn base64(template: &Template<'_>, call: &Call<'_>, span: Span) -> Node {
    let inner = if call.tagged { Call::long(call.argument) } else { Call::of(call.argument) };
    let inner = inner.filter(|inner| matches!(inner.name, "Sub" | "Join"));
    let (made, at) = match &inner {
        Some(inner) => (text(template, inner, true), inner.argument),
        None => {
            let resolved = call.resolved(template);
            let known = resolved.as_ref().and_then(Node::as_text).map(str::to_owned);
            let reason = || resolved.as_ref().and_then(Node::hidden).unwrap_or("it is no text").to_owned();
            (known.ok_or_else(reason), call.argument)
        }
    };
    // The lines of a block are those of the file, as far as nothing with lines of its own is put in.
    let first = match inner.as_ref().map(|inner| inner.name) {
        Some("Sub") => at.items().first(),
        Some(_) => {
            at.items().get(1).and_then(|list| list.items().first()).filter(|it| it.as_text().is_some())
        }
        None => None,
    };
    let at = first.unwrap_or(at);
    match made {
        Err(reason) => hidden(&reason, span),
        Ok(made) => {
            let written = at.as_scalar();
            let lines = |text: &str| text.matches('\n').count();
            let style = match written {
                Some(scalar) if lines(&scalar.text) == lines(&made) => scalar.style,
                _ => Style::Plain,
            };
            let scalar = Scalar { text: made.into(), kind: Kind::String, style };
            Node { value: Value::Scalar(scalar), tag: Some(Box::new(ENCODED.into())), span: at.span }
        }
    }
}

/// `Fn::Cidr`: so many blocks with so many host bits, from the start of a block.
fn blocks(template: &Template<'_>, call: &Call<'_>, span: Span) -> Node {
    const MOST: i64 = 256;
    let argument = call.resolved(template);
    let items = argument.as_ref().map(Node::items).unwrap_or_default();
    let number = |at: usize| items.get(at).and_then(Node::as_i64);
    let known = items.first().and_then(Node::as_text).and_then(|text| text.parse::<Ipv4Prefix>().ok());
    let (Some(whole), Some(count @ 1..=MOST), Some(host_bits @ 1..=32)) = (known, number(1), number(2))
    else {
        let reason = items.first().and_then(Node::hidden).unwrap_or("its Fn::Cidr cannot be read");
        return hidden(reason, span);
    };
    let length = u8::try_from(32 - host_bits).unwrap_or_default();
    let first = u64::from(u32::from(whole.network()));
    let block = |index: i64| {
        let start = first + (u64::try_from(index).ok()? << host_bits);
        let network = u32::try_from(start).ok()?;
        let block = Ipv4Prefix::new(network.into(), length).ok()?;
        whole.contains_prefix(block).then(|| text_node(block.to_string(), span, Style::Plain))
    };
    match (0..count).map(block).collect::<Option<Vec<_>>>() {
        Some(blocks) => Node { value: Value::Sequence(blocks.into()), tag: None, span },
        None => hidden("its Fn::Cidr asks for more than the block has", span),
    }
}

/// Whether two trees say the same, wherever they are written.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Scalar(one), Value::Scalar(other)) => one.text == other.text,
        (Value::Sequence(one), Value::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Mapping(one), Value::Mapping(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| {
                    one.key.as_text() == other.key.as_text() && same(&one.value, &other.value)
                })
        }
        _ => false,
    }
}

/// Whether a condition holds; `None` if a deployment decides it.
pub(super) fn holds(template: &Template<'_>, condition: &Node) -> Option<bool> {
    let named = condition.tag() == Some("!Condition");
    if let Some(name) = condition.as_text().filter(|_| named) {
        return template.condition(name);
    }
    if let Some(name) = condition.get("Condition").and_then(Node::as_text) {
        return template.condition(name);
    }
    let call = Call::of(condition)?;
    let each =
        || call.argument.items().iter().map(|one| template.deeper(None, |template| holds(template, one)));
    match call.name {
        "Equals" => {
            let argument = call.resolved(template)?;
            let [one, other] = argument.items() else { return None };
            let (one, other) = (one.as_text()?, other.as_text()?);
            // A reference that is not filled in may become anything.
            let open = [one, other].iter().any(|text| text.contains("${"));
            if one == other { Some(true) } else { (!open).then_some(false) }
        }
        "Not" => each().next()?.map(|holds| !holds),
        "And" => {
            let all: Vec<_> = each().collect();
            if all.contains(&Some(false)) { Some(false) } else { (!all.contains(&None)).then_some(true) }
        }
        "Or" => {
            let all: Vec<_> = each().collect();
            if all.contains(&Some(true)) { Some(true) } else { (!all.contains(&None)).then_some(false) }
        }
        _ => None,
    }
}
