//! Words for the values of the pages: flags, groups, marks, labels.

use super::{describe, values as v};
use crate::app::wire::{Looks, Refusal};
use crate::record::{DocumentKind, Field, Kind, LETTER, PartialDate, Said, Section};
use crate::view::audience::Audience;
use crate::view::clinician;
use crate::view::entry::Label;
use crate::view::medicines::{Changed, Mark};
use crate::view::section::GroupKind;
use crate::view::sensitive::Set;
use crate::view::{Against, Described, Flagging, LabFlag, Row};

/// What is said of a result: the lab's own flag first; the range only where the lab is silent, but for a range in another
/// unit, which is always told. `None` if nothing is.
pub fn flag(flagging: &Flagging) -> Option<String> {
    let said = own_flag(flagging);
    match flagging.range {
        Against::OtherUnit => {
            Some(said.into_iter().chain([v::range_other_unit().to_owned()]).collect::<Vec<_>>().join(" · "))
        }
        _ => said,
    }
}

fn own_flag(flagging: &Flagging) -> Option<String> {
    let lab = flagging.lab_test;
    let one = |of_lab: fn() -> &'static str, of_file: fn() -> &'static str| if lab { of_lab() } else { of_file() };
    let own = match flagging.lab {
        LabFlag::None => {
            return match flagging.range {
                Against::NotCompared | Against::OtherUnit => None,
                Against::Below => Some(one(v::range_below, v::file_range_below).to_owned()),
                Against::Within => Some(one(v::range_within, v::file_range_within).to_owned()),
                Against::Above => Some(one(v::range_above, v::file_range_above).to_owned()),
            };
        }
        LabFlag::Normal => one(v::flag_normal, v::file_flag_normal),
        LabFlag::Low => one(v::flag_low, v::file_flag_low),
        LabFlag::CriticallyLow => one(v::flag_critically_low, v::file_flag_critically_low),
        LabFlag::High => one(v::flag_high, v::file_flag_high),
        LabFlag::CriticallyHigh => one(v::flag_critically_high, v::file_flag_critically_high),
        LabFlag::Abnormal => one(v::flag_abnormal, v::file_flag_abnormal),
        LabFlag::CriticallyAbnormal => one(v::flag_critically_abnormal, v::file_flag_critically_abnormal),
        LabFlag::Other if lab => return Some(v::flag_other(&flagging.words)),
        LabFlag::Other => return Some(v::file_flag_other(&flagging.words)),
    };
    Some(own.to_owned())
}

/// The name of a reference range: a laboratory's, or only the file's.
pub fn range_name(lab_test: bool) -> &'static str {
    if lab_test { super::line::range() } else { super::line::range_file() }
}

/// True if the flag asks for a second look: anything but normal or within.
pub fn flag_stands_out(flagging: &Flagging) -> bool {
    if flagging.range == Against::OtherUnit {
        return true;
    }
    match flagging.lab {
        LabFlag::None => matches!(flagging.range, Against::Below | Against::Above),
        LabFlag::Normal | LabFlag::Other => false,
        _ => true,
    }
}

/// What the rows of a group have in common, in the words of their section.
pub fn group(kind: GroupKind, section: Section) -> &'static str {
    match (kind, section) {
        (GroupKind::Words, _) => v::group_words(),
        (GroupKind::Degraded, _) => v::group_degraded(),
        (GroupKind::Now, Section::Medications) => v::group_taken(),
        (GroupKind::Now, _) => v::group_now(),
        (GroupKind::Unclear, _) => v::group_unclear(),
        (GroupKind::Planned, _) => v::group_planned(),
        (GroupKind::Past, Section::Medications) => v::group_stopped(),
        (GroupKind::Past, _) => v::group_past(),
        (GroupKind::Negative, Section::Immunizations) => v::group_not_given(),
        (GroupKind::Negative, _) => v::group_negative(),
        (GroupKind::Future, _) => v::group_future(),
        (GroupKind::All, Section::Immunizations) => v::group_given(),
        (GroupKind::All, _) => v::group_all(),
    }
}

/// How sources compare about one medicine.
pub fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::OneSource => v::mark_one_source(),
        Mark::Same => v::mark_same(),
        Mark::OnlyHere => v::mark_only_here(),
        Mark::Differs => v::mark_differs(),
        Mark::StoppedHereActiveThere => v::mark_stopped_here(),
    }
}

/// What happened to a medicine.
pub fn changed(changed: Changed) -> &'static str {
    match changed {
        Changed::Started => v::change_started(),
        Changed::Stopped => v::change_stopped(),
        Changed::Changed => v::change_changed(),
    }
}

