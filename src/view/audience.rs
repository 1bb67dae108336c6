//! For whom people mostly share, and what each of them usually needs. A set to begin with: the person adds and leaves
//! out as they like, and what may be private starts closed.

use std::collections::BTreeSet;

use super::choose::Choose;
use super::{Row, section::GroupKind};
use crate::record::Section;

/// For whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// The person's own surgery, or a new one.
    #[default]
    Gp,
    /// A hospital or clinic.
    Hospital,
    /// Accident and emergency, an ambulance.
    Emergency,
    /// A pharmacist.
    Pharmacist,
    /// A dentist.
    Dentist,
    /// A school or nursery.
    School,
    /// A care home, or carers who come to the house.
    CareHome,
    /// Somebody else, in the person's words.
    Other,
}

impl Audience {
    /// All, in the order in which they are offered.
    pub const ALL: [Audience; 8] = [
        Audience::Gp,
        Audience::Hospital,
        Audience::Emergency,
        Audience::Pharmacist,
        Audience::Dentist,
        Audience::School,
        Audience::CareHome,
        Audience::Other,
    ];

    /// A stable name, under which the last choices are remembered.
    pub fn slug(self) -> &'static str {
        match self {
            Audience::Gp => "gp",
            Audience::Hospital => "hospital",
            Audience::Emergency => "emergency",
            Audience::Pharmacist => "pharmacist",
            Audience::Dentist => "dentist",
            Audience::School => "school",
            Audience::CareHome => "care-home",
            Audience::Other => "other",
        }
    }

    /// The usual set of sections for it, until the person chose otherwise. Whoever is shown the health problems is shown
    /// the other findings too: a pacemaker may be noted there alone.
    pub fn usual(self) -> Vec<Section> {
        use Section::*;
        // What nobody who treats a person may miss, in A&E as anywhere.
        let urgent =
            [Allergies, Alerts, Medications, Problems, Findings, Results, MedicalDevices, Pregnancy, AdvanceDirectives];
        match self {
            Audience::Gp => Section::ALL.to_vec(),
            Audience::Emergency => urgent.to_vec(),
            Audience::Hospital => [urgent.as_slice(), &[Procedures, PastIllness, Documents]].concat(),
            Audience::Pharmacist => vec![Allergies, Alerts, Medications],
            Audience::Dentist => vec![Allergies, Alerts, Medications, Problems, Findings, MedicalDevices, Pregnancy],
            // What illness a child has the school need not know; who wants it to, ticks it.
            Audience::School => vec![Allergies, Alerts, Medications, Immunizations, PlanOfCare],
            Audience::CareHome => vec![
                Allergies,
                Alerts,
                Medications,
                Problems,
                Findings,
                Immunizations,
                MedicalDevices,
                FunctionalStatus,
                PlanOfCare,
                AdvanceDirectives,
            ],
            Audience::Other => vec![Allergies, Medications],
        }
    }

    /// Minutes until it ends, to begin with: a night in A&E is not over in an hour.
    pub fn minutes(self) -> u32 {
        match self {
            Audience::Emergency => 24 * 60,
            _ => 60,
        }
    }

    /// Why, as a code of v3-PurposeOfUse.
    pub fn purpose(self) -> &'static str {
        match self {
            Audience::Emergency => "ETREAT",
            Audience::School | Audience::CareHome => "CAREMGT",
            Audience::Other => "PATRQT",
            _ => "TREAT",
        }
    }

    /// The items of these sections to begin with. Sensitive sets stay closed. In an emergency nobody asks for what ended
    /// over a year ago, or for older results; who looks after somebody day by day needs what is so now.
    pub fn items(self, choices: &Choose, sections: &[Section]) -> BTreeSet<String> {
        let old = |row: &Row| row.end.as_ref().or(row.date.as_ref()).and_then(|d| d.days_ago).is_some_and(|n| n > YEAR);
        let measured = |row: &Row| matches!(row.section, Section::Results | Section::VitalSigns);
        let past = |row: &Row| row.group == GroupKind::Past && !row.disagree && row.section != Section::Allergies;
        let wanted = |row: &Row| match self {
            Audience::Emergency => !(old(row) && (measured(row) || past(row))),
            Audience::School | Audience::CareHome => !past(row),
            _ => true,
        };
        of_sections(choices, sections, wanted)
    }
}

const YEAR: i32 = 365;

/// The items of these sections, all but what may be private.
pub fn of_sections(choices: &Choose, sections: &[Section], wanted: impl Fn(&Row) -> bool) -> BTreeSet<String> {
    let parts = choices.sections.iter().filter(|part| sections.contains(&part.section));
    let open = parts.flat_map(|part| &part.items).filter(|item| item.sets.is_empty());
    open.map(|item| &item.row).filter(|row| wanted(row)).map(|row| row.id.clone()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    /// Which of these the usual set of an audience has.
    fn check(audience: Audience, among: &[Section], expected: &[Section]) {
        let usual = audience.usual();
        let has: Vec<Section> = among.iter().copied().filter(|s| usual.contains(s)).collect();
        assert_eq!(has, expected, "{audience:?}");
    }

    #[test]
    fn everybody_is_shown_the_allergies_the_alerts_and_the_medicines() {
        use Section::*;
        for audience in Audience::ALL.into_iter().filter(|a| *a != Audience::Other) {
            check(audience, &[Allergies, Alerts, Medications], &[Allergies, Alerts, Medications]);
        }
        check(Audience::Other, &[Allergies, Medications], &[Allergies, Medications]);
    }

    #[test]
    fn who_is_shown_the_problems_is_shown_what_is_only_noted_too() {
        for audience in Audience::ALL {
            let usual = audience.usual();
            assert_eq!(
                usual.contains(&Section::Problems),
                usual.contains(&Section::Findings),
                "{audience:?}: a pacemaker in situ may stand there alone"
            );
        }
    }

    #[test]
    fn notes_letters_and_the_persons_own_affairs_go_to_no_school() {
        use Section::*;
        let private = [Problems, Findings, Results, Notes, Documents, SocialHistory, FamilyHistory, Encounters];
        check(Audience::School, &private, &[]);
        check(Audience::School, &[Immunizations, PlanOfCare], &[Immunizations, PlanOfCare]);
        // What was written down at visits goes to the surgery alone, unless it is ticked.
        for audience in Audience::ALL {
            check(audience, &[Notes], if audience == Audience::Gp { &[Notes] } else { &[] });
        }
    }

    #[test]
    fn a_care_home_is_shown_what_daily_care_needs() {
        use Section::*;
        let daily = [Problems, MedicalDevices, FunctionalStatus, PlanOfCare, AdvanceDirectives, Immunizations];
        check(Audience::CareHome, &daily, &daily);
    }

    #[test]
    fn each_audience_has_a_name_of_its_own_to_be_remembered_by() {
        let slugs: BTreeSet<&str> = Audience::ALL.iter().map(|a| a.slug()).collect();
        assert_eq!(slugs.len(), Audience::ALL.len());
    }
}
