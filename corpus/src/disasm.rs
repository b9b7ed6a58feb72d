//! Return addresses found by disassembly, function by function.
//!
//! Functions may contain constants and jump tables. The disassembler decodes
//! them like instructions, so they can look like calls or hide a call that
//! follows. Where jump tables do so (x86_64, s390x), they are stepped over. Where
//! there is another route to the return addresses, this one is compared with it
//! and not trusted alone.

use crate::module::Function;
use crate::names::Isa;
use capstone::arch::{self, BuildsCapstone, BuildsCapstoneExtraMode};
use capstone::{Capstone, Insn};
use pulley_interpreter::decode::{
    BytecodeStream, Decoder, ExtendedOpVisitor, OpVisitor, SafeBytecodeStream,
};
use rayon::prelude::*;

/// Offsets into `text` of every return address but those of tail calls,
/// ascending. Errors say why the instruction set cannot be disassembled.
pub(crate) fn return_addresses(
    isa: Isa,
    text: &[u8],
    functions: &[Function],
) -> Result<Vec<u32>, String> {
    let bodies = functions.par_iter().map(|f| {
        let code = text.get(f.range.start as usize..f.range.end as usize);
        (f.range.start, code.unwrap_or_default())
    });
    let found: Result<Vec<Vec<u32>>, String> = if isa == Isa::Pulley64 {
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

fn disassembler(isa: Isa) -> Result<Capstone, String> {
    let new = Capstone::new();
    match isa {
        Isa::X86_64 => new.x86().mode(arch::x86::ArchMode::Mode64).build(),
        Isa::Aarch64 => new.arm64().mode(arch::arm64::ArchMode::Arm).build(),
        Isa::Riscv64 => {
            let compressed = [arch::riscv::ArchExtraMode::RiscVC];
            let new = new.riscv().mode(arch::riscv::ArchMode::RiscV64);
            new.extra_mode(compressed.into_iter()).build()
        }
        Isa::S390x => new.sysz().mode(arch::sysz::ArchMode::Default).build(),
        _ => return Err(format!("no disassembler for {isa}")),
    }
    .map_err(|e| format!("disassembler for {isa}: {e}"))
}

fn native_returns(
    engine: &Capstone,
    isa: Isa,
    code: &[u8],
    start: u32,
) -> Result<Vec<u32>, String> {
    let mut returns = Vec::new();
    let mut iter = engine.disasm_iter(code, 0).map_err(|e| e.to_string())?;
    loop {
        let mut table = 0;
        while let Some(insn) = iter.next() {
            let end = insn.address() as u32 + insn.len() as u32;
            if is_call(isa, &insn) {
                returns.push(start + end);
            } else if is_table_jump(isa, &insn) {
                table = jump_table(isa, code, end as usize);
                if table > 0 {
                    break;
                }
            }
        }
        let rest = code.get(iter.addr() as usize..).unwrap_or_default();
        // Without a table, the disassembler stopped at what it does not know.
        let step = if table > 0 {
            table
        } else {
            unknown_length(isa, rest)
        };
        let Some(rest) = rest.get(step..).filter(|rest| !rest.is_empty()) else {
            return Ok(returns);
        };
        iter.reset(rest, (code.len() - rest.len()) as u64);
    }
}

/// Whether a jump table may follow: Cranelift puts it right after the jump.
fn is_table_jump(isa: Isa, insn: &Insn<'_>) -> bool {
    match isa {
        Isa::X86_64 => matches!(insn.bytes(), [0xff, 0xe0..=0xe7] | [_, 0xff, 0xe0..=0xe7]),
        Isa::S390x => matches!(insn.bytes(), [0x07, 0xf0..=0xff]),
        _ => false,
    }
}

/// Bytes of the jump table at `start`, 0 if there is none. Each entry is a
/// 32-bit offset from `start` to code of the function. No such code lies within
/// the table, so the table ends at the nearest of them that follows, or at the
/// first word that cannot be an entry.
fn jump_table(isa: Isa, code: &[u8], start: usize) -> usize {
    let entries = code.get(start..).unwrap_or_default().as_chunks::<4>().0;
    let mut end = code.len();
    let mut at = start;
    for &entry in entries {
        let offset = match isa {
            Isa::S390x => i32::from_be_bytes(entry),
            _ => i32::from_le_bytes(entry),
        };
        let target = usize::try_from(start as i64 + i64::from(offset)).unwrap_or(usize::MAX);
        let outside = target < start || target >= at + 4;
        if at + 4 > end || target >= code.len() || !outside {
            break;
        }
        if target > start {
            end = end.min(target);
        }
        at += 4;
    }
    at - start
}

/// Length of an instruction that the disassembler does not know.
fn unknown_length(isa: Isa, code: &[u8]) -> usize {
    let first = code.first().copied().unwrap_or(0);
    match isa {
        Isa::Aarch64 => 4,
        Isa::Riscv64 if first & 0b11 == 0b11 => 4,
        Isa::Riscv64 => 2,
        Isa::S390x => [2, 4, 4, 6][usize::from(first >> 6)],
        _ => 1,
    }
}

fn is_call(isa: Isa, insn: &Insn<'_>) -> bool {
    use arch::arm64::Arm64Insn;
    use arch::riscv::RiscVInsn;
    use arch::sysz::SysZInsn;
    use arch::x86::X86Insn;

    let id = insn.id().0;
    match isa {
        Isa::X86_64 => id == X86Insn::X86_INS_CALL as u32,
        Isa::Aarch64 => {
            id == Arm64Insn::ARM64_INS_BL as u32 || id == Arm64Insn::ARM64_INS_BLR as u32
        }
        Isa::Riscv64 => {
            // `jal` and `jalr` are jumps unless they link through `ra`.
            let links = || matches!(insn.bytes(), [a, b, ..] if (a >> 7 | b << 1) & 31 == 1);
            id == RiscVInsn::RISCV_INS_C_JALR as u32
                || (id == RiscVInsn::RISCV_INS_JALR as u32 && links())
                || (id == RiscVInsn::RISCV_INS_JAL as u32 && links())
        }
        Isa::S390x => id == SysZInsn::SYSZ_INS_BRASL as u32 || id == SysZInsn::SYSZ_INS_BASR as u32,
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
    /// A jump table with this number of 4-byte entries follows.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::FunctionKind;

    fn returns(isa: Isa, code: &[u8]) -> Vec<u32> {
        let all = Function {
            range: 0..code.len() as u32,
            kind: FunctionKind::Wasm,
        };
        return_addresses(isa, code, &[all]).unwrap()
    }

    #[test]
    fn jump_tables_give_no_calls_and_hide_none() {
        // `jmp rax`, a table whose second entry looks like `call`, a call.
        let mut code = vec![0xff, 0xe0];
        for entry in [12_i32, 0xfe8, 12] {
            code.extend(entry.to_le_bytes());
        }
        code.extend([0xe8, 0, 0, 0, 0]);
        code.resize(0x1000, 0x90);
        assert_eq!(returns(Isa::X86_64, &code), [19]);

        // `br %r1`, a table whose second entry holds `basr`, `brasl`.
        let mut code = vec![0x07, 0xf1];
        for entry in [8_i32, 0xdde] {
            code.extend(entry.to_be_bytes());
        }
        code.extend([0xc0, 0xe5, 0, 0, 0, 0]);
        code.resize(0x1000, 0x07);
        assert_eq!(returns(Isa::S390x, &code), [16]);
    }

    #[test]
    fn unknown_instructions_are_stepped_over() {
        // `vsetvli`, which the disassembler lacks or has, then `jalr ra, a0`.
        let riscv = [0x57, 0xf0, 0x00, 0x0d, 0xe7, 0x00, 0x05, 0x00];
        assert_eq!(returns(Isa::Riscv64, &riscv), [8]);
        // An undefined word, then `bl`.
        let arm = [0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x94];
        assert_eq!(returns(Isa::Aarch64, &arm), [8]);
        // An opcode that 64-bit mode lacks, then `call`.
        assert_eq!(returns(Isa::X86_64, &[0x06, 0xe8, 0, 0, 0, 0]), [6]);
    }
}
