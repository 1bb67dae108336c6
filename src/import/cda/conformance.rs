use super::super::hl7v3::{self, Node, attr, child, children, descend, is};
use super::Reader;
use crate::record::{Check, IssueCode, PartialDate};

/// Places listed for one check; how many more there are is left to the issues.
const PLACES: usize = 50;

/// Elements that every CDA document has (CDA R2 §4.2, POCD_RM000040 multiplicities).
const HEADER: [&str; 8] =
    ["typeId", "id", "code", "effectiveTime", "confidentialityCode", "recordTarget", "author", "custodian"];

/// What the US realm header asks beyond that (C-CDA R2.1 §1.1).
const US_REALM: [&str; 4] = ["realmCode", "title", "languageCode", "component"];

/// Units that are no UCUM but often written in its place, in lower case.
const NOT_UCUM: [&str; 18] = [
    "iu/l",
    "iu/ml",
    "k/ul",
    "m/ul",
    "thous/mcl",
    "x10(3)/ul",
    "x10(6)/ul",
    "10^3/ul",
    "10^6/ul",
    "10^9/l",
    "lbs",
    "lb",
    "inches",
    "mmhg",
    "bpm",
    "tablet",
    "tablets",
    "mcg",
];

impl<'a> Reader<'a> {
    /// The checklist of what the file's standard asks: each check once if it is met, else each place where it is not.
    pub fn conformance(&mut self, documents: &[Node<'a>]) {
        for document in documents {
            self.header_checks(*document);
        }
        let root = self.tree.root();
        let profile = if self.reading.format == "C-CDA" { "C-CDA" } else { "CDA R2" };
        let unnamed = self.places(IssueCode::CodeWithoutName);
        self.check(profile, "codes have names (displayName or originalText)", unnamed);
        let dangling = self.places(IssueCode::DanglingReference);
        self.check(profile, "references lead to a part of the document", dangling);
        let mut dates = Vec::new();
        let mut units = Vec::new();
        let mut untitled = Vec::new();
        let mut silent = Vec::new();
        for node in root.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            let timed = matches!(name, "effectiveTime" | "time" | "birthTime")
                || node
                    .parent_element()
                    .is_some_and(|p| is(p, "effectiveTime") && matches!(name, "low" | "high" | "center"));
            if timed && !attr(node, "value").is_empty() && PartialDate::hl7(attr(node, "value")).known.is_none() {
                dates.push(self.at(node));
            }
            let unit = attr(node, "unit").to_lowercase();
            if !unit.is_empty()
                && (NOT_UCUM.contains(&unit.as_str()) || unit.contains(' '))
                && attr(node, "nullFlavor").is_empty()
            {
                units.push(self.at(node));
            }
            if name == "section" {
                if child(node, "title").is_none() && child(node, "text").is_some() {
                    untitled.push(self.at(node));
                }
                // A reader without our software sees only the narrative.
                if child(node, "entry").is_some() && child(node, "text").is_none_or(|t| hl7v3::plain(t).is_empty()) {
                    silent.push(self.at(node));
                }
            }
        }
        self.check(profile, "times are YYYYMMDDHHMMSS with a zone, or less", dates);
        self.check("UCUM", "units are UCUM codes", units);
        self.check(profile, "sections have a title", untitled);
        self.check(profile, "sections with entries have a narrative", silent);
        let only = self.places(IssueCode::NarrativeOnly);
        self.check(profile, "what is said is coded, not narrative only", only);
        if self.source.is_held() {
            self.check("XML", "one element holds all, and all prefixes are declared", vec![String::new()]);
        }
    }

    fn header_checks(&mut self, document: Node<'a>) {
        let at = self.at(document);
        for name in HEADER {
            let found = child(document, name).is_some();
            self.push_check("CDA R2", &format!("ClinicalDocument.{name}"), found, &at);
        }
        if self.reading.format != "C-CDA" {
            return;
        }
        for name in US_REALM {
            let found = child(document, name).is_some();
            self.push_check("C-CDA", &format!("ClinicalDocument.{name}"), found, &at);
        }
        for role in children(document, "recordTarget").filter_map(|t| child(t, "patientRole")).collect::<Vec<_>>() {
            let at = self.at(role);
            for path in ["id", "addr", "telecom"] {
                self.push_check("C-CDA", &format!("recordTarget.patientRole.{path}"), child(role, path).is_some(), &at);
            }
            for path in ["name", "administrativeGenderCode", "birthTime"] {
                let found = descend(role, &["patient", path]).is_some();
                self.push_check("C-CDA", &format!("recordTarget.patientRole.patient.{path}"), found, &at);
            }
        }
        let keeper = ["custodian", "assignedCustodian", "representedCustodianOrganization", "name"];
        let named = descend(document, &keeper).is_some_and(|n| !hl7v3::name(n).text.is_empty());
        self.push_check("C-CDA", "custodian has a name", named, &at);
    }

    /// Where the reading has issues of one code.
    fn places(&self, code: IssueCode) -> Vec<String> {
        self.reading.issues.iter().filter(|i| i.code == code).map(|i| i.at.clone()).collect()
    }

    fn check(&mut self, profile: &str, check: &str, missed: Vec<String>) {
        if missed.is_empty() {
            return self.push_check(profile, check, true, "");
        }
        for at in missed.into_iter().take(PLACES) {
            self.push_check(profile, check, false, &at);
        }
    }

    fn push_check(&mut self, profile: &str, check: &str, met: bool, at: &str) {
        let at = if met { String::new() } else { at.to_owned() };
        let check = Check { profile: profile.to_owned(), check: check.to_owned(), met, at };
        self.reading.conformance.push(check);
    }
}
