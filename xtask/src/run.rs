//! Running commands, saying so, and failing with a sentence.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a task stopped: one sentence that says what to do.
#[derive(Debug)]
pub struct Failure(pub String);

pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// Turns an error of the standard library into a sentence about `what`.
pub fn because<E: std::fmt::Display>(what: impl std::fmt::Display) -> impl FnOnce(E) -> Failure {
    move |error| Failure(format!("{what}: {error}."))
}

/// The project's folder: the parent of xtask/.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

pub fn say(sentence: impl std::fmt::Display) {
    println!("\n▸ {sentence}");
}

/// A cargo command in the project's folder, of the toolchain that the project names.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(arguments);
    // What this runner was built with must not reach the project's own builds.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_TARGET_DIR"] {
        command.env_remove(name);
    }
    command
}

/// Runs to the end with its output shown; a failure becomes `advice`.
pub fn check(command: &mut Command, advice: &str) -> Outcome<()> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Failure(advice.to_string())),
        Err(error) => Err(Failure(format!("`{}` could not be started ({error}). {advice}", name_of(command)))),
    }
}

/// Runs to the end and gives its standard output, or nothing if it failed.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

fn name_of(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// Whether a program of this name stands in PATH.
pub fn has(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// Installs Debian packages, with sudo when we are not root.
pub fn apt(packages: &[&str]) -> Outcome<()> {
    let advice = format!("Install {} with your system's package manager, then run this again.", packages.join(" and "));
    if has("apt-get").is_none() {
        return Err(Failure(advice));
    }
    let root_user = output(Command::new("id").arg("-u")).as_deref() == Some("0");
    let apt_get = || {
        let mut command = if root_user {
            Command::new("apt-get")
        } else {
            let mut sudo = Command::new("sudo");
            sudo.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
            sudo
        };
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    say(format!("Installing {} from the system's packages", packages.join(", ")));
    // A stale list is no reason to stop: the installation will tell.
    let _ = apt_get().args(["update", "-qq"]).status();
    check(apt_get().args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages), &advice)
}
