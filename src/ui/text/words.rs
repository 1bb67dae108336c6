//! Words for the values of the record: each value of an enum has its own, and a date is never read the wrong way round.

use super::terms;
use crate::record::{
    IssueCode, Known, Nothing, Origin, Outcome, PartialDate, Polarity, Section, Severity, Sex, Standing, TimeOfDay,
};

/// The name of a section.
pub fn section(section: Section) -> &'static str {
    match section {
        Section::Allergies => terms::section_allergies(),
        Section::Medications => terms::section_medications(),
        Section::Problems => terms::section_problems(),
        Section::Immunizations => terms::section_immunizations(),
        Section::Results => terms::section_results(),
        Section::Procedures => terms::section_procedures(),
        Section::MedicalDevices => terms::section_medical_devices(),
        Section::VitalSigns => terms::section_vital_signs(),
        Section::PastIllness => terms::section_past_illness(),
        Section::FunctionalStatus => terms::section_functional_status(),
        Section::PlanOfCare => terms::section_plan_of_care(),
        Section::SocialHistory => terms::section_social_history(),
        Section::Pregnancy => terms::section_pregnancy(),
        Section::AdvanceDirectives => terms::section_advance_directives(),
        Section::Alerts => terms::section_alerts(),
        Section::PatientStory => terms::section_patient_story(),
        Section::Encounters => terms::section_encounters(),
        Section::Documents => terms::section_documents(),
        Section::FamilyHistory => terms::section_family_history(),
        Section::LegalInformation => terms::section_legal_information(),
        Section::AboutMe => terms::section_about_me(),
    }
}

/// What a statement says of its subject.
pub fn polarity(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Positive => terms::polarity_positive(),
        Polarity::Negated => terms::polarity_negated(),
        Polarity::Refuted => terms::polarity_refuted(),
        Polarity::NotDone => terms::polarity_not_done(),
        Polarity::NotTaken => terms::polarity_not_taken(),
        Polarity::DoNotPerform => terms::polarity_do_not_perform(),
        Polarity::NoneKnown => terms::polarity_none_known(),
        Polarity::Unknown => terms::polarity_unknown(),
    }
}

/// What a status means.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => terms::standing_active(),
        Standing::Ended => terms::standing_ended(),
        Standing::Stopped => terms::standing_stopped(),
        Standing::OnHold => terms::standing_on_hold(),
        Standing::Planned => terms::standing_planned(),
        Standing::Final => terms::standing_final(),
        Standing::Preliminary => terms::standing_preliminary(),
        Standing::Amended => terms::standing_amended(),
        Standing::EnteredInError => terms::standing_entered_in_error(),
        Standing::Unknown => terms::standing_unknown(),
    }
}

/// What a source says about having nothing; `None` means that it says nothing at all.
pub fn nothing(nothing: Option<Nothing>) -> &'static str {
    match nothing {
        None => terms::nothing_absent(),
        Some(Nothing::NoneKnown) => terms::nothing_none_known(),
        Some(Nothing::Unavailable) => terms::nothing_unavailable(),
        Some(Nothing::NotUnderstood) => terms::nothing_not_understood(),
        Some(Nothing::EmptySection) => terms::nothing_empty_section(),
        Some(Nothing::NarrativeOnly) => terms::nothing_narrative_only(),
    }
}

/// Who vouches for an entry, as a sentence.
pub fn trust(origin: Origin) -> &'static str {
    match origin {
        Origin::File => terms::trust_file(),
        Origin::Person => terms::trust_person(),
        Origin::Share => terms::trust_share(),
        Origin::SignedTrusted => terms::trust_signed_trusted(),
        Origin::SignedUnknown => terms::trust_signed_unknown(),
    }
}

