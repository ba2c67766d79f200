//! From arguments to requests, from answers to text and an exit code. Nothing is decided here.

use crate::UNUSABLE;
use crate::args::{self, Colour, Command, Format, Winpod};
use crate::progress::Line;
use crate::terminal::Terminal;
use crate::{check, dsr, explain, migration, render, simulate, subnet, topology};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use winpod_cluster::api::{self, PlanRequest};
use winpod_cluster::capacity::{CapacityRequest, LimitsRequest};
use winpod_cluster::ipam::IpamRequest;
use winpod_cluster::plan::Verdict;
use winpod_cluster::problem::Problem;
use winpod_cluster::read::text;
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::{Document, Refusal, Wide};
use winpod_cluster::sources::SourcesRequest;
use winpod_cluster::types::{Range, TypesRequest};
use winpod_cluster::{capacity, ipam, sources, types};

/// Standard input is held in memory; a listing of interfaces this large is of no VPC.
const MAX_STDIN: u64 = 1 << 30;
pub(crate) const STDIN: &str = "<stdin>";

/// What is around a run.
pub(crate) struct Host<'a> {
    pub(crate) stdin: &'a mut dyn Read,
    pub(crate) stderr: &'a mut dyn Write,
    pub(crate) terminal: Terminal,
}

impl Host<'_> {
    pub(crate) fn colour_of_errors(&self) -> bool {
        self.terminal.colour_stderr
    }

    /// Files and directories; standard input, if `-` is among them, as a document.
    pub(crate) fn inputs(&mut self, named: Vec<String>) -> Result<(Vec<String>, Vec<Document>), Refusal> {
        let (stdin, paths): (Vec<String>, Vec<String>) = named.into_iter().partition(|path| path == "-");
        if stdin.is_empty() {
            return Ok((paths, Vec::new()));
        }
        if self.terminal.stdin_is_keyboard {
            _ = writeln!(self.stderr, "winpod reads standard input; end it with Ctrl-D");
        }
        let mut bytes = Vec::new();
        let refused = |reason: String| Refusal::new("UNREADABLE", format!("{STDIN}: {reason}"));
        let read = (&mut *self.stdin).take(MAX_STDIN + 1).read_to_end(&mut bytes);
        read.map_err(|error| refused(format!("cannot be read: {error}")))?;
        if bytes.len() as u64 > MAX_STDIN {
            return Err(refused("is larger than 1 GiB: give it as a file".to_owned()));
        }
        let text = text::decode(&bytes).map_err(|error| {
            let at = error.position();
            let place = format!("{STDIN}:{}:{}", at.line, at.column);
            Refusal::new(error.code(), format!("{place}: {error}"))
        })?;
        Ok((paths, vec![Document { name: STDIN.to_owned(), text: text.into_owned() }]))
    }

    pub(crate) fn problems(&mut self, problems: &[Problem], style: Style) -> Option<u8> {
        let style = Style { colour: self.terminal.colour_stderr, ..style };
        _ = self.stderr.write_all(report::problems(problems, style).as_bytes());
        (!problems.is_empty()).then_some(UNUSABLE)
    }
}

