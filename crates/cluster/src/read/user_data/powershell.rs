//! PowerShell as far as it takes to see how the bootstrap script is called.

use crate::model::{BootstrapCall, PortCommand, Script};
use winpod::ports::{PortRange, Protocol};

const SCRIPT: &str = "start-eksbootstrap";
/// Names of what fetches a script from elsewhere.
const FETCHES: [&str; 9] = [
    "invoke-webrequest",
    "iwr",
    "invoke-restmethod",
    "irm",
    "read-s3object",
    "copy-s3object",
    "start-bitstransfer",
    "curl.exe",
    "aws",
];
/// Names of what runs a script that is an argument.
const RUNS: [&str; 7] =
    ["powershell", "powershell.exe", "pwsh", "pwsh.exe", "start-process", "invoke-expression", "iex"];

/// Cmdlets that set dynamic ranges, as netsh does.
const SETTINGS: [(&str, Protocol); 2] =
    [("set-nettcpsetting", Protocol::Tcp), ("set-netudpsetting", Protocol::Udp)];

/// What user data does with the bootstrap script.
pub(super) struct Bootstrap {
    pub(super) calls: Vec<BootstrapCall>,
    pub(super) port_commands: Vec<PortCommand>,
    pub(super) hidden_call: Option<&'static str>,
}

/// Looks through the pieces of user data in their order.
pub(super) fn bootstrap(scripts: &[Script]) -> Bootstrap {
    let mut found = Bootstrap { calls: Vec::new(), port_commands: Vec::new(), hidden_call: None };
    // eksctl sets this one before its commands.
    let mut holders = vec!["eksbootstrapscriptfile".to_owned()];
    for (index, script) in scripts.iter().enumerate() {
        for statement in statements(&script.text) {
            self::statement(&statement, (index, script), &mut holders, &mut found);
        }
    }
    found
}

fn statement(
    words: &[Word],
    (index, script): (usize, &Script),
    holders: &mut Vec<String>,
    found: &mut Bootstrap,
) {
    let mut rest = words;
    // `[string]$file = ...`: the variable holds what names the script.
    let assigns = words.first().is_some_and(|first| first.text.starts_with(['$', '[']));
    let equals = words.iter().position(|word| word.kind == WordKind::Bare && word.text == "=");
    if let Some(at) = equals.filter(|_| assigns) {
        let (left, right) = words.split_at(at);
        rest = right.get(1..).unwrap_or_default();
        let variable = left.last().and_then(|word| word.text.rsplit('$').next());
        if let Some(variable) = variable.filter(|name| !name.is_empty())
            && rest.iter().any(|word| names(word, holders))
        {
            let name = variable.trim_matches(['{', '}']).to_ascii_lowercase();
            if !holders.contains(&name) {
                holders.push(name);
            }
        }
    }
    let Some(first) = rest.first() else { return };
    let bare = first.text.to_ascii_lowercase();
    let operator = first.kind == WordKind::Bare && (bare == "&" || bare == ".");
    let command = if operator { rest.get(1) } else { Some(first) };
    let Some(command) = command else { return };
    // Without an operator a text in quotes or a variable is a value, not a command.
    let called =
        names(command, holders) && (operator || command.kind == WordKind::Bare && !bare.starts_with('$'));
    if called {
        let from = if operator { 2 } else { 1 };
        found.calls.push(BootstrapCall {
            parameters: parameters(rest.get(from..).unwrap_or_default()),
            at: (index, first.offset),
            place: script.place_at(first.offset),
        });
        return;
    }
    let name = command.text.to_ascii_lowercase();
    if matches!(name.as_str(), "netsh" | "netsh.exe") {
        found.port_commands.extend(port_command(rest, (index, first.offset), script));
        return;
    }
    if let Some((_, protocol)) = SETTINGS.into_iter().find(|(known, _)| *known == name) {
        found.port_commands.extend(setting(rest, protocol, (index, first.offset), script));
        return;
    }
    let mut arguments = rest.iter().skip(1);
    if RUNS.contains(&name.as_str()) && arguments.any(|word| names(word, holders)) {
        found.hidden_call.get_or_insert("it starts the bootstrap script through another program");
    } else if FETCHES.contains(&name.as_str())
        || name.contains("webclient")
        || bare.contains("downloadstring")
    {
        found.hidden_call.get_or_insert("it fetches something else to run");
    } else if operator || RUNS.contains(&name.as_str()) {
        found.hidden_call.get_or_insert("it runs another script");
    }
}

