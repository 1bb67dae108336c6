//! The tools of the build, each installed once into a folder that git ignores, named by its version.
//!
//! `TESSERA_TOOLS` names another folder, so that two clones on one machine can share it.

use crate::run::{self, Failure, Outcome, because, check, root, say};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const TRUNK: &str = "0.21.14";
pub const WASM_BINDGEN: &str = "0.2.130";
pub const BINARYEN: &str = "132.0.0";
pub const AXE: &str = "4.14.1";
pub const CARGO_FUZZ: &str = "0.13.2";
/// The yardsticks of `bench`, and what bundles them: esbuild, react and react-dom, flexsearch.
pub const YARDSTICKS: [&str; 4] = ["esbuild@0.28.2", "react@19.3.1", "react-dom@19.3.1", "flexsearch@0.8.212"];

/// Where the tools stand, once they do.
pub struct Tools {
    pub trunk: PathBuf,
    pub wasm_bindgen: PathBuf,
    pub wasm_opt: PathBuf,
}

impl Tools {
    /// PATH with the tools in front, for Trunk, which looks for its tools there.
    pub fn path(&self) -> OsString {
        let mut folders: Vec<PathBuf> = [&self.trunk, &self.wasm_bindgen, &self.wasm_opt]
            .iter()
            .filter_map(|tool| tool.parent().map(Path::to_path_buf))
            .collect();
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        std::env::join_paths(folders).unwrap_or_default()
    }

    pub fn test_runner(&self) -> PathBuf {
        self.wasm_bindgen.with_file_name("wasm-bindgen-test-runner")
    }
}

pub fn folder() -> PathBuf {
    std::env::var_os("TESSERA_TOOLS").map_or_else(|| root().join(".tools"), PathBuf::from)
}

pub fn all() -> Outcome<Tools> {
    target()?;
    Ok(Tools { trunk: trunk()?, wasm_bindgen: wasm_bindgen()?, wasm_opt: wasm_opt()? })
}

fn target() -> Outcome<()> {
    let have = run::output(Command::new("rustup").current_dir(root()).args(["target", "list", "--installed"]));
    if have.is_some_and(|list| list.lines().any(|line| line == "wasm32-unknown-unknown")) {
        return Ok(());
    }
    // rustup installs what rust-toolchain.toml names when it is asked for it by this command.
    say("Adding the wasm32-unknown-unknown target and the toolchain's components with rustup");
    let advice = "Install Rust with rustup (https://rustup.rs), then run this again.";
    check(Command::new("rustup").current_dir(root()).args(["target", "add", "wasm32-unknown-unknown"]), advice)?;
    check(Command::new("rustup").current_dir(root()).args(["component", "add", "rustfmt", "clippy"]), advice)
}

fn trunk() -> Outcome<PathBuf> {
    let home = folder().join(format!("trunk-{TRUNK}"));
    let program = home.join("bin/trunk");
    if !program.is_file() {
        say(format!("Building trunk {TRUNK} into {}: once, about 4 minutes on two cores", home.display()));
        let mut command =
            run::cargo(&["install", "--locked", "trunk", "--version", TRUNK, "--no-default-features", "--root"]);
        command.arg(&home);
        // Quick to build rather than quick to run.
        command.env("CARGO_PROFILE_RELEASE_LTO", "off");
        command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        check(&mut command, "trunk could not be built; look at the lines above, then run this again.")?;
    }
    Ok(program)
}

