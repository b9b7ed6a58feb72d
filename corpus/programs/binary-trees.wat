;; binary-trees: the allocation benchmark of the Computer Language Benchmarks
;; Game. Many short-lived full binary trees are built and counted while one
;; tree of depth n stays alive.
;;
;; Expected: a full tree of depth d has 2^(d+1) - 1 nodes, so the result is
;;   2^(n+2) - 1                                            the stretch tree
;; + sum over d = 4, 6, ..., n of 2^(n-d+4) * (2^(d+1) - 1)
;; + 2^(n+1) - 1                                          the long-lived tree
;; For n = 12: 16383 + 649904 + 8191 = 674478.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (type $tree (struct
    (field $left (ref null $tree))
    (field $right (ref null $tree))))

  (global $leaves (mut i32) (i32.const 0))

  ;; A full tree. Every 4096th leaf is a checkpoint: all left siblings on the
  ;; way down are then live in the frames above.
  (func $build (param $depth i32) (result (ref $tree))
    (local $left (ref $tree))
    (if (i32.eqz (local.get $depth))
      (then
        (global.set $leaves (i32.add (global.get $leaves) (i32.const 1)))
        (if (i32.eqz (i32.and (global.get $leaves) (i32.const 4095)))
          (then (call $checkpoint)))
        (return (struct.new $tree (ref.null none) (ref.null none)))))
    (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
    (local.set $left (call $build (local.get $depth)))
    (struct.new $tree (local.get $left) (call $build (local.get $depth))))

  (func $count (param $tree (ref null $tree)) (result i64)
    (if (ref.is_null (local.get $tree)) (then (return (i64.const 0))))
    (i64.add
      (i64.const 1)
      (i64.add
        (call $count (struct.get $tree $left (local.get $tree)))
        (call $count (struct.get $tree $right (local.get $tree))))))

  (func (export "run") (param $n i32) (result i64)
    (local $long_lived (ref $tree))
    (local $depth i32)
    (local $trees i32)
    (local $sum i64)
    (local.set $sum
      (call $count (call $build (i32.add (local.get $n) (i32.const 1)))))
    (local.set $long_lived (call $build (local.get $n)))
    (local.set $depth (i32.const 4))
    (loop $depths
      (local.set $trees
        (i32.shl
          (i32.const 1)
          (i32.add (i32.sub (local.get $n) (local.get $depth)) (i32.const 4))))
      (loop $again
        (local.set $sum
          (i64.add (local.get $sum) (call $count (call $build (local.get $depth)))))
        (local.set $trees (i32.sub (local.get $trees) (i32.const 1)))
        (br_if $again (local.get $trees)))
      (local.set $depth (i32.add (local.get $depth) (i32.const 2)))
      (br_if $depths (i32.le_s (local.get $depth) (local.get $n))))
    (i64.add (local.get $sum) (call $count (local.get $long_lived)))))