/// `netsh int ipv4 set dynamicport tcp start=34000 num=31536`, and `add excludedportrange`.
fn port_command(words: &[Word], at: (usize, usize), script: &Script) -> Option<PortCommand> {
    let joined: String =
        words.iter().flat_map(|word| [" ", &word.text]).collect::<String>().replace(" = ", "=");
    let lower = joined.to_ascii_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let has = |name: &str| words.iter().position(|word| word.starts_with(name));
    let (from, excludes) = match (has("dynamicport"), has("excludedportrange")) {
        (Some(at), _) if words.contains(&"set") => (at, false),
        (_, Some(at)) if words.contains(&"add") => (at, true),
        _ => return None,
    };
    if words.contains(&"ipv6") {
        return None;
    }
    let rest = words.get(from + 1..)?;
    let value = |word: &&str| word.rsplit('=').next().unwrap_or_default().to_owned();
    let values: Vec<String> = rest.iter().map(value).collect();
    let protocol = match values.first()?.as_str() {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => return None,
    };
    let number = |index: usize| values.get(index)?.parse::<i64>().ok();
    let range = number(1).zip(number(2)).and_then(|(start, count)| PortRange::starting(start, count).ok());
    Some(PortCommand { excludes, protocol, range, at, place: script.place_at(at.1) })
}

/// `Set-NetTCPSetting -DynamicPortRangeStartPort 34000 -DynamicPortRangeNumberOfPorts 31536`. What the cmdlet leaves as
/// it is does not show, and neither do names that are cut short.
fn setting(words: &[Word], protocol: Protocol, at: (usize, usize), script: &Script) -> Option<PortCommand> {
    let parameters = parameters(words.get(1..)?);
    let given = |name: &str| parameters.iter().find(|(known, _)| known == name);
    let (start, count) = (given("dynamicportrangestartport"), given("dynamicportrangenumberofports"));
    start.or(count)?;
    let number = |parameter: Option<&(String, Option<String>)>| parameter?.1.as_ref()?.parse::<i64>().ok();
    let range =
        number(start).zip(number(count)).and_then(|(start, count)| PortRange::starting(start, count).ok());
    Some(PortCommand { excludes: false, protocol, range, at, place: script.place_at(at.1) })
}

/// Whether a word names the script, itself or by a variable.
fn names(word: &Word, holders: &[String]) -> bool {
    let text = word.text.to_ascii_lowercase();
    text.contains(SCRIPT) || holders.iter().any(|holder| uses(&text, holder))
}

/// Whether a text has `$name`, or the same in braces.
fn uses(text: &str, name: &str) -> bool {
    text.match_indices('$').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
    })
}

