;; splay-heap: sorting with Okasaki's splay heap ("Purely Functional Data
;; Structures", 5.4). Partitioning a tree around a pivot splays it and returns
;; two trees at once; every element carries a payload that must come through.
;;
;; Round r inserts 0, ..., n-1 ascending, descending, or scattered. After the
;; ascending round the tree is one long left spine, and a partition around -1
;; recurses down all of it.
;;
;; Expected: each round sums position * element over the sorted output. Sorted
;; means position = element, so a round gives (n-1) n (2n-1) / 6, else less
;; (rearrangement inequality). Thirty rounds, n = 1000: 30 * 332833500
;; = 9985005000.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (type $payload (array i8))
  (type $item (struct (field $number i32) (field $payload (ref $payload))))
  (rec
    (type $heap (struct
      (field $smaller (ref null $heap))
      (field $item (ref $item))
      (field $bigger (ref null $heap)))))

  (global $rounds i32 (i32.const 30))

  (func $number (param $heap (ref null $heap)) (result i32)
    (struct.get $item $number (struct.get $heap $item (local.get $heap))))

  ;; The elements up to the pivot, and those above it. Each step looks at two
  ;; levels and rotates them, which is what keeps the heap shallow on average.
  (func $partition (param $pivot i32) (param $heap (ref null $heap)) (param $pause i32)
    (result (ref null $heap) (ref null $heap))
    (local $child (ref null $heap))
    (local $small (ref null $heap))
    (local $big (ref null $heap))
    (if (ref.is_null (local.get $heap))
      (then
        (if (local.get $pause) (then (call $checkpoint)))
        (return (ref.null none) (ref.null none))))
    (if (i32.le_s (call $number (local.get $heap)) (local.get $pivot))
      (then
        (local.set $child (struct.get $heap $bigger (local.get $heap)))
        (if (ref.is_null (local.get $child))
          (then (return (local.get $heap) (ref.null none))))
        (if (i32.le_s (call $number (local.get $child)) (local.get $pivot))
          (then
            (call $partition
              (local.get $pivot) (struct.get $heap $bigger (local.get $child))
              (local.get $pause))
            (local.set $big)
            (local.set $small)
            (return
              (struct.new $heap
                (struct.new $heap
                  (struct.get $heap $smaller (local.get $heap))
                  (struct.get $heap $item (local.get $heap))
                  (struct.get $heap $smaller (local.get $child)))
                (struct.get $heap $item (local.get $child))
                (local.get $small))
              (local.get $big))))
        (call $partition
          (local.get $pivot) (struct.get $heap $smaller (local.get $child))
          (local.get $pause))
        (local.set $big)
        (local.set $small)
        (return
          (struct.new $heap
            (struct.get $heap $smaller (local.get $heap))
            (struct.get $heap $item (local.get $heap))
            (local.get $small))
          (struct.new $heap
            (local.get $big)
            (struct.get $heap $item (local.get $child))
            (struct.get $heap $bigger (local.get $child))))))
    (local.set $child (struct.get $heap $smaller (local.get $heap)))
    (if (ref.is_null (local.get $child))
      (then (return (ref.null none) (local.get $heap))))
    (if (i32.le_s (call $number (local.get $child)) (local.get $pivot))
      (then
        (call $partition
          (local.get $pivot) (struct.get $heap $bigger (local.get $child))
          (local.get $pause))
        (local.set $big)
        (local.set $small)
        (return
          (struct.new $heap
            (struct.get $heap $smaller (local.get $child))
            (struct.get $heap $item (local.get $child))
            (local.get $small))
          (struct.new $heap
            (local.get $big)
            (struct.get $heap $item (local.get $heap))
            (struct.get $heap $bigger (local.get $heap))))))
    (call $partition
      (local.get $pivot) (struct.get $heap $smaller (local.get $child))
      (local.get $pause))
    (local.set $big)
    (local.set $small)
    (local.get $small)
    (struct.new $heap
      (local.get $big)
      (struct.get $heap $item (local.get $child))
      (struct.new $heap
        (struct.get $heap $bigger (local.get $child))
        (struct.get $heap $item (local.get $heap))
        (struct.get $heap $bigger (local.get $heap)))))

  (func $insert (param $heap (ref null $heap)) (param $item (ref $item)) (result (ref $heap))
    (local $big (ref null $heap))
    (call $partition
      (struct.get $item $number (local.get $item)) (local.get $heap) (i32.const 0))
    (local.set $big)
    (local.get $item)
    (local.get $big)
    (struct.new $heap))

  ;; The least element, and the heap without it.
  (func $take_least (param $heap (ref $heap)) (result (ref $item) (ref null $heap))
    (local $child (ref null $heap))
    (local $least (ref null $item))
    (local $rest (ref null $heap))
    (local.set $child (struct.get $heap $smaller (local.get $heap)))
    (if (ref.is_null (local.get $child))
      (then
        (return
          (struct.get $heap $item (local.get $heap))
          (struct.get $heap $bigger (local.get $heap)))))
    (if (ref.is_null (struct.get $heap $smaller (local.get $child)))
      (then
        (return
          (struct.get $heap $item (local.get $child))
          (struct.new $heap
            (struct.get $heap $bigger (local.get $child))
            (struct.get $heap $item (local.get $heap))
            (struct.get $heap $bigger (local.get $heap))))))
    (call $take_least (ref.as_non_null (struct.get $heap $smaller (local.get $child))))
    (local.set $rest)
    (local.set $least)
    (ref.as_non_null (local.get $least))
    (struct.new $heap
      (local.get $rest)
      (struct.get $heap $item (local.get $child))
      (struct.new $heap
        (struct.get $heap $bigger (local.get $child))
        (struct.get $heap $item (local.get $heap))
        (struct.get $heap $bigger (local.get $heap)))))

  ;; An element whose payload is its number, again and again.
  (func $item (param $number i32) (result (ref $item))
    (struct.new $item
      (local.get $number)
      (array.new $payload (local.get $number) (i32.const 24))))

  ;; The i-th number of a round's order.
  (func $order (param $round i32) (param $i i32) (param $n i32) (result i32)
    (local.set $round (i32.rem_u (local.get $round) (i32.const 3)))
    (if (i32.eqz (local.get $round)) (then (return (local.get $i))))
    (if (i32.eq (local.get $round) (i32.const 1))
      (then (return (i32.sub (i32.sub (local.get $n) (local.get $i)) (i32.const 1)))))
    ;; 617 is prime, so this is a permutation unless it divides n.
    (i32.rem_u (i32.mul (local.get $i) (i32.const 617)) (local.get $n)))

  (func $round (param $round i32) (param $n i32) (result i64)
    (local $heap (ref null $heap))
    (local $item (ref null $item))
    (local $i i32)
    (local $sum i64)
    (loop $insertions
      (local.set $heap
        (call $insert
          (local.get $heap)
          (call $item (call $order (local.get $round) (local.get $i) (local.get $n)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $insertions (i32.lt_u (local.get $i) (local.get $n))))
    ;; Nothing lies below -1; this only walks and splays.
    (call $partition (i32.const -1) (local.get $heap) (i32.const 1))
    (local.set $heap)
    (if (ref.is_null) (then) (else (unreachable)))
    (local.set $i (i32.const 0))
    (loop $removals
      (call $take_least (ref.as_non_null (local.get $heap)))
      (local.set $heap)
      (local.set $item)
      (if (i32.ne
            (array.get_u $payload
              (struct.get $item $payload (local.get $item)) (i32.const 23))
            (i32.and (struct.get $item $number (local.get $item)) (i32.const 255)))
        (then (unreachable)))
      (local.set $sum
        (i64.add
          (local.get $sum)
          (i64.extend_i32_u
            (i32.mul (local.get $i) (struct.get $item $number (local.get $item))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $removals (i32.lt_u (local.get $i) (local.get $n))))
    (if (ref.is_null (local.get $heap)) (then) (else (unreachable)))
    (local.get $sum))

  (func (export "run") (param $n i32) (result i64)
    (local $round i32)
    (local $sum i64)
    (loop $rounds
      (local.set $sum
        (i64.add (local.get $sum) (call $round (local.get $round) (local.get $n))))
      (local.set $round (i32.add (local.get $round) (i32.const 1)))
      (br_if $rounds (i32.lt_u (local.get $round) (global.get $rounds))))
    (local.get $sum)))