/// A field about which sources disagree.
pub fn field(field: Field) -> &'static str {
    match field {
        Field::Date => v::label_date(),
        Field::End => v::label_end(),
        Field::Standing => v::label_status(),
        Field::Polarity => v::label_polarity(),
        Field::Value => v::label_value(),
        Field::Dose => v::label_dose(),
        Field::Severity => v::label_severity(),
        Field::Certainty => v::label_certainty(),
        Field::EnteredInError => v::label_in_error(),
    }
}

/// A kind of document that a person chose.
pub fn document_kind(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Letter => describe::kind_letter(),
        DocumentKind::DischargeSummary => describe::kind_discharge(),
        DocumentKind::Result => describe::kind_result(),
        DocumentKind::Prescription => describe::kind_prescription(),
        DocumentKind::Picture => describe::kind_picture(),
        DocumentKind::Other => describe::kind_other(),
    }
}

/// What the person said of a document, marked as theirs; `None` if nothing. `own`: the reader is whose record it is.
pub fn described(said: &Described, own: bool) -> Option<String> {
    let Described { title, date, kind, from } = said;
    let any = *title || *date || kind.is_some() || !from.is_empty();
    let mut parts: Vec<String> = kind.iter().map(|kind| document_kind(*kind).to_owned()).collect();
    parts.extend((!from.is_empty()).then(|| describe::from_whom(from)));
    parts.push(if own { describe::said_by_you() } else { describe::said_by_them() }.to_owned());
    any.then(|| parts.join(" · "))
}

/// What a line of an entry of this section is about: outside the laboratory a range and a flag are only the file's.
pub fn label_in(section: Section, label: &Label) -> String {
    match (section, label) {
        (Section::Results, _) => self::label(label),
        (_, Label::Range) => v::label_file_range().to_owned(),
        (_, Label::Flag) => v::label_file_flag().to_owned(),
        _ => self::label(label),
    }
}

/// What a line of an entry is about. A part by the source's words; an element that has no word of ours by FHIR's name.
pub fn label(label: &Label) -> String {
    match label {
        Label::Date => v::label_date(),
        Label::End => v::label_end(),
        Label::Recorded => v::label_recorded(),
        Label::Status => v::label_status(),
        Label::Certainty => v::label_certainty(),
        Label::Polarity => v::label_polarity(),
        Label::Value => v::label_value(),
        Label::Part(title) => return title.clone(),
        Label::Range => v::label_range(),
        Label::Flag => v::label_flag(),
        Label::Dose => v::label_dose(),
        Label::Reaction => v::label_reaction(),
        Label::Severity => v::label_severity(),
        Label::Category => v::label_category(),
        Label::Performer => v::label_performer(),
        Label::Custodian => v::label_custodian(),
        Label::Identifier => v::label_identifier(),
        Label::Note => v::label_note(),
        Label::Codes => v::label_codes(),
        Label::Degraded => v::label_degraded(),
        Label::SecurityLabel => v::label_security(),
        Label::Title => describe::title(),
        Label::DocumentKind => describe::kind(),
        Label::From => describe::from(),
        Label::Detail(name) => return detail(name),
    }
    .to_owned()
}

/// Another element, by FHIR's name.
fn detail(name: &str) -> String {
    worded(name).map_or_else(|| v::detail_other(name), str::to_owned)
}

/// Our words for an element, where it has any.
fn worded(name: &str) -> Option<&'static str> {
    Some(match name {
        "route" => v::detail_route(),
        "form" => v::detail_form(),
        "quantity" => v::detail_quantity(),
        "criticality" => v::detail_criticality(),
        "bodySite" => v::detail_body_site(),
        "lotNumber" => v::detail_lot_number(),
        "manufacturer" => v::detail_manufacturer(),
        "site" => v::detail_site(),
        "method" => v::detail_method(),
        "prescriptionType" => v::detail_prescription_type(),
        "lastIssueDate" => v::detail_last_issue(),
        "reviewDate" => v::detail_review(),
        "reasonCode" | "reason" | "reasonReference" => v::detail_reason(),
        "targetDisease" => v::detail_target_disease(),
        "expirationDate" => v::detail_expiration(),
        "problemSignificance" => v::detail_significance(),
        "orderedProduct" => v::detail_ordered_product(),
        "supplyStatus" | "dispenseStatus" => v::detail_supply_status(),
        "dispensedQuantity" => v::detail_dispensed(),
        "vehicle" => v::detail_vehicle(),
        "condition" => v::detail_condition(),
        "type" => v::detail_type(),
        "originalText" => v::detail_original(),
        "qualifier" => v::detail_qualifier(),
        "relationship" => v::detail_relationship(),
        "asNeeded" => v::detail_as_needed(),
        "location" => v::detail_location(),
        "patientInstruction" => v::detail_instruction(),
        "ingredient" => v::detail_ingredient(),
        "specimen" => v::detail_specimen(),
        "subject" => v::detail_subject(),
        "patientSays" => v::detail_patient_says(),
        LETTER => v::detail_letter(),
        "saidForPatient" => v::detail_said_for_patient(),
        "negationInd" => v::detail_negated(),
        "statusReason" => v::detail_status_reason(),
        "reaction" => v::label_reaction(),
        "value" => v::label_value(),
        "doseQuantity" => v::label_dose(),
        "doseNumber" => v::detail_dose_number(),
        "strength" => v::detail_strength(),
        "complication" => v::detail_complication(),
        "outcome" => v::detail_outcome(),
        "lastOccurrence" => v::detail_last_occurrence(),
        "taken" | "adherence" => v::detail_taken(),
        _ => return None,
    })
}

