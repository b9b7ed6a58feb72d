;; red-black-map: an immutable ordered map after Okasaki ("Red-Black Trees in
;; a Functional Setting", 1999). An insertion copies the path to the root and
;; rebalances it; the four red-red cases share one rebuild. Every 4096th
;; version of the map is kept, so old and new trees share most of their nodes.
;;
;; The keys 0, ..., n-1 arrive in the order i * 617 mod n (n prime, so this is
;; a permutation); the value of key k is k^2.
;;
;; Expected: each kept version passes the invariants (ordered, no red-red
;; edge, equal black heights) and has as many keys as insertions so far; the
;; result is the sum of all values, (n-1) n (2n-1) / 6. For n = 10007:
;; 10006 * 10007 * 20013 / 6 = 333983755091.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (type $box (struct (field $number i64)))
  (type $tree (struct
    (field $red i32)
    (field $left (ref null $tree))
    (field $key i32)
    (field $value (ref $box))
    (field $right (ref null $tree))))
  (type $versions (struct
    (field $map (ref $tree))
    (field $size i32)
    (field $older (ref null $versions))))

  (global $inserted (mut i32) (i32.const 0))

  (func $is_red (param $tree (ref null $tree)) (result i32)
    (if (ref.is_null (local.get $tree)) (then (return (i32.const 0))))
    (struct.get $tree $red (local.get $tree)))

  (func $with_color (param $tree (ref $tree)) (param $red i32) (result (ref $tree))
    (struct.new $tree
      (local.get $red)
      (struct.get $tree $left (local.get $tree))
      (struct.get $tree $key (local.get $tree))
      (struct.get $tree $value (local.get $tree))
      (struct.get $tree $right (local.get $tree))))

  ;; Subtrees a < x < b < y < c < z < d as a red node over two black ones;
  ;; x, y and z lend their keys and values only.
  (func $rebuild
    (param $a (ref null $tree)) (param $x (ref $tree))
    (param $b (ref null $tree)) (param $y (ref $tree))
    (param $c (ref null $tree)) (param $z (ref $tree))
    (param $d (ref null $tree))
    (result (ref $tree))
    (struct.new $tree
      (i32.const 1)
      (struct.new $tree
        (i32.const 0) (local.get $a)
        (struct.get $tree $key (local.get $x)) (struct.get $tree $value (local.get $x))
        (local.get $b))
      (struct.get $tree $key (local.get $y)) (struct.get $tree $value (local.get $y))
      (struct.new $tree
        (i32.const 0) (local.get $c)
        (struct.get $tree $key (local.get $z)) (struct.get $tree $value (local.get $z))
        (local.get $d))))

  ;; Removes a red child with a red child below a black node.
  (func $balance (param $tree (ref $tree)) (result (ref $tree))
    (local $left (ref null $tree))
    (local $right (ref null $tree))
    (local $inner (ref null $tree))
    (local $outer (ref null $tree))
    (if (struct.get $tree $red (local.get $tree)) (then (return (local.get $tree))))
    (local.set $left (struct.get $tree $left (local.get $tree)))
    (local.set $right (struct.get $tree $right (local.get $tree)))
    (if (call $is_red (local.get $left))
      (then
        (local.set $outer (struct.get $tree $left (local.get $left)))
        (local.set $inner (struct.get $tree $right (local.get $left)))
        (if (call $is_red (local.get $outer))
          (then
            (return_call $rebuild
              (struct.get $tree $left (local.get $outer)) (ref.as_non_null (local.get $outer))
              (struct.get $tree $right (local.get $outer)) (ref.as_non_null (local.get $left))
              (local.get $inner) (local.get $tree)
              (local.get $right))))
        (if (call $is_red (local.get $inner))
          (then
            (return_call $rebuild
              (local.get $outer) (ref.as_non_null (local.get $left))
              (struct.get $tree $left (local.get $inner)) (ref.as_non_null (local.get $inner))
              (struct.get $tree $right (local.get $inner)) (local.get $tree)
              (local.get $right))))))
    (if (call $is_red (local.get $right))
      (then
        (local.set $inner (struct.get $tree $left (local.get $right)))
        (local.set $outer (struct.get $tree $right (local.get $right)))
        (if (call $is_red (local.get $inner))
          (then
            (return_call $rebuild
              (local.get $left) (local.get $tree)
              (struct.get $tree $left (local.get $inner)) (ref.as_non_null (local.get $inner))
              (struct.get $tree $right (local.get $inner)) (ref.as_non_null (local.get $right))
              (local.get $outer))))
        (if (call $is_red (local.get $outer))
          (then
            (return_call $rebuild
              (local.get $left) (local.get $tree)
              (local.get $inner) (ref.as_non_null (local.get $right))
              (struct.get $tree $left (local.get $outer)) (ref.as_non_null (local.get $outer))
              (struct.get $tree $right (local.get $outer)))))))
    (local.get $tree))

  (func $insert_below (param $tree (ref null $tree)) (param $key i32) (param $value (ref $box))
    (result (ref $tree))
    (local $here i32)
    (if (ref.is_null (local.get $tree))
      (then
        (global.set $inserted (i32.add (global.get $inserted) (i32.const 1)))
        (if (i32.eqz (i32.and (global.get $inserted) (i32.const 127)))
          (then (call $checkpoint)))
        (return
          (struct.new $tree
            (i32.const 1) (ref.null none) (local.get $key) (local.get $value)
            (ref.null none)))))
    (local.set $here (struct.get $tree $key (local.get $tree)))
    (if (i32.lt_s (local.get $key) (local.get $here))
      (then
        (return_call $balance
          (struct.new $tree
            (struct.get $tree $red (local.get $tree))
            (call $insert_below
              (struct.get $tree $left (local.get $tree)) (local.get $key) (local.get $value))
            (local.get $here) (struct.get $tree $value (local.get $tree))
            (struct.get $tree $right (local.get $tree))))))
    (return_call $balance
      (struct.new $tree
        (struct.get $tree $red (local.get $tree))
        (struct.get $tree $left (local.get $tree))
        (local.get $here) (struct.get $tree $value (local.get $tree))
        (call $insert_below
          (struct.get $tree $right (local.get $tree)) (local.get $key) (local.get $value)))))

  ;; The map with one more key, which must be new.
  (func $insert (param $tree (ref null $tree)) (param $key i32) (param $value (ref $box))
    (result (ref $tree))
    (return_call $with_color
      (call $insert_below (local.get $tree) (local.get $key) (local.get $value))
      (i32.const 0)))

  ;; Black height and number of keys; traps if an invariant is broken. All
  ;; keys must lie strictly between the bounds.
  (func $check (param $tree (ref null $tree)) (param $low i32) (param $high i32)
    (result i32 i32)
    (local $key i32)
    (local $red i32)
    (local $height i32)
    (local $size i32)
    (local $left_size i32)
    (if (ref.is_null (local.get $tree)) (then (return (i32.const 0) (i32.const 0))))
    (local.set $key (struct.get $tree $key (local.get $tree)))
    (local.set $red (struct.get $tree $red (local.get $tree)))
    (if (i32.le_s (local.get $key) (local.get $low)) (then (unreachable)))
    (if (i32.ge_s (local.get $key) (local.get $high)) (then (unreachable)))
    (if (i32.and
          (local.get $red)
          (i32.or
            (call $is_red (struct.get $tree $left (local.get $tree)))
            (call $is_red (struct.get $tree $right (local.get $tree)))))
      (then (unreachable)))
    (call $check
      (struct.get $tree $left (local.get $tree)) (local.get $low) (local.get $key))
    (local.set $left_size)
    (local.set $height)
    (call $check
      (struct.get $tree $right (local.get $tree)) (local.get $key) (local.get $high))
    (local.set $size)
    (if (i32.ne (local.get $height)) (then (unreachable)))
    (i32.add (local.get $height) (i32.eqz (local.get $red)))
    (i32.add (i32.const 1) (i32.add (local.get $left_size) (local.get $size))))

  (func $sum (param $tree (ref null $tree)) (result i64)
    (if (ref.is_null (local.get $tree)) (then (return (i64.const 0))))
    (i64.add
      (struct.get $box $number (struct.get $tree $value (local.get $tree)))
      (i64.add
        (call $sum (struct.get $tree $left (local.get $tree)))
        (call $sum (struct.get $tree $right (local.get $tree))))))

  (func $check_versions (param $versions (ref null $versions)) (param $n i32)
    (if (ref.is_null (local.get $versions)) (then (return)))
    (call $check
      (struct.get $versions $map (local.get $versions)) (i32.const -1) (local.get $n))
    (if (i32.ne (struct.get $versions $size (local.get $versions))) (then (unreachable)))
    (drop)
    (return_call $check_versions
      (struct.get $versions $older (local.get $versions)) (local.get $n)))

  (func (export "run") (param $n i32) (result i64)
    (local $map (ref null $tree))
    (local $versions (ref null $versions))
    (local $i i32)
    (local $key i32)
    (loop $insertions
      (local.set $key
        (i32.rem_u (i32.mul (local.get $i) (i32.const 617)) (local.get $n)))
      (local.set $map
        (call $insert
          (local.get $map) (local.get $key)
          (struct.new $box
            (i64.extend_i32_u (i32.mul (local.get $key) (local.get $key))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (if (i32.eqz (i32.and (local.get $i) (i32.const 4095)))
        (then
          (local.set $versions
            (struct.new $versions
              (ref.as_non_null (local.get $map)) (local.get $i) (local.get $versions)))))
      (br_if $insertions (i32.lt_u (local.get $i) (local.get $n))))
    (call $check_versions (local.get $versions) (local.get $n))
    (call $sum (local.get $map))))
