use crate::import::node::Node;
use crate::record::{Coding, Concept, Identifier, PartialDate, Quantity, Value, system};

/// Readers of FHIR's datatypes (FHIR R4 §2.24), tolerant of the shapes that other versions gave them: a plain text or
/// a lone Coding where R4 has a CodeableConcept, R5's CodeableReference, a lone value where R4 has a list.
///
/// A text that is only the word "null" is a sender's slip for nothing.
fn said(node: &Node<'_>) -> String {
    let words = node.plain();
    if words == "null" { String::new() } else { words.to_owned() }
}

/// A CodeableConcept, a Coding, a code, or a CodeableReference's concept.
pub fn concept(node: &Node<'_>) -> Concept {
    match node {
        Node::Text(_) => Concept::words(said(node)),
        Node::List(list) => list.first().map(concept).unwrap_or_default(),
        Node::Object(_) => {
            let inner = node.get("concept");
            if inner.is_object() {
                return concept(inner);
            }
            let codings = if node.get("coding").is_null() && !node.get("code").is_null() {
                vec![coding(node)]
            } else {
                node.get("coding").each().iter().filter(|n| n.is_object()).map(coding).collect()
            };
            let text = said(node.get("text"));
            // The one that a person picked says what they meant (FHIR R4 Coding.userSelected); the others are translations.
            let picked = node.get("coding").each().iter().filter(|c| c.get("userSelected").is_true()).map(coding);
            let text = if text.is_empty() { picked.map(|c| c.display).next().unwrap_or_default() } else { text };
            let codings =
                if text.is_empty() && codings.iter().all(|c: &Coding| c.code.is_empty() && c.display.is_empty()) {
                    reason(node).map_or(codings, |why| vec![why])
                } else {
                    codings
                };
            Concept { text, codings }
        }
        _ => Concept::default(),
    }
}

/// Why a concept is not said (masked, asked-unknown …), by the extension on it. That it stands as text says nothing.
fn reason(node: &Node<'_>) -> Option<Coding> {
    let why = extension(node, "data-absent-reason")?.choice("value")?.1;
    let code = status(why);
    let told = !code.is_empty() && code != "as-text";
    told.then(|| Coding { system: system::DATA_ABSENT_REASON.to_owned(), code, display: String::new() })
}

/// All concepts of a list.
pub fn concepts(node: &Node<'_>) -> Vec<Concept> {
    node.each().iter().map(concept).filter(|c| !c.is_empty()).collect()
}

/// A Coding.
pub fn coding(node: &Node<'_>) -> Coding {
    Coding { system: said(node.get("system")), code: said(node.get("code")), display: said(node.get("display")) }
}

/// The best words for a concept: text, display, else its bare code. Empty if it has none of them.
pub fn label(concept: &Concept) -> String {
    let code = || concept.codings.iter().map(|c| c.code.as_str()).find(|c| !c.is_empty());
    concept.label().or_else(code).unwrap_or_default().to_owned()
}

/// The first code of a status: plain in most resources, a concept in some.
pub fn status(node: &Node<'_>) -> String {
    let concept = concept(node);
    let code = concept.codings.iter().map(|c| c.code.as_str()).find(|c| !c.is_empty()).map(str::to_owned);
    code.unwrap_or(concept.text)
}

/// A Quantity (also Age, Duration, Count, Money's number), digits as written.
pub fn quantity(node: &Node<'_>) -> Quantity {
    Quantity {
        value: node.get("value").plain().to_owned(),
        comparator: said(node.get("comparator")),
        unit: said(node.get("unit")),
        system: said(node.get("system")),
        code: said(node.get("code")),
    }
}

