use super::*;
use crate::record::Value;

fn with<T>(xml: &str, look: impl for<'x> FnOnce(Node<'x>, &Words<'x>) -> T) -> T {
    let xml = format!("<r xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>{xml}</r>");
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    let words = Words::of(root);
    look(root.first_element_child().unwrap(), &words)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Quantity(_) | Value::Range(..) | Value::Ratio(..) => range_words(value),
        Value::Absent(c) => format!("absent {}", c.codings[0].code),
        other => other.text(),
    }
}

#[test]
fn values_keep_their_digits_their_units_and_their_ends() {
    let check = |xml: &str, expected: &str| {
        let found = with(&format!("<value xsi:type={xml}</value>"), value);
        assert_eq!(found.as_ref().map(shown).unwrap_or_default(), expected, "{xml}");
    };
    check("'PQ' value='85.000' unit='umol/L'>", "85.000 umol/L");
    check("'PQ' value='1.015' unit='1'>", "1.015");
    check(
        "'PQ' nullFlavor='OTH'><translation value='152' nullFlavor='OTH'><originalText>THOUS/MCL</originalText></translation>",
        "152 THOUS/MCL",
    );
    check(
        "'PQ' value='6.10' unit='1'><translation value='6.10'><originalText>10*9/L</originalText></translation>",
        "6.10 10*9/L",
    );
    check("'PQ' nullFlavor='NA'>", "absent NA");
    check("'IVL_PQ'><low value='500' unit='mg/dL' inclusive='false'/><high nullFlavor='PINF'/>", "> 500 mg/dL");
    check("'IVL_PQ'><low value='500' unit='mg/dL'/>", "≥ 500 mg/dL");
    check("'IVL_PQ'><high value='0.5' inclusive='false'/>", "< 0.5");
    check("'IVL_PQ'><low value='3.50' unit='mmol/L'/><high value='5.0' unit='mmol/L'/>", "3.50–5.0 mmol/L");
    check("'IVL_REAL'><low value='1'/><high value='2'/>", "1–2");
    check("'RTO_PQ_PQ'><numerator value='10' unit='mg'/><denominator value='1' unit='mL'/>", "10 mg / 1 mL");
    check("'INT' value='7'>", "7");
    check("'BL' value='false'>", "false");
    check("'TS' value='200602'>", "200602");
    check("'IVL_TS'><low value='2006'/><high value='2007'/>", "2006–2007");
    check("'ST'>\n Unable to\n calculate ", "Unable to calculate");
    check("'ED' mediaType='text/plain'>plain words", "plain words");
    check("'ED' mediaType='application/pdf' representation='B64'>JVBERi0=", "");
    check("'CD' code='260373001' displayName='Detected'>", "Detected");
    check("'hl7:CD' code='1' displayName='null'><originalText>Seen</originalText>", "Seen");
    check("'CD' nullFlavor='UNK'>", "absent UNK");
    check("'CD' nullFlavor='OTH'><translation code='2' displayName='Else'/>", "Else");
    check("'' value='5' unit='mg'>", "5 mg");
    check("'WHAT'>words", "words");
}

#[test]
fn a_code_says_its_own_words_first() {
    let check = |xml: &str, expected: &str| {
        let found =
            with(&format!("<code {xml}</code><text><content ID='a'>By <b>reference</b></content></text>"), |n, w| {
                title(&cd(n, w)).map(|t| t.0).unwrap_or_default()
            });
        assert_eq!(found, expected, "{xml}");
    };
    check("code='1' codeSystem='2.16.840.1.113883.6.96' displayName='Name'>", "Name");
    check("code='1' displayName='Name'><originalText>Own words</originalText>", "Own words");
    check("code='1' displayName='Name'><originalText><reference value='#a'/></originalText>", "Name");
    check("code='1'><originalText><reference value='#a'/></originalText>", "By reference");
    check(
        "code='1' displayName='Name'><originalText><reference value='#a'/></originalText><qualifier/>",
        "By reference",
    );
    check("code='1' displayName='Name'><originalText><reference value='#nowhere'/></originalText>", "Name");
    check("code='1' displayName=' '><translation code='2' displayName='Translated'/>", "Translated");
    check(
        "code='1' codeSystem='2.16.840.1.113883.6.96' displayName='null'>",
        "code 1 of system http://snomed.info/sct",
    );
    check("code='1' codeSystem='2.16.840.1.113883.9.9'>", "code 1 of system urn:oid:2.16.840.1.113883.9.9");
    check("code='1' codeSystemName='Local'>", "code 1 of system Local");
    check("nullFlavor='UNK'>", "");
}

#[test]
fn qualifiers_are_told_at_every_depth() {
    let xml = "<code code='1'><qualifier><name displayName='Procedure'/><value displayName='Hip'><qualifier><name \
               displayName='Laterality'/><value displayName='Left'/></qualifier></value></qualifier></code>";
    let found = with(xml, |n, w| qualifiers(n, w).into_iter().map(|d| d.text).collect::<Vec<_>>());
    assert_eq!(found, ["Procedure: Hip", "Laterality: Left"]);
}

