//! The pins of `wild.toml`, and fetching with hermetic sources.

use sha2::{Digest, Sha256};
use stackmap_corpus::wild::{FetchOptions, Manifest, Source, WildModule, fetch, is_at_hand};
use stackmap_corpus::{Collector, CorpusFolder, Isa, OptLevel, Tier};
use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

const MODULE: &[u8] = b"\0asm\x01\0\0\0";

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

fn entry(source: &str, sha256: &str) -> String {
    format!(
        "[[module]]\nname = \"m\"\nlanguage = \"L\"\ntoolchain = \"T\"\nlicence = \"MIT\"\n\
         {source}\npath = \"a/m.wasm\"\nsha256 = \"{sha256}\"\n"
    )
}

fn parse(folder: &Path, text: &str) -> Result<Manifest, String> {
    let path = folder.join("wild.toml");
    std::fs::write(&path, text).unwrap();
    Manifest::read(&path).map_err(|e| e.to_string())
}

fn options(folder: &Path, from: &str) -> FetchOptions {
    FetchOptions {
        from: Some(folder.join(from)),
        cache: folder.join("cache"),
    }
}

/// A source without a network: a local repository with one commit.
fn repository(folder: &Path) -> (String, String) {
    let repository = folder.join("repository");
    std::fs::create_dir_all(repository.join("a")).unwrap();
    std::fs::write(repository.join("a/m.wasm"), MODULE).unwrap();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C")
            .arg(&repository)
            .args(["-c", "user.name=t", "-c", "user.email=t@t"]);
        let output = git.args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--no-gpg-sign", "-m", "m"]);
    let commit = git(&["rev-parse", "HEAD"]);
    (repository.display().to_string(), commit)
}

#[test]
fn the_manifest_reaches_the_breadth_we_claim() {
    let corpus = CorpusFolder::of_source_tree();
    let manifest = Manifest::read(&corpus.manifest()).unwrap();
    let compiles = |m: &&WildModule| {
        m.tier() == Tier::Wild && m.failure(Isa::X86_64, Collector::Copying).is_none()
    };
    let usable: Vec<_> = manifest.modules.iter().filter(compiles).collect();
    let languages: HashSet<_> = usable.iter().map(|m| &m.language).collect();
    assert!(usable.len() >= 10, "{} modules", usable.len());
    assert!(languages.len() >= 6, "{languages:?}");
    let hashes: HashSet<_> = manifest.modules.iter().map(|m| &m.pin.sha256).collect();
    assert_eq!(
        hashes.len(),
        manifest.modules.len(),
        "two pins name one file"
    );
}

#[test]
fn a_program_of_ours_is_the_pinned_one() {
    let corpus = CorpusFolder::of_source_tree();
    let manifest = Manifest::read(&corpus.manifest()).unwrap();
    for module in &manifest.modules {
        let is_ours = module.pin.source == Source::Ours;
        let is_all_ours = is_ours && module.sources().is_empty();
        assert_eq!(
            is_all_ours,
            module.tier() == Tier::Program,
            "{}",
            module.name
        );
        if is_ours {
            let source = corpus.manifest().with_file_name(&module.pin.path);
            let source = std::fs::read(source).unwrap();
            assert_eq!(sha256(&source), module.pin.sha256, "{}", module.name);
        }
    }
}

#[test]
fn a_prepared_module_comes_from_a_folder_too() {
    let folder = tempfile::tempdir().unwrap();
    let text = entry("kotlin = \"0\"", &sha256(b"program"))
        + &format!("prepared_sha256 = \"{}\"\n", sha256(MODULE));
    let manifest = parse(folder.path(), &text).unwrap();
    std::fs::create_dir(folder.path().join("from")).unwrap();
    std::fs::write(folder.path().join("from/any-name"), MODULE).unwrap();
    let path = fetch(manifest.get("m").unwrap(), &options(folder.path(), "from")).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), MODULE);
}

#[test]
fn a_program_with_sources_is_at_hand_once_all_of_them_are() {
    let folder = tempfile::tempdir().unwrap();
    let text = entry(
        "git = \"/nonexistent\"\ncommit = \"0\"\nkotlin = \"0\"",
        &sha256(b"program"),
    ) + &format!(
        "prepared_sha256 = \"{}\"\n[module.sources]\n\"b/n.kt\" = \"{}\"\n\"c/n.kt\" = \"{}\"\n",
        sha256(MODULE),
        sha256(b"first"),
        sha256(b"second")
    );
    let manifest = parse(folder.path(), &text).unwrap();
    let module = manifest.get("m").unwrap();
    assert_eq!(module.tier(), Tier::Wild);
    assert_eq!(module.origin(), "/nonexistent at 0, and ours");
    let paths: Vec<_> = module.sources().iter().map(|pin| &pin.path).collect();
    assert_eq!(paths, ["b/n.kt", "c/n.kt"]);

    // A checkout, in which one file is another one at first.
    let options = options(folder.path(), "from");
    let put = |path: &str, text: &str| {
        let path = folder.path().join("from").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("b/n.kt", "first");
    put("c/n.kt", "first");
    assert!(!is_at_hand(module, &options).unwrap());
    put("c/n.kt", "second");
    assert!(is_at_hand(module, &options).unwrap());
}

#[test]
fn a_module_comes_from_a_folder_by_hash_and_then_from_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let source = "git = \"/nonexistent\"\ncommit = \"0\"";
    let manifest = parse(folder.path(), &entry(source, &sha256(MODULE))).unwrap();
    let module = manifest.get("m").unwrap();
    let options = options(folder.path(), "from");
    std::fs::create_dir(folder.path().join("from")).unwrap();
    std::fs::write(folder.path().join("from/other"), b"other").unwrap();
    assert!(
        fetch(module, &options).is_err(),
        "nothing with that hash is there yet"
    );

    std::fs::write(folder.path().join("from/any-name"), MODULE).unwrap();
    let path = fetch(module, &options).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), MODULE);

    std::fs::remove_dir_all(folder.path().join("from")).unwrap();
    assert_eq!(fetch(module, &options).unwrap(), path);
}