/// A quantity in one line: `< 5 mmol/L`.
pub fn quantity_words(q: &Quantity) -> String {
    let number = [q.comparator.as_str(), q.value.as_str(), q.unit_label()];
    number.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// An Identifier that has a value. CHI and others keep their system as written.
pub fn identifier(node: &Node<'_>) -> Option<Identifier> {
    let value = said(node.get("value"));
    let system = said(node.get("system"));
    (!value.is_empty()).then_some(Identifier { system, value })
}

/// All identifiers of a list.
pub fn identifiers(node: &Node<'_>) -> Vec<Identifier> {
    node.each().iter().filter_map(identifier).collect()
}

/// A date, dateTime or instant; `None` if nothing is written.
pub fn date(node: &Node<'_>) -> Option<PartialDate> {
    let words = node.words();
    (!words.is_empty()).then(|| PartialDate::fhir(words))
}

/// The beginning and the end of a choice of date, instant, Period, Timing, Range, Age or text.
/// An age or a text is kept as a date that knows nothing but its words.
pub fn when(node: &Node<'_>, stem: &str) -> (Option<PartialDate>, Option<PartialDate>) {
    let Some((kind, value)) = node.choice(stem) else {
        // DSTU2 and some senders write the plain name.
        return match node.get(stem) {
            Node::Text(_) => (date(node.get(stem)), None),
            period @ Node::Object(_) => (date(period.get("start")), date(period.get("end"))),
            _ => (None, None),
        };
    };
    let words = |text: String| (!text.is_empty()).then_some(PartialDate { text, known: None });
    // DSTU2 has `effectiveTimeDateTime`.
    let kind = kind.strip_prefix("Time").filter(|rest| !rest.is_empty()).unwrap_or(kind);
    match kind {
        // Whether it was or is, not when.
        "Boolean" => (None, None),
        "Period" => (date(value.get("start")), date(value.get("end"))),
        "Timing" => (value.get("event").each().first().and_then(date), None),
        "Age" | "Quantity" => (words(quantity_words(&quantity(value))), None),
        "Range" => (words(range_words(value)), None),
        _ => (date(value), None),
    }
}

/// A Range in one line: `3.5–5.0 mmol/L`, `≥ 3.5 mmol/L`.
pub fn range_words(node: &Node<'_>) -> String {
    let (low, high) = (node.get("low"), node.get("high"));
    match (low.is_null(), high.is_null()) {
        (false, false) => {
            let (low, high) = (quantity(low), quantity(high));
            let same = low.unit_label() == high.unit_label() || low.unit_label().is_empty();
            let first = if same { low.value.clone() } else { quantity_words(&low) };
            format!("{first}–{}", quantity_words(&high))
        }
        (false, true) => format!("≥ {}", quantity_words(&quantity(low))),
        (true, false) => format!("≤ {}", quantity_words(&quantity(high))),
        (true, true) => String::new(),
    }
}

/// The reference ranges of an Observation or a component, in the source's words where it has any (FHIR R4 §10.1.11.13).
pub fn ranges(node: &Node<'_>) -> Vec<String> {
    let ranges = node.get("referenceRange").each().iter().map(|range| {
        let written = said(range.get("text"));
        let text = if written.is_empty() { range_words(range) } else { written };
        let kind = concept(range.get("type"));
        let plain = kind.codings.iter().any(|c| c.code == "normal");
        let mut marks: Vec<String> = if plain || text.is_empty() { Vec::new() } else { vec![label(&kind)] };
        marks.extend(concepts(range.get("appliesTo")).iter().map(label));
        if range.get("age").is_object() {
            marks.push(range_words(range.get("age")));
        }
        marks.retain(|m| !m.is_empty());
        if marks.is_empty() { text } else { format!("{text} ({})", marks.join(", ")) }
    });
    ranges.filter(|r| !r.is_empty()).collect()
}

/// `value[x]` of an Observation, a component, an extension (FHIR R4 §2.24.0.1.9); `None` if there is none.
pub fn value(node: &Node<'_>) -> Option<Value> {
    let found = node.choice("value").and_then(|(kind, value)| match kind {
        "Quantity" | "Age" | "Duration" | "Count" | "Distance" | "Integer64" if value.is_object() => {
            // A quantity may say that its number is absent; its unit alone is no value.
            let found = quantity(value);
            (!found.value.is_empty() || absent(node).is_none()).then_some(Value::Quantity(found))
        }
        "Attachment" => Some(value.first_of(&["title", "contentType"]).words().to_owned())
            .filter(|t| !t.is_empty())
            .map(Value::Text),
        "Reference" => Some(value.first_of(&["display", "reference"]).words().to_owned())
            .filter(|t| !t.is_empty())
            .map(Value::Text),
        "CodeableConcept" | "Coding" => Some(concept(value)).filter(|c| !c.is_empty()).map(Value::Concept),
        "Range" => Some(Value::Range(quantity(value.get("low")), quantity(value.get("high")))),
        "Ratio" => Some(Value::Ratio(quantity(value.get("numerator")), quantity(value.get("denominator")))),
        "Period" => {
            let (start, end) = (value.get("start").words(), value.get("end").words());
            Some(Value::Text(if end.is_empty() { start.to_owned() } else { format!("{start}–{end}") }))
        }
        "SampledData" => {
            // The samples stay in the original; what they are is said.
            let origin = quantity_words(&quantity(value.get("origin")));
            Some(Value::Text(format!("SampledData {origin} / {} ms", value.get("period").plain())))
        }
        _ => Some(value.plain().to_owned()).filter(|t| !t.is_empty()).map(Value::Text),
    });
    found.or_else(|| {
        let reason = absent(node);
        reason.map(Value::Absent)
    })
}

/// Why a value is absent: `dataAbsentReason`, or the extension of that name on the value itself.
fn absent(node: &Node<'_>) -> Option<Concept> {
    let reason = concept(node.get("dataAbsentReason"));
    if !reason.is_empty() {
        return Some(reason);
    }
    node.members().iter().filter(|(k, _)| k.starts_with("_value") || k.starts_with("value")).find_map(|(_, n)| {
        let inner = || extension(n.get("_value"), "data-absent-reason");
        let code = said(extension(n, "data-absent-reason").or_else(inner)?.get("valueCode"));
        let coding = Coding { system: system::DATA_ABSENT_REASON.to_owned(), code, display: String::new() };
        Some(Concept { text: String::new(), codings: vec![coding] })
    })
}

/// The extension whose URL ends with this name.
pub fn extension<'n, 'a>(node: &'n Node<'a>, name: &str) -> Option<&'n Node<'a>> {
    node.get("extension").each().iter().find(|e| {
        e.get("url").words().strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with(['/', '-', '#']))
    })
}

