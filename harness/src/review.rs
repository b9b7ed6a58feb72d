//! Review size: what someone who reviews a scheme has to follow, besides the
//! number of lines. METHODOLOGY says how each is counted.

use stackmap_encoders::{SchemeSource, SourceFile};
use std::collections::BTreeSet;
use syn::visit::{self, Visit};
use syn::{Arm, BinOp, Expr};

/// What a reader or a writer consists of.
#[derive(Default)]
pub struct Flow {
    pub branches: u64,
    /// The deepest that branches, loops and closures lie in one another.
    pub nesting: u64,
    depth: u64,
}

impl Flow {
    /// Counts over files; what their tests do does not count.
    pub fn of<'f>(files: impl Iterator<Item = &'f SourceFile>) -> Flow {
        let mut flow = Flow::default();
        for file in files {
            let code = syn::parse_file(file.text);
            flow.visit_file(&code.unwrap_or_else(|e| panic!("{} compiles: {e}", file.path)));
        }
        flow
    }

    fn inside(&mut self, visit: impl FnOnce(&mut Flow)) {
        self.depth += 1;
        self.nesting = self.nesting.max(self.depth);
        visit(self);
        self.depth -= 1;
    }
}

impl<'a> Visit<'a> for Flow {
    fn visit_expr_if(&mut self, expr: &'a syn::ExprIf) {
        self.branches += 1;
        self.visit_expr(&expr.cond);
        self.inside(|flow| flow.visit_block(&expr.then_branch));
        match expr.else_branch.as_ref().map(|(_, other)| &**other) {
            // It stands beside the `if`, not in it.
            Some(Expr::If(other)) => self.visit_expr_if(other),
            Some(other) => self.inside(|flow| flow.visit_expr(other)),
            None => {}
        }
    }

    fn visit_expr_match(&mut self, expr: &'a syn::ExprMatch) {
        self.branches += expr.arms.len().saturating_sub(1) as u64;
        self.visit_expr(&expr.expr);
        self.inside(|flow| expr.arms.iter().for_each(|arm| flow.visit_arm(arm)));
    }

    fn visit_arm(&mut self, arm: &'a Arm) {
        self.branches += u64::from(arm.guard.is_some());
        visit::visit_arm(self, arm);
    }

    fn visit_expr_while(&mut self, expr: &'a syn::ExprWhile) {
        self.branches += 1;
        self.inside(|flow| visit::visit_expr_while(flow, expr));
    }

    fn visit_expr_for_loop(&mut self, expr: &'a syn::ExprForLoop) {
        self.branches += 1;
        self.inside(|flow| visit::visit_expr_for_loop(flow, expr));
    }

    fn visit_expr_loop(&mut self, expr: &'a syn::ExprLoop) {
        self.branches += 1;
        self.inside(|flow| visit::visit_expr_loop(flow, expr));
    }

    fn visit_expr_closure(&mut self, expr: &'a syn::ExprClosure) {
        self.inside(|flow| visit::visit_expr_closure(flow, expr));
    }

    fn visit_expr_binary(&mut self, expr: &'a syn::ExprBinary) {
        self.branches += u64::from(matches!(expr.op, BinOp::And(_) | BinOp::Or(_)));
        visit::visit_expr_binary(self, expr);
    }

    fn visit_local_init(&mut self, init: &'a syn::LocalInit) {
        self.visit_expr(&init.expr);
        if let Some((_, otherwise)) = &init.diverge {
            self.branches += 1;
            self.inside(|flow| flow.visit_expr(otherwise));
        }
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }
}

/// Fields in the drawing of the format that a scheme's reader reads. Schemes
/// that share a reader share its format, and draw what they do with it.
pub fn fields(source: &SchemeSource, mut all: impl Iterator<Item = &'static SchemeSource>) -> u64 {
    let is_owner = |other: &&SchemeSource| {
        let folder = format!("schemes/{}/", other.module);
        source.reader[0].path.starts_with(&folder)
    };
    let owner = all.find(is_owner);
    fields_of(&owner.unwrap_or(source).drawing())
}

/// Distinct names that stand before a width: `pc: u32[count]`, `rows: 4`. What
/// is drawn in parts, `head = …`, counts by these alone.
fn fields_of(drawing: &str) -> u64 {
    let mut wholes = Vec::new();
    let mut names = BTreeSet::new();
    for part in drawing.split(['│', '|', '\n']) {
        let (whole, field) = part.rsplit_once('=').unwrap_or(("", part));
        let whole = whole.split('[').next().unwrap_or_default().trim();
        wholes.extend((!whole.is_empty()).then_some(whole));
        if let Some((name, width)) = field.split_once(": ") {
            let width = width.trim_start();
            let is_width = width.starts_with(|c: char| c.is_ascii_digit())
                || ["u8", "u16", "u32", "u48", "u64", "uleb", "bits"]
                    .iter()
                    .any(|unit| width.starts_with(unit));
            names.extend(is_width.then_some(name.trim().trim_start_matches('[')));
        }
    }
    let is_drawn_in_parts = |name: &&&str| wholes.iter().any(|whole| whole.ends_with(**name));
    (names.len() - names.iter().filter(is_drawn_in_parts).count()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(text: &'static str) -> (u64, u64) {
        let flow = Flow::of([SourceFile { path: "a", text }].iter());
        (flow.branches, flow.nesting)
    }

    #[test]
    fn branches_and_nesting_are_as_stated() {
        assert_eq!(flow("fn f() -> u8 { g()?.h() }"), (0, 0));
        assert_eq!(flow("fn f() { if a && b { c } else if d { e } }"), (3, 1));
        assert_eq!(
            flow("fn f() { for x in y { while z { loop {} } } }"),
            (3, 3)
        );
        assert_eq!(
            flow("fn f() { match a { 1 => {} 2 if b => {} _ => {} } }"),
            (3, 1)
        );
        assert_eq!(flow("fn f() { let Some(a) = b else { return }; }"), (1, 1));
        assert_eq!(flow("fn f() { a.map(|b| if b { c }) }"), (1, 2));
        assert_eq!(flow("mod tests { fn f() { if a {} } }"), (0, 0));
    }

    #[test]
    fn fields_are_names_with_widths() {
        let drawing = "│ head: u48 │ low: u8[rows] │ maps │\n head = rows - 1: 4 │ small: 1\n";
        assert_eq!(fields_of(drawing), 3);
        assert_eq!(
            fields_of(
                "count: u32 | pc: u32[count] │ [extra: uleb] │ data: u32[..]\n data[offset..] = words: u32"
            ),
            4
        );
    }
}
