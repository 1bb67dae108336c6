//! `cargo +nightly fuzz run gp2gp fuzz/corpus/gp2gp tests/data/uk/gp2gp`
#![no_main]

mod balance;
mod grown_xml;

const OPEN: [&str; 32] = [
    "component",
    "component",
    "component",
    "ehrFolder",
    "ehrComposition",
    "CompoundStatement classCode=\"TOPIC\"",
    "CompoundStatement classCode=\"CATEGORY\"",
    "CompoundStatement classCode=\"BATTERY\"",
    "CompoundStatement classCode=\"CLUSTER\"",
    "ObservationStatement",
    "ObservationStatement negationInd=\"true\"",
    "NarrativeStatement",
    "PlanStatement",
    "RequestStatement",
    "LinkSet",
    "MedicationStatement",
    "ehrSupplyAuthorise",
    "ehrSupplyPrescribe",
    "ehrSupplyDispense",
    "ehrSupplyDiscontinue",
    "consumable",
    "manufacturedProduct",
    "manufacturedMaterial",
    "pertinentInformation",
    "pertinentAnnotation",
    "conditionNamed",
    "namedStatementRef",
    "statementRef",
    "inFulfillmentOf",
    "priorMedicationRef",
    "reference",
    "referredToExternalDocument",
];

const LEAVES: [&str; 28] = [
    "<id root=\"A\"/>",
    "<id root=\"B\"/>",
    "<id root=\"2.16.840.1.113883.2.1.4.1\" extension=\"9000000009\"/>",
    "<code displayName=\"Systolic\"/>",
    "<code displayName=\"Diastolic\"/>",
    "<code code=\"SN53.00\" codeSystem=\"2.16.840.1.113883.2.1.6.2\"/>",
    "<code code=\"65E..00\" codeSystem=\"2.16.840.1.113883.2.1.6.2\" displayName=\"Flu\"/>",
    "<code code=\"16488004\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"/>",
    "<code code=\"123038009\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"/>",
    "<code code=\"196461000000101\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"/>",
    "<code code=\"716186003\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"/>",
    "<code nullFlavor=\"UNK\"><originalText>Banana</originalText></code>",
    "<statusCode code=\"ACTIVE\"/>",
    "<statusCode code=\"COMPLETE\"/>",
    "<statusCode code=\"NULLIFIED\"/>",
    "<effectiveTime><center nullFlavor=\"NI\"/></effectiveTime>",
    "<effectiveTime><low value=\"2001\"/><high value=\"soon\"/></effectiveTime>",
    "<availabilityTime value=\"20200101\"/>",
    "<confidentialityCode code=\"NOPAT\"/>",
    "<value xsi:type=\"PQ\" value=\"85.000\" unit=\"1\"/>",
    "<value xsi:type=\"IVL_PQ\"><high value=\"5\" inclusive=\"false\"/></value>",
    "<text>words\n\nand more</text>",
    "<text mediaType=\"text/plain\" representation=\"B64\">aGVsbG8=</text>",
    "<text mediaType=\"text/x-h7uk-pmip\">CommentType:X\nCommentDate:2020\n\nwords</text>",
    "<specimen><specimenRole><specimenSpecimenMaterial><desc>Blood</desc></specimenSpecimenMaterial></specimenRole></specimen>",
    "<recordTarget><patient><id root=\"2.16.840.1.113883.2.1.4.1\" extension=\"9000000009\"/></patient></recordTarget>",
    "<EhrEmpty/>",
    "<Participant><agentRef><id root=\"C\"/></agentRef></Participant>",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    balance::check(bytes);
    balance::check(grown_xml::xml("EhrExtract classCode=\"EXTRACT\"", &OPEN, &LEAVES, bytes).as_bytes());
});