/// A HumanName in one line (FHIR R4 §2.24.0.10): its text, which says how to show it whole, else its parts in order.
pub fn name_words(node: &Node<'_>) -> String {
    let text = said(node.get("text"));
    if !text.is_empty() {
        return text;
    }
    let part = |key: &str| node.get(key).each().iter().map(|n| n.words().to_owned()).filter(|w| !w.is_empty());
    part("prefix").chain(part("given")).chain(part("family")).chain(part("suffix")).collect::<Vec<_>>().join(" ")
}

/// An Address in one line.
pub fn address_words(node: &Node<'_>) -> String {
    let lines = node.get("line").each().iter().map(|n| n.words());
    let rest = ["city", "district", "state", "postalCode", "country"].into_iter().map(|k| node.get(k).words());
    let parts: Vec<&str> = lines.chain(rest).filter(|p| !p.is_empty()).collect();
    if parts.is_empty() { said(node.get("text")) } else { parts.join(", ") }
}

/// The words of an Annotation, a list of them, or a plain text (STU3's `comment`).
pub fn notes(node: &Node<'_>) -> Vec<String> {
    let words = node.each().iter().map(|n| if n.is_object() { said(n.get("text")) } else { said(n) });
    words.filter(|w| !w.is_empty()).collect()
}

