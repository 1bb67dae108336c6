use std::collections::HashSet;

use super::hl7v3::{self, Node, attr, child, children};
use super::{STATEMENTS, id, name, named};
use crate::import::xml::Tree;
use crate::record::{Check, IssueCode, NhsNumber, Reading};

/// Places that are listed where a check is not met.
const MOST: usize = 50;

/// What the message asks of its sender: one line for a check that is met, else one for each place where it is not.
pub fn conformance(tree: &Tree<'_>, reading: &mut Reading) {
    let root: Node<'_> = tree.root();
    let all: Vec<Node<'_>> = root.descendants().filter(|n| n.is_element()).collect();
    let ids: HashSet<String> =
        all.iter().filter(|n| !is_reference(**n)).map(|n| id(*n)).filter(|i| !i.is_empty()).collect();
    let places = |wrong: &dyn Fn(Node<'_>) -> bool| -> Vec<String> {
        all.iter().filter(|n| wrong(**n)).take(MOST).map(|n| tree.place(*n)).collect()
    };
    let statement = |n: Node<'_>| STATEMENTS.contains(&name(n));
    let coded = |n: Node<'_>| {
        matches!(name(n), "ObservationStatement" | "PlanStatement" | "RequestStatement" | "LinkSet")
            && !child(n, "code").is_some_and(is_named)
    };
    let untimed = |n: Node<'_>| {
        statement(n)
            && name(n) != "EhrEmpty"
            && child(n, "availabilityTime").is_none()
            && child(n, "effectiveTime").is_none()
    };
    let product = |n: Node<'_>| {
        let of = |m: &Node<'_>| name(*m).to_ascii_lowercase().ends_with("material") && child(*m, "code").is_some();
        name(n) == "MedicationStatement" && !n.descendants().any(|m| of(&m))
    };
    let stranger = |n: Node<'_>| name(n) == "agentRef" && !ids.contains(&id(n));
    let dangling = |n: Node<'_>| references(n).iter().any(|i| !ids.contains(i));
    let number = |p: &&crate::record::Person| p.nhs_number().is_none_or(|n: NhsNumber| !n.valid);
    let mut people: Vec<String> = reading.people.iter().filter(number).map(|p| p.at.clone()).collect();
    if reading.people.is_empty() {
        people.push(tree.place(root));
    }
    let dates = reading.issues.iter().filter(|i| i.code == IssueCode::BadDate).take(MOST).map(|i| i.at.clone());
    let rows: [(&str, Vec<String>); 8] = [
        ("recordTarget/patient/id is an NHS number", people),
        ("statement/id", places(&|n| statement(n) && id(n).is_empty())),
        ("statement/availabilityTime", places(&untimed)),
        ("statement/code has displayName or originalText", places(&coded)),
        ("MedicationStatement/consumable has a code", places(&product)),
        ("agentRef/id is in agentDirectory", places(&stranger)),
        ("references lead to statements of the extract", places(&dangling)),
        ("times are times", dates.collect()),
    ];
    let profile = if reading.version.is_empty() { "RCMR_MT030101UK".to_owned() } else { reading.version.clone() };
    lines(reading, &profile, rows);
}

/// Writes the lines of some checks.
pub fn lines<const N: usize>(reading: &mut Reading, profile: &str, rows: [(&str, Vec<String>); N]) {
    for (check, faults) in rows {
        let line = |met: bool, at: String| Check { profile: profile.to_owned(), check: check.to_owned(), met, at };
        match faults.is_empty() {
            true => reading.conformance.push(line(true, String::new())),
            false => reading.conformance.extend(faults.into_iter().map(|at| line(false, at))),
        }
    }
}

/// True if a code has a name.
pub fn is_named(code: Node<'_>) -> bool {
    let said = || child(code, "originalText").map(hl7v3::own_text).unwrap_or_default();
    !attr(code, "displayName").is_empty() || !said().is_empty() || children(code, "translation").any(is_named)
}

fn is_reference(node: Node<'_>) -> bool {
    name(node).ends_with("Ref")
}

/// The ids that an element names.
fn references(node: Node<'_>) -> Vec<String> {
    match name(node) {
        "LinkSet" => [named(node, "conditionNamed"), named(node, "component")].concat(),
        "ehrSupplyAuthorise" => named(node, "predecessor"),
        "ehrSupplyPrescribe" | "ehrSupplyDispense" => named(node, "inFulfillmentOf"),
        "ehrSupplyDiscontinue" => named(node, "reversalOf"),
        _ => Vec::new(),
    }
}
