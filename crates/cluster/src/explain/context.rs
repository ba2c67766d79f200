//! Whether HNS or HCN said a number or a text: short codes and texts of Windows at large mean nothing by themselves.
//!
//! What counts is the same message: the sentence before, the `err=` behind the message of a structured log, the JSON
//! that HNS answers with. What other keys, sentences and lines say is about something else.

use super::matcher::is_letter;
use super::names::is_hns;
use super::record::{self, Bounds};
use super::wraps::{self, unescaped};
use memchr::memmem::Finder;
use memchr::{memchr, memchr2, memrchr};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// The furthest that HNS is named from what it says.
const REACH: usize = 512;
/// Words that only the result of a call stands behind.
const RESULTS: [&str; 9] =
    ["code", "errorcode", "error", "err", "hresult", "hr", "result", "win32", "exception"];
/// Words that results and other numbers stand behind.
const MAYBE_RESULTS: [&str; 8] =
    ["with", "status", "rc", "failed", "failure", "return", "returned", "returns"];
/// Keys of structured logs whose value goes on with the message.
const MESSAGES: [&str; 10] =
    ["err", "error", "errorcode", "msg", "message", "log", "reason", "cause", "exception", "note"];

/// What was found in a record, with what stands around it.
pub(super) struct Around<'a> {
    before: Cow<'a, [u8]>,
    after: Cow<'a, [u8]>,
}

/// What a number stands behind.
#[derive(Debug, PartialEq, Eq)]
enum Label {
    /// Something that only results stand behind.
    Result,
    /// Something that results stand behind too.
    Maybe,
    Other,
}

impl<'a> Around<'a> {
    /// Whether what stands around something says that, as it stands there or as it was before a terminal broke it.
    pub(super) fn any(
        window: &'a [u8],
        record: Bounds,
        found: Range<usize>,
        says: fn(&Self) -> bool,
    ) -> bool {
        let part = |range: Range<usize>| window.get(range).unwrap_or_default();
        let from = record.start.max(found.start.saturating_sub(REACH));
        let before = part(from..found.start);
        let after = part(found.end..record.end.min(found.end + REACH));
        let here = Self { before: unescaped(before), after: unescaped(after) };
        if says(&here) {
            return true;
        }
        let itself = part(found);
        let has_break = |text: &[u8]| memchr(b'\n', text).is_some();
        if !has_break(&here.before) && !has_break(&here.after) && memchr2(b'\n', b'\\', itself).is_none() {
            return false;
        }
        // What is cut off makes the first line look short.
        let hidden = wraps::width(last_line(part(from.saturating_sub(REACH)..from)));
        let whole = wraps::undone(before, itself, after, hidden);
        // A word begins with what was found, so that no break stands there where none stood before.
        let whole = whole.map(|(before, after)| Self { before: before.into(), after: after.into() });
        whole.is_some_and(|it| !it.without_base().last().is_some_and(|byte| is_letter(*byte)) && says(&it))
    }

    /// Whether digits that may be a result of HCN have its base before them, or are meant as a result.
    pub(super) fn is_hex_or_result(&self) -> bool {
        self.without_base().len() < self.before.len() || self.is_result()
    }

    /// What stands before, but for the base of a number.
    fn without_base(&self) -> &[u8] {
        let text = &self.before;
        text.strip_suffix(b"0x").or(text.strip_suffix(b"0X")).unwrap_or(text)
    }

    /// Whether a number of HCN's own range is meant as a result: a count of bytes may be the same number.
    pub(super) fn is_result(&self) -> bool {
        match self.label() {
            Label::Result => !self.is_amount() && !self.goes_on(),
            Label::Maybe => self.is_of_hns(),
            Label::Other => self.is_alone(),
        }
    }

    /// Whether a number that many things may mean is a result of HNS.
    pub(super) fn is_result_of_hns(&self) -> bool {
        match self.label() {
            Label::Other => false,
            _ => self.is_of_hns(),
        }
    }

    /// Whether HNS says this.
    pub(super) fn is_of_hns(&self) -> bool {
        // The answer of HNS costs most to tell.
        self.is_named_before() || self.is_named_behind() || self.is_answer()
    }

