//! Emits one function: references come to life, are carried across calls and
//! die by a last use.

use super::callees::{self, Callee, MAX_ARGS, NUMBERS, REF, REFS, WORD};
use super::shape::Shape;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Function, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, Type, UserFuncName, Value,
};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;

/// A reference with a use to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ref {
    pub value: Value,
    /// Safepoints that it has yet to survive.
    pub left: usize,
}

/// A function being built.
pub(super) struct Body<'f> {
    pub builder: FunctionBuilder<'f>,
    pub rng: ChaCha8Rng,
    /// References with a use to come, oldest first.
    pub live: Vec<Ref>,
    /// How many of the oldest must survive here, because the code around the
    /// current loop needs them again.
    pub pinned: usize,
    /// Address of the context object: the first argument.
    context: Value,
    /// Result of all operations so far; each uses the one before, so that none
    /// is dead code.
    pub sum: Value,
    callees: Vec<Callee>,
    /// How many references to keep live.
    target: usize,
    /// Whether the function is in a run of empties.
    quiet: bool,
}

impl Body<'_> {
    /// Builds function number `index` of a family, whose body `emit` emits.
    pub fn build(
        index: usize,
        rng: ChaCha8Rng,
        config: TargetFrontendConfig,
        emit: fn(&mut Body<'_>),
    ) -> Function {
        let name = UserFuncName::user(0, u32::try_from(index).unwrap_or(u32::MAX));
        let mut function = Function::with_name_signature(name, callees::signature(MAX_ARGS, REF));
        let mut context = FunctionBuilderContext::new();
        let mut builder = FunctionBuilder::new(&mut function, &mut context);
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        let callees = callees::declare(&mut builder);
        let params = builder.block_params(entry).to_vec();
        let mut body = Body {
            builder,
            rng,
            live: Vec::new(),
            pinned: 0,
            context: params[0],
            sum: params[1],
            callees,
            target: 0,
            quiet: false,
        };
        for &param in &params[2..] {
            body.adopt(param, 1);
        }
        emit(&mut body);
        body.leave();
        body.builder.seal_all_blocks();
        body.builder.finalize(config);
        function
    }

    pub fn pick(&mut self, range: &RangeInclusive<usize>) -> usize {
        self.rng.random_range(range.clone())
    }

    /// Emits `count` safepoints of the given shape in a straight line.
    pub fn steps(&mut self, shape: &Shape, count: usize) {
        for _ in 0..count {
            self.step(shape);
        }
    }

    fn step(&mut self, shape: &Shape) {
        self.drift(shape);
        let operations = self.pick(&shape.operations);
        self.operate(operations);
        if !self.quiet && !self.live.is_empty() && self.rng.random_bool(shape.repeats) {
            self.call_helper();
        } else {
            self.turn_over(shape);
        }
        for live in &mut self.live {
            live.left = live.left.saturating_sub(1);
        }
    }

    /// A safepoint before which references die and after which one may be
    /// born.
    fn turn_over(&mut self, shape: &Shape) {
        let mut expired = self.take_expired();
        if !self.quiet {
            while self.live.len() < self.target {
                let lifetime = self.pick(&shape.lifetime);
                let value = self.load_ref();
                self.adopt(value, lifetime);
            }
        }
        let args = expired.split_off(expired.len().saturating_sub(MAX_ARGS));
        for value in expired {
            self.store(value);
        }
        if let Some(value) = self.call(&args) {
            let lifetime = self.pick(&shape.lifetime);
            self.adopt(value, 1 + lifetime);
        }
    }

    /// Moves the number of references to keep, and enters or leaves a run of
    /// empties.
    fn drift(&mut self, shape: &Shape) {
        let (enter, leave) = shape.quiet_odds();
        if self.target == 0 {
            self.target = self.pick(&shape.live);
            self.quiet = self.rng.random_bool(shape.empties);
        } else if self.rng.random_bool(if self.quiet { leave } else { enter }) {
            self.quiet = !self.quiet;
        }
        let target = (self.target + self.pick(&(0..=2))).saturating_sub(1);
        self.target = target.clamp(*shape.live.start(), *shape.live.end());
    }

    /// Removes the references whose last use is due; in a run of empties that
    /// is all of them.
    fn take_expired(&mut self) -> Vec<Value> {
        let candidates = self.live.split_off(self.pinned);
        let quiet = self.quiet;
        let (expired, kept) = candidates
            .into_iter()
            .partition::<Vec<_>, _>(|r| quiet || r.left == 0);
        self.live.extend(kept);
        expired.into_iter().map(|r| r.value).collect()
    }

    /// Makes `value` a live reference for the next `lifetime` safepoints.
    pub fn adopt(&mut self, value: Value, lifetime: usize) {
        self.builder.declare_value_needs_stack_map(value);
        self.live.push(Ref {
            value,
            left: lifetime,
        });
    }

    /// A reference read from memory, as from a field or a global.
    pub fn load_ref(&mut self) -> Value {
        let offset = self.offset(REF);
        let flags = MemFlagsData::trusted();
        self.builder.ins().load(REF, flags, self.context, offset)
    }

    /// Writes a value to memory, as to a field: a use.
    pub fn store(&mut self, value: Value) {
        let offset = self.offset(self.builder.func.dfg.value_type(value));
        let flags = MemFlagsData::trusted();
        self.builder.ins().store(flags, value, self.context, offset);
    }

    fn offset(&mut self, of: Type) -> i32 {
        let bytes = of.bytes().cast_signed();
        let (start, end) = match of == REF {
            true => (REFS.start, REFS.end),
            false => (NUMBERS.start, NUMBERS.end),
        };
        start + self.rng.random_range(0..(end - start) / bytes) * bytes
    }

    /// Emits `count` operations that neither call nor touch references.
    pub fn operate(&mut self, count: usize) {
        for _ in 0..count {
            let operand = self.rng.random_range(1..1 << 16);
            self.sum = match self.rng.random_range(0..6) {
                0 => {
                    let number = self.number();
                    self.builder.ins().iadd(self.sum, number)
                }
                1 => {
                    self.store(self.sum);
                    self.builder.ins().iadd_imm_s(self.sum, operand)
                }
                2 => self.builder.ins().imul_imm_s(self.sum, operand),
                3 => self.builder.ins().bxor_imm_s(self.sum, operand),
                4 => self.builder.ins().rotl_imm_u(self.sum, operand % 64),
                _ => self.builder.ins().iadd_imm_s(self.sum, operand),
            };
        }
    }

    /// A 64-bit number read from memory.
    pub fn number(&mut self) -> Value {
        let offset = self.offset(WORD);
        let flags = MemFlagsData::trusted();
        self.builder.ins().load(WORD, flags, self.context, offset)
    }

    /// A condition that no pass can decide.
    pub fn condition(&mut self) -> Value {
        let number = self.number();
        self.builder
            .ins()
            .icmp_imm_s(IntCC::SignedLessThan, number, 100)
    }

    /// Reserves frame bytes that hold no references and uses their address, or
    /// rather those bits of it that are the same on every run.
    pub fn reserve(&mut self, bytes: u32) {
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, 3);
        let slot = self.builder.create_sized_stack_slot(data);
        let address = self.builder.ins().stack_addr(WORD, slot, 0);
        let aligned = self.builder.ins().band_imm_u(address, 7);
        self.store(aligned);
    }

    /// A safepoint: calls something that takes the given references, at most
    /// [`MAX_ARGS`], and returns its result if that is a reference.
    pub fn call(&mut self, refs: &[Value]) -> Option<Value> {
        let fitting = self.callees.iter().filter(|c| c.kind.args == refs.len());
        let fitting: Vec<_> = fitting.copied().collect();
        let callee = fitting[self.rng.random_range(0..fitting.len())];
        let mut args = vec![self.context, self.sum];
        args.extend_from_slice(refs);
        let call = if self.rng.random_ratio(1, 5) {
            let flags = MemFlagsData::trusted();
            let address = self
                .builder
                .ins()
                .load(WORD, flags, self.context, callee.address);
            self.builder
                .ins()
                .call_indirect(callee.signature, address, &args)
        } else {
            self.builder.ins().call(callee.function, &args)
        };
        let result = self.builder.inst_results(call)[0];
        if callee.kind.gives_ref {
            return Some(result);
        }
        self.sum = result;
        None
    }

    /// A safepoint that leaves the live references as they are.
    pub fn call_helper(&mut self) {
        if let Some(value) = self.call(&[]) {
            self.store(value);
        }
    }

    /// Uses up all references and returns.
    pub fn leave(&mut self) {
        for live in std::mem::take(&mut self.live) {
            self.store(live.value);
        }
        let result = self.load_ref();
        self.store(self.sum);
        self.builder.ins().return_(&[result]);
    }
}
