;; hash-array-trie: a persistent map as a hash array mapped trie (Bagwell,
;; "Ideal Hash Trees", 2001). A node holds a bitmap and an array with one
;; child per set bit; each level uses five bits of the key's hash. Updates
;; copy the path, so that snapshots of earlier maps stay as they were.
;;
;; Keys are 0, ..., n-1. The hash (the 32-bit finaliser of MurmurHash3) is a
;; bijection: two keys differ in some of the seven levels, and there are no
;; collisions to chain.
;;
;; First each key k is set to k, then each to 2k + 1, with a snapshot after
;; the first pass; last, every key is looked up in both.
;;
;; Expected: the sum of k * 2^20 over the snapshot plus 2k + 1 over the final
;; map: n(n-1)/2 * 2^20 + n^2. For n = 10000: 49995000 * 1048576 + 100000000
;; = 52423657120000. Any stale or shared-and-changed node shows in it.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (rec
    (type $entry (sub (struct)))
    (type $leaf (sub final $entry (struct (field $key i32) (field $value i64))))
    (type $children (array (mut (ref null $entry))))
    (type $branch (sub final $entry (struct
      (field $bitmap i32)
      (field $children (ref $children))))))

  (global $set (mut i32) (i32.const 0))

  ;; The empty trie, which all others grow from.
  (global $empty (ref $branch)
    (struct.new $branch (i32.const 0) (array.new_fixed $children 0)))

  (func $hash (param $key i32) (result i32)
    (local.set $key
      (i32.mul
        (i32.xor (local.get $key) (i32.shr_u (local.get $key) (i32.const 16)))
        (i32.const 0x85ebca6b)))
    (local.set $key
      (i32.mul
        (i32.xor (local.get $key) (i32.shr_u (local.get $key) (i32.const 13)))
        (i32.const 0xc2b2ae35)))
    (i32.xor (local.get $key) (i32.shr_u (local.get $key) (i32.const 16))))

  ;; The bit of a key at a level; levels count down the hash by five bits.
  (func $bit (param $key i32) (param $shift i32) (result i32)
    (i32.shl
      (i32.const 1)
      (i32.and
        (i32.shr_u (call $hash (local.get $key)) (local.get $shift))
        (i32.const 31))))

  ;; Where the child of a bit lies in the array.
  (func $index (param $branch (ref $branch)) (param $bit i32) (result i32)
    (i32.popcnt
      (i32.and
        (struct.get $branch $bitmap (local.get $branch))
        (i32.sub (local.get $bit) (i32.const 1)))))

  ;; A copy of a branch with one more child.
  (func $grown (param $branch (ref $branch)) (param $bit i32) (param $child (ref $entry))
    (result (ref $branch))
    (local $old (ref $children))
    (local $new (ref $children))
    (local $at i32)
    (local.set $old (struct.get $branch $children (local.get $branch)))
    (local.set $at (call $index (local.get $branch) (local.get $bit)))
    (local.set $new
      (array.new $children
        (local.get $child)
        (i32.add (array.len (local.get $old)) (i32.const 1))))
    (array.copy $children $children
      (local.get $new) (i32.const 0)
      (local.get $old) (i32.const 0)
      (local.get $at))
    (array.copy $children $children
      (local.get $new) (i32.add (local.get $at) (i32.const 1))
      (local.get $old) (local.get $at)
      (i32.sub (array.len (local.get $old)) (local.get $at)))
    (struct.new $branch
      (i32.or (struct.get $branch $bitmap (local.get $branch)) (local.get $bit))
      (local.get $new)))

  ;; A copy of a branch with another child in place of one.
  (func $replaced (param $branch (ref $branch)) (param $at i32) (param $child (ref $entry))
    (result (ref $branch))
    (local $old (ref $children))
    (local $new (ref $children))
    (local.set $old (struct.get $branch $children (local.get $branch)))
    (local.set $new
      (array.new_default $children (array.len (local.get $old))))
    (array.copy $children $children
      (local.get $new) (i32.const 0)
      (local.get $old) (i32.const 0)
      (array.len (local.get $old)))
    (array.set $children (local.get $new) (local.get $at) (local.get $child))
    (struct.new $branch
      (struct.get $branch $bitmap (local.get $branch))
      (local.get $new)))

  ;; What takes the place of an entry when a leaf is put there.
  (func $put (param $entry (ref $entry)) (param $leaf (ref $leaf)) (param $shift i32)
    (result (ref $entry))
    (local $branch (ref $branch))
    (local $resident (ref $leaf))
    (local $bit i32)
    (local $at i32)
    (block $is_leaf (result (ref $leaf))
      (local.set $branch
        (ref.cast (ref $branch)
          (br_on_cast $is_leaf (ref $entry) (ref $leaf) (local.get $entry))))
      (local.set $bit
        (call $bit (struct.get $leaf $key (local.get $leaf)) (local.get $shift)))
      (if (i32.eqz
            (i32.and
              (struct.get $branch $bitmap (local.get $branch)) (local.get $bit)))
        (then
          (call $pause)
          (return_call $grown (local.get $branch) (local.get $bit) (local.get $leaf))))
      (local.set $at (call $index (local.get $branch) (local.get $bit)))
      (return_call $replaced
        (local.get $branch) (local.get $at)
        (call $put
          (ref.as_non_null
            (array.get $children
              (struct.get $branch $children (local.get $branch)) (local.get $at)))
          (local.get $leaf)
          (i32.add (local.get $shift) (i32.const 5)))))
    (local.set $resident)
    (if (i32.eq
          (struct.get $leaf $key (local.get $resident))
          (struct.get $leaf $key (local.get $leaf)))
      (then
        (call $pause)
        (return (local.get $leaf))))
    ;; Two leaves want one place: both go one level down.
    (return_call $put
      (call $put (global.get $empty) (local.get $resident) (local.get $shift))
      (local.get $leaf)
      (local.get $shift)))

  (func $pause
    (global.set $set (i32.add (global.get $set) (i32.const 1)))
    (if (i32.eqz (i32.and (global.get $set) (i32.const 63)))
      (then (call $checkpoint))))

  (func $set (param $map (ref $branch)) (param $key i32) (param $value i64)
    (result (ref $branch))
    (ref.cast (ref $branch)
      (call $put
        (local.get $map)
        (struct.new $leaf (local.get $key) (local.get $value))
        (i32.const 0))))

  ;; The value of a key, which must be there.
  (func $get (param $entry (ref null $entry)) (param $key i32) (param $shift i32)
    (result i64)
    (local $branch (ref $branch))
    (local $leaf (ref $leaf))
    (local $bit i32)
    (if (ref.test (ref $leaf) (local.get $entry))
      (then
        (local.set $leaf (ref.cast (ref $leaf) (local.get $entry)))
        (if (i32.ne (struct.get $leaf $key (local.get $leaf)) (local.get $key))
          (then (unreachable)))
        (return (struct.get $leaf $value (local.get $leaf)))))
    (local.set $branch (ref.cast (ref $branch) (local.get $entry)))
    (local.set $bit (call $bit (local.get $key) (local.get $shift)))
    (return_call $get
      (array.get $children
        (struct.get $branch $children (local.get $branch))
        (call $index (local.get $branch) (local.get $bit)))
      (local.get $key)
      (i32.add (local.get $shift) (i32.const 5))))

  (func (export "run") (param $n i32) (result i64)
    (local $map (ref $branch))
    (local $snapshot (ref $branch))
    (local $key i32)
    (local $sum i64)
    (local.set $map (global.get $empty))
    (loop $first
      (local.set $map
        (call $set
          (local.get $map) (local.get $key) (i64.extend_i32_u (local.get $key))))
      (local.set $key (i32.add (local.get $key) (i32.const 1)))
      (br_if $first (i32.lt_u (local.get $key) (local.get $n))))
    (local.set $snapshot (local.get $map))
    (loop $second
      (local.set $key (i32.sub (local.get $key) (i32.const 1)))
      (local.set $map
        (call $set
          (local.get $map) (local.get $key)
          (i64.extend_i32_u
            (i32.add (i32.shl (local.get $key) (i32.const 1)) (i32.const 1)))))
      (br_if $second (local.get $key)))
    (loop $lookups
      (local.set $sum
        (i64.add
          (local.get $sum)
          (i64.add
            (i64.shl
              (call $get (local.get $snapshot) (local.get $key) (i32.const 0))
              (i64.const 20))
            (call $get (local.get $map) (local.get $key) (i32.const 0)))))
      (local.set $key (i32.add (local.get $key) (i32.const 1)))
      (br_if $lookups (i32.lt_u (local.get $key) (local.get $n))))
    (local.get $sum)))
