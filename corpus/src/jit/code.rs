//! Generated functions, and what they call, in executable memory.

use super::stubs;
use crate::clif;
use crate::error::CorpusError;
use crate::synthetic::callees::{KINDS, NAMESPACE};
use crate::text::{self, CompiledFunction, Layout};
use cranelift_codegen::Context;
use cranelift_codegen::ir::{self, UserExternalName};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::{FuncId, Module, default_libcall_names};
use stackmap_encoders::Table;
use target_lexicon::Triple;

/// Bytes of address space reserved for code. In one arena every direct call
/// reaches its target.
const ARENA: usize = 1 << 30;

/// Generated code: first under construction, then executable.
pub(super) struct Code {
    module: JITModule,
    compiled: Vec<(FuncId, CompiledFunction)>,
    entry: FuncId,
    text_start: usize,
    table: Table,
}

impl Code {
    /// The code through which the host enters, and nothing else yet.
    pub fn new() -> Result<Code, CorpusError> {
        if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            let remedy = "run it on x86_64 or aarch64";
            return Err(CorpusError::unusable(
                "this machine",
                "no way to walk its frames",
                remedy,
            ));
        }
        let isa = clif::target_isa(&Triple::host().to_string())?;
        let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
        let arena = ArenaMemoryProvider::new_with_size(ARENA).map_err(failed)?;
        builder.memory_provider(Box::new(arena));
        let mut code = Code {
            module: JITModule::new(builder),
            compiled: Vec::new(),
            entry: FuncId::from_u32(0),
            text_start: 0,
            table: Table::complete(),
        };
        code.entry = code.define(stubs::entry(code.config()))?;
        Ok(code)
    }

    /// Adds one callee of every kind, each of which calls the host at
    /// `host_call`.
    pub fn add_callees(&mut self, host_call: *const ()) -> Result<Vec<FuncId>, CorpusError> {
        let kinds = KINDS.iter().enumerate();
        let config = self.config();
        kinds
            .map(|(i, kind)| self.define(stubs::callee(i, *kind, host_call, config)))
            .collect()
    }

    fn config(&self) -> TargetFrontendConfig {
        self.module.target_config()
    }

    /// Adds a function that calls `callees`.
    pub fn add(
        &mut self,
        mut function: ir::Function,
        callees: &[FuncId],
    ) -> Result<FuncId, CorpusError> {
        let names = function.params.user_named_funcs().iter();
        let names: Vec<_> = names.map(|(r, name)| (r, name.clone())).collect();
        for (reference, name) in names {
            let callee = callees
                .get(name.index as usize)
                .filter(|_| name.namespace == NAMESPACE);
            let callee = callee.ok_or_else(|| {
                let problem = format!("it calls u{}:{}", name.namespace, name.index);
                CorpusError::unusable(
                    &function.name.to_string(),
                    problem,
                    "call only what the synthetic corpus calls",
                )
            })?;
            let own = UserExternalName::new(0, callee.as_u32());
            function.params.reset_user_func_name(reference, own);
        }
        self.define(function)
    }

    fn define(&mut self, mut function: ir::Function) -> Result<FuncId, CorpusError> {
        text::mark_tail_calls(&mut function);
        let id = self.module.declare_anonymous_function(&function.signature);
        let id = id.map_err(failed)?;
        let mut context = Context::for_function(function);
        self.module
            .define_function(id, &mut context)
            .map_err(failed)?;
        let code = context.compiled_code().expect("it was just compiled");
        self.compiled.push((id, CompiledFunction::of(code)));
        Ok(id)
    }

    /// Makes the code executable and gathers its safepoints.
    pub fn finish(&mut self) -> Result<(), CorpusError> {
        self.module.finalize_definitions().map_err(failed)?;
        let mut placed: Vec<_> = self
            .compiled
            .drain(..)
            .map(|(id, compiled)| (self.module.get_finalized_function(id) as usize, compiled))
            .collect();
        placed.sort_by_key(|(address, _)| *address);
        self.text_start = placed.first().map_or(0, |(address, _)| *address);
        let mut layout = Layout::default();
        for (address, compiled) in placed {
            let start = u32::try_from(address - self.text_start).map_err(failed)?;
            layout.place(&compiled, start).map_err(failed)?;
        }
        self.table = layout.table;
        Ok(())
    }

    /// Address of a function once the code is in place.
    pub fn address(&self, id: FuncId) -> usize {
        self.module.get_finalized_function(id) as usize
    }

    /// The code through which the host enters.
    pub fn entry(&self) -> *const u8 {
        self.module.get_finalized_function(self.entry)
    }

    /// Address of the first byte of code, from which PCs count.
    pub fn text_start(&self) -> usize {
        self.text_start
    }

    /// Every safepoint.
    pub fn table(&self) -> &Table {
        &self.table
    }
}

fn failed(problem: impl std::fmt::Display) -> CorpusError {
    CorpusError::unusable("code to run", problem, "report it to Cranelift")
}