#[test]
fn a_damaged_cache_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (repository, commit) = repository(folder.path());
    let source = format!("git = \"{repository}\"\ncommit = \"{commit}\"");
    let manifest = parse(folder.path(), &entry(&source, &sha256(MODULE))).unwrap();
    let module = manifest.get("m").unwrap();
    let options = FetchOptions {
        from: None,
        ..options(folder.path(), "")
    };
    let path = fetch(module, &options).unwrap();
    std::fs::write(&path, b"damaged").unwrap();
    let path = fetch(module, &options).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), MODULE);
}

#[test]
fn a_wrong_hash_is_refused_and_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (repository, commit) = repository(folder.path());
    let source = format!("git = \"{repository}\"\ncommit = \"{commit}\"");
    let wrong = sha256(b"another file");
    let manifest = parse(folder.path(), &entry(&source, &wrong)).unwrap();
    let options = FetchOptions {
        from: None,
        ..options(folder.path(), "")
    };
    let error = fetch(manifest.get("m").unwrap(), &options)
        .unwrap_err()
        .to_string();
    for part in ["wild.toml", &wrong, &sha256(MODULE), "correct the pin"] {
        assert!(error.contains(part), "{part} is missing in: {error}");
    }
    assert_eq!(error.lines().count(), 1, "{error}");
    let kept = std::fs::read_dir(&options.cache).unwrap().count();
    assert_eq!(kept, 0, "the cache keeps nothing unchecked");
}

#[test]
fn a_commit_that_is_not_there_is_reported_on_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let (repository, _) = repository(folder.path());
    let source = format!("git = \"{repository}\"\ncommit = \"{}\"", "1".repeat(40));
    let manifest = parse(folder.path(), &entry(&source, &sha256(MODULE))).unwrap();
    let options = FetchOptions {
        from: None,
        ..options(folder.path(), "")
    };
    let error = fetch(manifest.get("m").unwrap(), &options)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("git failed") && error.contains("--from"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn settings_and_failures_hold_for_what_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = entry("npm = \"p\"\nversion = \"1\"", &sha256(MODULE))
        + "[[module.setting]]\ncollector = \"copying\"\nopt_level = \"none\"\nreason = \"r\"\n\
           [[module.failure]]\nisa = \"riscv64\"\nreason = \"everywhere\"\n\
           [[module.failure]]\ncollector = \"drc\"\nisa = \"x86_64\"\nreason = \"there\"\n";
    let manifest = parse(folder.path(), &text).unwrap();
    let module = manifest.get("m").unwrap();
    assert_eq!(
        module.setting(Collector::Copying).unwrap().opt_level,
        OptLevel::None
    );
    assert_eq!(module.setting(Collector::Drc), None);
    assert_eq!(
        module.failure(Isa::Riscv64, Collector::Copying),
        Some("everywhere")
    );
    assert_eq!(module.failure(Isa::X86_64, Collector::Drc), Some("there"));
    assert_eq!(module.failure(Isa::X86_64, Collector::Copying), None);
    assert_eq!(module.failure(Isa::Aarch64, Collector::Drc), None);
}

#[test]
fn bad_manifests_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let npm = "npm = \"p\"\nversion = \"1\"";
    let good = entry(npm, &sha256(MODULE));
    assert!(parse(folder.path(), &good).is_ok());
    let cases = [
        (format!("{good}{good}"), "two modules are called m"),
        (entry(npm, "7696d9"), "no SHA-256"),
        (entry("npm = \"p\"", &sha256(MODULE)), "npm and version"),
        (
            entry(&format!("{npm}\ncommit = \"c\""), &sha256(MODULE)),
            "npm and version",
        ),
        (format!("{good}prepare = \"x\"\n"), "go together"),
        (format!("{good}kotlin = \"1\"\n"), "or kotlin"),
        (
            format!("{good}[module.sources]\n\"a.kt\" = \"1\"\n"),
            "kotlin with git, commit and sources",
        ),
        (good.replace("licence", "license"), "unknown field"),
        (
            good.replace("name = \"m\"", "name = \"../m\""),
            "a name is made of",
        ),
        (good.replace("[[module]]", "[[module"), "wild.toml"),
    ];
    for (text, part) in cases {
        let error = parse(folder.path(), &text).unwrap_err();
        assert!(error.contains(part), "{part} is missing in: {error}");
        assert!(error.contains("wild.toml"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let manifest = parse(folder.path(), &good).unwrap();
    let error = manifest.get("n").unwrap_err().to_string();
    assert!(error.contains("the modules are m"), "{error}");
}