/// Who vouches for an entry, in a word or two; stands beside [`trust`], never alone.
pub fn trust_short(origin: Origin) -> &'static str {
    match origin {
        Origin::File => terms::trust_file_short(),
        Origin::Person => terms::trust_person_short(),
        Origin::Share => terms::trust_share_short(),
        Origin::SignedTrusted => terms::trust_signed_trusted_short(),
        Origin::SignedUnknown => terms::trust_signed_unknown_short(),
    }
}

/// Administrative sex.
pub fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => terms::sex_female(),
        Sex::Male => terms::sex_male(),
        Sex::Other => terms::sex_other(),
        Sex::Unknown => terms::sex_unknown(),
    }
}

/// How much an issue matters.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Information => terms::severity_information(),
        Severity::Warning => terms::severity_warning(),
        Severity::Error => terms::severity_error(),
    }
}

/// What became of a piece of the original.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Shown => terms::outcome_shown(),
        Outcome::Kept => terms::outcome_kept(),
        Outcome::NotUnderstood => terms::outcome_not_understood(),
    }
}

/// "From …"; a source without a name says so.
pub fn source(name: &str) -> String {
    terms::source(if name.is_empty() { terms::source_unnamed() } else { name })
}

/// The mark of an entry that lost meaning in a transfer.
pub fn degraded() -> &'static str {
    terms::degraded()
}

/// What was odd, as a sentence.
pub fn issue(code: IssueCode) -> &'static str {
    match code {
        IssueCode::UnknownType => super::issue::unknown_type(),
        IssueCode::NotAnObject => super::issue::not_an_object(),
        IssueCode::DuplicateKey => super::issue::duplicate_key(),
        IssueCode::DuplicateId => super::issue::duplicate_id(),
        IssueCode::MissingElement => super::issue::missing_element(),
        IssueCode::BadDate => super::issue::bad_date(),
        IssueCode::BadNumber => super::issue::bad_number(),
        IssueCode::UnknownCode => super::issue::unknown_code(),
        IssueCode::CodeWithoutName => super::issue::code_without_name(),
        IssueCode::DanglingReference => super::issue::dangling_reference(),
        IssueCode::BadAttachment => super::issue::bad_attachment(),
        IssueCode::AttachmentElsewhere => super::issue::attachment_elsewhere(),
        IssueCode::NarrativeOnly => super::issue::narrative_only(),
        IssueCode::BadEncoding => super::issue::bad_encoding(),
        IssueCode::UnknownModifier => super::issue::unknown_modifier(),
        IssueCode::BadNhsNumber => super::issue::bad_nhs_number(),
        IssueCode::OtherSubject => super::issue::other_subject(),
        IssueCode::SeveralPeople => super::issue::several_people(),
        IssueCode::NoPerson => super::issue::no_person(),
        IssueCode::ConfidentialItems => super::issue::confidential_items(),
        IssueCode::DataInTransit => super::issue::data_in_transit(),
        IssueCode::DataAwaitingFiling => super::issue::data_awaiting_filing(),
        IssueCode::Degraded => super::issue::degraded(),
        IssueCode::UnitTrouble => super::issue::unit_trouble(),
        IssueCode::UnsafeNarrative => super::issue::unsafe_narrative(),
        IssueCode::BeyondLimits => super::issue::beyond_limits(),
        IssueCode::EnteredInError => super::issue::entered_in_error(),
        IssueCode::FutureDate => super::issue::future_date(),
        IssueCode::OtherVersion => super::issue::other_version(),
    }
}

/// The name of a month, 1..=12; empty for any other number.
pub fn month(number: u8) -> &'static str {
    match number {
        1 => super::date::month_1(),
        2 => super::date::month_2(),
        3 => super::date::month_3(),
        4 => super::date::month_4(),
        5 => super::date::month_5(),
        6 => super::date::month_6(),
        7 => super::date::month_7(),
        8 => super::date::month_8(),
        9 => super::date::month_9(),
        10 => super::date::month_10(),
        11 => super::date::month_11(),
        12 => super::date::month_12(),
        _ => "",
    }
}

