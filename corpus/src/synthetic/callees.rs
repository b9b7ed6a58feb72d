//! What generated functions call, with signatures like Wasmtime's own.

use cranelift_codegen::ir::{
    AbiParam, ExtFuncData, ExternalName, FuncRef, SigRef, Signature, Type, UserExternalName, types,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;

/// GC references are 32 bits wide in Wasmtime.
pub(super) const REF: Type = types::I32;
/// Type of numbers and addresses.
pub(super) const WORD: Type = types::I64;
/// Most references that one call takes.
pub(super) const MAX_ARGS: usize = 3;

/// Something to call.
#[derive(Clone, Copy)]
pub(super) struct Callee {
    pub function: FuncRef,
    pub signature: SigRef,
    /// References that it takes.
    pub args: usize,
    /// Whether it returns a reference rather than a number.
    pub gives_ref: bool,
}

/// Context, a number and references, as Wasmtime's own functions take them.
pub(super) fn signature(refs: usize, result: Type) -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    let params = [WORD, WORD]
        .into_iter()
        .chain(std::iter::repeat_n(REF, refs));
    signature.params.extend(params.map(AbiParam::new));
    signature.returns.push(AbiParam::new(result));
    signature
}

/// One callee for every number of references with either result.
pub(super) fn declare(builder: &mut FunctionBuilder<'_>) -> Vec<Callee> {
    let kinds = (0..=MAX_ARGS).flat_map(|args| [(args, REF), (args, WORD)]);
    let import = |(index, (args, result)): (u32, (usize, Type))| {
        let signature = builder.import_signature(signature(args, result));
        let name = UserExternalName::new(1, index);
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
            args,
            gives_ref: result == REF,
        }
    };
    (0..).zip(kinds).map(import).collect()
}
