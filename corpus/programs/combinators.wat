;; combinators: lambda calculus by graph reduction. A lambda term is compiled
;; to the combinators S, K, I, B and C (Turner, "A New Implementation Technique
;; for Applicative Languages", 1979); the graph is then reduced to weak head
;; normal form, lazily, and every application is overwritten with its result.
;;
;; The term is pred (two^n) on Church numerals, where two^n is the numeral n
;; applied to the numeral two and pred is Kleene's predecessor. The numeral is
;; turned into a machine integer by applying it to a successor and to 0.
;;
;; Expected: 2^n - 1 in each of a hundred rounds. For n = 9: 100 * 511
;; = 51100.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (rec
    ;; Lambda terms; variables are numbers, chosen to be distinct.
    (type $term (sub (struct)))
    (type $variable (sub final $term (struct (field $id i32))))
    (type $lambda (sub final $term (struct (field $id i32) (field $body (ref $term)))))
    ;; Applications occur in terms and, as they are rewritten, in the graph.
    (type $apply (sub final $term (struct
      (field $function (mut (ref $term)))
      (field $argument (mut (ref $term))))))
    ;; A combinator or built-in with the arguments it has so far, last first.
    (type $partial (sub final $term (struct
      (field $tag i32)
      (field $arguments (ref null $arguments)))))
    (type $arguments (struct (field $last (ref $term)) (field $before (ref null $arguments))))
    (type $integer (sub final $term (struct (field $value i32)))))

  (global $i (ref $term) (struct.new $partial (i32.const 0) (ref.null none)))
  (global $k (ref $term) (struct.new $partial (i32.const 1) (ref.null none)))
  (global $s (ref $term) (struct.new $partial (i32.const 2) (ref.null none)))
  (global $b (ref $term) (struct.new $partial (i32.const 3) (ref.null none)))
  (global $c (ref $term) (struct.new $partial (i32.const 4) (ref.null none)))
  ;; Adds one to an integer.
  (global $successor (ref $term) (struct.new $partial (i32.const 5) (ref.null none)))

  (global $reductions (mut i32) (i32.const 0))

  (func $variable (param $id i32) (result (ref $term))
    (struct.new $variable (local.get $id)))
  (func $lambda (param $id i32) (param $body (ref $term)) (result (ref $term))
    (struct.new $lambda (local.get $id) (local.get $body)))
  (func $apply (param $function (ref $term)) (param $argument (ref $term))
    (result (ref $term))
    (struct.new $apply (local.get $function) (local.get $argument)))
  (func $apply2 (param $function (ref $term)) (param $x (ref $term)) (param $y (ref $term))
    (result (ref $term))
    (return_call $apply
      (call $apply (local.get $function) (local.get $x)) (local.get $y)))

  ;; ---- Bracket abstraction ----

  (func $occurs (param $id i32) (param $term (ref $term)) (result i32)
    (local $apply (ref $apply))
    (if (ref.test (ref $apply) (local.get $term))
      (then
        (local.set $apply (ref.cast (ref $apply) (local.get $term)))
        (if (call $occurs
              (local.get $id) (struct.get $apply $function (local.get $apply)))
          (then (return (i32.const 1))))
        (return_call $occurs
          (local.get $id) (struct.get $apply $argument (local.get $apply)))))
    (if (i32.eqz (ref.test (ref $variable) (local.get $term)))
      (then (return (i32.const 0))))
    (i32.eq
      (struct.get $variable $id (ref.cast (ref $variable) (local.get $term)))
      (local.get $id)))

  ;; A term without lambdas that, applied to x, gives the term.
  (func $abstract (param $id i32) (param $term (ref $term)) (result (ref $term))
    (local $apply (ref $apply))
    (local $function (ref $term))
    (local $argument (ref $term))
    (local $in_function i32)
    (local $in_argument i32)
    (if (i32.eqz (call $occurs (local.get $id) (local.get $term)))
      (then (return_call $apply (global.get $k) (local.get $term))))
    (if (ref.test (ref $variable) (local.get $term)) (then (return (global.get $i))))
    (local.set $apply (ref.cast (ref $apply) (local.get $term)))
    (local.set $function (struct.get $apply $function (local.get $apply)))
    (local.set $argument (struct.get $apply $argument (local.get $apply)))
    (local.set $in_function (call $occurs (local.get $id) (local.get $function)))
    (local.set $in_argument (call $occurs (local.get $id) (local.get $argument)))
    (if (i32.eqz (local.get $in_function))
      (then
        (if (ref.test (ref $variable) (local.get $argument))
          (then (return (local.get $function))))
        (return_call $apply2
          (global.get $b)
          (local.get $function)
          (call $abstract (local.get $id) (local.get $argument)))))
    (if (i32.eqz (local.get $in_argument))
      (then
        (return_call $apply2
          (global.get $c)
          (call $abstract (local.get $id) (local.get $function))
          (local.get $argument))))
    (return_call $apply2
      (global.get $s)
      (call $abstract (local.get $id) (local.get $function))
      (call $abstract (local.get $id) (local.get $argument))))

  (func $compile (param $term (ref $term)) (result (ref $term))
    (local $lambda (ref $lambda))
    (local $apply (ref $apply))
    (if (ref.test (ref $lambda) (local.get $term))
      (then
        (local.set $lambda (ref.cast (ref $lambda) (local.get $term)))
        (return_call $abstract
          (struct.get $lambda $id (local.get $lambda))
          (call $compile (struct.get $lambda $body (local.get $lambda))))))
    (if (i32.eqz (ref.test (ref $apply) (local.get $term)))
      (then (return (local.get $term))))
    (local.set $apply (ref.cast (ref $apply) (local.get $term)))
    (return_call $apply
      (call $compile (struct.get $apply $function (local.get $apply)))
      (call $compile (struct.get $apply $argument (local.get $apply)))))

  ;; ---- Reduction ----

  ;; Weak head normal form: a $partial or an $integer.
  (func $force (param $term (ref $term)) (result (ref $term))
    (local $apply (ref $apply))
    (local $value (ref $term))
    (block $is_value (result (ref $term))
      (local.set $apply
        (br_on_cast_fail $is_value (ref $term) (ref $apply) (local.get $term)))
      (local.set $value
        (call $reduce
          (ref.cast (ref $partial)
            (call $force (struct.get $apply $function (local.get $apply))))
          (struct.get $apply $argument (local.get $apply))))
      ;; Shared work is done once: the node becomes `I value`.
      (struct.set $apply $function (local.get $apply) (global.get $i))
      (struct.set $apply $argument (local.get $apply) (local.get $value))
      (return (local.get $value))))

  ;; One more argument, and a reduction if that is the last one wanted.
  (func $reduce (param $partial (ref $partial)) (param $z (ref $term)) (result (ref $term))
    (local $x (ref null $arguments))
    (local $y (ref null $arguments))
    (local $tag i32)
    (local.set $tag (struct.get $partial $tag (local.get $partial)))
    (local.set $y (struct.get $partial $arguments (local.get $partial)))
    (global.set $reductions (i32.add (global.get $reductions) (i32.const 1)))
    (if (i32.eqz (local.get $tag)) (then (return_call $force (local.get $z))))
    (if (i32.eq (local.get $tag) (i32.const 5))
      (then
        (return_call $add_one (ref.cast (ref $integer) (call $force (local.get $z))))))
    (if (ref.is_null (local.get $y))
      (then (return_call $with_argument (local.get $partial) (local.get $z))))
    (if (i32.eq (local.get $tag) (i32.const 1))
      (then (return_call $force (struct.get $arguments $last (local.get $y)))))
    (local.set $x (struct.get $arguments $before (local.get $y)))
    (if (ref.is_null (local.get $x))
      (then (return_call $with_argument (local.get $partial) (local.get $z))))
    (return_call $reduce3
      (local.get $tag)
      (struct.get $arguments $last (local.get $x))
      (struct.get $arguments $last (local.get $y))
      (local.get $z)))

  (func $with_argument (param $partial (ref $partial)) (param $argument (ref $term))
    (result (ref $term))
    (struct.new $partial
      (struct.get $partial $tag (local.get $partial))
      (struct.new $arguments
        (local.get $argument)
        (struct.get $partial $arguments (local.get $partial)))))

  ;; S x y z = x z (y z), B x y z = x (y z), C x y z = x z y.
  (func $reduce3 (param $tag i32) (param $x (ref $term)) (param $y (ref $term))
    (param $z (ref $term)) (result (ref $term))
    (local $function (ref $term))
    (local.set $function (call $force (local.get $x)))
    (if (i32.ne (local.get $tag) (i32.const 3))
      (then
        (local.set $function
          (call $reduce
            (ref.cast (ref $partial) (local.get $function)) (local.get $z)))))
    (return_call $reduce
      (ref.cast (ref $partial) (local.get $function))
      (if (result (ref $term)) (i32.eq (local.get $tag) (i32.const 4))
        (then (local.get $y))
        (else (call $apply (local.get $y) (local.get $z))))))

  (func $add_one (param $integer (ref $integer)) (result (ref $term))
    (local $value i32)
    (local.set $value (struct.get $integer $value (local.get $integer)))
    ;; The innermost successor: all others wait in the frames above.
    (if (i32.eqz (local.get $value)) (then (call $checkpoint)))
    (struct.new $integer (i32.add (local.get $value) (i32.const 1))))

  ;; ---- The term ----

  ;; \f. \x. f (f ... x)
  (func $church (param $n i32) (result (ref $term))
    (local $body (ref $term))
    (local.set $body (call $variable (i32.const 1)))
    (block $end
      (loop $next
        (br_if $end (i32.eqz (local.get $n)))
        (local.set $body (call $apply (call $variable (i32.const 0)) (local.get $body)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (return_call $lambda
      (i32.const 0) (call $lambda (i32.const 1) (local.get $body))))

  ;; \n. \f. \x. n (\g. \h. h (g f)) (\u. x) (\v. v)
  (func $predecessor (result (ref $term))
    (return_call $lambda (i32.const 2)
      (call $lambda (i32.const 3)
        (call $lambda (i32.const 4)
          (call $apply
            (call $apply2
              (call $variable (i32.const 2))
              (call $lambda (i32.const 5)
                (call $lambda (i32.const 6)
                  (call $apply
                    (call $variable (i32.const 6))
                    (call $apply
                      (call $variable (i32.const 5)) (call $variable (i32.const 3))))))
              (call $lambda (i32.const 7) (call $variable (i32.const 4))))
            (call $lambda (i32.const 8) (call $variable (i32.const 8))))))))

  (func $round (param $n i32) (result i64)
    (local $graph (ref $term))
    (local.set $graph
      (call $compile
        (call $apply2
          (call $apply
            (call $predecessor)
            (call $apply (call $church (local.get $n)) (call $church (i32.const 2))))
          (global.get $successor)
          (struct.new $integer (i32.const 0)))))
    (i64.extend_i32_u
      (struct.get $integer $value
        (ref.cast (ref $integer) (call $force (local.get $graph))))))

  (func (export "run") (param $n i32) (result i64)
    (local $rounds i32)
    (local $sum i64)
    (local.set $rounds (i32.const 100))
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (call $round (local.get $n))))
      (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
      (br_if $again (local.get $rounds)))
    (local.get $sum)))