    fn label(&self) -> Label {
        // The sign and the base belong to the number.
        let text = self.before.strip_suffix(b"-").unwrap_or(&self.before);
        let text = text.strip_suffix(b"0x").or(text.strip_suffix(b"0X")).unwrap_or(text);
        let end = text.iter().rposition(|byte| is_letter(*byte)).map_or(0, |at| at + 1);
        let gap = text.get(end..).unwrap_or_default();
        if gap.trim_ascii_end().ends_with(b"(") {
            let behind = self.after.trim_ascii_start();
            return if behind.starts_with(b")") { Label::Maybe } else { Label::Other };
        }
        if gap.iter().any(|byte| matches!(byte, b'.' | b';' | b',' | b'/' | b'\\')) {
            return Label::Other;
        }
        let start = text.iter().take(end).rposition(|byte| !is_letter(*byte)).map_or(0, |at| at + 1);
        let word = text.get(start..end).unwrap_or_default().to_ascii_lowercase();
        let is_one = |words: &[&str]| words.iter().any(|known| known.as_bytes() == word);
        let keyed = gap.contains(&b'=');
        let is_call = || (word.starts_with(b"hns") || word.starts_with(b"hcn")) && is_hns(&word);
        if is_one(&RESULTS) || !keyed && is_call() {
            Label::Result
        } else if is_one(&MAYBE_RESULTS) {
            Label::Maybe
        } else {
            Label::Other
        }
    }

    /// It is the first part of an identifier: `803b0013-41c2-…`.
    fn goes_on(&self) -> bool {
        matches!(self.after.get(..2), Some([b'-', next]) if is_letter(*next))
    }

    fn is_amount(&self) -> bool {
        self.after.trim_ascii_start().get(..4).is_some_and(|unit| unit.eq_ignore_ascii_case(b"byte"))
    }

    /// Nothing else stands in its line: what is asked for is the number.
    fn is_alone(&self) -> bool {
        let before = last_line(self.without_base());
        !before.iter().chain(first_line(&self.after)).any(|byte| is_letter(*byte))
    }

    /// Nothing else stands in its line, but for numbers behind it, or in the value of an error's key.
    pub(super) fn is_all(&self) -> bool {
        const KEYS: [&str; 4] = ["err", "error", "reason", "cause"];
        let before = last_line(&self.before);
        let end = before.iter().rposition(|byte| is_letter(*byte)).map_or(0, |at| at + 1);
        let (text, gap) = before.split_at_checked(end).unwrap_or_default();
        let keyed = KEYS.iter().any(|key| {
            let start = text.len().checked_sub(key.len());
            start
                .and_then(|start| text.get(start..))
                .is_some_and(|word| word.eq_ignore_ascii_case(key.as_bytes()))
        });
        let assigned = gap.iter().any(|byte| matches!(byte, b':' | b'='));
        let rest = first_line(&self.after);
        let rest = if keyed { rest.split(|byte| *byte == b'"').next().unwrap_or_default() } else { rest };
        let is_word = |byte: &u8| byte.is_ascii_alphabetic();
        // "will retry in 20s" may follow.
        let short = rest.len() <= 16 || !rest.iter().any(is_word);
        (text.is_empty() || keyed && assigned) && short
            || is_message_of_a_log(before, first_line(&self.after))
    }

