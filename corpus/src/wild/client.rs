//! Runs the ordinary clients: npm, pip, git and node.

use crate::error::CorpusError;
use std::path::Path;
use std::process::Command;

/// Runs a client to its end without a terminal and gives its standard output.
pub(crate) fn run(command: &mut Command, origin: &str) -> Result<Vec<u8>, CorpusError> {
    let remedy = "check the network and the pin, or give a folder that holds the file with --from";
    run_or(command, origin, remedy)
}

/// The same, with another remedy for a failure.
pub(crate) fn run_or(
    command: &mut Command,
    origin: &str,
    remedy: &str,
) -> Result<Vec<u8>, CorpusError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => CorpusError::unusable(
                origin,
                format!("the client {program} is not installed"),
                &format!("install {program}, or give a folder that holds the file with --from"),
            ),
            _ => CorpusError::unusable(
                origin,
                format!("the client {program} cannot be started: {e}"),
                "check its installation",
            ),
        })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(CorpusError::unusable(
        origin,
        format!("{program} failed ({}): {}", output.status, gist(&stderr)),
        remedy,
    ))
}

/// Lines from this length on are minified source, not messages.
const LONGEST_LINE: usize = 300;
/// Most lines of a client's output that are quoted.
const MOST_LINES: usize = 3;
/// Most characters of it that are quoted.
const LONGEST_GIST: usize = 400;

/// The lines that say what went wrong: those that mention an error, else the
/// last one. Clients print pages of advice and minified source around them.
fn gist(stderr: &str) -> String {
    let lines = || {
        stderr
            .lines()
            .map(str::trim)
            .filter(|l| (1..LONGEST_LINE).contains(&l.len()))
    };
    let is_error = |l: &&str| {
        let l = l.to_ascii_lowercase();
        l.contains("error") || l.starts_with("fatal")
    };
    let mut errors: Vec<&str> = lines().filter(is_error).take(MOST_LINES).collect();
    if errors.is_empty() {
        errors.extend(lines().next_back());
    }
    let gist: String = errors.join(" / ").chars().take(LONGEST_GIST).collect();
    if gist.is_empty() {
        "no message".into()
    } else {
        gist
    }
}

/// `npm pack`: the package as one `.tgz` in `folder`.
pub(crate) fn npm(
    name: &str,
    version: &str,
    folder: &Path,
    origin: &str,
) -> Result<(), CorpusError> {
    let mut npm = Command::new("npm");
    npm.args([
        "pack",
        "--silent",
        "--ignore-scripts",
        "--fetch-retries=1",
        "--pack-destination",
    ]);
    run(npm.arg(folder).arg(format!("{name}@{version}")), origin).map(drop)
}

/// `pip download`: the package as one wheel in `folder`.
pub(crate) fn pip(
    name: &str,
    version: &str,
    folder: &Path,
    origin: &str,
) -> Result<(), CorpusError> {
    // Only one file is taken out of the wheel and nothing in it runs, so
    // neither its dependencies nor the Python version matter.
    let mut pip = Command::new("pip");
    pip.args(["download", "--quiet", "--no-deps", "--only-binary=:all:"]);
    pip.args(["--ignore-requires-python", "--retries=1", "--dest"]);
    run(pip.arg(folder).arg(format!("{name}=={version}")), origin).map(drop)
}

/// `git fetch` of one commit without the files, unless `folder` has it already, then
/// the one file.
pub(crate) fn git(
    repository: &str,
    commit: &str,
    path: &str,
    folder: &Path,
    origin: &str,
) -> Result<Vec<u8>, CorpusError> {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.env("GIT_TERMINAL_PROMPT", "0").arg("-C").arg(folder);
        run(git.args(arguments), origin)
    };
    if !folder.join(".git").exists() {
        git(&["init", "--quiet"])?;
        git(&["remote", "add", "origin", repository])?;
        git(&[
            "fetch",
            "--quiet",
            "--depth=1",
            "--filter=blob:none",
            "origin",
            commit,
        ])?;
    }
    git(&["cat-file", "blob", &format!("{commit}:{path}")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_client_is_named_with_the_remedy() {
        let error = run(&mut Command::new("no-such-client-here"), "wild.toml: m").unwrap_err();
        let error = error.to_string();
        assert!(error.contains("wild.toml: m"), "{error}");
        assert!(
            error.contains("no-such-client-here is not installed"),
            "{error}"
        );
        assert!(error.contains("--from"), "{error}");
    }

    #[test]
    fn a_failing_client_is_quoted_on_one_line() {
        let mut git = Command::new("git");
        git.args(["-C", "/nonexistent-folder", "status"]);
        let error = run(&mut git, "m").unwrap_err().to_string();
        assert!(
            error.contains("git failed") && error.contains("nonexistent-folder"),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1);
    }

    #[test]
    fn advice_is_left_out() {
        let npm = "npm error code E404\nnpm notice new version\nnpm error 404 not found\n";
        assert_eq!(gist(npm), "npm error code E404 / npm error 404 not found");
        assert_eq!(gist("first\nlast\n\n"), "last");
        assert_eq!(gist(""), "no message");
    }
}
