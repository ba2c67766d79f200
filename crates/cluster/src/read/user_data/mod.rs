//! User data of nodes: PowerShell bare, in `<powershell>`, in base64 or in parts of MIME, and its calls of the bootstrap
//! script. [`super::script`] tells it among files by what it says.

mod powershell;

use super::Doc;
use super::node::{ENCODED, Node};
use super::script::{base64, from_base64};
use crate::model::{Field, Layout, Place, Script, ScriptKind, StartScript, UserData};
use crate::problem::Problem;
use std::path::Path;
use std::sync::Arc;

const OPEN: &str = "<powershell>";
const CLOSE: &str = "</powershell>";

/// The user data of a file that is nothing else, known by its tags, by its parts of MIME, or by its name.
pub(super) fn file(text: &str, name: &Arc<str>) -> Option<UserData> {
    let start = text.trim_start();
    let by_name = Path::new(&**name).extension().is_some_and(|it| it.eq_ignore_ascii_case("ps1"));
    let tagged = start.get(..OPEN.len()).is_some_and(|first| first.eq_ignore_ascii_case(OPEN));
    let place = Place::new(name, 1, 1);
    if by_name || tagged || is_mime(start) {
        return Some(read(text, place, Layout::Plain));
    }
    // Base64 is one long word, which is no document of any other kind.
    let decoded = (start.len() > OPEN.len()).then(|| from_base64(start)).flatten()?;
    let decoded = String::from_utf8(decoded).ok()?;
    (find(&decoded, OPEN).is_some() || is_mime(&decoded)).then(|| read(&decoded, place, Layout::Hidden(1)))
}

/// The same of a file that was told by what it says, and read already.
pub(super) fn of_script(script: &StartScript) -> Option<UserData> {
    (script.kind == ScriptKind::UserData)
        .then(|| read(&script.text, script.place.clone(), script.layout.clone()))
}

/// User data as a launch template or a node class has it; base64 where `encoded`.
pub(super) fn value(
    doc: &mut Doc<'_, '_>,
    node: &Node,
    key: &str,
    object: &str,
    encoded: bool,
) -> Field<UserData> {
    match node.get(key) {
        None => Field::Absent,
        Some(value) if value.is_null() => Field::Absent,
        Some(value) => match value.as_text() {
            None => doc.wrong(value, key, object, "a string"),
            Some(text) if encoded && value.tag() != Some(ENCODED) => {
                let decoded = base64(text).and_then(|bytes| String::from_utf8(bytes).ok());
                let Some(decoded) = decoded else {
                    let place = doc.place_of(value);
                    let message = format!("{key} of {object} is no base64 of text in UTF-8");
                    doc.reader.problem(Problem::new("USER_DATA", message, &place));
                    return doc.unknown("it is no base64 of text in UTF-8", value);
                };
                doc.written(read(&decoded, doc.place_of(value), Layout::Hidden(1)), value)
            }
            Some(text) => {
                let layout = doc.layout(value);
                doc.written(read(text, doc.place_of(value), layout), value)
            }
        },
    }
}

/// Commands of eksctl: a list, or one text.
pub(super) fn commands(doc: &mut Doc<'_, '_>, node: &Node, key: &str, object: &str) -> Field<UserData> {
    let Some(value) = node.get(key).filter(|value| !value.is_null()) else { return Field::Absent };
    let items = if value.as_text().is_some() { std::slice::from_ref(value) } else { value.items() };
    if items.is_empty() && value.kind_name() != "a list" || items.iter().any(|item| item.as_text().is_none())
    {
        return doc.wrong(value, key, object, "a string or a list of strings");
    }
    let mut script = |item: &Node| Script {
        text: item.as_text().unwrap_or_default().into(),
        place: doc.place_of(item),
        layout: doc.layout(item),
    };
    let scripts: Vec<Script> = items.iter().map(&mut script).collect();
    // A line break goes between two of them.
    let bytes = scripts.iter().map(|script| script.text.len() + 1).sum::<usize>().saturating_sub(1);
    let tags = |script: &Script| tagged(script).len();
    let blocks = scripts.iter().map(tags).sum();
    let data = put_together(scripts, bytes, false, blocks, doc.place_of(value));
    doc.written(UserData { wrapped: true, ..data }, value)
}

fn read(text: &str, place: Place, layout: Layout) -> UserData {
    let bytes = text.len();
    let whole = Script { text: text.into(), place: place.clone(), layout };
    if is_mime(text.trim_start()) {
        let scripts: Vec<Script> = mime_parts(&whole).iter().flat_map(tagged).collect();
        let blocks = scripts.len();
        let open = mime_parts(&whole).iter().any(|part| is_open(&part.text));
        return UserData { open, ..put_together(scripts, bytes, true, blocks, place) };
    }
    let mut scripts = tagged(&whole);
    let blocks = scripts.len();
    if scripts.is_empty() {
        scripts.push(whole);
    }
    UserData { open: is_open(text), ..put_together(scripts, bytes, false, blocks, place) }
}

fn put_together(scripts: Vec<Script>, bytes: usize, mime: bool, blocks: usize, place: Place) -> UserData {
    let powershell::Bootstrap { calls, port_commands, hidden_call } = powershell::bootstrap(&scripts);
    UserData {
        scripts,
        bytes,
        mime,
        calls,
        port_commands,
        hidden_call,
        blocks,
        open: false,
        wrapped: false,
        place,
    }
}

