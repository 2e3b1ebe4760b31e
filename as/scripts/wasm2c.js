/** Adapts wasm2c's output: the table stays in flash, the memory ends before it, and what no call needs goes. */

/** Static function of that (unmangled) name: its C name and the span of its definition. */
function definitionOf(source, name) {
  const match = source.match(
    new RegExp(`\\nstatic (?:void|u32) (w2c_[^(\\s]*${name}[^(\\s]*)\\(Z_crypto_instance_t\\* instance[^)]*\\) \\{`),
  )
  if (!match) throw new Error(`wasm2c made no function for ${name}`)
  const open = match.index + match[0].length
  return { open, close: source.indexOf("\n}\n", open) }
}

function replaceBody(source, name, body) {
  const { open, close } = definitionOf(source, name)
  return `${source.slice(0, open)}\n  ${body}${source.slice(close)}`
}

/** Drops the data segment at `address`: its array and the line that copies it. */
function dropSegment(source, address) {
  const load = source.match(new RegExp(`\\n  LOAD_DATA\\(instance->w2c_memory, ${address}u, (\\w+), \\d+\\);`))
  if (!load) throw new Error("wasm2c made no data segment for the comb table")
  const array = new RegExp(`\\nstatic const u8 ${load[1]}\\[\\] = \\{[^}]*\\};\\n`)
  return source.replace(load[0], "").replace(array, "\n")
}

function cut(source, from, to) {
  return source.slice(0, source.indexOf(from)) + source.slice(source.indexOf(to))
}

export function adaptC(source, header, table) {
  const at = (parameter) => `&instance->w2c_memory.data[${parameter}]`
  // The memory has no name of its own; no indirect calls, so no table of function types; nothing to assert.
  const [, memory] = header.match(/wasm_rt_memory_t (\w+);/)
  const rename = (text) => text.replace(new RegExp(`\\b${memory}\\b`, "g"), "w2c_memory")
  let c = rename(source)
    .replace(/\n#include <(assert|math|alloca|malloc|intrin)\.h>/g, "")
    .replace(/\n +assert\(.*\);/g, "")
    .replace(/\n +func_types\[\d+\] = .*;/g, "")
    .replace("(wasm_rt_trap(WASM_RT_TRAP_##x), 0)", "wasm_rt_trap(WASM_RT_TRAP_##x)")
  c = cut(c, "#define DEFINE_REINTERPRET", "static inline void memory_fill") // floating point
  c = cut(c, "static inline void memory_init", "static bool s_module_initialized") // tables
  c = dropSegment(c, table)
  c = replaceBody(c, "combSelect", `dormouse_comb_select(${at("w2c_p0")}, w2c_p1, w2c_p2);`)
  c = replaceBody(c, "combLoad", `dormouse_comb_load(${at("w2c_p0")}, w2c_p1, w2c_p2);`)
  c = replaceBody(c, "declassify", "return dormouse_declassify(w2c_p0);")
  if (c.includes(`${table}u`))
    throw new Error("the C still reads the comb table through memory: it was inlined somewhere")
  const loads = [...c.matchAll(/LOAD_DATA\(instance->w2c_memory, (\d+)u, \w+, (\d+)\)/g)]
  const end = Math.max(...loads.map(([, from, length]) => Number(from) + Number(length)))
  // Zeros at the end of a constant are not part of its segment.
  const size = (end + 79) & ~15
  const h = rename(header).replace(
    '#include "wasm-rt.h"',
    `#define DORMOUSE_CRYPTO_MEMORY ${size}\n#include "wasm-rt.h"`,
  )
  return { source: c, header: h }
}