fn wasm_bindgen() -> Outcome<PathBuf> {
    let bin = folder().join(format!("wasm-bindgen-{WASM_BINDGEN}/bin"));
    let program = bin.join("wasm-bindgen");
    if !program.is_file() {
        say(format!(
            "Building the wasm-bindgen {WASM_BINDGEN} tools into {}: once, about 4 minutes on two cores",
            bin.display()
        ));
        let work = folder().join("build");
        let mut command =
            run::cargo(&["build", "--locked", "--release", "--manifest-path", "tools/Cargo.toml", "--target-dir"]);
        check(
            command.arg(&work),
            "The wasm-bindgen tools could not be built; look at the lines above, then run this again.",
        )?;
        std::fs::create_dir_all(&bin).map_err(because("The folder of the tools could not be made"))?;
        // The one that is looked for comes last, so that half an installation is never taken for a whole one.
        for name in ["wasm-bindgen-test-runner", "wasm-bindgen"] {
            std::fs::copy(work.join("release").join(name), bin.join(name))
                .map_err(because(format!("{name} could not be copied")))?;
        }
        let _ = std::fs::remove_dir_all(work);
    }
    Ok(program)
}

/// The driver of the fuzz targets: only `prove` needs it.
pub fn cargo_fuzz() -> Outcome<PathBuf> {
    let home = folder().join(format!("cargo-fuzz-{CARGO_FUZZ}"));
    let program = home.join("bin/cargo-fuzz");
    if !program.is_file() {
        say(format!("Building cargo-fuzz {CARGO_FUZZ} into {}: once, about a minute", home.display()));
        let mut command = run::cargo(&["install", "--locked", "cargo-fuzz", "--version", CARGO_FUZZ, "--root"]);
        check(
            command.arg(&home).env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
            "cargo-fuzz could not be built; look at the lines above, then run this again.",
        )?;
    }
    Ok(program)
}

/// npm's binaryen: Debian's own is too old for this toolchain and makes an app that breaks.
fn wasm_opt() -> Outcome<PathBuf> {
    let program = npm("binaryen", BINARYEN, "node_modules/.bin/wasm-opt")?;
    Ok(program)
}

/// The one file of axe-core, which the end-to-end tests inject into each page.
pub fn axe() -> Outcome<PathBuf> {
    npm("axe-core", AXE, "node_modules/axe-core/axe.min.js")
}

/// The folder of the yardsticks' packages, with esbuild in `node_modules/.bin`: only `bench` needs it.
pub fn yardsticks() -> Outcome<PathBuf> {
    let names = YARDSTICKS.map(str::to_owned);
    let program = packages(&names.join("-").replace('@', "-"), &names, "node_modules/.bin/esbuild")?;
    // node_modules/.bin/esbuild stands three levels below the folder that is asked for.
    Ok(program.ancestors().nth(3).map_or(program.clone(), PathBuf::from))
}

fn npm(package: &str, version: &str, file: &str) -> Outcome<PathBuf> {
    packages(&format!("{package}-{version}"), &[format!("{package}@{version}")], file)
}

fn packages(name: &str, specs: &[String], file: &str) -> Outcome<PathBuf> {
    let home = folder().join(name);
    let wanted = home.join(file);
    // node runs it, so its absence matters even where the package is there.
    if run::has("node").is_none() || (!wanted.exists() && run::has("npm").is_none()) {
        run::apt(&["nodejs", "npm"])?;
    }
    if !wanted.exists() {
        let wished = specs.join(", ");
        say(format!("Fetching {wished} from npm into {}", home.display()));
        std::fs::create_dir_all(&home).map_err(because("The folder of the tools could not be made"))?;
        let mut command = Command::new("npm");
        command.args([
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--loglevel=error",
            "--prefix",
        ]);
        command.arg(&home).args(specs);
        check(
            &mut command,
            &format!("npm could not fetch {wished}; see whether its registry can be reached, then run this again."),
        )?;
    }
    if wanted.exists() {
        Ok(wanted)
    } else {
        Err(Failure::new(format!("{name} lacks {file}; delete {} and run this again.", home.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wasm_bindgen_everywhere() {
        for file in ["Cargo.toml", "Trunk.toml", "tools/Cargo.toml"] {
            let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            assert!(text.contains(WASM_BINDGEN), "{file} names another version of wasm-bindgen than {WASM_BINDGEN}");
        }
        let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap_or_default();
        assert!(lock.contains(&format!("name = \"wasm-bindgen\"\nversion = \"{WASM_BINDGEN}\"")));
    }
}