/// `-Name value`, `-Name:value` and `-Switch`.
fn parameters(words: &[Word]) -> Vec<(String, Option<String>)> {
    let mut all = Vec::new();
    let mut words = words.iter().peekable();
    let is_name = |word: &&Word| {
        word.kind == WordKind::Bare
            && word.text.strip_prefix('-').is_some_and(|rest| rest.starts_with(char::is_alphabetic))
    };
    while let Some(word) = words.next() {
        let Some(name) = word.text.strip_prefix('-').filter(|_| is_name(&word)) else { continue };
        if let Some((name, value)) = name.split_once(':') {
            all.push((name.to_ascii_lowercase(), (!value.contains('$')).then(|| value.to_owned())));
            continue;
        }
        let value = words.next_if(|next| !is_name(next));
        let shown = match value {
            None => Some(String::new()),
            Some(value) => value.plain(),
        };
        all.push((name.to_ascii_lowercase(), shown));
    }
    all
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordKind {
    Bare,
    /// In single quotes: taken as it is.
    Single,
    /// In double quotes: variables are filled in.
    Double,
}

#[derive(Debug, Clone)]
struct Word {
    text: String,
    kind: WordKind,
    offset: usize,
}

impl Word {
    /// The value, if no variable or expression decides it.
    fn plain(&self) -> Option<String> {
        let hidden = match self.kind {
            WordKind::Single => false,
            WordKind::Double => self.text.contains('$'),
            WordKind::Bare => self.text.contains(['$', '(', '@']),
        };
        (!hidden).then(|| self.text.clone())
    }
}

/// The words of each statement, comments left out. Braces, parentheses and pipes part statements as line ends do, which
/// is enough to see what is called.
fn statements(text: &str) -> Vec<Vec<Word>> {
    let mut all = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        match c {
            '`' if chars.peek().is_some_and(|(_, next)| matches!(next, '\n' | '\r')) => {
                chars.next_if(|(_, next)| *next == '\r');
                chars.next_if(|(_, next)| *next == '\n');
            }
            '\n' | ';' | '{' | '}' | '(' | ')' | '|' => end(&mut words, &mut all),
            '#' => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            '<' if chars.peek().is_some_and(|(_, next)| *next == '#') => {
                let rest = text.get(offset..).unwrap_or_default();
                let length = rest.find("#>").map_or(rest.len(), |at| at + 2);
                while chars.next_if(|(at, _)| *at < offset + length).is_some() {}
            }
            '\'' | '"' => {
                let mut value = String::new();
                while let Some((_, inside)) = chars.next() {
                    if inside == c {
                        // A doubled quote is one.
                        if chars.next_if(|(_, next)| *next == c).is_none() {
                            break;
                        }
                    } else if inside == '`' && c == '"' {
                        value.extend(chars.next().map(|(_, escaped)| escaped));
                        continue;
                    }
                    value.push(inside);
                }
                let kind = if c == '"' { WordKind::Double } else { WordKind::Single };
                words.push(Word { text: value, kind, offset });
            }
            c if c.is_whitespace() => {}
            '=' | '&' => words.push(Word { text: c.to_string(), kind: WordKind::Bare, offset }),
            _ => {
                let mut value = String::from(c);
                let mut braces = 0usize;
                while let Some((_, next)) = chars.next_if(|(_, next)| {
                    let variable = *next == '{' && value.ends_with('$') || braces > 0;
                    variable || !(next.is_whitespace() || ";{}()|'\"=`".contains(*next))
                }) {
                    match next {
                        '{' => braces += 1,
                        '}' => braces = braces.saturating_sub(1),
                        _ => {}
                    }
                    value.push(next);
                }
                words.push(Word { text: value, kind: WordKind::Bare, offset });
            }
        }
    }
    end(&mut words, &mut all);
    all
}

