;; dijkstra: Dijkstra's algorithm on a graph of objects, with a pairing heap
;; (Fredman, Sedgewick, Sleator and Tarjan, 1986). The smallest digit sum of a
;; positive multiple of n is the length of a shortest path among the residues
;; modulo n: from 1 to 0, where going from x to x + 1 costs 1 (a digit grows)
;; and to 10 x costs 0 (a digit is added), and 1 itself costs 1.
;;
;; Expected: for n = 10^k - 1 the answer is 9k: n has that digit sum, and
;; adding up a multiple's blocks of k digits gives a smaller multiple of n
;; whose digits do not sum to more, until n itself is left. All edges are
;; checked to be relaxed. Every round starts from new objects: for n = 999
;; and twenty rounds, 20 * 27 = 540.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (rec
    (type $edge (struct
      (field $to (ref $vertex)) (field $cost i32) (field $next (ref null $edge))))
    (type $vertex (struct
      (field $distance (mut i32))
      (field $done (mut i32))
      (field $edges (mut (ref null $edge)))))
    (type $vertices (array (mut (ref null $vertex))))
    ;; A heap, or a child in one; children are a list, last added first.
    (type $heap (struct
      (field $distance i32)
      (field $vertex (ref $vertex))
      (field $children (ref null $heap))
      (field $sibling (ref null $heap)))))

  (global $merges (mut i32) (i32.const 0))

  ;; ---- Pairing heap ----

  ;; A copy of a root with one more child; the child's sibling link is set by
  ;; copying it too.
  (func $adopt (param $root (ref $heap)) (param $child (ref $heap)) (result (ref $heap))
    (struct.new $heap
      (struct.get $heap $distance (local.get $root))
      (struct.get $heap $vertex (local.get $root))
      (struct.new $heap
        (struct.get $heap $distance (local.get $child))
        (struct.get $heap $vertex (local.get $child))
        (struct.get $heap $children (local.get $child))
        (struct.get $heap $children (local.get $root)))
      (ref.null none)))

  (func $merge (param $x (ref null $heap)) (param $y (ref null $heap))
    (result (ref null $heap))
    (if (ref.is_null (local.get $x)) (then (return (local.get $y))))
    (if (ref.is_null (local.get $y)) (then (return (local.get $x))))
    (if (i32.le_u
          (struct.get $heap $distance (local.get $x))
          (struct.get $heap $distance (local.get $y)))
      (then
        (return_call $adopt
          (ref.as_non_null (local.get $x)) (ref.as_non_null (local.get $y)))))
    (return_call $adopt
      (ref.as_non_null (local.get $y)) (ref.as_non_null (local.get $x))))

  ;; Merges siblings two by two from the left, the pairs from the right.
  (func $merge_pairs (param $first (ref null $heap)) (result (ref null $heap))
    (local $second (ref null $heap))
    (local $pair (ref null $heap))
    (if (ref.is_null (local.get $first))
      (then
        (global.set $merges (i32.add (global.get $merges) (i32.const 1)))
        (if (i32.eqz (i32.and (global.get $merges) (i32.const 255)))
          (then (call $checkpoint)))
        (return (ref.null none))))
    (local.set $second (struct.get $heap $sibling (local.get $first)))
    (if (ref.is_null (local.get $second)) (then (return (local.get $first))))
    (local.set $pair (call $merge (local.get $first) (local.get $second)))
    (return_call $merge
      (local.get $pair)
      (call $merge_pairs (struct.get $heap $sibling (local.get $second)))))

  ;; ---- Graph ----

  (func $connect (param $from (ref $vertex)) (param $to (ref $vertex)) (param $cost i32)
    (struct.set $vertex $edges (local.get $from)
      (struct.new $edge
        (local.get $to) (local.get $cost)
        (struct.get $vertex $edges (local.get $from)))))

  (func $vertex (param $vertices (ref $vertices)) (param $i i32) (result (ref $vertex))
    (ref.as_non_null
      (array.get $vertices
        (local.get $vertices)
        (i32.rem_u (local.get $i) (array.len (local.get $vertices))))))

  (func $make_graph (param $n i32) (result (ref $vertices))
    (local $vertices (ref $vertices))
    (local $i i32)
    (local.set $vertices (array.new_default $vertices (local.get $n)))
    (loop $next
      (array.set $vertices (local.get $vertices) (local.get $i)
        (struct.new $vertex (i32.const -1) (i32.const 0) (ref.null none)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
    (loop $edges
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (call $connect
        (call $vertex (local.get $vertices) (local.get $i))
        (call $vertex (local.get $vertices) (i32.add (local.get $i) (i32.const 1)))
        (i32.const 1))
      (call $connect
        (call $vertex (local.get $vertices) (local.get $i))
        (call $vertex (local.get $vertices) (i32.mul (local.get $i) (i32.const 10)))
        (i32.const 0))
      (br_if $edges (local.get $i)))
    (local.get $vertices))

  ;; The heap with all neighbours that are now nearer than they were.
  (func $relax (param $edge (ref null $edge)) (param $distance i32) (param $heap (ref null $heap))
    (result (ref null $heap))
    (local $to (ref $vertex))
    (local $through i32)
    (if (ref.is_null (local.get $edge)) (then (return (local.get $heap))))
    (local.set $to (struct.get $edge $to (local.get $edge)))
    (local.set $through
      (i32.add (local.get $distance) (struct.get $edge $cost (local.get $edge))))
    ;; Unknown distances are -1, the largest unsigned number.
    (if (i32.lt_u
          (local.get $through) (struct.get $vertex $distance (local.get $to)))
      (then
        (struct.set $vertex $distance (local.get $to) (local.get $through))
        (local.set $heap
          (call $merge
            (local.get $heap)
            (struct.new $heap
              (local.get $through) (local.get $to) (ref.null none) (ref.null none))))))
    (return_call $relax
      (struct.get $edge $next (local.get $edge)) (local.get $distance) (local.get $heap)))

  (func $dijkstra (param $start (ref $vertex)) (param $distance i32)
    (local $heap (ref null $heap))
    (local $vertex (ref $vertex))
    (struct.set $vertex $distance (local.get $start) (local.get $distance))
    (local.set $heap
      (struct.new $heap
        (local.get $distance) (local.get $start) (ref.null none) (ref.null none)))
    (loop $next
      (local.set $vertex (struct.get $heap $vertex (local.get $heap)))
      (local.set $heap
        (call $merge_pairs (struct.get $heap $children (local.get $heap))))
      ;; A vertex that got nearer is in the heap once more, farther away.
      (if (i32.eqz (struct.get $vertex $done (local.get $vertex)))
        (then
          (struct.set $vertex $done (local.get $vertex) (i32.const 1))
          (local.set $heap
            (call $relax
              (struct.get $vertex $edges (local.get $vertex))
              (struct.get $vertex $distance (local.get $vertex))
              (local.get $heap)))))
      (br_if $next (i32.eqz (ref.is_null (local.get $heap))))))

  ;; Traps if an edge still offers a shorter way. Cuts the edges off: the graph
  ;; is full of cycles, which a reference count would never let go.
  (func $check_and_cut (param $vertices (ref $vertices))
    (local $vertex (ref $vertex))
    (local $edge (ref null $edge))
    (local $i i32)
    (loop $next
      (local.set $vertex (call $vertex (local.get $vertices) (local.get $i)))
      (local.set $edge (struct.get $vertex $edges (local.get $vertex)))
      (loop $edges
        (if (i32.gt_u
              (struct.get $vertex $distance (struct.get $edge $to (local.get $edge)))
              (i32.add
                (struct.get $vertex $distance (local.get $vertex))
                (struct.get $edge $cost (local.get $edge))))
          (then (unreachable)))
        (local.set $edge (struct.get $edge $next (local.get $edge)))
        (br_if $edges (i32.eqz (ref.is_null (local.get $edge)))))
      (struct.set $vertex $edges (local.get $vertex) (ref.null none))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $vertices))))))

  (func $round (param $n i32) (result i64)
    (local $vertices (ref $vertices))
    (local.set $vertices (call $make_graph (local.get $n)))
    (call $dijkstra (call $vertex (local.get $vertices) (i32.const 1)) (i32.const 1))
    (call $check_and_cut (local.get $vertices))
    (i64.extend_i32_u
      (struct.get $vertex $distance
        (call $vertex (local.get $vertices) (i32.const 0)))))

  (func (export "run") (param $n i32) (result i64)
    (local $rounds i32)
    (local $sum i64)
    (local.set $rounds (i32.const 20))
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (call $round (local.get $n))))
      (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
      (br_if $again (local.get $rounds)))
    (local.get $sum)))
