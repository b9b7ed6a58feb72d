;; deltablue: the incremental constraint solver of Sannella, Maloney,
;; Freeman-Benson and Borning (1993), with the two workloads of the well-known
;; benchmark.
;;
;; Variables know their constraints and the one that determines them.
;; Constraints come as unary (stay, edit) and binary (equality, scaling), which
;; differ by subtype; what computes the output is a function reference.
;;
;; Expected, in each of 120 rounds:
;; - chain: an edit at one end of n equalities shows at the other end, for the
;;   values 0, ..., 99: 4950;
;; - projection: n pairs with destination = source * scale + offset, first
;;   scale 10 and offset 1000. Setting one source to 17 gives 1170, setting its
;;   destination to 1050 gives the source 5; then scale 5, then offset 2000
;;   give 5 i + 1000 and 5 i + 2000 for the other n-1 sources i:
;;   1175 + 3000 (n-1) + 5 (n-1)(n-2).
;; For n = 100: 120 * (4950 + 1175 + 297000 + 48510) = 42196200.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (rec
    (type $compute (func (param (ref $constraint))))
    (type $variable (struct
      (field $value (mut i32))
      (field $constraints (mut (ref null $constraints)))
      (field $determined_by (mut (ref null $constraint)))
      (field $mark (mut i32))
      ;; Walkabout strength: the weakest constraint that could be revoked to
      ;; let this variable change.
      (field $strength (mut i32))
      (field $stay (mut i32))))
    ;; Strengths count down from 0, required, to 6, weakest.
    (type $constraint (sub (struct
      (field $strength i32) (field $compute (ref $compute)))))
    (type $unary (sub final $constraint (struct
      (field $strength i32) (field $compute (ref $compute))
      (field $output (ref $variable))
      (field $edit i32)
      (field $satisfied (mut i32)))))
    (type $binary (sub $constraint (struct
      (field $strength i32) (field $compute (ref $compute))
      (field $a (ref $variable))
      (field $b (ref $variable))
      ;; 0 unsatisfied, 1 from a to b, 2 from b to a.
      (field $direction (mut i32)))))
    (type $scaling (sub final $binary (struct
      (field $strength i32) (field $compute (ref $compute))
      (field $a (ref $variable))
      (field $b (ref $variable))
      (field $direction (mut i32))
      (field $scale (ref $variable))
      (field $offset (ref $variable)))))
    (type $constraints (struct
      (field $head (ref $constraint)) (field $tail (ref null $constraints)))))
  (rec (type $variables (struct
    (field $variable (ref $variable)) (field $others (ref null $variables)))))

  (global $required i32 (i32.const 0))
  (global $preferred i32 (i32.const 2))
  (global $strong_default i32 (i32.const 3))
  (global $normal i32 (i32.const 4))
  (global $weakest i32 (i32.const 6))

  (global $mark (mut i32) (i32.const 0))
  (global $plans (mut i32) (i32.const 0))
  ;; All variables of this round, the newest first.
  (global $variables (mut (ref null $variables)) (ref.null none))

  (func $new_mark (result i32)
    (global.set $mark (i32.add (global.get $mark) (i32.const 1)))
    (global.get $mark))

  ;; ---- Constraints ----

  (func $output (param $c (ref $constraint)) (result (ref $variable))
    (local $binary (ref $binary))
    (block $is_unary (result (ref $unary))
      (local.set $binary
        (ref.cast (ref $binary)
          (br_on_cast $is_unary (ref $constraint) (ref $unary) (local.get $c))))
      (return
        (select (result (ref $variable))
          (struct.get $binary $b (local.get $binary))
          (struct.get $binary $a (local.get $binary))
          (i32.eq (struct.get $binary $direction (local.get $binary)) (i32.const 1)))))
    (struct.get $unary $output))

  (func $input (param $binary (ref $binary)) (result (ref $variable))
    (select (result (ref $variable))
      (struct.get $binary $a (local.get $binary))
      (struct.get $binary $b (local.get $binary))
      (i32.eq (struct.get $binary $direction (local.get $binary)) (i32.const 1))))

  (func $is_satisfied (param $c (ref $constraint)) (result i32)
    (block $is_unary (result (ref $unary))
      (return
        (struct.get $binary $direction
          (ref.cast (ref $binary)
            (br_on_cast $is_unary (ref $constraint) (ref $unary) (local.get $c))))))
    (struct.get $unary $satisfied))

  ;; The unary constraint's flag or the binary one's direction.
  (func $set_satisfied (param $c (ref $constraint)) (param $how i32)
    (if (ref.test (ref $unary) (local.get $c))
      (then
        (struct.set $unary $satisfied
          (ref.cast (ref $unary) (local.get $c)) (local.get $how)))
      (else
        (struct.set $binary $direction
          (ref.cast (ref $binary) (local.get $c)) (local.get $how)))))

  ;; Whether a constraint may determine a variable in the propagation `mark`.
  (func $can_set (param $c (ref $constraint)) (param $v (ref $variable)) (param $mark i32)
    (result i32)
    (i32.and
      (i32.ne (struct.get $variable $mark (local.get $v)) (local.get $mark))
      (i32.lt_s
        (struct.get $constraint $strength (local.get $c))
        (struct.get $variable $strength (local.get $v)))))

  ;; Decides whether and in which direction a constraint can be enforced.
  (func $choose_method (param $c (ref $constraint)) (param $mark i32)
    (local $a (ref $variable))
    (local $b (ref $variable))
    (local $binary (ref $binary))
    (block $is_unary (result (ref $unary))
      (local.set $binary
        (ref.cast (ref $binary)
          (br_on_cast $is_unary (ref $constraint) (ref $unary) (local.get $c))))
      (local.set $a (struct.get $binary $a (local.get $binary)))
      (local.set $b (struct.get $binary $b (local.get $binary)))
      (struct.set $binary $direction (local.get $binary)
        (if (result i32)
          (if (result i32)
            (i32.eq (struct.get $variable $mark (local.get $a)) (local.get $mark))
            (then (i32.const 1))
            (else
              (i32.and
                (i32.ne (struct.get $variable $mark (local.get $b)) (local.get $mark))
                (i32.le_s
                  (struct.get $variable $strength (local.get $a))
                  (struct.get $variable $strength (local.get $b))))))
          (then (call $can_set (local.get $c) (local.get $b) (local.get $mark)))
          (else
            (i32.shl
              (call $can_set (local.get $c) (local.get $a) (local.get $mark))
              (i32.const 1)))))
      (return))
    (drop)
    (return_call $set_satisfied
      (local.get $c)
      (call $can_set (local.get $c) (call $output (local.get $c)) (local.get $mark))))

  (func $mark_inputs (param $c (ref $constraint)) (param $mark i32)
    (local $scaling (ref $scaling))
    (if (ref.test (ref $unary) (local.get $c)) (then (return)))
    (struct.set $variable $mark
      (call $input (ref.cast (ref $binary) (local.get $c))) (local.get $mark))
    (block $other (result (ref $constraint))
      (local.set $scaling
        (br_on_cast_fail $other (ref $constraint) (ref $scaling) (local.get $c)))
      (struct.set $variable $mark
        (struct.get $scaling $scale (local.get $scaling)) (local.get $mark))
      (struct.set $variable $mark
        (struct.get $scaling $offset (local.get $scaling)) (local.get $mark))
      (return))
    (drop))

  (func $inputs_known (param $c (ref $constraint)) (param $mark i32) (result i32)
    (local $input (ref $variable))
    (if (ref.test (ref $unary) (local.get $c)) (then (return (i32.const 1))))
    (local.set $input (call $input (ref.cast (ref $binary) (local.get $c))))
    (i32.or
      (i32.eq (struct.get $variable $mark (local.get $input)) (local.get $mark))
      (i32.or
        (struct.get $variable $stay (local.get $input))
        (ref.is_null (struct.get $variable $determined_by (local.get $input))))))

  ;; Derives the output's strength and stay flag, and its value if that is
  ;; known not to change.
  (func $recalculate (param $c (ref $constraint))
    (local $out (ref $variable))
    (local $in (ref $variable))
    (local $strength i32)
    (local $stay i32)
    (local.set $out (call $output (local.get $c)))
    (local.set $strength (struct.get $constraint $strength (local.get $c)))
    (if (ref.test (ref $unary) (local.get $c))
      (then
        (local.set $stay
          (i32.eqz (struct.get $unary $edit (ref.cast (ref $unary) (local.get $c))))))
      (else
        (local.set $in (call $input (ref.cast (ref $binary) (local.get $c))))
        (local.set $strength
          (select
            (local.get $strength)
            (struct.get $variable $strength (local.get $in))
            (i32.gt_s
              (local.get $strength) (struct.get $variable $strength (local.get $in)))))
        (local.set $stay (struct.get $variable $stay (local.get $in)))
        (if (ref.test (ref $scaling) (local.get $c))
          (then
            (local.set $stay
              (i32.and
                (local.get $stay)
                (i32.and
                  (struct.get $variable $stay
                    (struct.get $scaling $scale
                      (ref.cast (ref $scaling) (local.get $c))))
                  (struct.get $variable $stay
                    (struct.get $scaling $offset
                      (ref.cast (ref $scaling) (local.get $c)))))))))))
    (struct.set $variable $strength (local.get $out) (local.get $strength))
    (struct.set $variable $stay (local.get $out) (local.get $stay))
    (if (local.get $stay) (then (call $compute (local.get $c)))))

  (func $compute (param $c (ref $constraint))
    (return_call_ref $compute
      (local.get $c) (struct.get $constraint $compute (local.get $c))))

  (elem declare func $keep $copy $scale)
  (func $keep (type $compute))
  (func $copy (type $compute)
    (struct.set $variable $value
      (call $output (local.get 0))
      (struct.get $variable $value
        (call $input (ref.cast (ref $binary) (local.get 0))))))
  (func $scale (type $compute)
    (local $c (ref $scaling))
    (local $in i32)
    (local $scale i32)
    (local $offset i32)
    (local.set $c (ref.cast (ref $scaling) (local.get 0)))
    (local.set $in (struct.get $variable $value (call $input (local.get $c))))
    (local.set $scale
      (struct.get $variable $value (struct.get $scaling $scale (local.get $c))))
    (local.set $offset
      (struct.get $variable $value (struct.get $scaling $offset (local.get $c))))
    (struct.set $variable $value
      (call $output (local.get $c))
      (if (result i32)
        (i32.eq (struct.get $binary $direction (local.get $c)) (i32.const 1))
        (then (i32.add (i32.mul (local.get $in) (local.get $scale)) (local.get $offset)))
        (else
          (i32.div_s (i32.sub (local.get $in) (local.get $offset)) (local.get $scale))))))

  ;; ---- Graph ----

  (func $without (param $list (ref null $constraints)) (param $c (ref $constraint))
    (result (ref null $constraints))
    (if (ref.is_null (local.get $list)) (then (return (ref.null none))))
    (if (ref.eq (struct.get $constraints $head (local.get $list)) (local.get $c))
      (then (return (struct.get $constraints $tail (local.get $list)))))
    (struct.new $constraints
      (struct.get $constraints $head (local.get $list))
      (call $without
        (struct.get $constraints $tail (local.get $list)) (local.get $c))))

  ;; Adds a constraint to a variable's list, or removes it.
  (func $link (param $v (ref $variable)) (param $c (ref $constraint)) (param $add i32)
    (struct.set $variable $constraints (local.get $v)
      (if (result (ref null $constraints)) (local.get $add)
        (then
          (struct.new $constraints
            (local.get $c) (struct.get $variable $constraints (local.get $v))))
        (else
          (call $without
            (struct.get $variable $constraints (local.get $v)) (local.get $c))))))

  ;; The same for all variables of the constraint.
  (func $link_all (param $c (ref $constraint)) (param $add i32)
    (local $binary (ref $binary))
    (local $scaling (ref $scaling))
    (call $set_satisfied (local.get $c) (i32.const 0))
    (if (ref.test (ref $unary) (local.get $c))
      (then
        (return_call $link
          (struct.get $unary $output (ref.cast (ref $unary) (local.get $c)))
          (local.get $c) (local.get $add))))
    (local.set $binary (ref.cast (ref $binary) (local.get $c)))
    (call $link
      (struct.get $binary $a (local.get $binary)) (local.get $c) (local.get $add))
    (call $link
      (struct.get $binary $b (local.get $binary)) (local.get $c) (local.get $add))
    (block $other (result (ref $constraint))
      (local.set $scaling
        (br_on_cast_fail $other (ref $constraint) (ref $scaling) (local.get $c)))
      (call $link
        (struct.get $scaling $scale (local.get $scaling)) (local.get $c) (local.get $add))
      (return_call $link
        (struct.get $scaling $offset (local.get $scaling)) (local.get $c) (local.get $add)))
    (drop))

  ;; ---- Planner ----

  ;; Satisfied constraints that use a variable, in front of others.
  (func $consumers (param $v (ref $variable)) (param $todo (ref null $constraints))
    (result (ref null $constraints))
    (local $list (ref null $constraints))
    (local $c (ref $constraint))
    (local.set $list (struct.get $variable $constraints (local.get $v)))
    (loop $next
      (if (ref.is_null (local.get $list)) (then (return (local.get $todo))))
      (local.set $c (struct.get $constraints $head (local.get $list)))
      (local.set $list (struct.get $constraints $tail (local.get $list)))
      (br_if $next
        (ref.eq
          (local.get $c) (struct.get $variable $determined_by (local.get $v))))
      (if (call $is_satisfied (local.get $c))
        (then
          (local.set $todo (struct.new $constraints (local.get $c) (local.get $todo)))))
      (br $next))
    (unreachable))

  ;; Recalculates all that depends on a constraint just satisfied. A cycle,
  ;; which neither workload has, is a trap.
  (func $propagate (param $todo (ref null $constraints)) (param $mark i32)
    (local $c (ref $constraint))
    (if (ref.is_null (local.get $todo)) (then (return)))
    (local.set $c (struct.get $constraints $head (local.get $todo)))
    (if (i32.eq
          (struct.get $variable $mark (call $output (local.get $c))) (local.get $mark))
      (then (unreachable)))
    (call $recalculate (local.get $c))
    (return_call $propagate
      (call $consumers
        (call $output (local.get $c))
        (struct.get $constraints $tail (local.get $todo)))
      (local.get $mark)))

  ;; Enforces a constraint if it is strong enough; gives the one it overrides.
  (func $satisfy (param $c (ref $constraint)) (param $mark i32)
    (result (ref null $constraint))
    (local $out (ref $variable))
    (local $overridden (ref null $constraint))
    (call $choose_method (local.get $c) (local.get $mark))
    (if (i32.eqz (call $is_satisfied (local.get $c)))
      (then
        (if (i32.eq (struct.get $constraint $strength (local.get $c)) (global.get $required))
          (then (unreachable)))
        (return (ref.null none))))
    (call $mark_inputs (local.get $c) (local.get $mark))
    (local.set $out (call $output (local.get $c)))
    (local.set $overridden (struct.get $variable $determined_by (local.get $out)))
    (if (i32.eqz (ref.is_null (local.get $overridden)))
      (then
        (call $set_satisfied (ref.as_non_null (local.get $overridden)) (i32.const 0))))
    (struct.set $variable $determined_by (local.get $out) (local.get $c))
    (call $propagate
      (struct.new $constraints (local.get $c) (ref.null none)) (local.get $mark))
    (struct.set $variable $mark (local.get $out) (local.get $mark))
    (local.get $overridden))

  (func $incremental_add (param $c (ref null $constraint))
    (local $mark i32)
    (local.set $mark (call $new_mark))
    (loop $next
      (local.set $c
        (call $satisfy (ref.as_non_null (local.get $c)) (local.get $mark)))
      (br_if $next (i32.eqz (ref.is_null (local.get $c))))))

  (func $add (param $c (ref $constraint)) (result (ref $constraint))
    (call $link_all (local.get $c) (i32.const 1))
    (call $incremental_add (local.get $c))
    (local.get $c))

  ;; Frees a variable and all downstream; gives the unsatisfied constraints
  ;; met on the way, in front of others.
  (func $retract (param $v (ref $variable)) (param $unsatisfied (ref null $constraints))
    (result (ref null $constraints))
    (local $list (ref null $constraints))
    (local $c (ref $constraint))
    (local.set $list (struct.get $variable $constraints (local.get $v)))
    (loop $next
      (if (ref.is_null (local.get $list)) (then (return (local.get $unsatisfied))))
      (local.set $c (struct.get $constraints $head (local.get $list)))
      (if (i32.eqz (call $is_satisfied (local.get $c)))
        (then
          (local.set $unsatisfied
            (struct.new $constraints (local.get $c) (local.get $unsatisfied))))
        (else
          (if (i32.eqz
                (ref.eq
                  (local.get $c)
                  (struct.get $variable $determined_by (local.get $v))))
            (then
              (call $recalculate (local.get $c))
              (local.set $unsatisfied
                (call $retract (call $output (local.get $c)) (local.get $unsatisfied)))))))
      (local.set $list (struct.get $constraints $tail (local.get $list)))
      (br $next))
    (unreachable))

  (func $remove (param $c (ref $constraint))
    (local $out (ref $variable))
    (local $unsatisfied (ref null $constraints))
    (local $list (ref null $constraints))
    (local $strength i32)
    (local.set $out (call $output (local.get $c)))
    (call $link_all (local.get $c) (i32.const 0))
    (struct.set $variable $determined_by (local.get $out) (ref.null none))
    (struct.set $variable $strength (local.get $out) (global.get $weakest))
    (struct.set $variable $stay (local.get $out) (i32.const 1))
    (local.set $unsatisfied (call $retract (local.get $out) (ref.null none)))
    ;; Others get a chance, the strongest first.
    (loop $strengths
      (local.set $list (local.get $unsatisfied))
      (block $end
        (loop $next
          (br_if $end (ref.is_null (local.get $list)))
          (if (i32.eq
                (struct.get $constraint $strength
                  (struct.get $constraints $head (local.get $list)))
                (local.get $strength))
            (then
              (call $incremental_add (struct.get $constraints $head (local.get $list)))))
          (local.set $list (struct.get $constraints $tail (local.get $list)))
          (br $next)))
      (local.set $strength (i32.add (local.get $strength) (i32.const 1)))
      (br_if $strengths (i32.lt_s (local.get $strength) (global.get $weakest)))))

  ;; The constraints to compute, in order, when a source changes. The
  ;; checkpoint is at the end of the plan, with a frame for each step.
  (func $plan (param $todo (ref null $constraints)) (param $mark i32)
    (result (ref null $constraints))
    (local $c (ref $constraint))
    (local $out (ref $variable))
    (if (ref.is_null (local.get $todo))
      (then
        (global.set $plans (i32.add (global.get $plans) (i32.const 1)))
        (if (i32.eqz (i32.rem_u (global.get $plans) (i32.const 7)))
          (then (call $checkpoint)))
        (return (ref.null none))))
    (local.set $c (struct.get $constraints $head (local.get $todo)))
    (local.set $todo (struct.get $constraints $tail (local.get $todo)))
    (local.set $out (call $output (local.get $c)))
    (if (i32.and
          (i32.ne (struct.get $variable $mark (local.get $out)) (local.get $mark))
          (call $inputs_known (local.get $c) (local.get $mark)))
      (then
        (struct.set $variable $mark (local.get $out) (local.get $mark))
        (return
          (struct.new $constraints
            (local.get $c)
            (call $plan
              (call $consumers (local.get $out) (local.get $todo)) (local.get $mark))))))
    (return_call $plan (local.get $todo) (local.get $mark)))

  (func $execute (param $plan (ref null $constraints))
    (if (ref.is_null (local.get $plan)) (then (return)))
    (call $compute (struct.get $constraints $head (local.get $plan)))
    (return_call $execute (struct.get $constraints $tail (local.get $plan))))

  ;; ---- Workloads ----

  (func $variable (param $value i32) (result (ref $variable))
    (local $v (ref $variable))
    (local.set $v
      (struct.new $variable
        (local.get $value) (ref.null none) (ref.null none) (i32.const 0)
        (global.get $weakest) (i32.const 1)))
    (global.set $variables (struct.new $variables (local.get $v) (global.get $variables)))
    (local.get $v))

  (func $unary (param $v (ref $variable)) (param $strength i32) (param $edit i32)
    (result (ref $constraint))
    (return_call $add
      (struct.new $unary
        (local.get $strength) (ref.func $keep) (local.get $v) (local.get $edit)
        (i32.const 0))))

  (func $plan_edit (param $edit (ref $constraint)) (result (ref null $constraints))
    (if (i32.eqz (call $is_satisfied (local.get $edit))) (then (unreachable)))
    (return_call $plan
      (struct.new $constraints (local.get $edit) (ref.null none)) (call $new_mark)))

  ;; Sum of the last variable's values while the first goes from 0 to 99.
  (func $chain (param $n i32) (result i64)
    (local $first (ref $variable))
    (local $last (ref $variable))
    (local $next (ref $variable))
    (local $plan (ref null $constraints))
    (local $i i32)
    (local $sum i64)
    (local.set $first (call $variable (i32.const 0)))
    (local.set $last (local.get $first))
    (loop $links
      (local.set $next (call $variable (i32.const 0)))
      (drop
        (call $add
          (struct.new $binary
            (global.get $required) (ref.func $copy) (local.get $last) (local.get $next)
            (i32.const 0))))
      (local.set $last (local.get $next))
      (br_if $links (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop (call $unary (local.get $last) (global.get $strong_default) (i32.const 0)))
    (local.set $plan
      (call $plan_edit
        (call $unary (local.get $first) (global.get $preferred) (i32.const 1))))
    (loop $edits
      (struct.set $variable $value (local.get $first) (local.get $i))
      (call $execute (local.get $plan))
      (local.set $sum
        (i64.add
          (local.get $sum)
          (i64.extend_i32_s (struct.get $variable $value (local.get $last)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $edits (i32.lt_s (local.get $i) (i32.const 100))))
    (local.get $sum))

  ;; Sets a variable as a user would; gives another's value afterwards.
  (func $change (param $v (ref $variable)) (param $value i32) (param $watched (ref $variable))
    (result i64)
    (local $edit (ref $constraint))
    (local.set $edit (call $unary (local.get $v) (global.get $preferred) (i32.const 1)))
    (struct.set $variable $value (local.get $v) (local.get $value))
    (call $execute (call $plan_edit (local.get $edit)))
    (call $remove (local.get $edit))
    (i64.extend_i32_s (struct.get $variable $value (local.get $watched))))

  (func $sum (param $variables (ref null $variables)) (result i64)
    (if (ref.is_null (local.get $variables)) (then (return (i64.const 0))))
    (i64.add
      (i64.extend_i32_s
        (struct.get $variable $value (struct.get $variables $variable (local.get $variables))))
      (call $sum (struct.get $variables $others (local.get $variables)))))

  (func $projection (param $n i32) (result i64)
    (local $scale (ref $variable))
    (local $offset (ref $variable))
    (local $source (ref null $variable))
    (local $destination (ref null $variable))
    (local $destinations (ref null $variables))
    (local $i i32)
    (local $sum i64)
    (local.set $scale (call $variable (i32.const 10)))
    (local.set $offset (call $variable (i32.const 1000)))
    (loop $pairs
      ;; All but the last destination are summed up later.
      (if (local.get $i)
        (then
          (local.set $destinations
            (struct.new $variables
              (ref.as_non_null (local.get $destination)) (local.get $destinations)))))
      (local.set $source (call $variable (local.get $i)))
      (local.set $destination (call $variable (local.get $i)))
      (drop
        (call $unary
          (ref.as_non_null (local.get $source)) (global.get $normal) (i32.const 0)))
      (drop
        (call $add
          (struct.new $scaling
            (global.get $required) (ref.func $scale)
            (ref.as_non_null (local.get $source)) (ref.as_non_null (local.get $destination))
            (i32.const 0)
            (local.get $scale) (local.get $offset))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $pairs (i32.lt_s (local.get $i) (local.get $n))))
    (local.set $sum
      (i64.add
        (call $change
          (ref.as_non_null (local.get $source)) (i32.const 17)
          (ref.as_non_null (local.get $destination)))
        (call $change
          (ref.as_non_null (local.get $destination)) (i32.const 1050)
          (ref.as_non_null (local.get $source)))))
    (drop (call $change (local.get $scale) (i32.const 5) (local.get $scale)))
    (local.set $sum (i64.add (local.get $sum) (call $sum (local.get $destinations))))
    (drop (call $change (local.get $offset) (i32.const 2000) (local.get $offset)))
    (i64.add (local.get $sum) (call $sum (local.get $destinations))))

  ;; Variables and constraints refer to each other; a reference count would
  ;; never let them go.
  (func $cut_cycles
    (local $v (ref $variable))
    (loop $next
      (if (ref.is_null (global.get $variables)) (then (return)))
      (local.set $v (struct.get $variables $variable (global.get $variables)))
      (struct.set $variable $constraints (local.get $v) (ref.null none))
      (struct.set $variable $determined_by (local.get $v) (ref.null none))
      (global.set $variables (struct.get $variables $others (global.get $variables)))
      (br $next)))

  (func (export "run") (param $n i32) (result i64)
    (local $rounds i32)
    (local $sum i64)
    (local.set $rounds (i32.const 120))
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (call $chain (local.get $n))))
      (call $cut_cycles)
      (local.set $sum (i64.add (local.get $sum) (call $projection (local.get $n))))
      (call $cut_cycles)
      (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
      (br_if $again (local.get $rounds)))
    (local.get $sum)))