    /// It stands in the JSON that HNS answers with: `{"Success":false,"Error":"…","ErrorCode":…}`, also as PowerShell
    /// prints that.
    fn is_answer(&self) -> bool {
        static SUCCESS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("success"));
        static CODE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("errorcode"));
        static ERROR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("error"));
        let mut open = 0i32;
        let brace = self.before.iter().rposition(|byte| {
            open += i32::from(*byte == b'{') - i32::from(*byte == b'}');
            open > 0
        });
        // The brace may be cut off, or there is none in a list of PowerShell.
        let before = self.before.get(brace.unwrap_or(0)..).unwrap_or_default();
        let after = memchr(b'}', &self.after).and_then(|end| self.after.get(..end)).unwrap_or(&self.after);
        let mut letters = [before, b"\0", after].concat();
        letters.make_ascii_lowercase();
        let has = |key: &Finder<'_>, value: &[u8]| {
            key.find_iter(&letters).any(|at| {
                let behind = letters.get(at + key.needle().len()..).unwrap_or_default();
                let marks =
                    behind.iter().take_while(|byte| matches!(byte, b'"' | b':' | b'=' | b' ')).count();
                let (marks, behind) = behind.split_at_checked(marks).unwrap_or_default();
                marks.iter().any(|byte| matches!(byte, b':' | b'=')) && behind.starts_with(value)
            })
        };
        has(&SUCCESS, b"false") || has(&CODE, b"") && has(&ERROR, b"")
    }

    /// The message so far names HNS.
    fn is_named_before(&self) -> bool {
        let text = &self.before;
        if self.is_plainly_named() {
            return true;
        }
        let mut message = Message::default();
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            let rest = text.get(at..).unwrap_or_default();
            if !is_letter(*byte) {
                self.mark(&mut message, at);
                at += 1;
                continue;
            }
            let word = word(rest);
            if at > 0 && text.get(at - 1).is_some_and(|before| is_letter(*before)) {
                at += word.len();
                continue;
            }
            match key(text.get(..at).unwrap_or_default(), rest, word) {
                Some(marks) if MESSAGES.iter().any(|it| it.as_bytes().eq_ignore_ascii_case(word)) => {
                    message.colon();
                    at += word.len() + marks;
                }
                Some(marks) => {
                    let value = rest.get(word.len() + marks..).unwrap_or_default();
                    at += word.len() + marks;
                    match value_end(value) {
                        Some(end) => at += end,
                        // It stands in the value of this key, which is a message of its own.
                        None => message = Message::default(),
                    }
                }
                None => {
                    message.just_named = is_hns(rest);
                    message.named |= message.just_named;
                    let failed =
                        |it: &&[u8]| word.get(..it.len()).is_some_and(|x| x.eq_ignore_ascii_case(it));
                    // Most words begin otherwise.
                    message.failed |= matches!(byte, b'e' | b'E' | b'f' | b'F')
                        && [&b"fail"[..], b"error", b"except"].iter().any(failed);
                    at += word.len();
                }
            }
        }
        message.named
    }

    /// What names HNS stands behind all that may end a message, and there are no keys, whose values are no part of it:
    /// then what else stands before does not matter.
    fn is_plainly_named(&self) -> bool {
        let text = &self.before;
        if memchr(b'=', text).is_some()
            || memchr::memchr_iter(b'"', text).any(|at| text.get(at + 1) == Some(&b':'))
        {
            return false;
        }
        let ends = |byte: &u8| matches!(byte, b';' | b'.' | b'!' | b'?' | b'\n');
        let start = text.iter().rposition(ends).map_or(0, |at| at + 1);
        let last = text.get(start..).unwrap_or_default();
        let mut at = 0;
        while let Some(rest) = last.get(at..).filter(|rest| !rest.is_empty()) {
            let word = word(rest);
            if word.is_empty() {
                at += 1;
                continue;
            }
            if is_hns(rest) {
                return true;
            }
            at += word.len();
        }
        false
    }

    /// A mark between the words of what stands before.
    fn mark(&self, message: &mut Message, at: usize) {
        let text = &self.before;
        let behind = text.get(at + 1..).unwrap_or_default();
        let ends = match text.get(at) {
            Some(b'{') if at > 0 && text.get(at - 1) == Some(&b'@') => {
                message.of_powershell = true;
                false
            }
            Some(b';') => !message.of_powershell,
            Some(b':') => {
                message.colon();
                false
            }
            Some(b'.' | b'!' | b'?') => {
                let next = behind.trim_ascii_start();
                !message.open && next.len() < behind.len() && next.first().is_some_and(|it| is_letter(*it))
            }
            // A call at the end of a line has not said anything yet.
            Some(b'\n') => !message.open && !message.just_named && !self.is_wrapped(at),
            _ => false,
        };
        if ends {
            *message = Message::default();
        }
    }

    /// Whether a line ends because the terminal does: it is long, and the next is not much longer.
    fn is_wrapped(&self, at: usize) -> bool {
        const SHORTEST: usize = 30;
        const LONGEST_WORD: usize = 16;
        let line = last_line(self.before.get(..at).unwrap_or_default());
        let behind = self.before.get(at + 1..).unwrap_or_default();
        let next = match memchr(b'\n', behind) {
            Some(end) => end,
            None => behind.len() + first_line(&self.after).len(),
        };
        line.len() >= SHORTEST && line.len() + LONGEST_WORD >= next
    }

    /// The rest of the sentence names HNS.
    fn is_named_behind(&self) -> bool {
        let line = first_line(&self.after);
        let sentence = line.split(|byte| matches!(byte, b';' | b'"' | b'{')).next().unwrap_or_default();
        let mut at = 0;
        while let Some(byte) = sentence.get(at) {
            let rest = sentence.get(at..).unwrap_or_default();
            if matches!(byte, b'.' | b'!' | b'?') && rest.get(1).is_some_and(u8::is_ascii_whitespace) {
                return false;
            }
            if !is_letter(*byte) {
                at += 1;
                continue;
            }
            let word = word(rest);
            if at > 0 && key(sentence.get(..at).unwrap_or_default(), rest, word).is_some() {
                return false;
            }
            if at > 0 && is_hns(rest) {
                return true;
            }
            at += word.len();
        }
        false
    }
}