pub(crate) fn error_line(error: &impl ToString, colour: bool) -> String {
    let (start, end) = if colour { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    format!("{start}error:{end} {}\n", report::printable(&error.to_string()))
}

/// The text for standard output and the exit code.
pub(crate) fn answer(winpod: Winpod, host: &mut Host<'_>) -> Result<(String, u8), Refusal> {
    match winpod.output.color {
        Colour::Auto => {}
        fixed => {
            host.terminal.colour_stdout = fixed == Colour::Always;
            host.terminal.colour_stderr = fixed == Colour::Always;
        }
    }
    let style = Style { colour: host.terminal.colour_stdout, width: host.terminal.width, sources: false };
    let format = winpod.output.format;
    if format == Format::Sarif && !matches!(winpod.command, Command::Check(_)) {
        return Err(Refusal::new(
            "REQUEST",
            "--format sarif is of winpod check only: text or json is allowed",
        ));
    }
    match winpod.command {
        Command::Check(args) => check::answer(*args, format, style, host),
        Command::Plan(args) => plan(args, format, style, host),
        Command::Capacity(args) => {
            let style = Style { sources: args.sources, ..style };
            let (paths, documents) = host.inputs(args.types_from)?;
            let answer = capacity::capacity(&CapacityRequest {
                limits: limits(&args.limits)?,
                types: args.types,
                mode: Some(args.mode.name().to_owned()),
                max_pods: args.max_pods.map(Wide::from),
                paths,
                documents,
            })?;
            Ok((written(format, &answer, || report::capacity(&answer, style))?, 0))
        }
        Command::Types(args) => {
            let style = Style { sources: args.sources, ..style };
            let answer = types::types(&types_request(*args))?;
            Ok((written(format, &answer, || report::types(&answer, style))?, 0))
        }
        Command::Ipam(args) => ipam(args, format, style, host),
        Command::Subnet(args) => subnet::answer(args.command, format, style, host),
        Command::Migration(args) => migration::answer(args, format, style, host),
        Command::Simulate(args) => simulate::answer(*args, format, style, host),
        Command::Dsr(args) => dsr::answer(*args, format, style, host),
        Command::Topology(args) => topology::answer(args, format, style, host),
        Command::Render(args) => render::answer(*args, format, style, host),
        Command::Explain(args) => explain::answer(&args, format, style, host),
        Command::Sources(args) => {
            let answer = sources::sources(&SourcesRequest { ids: args.ids })?;
            Ok((written(format, &answer, || report::sources(&answer, style))?, 0))
        }
        Command::Schema(args) => Ok((schema(&args, style)?, 0)),
    }
}

/// The answer as it is for programs, or what `text` makes of it.
pub(crate) fn written<T: Serialize>(
    format: Format,
    answer: &T,
    text: impl FnOnce() -> String,
) -> Result<String, Refusal> {
    match format {
        Format::Text => Ok(text()),
        Format::Json | Format::Sarif => {
            let json = serde_json::to_string_pretty(answer);
            json.map(|json| json + "\n").map_err(|error| Refusal::new("INTERNAL", error.to_string()))
        }
    }
}

fn plan(
    args: args::Plan,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    let (paths, documents) = host.inputs(args.inputs)?;
    let set = args.set.into_iter().collect();
    let request = PlanRequest { paths, documents, set, advise: args.advise };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        api::plan(&request, &mut |at| line.tell(at))?
    };
    let code = match answer.verdict {
        Verdict::DoesNotFit => 1,
        Verdict::Unknown => u8::from(args.strict),
        Verdict::Fits => 0,
    };
    let style = Style { sources: args.sources, ..style };
    let text = written(format, &answer, || report::plan(&answer, style))?;
    Ok((text, host.problems(&answer.problems, style).unwrap_or(code)))
}

fn ipam(
    args: args::Ipam,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    let (paths, documents) = host.inputs(args.inputs)?;
    let request = IpamRequest {
        paths,
        documents,
        set: args.set.into_iter().collect::<BTreeMap<_, _>>(),
        instance_type: args.instance_type,
        limits: limits(&args.limits)?,
        pods: args.pods.map(Wide::from),
        occupied_prefixes: args.occupied_prefixes.map(Wide::from),
        ..IpamRequest::default()
    };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        ipam::ipam(&request, &mut |at| line.tell(at))?
    };
    let style = Style { sources: args.sources, ..style };
    let text = written(format, &answer, || report::ipam(&answer, style))?;
    Ok((text, host.problems(&answer.problems, style).unwrap_or(0)))
}

pub(crate) fn limits(limits: &args::Limits) -> Result<Option<LimitsRequest>, Refusal> {
    let Some(ipv4_per_eni) = limits.ipv4_per_eni else { return Ok(None) };
    if !limits.nitro && !limits.xen {
        let message = "--ipv4-per-eni needs --nitro or --xen: only Nitro types take prefixes";
        return Err(Refusal::new("REQUEST", message));
    }
    Ok(Some(LimitsRequest { ipv4_per_eni: ipv4_per_eni.into(), nitro: limits.nitro }))
}

fn types_request(args: args::Types) -> TypesRequest {
    let range = |exact: Option<i64>, min: Option<i64>, max: Option<i64>| Range {
        exact: exact.map(Wide::from),
        min: min.map(Wide::from),
        max: max.map(Wide::from),
    };
    let n = &args.numbers;
    TypesRequest {
        vcpus: range(n.vcpus, n.vcpus_min, n.vcpus_max),
        memory_mib: range(n.memory, n.memory_min, n.memory_max),
        pods: range(n.pods, n.pods_min, n.pods_max),
        enis: range(n.network_interfaces, n.network_interfaces_min, n.network_interfaces_max),
        mode: Some(args.mode.name().to_owned()),
        windows: Some(args.windows.name().to_owned()),
        nitro: args.is.nitro(),
        bare_metal: args.is.bare_metal(),
        controller_known: args.is.controller_known(),
        current_generation: args.is.current_generation(),
        families: args.family,
        sort_by: Some(args.sort_by),
        limit: args.limit.map(Wide::from),
    }
}

fn schema(args: &args::Schema, style: Style) -> Result<String, Refusal> {
    let Some(name) = &args.operation else { return Ok(report::operations(style)) };
    let operation = api::Operation::find(name)?;
    let schema = if args.request { operation.request_schema() } else { operation.answer_schema() };
    written(Format::Json, &schema, String::new)
}
