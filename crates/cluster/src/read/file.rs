//! One file: what it holds by its content, and how that gets into the cluster.

use super::inputs::File;
use super::lines::{Head, Lines};
use super::{
    ReadError, Reader, aws, cloudformation, comments, host, json, layout, netsh, node, script, text,
    user_data, veil, yaml,
};
use crate::model::{IgnoreComment, Place, UserData};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::progress::Stopped;
use std::io::Read;
use std::sync::Arc;

/// What a file holds, before anything is taken from it.
pub(super) enum Parsed<'f> {
    Empty,
    Unreadable(std::io::Error),
    Unread(ReadError),
    /// A listing of the AWS CLI, which is streamed when its turn comes. It stays open: what comes through a pipe is
    /// there once.
    Listing(Box<dyn Read + Send + 'f>),
    /// The same in UTF-16, as PowerShell writes it.
    ListingText(String),
    /// A script: its beginning, and the rest for when its turn comes.
    Script(Vec<u8>, Box<dyn Read + Send + 'f>),
    /// What a node printed, in the same way: whether listings of ports are in it, whether builds or command lines.
    NodeText(Vec<u8>, Box<dyn Read + Send + 'f>, [bool; 2]),
    UserData(UserData, Vec<IgnoreComment>),
    /// With the text that they are from.
    Documents(yaml::Stream, Vec<IgnoreComment>, String),
}

/// Reads a file as far as it does not depend on the others.
pub(super) fn parse<'f>(file: &'f File<'_>) -> Parsed<'f> {
    read_documents(file).unwrap_or_else(Parsed::Unreadable)
}

fn read_documents<'f>(file: &'f File<'_>) -> std::io::Result<Parsed<'f>> {
    let mut source = file.open()?;
    let mut bytes = Vec::new();
    (&mut source).take(aws::SNIFF as u64).read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        return Ok(Parsed::Empty);
    }
    if aws::is_listing(&bytes) {
        return Ok(Parsed::Listing(Box::new(std::io::Cursor::new(bytes).chain(source))));
    }
    let head = Head::of(&bytes);
    if script::is_script(&head) {
        return Ok(Parsed::Script(bytes, source));
    }
    // One session on a node may show both.
    let shows = [netsh::is_listing(&head, bytes.len() < aws::SNIFF), host::is_text(&head)];
    if shows.contains(&true) {
        return Ok(Parsed::NodeText(bytes, source, shows));
    }
    // One byte more than is allowed tells a file that is too long without holding all of it.
    let allowed = 2 * node::MAX_TEXT as u64 + 4;
    source.take(allowed).read_to_end(&mut bytes)?;
    let text = match text::decode(&bytes) {
        Ok(text) => text,
        Err(error) => return Ok(Parsed::Unread(error)),
    };
    if aws::is_listing(text.as_bytes()) {
        return Ok(Parsed::ListingText(text.into_owned()));
    }
    let name: Arc<str> = file.name.as_str().into();
    let ignores = || comments::ignores(&text, &name);
    if let Some(data) = user_data::file(&text, &name) {
        return Ok(Parsed::UserData(data, ignores()));
    }
    let stream = if text.trim_start().starts_with(['{', '[']) && !is_flow_yaml(&text, &file.name) {
        let read = json::parse(&text).map(|documents| yaml::Stream { documents, ..yaml::Stream::default() });
        read.unwrap_or_else(|error| yaml::Stream { errors: vec![error], ..yaml::Stream::default() })
    } else {
        yaml::Stream::read(&text)
    };
    if stream.documents.is_empty() && stream.errors.is_empty() {
        return Ok(Parsed::Empty);
    }
    let ignores = ignores();
    Ok(Parsed::Documents(stream, ignores, text.into_owned()))
}

impl Reader<'_> {
    pub(super) fn file(&mut self, file: &File<'_>, parsed: Parsed<'_>) -> Result<(), Stopped> {
        let name: Arc<str> = file.name.as_str().into();
        self.reading.files += 1;
        match parsed {
            Parsed::Empty => self.note(Note::new(&note::FILE_EMPTY, &[("file", &name)])),
            Parsed::Unreadable(error) => self.unreadable(&name, &error),
            Parsed::Unread(error) => self.problem(Problem::unread(&name, &error)),
            Parsed::Script(start, source) => self.script(start, source, &name),
            Parsed::NodeText(start, source, shows) => return self.text_of_node(&start, source, &name, shows),
            Parsed::Listing(source) => return aws::stream(source, &name, self),
            Parsed::ListingText(text) => return aws::stream(text.as_bytes(), &name, self),
            Parsed::UserData(data, ignores) => {
                self.reading.documents += 1;
                self.cluster().ignores.extend(ignores);
                self.cluster().scripts.push(data.as_script());
                self.cluster().user_data.push(data);
            }
            Parsed::Documents(mut stream, ignores, text) => {
                let unrendered = !stream.errors.is_empty() && veil::is_unrendered(&text);
                self.reading.problems.extend(stream.errors.iter().map(|error| {
                    let mut problem = Problem::unread(&name, error);
                    if unrendered && problem.code == "YAML_SYNTAX" {
                        problem
                            .message
                            .push_str(": it is a template, so render it first, as with helm template");
                    }
                    problem
                }));
                if stream.untold > 0 {
                    let message = format!("{} more documents of this file cannot be read", stream.untold);
                    self.problem(Problem::new("YAML_SYNTAX", message, &Place::file(&name)));
                }
                let open = veil::may_have(&text);
                self.source = layout::Source::new(text);
                self.cluster().ignores.extend(ignores);
                for document in &mut stream.documents {
                    // What a template of CloudFormation leaves open, its own functions say.
                    if open && !cloudformation::is_template(&document.node) {
                        self.hide(&mut document.node, &name);
                    }
                    self.document(document, &name);
                }
                self.source = layout::Source::default();
                if self.stopped {
                    return Err(Stopped);
                }
            }
        }
        Ok(())
    }

    /// A text that a node printed, of any length.
    fn text_of_node(
        &mut self,
        start: &[u8],
        rest: impl Read,
        name: &Arc<str>,
        [ports, host]: [bool; 2],
    ) -> Result<(), Stopped> {
        const STEP: u64 = 1024;
        let mut ports = ports.then(|| netsh::Parser::new(name));
        let mut host = host.then(|| host::Text::new(name));
        let Some(mut lines) = Lines::new(start, rest) else { return Ok(()) };
        let mut count = 0;
        loop {
            let line = match lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => {
                    self.unreadable(name, &error);
                    break;
                }
            };
            count += 1;
            if count % STEP == 0 {
                self.step("read", count, 0)?;
            }
            if let Some(parser) = &mut ports {
                parser.line(&line);
            }
            if let Some(parser) = &mut host {
                parser.line(&line);
            }
        }
        let host = host.map(host::Text::finish);
        if ports.is_none() && host.as_ref().is_some_and(host::Host::is_empty) {
            self.note(Note::new(&note::HOST_TEXT_UNUSED, &[("file", name)]));
        }
        if let Some(found) = ports.map(netsh::Parser::finish) {
            self.cluster().port_listings.extend(found.listings);
            self.reading.problems.extend(found.problems);
        }
        if let Some(found) = host {
            self.cluster().kube_proxy_starts.extend(found.starts);
            self.cluster().earlier_starts.extend(found.earlier);
            self.cluster().start_refusals.extend(found.refusals);
            self.cluster().hotfixes.extend(found.hotfixes);
            self.cluster().unclear_starts.extend(found.unclear);
            self.cluster().system_builds.extend(found.builds);
        }
        Ok(())
    }

    fn script(&mut self, start: Vec<u8>, rest: impl Read, name: &Arc<str>) {
        match script::read(start, rest, name) {
            Ok((script, problem)) => {
                let data = script.as_ref().and_then(user_data::of_script);
                let ignores = script.iter().flat_map(|script| comments::ignores(&script.text, name));
                self.reading.cluster.ignores.extend(ignores);
                self.reading.documents += usize::from(script.is_some());
                self.cluster().user_data.extend(data);
                self.cluster().scripts.extend(script);
                self.reading.problems.extend(problem);
            }
            Err(error) => self.unreadable(name, &error),
        }
    }
}

/// A `.yaml` file may start with a flow mapping; then JSON's rules are not what its author meant.
fn is_flow_yaml(text: &str, name: &str) -> bool {
    let yaml = std::path::Path::new(name).extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml")
    });
    yaml && json::parse(text).is_err()
}