/// What is known of a message while it is read.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
struct Message {
    named: bool,
    /// By the last word.
    just_named: bool,
    failed: bool,
    /// HNS failed, and what follows the colon is its answer, whatever sentences that has.
    open: bool,
    of_powershell: bool,
}

impl Message {
    fn colon(&mut self) {
        self.open |= self.named && self.failed;
    }
}

/// Whether a line of a log has nothing but its head before a text and nothing behind it: `I1122 … pool.go:7] `, or
/// `"msg":"` in JSON.
fn is_message_of_a_log(before: &[u8], after: &[u8]) -> bool {
    let (quoted, behind) = match before.strip_suffix(b"\"") {
        Some(rest) => (Some(rest), after.strip_prefix(b"\"")),
        None => (None, Some(after)),
    };
    let head = quoted.unwrap_or(before).trim_ascii_end();
    let is_klog = || {
        let place = head.strip_suffix(b"]").unwrap_or_default();
        let digits = place.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && place.get(..place.len() - digits).is_some_and(|file| file.ends_with(b".go:"))
    };
    let is_key = || quoted.is_some() && (head.ends_with(b"\"msg\":") || head.ends_with(b" msg="));
    // In JSON and behind a key, other keys follow.
    let is_all = |behind: &[u8]| behind.iter().all(|byte| !is_letter(*byte));
    match behind {
        Some(behind) if is_klog() => is_all(behind) && record::is_header(before),
        Some(_) if is_key() => record::is_header(before),
        _ => false,
    }
}

fn last_line(text: &[u8]) -> &[u8] {
    memrchr(b'\n', text).and_then(|at| text.get(at + 1..)).unwrap_or(text)
}

fn first_line(text: &[u8]) -> &[u8] {
    memchr(b'\n', text).and_then(|at| text.get(..at)).unwrap_or(text)
}

pub(super) fn word(text: &[u8]) -> &[u8] {
    let len = text.iter().take_while(|byte| is_letter(**byte)).count();
    text.get(..len).unwrap_or_default()
}

/// The length of what makes a word a key: `=`, or `":` in JSON.
fn key(before: &[u8], text: &[u8], word: &[u8]) -> Option<usize> {
    let behind = text.get(word.len()..).unwrap_or_default();
    let json = before.ends_with(b"\"") && behind.starts_with(b"\":");
    let equals = behind.starts_with(b"=") && !behind.starts_with(b"==");
    if json { Some(2) } else { equals.then_some(1) }
}

