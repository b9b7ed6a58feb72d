;; hash-map: a mutable map with chaining that doubles its buckets when full.
;; Keys are objects of two kinds, integers and byte strings, each with its own
;; hash and equality, called by reference from a table in the key.
;;
;; The squares i^2 mod n for i = 0, ..., n-1, n an odd prime, are counted,
;; each under its integer and under its decimal digits. Then every even
;; residue's integer key is removed again.
;;
;; Expected: each of the (n-1)/2 quadratic residues is hit twice and 0 once,
;; so per kind there are (n+1)/2 keys whose squared counts sum to 2n - 1. The
;; result is keys * 10^6 + that sum over both kinds before the removal:
;; (n+1) * 10^6 + 2 (2n-1); afterwards the string keys are all still there and
;; the integer keys are the odd residues, else a trap. Twelve rounds with a new
;; map each; for n = 4001: 12 * (4002 * 10^6 + 16002) = 48024192024.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (type $bytes (array (mut i8)))
  (rec
    (type $hash (func (param (ref $key)) (result i32)))
    (type $equals (func (param (ref $key) (ref $key)) (result i32)))
    (type $kind (struct (field $hash (ref $hash)) (field $equals (ref $equals))))
    (type $key (sub (struct (field $kind (ref $kind)))))
    (type $integer (sub final $key (struct
      (field $kind (ref $kind)) (field $value i31ref))))
    (type $string (sub final $key (struct
      (field $kind (ref $kind)) (field $bytes (ref $bytes)))))
    (type $node (struct
      (field $key (ref $key))
      (field $count (mut i64))
      (field $next (mut (ref null $node)))))
    (type $buckets (array (mut (ref null $node))))
    (type $map (struct
      (field $size (mut i32))
      (field $buckets (mut (ref $buckets))))))

  (elem declare func $hash_integer $equal_integers $hash_string $equal_strings)
  (global $integers (ref $kind)
    (struct.new $kind (ref.func $hash_integer) (ref.func $equal_integers)))
  (global $strings (ref $kind)
    (struct.new $kind (ref.func $hash_string) (ref.func $equal_strings)))

  ;; Chains moved by all resizings so far.
  (global $moved (mut i32) (i32.const 0))

  (func $integer_of (param $key (ref $key)) (result i32)
    (i31.get_u (struct.get $integer $value (ref.cast (ref $integer) (local.get $key)))))

  ;; Fibonacci hashing.
  (func $hash_integer (type $hash)
    (i32.shr_u
      (i32.mul (call $integer_of (local.get 0)) (i32.const 0x9e3779b1))
      (i32.const 8)))

  (func $equal_integers (type $equals)
    (i32.eq (call $integer_of (local.get 0)) (call $integer_of (local.get 1))))

  ;; FNV-1a.
  (func $hash_string (type $hash)
    (local $bytes (ref $bytes))
    (local $i i32)
    (local $hash i32)
    (local.set $bytes
      (struct.get $string $bytes (ref.cast (ref $string) (local.get 0))))
    (local.set $hash (i32.const 0x811c9dc5))
    (loop $next
      (local.set $hash
        (i32.mul
          (i32.xor
            (local.get $hash) (array.get_u $bytes (local.get $bytes) (local.get $i)))
          (i32.const 0x01000193)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $bytes)))))
    (local.get $hash))

  (func $equal_strings (type $equals)
    (local $x (ref $bytes))
    (local $y (ref $bytes))
    (local $i i32)
    (local.set $x (struct.get $string $bytes (ref.cast (ref $string) (local.get 0))))
    (local.set $y (struct.get $string $bytes (ref.cast (ref $string) (local.get 1))))
    (if (i32.ne (array.len (local.get $x)) (array.len (local.get $y)))
      (then (return (i32.const 0))))
    (loop $next
      (if (i32.ne
            (array.get_u $bytes (local.get $x) (local.get $i))
            (array.get_u $bytes (local.get $y) (local.get $i)))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $x)))))
    (i32.const 1))

  (func $integer (param $value i32) (result (ref $key))
    (struct.new $integer (global.get $integers) (ref.i31 (local.get $value))))

  ;; The decimal digits of a number; recurses to the first one.
  (func $string (param $value i32) (result (ref $key))
    (struct.new $string
      (global.get $strings)
      (call $digits (local.get $value) (i32.const 1))))

  (func $digits (param $value i32) (param $length i32) (result (ref $bytes))
    (local $bytes (ref $bytes))
    (local.set $bytes
      (if (result (ref $bytes)) (i32.lt_u (local.get $value) (i32.const 10))
        (then (array.new_default $bytes (local.get $length)))
        (else
          (call $digits
            (i32.div_u (local.get $value) (i32.const 10))
            (i32.add (local.get $length) (i32.const 1))))))
    (array.set $bytes
      (local.get $bytes)
      (i32.sub (array.len (local.get $bytes)) (local.get $length))
      (i32.add (i32.const 48) (i32.rem_u (local.get $value) (i32.const 10))))
    (local.get $bytes))

  (func $new_map (result (ref $map))
    (struct.new $map (i32.const 0) (array.new_default $buckets (i32.const 4))))

  (func $bucket (param $buckets (ref $buckets)) (param $key (ref $key)) (result i32)
    (i32.and
      (call_ref $hash
        (local.get $key)
        (struct.get $kind $hash (struct.get $key $kind (local.get $key))))
      (i32.sub (array.len (local.get $buckets)) (i32.const 1))))

  ;; Keys of different kinds are never equal.
  (func $same (param $x (ref $key)) (param $y (ref $key)) (result i32)
    (local $kind (ref $kind))
    (local.set $kind (struct.get $key $kind (local.get $x)))
    (if (i32.eqz (ref.eq (local.get $kind) (struct.get $key $kind (local.get $y))))
      (then (return (i32.const 0))))
    (return_call_ref $equals
      (local.get $x) (local.get $y) (struct.get $kind $equals (local.get $kind))))

  (func $find (param $chain (ref null $node)) (param $key (ref $key))
    (result (ref null $node))
    (if (ref.is_null (local.get $chain)) (then (return (ref.null none))))
    (if (call $same (struct.get $node $key (local.get $chain)) (local.get $key))
      (then (return (local.get $chain))))
    (return_call $find (struct.get $node $next (local.get $chain)) (local.get $key)))

  (func $get (param $map (ref $map)) (param $key (ref $key)) (result (ref null $node))
    (local $buckets (ref $buckets))
    (local.set $buckets (struct.get $map $buckets (local.get $map)))
    (return_call $find
      (array.get $buckets
        (local.get $buckets) (call $bucket (local.get $buckets) (local.get $key)))
      (local.get $key)))

  ;; Moves a chain's nodes over, last one first, each frame holding its node.
  (func $move_chain (param $chain (ref null $node)) (param $to (ref $buckets))
    (local $bucket i32)
    (if (ref.is_null (local.get $chain))
      (then
        (global.set $moved (i32.add (global.get $moved) (i32.const 1)))
        (if (i32.eqz (i32.and (global.get $moved) (i32.const 255)))
          (then (call $checkpoint)))
        (return)))
    (call $move_chain (struct.get $node $next (local.get $chain)) (local.get $to))
    (local.set $bucket
      (call $bucket (local.get $to) (struct.get $node $key (local.get $chain))))
    (struct.set $node $next (local.get $chain)
      (array.get $buckets (local.get $to) (local.get $bucket)))
    (array.set $buckets (local.get $to) (local.get $bucket) (local.get $chain)))

  (func $resize (param $map (ref $map))
    (local $old (ref $buckets))
    (local $new (ref $buckets))
    (local $i i32)
    (local.set $old (struct.get $map $buckets (local.get $map)))
    (local.set $new
      (array.new_default $buckets
        (i32.shl (array.len (local.get $old)) (i32.const 1))))
    (loop $next
      (call $move_chain
        (array.get $buckets (local.get $old) (local.get $i)) (local.get $new))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $old)))))
    (struct.set $map $buckets (local.get $map) (local.get $new)))

  ;; Counts one more of a key.
  (func $add (param $map (ref $map)) (param $key (ref $key))
    (local $node (ref null $node))
    (local $buckets (ref $buckets))
    (local $bucket i32)
    (local.set $node (call $get (local.get $map) (local.get $key)))
    (if (ref.is_null (local.get $node))
      (then
        (if (i32.eq
              (struct.get $map $size (local.get $map))
              (array.len (struct.get $map $buckets (local.get $map))))
          (then (call $resize (local.get $map))))
        (local.set $buckets (struct.get $map $buckets (local.get $map)))
        (local.set $bucket (call $bucket (local.get $buckets) (local.get $key)))
        (local.set $node
          (struct.new $node
            (local.get $key) (i64.const 0)
            (array.get $buckets (local.get $buckets) (local.get $bucket))))
        (array.set $buckets
          (local.get $buckets) (local.get $bucket) (local.get $node))
        (struct.set $map $size (local.get $map)
          (i32.add (struct.get $map $size (local.get $map)) (i32.const 1)))))
    (struct.set $node $count (local.get $node)
      (i64.add (struct.get $node $count (local.get $node)) (i64.const 1))))

  ;; The chain without a key's node, which must be there.
  (func $unlink (param $chain (ref null $node)) (param $key (ref $key))
    (result (ref null $node))
    (if (call $same
          (struct.get $node $key (ref.as_non_null (local.get $chain))) (local.get $key))
      (then (return (struct.get $node $next (local.get $chain)))))
    (struct.set $node $next (local.get $chain)
      (call $unlink (struct.get $node $next (local.get $chain)) (local.get $key)))
    (local.get $chain))

  (func $remove (param $map (ref $map)) (param $key (ref $key))
    (local $buckets (ref $buckets))
    (local $bucket i32)
    (local.set $buckets (struct.get $map $buckets (local.get $map)))
    (local.set $bucket (call $bucket (local.get $buckets) (local.get $key)))
    (array.set $buckets
      (local.get $buckets) (local.get $bucket)
      (call $unlink
        (array.get $buckets (local.get $buckets) (local.get $bucket))
        (local.get $key)))
    (struct.set $map $size (local.get $map)
      (i32.sub (struct.get $map $size (local.get $map)) (i32.const 1))))

  (func $square_counts (param $map (ref $map)) (result i64)
    (local $buckets (ref $buckets))
    (local $node (ref null $node))
    (local $i i32)
    (local $sum i64)
    (local.set $buckets (struct.get $map $buckets (local.get $map)))
    (loop $next
      (local.set $node (array.get $buckets (local.get $buckets) (local.get $i)))
      (block $end
        (loop $chain
          (br_if $end (ref.is_null (local.get $node)))
          (local.set $sum
            (i64.add
              (local.get $sum)
              (i64.mul
                (struct.get $node $count (local.get $node))
                (struct.get $node $count (local.get $node)))))
          (local.set $node (struct.get $node $next (local.get $node)))
          (br $chain)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $buckets)))))
    (local.get $sum))

  ;; Removes even integer keys, then checks what is left.
  (func $thin_out (param $map (ref $map)) (param $n i32)
    (local $i i32)
    (loop $even
      (if (i32.eqz
            (ref.is_null (call $get (local.get $map) (call $integer (local.get $i)))))
        (then (call $remove (local.get $map) (call $integer (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 2)))
      (br_if $even (i32.lt_u (local.get $i) (local.get $n))))
    (local.set $i (i32.const 0))
    (loop $all
      (if (i32.ne
            (ref.is_null (call $get (local.get $map) (call $integer (local.get $i))))
            (i32.or
              (ref.is_null (call $get (local.get $map) (call $string (local.get $i))))
              (i32.eqz (i32.and (local.get $i) (i32.const 1)))))
        (then (unreachable)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $all (i32.lt_u (local.get $i) (local.get $n)))))

  (func $round (param $n i32) (result i64)
    (local $map (ref $map))
    (local $i i32)
    (local $residue i32)
    (local $result i64)
    (local.set $map (call $new_map))
    (loop $next
      (local.set $residue
        (i32.rem_u (i32.mul (local.get $i) (local.get $i)) (local.get $n)))
      (call $add (local.get $map) (call $integer (local.get $residue)))
      (call $add (local.get $map) (call $string (local.get $residue)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
    (local.set $result
      (i64.add
        (i64.mul
          (i64.extend_i32_u (struct.get $map $size (local.get $map)))
          (i64.const 1000000))
        (call $square_counts (local.get $map))))
    (call $thin_out (local.get $map) (local.get $n))
    (local.get $result))

  (func (export "run") (param $n i32) (result i64)
    (local $round i32)
    (local $sum i64)
    (loop $rounds
      (local.set $sum (i64.add (local.get $sum) (call $round (local.get $n))))
      (local.set $round (i32.add (local.get $round) (i32.const 1)))
      (br_if $rounds (i32.lt_u (local.get $round) (i32.const 12))))
    (local.get $sum)))
