//! Every way in which a source says *no*, *none*, *ruled out*, *not done*, *never should have been written* or *not
//! known*, in every format, and what it is read as: one row a saying, one line a format.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::ops::ControlFlow;

use tessera::import;
use tessera::record::Polarity::{
    self, DoNotPerform, Negated, NoneKnown, NotDone, NotTaken, Positive, Refuted, Unknown,
};
use tessera::record::Standing::{self, Active, Amended, Ended, EnteredInError, Final, Planned, Preliminary, Stopped};
use tessera::record::{Entry, Kind, Nothing, Reading, Section, Value};

/// The formats, each with the frame in which a saying of it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// A resource of FHIR R4.
    R4,
    /// A resource of FHIR R4, in XML.
    R4Xml,
    /// A resource of FHIR R5, in a bundle that says so.
    R5,
    /// A resource of FHIR STU3.
    Stu3,
    /// A resource of FHIR DSTU2.
    Dstu2,
    /// A statement in a section of a clinical document: the section's code, a space, the statement.
    Cda,
    /// A statement in a composition of an extract.
    Gp2gp,
    /// A coded statement of a Summary Care Record.
    Scr,
    /// Segments after MSH and PID.
    V2,
}
use Format::*;

fn framed(format: Format, saying: &str) -> String {
    match format {
        R4 => saying.to_owned(),
        R4Xml => saying.replacen(' ', " xmlns=\"http://hl7.org/fhir\" ", 1),
        R5 => saying.replacen('{', r#"{"meta":{"profile":["http://hl7.org/fhir/5.0/StructureDefinition/x"]},"#, 1),
        Stu3 => {
            saying.replacen('{', r#"{"meta":{"profile":["https://fhir.hl7.org.uk/STU3/StructureDefinition/x"]},"#, 1)
        }
        Dstu2 => saying.replacen('{', r#"{"meta":{"profile":["http://hl7.org/fhir/DSTU2/x"]},"#, 1),
        Cda => {
            let (section, statement) = saying.split_once(' ').unwrap();
            format!(
                r#"<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><component><structuredBody><component><section>
                <code code="{section}" codeSystem="2.16.840.1.113883.6.1"/><entry>{statement}</entry></section></component></structuredBody></component></ClinicalDocument>"#
            )
        }
        Gp2gp => format!(
            r#"<EhrExtract xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><component><ehrFolder><component><ehrComposition>
            <code code="196401000000100" codeSystem="2.16.840.1.113883.2.1.3.2.4.15"/><component>{saying}</component></ehrComposition></component></ehrFolder></component></EhrExtract>"#
        ),
        Scr => format!(
            r#"<GPSummary xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><pertinentInformation2><pertinentCREType><component>{saying}</component></pertinentCREType></pertinentInformation2></GPSummary>"#
        ),
        V2 => format!("MSH|^~\\&|A|B|C|D|20240101||ORU^R01|1|P|2.5.1\rPID|1||1||X^Y\r{saying}\r"),
    }
}

fn read(format: Format, saying: &str) -> Reading {
    let text = framed(format, saying);
    let delivery = import::open(text.as_bytes(), "", &mut |_| ControlFlow::Continue(()));
    let file = delivery.unwrap_or_else(|e| panic!("{format:?} {saying}: {e}")).files.remove(0);
    file.reading.unwrap()
}

/// The one entry of this kind.
fn entry(format: Format, kind: &Kind, saying: &str) -> Entry {
    let reading = read(format, saying);
    let found: Vec<&Entry> = reading.entries.iter().filter(|e| e.kind == *kind).collect();
    let all: Vec<String> = reading.entries.iter().map(|e| format!("{:?} {}", e.kind, e.title)).collect();
    let [one] = found[..] else { panic!("{format:?} {saying}: one {kind:?} in {all:?}") };
    one.clone()
}

/// A saying, and what each format's way of it is read as. All that differs is told at once.
fn check(says: &str, kind: Kind, ways: &[(Format, &str, Polarity, Standing)]) {
    let differ: Vec<String> = ways
        .iter()
        .filter_map(|(format, saying, polarity, standing)| {
            let found = entry(*format, &kind, saying);
            let (p, s) = (found.polarity, found.status.standing);
            ((p, s) != (*polarity, *standing))
                .then(|| format!("{format:?}: {p:?} {s:?}, not {polarity:?} {standing:?}: {saying}"))
        })
        .collect();
    assert!(differ.is_empty(), "{says}\n{}", differ.join("\n"));
}

// In this order: how it is said, what it says of its subject, how it stands.

#[test]
#[rustfmt::skip]
fn allergies() {
    use Kind::AllergyIntolerance as Allergy;
    check("it is so", Allergy, &[
        (R4,    r#"{"resourceType":"AllergyIntolerance","clinicalStatus":{"coding":[{"code":"active"}]},"code":{"text":"Peanut"}}"#, Positive, Active),
        (R4Xml, r#"<AllergyIntolerance ><clinicalStatus><coding><code value="active"/></coding></clinicalStatus><code><text value="Peanut"/></code></AllergyIntolerance>"#, Positive, Active),
        (Stu3,  r#"{"resourceType":"AllergyIntolerance","clinicalStatus":"active","verificationStatus":"confirmed","code":{"text":"Peanut"}}"#, Positive, Active),
        (Dstu2, r#"{"resourceType":"AllergyIntolerance","status":"active","substance":{"text":"Peanut"}}"#, Positive, Active),
        (Cda,   r#"48765-2 <observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.7"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><participant typeCode="CSM"><participantRole><playingEntity><code displayName="Peanut"/></playingEntity></participantRole></participant></observation>"#, Positive, UNSAID),
        (Gp2gp, r#"<CompoundStatement classCode="CATEGORY"><code code="SN53.00" codeSystem="2.16.840.1.113883.2.1.6.2"/><component><ObservationStatement><code displayName="Peanut allergy"/><statusCode code="COMPLETE"/></ObservationStatement></component></CompoundStatement>"#, Positive, UNSAID),
        (Scr,   r#"<UKCT_MT144053UK02.Allergy><code displayName="Peanut allergy"/><statusCode code="completed"/></UKCT_MT144053UK02.Allergy>"#, Positive, UNSAID),
        (V2,    "AL1|1|FA|^Peanut", Positive, UNSAID),
    ]);
    check("none is known", Allergy, &[
        (R4,    r#"{"resourceType":"AllergyIntolerance","code":{"coding":[{"system":"http://snomed.info/sct","code":"716186003"}]}}"#, NoneKnown, UNSAID),
        (R4,    r#"{"resourceType":"AllergyIntolerance","code":{"coding":[{"system":"http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips","code":"no-known-allergies"}]}}"#, NoneKnown, UNSAID),
        (R4Xml, r#"<AllergyIntolerance ><code><text value="No Known Allergies"/></code></AllergyIntolerance>"#, NoneKnown, UNSAID),
        (Stu3,  r#"{"resourceType":"AllergyIntolerance","clinicalStatus":"active","verificationStatus":"confirmed","code":{"coding":[{"system":"http://snomed.info/sct","code":"716186003"}]}}"#, NoneKnown, Active),
        (Dstu2, r#"{"resourceType":"AllergyIntolerance","status":"active","substance":{"text":"No known allergies"}}"#, NoneKnown, Active),
        (Cda,   r#"48765-2 <observation classCode="OBS" moodCode="EVN" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.7"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><value xsi:type="CD" code="419199007" codeSystem="2.16.840.1.113883.6.96" displayName="Allergy to substance"/><participant typeCode="CSM"><participantRole><playingEntity><code nullFlavor="NA"/></playingEntity></participantRole></participant></observation>"#, NoneKnown, UNSAID),
        (Gp2gp, r#"<ObservationStatement><code code="1151.00" codeSystem="2.16.840.1.113883.2.1.6.2" displayName="No known allergies"/><statusCode code="COMPLETE"/></ObservationStatement>"#, NoneKnown, UNSAID),
        (Scr,   r#"<UKCT_MT144053UK02.Allergy><code code="716186003" codeSystem="2.16.840.1.113883.2.1.3.2.4.15" displayName="No known allergy"/></UKCT_MT144053UK02.Allergy>"#, NoneKnown, UNSAID),
        (V2,    "AL1|1|DA|^No Known Allergies", NoneKnown, UNSAID),
    ]);
    check("it is not so", Allergy, &[
        (R4,    r#"{"resourceType":"AllergyIntolerance","verificationStatus":{"coding":[{"code":"refuted"}]},"code":{"text":"Peanut"}}"#, Refuted, UNSAID),
        (R4Xml, r#"<AllergyIntolerance ><verificationStatus><coding><code value="refuted"/></coding></verificationStatus><code><text value="Peanut"/></code></AllergyIntolerance>"#, Refuted, UNSAID),
        (Stu3,  r#"{"resourceType":"AllergyIntolerance","verificationStatus":"refuted","code":{"text":"Peanut"}}"#, Refuted, UNSAID),
        (Dstu2, r#"{"resourceType":"AllergyIntolerance","status":"refuted","substance":{"text":"Peanut"}}"#, Refuted, UNSAID),
        (Cda,   r#"48765-2 <observation classCode="OBS" moodCode="EVN" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.7"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><participant typeCode="CSM"><participantRole><playingEntity><code displayName="Peanut"/></playingEntity></participantRole></participant></observation>"#, Negated, UNSAID),
        (Gp2gp, r#"<CompoundStatement classCode="CATEGORY"><code code="SN53.00" codeSystem="2.16.840.1.113883.2.1.6.2"/><component><ObservationStatement negationInd="true"><code displayName="Peanut allergy"/></ObservationStatement></component></CompoundStatement>"#, Negated, UNSAID),
        (Scr,   r#"<UKCT_MT144053UK02.Allergy negationInd="true"><code displayName="Peanut allergy"/></UKCT_MT144053UK02.Allergy>"#, Negated, UNSAID),
    ]);
    check("none is known, said to be not so: what it means can't be known", Allergy, &[
        (R4,    r#"{"resourceType":"AllergyIntolerance","verificationStatus":{"coding":[{"code":"refuted"}]},"code":{"text":"No known allergies"}}"#, Unknown, UNSAID),
        (Gp2gp, r#"<ObservationStatement negationInd="true"><code code="716186003" codeSystem="2.16.840.1.113883.2.1.3.2.4.15" displayName="No known allergy"/></ObservationStatement>"#, Unknown, UNSAID),
        (Scr,   r#"<UKCT_MT144053UK02.Allergy negationInd="true"><code code="716186003" codeSystem="2.16.840.1.113883.2.1.3.2.4.15" displayName="No known allergy"/></UKCT_MT144053UK02.Allergy>"#, Unknown, UNSAID),
    ]);
    check("nothing is known about it", Allergy, &[
        (R4,    r#"{"resourceType":"AllergyIntolerance","code":{"coding":[{"system":"http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips","code":"no-allergy-info"}]}}"#, Unknown, UNSAID),
        (R4,    r#"{"resourceType":"AllergyIntolerance","code":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"UNK"}]}}"#, Unknown, UNSAID),
        (Gp2gp, r#"<CompoundStatement classCode="CATEGORY"><code code="SN53.00" codeSystem="2.16.840.1.113883.2.1.6.2"/><component><ObservationStatement><code nullFlavor="UNK"/></ObservationStatement></component></CompoundStatement>"#, Unknown, UNSAID),
        (Scr,   r#"<UKCT_MT144053UK02.Allergy><code nullFlavor="UNK"/></UKCT_MT144053UK02.Allergy>"#, Unknown, UNSAID),
    ]);
    check("it never should have been written", Allergy, &[
        (R4,    r#"{"resourceType":"AllergyIntolerance","verificationStatus":{"coding":[{"code":"entered-in-error"}]},"code":{"text":"Peanut"}}"#, Positive, EnteredInError),
        (R4Xml, r#"<AllergyIntolerance ><verificationStatus><coding><code value="entered-in-error"/></coding></verificationStatus><code><text value="Peanut"/></code></AllergyIntolerance>"#, Positive, EnteredInError),
        (Stu3,  r#"{"resourceType":"AllergyIntolerance","verificationStatus":"entered-in-error","code":{"text":"Peanut"}}"#, Positive, EnteredInError),
        (Dstu2, r#"{"resourceType":"AllergyIntolerance","status":"entered-in-error","substance":{"text":"Peanut"}}"#, Positive, EnteredInError),
        (Cda,   r#"48765-2 <observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.7"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="nullified"/><participant typeCode="CSM"><participantRole><playingEntity><code displayName="Peanut"/></playingEntity></participantRole></participant></observation>"#, Positive, EnteredInError),
        (Gp2gp, r#"<CompoundStatement classCode="CATEGORY"><code code="SN53.00" codeSystem="2.16.840.1.113883.2.1.6.2"/><component><ObservationStatement><code displayName="Peanut allergy"/><statusCode code="NULLIFIED"/></ObservationStatement></component></CompoundStatement>"#, Positive, EnteredInError),
        (Scr,   r#"<UKCT_MT144053UK02.Allergy><code displayName="Peanut allergy"/><statusCode code="nullified"/></UKCT_MT144053UK02.Allergy>"#, Positive, EnteredInError),
        (V2,    "IAM|1|FA|^Peanut||||||||||||||E", Positive, EnteredInError),
        (V2,    "IAM|1|FA|^Peanut|||D", Positive, EnteredInError),
    ]);
    check("it is over", Allergy, &[
        (R4,    r#"{"resourceType":"AllergyIntolerance","clinicalStatus":{"coding":[{"code":"resolved"}]},"code":{"text":"Peanut"}}"#, Positive, Ended),
        (Stu3,  r#"{"resourceType":"AllergyIntolerance","clinicalStatus":"resolved","code":{"text":"Peanut"}}"#, Positive, Ended),
        (Dstu2, r#"{"resourceType":"AllergyIntolerance","status":"resolved","substance":{"text":"Peanut"}}"#, Positive, Ended),
        (V2,    "IAM|1|FA|^Peanut||||||||||||||I", Positive, Ended),
    ]);
}

#[test]
#[rustfmt::skip]
fn problems() {
    use Kind::Condition as Problem;
    check("none is known", Problem, &[
        (R4,    r#"{"resourceType":"Condition","code":{"coding":[{"system":"http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips","code":"no-known-problems"}]}}"#, NoneKnown, UNSAID),
        (Stu3,  r#"{"resourceType":"Condition","code":{"text":"No known problems"}}"#, NoneKnown, UNSAID),
        (Cda,   r#"11450-4 <act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.3"/><code code="CONC"/><statusCode code="active"/><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><code code="55607006" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/><value xsi:type="CD" code="55607006" codeSystem="2.16.840.1.113883.6.96" displayName="Problem"/></observation></entryRelationship></act>"#, NoneKnown, Active),
        (Scr,   r#"<UKCT_MT144042UK01.Diagnosis><code displayName="No known problems"/></UKCT_MT144042UK01.Diagnosis>"#, NoneKnown, UNSAID),
    ]);
    check("it was thought so, and is not", Problem, &[
        (R4,    r#"{"resourceType":"Condition","verificationStatus":{"coding":[{"code":"refuted"}]},"code":{"text":"Asthma"}}"#, Refuted, UNSAID),
        (R4Xml, r#"<Condition ><verificationStatus><coding><code value="refuted"/></coding></verificationStatus><code><text value="Asthma"/></code></Condition>"#, Refuted, UNSAID),
        (Stu3,  r#"{"resourceType":"Condition","verificationStatus":"refuted","code":{"text":"Asthma"}}"#, Refuted, UNSAID),
        (Dstu2, r#"{"resourceType":"Condition","verificationStatus":"refuted","code":{"text":"Asthma"}}"#, Refuted, UNSAID),
        (Cda,   r#"11450-4 <act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.3"/><code code="CONC"/><statusCode code="active"/><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><code code="64572001" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/><value xsi:type="CD" code="195967001" codeSystem="2.16.840.1.113883.6.96" displayName="Asthma"/></observation></entryRelationship></act>"#, Negated, Active),
        (Scr,   r#"<UKCT_MT144042UK01.Diagnosis negationInd="true"><code displayName="Asthma"/><statusCode code="active"/></UKCT_MT144042UK01.Diagnosis>"#, Negated, Active),
    ]);
    check("it never should have been written", Problem, &[
        (R4,    r#"{"resourceType":"Condition","verificationStatus":{"coding":[{"code":"entered-in-error"}]},"code":{"text":"Asthma"}}"#, Positive, EnteredInError),
        (Stu3,  r#"{"resourceType":"Condition","verificationStatus":"entered-in-error","code":{"text":"Asthma"}}"#, Positive, EnteredInError),
        (Dstu2, r#"{"resourceType":"Condition","verificationStatus":"entered-in-error","code":{"text":"Asthma"}}"#, Positive, EnteredInError),
        (Cda,   r#"11450-4 <observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><code code="64572001" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="nullified"/><value xsi:type="CD" displayName="Asthma"/></observation>"#, Positive, EnteredInError),
        (Gp2gp, r#"<LinkSet><code code="394774009" codeSystem="2.16.840.1.113883.2.1.3.2.4.15" displayName="Active problem"/><statusCode code="NULLIFIED"/><conditionNamed><namedStatementRef><id root="A"/></namedStatementRef></conditionNamed></LinkSet>"#, Positive, EnteredInError),
        (Scr,   r#"<UKCT_MT144042UK01.Diagnosis><code displayName="Asthma"/><statusCode code="nullified"/></UKCT_MT144042UK01.Diagnosis>"#, Positive, EnteredInError),
        (V2,    "PRB|DE|20240101|^Asthma|1", Positive, EnteredInError),
    ]);
    check("it is over", Problem, &[
        (R4,    r#"{"resourceType":"Condition","clinicalStatus":{"coding":[{"code":"resolved"}]},"code":{"text":"Asthma"}}"#, Positive, Ended),
        (Stu3,  r#"{"resourceType":"Condition","clinicalStatus":"inactive","code":{"text":"Asthma"}}"#, Positive, Ended),
        (Gp2gp, r#"<LinkSet><code code="394775005" codeSystem="2.16.840.1.113883.2.1.3.2.4.15" displayName="Inactive problem"/><conditionNamed><namedStatementRef><id root="A"/></namedStatementRef></conditionNamed></LinkSet>"#, Positive, Ended),
    ]);
}

#[test]
#[rustfmt::skip]
fn medicines() {
    use Kind::MedicationStatement as Medicine;
    check("none is taken", Medicine, &[
        (R4,    r#"{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips","code":"no-known-medications"}]}}"#, NoneKnown, Active),
        (Stu3,  r#"{"resourceType":"MedicationStatement","status":"active","taken":"unk","medicationCodeableConcept":{"text":"No current medications"}}"#, NoneKnown, Active),
        (Cda,   r#"10160-0 <substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.16"/><statusCode code="completed"/><consumable><manufacturedProduct><manufacturedMaterial><code code="410942007" codeSystem="2.16.840.1.113883.6.96" displayName="Drug or medicament"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"#, NoneKnown, UNSAID),
    ]);
    check("it is not taken", Medicine, &[
        (R4,    r#"{"resourceType":"MedicationStatement","status":"not-taken","medicationCodeableConcept":{"text":"Aspirin"}}"#, NotTaken, Stopped),
        (R4Xml, r#"<MedicationStatement ><status value="not-taken"/><medicationCodeableConcept><text value="Aspirin"/></medicationCodeableConcept></MedicationStatement>"#, NotTaken, Stopped),
        (R5,    r#"{"resourceType":"MedicationStatement","status":"recorded","adherence":{"code":{"coding":[{"code":"not-taking"}]}},"medication":{"concept":{"text":"Aspirin"}}}"#, NotTaken, UNSAID),
        (Stu3,  r#"{"resourceType":"MedicationStatement","status":"active","taken":"n","medicationCodeableConcept":{"text":"Aspirin"}}"#, NotTaken, Active),
        (Dstu2, r#"{"resourceType":"MedicationStatement","status":"active","wasNotTaken":true,"medicationCodeableConcept":{"text":"Aspirin"}}"#, NotTaken, Active),
        (Cda,   r#"10160-0 <substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.16"/><statusCode code="completed"/><consumable><manufacturedProduct><manufacturedMaterial><code displayName="Aspirin"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"#, NotTaken, UNSAID),
    ]);
    check("it was stopped", Medicine, &[
        (R4,    r#"{"resourceType":"MedicationStatement","status":"stopped","medicationCodeableConcept":{"text":"Aspirin"}}"#, Positive, Stopped),
        (Cda,   r#"10160-0 <substanceAdministration classCode="SBADM" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.16"/><statusCode code="aborted"/><consumable><manufacturedProduct><manufacturedMaterial><code displayName="Aspirin"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"#, Positive, Stopped),
        (Gp2gp, r#"<MedicationStatement><consumable><manufacturedProduct><manufacturedMaterial><code displayName="Aspirin"/></manufacturedMaterial></manufacturedProduct></consumable><component><ehrSupplyAuthorise><id root="P"/><statusCode code="ACTIVE"/></ehrSupplyAuthorise></component><component><ehrSupplyDiscontinue><availabilityTime value="2020"/><reversalOf><priorMedicationRef><id root="P"/></priorMedicationRef></reversalOf></ehrSupplyDiscontinue></component></MedicationStatement>"#, Positive, Stopped),
    ]);
    check("it never should have been written", Medicine, &[
        (R4,    r#"{"resourceType":"MedicationStatement","status":"entered-in-error","medicationCodeableConcept":{"text":"Aspirin"}}"#, Positive, EnteredInError),
        (Stu3,  r#"{"resourceType":"MedicationStatement","status":"entered-in-error","taken":"unk","medicationCodeableConcept":{"text":"Aspirin"}}"#, Positive, EnteredInError),
        (Cda,   r#"10160-0 <substanceAdministration classCode="SBADM" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.16"/><statusCode code="nullified"/><consumable><manufacturedProduct><manufacturedMaterial><code displayName="Aspirin"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"#, Positive, EnteredInError),
        (Gp2gp, r#"<MedicationStatement><statusCode code="NULLIFIED"/><consumable><manufacturedProduct><manufacturedMaterial><code displayName="Aspirin"/></manufacturedMaterial></manufacturedProduct></consumable></MedicationStatement>"#, Positive, EnteredInError),
    ]);
    check("it is not known whether it is taken", Medicine, &[
        (R4,    r#"{"resourceType":"MedicationStatement","status":"unknown","medicationCodeableConcept":{"text":"Aspirin"}}"#, Positive, UNSAID),
        (Stu3,  r#"{"resourceType":"MedicationStatement","status":"active","taken":"unk","medicationCodeableConcept":{"text":"Aspirin"}}"#, Positive, Active),
        (Gp2gp, r#"<MedicationStatement><consumable><manufacturedProduct><manufacturedMaterial><code displayName="Aspirin"/></manufacturedMaterial></manufacturedProduct></consumable></MedicationStatement>"#, Positive, UNSAID),
    ]);
    use Kind::MedicationRequest as Order;
    check("it is not to be given", Order, &[
        (R4,    r#"{"resourceType":"MedicationRequest","status":"active","intent":"order","doNotPerform":true,"medicationCodeableConcept":{"text":"Aspirin"}}"#, DoNotPerform, Active),
        (R4Xml, r#"<MedicationRequest ><status value="active"/><doNotPerform value="true"/><medicationCodeableConcept><text value="Aspirin"/></medicationCodeableConcept></MedicationRequest>"#, DoNotPerform, Active),
        (Cda,   r#"10160-0 <substanceAdministration classCode="SBADM" moodCode="RQO" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.42"/><statusCode code="active"/><consumable><manufacturedProduct><manufacturedMaterial><code displayName="Aspirin"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"#, DoNotPerform, Planned),
    ]);
    check("an order that was stopped", Order, &[
        (R4,    r#"{"resourceType":"MedicationRequest","status":"stopped","intent":"order","medicationCodeableConcept":{"text":"Aspirin"}}"#, Positive, Stopped),
        (Dstu2, r#"{"resourceType":"MedicationOrder","status":"stopped","medicationCodeableConcept":{"text":"Aspirin"}}"#, Positive, Stopped),
        (Scr,   r#"<UKCT_MT144040UK01.DiscontinuedRepeatMedication><statusCode code="completed"/><consumable><manufacturedProduct><manufacturedManufacturedMaterial><code displayName="Aspirin"/></manufacturedManufacturedMaterial></manufacturedProduct></consumable></UKCT_MT144040UK01.DiscontinuedRepeatMedication>"#, Positive, Stopped),
        (V2,    "ORC|DC|1\rRXE|^^^20240101|^Aspirin|75||mg", Positive, Stopped),
    ]);
}

#[test]
#[rustfmt::skip]
fn vaccinations_and_procedures() {
    use Kind::Immunization as Vaccination;
    check("it was not given", Vaccination, &[
        (R4,    r#"{"resourceType":"Immunization","status":"not-done","vaccineCode":{"text":"Flu"}}"#, NotDone, Stopped),
        (R4Xml, r#"<Immunization ><status value="not-done"/><vaccineCode><text value="Flu"/></vaccineCode></Immunization>"#, NotDone, Stopped),
        (Stu3,  r#"{"resourceType":"Immunization","status":"completed","notGiven":true,"vaccineCode":{"text":"Flu"}}"#, NotDone, Stopped),
        (Dstu2, r#"{"resourceType":"Immunization","status":"completed","wasNotGiven":true,"vaccineCode":{"text":"Flu"}}"#, NotDone, Stopped),
        (Cda,   r#"11369-6 <substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.52"/><statusCode code="completed"/><consumable><manufacturedProduct><manufacturedMaterial><code displayName="Flu"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"#, NotDone, Stopped),
        (V2,    "ORC|RE\rRXA|0|1|20240101||88^Flu^CVX|999||||||||||||00^refused^NIP002||RE", NotDone, Stopped),
        (V2,    "ORC|RE\rRXA|0|1|20240101||88^Flu^CVX|999||||||||||||||NA", NotDone, Stopped),
        (Gp2gp, r#"<ObservationStatement negationInd="true"><code code="65E..00" codeSystem="2.16.840.1.113883.2.1.6.2" displayName="Flu"/></ObservationStatement>"#, NotDone, Stopped),
    ]);
    check("it never should have been written", Vaccination, &[
        (R4,    r#"{"resourceType":"Immunization","status":"entered-in-error","vaccineCode":{"text":"Flu"}}"#, Positive, EnteredInError),
        (Stu3,  r#"{"resourceType":"Immunization","status":"entered-in-error","vaccineCode":{"text":"Flu"}}"#, Positive, EnteredInError),
        (Cda,   r#"11369-6 <substanceAdministration classCode="SBADM" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.52"/><statusCode code="nullified"/><consumable><manufacturedProduct><manufacturedMaterial><code displayName="Flu"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"#, Positive, EnteredInError),
        (V2,    "ORC|RE\rRXA|0|1|20240101||88^Flu^CVX|999||||||||||||||CP|D", Positive, EnteredInError),
        (Gp2gp, r#"<ObservationStatement><code code="65E..00" codeSystem="2.16.840.1.113883.2.1.6.2" displayName="Flu"/><statusCode code="NULLIFIED"/></ObservationStatement>"#, Positive, EnteredInError),
    ]);
    use Kind::Procedure;
    check("it was not done", Procedure, &[
        (R4,    r#"{"resourceType":"Procedure","status":"not-done","code":{"text":"Biopsy"}}"#, NotDone, Stopped),
        (Stu3,  r#"{"resourceType":"Procedure","status":"completed","notDone":true,"code":{"text":"Biopsy"}}"#, NotDone, Stopped),
        (Dstu2, r#"{"resourceType":"Procedure","status":"completed","notPerformed":true,"code":{"text":"Biopsy"}}"#, NotDone, Stopped),
        (Cda,   r#"47519-4 <procedure classCode="PROC" moodCode="EVN" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.14"/><code displayName="Biopsy"/><statusCode code="completed"/></procedure>"#, NotDone, Stopped),
        (Scr,   r#"<UKCT_MT144055UK01.Treatment negationInd="true"><code displayName="Biopsy"/></UKCT_MT144055UK01.Treatment>"#, NotDone, Stopped),
    ]);
    check("it was begun and broken off", Procedure, &[
        (R4,    r#"{"resourceType":"Procedure","status":"stopped","code":{"text":"Biopsy"}}"#, Positive, Stopped),
        (Stu3,  r#"{"resourceType":"Procedure","status":"aborted","code":{"text":"Biopsy"}}"#, Positive, Stopped),
        (Cda,   r#"47519-4 <procedure classCode="PROC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.14"/><code displayName="Biopsy"/><statusCode code="aborted"/></procedure>"#, Positive, Stopped),
    ]);
    use Kind::ServiceRequest as Order;
    check("it is not to be done", Order, &[
        (R4,    r#"{"resourceType":"ServiceRequest","status":"active","intent":"order","doNotPerform":true,"code":{"text":"X-ray"}}"#, DoNotPerform, Active),
        (Gp2gp, r#"<PlanStatement negationInd="true"><code displayName="X-ray"/></PlanStatement>"#, DoNotPerform, UNSAID),
    ]);
}

#[test]
#[rustfmt::skip]
fn results() {
    use Kind::Observation as Result;
    check("it is final", Result, &[
        (R4,    r#"{"resourceType":"Observation","status":"final","code":{"text":"Sodium"},"valueString":"x"}"#, Positive, Final),
        (Cda,   r#"30954-2 <observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.2"/><code displayName="Sodium"/><statusCode code="completed"/><value xsi:type="ST">x</value></observation>"#, Positive, Final),
        (Gp2gp, r#"<ObservationStatement><code displayName="Sodium"/><statusCode code="COMPLETE"/></ObservationStatement>"#, Positive, Final),
        (Scr,   r#"<UKCT_MT144043UK02.Finding><code displayName="Sodium"/><statusCode code="completed"/></UKCT_MT144043UK02.Finding>"#, Positive, Final),
        (V2,    "OBR|1|||^U&E\rOBX|1|ST|^Sodium||x||||||F", Positive, Final),
    ]);
    check("it is preliminary", Result, &[
        (R4,    r#"{"resourceType":"Observation","status":"preliminary","code":{"text":"Sodium"},"valueString":"x"}"#, Positive, Preliminary),
        (V2,    "OBR|1|||^U&E\rOBX|1|ST|^Sodium||x||||||P", Positive, Preliminary),
    ]);
    check("it was corrected", Result, &[
        (R4,    r#"{"resourceType":"Observation","status":"corrected","code":{"text":"Sodium"},"valueString":"x"}"#, Positive, Amended),
        (V2,    "OBR|1|||^U&E\rOBX|1|ST|^Sodium||x||||||C", Positive, Amended),
    ]);
    check("it never should have been written", Result, &[
        (R4,    r#"{"resourceType":"Observation","status":"entered-in-error","code":{"text":"Sodium"},"valueString":"x"}"#, Positive, EnteredInError),
        (Cda,   r#"30954-2 <observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.2"/><code displayName="Sodium"/><statusCode code="nullified"/><value xsi:type="ST">x</value></observation>"#, Positive, EnteredInError),
        (Gp2gp, r#"<ObservationStatement><code displayName="Sodium"/><statusCode code="NULLIFIED"/></ObservationStatement>"#, Positive, EnteredInError),
        (Scr,   r#"<UKCT_MT144043UK02.Finding><code displayName="Sodium"/><statusCode code="nullified"/></UKCT_MT144043UK02.Finding>"#, Positive, EnteredInError),
        (V2,    "OBR|1|||^U&E\rOBX|1|ST|^Sodium||x||||||W", Positive, EnteredInError),
        (V2,    "OBR|1|||^U&E\rOBX|1|ST|^Sodium||x||||||D", Positive, EnteredInError),
    ]);
    check("it was not found", Result, &[
        (Cda,   r#"30954-2 <observation classCode="OBS" moodCode="EVN" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.2"/><code displayName="Fever"/><statusCode code="completed"/><value xsi:type="ST">seen</value></observation>"#, Negated, Final),
        (Gp2gp, r#"<ObservationStatement negationInd="true"><code displayName="Fever"/><statusCode code="COMPLETE"/></ObservationStatement>"#, Negated, Final),
        (Scr,   r#"<UKCT_MT144043UK02.Finding negationInd="true"><code displayName="Fever"/></UKCT_MT144043UK02.Finding>"#, Negated, UNSAID),
    ]);
}

/// Why there is no value is an answer of its own: it is no value, and nothing that was not so.
#[test]
#[rustfmt::skip]
fn results_without_a_value() {
    for (format, saying) in [
        (R4,    r#"{"resourceType":"Observation","status":"final","code":{"text":"Sodium"},"dataAbsentReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"not-performed"}]}}"#),
        (Cda,   r#"30954-2 <observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.2"/><code displayName="Sodium"/><statusCode code="completed"/><value xsi:type="PQ" nullFlavor="UNK"/></observation>"#),
        (Gp2gp, r#"<ObservationStatement><code displayName="Sodium"/><statusCode code="COMPLETE"/><value xsi:type="PQ" nullFlavor="UNK"/></ObservationStatement>"#),
    ] {
        let found = entry(format, &Kind::Observation, saying);
        assert!(matches!(found.value, Some(Value::Absent(_))), "{format:?} {saying}: {:?}", found.value);
        assert_eq!(found.polarity, Positive, "{format:?}");
    }
}

/// A section that says nothing, and why, is an answer too; only a positive "none" is one of absence.
#[test]
#[rustfmt::skip]
fn sections_that_say_that_nothing_is_known() {
    for (format, saying, nothing) in [
        (Cda,   r#"48765-2 <observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.7"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><participant typeCode="CSM"><participantRole><playingEntity><code nullFlavor="UNK"/></playingEntity></participantRole></participant></observation>"#, Nothing::Unavailable),
        (R4,    r#"{"resourceType":"Composition","section":[{"code":{"coding":[{"system":"http://loinc.org","code":"48765-2"}]},"emptyReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/list-empty-reason","code":"notasked"}]}}]}"#, Nothing::NotAsked),
        (R4,    r#"{"resourceType":"Composition","section":[{"code":{"coding":[{"system":"http://loinc.org","code":"48765-2"}]},"emptyReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/list-empty-reason","code":"withheld"}]}}]}"#, Nothing::Withheld),
        (R4,    r#"{"resourceType":"Composition","section":[{"code":{"coding":[{"system":"http://loinc.org","code":"48765-2"}]},"emptyReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/list-empty-reason","code":"nilknown"}]}}]}"#, Nothing::NoneKnown),
        (R4,    r#"{"resourceType":"Composition","section":[{"code":{"coding":[{"system":"http://loinc.org","code":"48765-2"}]}}]}"#, Nothing::EmptySection),
        (R4,    r#"{"resourceType":"Composition","section":[{"title":"Allergies and Adverse Reactions","text":{"div":"<div>Nuts</div>"}}]}"#, Nothing::NarrativeOnly),
        (Stu3,  r#"{"resourceType":"List","code":{"coding":[{"system":"http://snomed.info/sct","code":"886921000000105"}]},"emptyReason":{"coding":[{"code":"no-content-recorded"}]}}"#, Nothing::Unavailable),
        (Scr,   r#"<presentationText><value><html><body><h2>Summary</h2><h2>Allergies</h2><p>No relevant information available for this category.</p></body></html></value></presentationText>"#, Nothing::Unavailable),
        (Scr,   r#"<presentationText><value><html><body><h2>Summary</h2><h2>Allergies</h2><p>Nuts</p></body></html></value></presentationText>"#, Nothing::NarrativeOnly),
    ] {
        let reading = read(format, saying);
        let said: Vec<Nothing> = reading.says.iter().filter(|s| s.section == Section::Allergies).map(|s| s.nothing).collect();
        assert_eq!(said, [nothing], "{format:?} {saying}");
    }
}

/// Whatever is said, it is counted once, and never as what it is not.
#[test]
fn what_is_not_so_is_in_no_count_of_what_is() {
    let reading = read(
        R4,
        r#"{"resourceType":"MedicationStatement","status":"active","taken":"n","medicationCodeableConcept":{"text":"Aspirin"}}"#,
    );
    let report = import::report::json(&reading, "", tessera::record::Hash::default(), 0);
    assert!(report.contains("\"medicinesActive\":0"), "{report}");
    let reading = read(V2, "OBR|1|||^U&E\rOBX|1|ST|^Sodium||x||||||W");
    let report = import::report::json(&reading, "", tessera::record::Hash::default(), 0);
    assert!(report.contains("\"enteredInError\":1") && report.contains("\"observations\":0"), "{report}");
}

/// No status, or one that says that it is not known.
const UNSAID: Standing = Standing::Unknown;
