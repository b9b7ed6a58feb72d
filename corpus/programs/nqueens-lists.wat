;; nqueens-lists: every way to place n queens that do not attack each other,
;; with nothing but immutable lists: the board so far, the columns still free,
;; and the list of solutions, all of which stay alive until the end.
;;
;; Expected: the number of solutions, OEIS A000170: 92 for n = 8, 2680
;; for n = 11. Every solution is read back and checked to be a permutation.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  ;; A list of columns, and a list of such lists.
  (type $columns (struct (field $head i31ref) (field $tail (ref null $columns))))
  (type $boards (struct (field $board (ref $columns)) (field $rest (ref null $boards))))

  (global $found (mut i32) (i32.const 0))

  (func $column (param $list (ref null $columns)) (result i32)
    (i31.get_u (struct.get $columns $head (local.get $list))))

  ;; The list 1, ..., n.
  (func $iota (param $n i32) (param $tail (ref null $columns)) (result (ref null $columns))
    (if (i32.eqz (local.get $n)) (then (return (local.get $tail))))
    (return_call $iota
      (i32.sub (local.get $n) (i32.const 1))
      (struct.new $columns (ref.i31 (local.get $n)) (local.get $tail))))

  ;; A copy of the list without one column.
  (func $without (param $list (ref null $columns)) (param $column i32)
    (result (ref null $columns))
    (if (ref.is_null (local.get $list)) (then (return (ref.null none))))
    (if (i32.eq (call $column (local.get $list)) (local.get $column))
      (then (return (struct.get $columns $tail (local.get $list)))))
    (struct.new $columns
      (struct.get $columns $head (local.get $list))
      (call $without (struct.get $columns $tail (local.get $list)) (local.get $column))))

  ;; Whether a queen in the next row is off all diagonals; distance is that to
  ;; the list's first row.
  (func $safe (param $column i32) (param $distance i32) (param $board (ref null $columns))
    (result i32)
    (local $offset i32)
    (if (ref.is_null (local.get $board)) (then (return (i32.const 1))))
    (local.set $offset (i32.sub (local.get $column) (call $column (local.get $board))))
    (if (i32.eq (local.get $offset) (local.get $distance)) (then (return (i32.const 0))))
    (if (i32.eq (local.get $offset) (i32.sub (i32.const 0) (local.get $distance)))
      (then (return (i32.const 0))))
    (return_call $safe
      (local.get $column)
      (i32.add (local.get $distance) (i32.const 1))
      (struct.get $columns $tail (local.get $board))))

  ;; Tries each candidate in the next row and puts all solutions in front of
  ;; the given ones.
  (func $place
    (param $candidates (ref null $columns)) (param $free (ref null $columns))
    (param $board (ref null $columns)) (param $solutions (ref null $boards))
    (result (ref null $boards))
    (local $rest (ref null $columns))
    (local $next (ref $columns))
    (if (ref.is_null (local.get $free))
      (then
        (global.set $found (i32.add (global.get $found) (i32.const 1)))
        (if (i32.eqz (i32.and (global.get $found) (i32.const 15))) (then (call $checkpoint)))
        (return
          (struct.new $boards (ref.as_non_null (local.get $board)) (local.get $solutions)))))
    (if (ref.is_null (local.get $candidates)) (then (return (local.get $solutions))))
    ;; The later candidates first, so that this row's lists stay live below.
    (local.set $solutions
      (call $place
        (struct.get $columns $tail (local.get $candidates))
        (local.get $free) (local.get $board) (local.get $solutions)))
    (if (i32.eqz
          (call $safe (call $column (local.get $candidates)) (i32.const 1) (local.get $board)))
      (then (return (local.get $solutions))))
    (local.set $rest (call $without (local.get $free) (call $column (local.get $candidates))))
    (local.set $next
      (struct.new $columns
        (struct.get $columns $head (local.get $candidates)) (local.get $board)))
    (return_call $place
      (local.get $rest) (local.get $rest) (local.get $next) (local.get $solutions)))

  ;; The set of columns in a board, as bits.
  (func $column_set (param $board (ref null $columns)) (result i32)
    (if (ref.is_null (local.get $board)) (then (return (i32.const 0))))
    (i32.or
      (i32.shl (i32.const 1) (call $column (local.get $board)))
      (call $column_set (struct.get $columns $tail (local.get $board)))))

  ;; Number of boards; traps if one is not a permutation of 1, ..., n.
  (func $count (param $boards (ref null $boards)) (param $n i32) (result i64)
    (if (ref.is_null (local.get $boards)) (then (return (i64.const 0))))
    (if (i32.ne
          (call $column_set (struct.get $boards $board (local.get $boards)))
          (i32.sub (i32.shl (i32.const 2) (local.get $n)) (i32.const 2)))
      (then (unreachable)))
    (i64.add
      (i64.const 1)
      (call $count (struct.get $boards $rest (local.get $boards)) (local.get $n))))

  (func (export "run") (param $n i32) (result i64)
    (local $free (ref null $columns))
    (local.set $free (call $iota (local.get $n) (ref.null none)))
    (call $count
      (call $place (local.get $free) (local.get $free) (ref.null none) (ref.null none))
      (local.get $n))))
