//! What the tests of all kinds share: a request, its answer, and what `read` and `check` say to it.

use super::{RenderRequest, Rendered, render};
use crate::check::{CheckRequest, check};
use crate::model::Cluster;
use crate::request::{Document, Refusal, inputs};
use std::ops::ControlFlow;

/// What a case changes of a request.
pub(super) type Change = fn(&mut RenderRequest);

fn request(kind: &str, change: impl FnOnce(&mut RenderRequest)) -> RenderRequest {
    let mut request = RenderRequest { kind: kind.to_owned(), ..RenderRequest::default() };
    change(&mut request);
    request
}

/// The answer, twice the same to the byte.
pub(super) fn rendered(kind: &str, change: impl FnOnce(&mut RenderRequest)) -> Rendered {
    let request = request(kind, change);
    let once = || render(&request, &mut |_| ControlFlow::Continue(())).unwrap();
    let answer = once();
    assert_eq!(answer, once());
    for artefact in &answer.artefacts {
        let lines = u32::try_from(artefact.text.lines().count()).unwrap();
        assert!(artefact.lines.iter().all(|reason| (1..=lines).contains(&reason.line)), "{artefact:?}");
        assert!(artefact.text.ends_with('\n') && !artefact.lines.is_empty(), "{artefact:?}");
    }
    answer
}

pub(super) fn refused(kind: &str, change: impl FnOnce(&mut RenderRequest)) -> Refusal {
    render(&request(kind, change), &mut |_| ControlFlow::Continue(())).unwrap_err()
}

pub(super) fn document(name: &str, text: &str) -> Document {
    Document { name: name.to_owned(), text: text.to_owned() }
}

/// The text of the first file.
pub(super) fn text(answer: &Rendered) -> &str {
    &answer.artefacts[0].text
}

/// The files that the project's own reader takes.
fn documents(answer: &Rendered) -> Vec<Document> {
    let read = answer.artefacts.iter().filter(|it| it.language == "yaml" || it.language == "json");
    read.map(|artefact| document(&artefact.name, &artefact.text)).collect()
}

/// What the reader makes of the files, in which it finds nothing wrong.
pub(super) fn read_back(answer: &Rendered) -> Cluster {
    let documents = documents(answer);
    let reading = crate::read::read(&inputs(&[], &documents), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(reading.problems, []);
    reading.cluster
}

/// The rules that `check` finds broken.
pub(super) fn findings(answer: &Rendered) -> Vec<String> {
    let request = CheckRequest { documents: documents(answer), ..CheckRequest::default() };
    let answer = check(&request, &mut |_| ControlFlow::Continue(())).unwrap();
    answer.findings.into_iter().map(|finding| finding.rule).collect()
}

/// Every kind of this list as it is asked for at least, read back without a finding.
#[test]
fn what_is_written_is_clean() {
    const ROLE: &str = "arn:aws:iam::111122223333:role/Windows";
    let asked: [(&str, Change); 8] = [
        ("configmap", |request| request.mode = Some("prefix-delegation".into())),
        ("addon-values", |request| request.mode = Some("prefix-delegation".into())),
        ("helm-values", |request| request.set = [("warm-ip-target".to_owned(), "2".to_owned())].into()),
        ("access", |request| request.role = Some(ROLE.into())),
        ("access", |request| {
            request.role = Some(ROLE.into());
            request.authentication = Some("aws-auth".into());
        }),
        ("asg-tags", |request| {
            request.tool = Some("self-managed".into());
            request.instance_types = vec!["m5.large".into()];
        }),
        ("calico", |request| request.endpoint = Some("https://a.example.com".into())),
        ("network-policy", |request| request.namespaces = vec!["shop".into()]),
    ];
    for (kind, change) in asked {
        let answer = rendered(kind, |request| {
            request.cluster = Some("shop".into());
            change(request);
        });
        assert_eq!(findings(&answer), [""; 0], "{kind}");
    }
}

#[test]
fn one_language_alone() {
    let ask = |language: &str| {
        request("access", |request| {
            request.cluster = Some("shop".into());
            request.role = Some("arn:aws:iam::111122223333:role/Windows".into());
            request.language = Some(language.to_owned());
        })
    };
    let answer = render(&ask("shell"), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(answer.artefacts.len(), 1);
    assert_eq!(answer.artefacts[0].name, "access-entries.sh");
    let refusal = render(&ask("json"), &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(refusal.message.contains("yaml, shell"), "{refusal}");
    assert_eq!(render(&ask("bash"), &mut |_| ControlFlow::Continue(())).unwrap_err().code, "UNKNOWN_NAME");
}
