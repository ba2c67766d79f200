//! User data of Windows nodes, and the bootstrap script that it calls: PowerShell, in base64 too.

use super::lines::{Head, Lines};
use super::node::Node;
use super::{Doc, host};
use crate::model::{Layout, Piece, Place, ScriptKind, StartScript};
use crate::problem::Problem;
use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::Arc;

/// EC2 takes 16 KB of user data; the bootstrap script is longer.
const MAX_BYTES: u64 = 1 << 20;
/// How user data says that it is PowerShell.
const TAG: &str = "<powershell";

/// Whether a file that starts so is such a script.
pub(super) fn is_script(start: &Head<'_>) -> bool {
    let decoded = from_base64(start.text());
    let text = decoded.as_deref().map_or(Cow::Borrowed(start.text()), String::from_utf8_lossy);
    // Its manifests in here-strings are none of ours.
    let tagged = text.trim_start().get(..TAG.len()).is_some_and(|first| first.eq_ignore_ascii_case(TAG));
    tagged || looks_so(&text) && !host::is_manifest(text.lines())
}

/// Whether a text is PowerShell about the start of a node of EKS.
fn looks_so(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let has = |part: &str| memchr::memmem::find(lower.as_bytes(), part.as_bytes()).is_some();
    has(TAG) && lower.lines().any(|line| line.starts_with(TAG))
        || has("eksbootstrap")
        || has("kubeproxyextraargs")
        // What others install changes the service itself.
        || has("kube-proxy") && has("enable-dsr") && has("$")
}

/// The text of a script, from base64 if it is in that.
fn text_of(bytes: &[u8]) -> Option<String> {
    let lines = Lines::all(bytes);
    if lines.is_empty() {
        return None;
    }
    let text = lines.join("\n") + "\n";
    Some(match from_base64(&text) {
        Some(decoded) => String::from_utf8_lossy(&decoded).into_owned(),
        None => text,
    })
}

/// Reads a file.
///
/// # Errors
/// What reading the rest of the file says.
pub(super) fn read(
    mut start: Vec<u8>,
    rest: impl Read,
    file: &Arc<str>,
) -> io::Result<(Option<StartScript>, Option<Problem>)> {
    rest.take(MAX_BYTES).read_to_end(&mut start)?;
    let place = Place::new(file, 1, 1);
    if start.len() as u64 > MAX_BYTES {
        let message = format!(
            "is user data by its start and longer than {MAX_BYTES} bytes: EC2 takes 16384, so give that of one node"
        );
        return Ok((None, Some(Problem::new("TOO_LARGE", message, &place))));
    }
    let encoded = start.iter().take(64).all(|byte| is_base64(*byte) || byte.is_ascii_whitespace());
    let layout = if encoded { Layout::Hidden(1) } else { Layout::Plain };
    Ok((text_of(&start).map(|text| script(text, place, layout)), None))
}

fn script(text: String, place: Place, layout: Layout) -> StartScript {
    // The declaration of a parameter stands in the script alone.
    let kind = if text.to_ascii_lowercase().contains("]$kubeproxyextraargs") {
        ScriptKind::Bootstrap
    } else {
        ScriptKind::UserData
    };
    StartScript { text, kind, place, layout }
}

/// Reads user data of an instance as the AWS CLI gives it; `false` if there is none.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    let of_instance = node.path(&["UserData", "Value"]);
    doc.script(of_instance);
    of_instance.is_some()
}

