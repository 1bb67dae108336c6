pub use crate::record::absence::{absence, absence_of_allergy, is_null_flavour, never_a_thing};
use crate::record::{Coding, Concept, Standing};

/// What a status word means, over all resource types and versions: the value sets agree where they overlap.
pub fn standing(word: &str) -> Standing {
    match status_word(word).as_str() {
        "active"
        | "recurrence"
        | "relapse"
        | "in-progress"
        | "arrived"
        | "triaged"
        | "onleave"
        | "accepted"
        | "checked-in"
        | "achieved-in-progress"
        | "on-target"
        | "ahead-of-target"
        | "behind-target"
        | "sustaining"
        | "received"
        | "review" => Standing::Active,
        "completed" | "resolved" | "inactive" | "remission" | "finished" | "fulfilled" | "achieved" | "discharged"
        | "ended" | "superseded" => Standing::Ended,
        "stopped" | "cancelled" | "discontinued" | "failed" | "revoked" | "aborted" | "abandoned" | "not-done"
        | "not-taken" | "rejected" | "declined" | "noshow" | "suspended-stopped" => Standing::Stopped,
        "on-hold" | "suspended" => Standing::OnHold,
        "planned" | "draft" | "booked" | "proposed" | "intended" | "preparation" | "requested" | "pending"
        | "waitlist" | "scheduled" => Standing::Planned,
        "final" | "current" => Standing::Final,
        "preliminary" | "registered" | "partial" | "modified" | "specimen-in-process" => Standing::Preliminary,
        "amended" | "corrected" | "appended" => Standing::Amended,
        "entered-in-error" => Standing::EnteredInError,
        _ => Standing::Unknown,
    }
}

/// A status word as the standard spells it: some senders write `Entered in Error` or `NOT-DONE`.
pub fn status_word(word: &str) -> String {
    word.split([' ', '_']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// The coding by which a source says that an entry lost meaning in a transfer (GP2GP "transfer-degraded").
pub fn degraded(concept: &Concept) -> Option<&Coding> {
    concept.codings.iter().find(|c| {
        matches!(
            c.code.as_str(),
            "196461000000101"
                | "196471000000108"
                | "196421000000109"
                | "196411000000103"
                | "196451000000104"
                | "196431000000106"
                | "196441000000102"
        ) || is_read(&c.system)
            && matches!(
                c.code.trim_end_matches('.').get(..4),
                Some("9bJ0" | "9bJ1" | "9bJ2" | "9bJ3" | "9bJ4" | "9bJ5")
            )
    })
}

fn is_read(system: &str) -> bool {
    let s = system.to_ascii_lowercase();
    s.contains("read") || s.contains("2.16.840.1.113883.2.1.6.2") || s.contains("2.16.840.1.113883.2.1.3.2.4.14")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::record::system;

    #[test]
    fn degraded_codes_are_told() {
        let concept = |system: &str, code: &str| Concept {
            text: String::new(),
            codings: vec![Coding { system: system.into(), code: code.into(), display: String::new() }],
        };
        assert!(degraded(&concept(system::SNOMED, "196461000000101")).is_some());
        assert!(degraded(&concept("http://read.info/readv2", "9bJ0.")).is_some());
        assert!(degraded(&concept(system::SNOMED, "9bJ0.")).is_none());
    }
}