/// Whether the last block of a text is not closed.
fn is_open(text: &str) -> bool {
    let mut rest = text;
    while let Some(open) = find(rest, OPEN) {
        let inside = rest.get(open + OPEN.len()..).unwrap_or_default();
        let Some(close) = find(inside, CLOSE) else { return true };
        rest = inside.get(close + CLOSE.len()..).unwrap_or_default();
    }
    false
}

/// What stands between the tags; a block that is not closed goes to the end.
fn tagged(whole: &Script) -> Vec<Script> {
    let text = &*whole.text;
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| find(rest, OPEN)) {
        let start = from + open + OPEN.len();
        let rest = text.get(start..).unwrap_or_default();
        let length = find(rest, CLOSE).unwrap_or(rest.len());
        let inside = rest.get(..length).unwrap_or_default();
        blocks.push(whole.part(inside.into(), start));
        from = start + length;
    }
    blocks
}

/// The first place of a tag, in any case.
fn find(text: &str, tag: &str) -> Option<usize> {
    let (text, tag) = (text.as_bytes(), tag.as_bytes());
    text.windows(tag.len()).position(|window| window.eq_ignore_ascii_case(tag))
}

fn is_mime(text: &str) -> bool {
    let header = |name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    header("MIME-Version:") || header("Content-Type: multipart/")
}

/// The bodies of the parts; base64 decoded where a part says that it is.
fn mime_parts(whole: &Script) -> Vec<Script> {
    let text = &*whole.text;
    let lines: Vec<&str> = text.lines().collect();
    let boundary = lines.iter().find_map(|line| {
        let (_, after) = line.split_once("boundary=")?;
        let after = after.trim();
        let quoted = after.strip_prefix('"').and_then(|rest| rest.split('"').next());
        quoted.or_else(|| after.split(';').next()).map(str::trim)
    });
    let Some(boundary) = boundary.filter(|it| !it.is_empty()) else { return vec![whole.clone()] };
    let is_boundary = |line: &str| line.strip_prefix("--").is_some_and(|rest| rest.starts_with(boundary));
    let mut parts = Vec::new();
    for part in lines.split(|line| is_boundary(line)).skip(1) {
        let blank = part.iter().position(|line| line.trim().is_empty()).unwrap_or(part.len());
        let (headers, body) = part.split_at(blank);
        // Line ends of two characters stay two: places are counted in what is written.
        let start = body.first().map_or(text.len(), |line| line.as_ptr() as usize - text.as_ptr() as usize);
        let end =
            body.last().map_or(start, |line| line.as_ptr() as usize - text.as_ptr() as usize + line.len());
        let body = text.get(start..end).unwrap_or_default();
        let encoded = headers.iter().any(|line| {
            let line = line.to_ascii_lowercase();
            line.starts_with("content-transfer-encoding:") && line.contains("base64")
        });
        let decoded = encoded.then(|| from_base64(body)).flatten();
        parts.push(match decoded.and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(decoded) => {
                let start = start + body.len() - body.trim_start().len();
                Script { layout: Layout::Hidden(1), ..whole.part(decoded.into(), start) }
            }
            None => whole.part(body.into(), start),
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> UserData {
        read(text, Place::new(&"a.ps1".into(), 1, 1), Layout::Plain)
    }

    #[test]
    fn blocks_are_told_apart_and_keep_their_lines() {
        let data = of("<powershell>\nGet-Date\n</powershell>\n<PowerShell>Get-Item x</powershell>\n");
        assert_eq!(data.blocks, 2);
        assert_eq!(&*data.scripts[0].text, "\nGet-Date\n");
        let place = &data.scripts[1].place;
        assert_eq!((place.line, data.scripts[0].place_at(1).line), (4, 2));
        assert_eq!(of("Get-Date").blocks, 0);
        let open = ["<powershell>\nGet-Date", "<powershell>a</powershell><powershell>"].map(|it| of(it).open);
        assert_eq!((open, data.open, of("Get-Date").open), ([true; 2], false, false));
        assert_eq!(&*of("<powershell>\nGet-Date").scripts[0].text, "\nGet-Date");
    }

    #[test]
    fn parts_of_mime_are_taken_apart() {
        let text = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"B\"\n\n--B\n\
                    Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n\
                    PHBvd2Vyc2hlbGw+YTwvcG93ZXJzaGVsbD4=\n--B\n\n<powershell>b</powershell>\n--B--\n";
        let data = of(text);
        assert!(data.mime);
        let texts: Vec<&str> = data.scripts.iter().map(|script| &*script.text).collect();
        assert_eq!(texts, ["a", "b"]);
    }

    #[test]
    fn a_file_is_known_by_its_content() {
        let name = |name: &str| Arc::from(name);
        assert!(file("\n<POWERSHELL>a</powershell>", &name("x.txt")).is_some());
        assert!(file("Get-Date", &name("x.ps1")).is_some());
        assert!(file("PHBvd2Vyc2hlbGw+YTwvcG93ZXJzaGVsbD4=\n", &name("x.txt")).is_some());
        assert!(file("kind: Pod", &name("x.yaml")).is_none());
        assert!(file("", &name("x.yaml")).is_none());
    }
}