/// `3 March 2019`, `March 2019`, `2019`, or the source's own characters where they are no date. Without the time.
pub fn date(date: &PartialDate) -> String {
    match date.known {
        Some(known) => day(known),
        None if date.text.trim().is_empty() => super::date::none().to_owned(),
        None => super::date::not_a_date(date.text.trim()),
    }
}

/// The same for a date that may be missing.
pub fn date_or_none(date: Option<&PartialDate>) -> String {
    date.map_or_else(|| super::date::none().to_owned(), self::date)
}

/// `3 March 2019 at 10:30`: the wall clock as the source wrote it, never shifted.
pub fn moment(date: &PartialDate) -> String {
    match date.known.and_then(|k| k.time) {
        Some(TimeOfDay { hour, minute, .. }) => {
            super::date::moment(&self::date(date), &format!("{hour:02}:{minute:02}"))
        }
        None => self::date(date),
    }
}

/// The day, month or year that is known.
pub fn day(known: Known) -> String {
    let year = known.year.to_string();
    match (known.month, known.day) {
        (Some(m), Some(day)) => super::date::day(&day.to_string(), month(m), &year),
        (Some(m), None) => super::date::month(month(m), &year),
        _ => year,
    }
}

/// "as of 3 March 2019".
pub fn as_of(date: &PartialDate) -> String {
    super::date::as_of(&self::date(date))
}

/// "Born 3 March 1951".
pub fn born(date: &PartialDate) -> String {
    super::date::born(&self::date(date))
}

/// How old somebody is on a day, in years; in months below two years, in days below two months. `None` where the
/// birth date is not known to the day or lies later.
pub fn age(birth: &PartialDate, today: Known) -> Option<String> {
    let born = birth.known?;
    let (m, day) = (i32::from(born.month?), i32::from(born.day?));
    let (tm, td) = (i32::from(today.month?), i32::from(today.day?));
    let months = (i32::from(today.year) - i32::from(born.year)) * 12 + tm - m - i32::from(td < day);
    let n = u64::try_from(months).ok()?;
    Some(match n {
        24.. => super::date::years(n / 12),
        2.. => super::date::months(n),
        _ => super::date::days(u64::try_from(td - day + if tm == m { 0 } else { days_of(born.year, m) }).ok()?),
    })
}

/// Days of a month, 1..=12, of the Gregorian calendar.
fn days_of(year: i16, month: i32) -> i32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::super::{Lang, set_lang};
    use super::*;

    fn check(text: &str, en: &str, cy: &str) {
        let value = PartialDate::fhir(text);
        assert_eq!(moment(&value), en);
        set_lang(Lang::Cy);
        assert_eq!(moment(&value), cy);
        set_lang(Lang::En);
    }

    #[test]
    fn dates_stay_as_partial_as_they_are() {
        check("2019-03-03", "3 March 2019", "3 Mawrth 2019");
        check("2019-03", "March 2019", "Mawrth 2019");
        check("2019", "2019", "2019");
        check("2019-03-03T23:30:00-05:00", "3 March 2019 at 23:30", "3 Mawrth 2019 am 23:30");
        check("1961-04-93", "date written as “1961-04-93”", "dyddiad wedi’i ysgrifennu fel “1961-04-93”");
    }

    #[test]
    fn ages_are_told_as_people_tell_them() {
        let today = PartialDate::fhir("2026-11-22").known.unwrap();
        let age = |born: &str| age(&PartialDate::fhir(born), today);
        assert_eq!(age("1951-03-03").as_deref(), Some("75 years old"));
        assert_eq!(age("1951-11-23").as_deref(), Some("74 years old"));
        assert_eq!(age("2025-10-22").as_deref(), Some("13 months old"));
        assert_eq!(age("2026-10-31").as_deref(), Some("22 days old"));
        assert_eq!(age("2026-11-21").as_deref(), Some("1 day old"));
        assert_eq!(age("1951-03"), None);
        assert_eq!(age("2030-01-01"), None);
    }
}