#[test]
fn times_are_as_exact_as_they_are_written() {
    let check = |xml: &str, expected: (&str, &str), often: &str| {
        let found = with(&format!("<effectiveTime {xml}</effectiveTime>"), |n, _| (ivl_ts(n), timing(n)));
        let text = |d: Option<crate::record::PartialDate>| d.map(|d| d.text).unwrap_or_default();
        assert_eq!((text(found.0.start).as_str(), text(found.0.end).as_str()), expected, "{xml}");
        assert_eq!(found.1, often, "{xml}");
    };
    check("value='20130607160506-0500'>", ("20130607160506-0500", ""), "");
    check("><low value='2006'/><high nullFlavor='UNK'/>", ("2006", ""), "");
    check("><center value='200602'/>", ("200602", ""), "");
    check("nullFlavor='NI'>", ("", ""), "");
    check("><period value='6' unit='h'/>", ("", ""), "1 × / 6 h");
    check("><period><low value='4' unit='h'/><high value='6' unit='h'/></period>", ("", ""), "1 × / 4–6 h");
    check("><event code='HS'/>", ("", ""), "HS");
    check("><event code='ACM'/><offset><low value='30' unit='min'/></offset>", ("", ""), "ACM >=30 min");
    check(
        "xsi:type='SXPR_TS'><comp><event code='AC'/></comp><comp><period value='1' unit='d'/></comp>",
        ("", ""),
        "AC · 1 × / 1 d",
    );
}

#[test]
fn names_addresses_and_numbers() {
    let name_of = |xml: &str| with(xml, |n, _| name(n));
    let plain = name_of(
        "<name use='L'><family>Jones</family><given>Isabella</given><given qualifier='CL'>Isa</given><prefix>Dr</prefix></name>",
    );
    assert_eq!((plain.text.as_str(), plain.family.as_str(), plain.given.len()), ("Dr Isabella Isa Jones", "Jones", 1));
    assert_eq!(name_of("<name>Good Health Clinic</name>").text, "Good Health Clinic");
    let line =
        with("<addr><streetAddressLine>1 High St</streetAddressLine><city>Leeds</city></addr>", |n, _| address(n));
    assert_eq!(line, "1 High St, Leeds");
    let number = with("<id root='2.16.840.1.113883.2.1.4.1' extension='9434765919'/>", |n, _| identifier(n)).unwrap();
    assert_eq!((number.system.as_str(), number.value.as_str()), ("https://fhir.nhs.uk/Id/nhs-number", "9434765919"));
    assert_eq!(with("<id nullFlavor='NI'/>", |n, _| identifier(n)), None);
}

#[test]
fn narratives_keep_their_words_in_order() {
    let check = |xml: &str, expected: &str| assert_eq!(with(xml, |n, _| plain(n)), expected, "{xml}");
    check(
        "<text><table><tr><th>Drug</th><th>Dose</th></tr><tr><td>A</td><td>1 &lt; 2</td></tr></table></text>",
        "Drug | Dose\nA | 1 < 2",
    );
    check("<text><list><item>one</item><item><content>two</content> <sub>2</sub></item></list></text>", "one\ntwo 2");
    check("<text>a<br/>b<paragraph>c</paragraph>d</text>", "a\nb\nc\nd");
    check("<text>Penicillin <content revised='delete'>Aspirin</content></text>", "Penicillin ~Aspirin~");
}

#[test]
fn where_an_id_stands_twice_the_one_in_the_same_section_is_meant() {
    let xml = "<b><section><text><p ID='a'>one</p></text><code><originalText><reference value='#a'/></originalText>\
               </code></section><section><text><p ID='a'>two</p></text></section></b>";
    let said = with(xml, |n, w| title(&cd(descend(n, &["section", "code"]).unwrap(), w)).unwrap().0);
    assert_eq!(said, "one");
    let xml = "<b><code><originalText><reference value='#a'/></originalText></code><p ID='a'>1</p><p ID='a'>2</p></b>";
    assert_eq!(with(xml, |n, w| (title(&cd(child(n, "code").unwrap(), w)), w.dangling().len())), (None, 1));
}

#[test]
fn binary_content_decodes_whole() {
    let of = |xml: &str| with(xml, |n, _| content(n));
    let found = of("<text mediaType='application/pdf' representation='B64'>\n JVBE\n Ri0=\n</text>").unwrap();
    assert_eq!((found.bytes.as_deref(), found.damaged), (Some(&b"%PDF-"[..]), false));
    assert!(of("<text representation='B64'>***</text>").unwrap().damaged);
    assert_eq!(
        of("<text mediaType='application/pdf'><reference value='letter.pdf'/></text>").unwrap().url,
        "letter.pdf"
    );
    assert_eq!(of("<text><reference value='#a'/></text>"), None);
}