/// Elements that say how the source keeps its books, and nothing of the person's health. Whatever is not known to be one of
/// them is shown: a negation or a reaction must never be folded away because it has no words of ours.
const FORMAL: [&str; 33] = [
    "class",
    "contact",
    "daysSupply",
    "descriptionDisplay",
    "expectedSupplyDuration",
    "fileName",
    "fundingSource",
    "informationSource",
    "intent",
    "issues",
    "list",
    "locationAddress",
    "narrativeLink",
    "numberOfInstances",
    "numberOfRepeatsAllowed",
    "numberOfSeries",
    "observedOrHistorical",
    "orderControl",
    "period",
    "prescribingAgency",
    "prescriptionNumber",
    "primarySource",
    "programEligibility",
    "repeatNumber",
    "reportOrigin",
    "sourceVersion",
    "statusCode",
    "subId",
    "supplyType",
    "telecom",
    "topic",
    "validityPeriod.end",
    "validityPeriod.start",
];

/// True for what only the file's own format knows.
pub fn is_formal(label: &Label) -> bool {
    matches!(label, Label::Detail(name) if FORMAL.contains(&name.as_str()))
}

/// What was said under a label, for people: a date in words, a code for not knowing as that. Anything else as it is written.
pub fn said_text(label: &Label, text: &str) -> String {
    // FHIR's own codes, where the source gives them without words.
    if *label == Label::Category {
        return match text {
            "problem-list-item" => v::category_problem_list_item(),
            "encounter-diagnosis" => v::category_encounter_diagnosis(),
            "vital-signs" => super::terms::section_vital_signs(),
            "social-history" => super::terms::section_social_history(),
            _ => text,
        }
        .to_owned();
    }
    let Label::Detail(name) = label else { return text.to_owned() };
    if name == "taken" && matches!(text.to_ascii_lowercase().as_str(), "unk" | "unknown") {
        return v::not_known().to_owned();
    }
    if name == "asNeeded" && text == "true" {
        return super::terms::polarity_positive().to_owned();
    }
    // What the person says ends with the day on which they said so.
    if name == "patientSays"
        && let Some((said, day)) = text.strip_suffix(')').and_then(|t| t.rsplit_once(" ("))
        && let Some(known) = PartialDate::fhir(day).known
    {
        return format!("{said} ({})", super::say::said_on(&super::known_day(known)));
    }
    if !name.to_ascii_lowercase().ends_with("date") {
        return text.to_owned();
    }
    let date = PartialDate::fhir(text);
    let date = if date.known.is_some() { date } else { PartialDate::hl7(text) };
    date.known.map_or_else(|| text.to_owned(), super::known_day)
}

/// What a reader of a share is told of a letter: that it is not there, or that its words alone are; `None` where the row is
/// no letter.
pub fn letter_apart(row: &Row) -> Option<&'static str> {
    let words = row.more.iter().any(|(label, _)| matches!(label, Label::Detail(name) if name == LETTER));
    match (words, &row.kind) {
        (true, _) => Some(super::line::letter_words()),
        (false, Kind::DocumentReference) => Some(super::line::letter_apart()),
        (false, _) => None,
    }
}

/// What was said under each label, the labels in the order in which they first stand: what people should read, or what
/// only the file's own format knows.
pub fn grouped(said: &[(Label, String)], formal: bool) -> Vec<(String, Vec<String>)> {
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for (name, text) in said {
        if is_formal(name) != formal {
            continue;
        }
        let (name, text) = (label(name), &said_text(name, text));
        match out.iter_mut().find(|(n, _)| *n == name) {
            Some((_, all)) => all.push(text.clone()),
            None => out.push((name, vec![text.clone()])),
        }
    }
    out
}

