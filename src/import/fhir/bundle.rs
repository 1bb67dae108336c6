use std::collections::HashSet;

use super::datatypes::{concept, label};
use super::index::State;
use super::{Node, Reader};
use crate::record::{IssueCode, Severity};

/// Most issues of one kind that are told one by one.
const TOLD: usize = 200;

impl<'t> Reader<'t, '_> {
    /// What Bundles say about themselves and beside their resources (FHIR R4 §2.36): pages that are elsewhere, what was
    /// deleted, what failed.
    pub fn bundles(&mut self) {
        let index = self.index;
        let parse = |range: &std::ops::Range<usize>| {
            self.text.get(range.clone()).map_or(Node::Null, |text| self.syntax.parse(text))
        };
        // The pages of one search may stand in one file: what another Bundle of it calls itself is not elsewhere.
        let links: Vec<(&String, Node<'t>)> = index.links.iter().map(|(at, range)| (at, parse(range))).collect();
        let here: HashSet<String> = links
            .iter()
            .flat_map(|(_, links)| links.each())
            .filter(|link| link.get("relation").words() == "self")
            .map(|link| link.get("url").words().to_owned())
            .collect();
        let mut pages: Vec<(String, String)> = Vec::new();
        for (at, links) in &links {
            let next = links.each().iter().find(|l| {
                let (relation, url) = (l.get("relation").words(), l.get("url").words());
                matches!(relation, "next" | "prev" | "previous") && !url.is_empty() && !here.contains(url)
            });
            pages.extend(next.map(|link| ((*at).clone(), link.get("relation").words().to_owned())));
        }
        let counted = index.total.trim().parse::<usize>().ok();
        let counted = counted.filter(|_| matches!(index.bundle.as_str(), "searchset" | "history"));
        // The total is of what was looked for, and not of what was added to it (FHIR R4 §3.1.1.4).
        let matches = index.pieces.len().saturating_sub(index.added);
        if let Some(total) = counted.filter(|total| pages.is_empty() && *total > matches) {
            pages.push(("/total".to_owned(), format!("{matches} / {total}")));
        }
        let mut gone: Vec<(String, String)> = Vec::new();
        let mut failed: Vec<(String, Node<'t>)> = Vec::new();
        for aside in &index.asides {
            let said = parse(&aside.range);
            if aside.element == "request" {
                if said.get("method").words().eq_ignore_ascii_case("DELETE") {
                    gone.push((aside.at.clone(), said.get("url").words().to_owned()));
                }
                continue;
            }
            failed.push((format!("{}/response", aside.at), said));
        }
        for (at, found) in pages.into_iter().take(TOLD) {
            self.issue(Severity::Warning, IssueCode::MorePages, &at, &found);
        }
        for (at, found) in gone.into_iter().take(TOLD) {
            self.issue(Severity::Warning, IssueCode::Deleted, &at, &found);
        }
        let mut told = 0;
        for (at, said) in failed {
            let before = self.reading.issues.len();
            self.outcome(&format!("{at}/outcome"), said.get("outcome"));
            let status = said.get("status").words();
            if told < TOLD && self.reading.issues.len() == before && status.starts_with(['4', '5']) {
                self.issue(Severity::Error, IssueCode::SourceFailed, &format!("{at}/status"), status);
            }
            told += self.reading.issues.len() - before;
        }
    }

    /// An OperationOutcome: what went wrong at the source, or was left out (FHIR R4 §2.28). That all went well is no issue.
    pub fn outcome(&mut self, at: &str, node: &Node<'_>) {
        for (n, one) in node.get("issue").each().iter().enumerate().take(TOLD) {
            let severity = match one.get("severity").words() {
                "fatal" | "error" => Severity::Error,
                "warning" => Severity::Warning,
                // Left out for privacy, or too much to give: said softly, and still not everything.
                _ if matches!(one.get("code").words(), "suppressed" | "incomplete" | "too-costly" | "too-long") => {
                    Severity::Warning
                }
                _ => continue,
            };
            let words = [label(&concept(one.get("details"))), one.get("diagnostics").words().to_owned()];
            let found = words.into_iter().find(|w| !w.is_empty()).unwrap_or_else(|| one.get("code").words().to_owned());
            self.issue(severity, IssueCode::SourceFailed, &format!("{at}/issue/{n}"), &found);
        }
    }

    /// Whether a piece was deleted at its source, or a later version of it stands beside it.
    pub fn state(&self, i: usize) -> State {
        self.index.pieces.get(i).map(|p| p.state).unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::import::fhir::{Syntax, read};
    use crate::record::{Polarity, Reading, Standing};

    fn bundle(head: &str, entries: &str) -> Reading {
        let text = format!(r#"{{"resourceType":"Bundle",{head},"entry":[{entries}]}}"#);
        read(&text, Some(0), Syntax::Json, &mut |_| ControlFlow::Continue(())).unwrap()
    }

    fn told(reading: &Reading) -> Vec<(IssueCode, Severity, &str, &str)> {
        let of = [IssueCode::SourceFailed, IssueCode::MorePages, IssueCode::Deleted];
        let issues = reading.issues.iter().filter(|i| of.contains(&i.code));
        issues.map(|i| (i.code, i.severity, i.at.as_str(), i.found.as_str())).collect()
    }

    const PEANUT: &str = r#"{"resource":{"resourceType":"AllergyIntolerance","id":"a","code":{"text":"Peanut"},
        "clinicalStatus":{"coding":[{"code":"active"}]}}}"#;

    #[test]
    fn what_failed_or_is_elsewhere_at_the_source_is_told() {
        let (warning, error) = (Severity::Warning, Severity::Error);
        let outcome = |severity: &str, code: &str| {
            format!(
                r#"{{"resource":{{"resourceType":"OperationOutcome","issue":[{{"severity":"{severity}","code":"{code}",
                "diagnostics":"2 of 9 systems did not answer"}}]}},"search":{{"mode":"outcome"}}}}"#
            )
        };
        let failed = |severity, at| vec![(IssueCode::SourceFailed, severity, at, "2 of 9 systems did not answer")];
        let at = "/entry/0/resource/issue/0";
        let check = |head: &str, entries: &str, expected: Vec<(IssueCode, Severity, &str, &str)>| {
            assert_eq!(told(&bundle(head, entries)), expected, "{head} {entries}");
        };
        let searchset = r#""type":"searchset""#;
        check(searchset, &outcome("error", "timeout"), failed(error, at));
        check(searchset, &outcome("warning", "incomplete"), failed(warning, at));
        check(searchset, &outcome("information", "suppressed"), failed(warning, at));
        check(searchset, &outcome("information", "informational"), vec![]);
        let response = r#"{"response":{"status":"200","outcome":{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"x"}]}}}"#;
        check(
            r#""type":"batch-response""#,
            response,
            vec![(IssueCode::SourceFailed, warning, "/entry/0/response/outcome/issue/0", "x")],
        );
        let refused = r#"{"response":{"status":"403 Forbidden"}}"#;
        check(
            r#""type":"batch-response""#,
            refused,
            vec![(IssueCode::SourceFailed, error, "/entry/0/response/status", "403 Forbidden")],
        );
        let page =
            r#""type":"searchset","total":40,"link":[{"relation":"self","url":"u"},{"relation":"next","url":"v"}]"#;
        check(page, PEANUT, vec![(IssueCode::MorePages, warning, "/link", "next")]);
        // The next page stands in the same file.
        let pages = r#""type":"searchset","link":[{"relation":"self","url":"a"},{"relation":"next","url":"b"}]"#;
        let second = format!(
            r#"{{"resource":{{"resourceType":"Bundle","type":"searchset","link":[{{"relation":"self","url":"b"}}],"entry":[{PEANUT}]}}}}"#
        );
        check(pages, &second, vec![]);
        check(r#""type":"searchset","total":40"#, PEANUT, vec![(IssueCode::MorePages, warning, "/total", "1 / 40")]);
        check(r#""type":"searchset","total":1,"link":[{"relation":"self","url":"u"}]"#, PEANUT, vec![]);
        check(r#""type":"document","total":40"#, PEANUT, vec![]);
        // What was added to the matches is not among those counted.
        let added = r#"{"resource":{"resourceType":"Organization","id":"o"},"search":{"mode":"include"}}"#;
        let two = format!("{PEANUT},{added}");
        check(r#""type":"searchset","total":2"#, &two, vec![(IssueCode::MorePages, warning, "/total", "1 / 2")]);
        check(r#""type":"searchset","total":1"#, &two, vec![]);
        let inner = format!(r#"{{"resource":{{"resourceType":"Bundle",{page},"entry":[{PEANUT}]}}}}"#);
        check(
            r#""type":"batch-response""#,
            &inner,
            vec![(IssueCode::MorePages, warning, "/entry/0/resource/link", "next")],
        );
    }

    #[test]
    fn xml_says_the_same_of_itself() {
        let text = r#"<Bundle xmlns="http://hl7.org/fhir"><type value="searchset"/><link><relation value="next"/><url value="u"/></link>
            <entry><response><status value="200"/><outcome><OperationOutcome><issue><severity value="error"/><code value="x"/></issue></OperationOutcome></outcome></response></entry>
            <entry><request><method value="DELETE"/><url value="AllergyIntolerance/a"/></request></entry>
            <entry><resource><AllergyIntolerance><id value="a"/><code><text value="Peanut"/></code></AllergyIntolerance></resource></entry></Bundle>"#;
        let reading = read(text, Some(0), Syntax::Xml, &mut |_| ControlFlow::Continue(())).unwrap();
        let codes: Vec<IssueCode> = told(&reading).iter().map(|t| t.0).collect();
        assert_eq!(codes, [IssueCode::MorePages, IssueCode::Deleted, IssueCode::SourceFailed]);
        assert!(reading.entries[0].in_error());
    }

    #[test]
    fn what_was_deleted_is_not_current_and_of_versions_the_latest_holds() {
        let version = |n: u32, status: &str| {
            format!(
                r#"{{"resource":{{"resourceType":"AllergyIntolerance","id":"a","meta":{{"versionId":"{n}","lastUpdated":"2024-01-0{n}"}},
                "code":{{"text":"Peanut {n}"}},"clinicalStatus":{{"coding":[{{"code":"{status}"}}]}}}},"request":{{"method":"PUT","url":"AllergyIntolerance/a"}}}}"#
            )
        };
        let delete = r#"{"request":{"method":"DELETE","url":"https://a.org/fhir/AllergyIntolerance/a"},"response":{"status":"204"}}"#;
        let check = |kind: &str, entries: &[&str], expected: &[(&str, Standing)]| {
            let reading = bundle(&format!(r#""type":"{kind}""#), &entries.join(","));
            let found: Vec<(&str, Standing)> =
                reading.entries.iter().map(|e| (e.title.as_str(), e.status.standing)).collect();
            assert_eq!(found, expected, "{kind} {entries:?}");
            let ledger = &reading.ledger;
            assert_eq!((ledger.shown + ledger.kept) as usize, entries.len(), "{kind} {entries:?}");
            assert!(reading.issues.iter().all(|i| i.code != IssueCode::DuplicateId), "{entries:?}");
        };
        let (two, one) = (version(2, "resolved"), version(1, "active"));
        check("history", &[&two, &one], &[("Peanut 2", Standing::Ended)]);
        check("history", &[&one, &two], &[("Peanut 2", Standing::Ended)]);
        check("history", &[delete, &one], &[("Peanut 1", Standing::EnteredInError)]);
        check("history", &[delete, &two, &one], &[("Peanut 2", Standing::EnteredInError)]);
        // Made again after that.
        check("history", &[&two, delete, &one], &[("Peanut 2", Standing::Ended)]);
        check("history", &[&one, delete, &two], &[("Peanut 2", Standing::Ended)]);
        // Grouped by resource, whatever came before and after; and the same id on another server is another allergy.
        let asthma = |year: &str| {
            format!(
                r#"{{"resource":{{"resourceType":"Condition","id":"c","meta":{{"lastUpdated":"{year}-05-05T00:00:00Z"}},"code":{{"text":"Asthma"}}}}}}"#
            )
        };
        check(
            "history",
            &[&two, &one, &asthma("2025")],
            &[("Peanut 2", Standing::Ended), ("Asthma", Standing::Unknown)],
        );
        let at = |server: &str, name: &str| {
            format!(
                r#"{{"fullUrl":"https://{server}/AllergyIntolerance/a","resource":{{"resourceType":"AllergyIntolerance","id":"a","code":{{"text":"{name}"}}}}}}"#
            )
        };
        let both = [at("a.org", "Peanut"), at("b.org", "Latex")];
        let reading = bundle(r#""type":"history""#, &both.join(","));
        assert_eq!(reading.entries.len(), 2, "one id on two servers");
        // What one server deletes stays on the other.
        let gone = r#"{"fullUrl":"https://a.org/AllergyIntolerance/a","request":{"method":"DELETE","url":"AllergyIntolerance/a"}}"#;
        let reading = bundle(r#""type":"history""#, &[gone, &both[0], &both[1]].map(str::to_owned).join(","));
        let stand: Vec<_> = reading.entries.iter().map(|e| (e.title.as_str(), e.in_error())).collect();
        assert_eq!(stand, [("Peanut", true), ("Latex", false)]);
        check("transaction", &[&one, delete], &[("Peanut 1", Standing::EnteredInError)]);
        let own = r#"{"resource":{"resourceType":"AllergyIntolerance","id":"a","code":{"text":"Peanut"}},"request":{"method":"delete","url":"AllergyIntolerance/a"}}"#;
        check("transaction", &[own], &[("Peanut", Standing::EnteredInError)]);
        // Two versions of one patient are one person.
        let person = |n: u32| {
            format!(
                r#"{{"resource":{{"resourceType":"Patient","id":"p","meta":{{"versionId":"{n}"}},"name":[{{"text":"A {n}"}}]}}}}"#
            )
        };
        let of = PEANUT.replace(r#""id":"a","#, r#""id":"b","patient":{"reference":"Patient/p"},"#);
        let reading = bundle(r#""type":"history""#, &[person(2), person(1), of].join(","));
        assert_eq!(reading.people.len(), 1);
        assert_eq!(reading.people[0].name, "A 2");
        assert!(reading.issues.iter().all(|i| i.code != IssueCode::OtherSubject && i.code != IssueCode::SeveralPeople));
    }

    #[test]
    fn a_masked_allergen_says_that_it_is_masked() {
        let check = |code: &str| {
            let entry = format!(r#"{{"resource":{{"resourceType":"AllergyIntolerance","code":{code}}}}}"#);
            let reading = bundle(r#""type":"collection""#, &entry);
            let [entry] = reading.entries.as_slice() else { panic!("{code}") };
            assert_eq!((entry.title.as_str(), entry.polarity), ("masked", Polarity::Unknown), "{code}");
        };
        let extension = r#""extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]"#;
        check(&format!("{{{extension}}}"));
        check(r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"masked"}]}"#);
    }

    #[test]
    fn what_is_only_proposed_is_not_active() {
        let check = |inner: &str, expected: Standing| {
            let entry = format!(
                r#"{{"resource":{{"resourceType":"MedicationRequest","status":"active","medicationCodeableConcept":{{"text":"x"}},{inner}}}}}"#
            );
            let reading = bundle(r#""type":"collection""#, &entry);
            assert_eq!(reading.entries[0].status.standing, expected, "{inner}");
        };
        check(r#""intent":"proposal""#, Standing::Planned);
        check(r#""intent":"option""#, Standing::Planned);
        check(r#""intent":"plan""#, Standing::Planned);
        check(r#""intent":"order""#, Standing::Active);
        check(r#""intent":"plan","reportedBoolean":true"#, Standing::Active);
        check(r#""intent":"plan","requester":{"reference":"Patient/1"}"#, Standing::Active);
        let gpc = "https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-MedicationRequest-1";
        check(&format!(r#""intent":"plan","meta":{{"profile":["{gpc}"]}}"#), Standing::Active);
    }
}
