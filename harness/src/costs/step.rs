//! Steps a child process through its lookups.

use super::child::{CHILD_COMMAND, PCS, SECTION};
use super::counted::Counted;
use crate::machine::caches::LINE;
use anyhow::{Context, Result, bail, ensure};
use iced_x86::{Decoder, DecoderOptions, InstructionInfoFactory, OpAccess, Register, UsedMemory};
use nix::libc::user_regs_struct;
use nix::sys::ptrace;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};

/// Whether this process may step through a child.
pub fn possible() -> Result<(), String> {
    let first_pcs = [0];
    let tried = count("exact", &[], &first_pcs);
    tried.map(drop).map_err(|error| format!("{error:#}"))
}

/// Counts what a scheme does to answer `pcs`.
pub fn count(scheme: &str, section: &[u8], pcs: &[u32]) -> Result<Counted> {
    let dir = tempfile::tempdir().context("a temporary folder")?;
    std::fs::write(dir.path().join(SECTION), section)?;
    let pcs: Vec<u8> = pcs.iter().flat_map(|pc| pc.to_le_bytes()).collect();
    std::fs::write(dir.path().join(PCS), pcs)?;
    let mut child = Command::new(std::env::current_exe()?)
        .args([CHILD_COMMAND, "--scheme", scheme, "--dir"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .spawn()?;
    let counted = follow(&mut child);
    if counted.is_err() {
        // It may have ended by itself.
        let _ = child.kill();
    }
    // Reaped already if all went well.
    let _ = child.wait();
    counted
}

fn follow(child: &mut Child) -> Result<Counted> {
    let pid = Pid::from_raw(child.id().try_into()?);
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let line = lines.next().context("the child said nothing")??;
    let fields: Vec<u64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [entry, section, section_len, scratch, scratch_len] = fields[..] else {
        bail!("the child said {line}");
    };
    let status = waitpid(pid, None)?;
    ensure!(
        matches!(status, WaitStatus::Stopped(..)),
        "the child did not stop: {status:?}"
    );
    let mut watch = Watch {
        memory: File::open(format!("/proc/{pid}/mem"))?,
        decoded: HashMap::new(),
        section: section..section + section_len,
        scratch: scratch..scratch + scratch_len,
        lines: HashSet::new(),
        counted: Counted::default(),
    };
    // The stack pointer on entering the lookup that is under way.
    let mut frame = None;
    loop {
        let regs = ptrace::getregs(pid)?;
        match frame {
            None if regs.rip == entry => frame = Some(regs.rsp),
            // Its return address has been popped.
            Some(sp) if regs.rsp > sp => {
                frame = None;
                watch.close();
            }
            _ => {}
        }
        if frame.is_some() {
            watch.see(&regs)?;
        }
        ptrace::step(pid, None)?;
        match waitpid(pid, None)? {
            WaitStatus::Stopped(..) => {}
            WaitStatus::Exited(_, 0) => break,
            other => bail!("the child ended with {other:?}"),
        }
    }
    let checksum = lines.next().context("the child did not finish")??;
    watch.counted.checksum = checksum.parse()?;
    Ok(watch.counted)
}

struct Watch {
    memory: File,
    /// What each instruction reads or writes, by its address.
    decoded: HashMap<u64, Vec<UsedMemory>>,
    section: Range<u64>,
    scratch: Range<u64>,
    /// Lines of the lookup under way.
    lines: HashSet<u64>,
    counted: Counted,
}

impl Watch {
    /// Counts the instruction that is about to run.
    fn see(&mut self, regs: &user_regs_struct) -> Result<()> {
        self.counted.instructions += 1;
        if !self.decoded.contains_key(&regs.rip) {
            let mut code = [0; 15];
            let len = self.memory.read_at(&mut code, regs.rip)?;
            let mut decoder = Decoder::with_ip(64, &code[..len], regs.rip, DecoderOptions::NONE);
            let mut factory = InstructionInfoFactory::new();
            let used = factory.info(&decoder.decode()).used_memory().to_vec();
            self.decoded.insert(regs.rip, used);
        }
        for used in &self.decoded[&regs.rip] {
            let address = used.virtual_address(0, |register, _, _| value(regs, register));
            let (Some(address), size) = (address, used.memory_size().size() as u64) else {
                continue;
            };
            let reads = !matches!(used.access(), OpAccess::Write | OpAccess::NoMemAccess);
            let in_section = self.section.contains(&address);
            if in_section && reads {
                self.counted.bytes_read += size;
            } else if !self.scratch.contains(&address) {
                continue;
            }
            self.lines.insert(address / LINE as u64);
            self.lines.insert((address + size.max(1) - 1) / LINE as u64);
        }
        Ok(())
    }

    /// Ends a lookup.
    fn close(&mut self) {
        for line in self.lines.drain() {
            let of = |range: &Range<u64>| range.contains(&(line * LINE as u64));
            self.counted.lines += u64::from(of(&self.section));
            self.counted.scratch_lines += u64::from(of(&self.scratch));
        }
    }
}

fn value(regs: &user_regs_struct, register: Register) -> Option<u64> {
    Some(match register.full_register() {
        Register::RAX => regs.rax,
        Register::RBX => regs.rbx,
        Register::RCX => regs.rcx,
        Register::RDX => regs.rdx,
        Register::RSI => regs.rsi,
        Register::RDI => regs.rdi,
        Register::RBP => regs.rbp,
        Register::RSP => regs.rsp,
        Register::R8 => regs.r8,
        Register::R9 => regs.r9,
        Register::R10 => regs.r10,
        Register::R11 => regs.r11,
        Register::R12 => regs.r12,
        Register::R13 => regs.r13,
        Register::R14 => regs.r14,
        Register::R15 => regs.r15,
        Register::RIP => regs.rip,
        // Flat segments, but for those of threads, which no section lies in.
        Register::CS | Register::DS | Register::ES | Register::SS => 0,
        Register::FS => regs.fs_base,
        Register::GS => regs.gs_base,
        _ => return None,
    })
}
