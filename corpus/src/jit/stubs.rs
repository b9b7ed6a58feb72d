//! What stands between generated functions and the host.

use super::world::{ARGS, DEPTH, ENTRY_FRAME_POINTER, NUMBER, RESULT};
use crate::synthetic::callees::{self, Kind, MAX_ARGS, REF, WORD};
use cranelift_codegen::ir::{self, AbiParam, InstBuilder, MemFlagsData, Signature, Value};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

/// A signature in the calling convention of the host, with words alone.
fn host_signature(params: usize, results: usize, config: TargetFrontendConfig) -> Signature {
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

/// What the host calls, with the world and the function to run.
pub(super) fn entry(config: TargetFrontendConfig) -> ir::Function {
    build(host_signature(2, 0, config), config, |builder, params| {
        let (world, target) = (params[0], params[1]);
        let flags = MemFlagsData::trusted();
        let frame_pointer = builder.ins().get_frame_pointer(WORD);
        builder
            .ins()
            .store(flags, frame_pointer, world, ENTRY_FRAME_POINTER);
        let sum = builder.ins().iconst(WORD, 0);
        enter(builder, target, world, sum);
        builder.ins().return_(&[]);
    })
}

/// Calls a generated function: arguments and result are in the world.
fn enter(builder: &mut FunctionBuilder<'_>, target: Value, world: Value, sum: Value) {
    let flags = MemFlagsData::trusted();
    let mut args = vec![world, sum];
    for i in 0..MAX_ARGS {
        args.push(builder.ins().load(REF, flags, world, argument(i)));
    }
    let signature = builder.import_signature(callees::signature(MAX_ARGS, REF));
    let call = builder.ins().call_indirect(signature, target, &args);
    let result = builder.inst_results(call)[0];
    builder.ins().store(flags, result, world, RESULT);
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
    build(kind.signature(), config, |builder, params| {
        let flags = MemFlagsData::trusted();
        let (world, sum) = (params[0], params[1]);
        for (i, &reference) in params[2..].iter().enumerate() {
            builder.ins().store(flags, reference, world, argument(i));
        }
        let frame_pointer = builder.ins().get_frame_pointer(WORD);
        let host = builder.ins().iconst(WORD, host_call as i64);
        let kind_index = builder.ins().iconst(WORD, index as i64);
        let signature = builder.import_signature(host_signature(4, 1, config));
        let call =
            builder
                .ins()
                .call_indirect(signature, host, &[world, frame_pointer, sum, kind_index]);
        let next = builder.inst_results(call)[0];
        let (nested, leave) = (builder.create_block(), builder.create_block());
        builder.ins().brif(next, nested, &[], leave, &[]);

        builder.switch_to_block(nested);
        let depth = builder.ins().load(WORD, flags, world, DEPTH);
        let deeper = builder.ins().iadd_imm_s(depth, 1);
        builder.ins().store(flags, deeper, world, DEPTH);
        enter(builder, next, world, sum);
        builder.ins().store(flags, depth, world, DEPTH);
        builder.ins().jump(leave, &[]);

        builder.switch_to_block(leave);
        let (result, offset) = if kind.gives_ref {
            (REF, RESULT)
        } else {
            (WORD, NUMBER)
        };
        let result = builder.ins().load(result, flags, world, offset);
        builder.ins().return_(&[result]);
    })
}

fn argument(i: usize) -> i32 {
    ARGS + REF.bytes().cast_signed() * i as i32
}