/// Why a share was made, to its reader: a code of HL7 v3-PurposeOfUse. An unknown code is shown as it is.
pub fn purpose(code: &str) -> String {
    match code {
        "TREAT" => v::purpose_treat(),
        "ETREAT" => v::purpose_etreat(),
        "CAREMGT" => v::purpose_caremgt(),
        "PATRQT" => v::purpose_patrqt(),
        "FAMRQT" => v::purpose_famrqt(),
        "COVERAGE" => v::purpose_coverage(),
        "HRESCH" => v::purpose_hresch(),
        "" => v::purpose_none(),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// The same, to the person who chooses it.
pub fn own_purpose(code: &str) -> String {
    match code {
        "PATRQT" => v::own_purpose_patrqt().to_owned(),
        other => purpose(other),
    }
}

/// For whom people mostly share.
pub fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Gp => super::share::for_gp(),
        Audience::Hospital => super::share::for_hospital(),
        Audience::Emergency => super::share::for_emergency(),
        Audience::Pharmacist => super::share::for_pharmacist(),
        Audience::Dentist => super::share::for_dentist(),
        Audience::School => super::share::for_school(),
        Audience::CareHome => super::share::for_care_home(),
        Audience::Other => super::share::for_other(),
    }
}

/// For whom a share is, as it says itself: it travels in the language of whoever made it. One of the usual is told in the
/// reader's; a name is a name.
pub fn audience_said(said: &str) -> String {
    let here = super::lang();
    let usual = Audience::ALL.into_iter().filter(|a| *a != Audience::Other);
    let mut known =
        usual.filter(|known| [here, here.other()].iter().any(|l| super::in_lang(*l, || audience(*known)) == said));
    known.next().map_or_else(|| said.to_owned(), |known| audience(known).to_owned())
}

/// A set of what may be sensitive.
pub fn sensitive(set: Set) -> &'static str {
    match set {
        Set::AssistedConception => v::set_assisted_conception(),
        Set::SexualInfectionAndHiv => v::set_sexual_infection(),
        Set::Termination => v::set_termination(),
        Set::GenderIdentity => v::set_gender_identity(),
        Set::MentalHealth => v::set_mental_health(),
        Set::SexualHealth => v::set_sexual_health(),
        Set::Abuse => v::set_abuse(),
        Set::SubstanceUse => v::set_substance_use(),
        Set::Own => v::set_own(),
    }
}

/// What a person says of an entry, as they choose it. `own`: they are whose record it is.
pub fn said(said: Said, own: bool) -> &'static str {
    use super::say;
    match said {
        Said::Note => say::note(),
        Said::Wrong => say::wrong(),
        Said::NotTaking if own => say::not_taking(),
        Said::NotTaking => say::not_taken(),
        Said::Private => say::private(),
        Said::Off => say::off(),
    }
}

/// How much of a section was shared, in the patient's own signed words.
pub fn completeness(label: clinician::Label) -> String {
    match label {
        clinician::Label::InFull(n) => v::label_in_full(n.into()),
        clinician::Label::Selected => v::label_selected().to_owned(),
        clinician::Label::NotShared => v::label_not_shared().to_owned(),
        clinician::Label::Declined => v::label_declined().to_owned(),
        clinician::Label::NothingHeld => v::label_nothing_held().to_owned(),
    }
}

/// Why a code is refused, and what to do. Moments are given as words of the reader's clock.
pub fn refusal(refusal: &Refusal, moment: impl Fn(&str) -> String) -> (String, &'static str) {
    use super::refusal as r;
    let (what, then) = match refusal {
        Refusal::NotOurs { looks } => (looks_like(*looks), r::not_ours_then()),
        Refusal::Altered => (r::altered(), r::altered_then()),
        Refusal::Newer => (r::newer(), r::newer_then()),
        Refusal::Expired { at } => return (r::expired(&moment(at)), r::expired_then()),
        Refusal::NotYet { at } => return (r::not_yet(&moment(at)), r::not_yet_then()),
        Refusal::ClocksDiffer { at } => return (r::clocks_differ(&moment(at)), r::clocks_differ_then()),
        Refusal::OtherReader => (r::other_reader(), r::other_reader_then()),
        Refusal::Used => (r::used(), r::used_then()),
        Refusal::BadSignature => (r::bad_signature(), r::bad_signature_then()),
        Refusal::TooLarge => (r::too_large(), r::too_large_then()),
        Refusal::WrongKind => (r::wrong_kind(), r::wrong_kind_then()),
        Refusal::Mixed => (r::mixed(), r::mixed_then()),
        Refusal::SeveralPeople => (r::several_people(), r::several_people_then()),
    };
    (what.to_owned(), then)
}

fn looks_like(looks: Looks) -> &'static str {
    use super::refusal as r;
    match looks {
        Looks::WebAddress => r::looks_web_address(),
        Looks::SmartHealthCard => r::looks_health_card(),
        Looks::SmartHealthLink => r::looks_health_link(),
        Looks::EuCertificate => r::looks_eu_certificate(),
        Looks::Other => r::looks_other(),
    }
}