/// A Dosage in the source's words; only where it has none, its parts in notation, never in sentences of ours
/// (FHIR R4 §2.24.0.16): `500 mg · 2 × / 1 d · Oral`.
pub fn dosage_words(node: &Node<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for key in ["text", "patientInstruction"] {
        let words = said(node.get(key));
        if !words.is_empty() && !parts.contains(&words) {
            parts.push(words);
        }
    }
    if !parts.is_empty() {
        return parts.join(" · ");
    }
    let rates = node.get("doseAndRate").each();
    for rate in std::iter::once(node).chain(rates) {
        // Several doses (ordered, calculated) are told apart by their types; one alone needs none.
        let kind = if rates.len() > 1 { label(&concept(rate.get("type"))) } else { String::new() };
        for name in [
            "doseQuantity",
            "doseSimpleQuantity",
            "doseRange",
            "dose",
            "quantity",
            "quantityQuantity",
            "quantityRange",
            "rateQuantity",
            "rateSimpleQuantity",
            "rateRange",
            "rateRatio",
        ] {
            let amount = amount_words(rate.get(name));
            if !amount.is_empty() {
                parts.push(if kind.is_empty() { amount } else { format!("{kind}: {amount}") });
            }
        }
    }
    parts.push(timing_words(node.get("timing")));
    for key in ["route", "site", "siteCodeableConcept", "method"] {
        parts.push(label(&concept(node.get(key))));
    }
    parts.extend(concepts(node.first_of(&["additionalInstruction", "additionalInstructions"])).iter().map(label));
    if !parts.iter().all(String::is_empty) {
        // A dose to be taken only when needed must not read as one to be taken always.
        let needed = node.get("asNeededBoolean").is_true() || node.get("asNeeded").is_true();
        let reasons = concepts(node.first_of(&["asNeededCodeableConcept", "asNeededFor"]));
        let reasons: Vec<String> = reasons.iter().map(label).filter(|l| !l.is_empty()).collect();
        match reasons.is_empty() {
            false => parts.push(format!("PRN: {}", reasons.join(", "))),
            true if needed => parts.push("PRN".to_owned()),
            true => {}
        }
    }
    for key in ["maxDosePerPeriod", "maxDosePerAdministration", "maxDosePerLifetime"] {
        for limit in node.get(key).each() {
            let words = amount_words(limit);
            parts.push(if words.is_empty() { words } else { format!("≤ {words}") });
        }
    }
    parts.retain(|p| !p.is_empty());
    parts.join(" · ")
}

/// A Quantity, Range or Ratio in one line; empty for anything else.
fn amount_words(node: &Node<'_>) -> String {
    if node.get("numerator").is_object() {
        let (n, d) = (quantity(node.get("numerator")), quantity(node.get("denominator")));
        format!("{} / {}", quantity_words(&n), quantity_words(&d))
    } else if node.get("low").is_object() || node.get("high").is_object() {
        range_words(node)
    } else if node.is_object() {
        quantity_words(&quantity(node))
    } else {
        String::new()
    }
}

/// A Timing in notation: its code's words, or `2 × / 1 d`, with its times of day.
pub fn timing_words(node: &Node<'_>) -> String {
    let code = concept(node.get("code"));
    let repeat = node.get("repeat");
    let mut parts = Vec::new();
    let plain = |key: &str| repeat.get(key).plain();
    if let Some(words) = code.label() {
        parts.push(words.to_owned());
    } else if !plain("period").is_empty() {
        let times = if plain("frequency").is_empty() { "1" } else { plain("frequency") };
        let most =
            if plain("frequencyMax").is_empty() { String::new() } else { format!("–{}", plain("frequencyMax")) };
        let longest = if plain("periodMax").is_empty() { String::new() } else { format!("–{}", plain("periodMax")) };
        // DSTU2 says `periodUnits`.
        let unit = repeat.first_of(&["periodUnit", "periodUnits"]).plain();
        parts.push(format!("{times}{most} × / {}{longest} {unit}", plain("period")));
    }
    if code.label().is_none() {
        for key in ["dayOfWeek", "timeOfDay", "when"] {
            parts.extend(repeat.get(key).each().iter().map(said));
        }
        if !plain("offset").is_empty() {
            parts.push(format!("({} min)", plain("offset")));
        }
        parts.extend(node.get("event").each().iter().map(said));
    }
    // How long, how often at most, and from when to when: a week's course is not one for good.
    if !plain("count").is_empty() {
        let most = if plain("countMax").is_empty() { String::new() } else { format!("–{}", plain("countMax")) };
        parts.push(format!("{}{most} ×", plain("count")));
    }
    let bounds = repeat.choice("bounds").map_or(repeat.get("bounds"), |(_, n)| n);
    let (start, end) = (bounds.get("start").words(), bounds.get("end").words());
    if start.is_empty() && end.is_empty() {
        let words = amount_words(bounds);
        parts.extend((!words.is_empty()).then(|| format!("[{words}]")));
    } else {
        parts.push(format!("[{start}–{end}]"));
    }
    if parts.is_empty() {
        return label(&code);
    }
    parts.join(" ")
}
