use leptos::prelude::*;

/// The source's words with the parts marked that match a search: byte ranges, in order. A range that does not fit the
/// text is left out.
pub fn marked(text: &str, marks: &[(u32, u32)]) -> AnyView {
    let mut out: Vec<AnyView> = Vec::new();
    let mut at = 0;
    for (from, to) in marks {
        let (from, to) = (*from as usize, *to as usize);
        let (Some(before), Some(hit)) = (text.get(at..from), text.get(from..to)) else { continue };
        out.push(before.to_owned().into_any());
        out.push(view! { <mark>{hit.to_owned()}</mark> }.into_any());
        at = to;
    }
    out.push(text.get(at..).unwrap_or("").to_owned().into_any());
    view! { <bdi>{out}</bdi> }.into_any()
}
