//! axe-core on the page as it stands.

use crate::browser::Browser;
use crate::given;

const RUN: &str = r#"
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ["violations"], preload: false }).then(
  ({ violations }) => done(violations.map(({ id, impact, help, nodes }) =>
    `${id} (${impact}): ${help}: ${nodes.map(({ html, failureSummary }) => `${html}\n      ${failureSummary}`).join("\n    ")}`)),
  (error) => done([String(error)]),
);
"#;

/// What axe finds against this page: nothing, if all is well.
pub async fn violations(browser: &Browser) -> Vec<String> {
    let axe = std::fs::read_to_string(given("TESSERA_AXE")).expect("axe-core is there");
    browser.driver.execute(&axe, vec![]).await.expect("axe loads");
    browser.driver.execute_async(RUN, vec![]).await.expect("axe runs").convert().expect("axe answers")
}
