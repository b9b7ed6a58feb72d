//! Return addresses found by disassembly, function by function.
//!
//! Functions may contain constants and jump tables. Decoded as if they were
//! instructions, those can give calls that are none, so what is found here is
//! compared with the other routes and never trusted alone where they exist.

use crate::Function;
use capstone::arch::{self, BuildsCapstone, BuildsCapstoneExtraMode};
use capstone::{Capstone, Insn};
use pulley_interpreter::decode::{
    BytecodeStream, Decoder, ExtendedOpVisitor, OpVisitor, SafeBytecodeStream,
};
use rayon::prelude::*;

/// Offsets into `text` of every return address, ascending, tail calls left
/// out. Errors say why the instruction set cannot be disassembled.
pub(crate) fn return_addresses(
    isa: &str,
    text: &[u8],
    functions: &[Function],
) -> Result<Vec<u32>, String> {
    let bodies = functions.par_iter().map(|f| {
        let code = text.get(f.range.start as usize..f.range.end as usize);
        (f.range.start, code.unwrap_or_default())
    });
    let found: Result<Vec<Vec<u32>>, String> = if isa == "pulley64" {
        bodies
            .map(|(start, code)| Ok(pulley_returns(code, start)))
            .collect()
    } else {
        bodies
            .map_init(
                || disassembler(isa),
                |engine, (start, code)| match engine {
                    Ok(engine) => native_returns(engine, isa, code, start),
                    Err(problem) => Err(problem.clone()),
                },
            )
            .collect()
    };
    let mut returns = found?.concat();
    returns.sort_unstable();
    returns.dedup();
    Ok(returns)
}

fn disassembler(isa: &str) -> Result<Capstone, String> {
    let new = Capstone::new();
    match isa {
        "x86_64" => new.x86().mode(arch::x86::ArchMode::Mode64).build(),
        "aarch64" => new.arm64().mode(arch::arm64::ArchMode::Arm).build(),
        "riscv64" => {
            let compressed = [arch::riscv::ArchExtraMode::RiscVC];
            let new = new.riscv().mode(arch::riscv::ArchMode::RiscV64);
            new.extra_mode(compressed.into_iter()).build()
        }
        "s390x" => new.sysz().mode(arch::sysz::ArchMode::Default).build(),
        _ => return Err(format!("no disassembler for {isa}")),
    }
    .map_err(|e| format!("disassembler for {isa}: {e}"))
}

fn native_returns(
    engine: &Capstone,
    isa: &str,
    code: &[u8],
    start: u32,
) -> Result<Vec<u32>, String> {
    let mut returns = Vec::new();
    let mut iter = engine.disasm_iter(code, 0).map_err(|e| e.to_string())?;
    loop {
        while let Some(insn) = iter.next() {
            if is_call(isa, &insn) {
                returns.push(start + insn.address() as u32 + insn.len() as u32);
            }
        }
        // Not an instruction that this disassembler knows: step over it.
        let at = iter.addr() as usize;
        let rest = code.get(at..).unwrap_or_default();
        let Some(rest) = rest.get(length(isa, rest)..).filter(|_| !rest.is_empty()) else {
            return Ok(returns);
        };
        iter.reset(rest, (code.len() - rest.len()) as u64);
    }
}

/// Bytes in an instruction that could not be decoded.
fn length(isa: &str, code: &[u8]) -> usize {
    let first = code.first().copied().unwrap_or(0);
    match isa {
        "aarch64" => 4,
        "riscv64" if first & 0b11 == 0b11 => 4,
        "riscv64" => 2,
        "s390x" => [2, 4, 4, 6][usize::from(first >> 6)],
        _ => 1,
    }
}

fn is_call(isa: &str, insn: &Insn<'_>) -> bool {
    use arch::arm64::Arm64Insn;
    use arch::riscv::RiscVInsn;
    use arch::sysz::SysZInsn;
    use arch::x86::X86Insn;

    let id = insn.id().0;
    match isa {
        "x86_64" => id == X86Insn::X86_INS_CALL as u32,
        "aarch64" => id == Arm64Insn::ARM64_INS_BL as u32 || id == Arm64Insn::ARM64_INS_BLR as u32,
        "riscv64" => {
            // `jal` and `jalr` are jumps unless they link through `ra`.
            let links = || matches!(insn.bytes(), [a, b, ..] if (a >> 7 | b << 1) & 31 == 1);
            id == RiscVInsn::RISCV_INS_C_JALR as u32
                || (id == RiscVInsn::RISCV_INS_JALR as u32 && links())
                || (id == RiscVInsn::RISCV_INS_JAL as u32 && links())
        }
        "s390x" => id == SysZInsn::SYSZ_INS_BRASL as u32 || id == SysZInsn::SYSZ_INS_BASR as u32,
        _ => false,
    }
}

fn pulley_returns(code: &[u8], start: u32) -> Vec<u32> {
    let mut returns = Vec::new();
    let mut visitor = PulleyOps(SafeBytecodeStream::new(code));
    let mut decoder = Decoder::new();
    while !visitor.0.as_slice().is_empty() {
        match decoder.decode_one(&mut visitor) {
            Ok(Op::Call) => returns.push(start + visitor.0.position() as u32),
            Ok(Op::Other) => {}
            Ok(Op::Table(entries)) => {
                for _ in 0..entries {
                    if visitor.0.read::<4>().is_err() {
                        return returns;
                    }
                }
            }
            // Constants follow a function's last instruction.
            Err(_) => return returns,
        }
    }
    returns
}

/// What matters about a Pulley instruction.
enum Op {
    Call,
    /// A jump table of so many 4-byte entries follows.
    Table(u32),
    Other,
}

struct PulleyOps<'a>(SafeBytecodeStream<'a>);

/// Implements the visitors' methods, one per instruction, by name.
macro_rules! visit {
    ($(
        $( #[$attr:meta] )*
        $snake:ident = $name:ident $({ $( $( #[$field_attr:meta] )* $field:ident : $ty:ty ),* })? ;
    )*) => {
        $( visit!(@ $snake $( $( $field : $ty ),* )?); )*
    };
    (@ br_table32 $idx:ident : $idx_ty:ty, $amt:ident : $amt_ty:ty) => {
        fn br_table32(&mut self, _: $idx_ty, entries: $amt_ty) -> Op {
            Op::Table(entries)
        }
    };
    (@ $snake:ident $( $field:ident : $ty:ty ),*) => {
        fn $snake(&mut self $( , _: $ty )*) -> Op {
            match stringify!($snake).starts_with("call") {
                true => Op::Call,
                false => Op::Other,
            }
        }
    };
}

mod pulley_visitors {
    use super::{ExtendedOpVisitor, Op, OpVisitor, PulleyOps, SafeBytecodeStream};
    use pulley_interpreter::*;

    impl<'a> OpVisitor for PulleyOps<'a> {
        type BytecodeStream = SafeBytecodeStream<'a>;
        type Return = Op;

        fn bytecode(&mut self) -> &mut SafeBytecodeStream<'a> {
            &mut self.0
        }

        for_each_op!(visit);
    }

    impl ExtendedOpVisitor for PulleyOps<'_> {
        for_each_extended_op!(visit);
    }
}
