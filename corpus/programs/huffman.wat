;; huffman: codes built with a binary heap of trees, encoding to a list of
;; bits, decoding by walking the tree. The text has letters 1, ..., n, letter i
;; as often as the i-th Fibonacci number says, well mixed.
;;
;; Expected: Fibonacci frequencies are the worst case for depth; the merged
;; trees weigh F(j+2) - 1 for j = 2, ..., n, and their sum is the length of
;; the encoded text: F(n+4) - n - 4 bits. Decoding must give the text back and
;; the longest code must have n - 1 bits, else a trap. Over sixty rounds, for
;; n = 16: 60 * (6765 - 20) = 404700.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (rec
    (type $tree (sub (struct (field $weight i32))))
    (type $leaf (sub final $tree (struct (field $weight i32) (field $letter i32))))
    (type $fork (sub final $tree (struct
      (field $weight i32)
      (field $left (ref $tree))
      (field $right (ref $tree)))))
    (type $trees (array (mut (ref null $tree)))))
  ;; The least tree is at 0; the children of i are 2i + 1 and 2i + 2.
  (type $heap (struct (field $trees (ref $trees)) (field $size (mut i32))))
  (rec (type $bits (struct (field $bit i32) (field $rest (ref null $bits)))))
  (type $codes (array (mut (ref null $bits))))
  (type $text (array (mut i8)))

  ;; ---- Heap ----

  (func $weight_at (param $heap (ref $heap)) (param $i i32) (result i32)
    (struct.get $tree $weight
      (array.get $trees (struct.get $heap $trees (local.get $heap)) (local.get $i))))

  (func $swap (param $heap (ref $heap)) (param $i i32) (param $j i32)
    (local $trees (ref $trees))
    (local $tree (ref null $tree))
    (local.set $trees (struct.get $heap $trees (local.get $heap)))
    (local.set $tree (array.get $trees (local.get $trees) (local.get $i)))
    (array.set $trees (local.get $trees) (local.get $i)
      (array.get $trees (local.get $trees) (local.get $j)))
    (array.set $trees (local.get $trees) (local.get $j) (local.get $tree)))

  (func $push (param $heap (ref $heap)) (param $tree (ref $tree))
    (local $i i32)
    (local $parent i32)
    (local.set $i (struct.get $heap $size (local.get $heap)))
    (array.set $trees
      (struct.get $heap $trees (local.get $heap)) (local.get $i) (local.get $tree))
    (struct.set $heap $size (local.get $heap) (i32.add (local.get $i) (i32.const 1)))
    (loop $up
      (if (i32.eqz (local.get $i)) (then (return)))
      (local.set $parent
        (i32.shr_u (i32.sub (local.get $i) (i32.const 1)) (i32.const 1)))
      (if (i32.lt_u
            (call $weight_at (local.get $heap) (local.get $i))
            (call $weight_at (local.get $heap) (local.get $parent)))
        (then
          (call $swap (local.get $heap) (local.get $i) (local.get $parent))
          (local.set $i (local.get $parent))
          (br $up)))))

  (func $pop (param $heap (ref $heap)) (result (ref $tree))
    (local $least (ref $tree))
    (local $size i32)
    (local $i i32)
    (local $child i32)
    (local.set $size
      (i32.sub (struct.get $heap $size (local.get $heap)) (i32.const 1)))
    (local.set $least
      (ref.as_non_null
        (array.get $trees (struct.get $heap $trees (local.get $heap)) (i32.const 0))))
    (call $swap (local.get $heap) (i32.const 0) (local.get $size))
    (array.set $trees
      (struct.get $heap $trees (local.get $heap)) (local.get $size) (ref.null none))
    (struct.set $heap $size (local.get $heap) (local.get $size))
    (loop $down
      (local.set $child
        (i32.add (i32.shl (local.get $i) (i32.const 1)) (i32.const 1)))
      (if (i32.ge_u (local.get $child) (local.get $size))
        (then (return (local.get $least))))
      (if (i32.lt_u (i32.add (local.get $child) (i32.const 1)) (local.get $size))
        (then
          (local.set $child
            (i32.add
              (local.get $child)
              (i32.lt_u
                (call $weight_at
                  (local.get $heap) (i32.add (local.get $child) (i32.const 1)))
                (call $weight_at (local.get $heap) (local.get $child)))))))
      (if (i32.ge_u
            (call $weight_at (local.get $heap) (local.get $child))
            (call $weight_at (local.get $heap) (local.get $i)))
        (then (return (local.get $least))))
      (call $swap (local.get $heap) (local.get $i) (local.get $child))
      (local.set $i (local.get $child))
      (br $down))
    (unreachable))

  ;; ---- Codes ----

  ;; Merges the two lightest trees until one is left.
  (func $build (param $heap (ref $heap)) (result (ref $tree))
    (local $left (ref $tree))
    (local $right (ref $tree))
    (local.set $left (call $pop (local.get $heap)))
    (if (i32.eqz (struct.get $heap $size (local.get $heap)))
      (then (return (local.get $left))))
    (local.set $right (call $pop (local.get $heap)))
    (call $push
      (local.get $heap)
      (struct.new $fork
        (i32.add
          (struct.get $tree $weight (local.get $left))
          (struct.get $tree $weight (local.get $right)))
        (local.get $left) (local.get $right)))
    (return_call $build (local.get $heap)))

  (func $reversed (param $bits (ref null $bits)) (param $onto (ref null $bits))
    (result (ref null $bits))
    (if (ref.is_null (local.get $bits)) (then (return (local.get $onto))))
    (return_call $reversed
      (struct.get $bits $rest (local.get $bits))
      (struct.new $bits (struct.get $bits $bit (local.get $bits)) (local.get $onto))))

  ;; Fills in the code of every letter below a tree whose own path is given
  ;; last bit first; the result is the length of the longest.
  (func $assign (param $tree (ref $tree)) (param $path (ref null $bits)) (param $codes (ref $codes))
    (result i32)
    (local $fork (ref $fork))
    (local $left i32)
    (local $right i32)
    (block $is_fork (result (ref $fork))
      (array.set $codes
        (local.get $codes)
        (struct.get $leaf $letter
          (ref.cast (ref $leaf)
            (br_on_cast $is_fork (ref $tree) (ref $fork) (local.get $tree))))
        (call $reversed (local.get $path) (ref.null none)))
      (return (i32.const 0)))
    (local.set $fork)
    (local.set $left
      (call $assign
        (struct.get $fork $left (local.get $fork))
        (struct.new $bits (i32.const 0) (local.get $path))
        (local.get $codes)))
    (local.set $right
      (call $assign
        (struct.get $fork $right (local.get $fork))
        (struct.new $bits (i32.const 1) (local.get $path))
        (local.get $codes)))
    (i32.add
      (i32.const 1)
      (select
        (local.get $left) (local.get $right)
        (i32.gt_u (local.get $left) (local.get $right)))))

  ;; A code's bits in front of others.
  (func $prepend (param $code (ref null $bits)) (param $bits (ref null $bits))
    (result (ref null $bits))
    (if (ref.is_null (local.get $code)) (then (return (local.get $bits))))
    (struct.new $bits
      (struct.get $bits $bit (local.get $code))
      (call $prepend (struct.get $bits $rest (local.get $code)) (local.get $bits))))

  ;; Encodes from..to by halves. The later half comes first: its list is live
  ;; while the earlier half is put in front of it.
  (func $encode
    (param $text (ref $text)) (param $from i32) (param $to i32) (param $codes (ref $codes))
    (param $bits (ref null $bits))
    (result (ref null $bits))
    (local $middle i32)
    (if (i32.eq (i32.sub (local.get $to) (local.get $from)) (i32.const 1))
      (then
        (if (i32.eqz (i32.and (local.get $from) (i32.const 511)))
          (then (call $checkpoint)))
        (return_call $prepend
          (array.get $codes
            (local.get $codes)
            (array.get_u $text (local.get $text) (local.get $from)))
          (local.get $bits))))
    (local.set $middle
      (i32.shr_u (i32.add (local.get $from) (local.get $to)) (i32.const 1)))
    (return_call $encode
      (local.get $text) (local.get $from) (local.get $middle) (local.get $codes)
      (call $encode
        (local.get $text) (local.get $middle) (local.get $to) (local.get $codes)
        (local.get $bits))))

  ;; Number of bits read; traps unless they decode to the text.
  (func $decode (param $root (ref $tree)) (param $bits (ref null $bits)) (param $text (ref $text))
    (result i64)
    (local $tree (ref $tree))
    (local $fork (ref $fork))
    (local $i i32)
    (local $read i64)
    (loop $letters
      (local.set $tree (local.get $root))
      (block $is_leaf (result (ref $tree))
        (loop $down
          (local.set $fork
            (br_on_cast_fail $is_leaf (ref $tree) (ref $fork) (local.get $tree)))
          (local.set $tree
            (if (result (ref $tree)) (struct.get $bits $bit (local.get $bits))
              (then (struct.get $fork $right (local.get $fork)))
              (else (struct.get $fork $left (local.get $fork)))))
          (local.set $bits (struct.get $bits $rest (local.get $bits)))
          (local.set $read (i64.add (local.get $read) (i64.const 1)))
          (br $down))
        (unreachable))
      (if (i32.ne
            (struct.get $leaf $letter (ref.cast (ref $leaf)))
            (array.get_u $text (local.get $text) (local.get $i)))
        (then (unreachable)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $letters (i32.eqz (ref.is_null (local.get $bits)))))
    (if (i32.ne (local.get $i) (array.len (local.get $text))) (then (unreachable)))
    (local.get $read))

  ;; ---- Text ----

  (func $fibonacci (param $i i32) (result i32)
    (if (i32.le_u (local.get $i) (i32.const 2)) (then (return (i32.const 1))))
    (i32.add
      (call $fibonacci (i32.sub (local.get $i) (i32.const 1)))
      (call $fibonacci (i32.sub (local.get $i) (i32.const 2)))))

  ;; Every letter as often as it should occur. Steps of 1009, a prime that
  ;; does not divide the length, spread them out.
  (func $make_text (param $n i32) (result (ref $text))
    (local $text (ref $text))
    (local $at i32)
    (local $left i32)
    ;; F(1) + ... + F(n) = F(n+2) - 1.
    (local.set $text
      (array.new_default $text
        (i32.sub
          (call $fibonacci (i32.add (local.get $n) (i32.const 2))) (i32.const 1))))
    (loop $letters
      (local.set $left (call $fibonacci (local.get $n)))
      (loop $again
        (array.set $text (local.get $text) (local.get $at) (local.get $n))
        (local.set $at
          (i32.rem_u
            (i32.add (local.get $at) (i32.const 1009)) (array.len (local.get $text))))
        (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (br_if $letters (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $text))

  ;; A heap with a leaf for each letter, weighed by counting the text.
  (func $count (param $text (ref $text)) (param $n i32) (result (ref $heap))
    (local $heap (ref $heap))
    (local $i i32)
    (local $weight i32)
    (local.set $heap
      (struct.new $heap (array.new_default $trees (local.get $n)) (i32.const 0)))
    (loop $letters
      (local.set $weight (i32.const 0))
      (local.set $i (i32.const 0))
      (loop $next
        (local.set $weight
          (i32.add
            (local.get $weight)
            (i32.eq
              (array.get_u $text (local.get $text) (local.get $i)) (local.get $n))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $text)))))
      (call $push (local.get $heap) (struct.new $leaf (local.get $weight) (local.get $n)))
      (br_if $letters (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $heap))

  (func (export "run") (param $n i32) (result i64)
    (local $text (ref $text))
    (local $tree (ref $tree))
    (local $codes (ref $codes))
    (local $rounds i32)
    (local $sum i64)
    (local.set $text (call $make_text (local.get $n)))
    (local.set $rounds (i32.const 60))
    (loop $again
      (local.set $tree (call $build (call $count (local.get $text) (local.get $n))))
      (local.set $codes
        (array.new_default $codes (i32.add (local.get $n) (i32.const 1))))
      (if (i32.ne
            (call $assign (local.get $tree) (ref.null none) (local.get $codes))
            (i32.sub (local.get $n) (i32.const 1)))
        (then (unreachable)))
      (local.set $sum
        (i64.add
          (local.get $sum)
          (call $decode
            (local.get $tree)
            (call $encode
              (local.get $text) (i32.const 0) (array.len (local.get $text))
              (local.get $codes) (ref.null none))
            (local.get $text))))
      (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
      (br_if $again (local.get $rounds)))
    (local.get $sum)))