impl Doc<'_, '_> {
    /// User data inside another document: one text, or a list of commands; what is no PowerShell is passed over.
    pub(super) fn script(&mut self, node: Option<&Node>) {
        let Some(node) = node else { return };
        if !node.items().is_empty() {
            let lines: Vec<&str> = node.items().iter().filter_map(Node::as_text).collect();
            let text = lines.join("\n");
            if looks_so(&text) {
                let place = self.place_of(node);
                let layout = self.layout_of_lines(node.items());
                self.cluster().scripts.push(script(text, place, layout));
            }
            return;
        }
        let Some(written) = node.as_text() else { return };
        let text: Cow<'_, str> = match from_base64(written) {
            Some(decoded) => String::from_utf8_lossy(&decoded).into_owned().into(),
            None => written.into(),
        };
        if looks_so(&text) {
            let place = self.place_of(node);
            let layout = match text {
                Cow::Borrowed(_) => self.layout(node),
                Cow::Owned(_) => Layout::Hidden(1),
            };
            self.cluster().scripts.push(script(text.into_owned(), place, layout));
        }
    }

    /// How a text lies in the file.
    pub(super) fn layout(&mut self, node: &Node) -> Layout {
        self.reader.source.layout(node)
    }

    /// The same of texts with a line break between two of them.
    fn layout_of_lines(&mut self, nodes: &[Node]) -> Layout {
        let mut all: Vec<Piece> = Vec::new();
        let mut from = 0;
        for node in nodes {
            let Some(text) = node.as_text() else { continue };
            let Layout::Pieces(pieces) = self.layout(node) else { return Layout::Hidden(1) };
            all.extend(pieces.iter().map(|piece| Piece { at: from + piece.at, ..*piece }));
            from += text.len() + 1;
        }
        Layout::Pieces(all.into())
    }
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// The bytes of a text that looks like base64 where it need not be: short words do too, so it must be longer than those.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    const SHORTEST: usize = 12;
    base64(text).filter(|bytes| bytes.len() >= SHORTEST)
}

/// The bytes of a text that is nothing but base64; what is cut off at its end is left out.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u8);
    let mut ended = false;
    for digit in digits {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                ended = true;
                continue;
            }
            _ => return None,
        };
        if ended {
            return None;
        }
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).unwrap_or_default());
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Head, base64, from_base64, is_script};

    const CALL: &str =
        "& $EKSBootstrapScriptFile -EKSClusterName a -KubeProxyExtraArgs '--enable-dsr=true'\n";

    #[test]
    fn base64_is_read_as_it_is_pasted() {
        let of = |text: &str| from_base64(text).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(of("PHBvd2Vyc2hlbGw+\n").as_deref(), Some("<powershell>"));
        assert_eq!(of("PHBvd2Vyc2hl\r\nbGw+aGk=").as_deref(), Some("<powershell>hi"));
        assert_eq!(of("PHBvd2Vyc2hlbGw+a").as_deref(), Some("<powershell>"));
        for text in ["", "QQ==", "PHBvd2Vyc2hlbGw+ä", "QQ==PHBvd2Vyc2hlbGw+", "<powershell>"] {
            assert_eq!(from_base64(text), None, "{text}");
        }
        // What is known to be base64 may be short.
        assert_eq!(base64("R2V0LURhdGU=").as_deref(), Some(b"Get-Date".as_slice()));
    }

    #[test]
    fn scripts_are_told_from_manifests() {
        for text in [
            CALL.to_owned(),
            format!("<powershell>\r\n{CALL}</powershell>\r\n"),
            "PHBvd2Vyc2hlbGw+CiRhID0gMQo8L3Bvd2Vyc2hlbGw+".to_owned(),
            "<PowerShell>\n".to_owned(),
        ] {
            assert!(is_script(&Head::of(text.as_bytes())), "{text}");
        }
        let wide: Vec<u8> =
            b"\xff\xfe".iter().copied().chain(CALL.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert!(is_script(&Head::of(&wide)));
        for text in [
            format!("apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nx: |\n  {CALL}"),
            format!("{{\"UserData\": \"{CALL}\"}}"),
            "a: 1\n".to_owned(),
            String::new(),
            "U2VydmljZXMgYW5kIG5vZGVz".to_owned(),
        ] {
            assert!(!is_script(&Head::of(text.as_bytes())), "{text}");
        }
    }
}
