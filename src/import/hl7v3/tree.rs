use super::Node;

/// The namespace of `xsi:type` (XML Schema Part 1 §2.6.1).
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// True for an element of this local name.
pub fn is(node: Node<'_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// The first child element of this local name.
pub fn child<'a>(node: Node<'a>, name: &str) -> Option<Node<'a>> {
    node.children().find(|c| is(*c, name))
}

/// All child elements of this local name, in order.
pub fn children<'a>(node: Node<'a>, name: &'static str) -> impl Iterator<Item = Node<'a>> {
    node.children().filter(move |c| is(*c, name))
}

/// The first element down this path of local names.
pub fn descend<'a>(node: Node<'a>, path: &[&str]) -> Option<Node<'a>> {
    path.iter().try_fold(node, |node, name| child(node, name))
}

/// An attribute without namespace, trimmed; empty if it is not there or holds only the word "null", a sender's slip.
pub fn attr<'a>(node: Node<'a>, name: &str) -> &'a str {
    let text = node.attribute(name).unwrap_or_default().trim();
    if text == "null" { "" } else { text }
}

/// The datatype that `xsi:type` names, without its prefix; empty if it names none.
pub fn kind_of<'a>(node: Node<'a>) -> &'a str {
    let named = node.attribute((XSI, "type")).or_else(|| {
        // Fragments may have lost what their prefix meant.
        node.attributes().find(|a| a.name() == "type" && a.namespace().is_some()).map(|a| a.value())
    });
    let named = named.unwrap_or_default().trim();
    named.rsplit(':').next().unwrap_or_default()
}

/// The element's own words, spaces squeezed; those of its children are not among them.
pub fn own_text(node: Node<'_>) -> String {
    let words = node.children().filter(|c| c.is_text()).filter_map(|c| c.text());
    words.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