/// Where the value of a key ends, if it does.
fn value_end(value: &[u8]) -> Option<usize> {
    let blanks = value.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    match value.get(blanks)? {
        b'"' => memchr(b'"', value.get(blanks + 1..)?).map(|end| blanks + end + 2),
        b'{' | b'[' => Some(blanks),
        _ => value
            .iter()
            .skip(blanks)
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'}'))
            .map(|end| blanks + end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_said<'t>(text: &'t str, found: &str, says: fn(&Around<'t>) -> bool) -> bool {
        let start = text.rfind(found).unwrap();
        let record = Bounds { start: 0, end: text.len(), headed: false };
        Around::any(text.as_bytes(), record, start..start + found.len(), says)
    }

    #[test]
    fn a_short_code_belongs_to_its_own_message() {
        for text in [
            "hcnCreateLoadBalancer failed in Win32: The parameter is incorrect. (0x57)",
            "hcnCreateLoadBalancer failed in Win32: The parameter is incorrect. Too many of them. (0x57)",
            "E1122 10:00:00.0 1 proxier.go:1] \"ClusterIP policy creation failed\" serviceName=\"a/b\" err=\"Der Parameter ist falsch. (0x57)\"",
            "{\"msg\":\"Policy creation failed\",\"err\":\"x (0x57)\"}",
            "{\"log\":\"E1122 hns.go:1] \\\"x\\\" err=\\\"hnsCall failed in Win32: x. (0x57) \\\"\\n\"}",
            "HNS failed with error : 0x57",
            "> hcnCreateLoadBalancer\n> failed in Win32: 0x57",
            "hcnOpenEndpoint: 0x57",
            "error code 0x57 from HcnModifyEndpoint",
            "Success   : False\r\nError     : x\r\nErrorCode : 0x57\r\n",
            "Failed to create endpoint in HNS, HRESULT: 0x57",
            "it says \"Failed\" err=\"hcnCreat\neLoadBalancer failed in Win32: \nincorrect. (0x57)",
            "it says \"Failed\" err=\"HNS f\nailed with error : 0x57\"",
            "> hnsCall: {\"Success\":fals\n> e,\"Error\":\"x\",\"ErrorCode\n> \":0x57}",
            "hnsCall: {\"Success\":fals\n        e,\"Error\":\"x\",\"ErrorCo\n        de\":0x57}",
            "| hcnCreateEndpoint got HRESULT |\n| : 0x57 |",
            "{\"log\":\"hcnCreateEndpoint got an HR\\nESULT: 0x57\"}",
            "2026-11-22T10:11:12Z stderr F hcnCreateLoadBala\nncer failed in Win32: The parameter is in\ncorrect. (0x57)",
        ] {
            assert!(is_said(text, "0x57", Around::is_result_of_hns), "{text}");
        }
        for text in [
            "HNSW index failed with 0x57",
            "hnswlib failed with error : 0x57",
            "HNSW: 0x57",
            "HNS is ready; the disk failed with 0x57",
            "HNS is ready. The disk failed with error 0x57",
            "HNS is ready\nthe disk failed with error 0x57",
            "HNS is ready and running\nthe disk failed with error 0x57",
            "the HNS of this node is ready.\nthe disk failed with 0x57",
            "HNS is ready and in its old mode\nthe disk is not and was never so\nthe disk failed with error 0x57, again and again, and nobody knows",
            "the disk of the node failed (0x57)\nhns is ready",
            "HNS network vpcbr1 has flags=0x57",
            "hcnCreateEndpoint got an answer at address 0x57",
            "I1122 10:00:00.0 1 hns.go:1] \"Volume failed\" err=\"x (0x57)\"",
            "I1122 10:00:00.0 1 a.go:1] \"Volume failed\" network=\"hns-1\" err=\"x (0x57)\"",
            "{\"component\":\"hns\",\"msg\":\"the disk failed (0x57)\"}",
            "hcs::CreateComputeSystem failed in Win32: The parameter is incorrect. (0x57)",
            "hnsCall failed: x (0x57 of them)",
            "0x57",
        ] {
            assert!(!is_said(text, "0x57", Around::is_result_of_hns), "{text}");
        }
    }

    #[test]
    fn a_decimal_result_is_told_from_an_amount() {
        for text in [
            "2151350291",
            " 2151350291 \n",
            "ErrorCode : 2151350291",
            "{\"Success\":false,\"Error\":\"x\",\"ErrorCode\":2151350291}",
            "\\\"ErrorCode\\\":2151350291}",
            "@{Success=False; Error=x; ErrorCode=2151350291}",
            "HNS result 2151350291",
            "hcnOpenEndpoint: 2151350291",
            "hnsCall failed (2151350291)",
            "exit code 2151350291",
            "what it gave back is an HRES\nULT: 2151350291",
        ] {
            assert!(is_said(text, "2151350291", Around::is_result), "{text}");
        }
        for text in [
            "read 2151350291 bytes",
            "bytes=2151350291",
            "hnsEndpointPolicy=2151350291",
            "HNSW result-set 2151350291",
            "hnsw 2151350291",
            "error 2151350291-41c2-4b50",
            "\"id\":2151350291",
            "HNS wrote 2151350291 bytes",
            "size of the result: 2151350291 bytes",
            "a file (2151350291)",
            "exited with 2151350291",
        ] {
            assert!(!is_said(text, "2151350291", Around::is_result), "{text}");
        }
    }

    #[test]
    fn texts_of_windows_at_large_need_hns_too() {
        let text = "The object already exists.";
        for (before, after) in [
            ("hcnCreateEndpoint failed in Win32: ", ""),
            ("HNS failed with error : ", ""),
            ("Invoke-HnsRequest : @{Error=", " ; ErrorCode=2147947410; Success=False}"),
            ("{\"Success\":false,\"Error\":\"", "\"}"),
            ("", "\nhns"),
        ] {
            let whole = format!("{before}{text}{after}");
            let said = is_said(&whole, text, Around::is_of_hns);
            assert_eq!(said, !after.starts_with('\n'), "{whole}");
        }
        assert!(!is_said("hns is ready on the nodes\nThe object already exists.", text, Around::is_of_hns));
        assert!(is_said(
            "hns said on the nodes of ours: \nThe object already exists.",
            text,
            Around::is_of_hns
        ));
        assert!(!is_said("hns is up; The object already exists.", text, Around::is_of_hns));
    }
}
