//! What stands between generated functions and the host.

use super::world::{ARGS, DEPTH, ENTRY_FRAME_POINTER, NUMBER, RESULT};
use crate::synthetic::callees::{self, Kind, MAX_ARGS, REF, WORD};
use cranelift_codegen::ir::{self, AbiParam, InstBuilder, MemFlagsData, Signature, Value};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

fn system(params: usize, results: usize, config: TargetFrontendConfig) -> Signature {
    let mut signature = Signature::new(config.default_call_conv);
    signature.params = vec![AbiParam::new(WORD); params];
    signature.returns = vec![AbiParam::new(WORD); results];
    signature
}

fn build(
    signature: Signature,
    config: TargetFrontendConfig,
    emit: impl FnOnce(&mut FunctionBuilder<'_>, &[Value]),
) -> ir::Function {
    let mut function = ir::Function::new();
    function.signature = signature;
    let mut context = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(&mut function, &mut context);
    let start = builder.create_block();
    builder.append_block_params_for_function_params(start);
    builder.switch_to_block(start);
    let params = builder.block_params(start).to_vec();
    emit(&mut builder, &params);
    builder.seal_all_blocks();
    builder.finalize(config);
    function
}

/// From the host: the world, and the function to run.
pub(super) fn entry(config: TargetFrontendConfig) -> ir::Function {
    build(system(2, 0, config), config, |b, params| {
        let (world, target) = (params[0], params[1]);
        let flags = MemFlagsData::trusted();
        let frame_pointer = b.ins().get_frame_pointer(WORD);
        b.ins()
            .store(flags, frame_pointer, world, ENTRY_FRAME_POINTER);
        let sum = b.ins().iconst(WORD, 0);
        enter(b, target, world, sum);
        b.ins().return_(&[]);
    })
}

/// Calls a generated function: arguments and result are in the world.
fn enter(b: &mut FunctionBuilder<'_>, target: Value, world: Value, sum: Value) {
    let flags = MemFlagsData::trusted();
    let mut args = vec![world, sum];
    for i in 0..MAX_ARGS {
        args.push(b.ins().load(REF, flags, world, argument(i)));
    }
    let signature = b.import_signature(callees::signature(MAX_ARGS, REF));
    let call = b.ins().call_indirect(signature, target, &args);
    let result = b.inst_results(call)[0];
    b.ins().store(flags, result, world, RESULT);
}

/// A callee: leaves its references to the host, calls it at `host_call`, and
/// enters the function that the host names. It has no live reference at any
/// call. `index` is that of `kind`.
pub(super) fn callee(
    index: usize,
    kind: Kind,
    host_call: *const (),
    config: TargetFrontendConfig,
) -> ir::Function {
    build(kind.signature(), config, |b, params| {
        let flags = MemFlagsData::trusted();
        let (world, sum) = (params[0], params[1]);
        for (i, &reference) in params[2..].iter().enumerate() {
            b.ins().store(flags, reference, world, argument(i));
        }
        let frame_pointer = b.ins().get_frame_pointer(WORD);
        let host = b.ins().iconst(WORD, host_call as i64);
        let kind_index = b.ins().iconst(WORD, index as i64);
        let signature = b.import_signature(system(4, 1, config));
        let call = b
            .ins()
            .call_indirect(signature, host, &[world, frame_pointer, sum, kind_index]);
        let next = b.inst_results(call)[0];
        let (nested, leave) = (b.create_block(), b.create_block());
        b.ins().brif(next, nested, &[], leave, &[]);

        b.switch_to_block(nested);
        let depth = b.ins().load(WORD, flags, world, DEPTH);
        let deeper = b.ins().iadd_imm_s(depth, 1);
        b.ins().store(flags, deeper, world, DEPTH);
        enter(b, next, world, sum);
        b.ins().store(flags, depth, world, DEPTH);
        b.ins().jump(leave, &[]);

        b.switch_to_block(leave);
        let (result, offset) = if kind.gives_ref {
            (REF, RESULT)
        } else {
            (WORD, NUMBER)
        };
        let result = b.ins().load(result, flags, world, offset);
        b.ins().return_(&[result]);
    })
}

fn argument(i: usize) -> i32 {
    ARGS + REF.bytes().cast_signed() * i as i32
}
