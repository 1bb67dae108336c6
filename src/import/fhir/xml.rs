use std::borrow::Cow;
use std::collections::HashMap;

use super::types::{self, Class};
use crate::import::node::Node;
use crate::import::xml::{Event, Fault, Start, Walk, local};

/// The member under which words stand that FHIR has no place for: content of an element that should have a value.
pub const STRAY: &str = "#text";

/// Elements that FHIR never repeats, in any version, and of which a second one would change what is meant. Those of
/// [`CHOICES`] are more.
const ONCE: [&str; 43] = [
    "id",
    "status",
    "clinicalStatus",
    "verificationStatus",
    "intent",
    "doNotPerform",
    "taken",
    "notGiven",
    "wasNotGiven",
    "wasNotTaken",
    "notDone",
    "notPerformed",
    "birthDate",
    "gender",
    "system",
    "display",
    "text",
    "comparator",
    "unit",
    "start",
    "end",
    "low",
    "high",
    "numerator",
    "denominator",
    "criticality",
    "severity",
    "patient",
    "docStatus",
    "lifecycleStatus",
    "substance",
    "dateAsserted",
    "authoredOn",
    "dateWritten",
    "recordedDate",
    "assertedDate",
    "issued",
    "conclusion",
    "lotNumber",
    "expirationDate",
    "quantity",
    "url",
    "value",
];

/// The same, for the elements of a resource itself.
const ONCE_IN_RESOURCE: [&str; 3] = ["code", "vaccineCode", "subject"];

/// Stems of FHIR's choices (`value[x]`): one of each stands in one element.
pub const CHOICES: [&str; 9] =
    ["value", "onset", "abatement", "effective", "occurrence", "performed", "medication", "deceased", "dose"];

/// What a choice's name ends with: the types that facts come in.
pub const TYPES: [&str; 21] = [
    "Age",
    "Attachment",
    "Boolean",
    "Code",
    "CodeableConcept",
    "Coding",
    "Date",
    "DateTime",
    "Decimal",
    "Duration",
    "Identifier",
    "Instant",
    "Integer",
    "Period",
    "Quantity",
    "Range",
    "Ratio",
    "Reference",
    "String",
    "Time",
    "Timing",
];

/// One resource, or one element of one, as the tree that JSON gives (FHIR R4 §2.1.1.2, §2.6.2): the value of a primitive
/// stands for it, what else it holds stands under `_name`, `div` is markup as text, a resource in `contained` stands for
/// its holder. What may repeat is a list where it does; one that stands alone is alone, as [`Node::each`] reads both.
///
/// # Errors
/// The first [`Fault`].
pub fn parse(text: &str) -> Result<Node<'_>, Fault> {
    let mut walk = Walk::new(text);
    loop {
        match walk.next()? {
            Event::Start(start) => {
                return Builder { text, strict: true, top: false }.node(&mut walk, &start).map(|e| e.node);
            }
            Event::Eof => return Ok(Node::Null),
            _ => {}
        }
    }
}

/// Builds a tree from a walk.
#[derive(Clone, Copy)]
struct Builder<'t> {
    text: &'t str,
    /// What stands twice where FHIR has it once is told, not listed: in what we read as facts.
    strict: bool,
    /// The element is such a resource itself.
    top: bool,
}

/// What an element is, and what it holds beside its value.
struct Element<'t> {
    node: Node<'t>,
    extra: Option<Node<'t>>,
}

/// All elements of one name in one element.
struct Slot<'t> {
    name: Cow<'t, str>,
    nodes: Vec<Node<'t>>,
    /// What each holds beside its value; shorter than `nodes` where the last ones hold nothing.
    extras: Vec<Option<Node<'t>>>,
}

/// All elements in one element, by name, in the order of the file.
#[derive(Default)]
struct Slots<'t> {
    list: Vec<Slot<'t>>,
    /// Their numbers, once there are many.
    by_name: HashMap<Cow<'t, str>, usize>,
}

/// Names that are looked for one after another; more through a map.
const FEW: usize = 16;

