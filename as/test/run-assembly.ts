/** Runs the hand-written AssemblyScript of the group law as JavaScript, with field operations and memory of our choice. */
import { readFileSync } from "node:fs"
import { transformSync } from "esbuild"

type Exports = Record<string, never>
export interface Host {
  /** Replaces exports of modules, by name. */
  functions: Record<string, (...values: number[]) => unknown>
  load: (address: number, offset?: number) => number
  store: (address: number, value: number, offset?: number) => void
  copy: (to: number, from: number, length: number) => void
  fill: (to: number, value: number, length: number) => void
}

export function loadAssembly(name: string, host: Host): Record<string, (...values: number[]) => number> {
  const modules = new Map<string, Exports>()
  const memory = { data: () => 0x8000, copy: host.copy, fill: host.fill }
  const load = (path: string): Exports => {
    const known = modules.get(path)
    if (known) return known
    const exports: Exports = {}
    modules.set(path, exports)
    const source = readFileSync(new URL(`../assembly/${path}.ts`, import.meta.url), "utf8")
    const { code } = transformSync(source, { loader: "ts", format: "cjs" })
    const require_ = (target: string) => {
      const found = target.startsWith("./generated/") ? {} : load(target.replace(/^\.\.?\//, ""))
      return { ...found, ...host.functions }
    }
    const module = { exports: exports as unknown }
    new Function("require", "module", "load", "store", "memory", code)(require_, module, host.load, host.store, memory)
    modules.set(path, module.exports as Exports)
    return module.exports as Exports
  }
  return load(name)
}
