//! Branches, loops and exits around straight-line code.

use super::body::{Body, Ref};
use super::callees::REF;
use super::shape::Shape;
use cranelift_codegen::ir::{Block, BlockArg, BlockCall, InstBuilder, JumpTableData, Value};
use rand::RngExt;

/// What later blocks may use of the block that dominates them.
#[derive(Clone)]
struct Scope {
    live: Vec<Ref>,
    sum: Value,
}

impl Body<'_> {
    /// Two or more arms of `steps` safepoints each that join again. What one
    /// arm uses up is dead after the join; one reference is born in each arm.
    pub fn branch(&mut self, shape: &Shape, arms: usize, steps: usize) {
        let blocks: Vec<Block> = (0..arms).map(|_| self.builder.create_block()).collect();
        let join = self.builder.create_block();
        let joined = self.builder.append_block_param(join, REF);
        match blocks[..] {
            [one, other] => self.fork(one, other),
            _ => self.switch(&blocks),
        }
        let before = self.scope();
        let mut after = before.clone();
        for block in blocks {
            self.enter(block, before.clone());
            self.steps(shape, steps);
            let born = self.settle(&before);
            after
                .live
                .retain(|r| self.live.iter().any(|l| l.value == r.value));
            self.builder.ins().jump(join, &[BlockArg::Value(born)]);
        }
        self.enter(join, after);
        let lifetime = self.pick(&shape.lifetime);
        self.adopt(joined, lifetime);
    }

    /// A loop around `inside` that carries one reference. What is live before
    /// the loop stays live through it.
    pub fn repeat(&mut self, inside: impl FnOnce(&mut Self)) {
        let header = self.builder.create_block();
        let again = self.builder.create_block();
        let exit = self.builder.create_block();
        let carried = self.builder.append_block_param(header, REF);
        let first = self.load_ref();
        self.builder.ins().jump(header, &[BlockArg::Value(first)]);

        let before = self.scope();
        self.enter(header, before.clone());
        self.fork(again, exit);

        self.enter(again, before.clone());
        let pinned = std::mem::replace(&mut self.pinned, before.live.len());
        self.adopt(carried, 1);
        inside(self);
        let next = self.settle(&before);
        self.builder.ins().jump(header, &[BlockArg::Value(next)]);

        self.pinned = pinned;
        self.enter(exit, before);
        self.adopt(carried, 1);
    }

    /// Leaves the function on a condition. In half of the cases a last call
    /// comes first, across which one reference is live.
    pub fn exit_early(&mut self) {
        let exit = self.builder.create_block();
        let onward = self.builder.create_block();
        self.fork(exit, onward);
        let before = self.scope();

        self.enter(exit, before.clone());
        self.builder.set_cold_block(exit);
        self.live.truncate(1);
        if self.rng.random_bool(0.5) {
            self.call_helper();
        }
        self.leave();

        self.enter(onward, before);
    }

    fn scope(&self) -> Scope {
        Scope {
            live: self.live.clone(),
            sum: self.sum,
        }
    }

    fn enter(&mut self, block: Block, scope: Scope) {
        self.builder.switch_to_block(block);
        self.live = scope.live;
        self.sum = scope.sum;
    }

    fn fork(&mut self, one: Block, other: Block) {
        let condition = self.condition();
        self.builder.ins().brif(condition, one, &[], other, &[]);
    }

    fn switch(&mut self, blocks: &[Block]) {
        let number = self.number();
        let index = self.builder.ins().ireduce(REF, number);
        let pool = &mut self.builder.func.dfg.value_lists;
        let calls: Vec<_> = blocks
            .iter()
            .map(|&b| BlockCall::new(b, [], pool))
            .collect();
        let table = JumpTableData::new(calls[0], &calls[1..]);
        let table = self.builder.create_jump_table(table);
        self.builder.ins().br_table(index, table);
    }

    /// Uses up what was born since `before`, but for one reference, which it
    /// returns and which may outlive the block.
    fn settle(&mut self, before: &Scope) -> Value {
        self.store(self.sum);
        let is_old = |r: &Ref| before.live.iter().any(|b| b.value == r.value);
        let (old, new) = std::mem::take(&mut self.live)
            .into_iter()
            .partition::<Vec<_>, _>(is_old);
        self.live = old;
        let mut new = new.into_iter().map(|r| r.value);
        let survivor = new.next().unwrap_or_else(|| self.load_ref());
        for value in new {
            self.store(value);
        }
        survivor
    }
}