fn end(words: &mut Vec<Word>, all: &mut Vec<Vec<Word>>) {
    if !words.is_empty() {
        all.push(std::mem::take(words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    fn of(text: &str) -> Bootstrap {
        let place = Place::new(&"a.ps1".into(), 1, 1);
        bootstrap(&[Script { text: text.into(), place, layout: crate::model::Layout::Plain }])
    }

    #[test]
    fn calls_are_seen_in_the_ways_people_write_them() {
        for text in [
            "& \"C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1\" -EKSClusterName \"a\"",
            "[string]$File = \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\"\n& $File -EKSClusterName 'a' 3>&1",
            "$dir = 'C:\\x'; $n = 'Start-EKSBootstrap.ps1'; $f = \"$dir\\$n\"; . $f `\n  -EKSClusterName a",
            "& $EKSBootstrapScriptFile -EKSClusterName:a -KubeletExtraArgs \"--max-pods=20\"",
            "C:\\eks\\Start-EKSBootstrap.ps1 -EKSClusterName a",
            "if ($x) { $out = & ${EKSBootstrapScriptFile} -EKSClusterName a }",
        ] {
            let found = of(text);
            assert_eq!(found.calls.len(), 1, "{text}");
            assert_eq!(found.calls[0].parameter("EKSClusterName"), Some(Some("a")), "{text}");
        }
    }

    #[test]
    fn commands_of_netsh_are_read_in_both_spellings() {
        for text in [
            "netsh int ipv4 set dynamicport tcp start=34000 num=31536",
            "netsh interface ipv4 set dynamicportrange tcp 34000 31536 | Out-Null",
            "& netsh.exe int ipv4 set dynamicport protocol=tcp startport=34000 numberofports=31536",
        ] {
            let found = of(text).port_commands;
            let range = found.first().and_then(|command| command.range).map(|range| range.to_string());
            assert_eq!((found.len(), range.as_deref()), (1, Some("34000-65535")), "{text}");
        }
        assert!(of("netsh int ipv4 add excludedportrange udp 30000 2768").port_commands[0].excludes);
        assert_eq!(of("netsh int ipv4 set dynamicport tcp $start $num").port_commands[0].range, None);
        for text in ["netsh int ipv4 show dynamicport tcp", "netsh int ipv6 set dynamicport tcp 1 2", "netsh"]
        {
            assert!(of(text).port_commands.is_empty(), "{text}");
        }
    }

    #[test]
    fn cmdlets_set_ranges_as_netsh_does() {
        for (text, protocol) in [
            (
                "Set-NetTCPSetting -DynamicPortRangeStartPort 16385 -DynamicPortRangeNumberOfPorts 49151",
                Protocol::Tcp,
            ),
            (
                "Set-NetUDPSetting -DynamicPortRangeNumberOfPorts:49151 `\n  -DynamicPortRangeStartPort:16385",
                Protocol::Udp,
            ),
            (
                "Get-NetTCPSetting | Set-NetTCPSetting -DynamicPortRangeStartPort '16385' -DynamicPortRangeNumberOfPorts \"49151\"",
                Protocol::Tcp,
            ),
        ] {
            let found = of(text).port_commands;
            let range = found.first().and_then(|command| command.range).map(|range| range.to_string());
            assert_eq!((found.len(), range.as_deref()), (1, Some("16385-65535")), "{text}");
            assert_eq!((found[0].protocol, found[0].excludes), (protocol, false), "{text}");
        }
        assert_eq!(of("Set-NetTCPSetting -DynamicPortRangeStartPort $start").port_commands[0].range, None);
        assert!(of("Set-NetTCPSetting -SettingName InternetCustom -MinRto 300").port_commands.is_empty());
    }

    #[test]
    fn what_is_no_call_is_none() {
        for text in [
            "# & Start-EKSBootstrap.ps1",
            "<# & Start-EKSBootstrap.ps1 #> Get-Date",
            "$EKSBootstrapScriptFile = 'C:\\Start-EKSBootstrap.ps1'",
            "(Get-Content $EKSBootstrapScriptFile).replace('a', 'b') | Set-Content $EKSBootstrapScriptFile",
            "Write-Host 'Start-EKSBootstrap.ps1'",
            "",
        ] {
            let found = of(text);
            assert!(found.calls.is_empty() && found.hidden_call.is_none(), "{text}");
        }
        for text in [
            "iwr https://example.com/a.ps1 -OutFile a.ps1",
            "& C:\\setup.ps1",
            "powershell -File $EKSBootstrapScriptFile",
        ] {
            let found = of(text);
            assert!(found.calls.is_empty() && found.hidden_call.is_some(), "{text}");
        }
    }

    #[test]
    fn flags_of_the_kubelet_are_found_or_hidden() {
        let call = |text: &str| of(text).calls.remove(0);
        let plain = call(
            "& $EKSBootstrapScriptFile -KubeletExtraArgs '--max-pods=20 --register-with-taints os=windows:NoSchedule'",
        );
        assert_eq!(plain.kubelet_flag("max-pods"), Some(vec!["20"]));
        assert_eq!(plain.kubelet_flag("register-with-taints"), Some(vec!["os=windows:NoSchedule"]));
        assert_eq!(plain.kubelet_flag("max"), Some(vec![]));
        let hidden = call("& $EKSBootstrapScriptFile -KubeletExtraArgs \"$KubeletExtraArgs\"");
        assert_eq!(hidden.kubelet_flag("max-pods"), None);
        assert_eq!(call("& $EKSBootstrapScriptFile").kubelet_flag("max-pods"), Some(vec![]));
        assert_eq!(call("\n\n& $EKSBootstrapScriptFile").place.line, 3);
    }
}
