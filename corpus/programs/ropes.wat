;; ropes: strings as binary trees (Boehm, Atkinson and Plass, "Ropes: an
;; Alternative to Strings", 1995), with concatenation, substring, reversal,
;; rebalancing and flattening, tried on Fibonacci words: w(1) = "b", w(2) =
;; "a", w(k) = w(k-1) w(k-2).
;;
;; The word is made in two ways: by concatenation, where ropes share nearly
;; everything, and by the substitution a -> ab, b -> a, character by
;; character, which gives a left spine as deep as the word is long. Then the
;; word is rotated by one letter three times as often as it has letters.
;;
;; Expected: both ropes are equal; w(k) without its last two letters is a
;; palindrome; the rotations end at the start; else a trap. The result is
;; F(k) * 10^5 + F(k-1), the number of letters and of letters "a". For k = 17:
;; 1597 * 10^5 + 987 = 159700987.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (type $bytes (array (mut i8)))
  (rec
    (type $rope (sub (struct (field $length i32))))
    (type $leaf (sub final $rope (struct
      (field $length i32) (field $bytes (ref $bytes)))))
    (type $concat (sub final $rope (struct
      (field $length i32)
      (field $left (ref $rope))
      (field $right (ref $rope))
      (field $depth i32)))))
  (type $ropes (array (mut (ref null $rope))))
  ;; Where flattening or collecting leaves has got to.
  (type $sink (struct (field $bytes (ref $bytes)) (field $at (mut i32))))
  (type $leaves (struct (field $ropes (ref $ropes)) (field $at (mut i32))))

  (global $max_leaf i32 (i32.const 8))
  (global $max_depth i32 (i32.const 40))

  (global $a (ref $rope)
    (struct.new $leaf (i32.const 1) (array.new_fixed $bytes 1 (i32.const 97))))
  (global $b (ref $rope)
    (struct.new $leaf (i32.const 1) (array.new_fixed $bytes 1 (i32.const 98))))

  (func $length (param $rope (ref $rope)) (result i32)
    (struct.get $rope $length (local.get $rope)))

  (func $depth (param $rope (ref $rope)) (result i32)
    (block $is_leaf (result (ref $rope))
      (return
        (struct.get $concat $depth
          (br_on_cast_fail $is_leaf (ref $rope) (ref $concat) (local.get $rope)))))
    (drop)
    (i32.const 0))

  (func $concat (param $left (ref $rope)) (param $right (ref $rope)) (result (ref $rope))
    (local $left_depth i32)
    (local $right_depth i32)
    (local.set $left_depth (call $depth (local.get $left)))
    (local.set $right_depth (call $depth (local.get $right)))
    (struct.new $concat
      (i32.add (call $length (local.get $left)) (call $length (local.get $right)))
      (local.get $left)
      (local.get $right)
      (i32.add
        (i32.const 1)
        (select
          (local.get $left_depth) (local.get $right_depth)
          (i32.gt_u (local.get $left_depth) (local.get $right_depth))))))

  ;; Copies a rope's bytes to the sink; `pause` in the leftmost leaf.
  (func $copy_to (param $rope (ref $rope)) (param $sink (ref $sink)) (param $pause i32)
    (local $leaf (ref $leaf))
    (local $concat (ref $concat))
    (block $is_concat (result (ref $concat))
      (local.set $leaf
        (ref.cast (ref $leaf)
          (br_on_cast $is_concat (ref $rope) (ref $concat) (local.get $rope))))
      (if (local.get $pause) (then (call $checkpoint)))
      (array.copy $bytes $bytes
        (struct.get $sink $bytes (local.get $sink))
        (struct.get $sink $at (local.get $sink))
        (struct.get $leaf $bytes (local.get $leaf))
        (i32.const 0)
        (call $length (local.get $leaf)))
      (struct.set $sink $at (local.get $sink)
        (i32.add
          (struct.get $sink $at (local.get $sink))
          (call $length (local.get $leaf))))
      (return))
    (local.set $concat)
    (call $copy_to
      (struct.get $concat $left (local.get $concat)) (local.get $sink) (local.get $pause))
    (return_call $copy_to
      (struct.get $concat $right (local.get $concat)) (local.get $sink) (i32.const 0)))

  (func $flatten (param $rope (ref $rope)) (param $pause i32) (result (ref $bytes))
    (local $bytes (ref $bytes))
    (local.set $bytes (array.new_default $bytes (call $length (local.get $rope))))
    (call $copy_to
      (local.get $rope)
      (struct.new $sink (local.get $bytes) (i32.const 0))
      (local.get $pause))
    (local.get $bytes))

  ;; A leaf with a copy of the rope's bytes.
  (func $compact (param $rope (ref $rope)) (result (ref $rope))
    (struct.new $leaf
      (call $length (local.get $rope))
      (call $flatten (local.get $rope) (i32.const 0))))

  (func $equal (param $left (ref $rope)) (param $right (ref $rope)) (result i32)
    (local $x (ref $bytes))
    (local $y (ref $bytes))
    (local $i i32)
    (if (i32.ne (call $length (local.get $left)) (call $length (local.get $right)))
      (then (return (i32.const 0))))
    (local.set $x (call $flatten (local.get $left) (i32.const 1)))
    (local.set $y (call $flatten (local.get $right) (i32.const 1)))
    (loop $next
      (if (i32.eq (local.get $i) (array.len (local.get $x)))
        (then (return (i32.const 1))))
      (if (i32.ne
            (array.get_u $bytes (local.get $x) (local.get $i))
            (array.get_u $bytes (local.get $y) (local.get $i)))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))
    (unreachable))

  ;; The letters from..to, sharing what lies inside.
  (func $substring (param $rope (ref $rope)) (param $from i32) (param $to i32)
    (result (ref $rope))
    (local $concat (ref $concat))
    (local $leaf (ref $leaf))
    (local $bytes (ref $bytes))
    (local $middle i32)
    (if (i32.and
          (i32.eqz (local.get $from))
          (i32.eq (local.get $to) (call $length (local.get $rope))))
      (then (return (local.get $rope))))
    (block $is_concat (result (ref $concat))
      (local.set $leaf
        (ref.cast (ref $leaf)
          (br_on_cast $is_concat (ref $rope) (ref $concat) (local.get $rope))))
      (local.set $bytes
        (array.new_default $bytes (i32.sub (local.get $to) (local.get $from))))
      (array.copy $bytes $bytes
        (local.get $bytes) (i32.const 0)
        (struct.get $leaf $bytes (local.get $leaf)) (local.get $from)
        (array.len (local.get $bytes)))
      (return (struct.new $leaf (array.len (local.get $bytes)) (local.get $bytes))))
    (local.set $concat)
    (local.set $middle (call $length (struct.get $concat $left (local.get $concat))))
    (if (i32.le_u (local.get $to) (local.get $middle))
      (then
        (return_call $substring
          (struct.get $concat $left (local.get $concat))
          (local.get $from) (local.get $to))))
    (if (i32.ge_u (local.get $from) (local.get $middle))
      (then
        (return_call $substring
          (struct.get $concat $right (local.get $concat))
          (i32.sub (local.get $from) (local.get $middle))
          (i32.sub (local.get $to) (local.get $middle)))))
    (return_call $concat
      (call $substring
        (struct.get $concat $left (local.get $concat))
        (local.get $from) (local.get $middle))
      (call $substring
        (struct.get $concat $right (local.get $concat))
        (i32.const 0) (i32.sub (local.get $to) (local.get $middle)))))

  (func $reverse (param $rope (ref $rope)) (result (ref $rope))
    (local $concat (ref $concat))
    (local $leaf (ref $leaf))
    (local $bytes (ref $bytes))
    (local $i i32)
    (block $is_concat (result (ref $concat))
      (local.set $leaf
        (ref.cast (ref $leaf)
          (br_on_cast $is_concat (ref $rope) (ref $concat) (local.get $rope))))
      (local.set $bytes (array.new_default $bytes (call $length (local.get $leaf))))
      (loop $next
        (if (i32.eq (local.get $i) (array.len (local.get $bytes)))
          (then (return (struct.new $leaf (local.get $i) (local.get $bytes)))))
        (array.set $bytes (local.get $bytes) (local.get $i)
          (array.get_u $bytes
            (struct.get $leaf $bytes (local.get $leaf))
            (i32.sub
              (i32.sub (array.len (local.get $bytes)) (local.get $i)) (i32.const 1))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next))
      (unreachable))
    (local.set $concat)
    (return_call $concat
      (call $reverse (struct.get $concat $right (local.get $concat)))
      (call $reverse (struct.get $concat $left (local.get $concat)))))

  ;; Puts the parts that are short enough to be leaves into the array.
  (func $collect (param $rope (ref $rope)) (param $leaves (ref $leaves))
    (local $concat (ref $concat))
    (block $is_leaf (result (ref $rope))
      (drop
        (br_if $is_leaf
          (local.get $rope)
          (i32.le_u (call $length (local.get $rope)) (global.get $max_leaf))))
      (local.set $concat
        (br_on_cast_fail $is_leaf (ref $rope) (ref $concat) (local.get $rope)))
      (call $collect (struct.get $concat $left (local.get $concat)) (local.get $leaves))
      (return_call $collect
        (struct.get $concat $right (local.get $concat)) (local.get $leaves)))
    (drop)
    (array.set $ropes
      (struct.get $leaves $ropes (local.get $leaves))
      (struct.get $leaves $at (local.get $leaves))
      (call $compact (local.get $rope)))
    (struct.set $leaves $at (local.get $leaves)
      (i32.add (struct.get $leaves $at (local.get $leaves)) (i32.const 1))))

  ;; The concatenation of ropes from..to, as shallow as can be.
  (func $merge (param $ropes (ref $ropes)) (param $from i32) (param $to i32)
    (result (ref $rope))
    (local $middle i32)
    (if (i32.eq (i32.sub (local.get $to) (local.get $from)) (i32.const 1))
      (then
        (if (i32.eqz (local.get $from)) (then (call $checkpoint)))
        (return
          (ref.as_non_null (array.get $ropes (local.get $ropes) (local.get $from))))))
    (local.set $middle
      (i32.shr_u (i32.add (local.get $from) (local.get $to)) (i32.const 1)))
    (return_call $concat
      (call $merge (local.get $ropes) (local.get $from) (local.get $middle))
      (call $merge (local.get $ropes) (local.get $middle) (local.get $to))))

  (func $rebalance (param $rope (ref $rope)) (result (ref $rope))
    (local $leaves (ref $leaves))
    (local.set $leaves
      (struct.new $leaves
        (array.new_default $ropes (call $length (local.get $rope))) (i32.const 0)))
    (call $collect (local.get $rope) (local.get $leaves))
    (return_call $merge
      (struct.get $leaves $ropes (local.get $leaves))
      (i32.const 0)
      (struct.get $leaves $at (local.get $leaves))))

  ;; w(k) by its definition.
  (func $word (param $k i32) (result (ref $rope))
    (local $previous (ref $rope))
    (local $word (ref $rope))
    (local $next (ref $rope))
    (local.set $previous (global.get $b))
    (local.set $word (global.get $a))
    (loop $longer
      (local.set $next (call $concat (local.get $word) (local.get $previous)))
      (local.set $previous (local.get $word))
      (local.set $word (local.get $next))
      (local.set $k (i32.sub (local.get $k) (i32.const 1)))
      (br_if $longer (i32.gt_s (local.get $k) (i32.const 2))))
    (local.get $word))

  ;; Appends the letters that a letter becomes after so many substitutions.
  (func $substitute (param $text (ref $rope)) (param $letter (ref $rope)) (param $times i32)
    (result (ref $rope))
    (if (i32.eqz (local.get $times))
      (then (return_call $concat (local.get $text) (local.get $letter))))
    (local.set $times (i32.sub (local.get $times) (i32.const 1)))
    (local.set $text
      (call $substitute (local.get $text) (global.get $a) (local.get $times)))
    (if (ref.eq (local.get $letter) (global.get $b)) (then (return (local.get $text))))
    (return_call $substitute (local.get $text) (global.get $b) (local.get $times)))

  ;; Moves the first letter to the end three times as often as there are
  ;; letters.
  (func $rotate (param $rope (ref $rope)) (result (ref $rope))
    (local $length i32)
    (local $left i32)
    (local.set $length (call $length (local.get $rope)))
    (local.set $left (i32.mul (i32.const 3) (local.get $length)))
    (loop $next
      (local.set $rope
        (call $concat
          (call $substring (local.get $rope) (i32.const 1) (local.get $length))
          (call $substring (local.get $rope) (i32.const 0) (i32.const 1))))
      (if (i32.gt_u (call $depth (local.get $rope)) (global.get $max_depth))
        (then (local.set $rope (call $rebalance (local.get $rope)))))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $next (local.get $left)))
    (local.get $rope))

  (func $count_a (param $bytes (ref $bytes)) (result i32)
    (local $i i32)
    (local $count i32)
    (loop $next
      (local.set $count
        (i32.add
          (local.get $count)
          (i32.eq
            (array.get_u $bytes (local.get $bytes) (local.get $i)) (i32.const 97))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $bytes)))))
    (local.get $count))

  (func (export "run") (param $k i32) (result i64)
    (local $word (ref $rope))
    (local $spine (ref $rope))
    (local $inner (ref $rope))
    (local.set $word (call $word (local.get $k)))
    (local.set $spine
      (call $substitute
        (struct.new $leaf (i32.const 0) (array.new_fixed $bytes 0))
        (global.get $a)
        (i32.sub (local.get $k) (i32.const 2))))
    (if (i32.eqz (call $equal (local.get $word) (local.get $spine))) (then (unreachable)))
    (local.set $inner
      (call $substring
        (local.get $spine) (i32.const 0)
        (i32.sub (call $length (local.get $spine)) (i32.const 2))))
    (if (i32.eqz (call $equal (local.get $inner) (call $reverse (local.get $inner))))
      (then (unreachable)))
    (if (i32.eqz (call $equal (local.get $word) (call $rotate (local.get $spine))))
      (then (unreachable)))
    (i64.extend_i32_u
      (i32.add
        (i32.mul (call $length (local.get $word)) (i32.const 100000))
        (call $count_a (call $flatten (local.get $word) (i32.const 1)))))))
