;; A continuation suspends with a struct in a local. Garbage is collected twice
;; before it is resumed, with an allocation after each collection.

(module
  (type $box (struct (field i64)))
  (type $f (func (result i64)))
  (type $k (cont $f))
  (import "wasmtime" "gc" (func $gc))
  (tag $pause)
  (elem declare func $inner)

  (func $inner (type $f)
    (local $kept (ref null $box))
    (local.set $kept (struct.new $box (i64.const 42)))
    (suspend $pause)
    (struct.get $box 0 (local.get $kept)))

  (func (export "run") (result i64)
    (local $suspended (ref null $k))
    (block $paused (result (ref $k))
      (return (resume $k (on $pause $paused) (cont.new $k (ref.func $inner)))))
    (local.set $suspended)
    (call $gc)
    (drop (struct.new $box (i64.const 7)))
    (call $gc)
    (drop (struct.new $box (i64.const 7)))
    (resume $k (local.get $suspended))))

(assert_return (invoke "run") (i64.const 42))