impl<'t> Builder<'t> {
    /// A resource, by its capital, or any other element. Its start was passed already.
    fn node(self, walk: &mut Walk<'t>, start: &Start<'t>) -> Result<Element<'t>, Fault> {
        let name = local(start.name);
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return self.element(walk, start);
        }
        let strict = matches!(types::class(name), Class::Person | Class::Entry(..) | Class::List)
            || matches!(name, "Composition" | "Medication");
        // R5's lists and documents may have several subjects.
        let top = strict && !matches!(name, "List" | "Composition");
        let inner = Builder { strict, top, ..self }.element(walk, start)?;
        let mut members = vec![(Cow::Borrowed("resourceType"), Node::Text(Cow::Borrowed(name)))];
        if let Node::Object(own) = inner.node {
            members.extend(own);
        }
        Ok(Element { node: Node::Object(members), extra: None })
    }

    fn element(self, walk: &mut Walk<'t>, start: &Start<'t>) -> Result<Element<'t>, Fault> {
        let mut value = None;
        let mut members: Vec<(Cow<'t, str>, Node<'t>)> = Vec::new();
        for (name, text) in start.attributes() {
            match name {
                "value" => value = Some(text.into_owned()),
                "id" | "url" => {
                    let name = if name == "id" { "id" } else { "url" };
                    members.push((Cow::Borrowed(name), Node::Text(Cow::Owned(text.into_owned()))));
                }
                _ => {}
            }
        }
        let mut slots = Slots::default();
        let mut held = Vec::new();
        let mut stray = String::new();
        loop {
            let child = match walk.next()? {
                Event::Start(child) => child,
                Event::Text(words) => {
                    stray.push_str(words.trim());
                    continue;
                }
                Event::End(_) | Event::Eof => break,
            };
            let name = local(child.name);
            if name == "div" {
                let end = walk.skip()?;
                let markup = self.text.get(child.range.start..end).unwrap_or_default();
                let found = Element { node: Node::Text(Cow::Borrowed(markup)), extra: None };
                slots.put(Cow::Borrowed("div"), found);
                continue;
            }
            let foreign = foreign(start, &child);
            let found = Builder { top: false, ..self }.node(walk, &child)?;
            if name.starts_with(|c: char| c.is_ascii_uppercase()) && !foreign {
                held.push(found.node);
            } else if foreign {
                // Another standard's element: kept apart by its prefix, and told.
                slots.put(Cow::Owned(format!("{STRAY}:{name}")), found);
            } else {
                slots.put(Cow::Borrowed(name), found);
            }
        }
        if !stray.is_empty() {
            members.push((Cow::Borrowed(STRAY), Node::Text(Cow::Owned(stray))));
        }
        // `contained`, `resource`, `outcome`: what they hold stands for them.
        if !held.is_empty() && slots.list.is_empty() && members.is_empty() {
            let node = if held.len() == 1 { held.pop().unwrap_or(Node::Null) } else { Node::List(held) };
            return Ok(Element { node, extra: None });
        }
        for slot in slots.list {
            self.pour(slot, &mut members);
        }
        let object = (!members.is_empty()).then_some(Node::Object(members));
        Ok(match (value, object) {
            (Some(value), extra) => Element { node: Node::Text(Cow::Owned(value)), extra },
            // Without a value only the schema knows whether this is a primitive: it can be read as either.
            (None, Some(Node::Object(members)))
                if members.iter().all(|(k, _)| matches!(k.as_ref(), "extension" | "id")) =>
            {
                Element { node: Node::Object(members.clone()), extra: Some(Node::Object(members)) }
            }
            (None, Some(object)) => Element { node: object, extra: None },
            (None, None) => Element { node: Node::Object(Vec::new()), extra: None },
        })
    }

    /// Turns the elements of one name into a member, and another for what they hold beside their values.
    fn pour(self, slot: Slot<'t>, members: &mut Vec<(Cow<'t, str>, Node<'t>)>) {
        let Slot { name, mut nodes, extras } = slot;
        let length = nodes.len();
        let has_extras = extras.iter().any(Option::is_some);
        let extra_name: Cow<'t, str> = Cow::Owned(format!("_{name}"));
        if nodes.len() == 1 {
            let node = nodes.pop().unwrap_or(Node::Null);
            members.push((name, node));
            members.extend(extras.into_iter().flatten().map(|extra| (extra_name.clone(), extra)));
        } else if self.strict && once(&name) || self.top && ONCE_IN_RESOURCE.contains(&name.as_ref()) {
            // Twice the same key, as JSON would have it.
            members.extend(nodes.into_iter().map(|node| (name.clone(), node)));
        } else {
            members.push((name, Node::List(nodes)));
            if has_extras {
                let mut extras: Vec<Node<'t>> = extras.into_iter().map(|e| e.unwrap_or(Node::Null)).collect();
                extras.resize(length, Node::Null);
                members.push((extra_name, Node::List(extras)));
            }
        }
    }
}

