//! The text that the parser reads, and places in it.

use super::super::node::Position;
use super::{MAX_AHEAD, position};
use core::cell::Cell;
use saphyr_parser::{Input, Marker, StrInput, input::SkipTabs};

/// Finds the bytes of a place that the parser counts in characters; places must not go back.
pub(super) struct Cursor<'text> {
    text: &'text str,
    ascii: bool,
    characters: usize,
    offset: usize,
}

impl<'text> Cursor<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self { text, ascii: text.is_ascii(), characters: 0, offset: 0 }
    }

    /// The text from a place on.
    fn from(&mut self, mark: Marker) -> Option<&'text str> {
        if self.ascii {
            return self.text.get(mark.index()..);
        }
        let more = mark.index().checked_sub(self.characters)?;
        let rest = self.text.get(self.offset..)?;
        let bytes = rest.char_indices().nth(more).map_or(rest.len(), |(bytes, _)| bytes);
        self.characters = mark.index();
        self.offset += bytes;
        self.text.get(self.offset..)
    }

    pub(super) fn byte(&mut self, mark: Marker) -> Option<u8> {
        self.from(mark)?.bytes().next()
    }

    /// Where the content starts of a block scalar whose tag or anchor is here: behind its line, blank lines left out.
    pub(super) fn start_of_block(&mut self, start: Marker) -> Option<Position> {
        let mut lines = self.from(start)?.split('\n');
        lines.next()?;
        let mut at = position(start);
        for line in lines {
            at.next_line();
            let content = line.trim_start_matches(' ');
            if !content.trim_end_matches('\r').is_empty() {
                let column = u32::try_from(line.len() - content.len()).unwrap_or(u32::MAX);
                return Some(Position { column: column.saturating_add(1), ..at });
            }
        }
        None
    }

    /// The place behind the closing quote of a scalar that starts here.
    pub(super) fn end_of_quoted(&mut self, start: Marker) -> Option<Position> {
        let rest = self.from(start)?;
        let mut at = position(start);
        let mut characters = rest.chars().peekable();
        let quote = characters.next().filter(|c| matches!(c, '"' | '\''))?;
        at.column += 1;
        loop {
            let c = characters.next()?;
            let escape =
                c == '\\' && quote == '"' || c == '\'' && quote == '\'' && characters.peek() == Some(&'\'');
            match c {
                '\n' => at.next_line(),
                '\r' if characters.peek() != Some(&'\n') => at.next_line(),
                _ => at.column = at.column.saturating_add(1),
            }
            if escape {
                // An escaped line break is counted by the next turn.
                if characters.next_if(|&c| c != '\n' && c != '\r').is_some() {
                    at.column = at.column.saturating_add(1);
                }
            } else if c == quote {
                return Some(at);
            }
        }
    }
}

/// A text that ends for the parser once it has read too far ahead of its next event.
pub(super) struct Bounded<'text> {
    pub(super) input: StrInput<'text>,
    pub(super) ahead: &'text Cell<usize>,
}

impl Bounded<'_> {
    #[inline]
    fn count(&mut self, characters: usize) {
        let ahead = self.ahead.get() + characters;
        self.ahead.set(ahead);
        if ahead > MAX_AHEAD {
            self.input = StrInput::new("");
        }
    }
}

/// Hands everything on, for the fast paths that the parser's own input has.
impl Input for Bounded<'_> {
    #[inline]
    fn lookahead(&mut self, count: usize) {
        self.input.lookahead(count);
    }
    #[inline]
    fn buflen(&self) -> usize {
        self.input.buflen()
    }
    #[inline]
    fn bufmaxlen(&self) -> usize {
        self.input.bufmaxlen()
    }
    #[inline]
    fn raw_read_ch(&mut self) -> char {
        self.input.raw_read_ch()
    }
    #[inline]
    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        self.input.raw_read_non_breakz_ch()
    }
    #[inline]
    fn skip(&mut self) {
        self.input.skip();
        self.count(1);
    }
    #[inline]
    fn skip_n(&mut self, count: usize) {
        self.input.skip_n(count);
        self.count(count);
    }
    #[inline]
    fn peek(&self) -> char {
        self.input.peek()
    }
    #[inline]
    fn peek_nth(&self, n: usize) -> char {
        self.input.peek_nth(n)
    }
    #[inline]
    fn peek_opt(&self) -> Option<char> {
        self.input.peek_opt()
    }
    #[inline]
    fn look_ch(&mut self) -> char {
        self.input.look_ch()
    }
    #[inline]
    fn next_char_is(&self, c: char) -> bool {
        self.input.next_char_is(c)
    }
    #[inline]
    fn nth_char_is(&self, n: usize, c: char) -> bool {
        self.input.nth_char_is(n, c)
    }
    #[inline]
    fn next_2_are(&self, c1: char, c2: char) -> bool {
        self.input.next_2_are(c1, c2)
    }
    #[inline]
    fn next_3_are(&self, c1: char, c2: char, c3: char) -> bool {
        self.input.next_3_are(c1, c2, c3)
    }
    #[inline]
    fn next_is_document_indicator(&self) -> bool {
        self.input.next_is_document_indicator()
    }
    #[inline]
    fn next_is_document_start(&self) -> bool {
        self.input.next_is_document_start()
    }
    #[inline]
    fn next_is_document_end(&self) -> bool {
        self.input.next_is_document_end()
    }
    #[inline]
    fn skip_ws_to_eol(&mut self, skip_tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>) {
        self.input.skip_ws_to_eol(skip_tabs)
    }
    #[inline]
    fn next_can_be_plain_scalar(&self, in_flow: bool) -> bool {
        self.input.next_can_be_plain_scalar(in_flow)
    }
    #[inline]
    fn skip_while_non_breakz(&mut self) -> usize {
        self.input.skip_while_non_breakz()
    }
    #[inline]
    fn skip_while_blank(&mut self) -> usize {
        self.input.skip_while_blank()
    }
    #[inline]
    fn fetch_while_is_alpha(&mut self, out: &mut String) -> usize {
        self.input.fetch_while_is_alpha(out)
    }
    #[inline]
    fn fetch_while_is_yaml_non_space(&mut self, out: &mut String) -> usize {
        self.input.fetch_while_is_yaml_non_space(out)
    }
}
