use super::hl7v3::{self, Node, attr, child, children};
use super::{STATEMENTS, id, name, named};
use crate::import::xml::Tree;
use crate::record::{Check, IssueCode, Reading};
use std::collections::HashSet;

/// What the message asks of its sender, each with the first place where it was not met.
pub fn conformance(tree: &Tree<'_>, reading: &mut Reading) {
    let root: Node<'_> = tree.root();
    let all: Vec<Node<'_>> = root.descendants().filter(|n| n.is_element()).collect();
    let of =
        |wanted: &[&str]| -> Vec<Node<'_>> { all.iter().copied().filter(|n| wanted.contains(&name(*n))).collect() };
    let statements = of(&STATEMENTS);
    let ids: HashSet<String> =
        all.iter().filter(|n| !is_reference(**n)).map(|n| id(*n)).filter(|i| !i.is_empty()).collect();
    let coded =
        |n: &Node<'_>| matches!(name(*n), "ObservationStatement" | "PlanStatement" | "RequestStatement" | "LinkSet");
    let named_code = |n: &Node<'_>| {
        child(*n, "code").is_some_and(|c| {
            let said = child(c, "originalText").map(hl7v3::own_text).unwrap_or_default();
            !attr(c, "displayName").is_empty() || !said.is_empty()
        })
    };
    let dated = |n: &Node<'_>| {
        name(*n) == "EhrEmpty" || children(*n, "availabilityTime").chain(children(*n, "effectiveTime")).next().is_some()
    };
    let leads = |n: &Node<'_>| {
        ["inFulfillmentOf", "reversalOf", "predecessor", "conditionNamed", "component"]
            .iter()
            .all(|role| named_refs(*n, role).iter().all(|i| ids.contains(i)))
    };
    let agents = of(&["agentRef"]);
    let rows: [(&str, Option<Node<'_>>); 7] = [
        (
            "recordTarget/patient/id is an NHS number",
            (reading.people.iter().all(|p| p.nhs_number().is_none_or(|n| !n.valid))).then_some(root),
        ),
        ("statement/id", statements.iter().find(|n| id(**n).is_empty()).copied()),
        ("statement/availabilityTime", statements.iter().find(|n| !dated(n)).copied()),
        (
            "statement/code has displayName or originalText",
            statements.iter().find(|n| coded(n) && !named_code(n)).copied(),
        ),
        (
            "MedicationStatement/consumable has a code",
            of(&["MedicationStatement"]).into_iter().find(|n| {
                !n.descendants()
                    .any(|m| name(m).to_ascii_lowercase().ends_with("material") && child(m, "code").is_some())
            }),
        ),
        ("agentRef/id is in agentDirectory", agents.iter().find(|n| !ids.contains(&id(**n))).copied()),
        (
            "references lead to statements of the extract",
            all.iter().find(|n| holds_references(**n) && !leads(n)).copied(),
        ),
    ];
    let profile = if reading.version.is_empty() { "RCMR_MT030101UK" } else { &reading.version };
    let dates = reading.issues.iter().find(|i| i.code == IssueCode::BadDate).map(|i| i.at.clone());
    let mut checks: Vec<Check> = rows
        .into_iter()
        .map(|(check, fault)| Check {
            profile: profile.to_owned(),
            check: check.to_owned(),
            met: fault.is_none(),
            at: fault.map(|n| tree.place(n)).unwrap_or_default(),
        })
        .collect();
    checks.push(Check {
        profile: profile.to_owned(),
        check: "times are times".to_owned(),
        met: dates.is_none(),
        at: dates.unwrap_or_default(),
    });
    reading.conformance.extend(checks);
}

fn is_reference(node: Node<'_>) -> bool {
    name(node).ends_with("Ref")
}

fn holds_references(node: Node<'_>) -> bool {
    matches!(
        name(node),
        "LinkSet" | "ehrSupplyAuthorise" | "ehrSupplyPrescribe" | "ehrSupplyDispense" | "ehrSupplyDiscontinue"
    )
}

fn named_refs(node: Node<'_>, role: &str) -> Vec<String> {
    match role {
        "inFulfillmentOf" => named(node, "inFulfillmentOf"),
        "reversalOf" => named(node, "reversalOf"),
        "predecessor" => named(node, "predecessor"),
        "conditionNamed" => named(node, "conditionNamed"),
        _ if name(node) == "LinkSet" => named(node, "component"),
        _ => Vec::new(),
    }
}
