//! What `cargo xtask` prints when it is asked for nothing it knows.

pub const TEXT: &str = "\
cargo xtask serve [--port N]
                   install what is missing, build the release, serve it on http://localhost:8080
cargo xtask test [--skip-e2e]
                   every check there is; the last line is `N passed, N failed`
cargo xtask build  leave a static dist/ that any web host can serve
cargo xtask e2e [NAME…]
                   only the end-to-end tests, or those whose name contains NAME
cargo xtask shots  only the pictures of every page, into target/screens/
                   serve, e2e, shots and prove also take --dev (a quick build for development)
                   and --fast (the last dist/ as it is)
cargo xtask prove [--no-fuzz] [--only-fuzz]
                   the long harnesses and the fuzz targets; writes their figures to docs/reliability.md
cargo xtask bench [--small] [--no-native]
                   speed and size of the release beside yardsticks of the same run; writes docs/performance.md (--small, a
                   tenth of everything, writes target/bench/performance.md); takes --dev and --fast too
cargo xtask inspect FILE…
                   print the facts of health record files
cargo xtask tools  only install the tools
cargo xtask headers
                   write the security headers into public/_headers, docs/hosting/ and index.html";