impl<'t> Slots<'t> {
    fn find(&mut self, name: &str) -> Option<&mut Slot<'t>> {
        let at = if self.list.len() <= FEW {
            self.list.iter().position(|slot| slot.name == name)
        } else {
            self.by_name.get(name).copied()
        };
        at.and_then(|at| self.list.get_mut(at))
    }

    fn put(&mut self, name: Cow<'t, str>, found: Element<'t>) {
        // A list of resources in one `contained` is that many.
        let nodes = match found.node {
            Node::List(list) => list,
            one => vec![one],
        };
        if let Some(slot) = self.find(&name) {
            if found.extra.is_some() {
                slot.extras.resize(slot.nodes.len(), None);
                slot.extras.push(found.extra);
            }
            slot.nodes.extend(nodes);
            return;
        }
        let extras = found.extra.map(Some).into_iter().collect();
        self.list.push(Slot { name, nodes, extras });
        if self.list.len() > FEW {
            let from = if self.by_name.is_empty() { 0 } else { self.list.len() - 1 };
            for (at, slot) in self.list.iter().enumerate().skip(from) {
                self.by_name.insert(slot.name.clone(), at);
            }
        }
    }
}

fn once(name: &str) -> bool {
    let choice = |stem: &&str| name.strip_prefix(*stem).is_some_and(|kind| TYPES.contains(&kind));
    ONCE.contains(&name) || CHOICES.iter().any(choice)
}

/// True if an element is of another namespace than the one that holds it.
fn foreign(holder: &Start<'_>, child: &Start<'_>) -> bool {
    let prefix = |name: &str| name.split_once(':').map(|(p, _)| p.to_owned()).unwrap_or_default();
    if !child.declares() && !holder.name.contains(':') && !child.name.contains(':') {
        return false;
    }
    let (above, own) = (prefix(holder.name), prefix(child.name));
    let declaration = if own.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{own}") };
    let declared = child.attribute(&declaration);
    match declared {
        Some(namespace) => namespace != "http://hl7.org/fhir",
        None => above != own,
    }
}

/// The pointer of the first words that FHIR has no place for.
pub fn stray(node: &Node<'_>) -> Option<String> {
    match node {
        Node::Object(members) => members.iter().find_map(|(key, inner)| {
            if key.starts_with(STRAY) {
                return Some(key.strip_prefix(&format!("{STRAY}:")).map_or(String::new(), |name| format!("/{name}")));
            }
            stray(inner).map(|rest| format!("/{}{rest}", key.strip_prefix('_').unwrap_or(key)))
        }),
        Node::List(list) => list.iter().enumerate().find_map(|(i, inner)| stray(inner).map(|r| format!("/{i}{r}"))),
        _ => None,
    }
}

