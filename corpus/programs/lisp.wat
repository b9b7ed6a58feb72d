;; lisp: a small Lisp: reader, symbols, closures over chained environments,
;; and primitives that are called by reference. `eval` tail-calls, so only
;; arguments and bodies under evaluation take stack.
;;
;; Values are eqref: null is the empty list and false, i31 is a number, the
;; rest are structs. The program it runs is the data segment at the end.
;;
;; Expected: the program's value is a list of four numbers, read as digits to
;; base 1000: for n = 200
;;   sum of squares up to n: n (n+1) (2n+1) / 6 = 2686700
;;   fib 16 = 987
;;   the Takeuchi function at (9, 4, 0), which is x if x > y > z: 9
;;   the number of primes up to n: 46
;; and so ((2686700 * 1000 + 987) * 1000 + 9) * 1000 + 46 = 2686700987009046.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (type $text (array i8))
  (rec
    (type $pair (struct (field $car eqref) (field $cdr eqref)))
    ;; `form` numbers the special forms from 1; 0 is none.
    (type $symbol (struct
      (field $name (ref $text))
      (field $form i32)
      (field $global (mut eqref))))
    (type $env (struct
      (field $symbol (ref $symbol))
      (field $value eqref)
      (field $outer (ref null $env))))
    (type $function (sub (struct)))
    (type $closure (sub final $function (struct
      (field $parameters eqref)
      (field $body eqref)
      (field $env (ref null $env)))))
    (type $code (func (param eqref) (result eqref)))
    (type $primitive (sub final $function (struct (field $code (ref $code))))))

  (global $symbols (mut (ref null $pair)) (ref.null none))
  (global $forms (mut i32) (i32.const 0))
  (global $source (mut (ref null $text)) (ref.null none))
  (global $at (mut i32) (i32.const 0))

  ;; ---- Lists ----

  (func $car (param $list eqref) (result eqref)
    (struct.get $pair $car (ref.cast (ref $pair) (local.get $list))))
  (func $cdr (param $list eqref) (result eqref)
    (struct.get $pair $cdr (ref.cast (ref $pair) (local.get $list))))
  (func $second (param $list eqref) (result eqref)
    (return_call $car (call $cdr (local.get $list))))
  (func $number (param $value eqref) (result i32)
    (i31.get_s (ref.cast (ref i31) (local.get $value))))
  (func $truth (param $bool i32) (result eqref)
    (select (result eqref)
      (ref.i31 (i32.const 1)) (ref.null none) (local.get $bool)))

  ;; ---- Reader ----

  (func $same_text (param $x (ref $text)) (param $y (ref $text)) (result i32)
    (local $i i32)
    (if (i32.ne (array.len (local.get $x)) (array.len (local.get $y)))
      (then (return (i32.const 0))))
    (loop $next
      (if (i32.ne
            (array.get_u $text (local.get $x) (local.get $i))
            (array.get_u $text (local.get $y) (local.get $i)))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $x)))))
    (i32.const 1))

  ;; The symbol of that name, made if need be.
  (func $intern (param $name (ref $text)) (result (ref $symbol))
    (local $known (ref null $pair))
    (local $symbol (ref $symbol))
    (local.set $known (global.get $symbols))
    (block $new
      (loop $next
        (br_if $new (ref.is_null (local.get $known)))
        (local.set $symbol
          (ref.cast (ref $symbol) (struct.get $pair $car (local.get $known))))
        (if (call $same_text
              (struct.get $symbol $name (local.get $symbol)) (local.get $name))
          (then (return (local.get $symbol))))
        (local.set $known
          (ref.cast (ref null $pair) (struct.get $pair $cdr (local.get $known))))
        (br $next)))
    (local.set $symbol
      (struct.new $symbol (local.get $name) (global.get $forms) (ref.null none)))
    (global.set $symbols (struct.new $pair (local.get $symbol) (global.get $symbols)))
    (local.get $symbol))

  (func $peek (result i32)
    (array.get_u $text (global.get $source) (global.get $at)))

  (func $advance (global.set $at (i32.add (global.get $at) (i32.const 1))))

  (func $skip_spaces
    (loop $next
      (if (i32.le_u (call $peek) (i32.const 32)) (then (call $advance) (br $next)))))

  ;; Whether the current character ends a symbol or number: space ( ) .
  (func $at_delimiter (result i32)
    (i32.or
      (i32.le_u (call $peek) (i32.const 32))
      (i32.eq (i32.shr_u (call $peek) (i32.const 1)) (i32.const 20))))

  ;; Elements up to the closing parenthesis.
  (func $read_list (result eqref)
    (local $head eqref)
    (call $skip_spaces)
    (if (i32.eq (call $peek) (i32.const 41))
      (then (call $advance) (return (ref.null none))))
    (local.set $head (call $read))
    (struct.new $pair (local.get $head) (call $read_list)))

  (func $read_number (result eqref)
    (local $number i32)
    (loop $digits
      (local.set $number
        (i32.add
          (i32.mul (local.get $number) (i32.const 10))
          (i32.sub (call $peek) (i32.const 48))))
      (call $advance)
      (br_if $digits (i32.eqz (call $at_delimiter))))
    (ref.i31 (local.get $number)))

  (func $read_symbol (result (ref $symbol))
    (local $from i32)
    (local $name (ref $text))
    (local.set $from (global.get $at))
    (loop $letters
      (call $advance)
      (br_if $letters (i32.eqz (call $at_delimiter))))
    (return_call $intern
      (call $slice (local.get $from) (i32.sub (global.get $at) (local.get $from)))))

  (func $slice (param $from i32) (param $length i32) (result (ref $text))
    (array.new_data $text $program (local.get $from) (local.get $length)))

  (func $read (result eqref)
    (local $first i32)
    (call $skip_spaces)
    (local.set $first (call $peek))
    (if (i32.eq (local.get $first) (i32.const 40))
      (then (call $advance) (return_call $read_list)))
    (if (i32.lt_u (i32.sub (local.get $first) (i32.const 48)) (i32.const 10))
      (then (return_call $read_number)))
    (return_call $read_symbol))

  ;; ---- Evaluator ----

  (func $lookup (param $symbol (ref $symbol)) (param $env (ref null $env)) (result eqref)
    (if (ref.is_null (local.get $env))
      (then (return (struct.get $symbol $global (local.get $symbol)))))
    (if (ref.eq (struct.get $env $symbol (local.get $env)) (local.get $symbol))
      (then (return (struct.get $env $value (local.get $env)))))
    (return_call $lookup (local.get $symbol) (struct.get $env $outer (local.get $env))))

  (func $eval (param $form eqref) (param $env (ref null $env)) (result eqref)
    (local $head eqref)
    (local $tail eqref)
    (local $special i32)
    (if (ref.test (ref $symbol) (local.get $form))
      (then
        (return_call $lookup
          (ref.cast (ref $symbol) (local.get $form)) (local.get $env))))
    (if (i32.eqz (ref.test (ref $pair) (local.get $form)))
      (then (return (local.get $form))))
    (local.set $head (call $car (local.get $form)))
    (local.set $tail (call $cdr (local.get $form)))
    (if (ref.test (ref $symbol) (local.get $head))
      (then
        (local.set $special
          (struct.get $symbol $form (ref.cast (ref $symbol) (local.get $head))))
        (if (local.get $special)
          (then
            (return_call $eval_special
              (local.get $special) (local.get $tail) (local.get $env))))))
    (return_call $apply
      (ref.cast (ref $function) (call $eval (local.get $head) (local.get $env)))
      (call $eval_all (local.get $tail) (local.get $env))))

  ;; quote, if, lambda, define, in the order in which they are interned.
  (func $eval_special (param $special i32) (param $tail eqref) (param $env (ref null $env))
    (result eqref)
    (block $define (block $lambda (block $if (block $quote
      (br_table $quote $if $lambda $define
        (i32.sub (local.get $special) (i32.const 1))))
      ;; quote
      (return_call $car (local.get $tail)))
      ;; if
      (return_call $eval
        (call $car
          (if (result eqref)
            (ref.is_null (call $eval (call $car (local.get $tail)) (local.get $env)))
            (then (call $cdr (call $cdr (local.get $tail))))
            (else (call $cdr (local.get $tail)))))
        (local.get $env)))
      ;; lambda
      (return
        (struct.new $closure
          (call $car (local.get $tail)) (call $second (local.get $tail))
          (local.get $env))))
    ;; define
    (struct.set $symbol $global
      (ref.cast (ref $symbol) (call $car (local.get $tail)))
      (call $eval (call $second (local.get $tail)) (local.get $env)))
    (ref.null none))

  (func $eval_all (param $forms eqref) (param $env (ref null $env)) (result eqref)
    (local $first eqref)
    (if (ref.is_null (local.get $forms)) (then (return (ref.null none))))
    (local.set $first (call $eval (call $car (local.get $forms)) (local.get $env)))
    (struct.new $pair
      (local.get $first)
      (call $eval_all (call $cdr (local.get $forms)) (local.get $env))))

  (func $bind (param $names eqref) (param $values eqref) (param $env (ref null $env))
    (result (ref null $env))
    (if (ref.is_null (local.get $names)) (then (return (local.get $env))))
    (return_call $bind
      (call $cdr (local.get $names))
      (call $cdr (local.get $values))
      (struct.new $env
        (ref.cast (ref $symbol) (call $car (local.get $names)))
        (call $car (local.get $values))
        (local.get $env))))

  (func $apply (param $function (ref $function)) (param $arguments eqref) (result eqref)
    (local $closure (ref $closure))
    (block $is_closure (result (ref $closure))
      (return_call_ref $code
        (local.get $arguments)
        (struct.get $primitive $code
          (ref.cast (ref $primitive)
            (br_on_cast $is_closure (ref $function) (ref $closure)
              (local.get $function))))))
    (local.set $closure)
    (return_call $eval
      (struct.get $closure $body (local.get $closure))
      (call $bind
        (struct.get $closure $parameters (local.get $closure))
        (local.get $arguments)
        (struct.get $closure $env (local.get $closure)))))

  ;; ---- Primitives ----

  (func $add (type $code)
    (ref.i31
      (i32.add
        (call $number (call $car (local.get 0)))
        (call $number (call $second (local.get 0))))))
  (func $subtract (type $code)
    (ref.i31
      (i32.sub
        (call $number (call $car (local.get 0)))
        (call $number (call $second (local.get 0))))))
  (func $multiply (type $code)
    (ref.i31
      (i32.mul
        (call $number (call $car (local.get 0)))
        (call $number (call $second (local.get 0))))))
  (func $remainder (type $code)
    (ref.i31
      (i32.rem_s
        (call $number (call $car (local.get 0)))
        (call $number (call $second (local.get 0))))))
  (func $less (type $code)
    (return_call $truth
      (i32.lt_s
        (call $number (call $car (local.get 0)))
        (call $number (call $second (local.get 0))))))
  (func $cons (type $code)
    (struct.new $pair (call $car (local.get 0)) (call $second (local.get 0))))
  (func $first (type $code) (return_call $car (call $car (local.get 0))))
  (func $rest (type $code) (return_call $cdr (call $car (local.get 0))))
  (func $is_null (type $code)
    (return_call $truth (ref.is_null (call $car (local.get 0)))))
  ;; Lets the Lisp program say when to stop; its value is the argument.
  (func $pause (type $code)
    (call $checkpoint)
    (return_call $car (local.get 0)))

  (elem declare func
    $add $subtract $multiply $remainder $less $cons $first $rest $is_null $pause)

  ;; Reads a name at the start of the segment and makes it a primitive's.
  (func $primitive (param $code (ref $code))
    (call $skip_spaces)
    (struct.set $symbol $global
      (call $read_symbol) (struct.new $primitive (local.get $code))))

  (func (export "run") (param $n i32) (result i64)
    (local $digits eqref)
    (local $result i64)
    (global.set $symbols (ref.null none))
    (global.set $forms (i32.const 0))
    (global.set $at (i32.const 0))
    ;; All of the segment: its length is known only here.
    (global.set $source (call $slice (i32.const 0) (i32.const 946)))
    (loop $special_forms
      (global.set $forms (i32.add (global.get $forms) (i32.const 1)))
      (call $skip_spaces)
      (drop (call $read_symbol))
      (br_if $special_forms (i32.lt_u (global.get $forms) (i32.const 4))))
    (global.set $forms (i32.const 0))
    (call $primitive (ref.func $add))
    (call $primitive (ref.func $subtract))
    (call $primitive (ref.func $multiply))
    (call $primitive (ref.func $remainder))
    (call $primitive (ref.func $less))
    (call $primitive (ref.func $cons))
    (call $primitive (ref.func $first))
    (call $primitive (ref.func $rest))
    (call $primitive (ref.func $is_null))
    (call $primitive (ref.func $pause))
    (call $skip_spaces)
    (struct.set $symbol $global (call $read_symbol) (ref.i31 (local.get $n)))
    ;; Definitions evaluate to null; the first other value is the result.
    (loop $forms
      (local.set $digits (call $eval (call $read) (ref.null none)))
      (br_if $forms (ref.is_null (local.get $digits))))
    (loop $next
      (local.set $result
        (i64.add
          (i64.mul (local.get $result) (i64.const 1000))
          (i64.extend_i32_s (call $number (call $car (local.get $digits))))))
      (local.set $digits (call $cdr (local.get $digits)))
      (br_if $next (i32.eqz (ref.is_null (local.get $digits)))))
    (local.get $result))

  (data $program
    "quote if lambda define + - * remainder < cons car cdr null? pause n "

    ;; The checkpoint is at the end of the list, below all its elements.
    "(define map (lambda (f l)"
    "  (if (null? l) (pause l) (cons (f (car l)) (map f (cdr l))))))"
    "(define fold (lambda (f z l)"
    "  (if (null? l) z (fold f (f z (car l)) (cdr l)))))"
    "(define filter (lambda (p l)"
    "  (if (null? l) (pause l)"
    "    (if (p (car l)) (cons (car l) (filter p (cdr l))) (filter p (cdr l))))))"
    "(define iota (lambda (a b) (if (< b a) (quote ()) (cons a (iota (+ a 1) b)))))"
    "(define length (lambda (l) (fold (lambda (z x) (+ z 1)) 0 l)))"

    "(define fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))"
    "(define tak (lambda (x y z) (if (< y x)"
    "  (tak (tak (- x 1) y z) (tak (- y 1) z x) (tak (- z 1) x y)) y)))"
    "(define sieve (lambda (l) (if (null? l) l (cons (car l)"
    "  (sieve (filter (lambda (x) (< 0 (remainder x (car l)))) (cdr l)))))))"

    "(cons (fold + 0 (map (lambda (x) (* x x)) (iota 1 n)))"
    " (cons (fib 16)"
    "  (cons (tak 9 4 0)"
    "   (cons (length (sieve (iota 2 n))) (quote ())))))"))
