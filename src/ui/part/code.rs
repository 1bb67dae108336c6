use leptos::prelude::*;

use crate::app::wire::Matrix;

/// Light modules that must stand around a code (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

/// A square code, dark on white whatever the page's colours are.
#[component]
pub fn CodeView(
    /// The modules.
    #[prop(into)]
    code: Signal<Matrix>,
    /// What it is, for those who hear the page.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let field = move || code.with(|c| format!("0 0 {0} {0}", usize::from(c.size) + 2 * QUIET));
    let dark = move || code.with(path);
    view! {
        <svg class="code-view" role="img" aria-label=move || label.get() viewBox=field shape-rendering="crispEdges">
            <rect class="code-light" width="100%" height="100%" />
            <path class="code-dark" d=dark />
        </svg>
    }
}

/// The dark modules in units of one module, run by run.
fn path(code: &Matrix) -> String {
    let side = usize::from(code.size);
    let mut out = String::new();
    for (y, row) in code.dark.chunks(side.max(1)).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&true) {
                out.push_str(&format!("M{} {}h{len}v1h-{len}z", x + QUIET, y + QUIET, len = run.len()));
            }
            x += run.len();
        }
    }
    out
}
