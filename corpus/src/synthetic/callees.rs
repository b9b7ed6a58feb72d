//! What generated functions call, with signatures like Wasmtime's own.

use cranelift_codegen::ir::{
    AbiParam, ExtFuncData, ExternalName, FuncRef, SigRef, Signature, Type, UserExternalName, types,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;
use std::ops::Range;

/// GC references are 32 bits wide in Wasmtime.
pub(crate) const REF: Type = types::I32;
/// Type of numbers and addresses.
pub(crate) const WORD: Type = types::I64;
/// Most references that one call takes.
pub(crate) const MAX_ARGS: usize = 3;

/// Offsets of references in the context object.
pub(crate) const REFS: Range<i32> = 0..2048;
/// Offsets of numbers in it.
pub(crate) const NUMBERS: Range<i32> = 2048..3584;
/// Offset of the first callee's address in it; the others follow, by kind.
pub(crate) const CALLEES: i32 = 3584;

/// Namespace of the callees' names; the index in it is that of [`KINDS`].
pub(crate) const NAMESPACE: u32 = 1;

/// What a callee takes and gives.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// References that it takes.
    pub args: usize,
    /// Whether it returns a reference rather than a number.
    pub gives_ref: bool,
}

/// One callee for every number of references with either result.
pub(crate) const KINDS: [Kind; 2 * (MAX_ARGS + 1)] = {
    let mut kinds = [Kind {
        args: 0,
        gives_ref: false,
    }; 2 * (MAX_ARGS + 1)];
    let mut i = 0;
    while i < kinds.len() {
        kinds[i] = Kind {
            args: i / 2,
            gives_ref: i % 2 == 0,
        };
        i += 1;
    }
    kinds
};

impl Kind {
    pub fn signature(self) -> Signature {
        signature(self.args, if self.gives_ref { REF } else { WORD })
    }
}

/// Something to call.
#[derive(Clone, Copy)]
pub(super) struct Callee {
    pub function: FuncRef,
    pub signature: SigRef,
    /// Offset of its address in the context object.
    pub address: i32,
    pub kind: Kind,
}

/// Context, a number and references, as Wasmtime's own functions take them.
pub(crate) fn signature(refs: usize, result: Type) -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    let params = [WORD, WORD]
        .into_iter()
        .chain(std::iter::repeat_n(REF, refs));
    signature.params.extend(params.map(AbiParam::new));
    signature.returns.push(AbiParam::new(result));
    signature
}

/// Declares all callees.
pub(super) fn declare(builder: &mut FunctionBuilder<'_>) -> Vec<Callee> {
    let import = |(index, kind): (u32, Kind)| {
        let signature = builder.import_signature(kind.signature());
        let name = UserExternalName::new(NAMESPACE, index);
        let name = builder.func.declare_imported_user_function(name);
        let function = builder.import_function(ExtFuncData {
            name: ExternalName::user(name),
            signature,
            colocated: true,
            patchable: false,
        });
        Callee {
            function,
            signature,
            address: CALLEES + WORD.bytes().cast_signed() * index.cast_signed(),
            kind,
        }
    };
    (0..).zip(KINDS).map(import).collect()
}
