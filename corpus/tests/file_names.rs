//! Names of modules from files on the command line.

use stackmap_corpus::{CorpusError, unique_names};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use tempfile::TempDir;

/// Creates the files, each empty, in a folder `here` of its own.
fn files(paths: &[&str]) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let path = |path: &&str| folder.path().join("here").join(path);
    let paths: Vec<PathBuf> = paths.iter().map(path).collect();
    for path in &paths {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    (folder, paths)
}

fn names(paths: &[&str], taken: &[&str]) -> Vec<String> {
    let (_folder, files) = files(paths);
    unique_names(&files, |name| taken.contains(&name)).unwrap()
}

fn refusal(names: Result<Vec<String>, CorpusError>) -> String {
    names.unwrap_err().to_string()
}

#[test]
fn a_name_is_the_stem_where_that_is_enough() {
    assert_eq!(names(&["x/a.wasm", "y/b.cwasm"], &[]), ["a", "b"]);
}

#[test]
fn files_of_one_stem_are_told_apart_as_briefly_as_possible() {
    assert_eq!(names(&["a.wasm", "a.cwasm"], &[]), ["a.wasm", "a.cwasm"]);
    assert_eq!(
        names(&["x/a.wasm", "y/a.wasm", "b.wasm"], &[]),
        ["x/a", "y/a", "b"]
    );
    assert_eq!(
        names(&["x/a.wasm", "x/a.cwasm", "y/a.wasm"], &[]),
        ["x/a", "a.cwasm", "y/a"]
    );
    assert_eq!(
        names(&["1/x/a.wasm", "2/x/a.wasm", "a.wasm"], &[]),
        ["1/x/a", "2/x/a", "here/a"]
    );
}

#[test]
fn a_file_is_never_called_like_a_module_of_the_corpus() {
    let taken = ["bignum", "bignum.wat"];
    assert_eq!(names(&["bignum.wasm"], &taken), ["bignum.wasm"]);
    assert_eq!(names(&["bignum.wat"], &taken), ["here/bignum"]);
    let (_folder, files) = files(&["bignum.wat"]);
    let error = refusal(unique_names(&files, |_| true));
    assert!(error.contains("rename the file"), "{error}");
}

#[test]
fn one_file_is_not_taken_for_two() {
    let (folder, mut files) = files(&["a.wasm", "x/b.wasm"]);
    files.push(folder.path().join("here/x/../a.wasm"));
    let error = refusal(unique_names(&files, |_| false));
    assert!(
        error.contains("x/../a.wasm: it is the same file as"),
        "{error}"
    );

    let link = folder.path().join("link.wasm");
    std::os::unix::fs::symlink(&files[1], &link).unwrap();
    let error = refusal(unique_names(&[files[1].clone(), link], |_| false));
    assert!(
        error.contains("link.wasm: it is the same file as"),
        "{error}"
    );
}

#[test]
fn any_name_is_printable_and_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let names: [&[u8]; 3] = [b"\xff.wasm", b"\xfe.wasm", b"a\nb.wasm"];
    let files = names.map(|name| folder.path().join(std::ffi::OsStr::from_bytes(name)));
    files.iter().for_each(|file| fs::write(file, "").unwrap());
    assert_eq!(
        unique_names(&files, |_| false).unwrap(),
        ["\\xff", "\\xfe", "a\\nb"]
    );
}

#[test]
fn hundreds_of_files_of_one_stem_have_as_many_names() {
    let paths: Vec<String> = (0..300).map(|i| format!("{i}/x/a.wasm")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let names = names(&paths, &[]);
    assert_eq!(names[123], "123/x/a");
}
