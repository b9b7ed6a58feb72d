//! Steps a child process through its lookups.

use super::addresses::Addresses;
use super::child::CHILD_COMMAND;
use super::counted::Counted;
use crate::machine::caches::LINE;
use anyhow::{Context, Result, bail, ensure};
use iced_x86::{Decoder, DecoderOptions, InstructionInfoFactory, OpAccess, Register, UsedMemory};
use nix::libc::user_regs_struct;
use nix::sys::ptrace;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use stackmap_corpus::child;
use stackmap_reports::results::BASELINE;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::process::{Child, Stdio};

/// Bytes of a page on x86.
const PAGE: u64 = 4096;
/// Most bytes of an instruction on x86.
const LONGEST_INSTRUCTION: usize = 15;

/// Whether this process may step through a child.
pub fn possible() -> Result<(), String> {
    let any_pc = [0];
    let tried = count(BASELINE, &[], &any_pc);
    tried.map(drop).map_err(|error| format!("{error:#}"))
}

/// Counts what a scheme does to answer `pcs`.
pub fn count(scheme: &str, section: &[u8], pcs: &[u32]) -> Result<Counted> {
    let mut child = child::command()?
        .args([CHILD_COMMAND, scheme])
        .args(pcs.iter().map(u32::to_string))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let counted = follow(&mut child, section, pcs.len());
    if counted.is_err() {
        // It may have ended by itself.
        let _ = child.kill();
    }
    // Reaped already if all went well.
    let _ = child.wait();
    counted
}

/// Gives a child its section, and follows it from where it stops to the end of
/// its last lookup. What comes after is no lookup, and steps are slow.
fn follow(child: &mut Child, section: &[u8], lookups: usize) -> Result<Counted> {
    let pid = Pid::from_raw(child.id().try_into()?);
    // Closed at once, or the child would wait for more.
    child.stdin.take().context("no input")?.write_all(section)?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let addresses: Addresses = lines.next().context("the child said nothing")??.parse()?;
    let status = waitpid(pid, None)?;
    ensure!(
        matches!(status, WaitStatus::Stopped(..)),
        "the child did not stop: {status:?}"
    );
    let mut watch = Watch {
        memory: File::open(format!("/proc/{pid}/mem"))?,
        decoded: HashMap::new(),
        addresses,
        frame: None,
        seen: 0,
        lines: HashSet::new(),
        all: HashSet::new(),
        counted: Counted::default(),
    };
    while watch.seen < lookups {
        watch.see(&ptrace::getregs(pid)?)?;
        ptrace::step(pid, None)?;
        match waitpid(pid, None)? {
            WaitStatus::Stopped(..) => {}
            other => bail!("the child ended with {other:?}"),
        }
    }
    ptrace::cont(pid, None)?;
    match waitpid(pid, None)? {
        WaitStatus::Exited(_, 0) => {}
        other => bail!("the child ended with {other:?}"),
    }
    let checksum = lines.next().context("the child did not finish")??;
    watch.counted.checksum = checksum.parse()?;
    let pages: HashSet<u64> = watch
        .all
        .iter()
        .map(|line| line * LINE as u64 / PAGE)
        .collect();
    watch.counted.all_lines = watch.all.len() as u64;
    watch.counted.all_pages = pages.len() as u64;
    Ok(watch.counted)
}

/// What is seen of a child.
struct Watch {
    memory: File,
    /// What each instruction reads or writes, by its address.
    decoded: HashMap<u64, Vec<UsedMemory>>,
    addresses: Addresses,
    /// The stack pointer on entering the lookup under way.
    frame: Option<u64>,
    /// Lookups that have ended.
    seen: usize,
    /// The lines that this lookup has used.
    lines: HashSet<u64>,
    /// The lines of the section that any lookup has used, from its start.
    all: HashSet<u64>,
    counted: Counted,
}

impl Watch {
    /// Looks at the instruction that is about to run, and counts it if it is
    /// part of a lookup.
    fn see(&mut self, regs: &user_regs_struct) -> Result<()> {
        match self.frame {
            None if regs.rip == self.addresses.entry => self.frame = Some(regs.rsp),
            // Its return address has been popped.
            Some(sp) if regs.rsp > sp => self.close(),
            _ => {}
        }
        match self.frame {
            Some(_) => self.count(regs),
            None => Ok(()),
        }
    }

    fn count(&mut self, regs: &user_regs_struct) -> Result<()> {
        self.counted.instructions += 1;
        if !self.decoded.contains_key(&regs.rip) {
            self.decoded.insert(regs.rip, self.decode(regs.rip)?);
        }
        for used in &self.decoded[&regs.rip] {
            let address = used.virtual_address(0, |register, _, _| value(regs, register));
            let (Some(address), size) = (address, used.memory_size().size() as u64) else {
                continue;
            };
            let reads = !matches!(used.access(), OpAccess::Write | OpAccess::NoMemAccess);
            if reads && self.addresses.section.contains(&address) {
                self.counted.bytes_read += size;
            } else if !self.addresses.scratch.contains(&address) {
                continue;
            }
            self.lines.insert(address / LINE as u64);
            self.lines.insert((address + size.max(1) - 1) / LINE as u64);
        }
        Ok(())
    }

    /// What the instruction at an address reads or writes.
    fn decode(&self, address: u64) -> Result<Vec<UsedMemory>> {
        let mut code = [0; LONGEST_INSTRUCTION];
        let len = self.memory.read_at(&mut code, address)?;
        let mut decoder = Decoder::with_ip(64, &code[..len], address, DecoderOptions::NONE);
        let mut factory = InstructionInfoFactory::new();
        Ok(factory.info(&decoder.decode()).used_memory().to_vec())
    }

    /// Ends a lookup.
    fn close(&mut self) {
        self.frame = None;
        self.seen += 1;
        for line in self.lines.drain() {
            let of = |range: &Range<u64>| range.contains(&(line * LINE as u64));
            if of(&self.addresses.section) {
                self.counted.lines += 1;
                let start = self.addresses.section.start / LINE as u64;
                self.all.insert(line - start);
            }
            self.counted.scratch_lines += u64::from(of(&self.addresses.scratch));
        }
    }
}

/// The value of a register; vectors are no part of an address here.
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
