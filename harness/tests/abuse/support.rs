//! Calls of the lab, and what is to be seen of them from outside.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// One module that is there on every machine, one scheme, and little time.
const SMALL: [(&str, &str); 5] = [
    ("-m", "^hoot-reflect/x86_64/copying$"),
    ("-s", "^blocks$"),
    ("--runs", "1"),
    ("--processes", "2"),
    ("--seconds", "1"),
];

/// As little timing as there can be.
pub const TIMED_ONCE: [&str; 7] = [
    "--quick",
    "--runs",
    "1",
    "--processes",
    "1",
    "--seconds",
    "1",
];

/// A call of the lab, as small as it can be where `more` does not say
/// otherwise.
pub fn command(subcommand: &str, more: &[&str], place: &[&OsStr]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
    command.arg(subcommand);
    let small = match subcommand {
        "bench" | "latency" => &SMALL[..],
        "run" => &SMALL[..2],
        _ => &[],
    };
    for (flag, value) in small.iter().filter(|(flag, _)| !more.contains(flag)) {
        command.args([flag, value]);
    }
    if ["bench", "latency"].contains(&subcommand) {
        command.arg("--quick");
    }
    command.args(more).args(place);
    command
}

/// Calls a subcommand on the small module where it takes one, with results in
/// `out`.
pub fn lab_into(subcommand: &str, more: &[&str], out: &Path) -> Output {
    run(command(subcommand, more, &["--out".as_ref(), out.as_ref()]))
}

/// Goes on in a folder.
pub fn resume(subcommand: &str, more: &[&str], dir: &Path) -> Output {
    run(command(
        subcommand,
        more,
        &["--resume".as_ref(), dir.as_ref()],
    ))
}

pub fn lab(subcommand: &str, arguments: &[&OsStr]) -> Output {
    run(command(subcommand, &[], arguments))
}

fn run(mut command: Command) -> Output {
    command.output().expect("the lab starts")
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
pub fn assert_succeeds(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
}

/// Exit code 1, and one line that begins with `error:` and has all of `words`.
#[track_caller]
pub fn assert_refused(output: &Output, words: &[&str]) {
    let stderr = stderr(output);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let mut lines = stderr.lines().filter(|line| line.starts_with("error: "));
    let (line, more) = (lines.next().unwrap_or_default(), lines.count());
    assert_eq!(more, 0, "{stderr}");
    for word in words {
        assert!(line.contains(word), "no {word:?} in: {stderr}");
    }
}

/// Everything below a folder, by path; of the lab's own lock there is no trace
/// in what it says.
pub fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(contents(&path));
            all.insert(path, Vec::new());
        } else if path.file_name() != Some(".lock".as_ref()) {
            all.insert(path.clone(), fs::read(&path).expect("a file"));
        }
    }
    all
}

/// Copies a folder and all below it.
pub fn copy(from: &Path, to: &Path) {
    for (path, bytes) in contents(from) {
        let target = to.join(path.strip_prefix(from).expect("below the folder"));
        if path.is_file() {
            fs::create_dir_all(target.parent().expect("a folder")).expect("made");
            fs::write(target, bytes).expect("written");
        }
    }
}

/// Makes a run look as it does while it lasts.
pub fn unfinish(dir: &Path) {
    let path = dir.join("run.json");
    let text = fs::read_to_string(&path).expect("a manifest");
    fs::write(path, text.replace("complete", "running")).expect("written");
}

/// The folder of the real corpus.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("corpus")
}

/// Copies a program of the corpus.
pub fn program(name: &str, to: PathBuf) -> PathBuf {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(corpus().join(format!("programs/{name}.wat")), &to).unwrap();
    to
}

/// Calls a subcommand with flags, and files after them.
pub fn call(subcommand: &str, flags: &[&str], files: &[&Path]) -> Output {
    let arguments: Vec<&OsStr> = flags.iter().map(OsStr::new).collect();
    let files = files.iter().map(|file| file.as_os_str());
    lab(
        subcommand,
        &arguments.into_iter().chain(files).collect::<Vec<_>>(),
    )
}