/// A place below a resource, numbers as XPath has them: `/entry[1]/resource/List/contained/0` becomes
/// `/entry[1]/resource/List/contained[1]`.
pub fn place(at: &str) -> String {
    let mut out = String::with_capacity(at.len() + 4);
    for token in at.split('/').skip(1) {
        match token.parse::<usize>() {
            Ok(number) => out.push_str(&format!("[{}]", number + 1)),
            Err(_) => {
                out.push('/');
                out.push_str(token);
            }
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::import::json;

    /// Values of XML are all texts: a tree of JSON with its numbers and truth values as texts, single lists as their
    /// element.
    fn plain<'a>(node: &'a Node<'_>) -> Node<'a> {
        match node {
            Node::Object(members) => {
                Node::Object(members.iter().map(|(k, n)| (Cow::Borrowed(k.as_ref()), plain(n))).collect())
            }
            Node::List(list) if list.len() == 1 => plain(&list[0]),
            Node::List(list) => Node::List(list.iter().map(plain).collect()),
            Node::Null => Node::Null,
            other => Node::Text(Cow::Borrowed(other.plain())),
        }
    }

    fn check(xml: &str, expected: &str) {
        let (found, expected) = (parse(xml).unwrap(), json::parse(expected).unwrap());
        assert_eq!(plain(&found), plain(&expected), "{xml}");
    }

    #[test]
    fn xml_gives_the_tree_that_json_gives() {
        check(
            r#"<Patient xmlns="http://hl7.org/fhir"><id value="1"/><active value="true"/>
               <name><given value="A"/><given value="B &amp; C"/></name><multipleBirthInteger value="2"/></Patient>"#,
            r#"{"resourceType":"Patient","id":"1","active":true,"name":[{"given":["A","B & C"]}],"multipleBirthInteger":2}"#,
        );
        check(
            r#"<f:Patient xmlns:f="http://hl7.org/fhir"><f:birthDate id="b" value="1961"><f:extension url="u">
               <f:valueDecimal value="1.50"/></f:extension></f:birthDate></f:Patient>"#,
            r#"{"resourceType":"Patient","birthDate":"1961",
               "_birthDate":{"id":"b","extension":[{"url":"u","valueDecimal":1.50}]}}"#,
        );
        check(
            r#"<List xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml">a <b>&lt;</b></div></text>
               <contained><Condition><id value="c"/></Condition></contained>
               <contained><Goal><id value="g"/></Goal></contained></List>"#,
            r#"{"resourceType":"List",
               "text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a <b>&lt;</b></div>"},
               "contained":[{"resourceType":"Condition","id":"c"},{"resourceType":"Goal","id":"g"}]}"#,
        );
        check(
            r#"<HumanName><given value="A"/><given><extension url="u"/></given><given value="C"/></HumanName>"#,
            r#"{"resourceType":"HumanName","given":["A",{"extension":{"url":"u"}},"C"],
               "_given":[null,{"extension":{"url":"u"}},null]}"#,
        );
    }

    #[test]
    fn what_fhir_has_once_is_told_if_it_stands_twice() {
        let twice = |xml: &str| parse(xml).unwrap().twice();
        let of = |inner: &str| twice(&format!("<AllergyIntolerance>{inner}</AllergyIntolerance>"));
        assert_eq!(of("<status value='a'/><status value='b'/>").as_deref(), Some("/status"));
        assert_eq!(of("<onsetString value='a'/><onsetString value='b'/>").as_deref(), Some("/onsetString"));
        assert_eq!(of("<code/><code/>").as_deref(), Some("/code"));
        assert_eq!(of("<note/><note/><category value='a'/><category value='b'/>"), None);
        assert_eq!(
            twice("<Observation><component><code/></component><component><code/></component></Observation>"),
            None
        );
        assert_eq!(twice("<PractitionerRole><code/><code/></PractitionerRole>"), None);
    }

    #[test]
    fn words_and_elements_of_no_place_are_told() {
        let of =
            |inner: &str| stray(&parse(&format!("<Patient xmlns=\"http://hl7.org/fhir\">{inner}</Patient>")).unwrap());
        assert_eq!(of("<name><text value='x'><script>y</script></text></name>").as_deref(), Some("/name/text/script"));
        assert_eq!(of("<gender>female</gender>").as_deref(), Some("/gender"));
        assert_eq!(of("<gender xmlns='urn:x' value='female'/>").as_deref(), Some("/gender"));
        assert_eq!(of("<gender value='female'/>"), None);
        assert_eq!(place("/List/contained/0/note/2/text"), "/List/contained[1]/note[3]/text");
    }
}
