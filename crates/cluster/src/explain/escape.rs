//! What files and pastes write instead of a character: escapes of JSON, entities of HTML, colours of terminals.
//!
//! Their letters belong to no word.

use memchr::memchr3_iter;

/// Backslashes in a row, as JSON inside JSON has them.
const MOST_BACKSLASHES: usize = 16;
/// Parameters of a colour.
const MOST_PARAMETERS: usize = 24;
/// Entities inside entities: `&amp;quot;`.
const MOST_NESTED: usize = 4;

/// An escape at the start of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Escape {
    pub(super) len: usize,
    /// What it stands for; [`OTHER`] if that is not ASCII, nothing for a colour.
    pub(super) meaning: Option<u8>,
}

/// Stands for every character outside of ASCII.
pub(super) const OTHER: u8 = 0x80;

/// Where escapes may begin.
pub(super) fn starts(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr3_iter(b'\\', b'&', 0x1b, text)
}

/// The escape that a text begins with, if it has letters.
pub(super) fn at(text: &[u8]) -> Option<Escape> {
    match text.first()? {
        // What is escaped most often has no letters.
        b'\\' if text.get(1) == Some(&b'"') => None,
        b'\\' => json(text),
        b'&' => html(text),
        0x1b => colour(text),
        _ => None,
    }
}

fn json(text: &[u8]) -> Option<Escape> {
    let slashes = text.iter().take(MOST_BACKSLASHES).take_while(|byte| **byte == b'\\').count();
    let whole = |letters: usize, meaning| Some(Escape { len: slashes + letters, meaning: Some(meaning) });
    match text.get(slashes..)? {
        [b'n', ..] => whole(1, b'\n'),
        [b't', ..] => whole(1, b'\t'),
        [b'r', ..] => whole(1, b'\r'),
        [b'u', rest @ ..] => {
            let digits = rest.first_chunk::<4>()?;
            let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
            // The colour is what follows the escaped character of control.
            if code == 0x1b {
                let parameters = parameters(rest.get(4..)?)?;
                return Some(Escape { len: slashes + 5 + parameters, meaning: None });
            }
            // JSON of Go escapes the `&` of an entity.
            let entity = rest.get(4..).filter(|_| code == u32::from(b'&')).and_then(entity);
            if let Some((letters, meaning)) = entity {
                return whole(5 + letters, meaning);
            }
            whole(5, ascii(code))
        }
        _ => None,
    }
}

fn html(text: &[u8]) -> Option<Escape> {
    let (len, meaning) = entity(text.get(1..)?)?;
    Some(Escape { len: 1 + len, meaning: Some(meaning) })
}

/// The length and the meaning of what stands behind the `&` of an entity.
fn entity(text: &[u8]) -> Option<(usize, u8)> {
    const NAMES: [(&[u8], u8); 12] = [
        (b"quot;", b'"'),
        (b"apos;", b'\''),
        (b"lt;", b'<'),
        (b"gt;", b'>'),
        (b"amp;", b'&'),
        (b"nbsp;", b' '),
        (b"ldquo;", OTHER),
        (b"rdquo;", OTHER),
        (b"lsquo;", OTHER),
        (b"rsquo;", OTHER),
        (b"hellip;", OTHER),
        (b"shy;", OTHER),
    ];
    let mut len = 0;
    for _ in 0..MOST_NESTED {
        let rest = text.get(len..)?;
        if let Some(number) = rest.strip_prefix(b"#")
            && let Some((digits, code)) = number_of(number)
        {
            return Some((len + 1 + digits, code));
        }
        let Some((name, meaning)) = NAMES.iter().find(|(name, _)| rest.starts_with(name)) else { break };
        len += name.len();
        if *meaning != b'&' {
            return Some((len, *meaning));
        }
    }
    // The last `&amp;` stands for itself.
    (len > 0).then_some((len, b'&'))
}

/// The length and the meaning of `39;` or `x27;`.
fn number_of(text: &[u8]) -> Option<(usize, u8)> {
    let end = text.iter().take(8).position(|byte| *byte == b';')?;
    let digits = std::str::from_utf8(text.get(..end)?).ok()?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    Some((end + 1, ascii(code.ok()?)))
}

fn colour(text: &[u8]) -> Option<Escape> {
    let len = parameters(text.get(1..)?)?;
    Some(Escape { len: 1 + len, meaning: None })
}

/// The length of `[01;31m`.
fn parameters(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"[")?;
    let is_parameter = |byte: &&u8| matches!(byte, b'0'..=b'9' | b';' | b':' | b'?');
    let count = rest.iter().take(MOST_PARAMETERS).take_while(is_parameter).count();
    rest.get(count)?.is_ascii_alphabetic().then_some(count + 2)
}

fn ascii(code: u32) -> u8 {
    u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_stands_for_what() {
        for (text, len, meaning) in [
            (r"\nx", 2, Some(b'\n')),
            (r"\\\tx", 4, Some(b'\t')),
            (r"\u003cb", 6, Some(b'<')),
            (r"\u2019s", 6, Some(OTHER)),
            (r"\u001b[31mred", 10, None),
            ("&quot;x", 6, Some(b'"')),
            ("&amp;quot;x", 10, Some(b'"')),
            ("&amp;x", 5, Some(b'&')),
            (r"\u0026quot;x", 11, Some(b'"')),
            ("&#39;", 5, Some(b'\'')),
            ("&#x2019;", 8, Some(OTHER)),
            ("\u{1b}[01;31mx", 8, None),
            ("\u{1b}[Kx", 3, None),
        ] {
            assert_eq!(at(text.as_bytes()), Some(Escape { len, meaning }), "{text}");
        }
        for text in
            ["", "\\", "\\\"", "\\u00", "\\uzzzz", "&", "&x;", "&#;", "&#99", "\u{1b}", "\u{1b}[31", "x"]
        {
            assert_eq!(at(text.as_bytes()), None, "{text}");
        }
    }
}
