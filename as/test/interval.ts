/**
 * Runs the generated field code over intervals: every variable is a range of integers, every operation is checked to stay in
 * its type (u32 or u64, no wrap), so the bounds hold for all inputs within the given ranges. A range of one number makes the
 * same interpreter an exact one.
 */
import { readFileSync } from "node:fs"

export type Range = readonly [low: bigint, high: bigint]
interface Value {
  low: bigint
  high: bigint
  bits: 32 | 64
}
interface Function_ {
  parameters: string[]
  body: string[]
}

const TOKEN = /\s*(0x[0-9a-f]+|\d+|load<u32>|<u32>|[A-Za-z_]\w*|<<|>>|[-+*&|^(),])/y

function tokenize(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (!match) throw new Error(`cannot read "${text.slice(at)}"`)
    tokens.push(match[1]!)
  }
  return tokens
}

export function parseFunctions(source: string): Map<string, Function_> {
  const functions = new Map<string, Function_>()
  for (const [, name, parameters, body] of source.matchAll(/export function (\w+)\(([^)]*)\): void \{\n([^}]*)\}/g)) {
    functions.set(name!, {
      parameters: parameters!.split(", ").map((text) => text.split(":")[0]!),
      body: body!.trimEnd().split("\n"),
    })
  }
  return functions
}

export const fieldFunctions = parseFunctions(
  readFileSync(new URL("../assembly/generated/field.ts", import.meta.url), "utf8"),
)

const PRECEDENCE: Record<string, number> = { "|": 1, "^": 2, "&": 3, "<<": 4, ">>": 4, "+": 5, "-": 5, "*": 6 }
const ones = (value: bigint): bigint => (1n << BigInt(value.toString(2).length)) - 1n

/** In functions that only move bits, a shift may push bits out of the word: `wrap`. */
function apply(operator: string, a: Value, b: Value, wrap = false): Value {
  const bits = a.bits === 64 || b.bits === 64 ? 64 : 32
  const exact = a.low === a.high && b.low === b.high
  const range = (low: bigint, high: bigint): Value => {
    if (low < 0n || high >= 1n << BigInt(bits))
      throw new RangeError(`u${bits} overflow: ${low} to ${high} by ${operator}`)
    return { low, high, bits }
  }
  switch (operator) {
    case "+":
      return range(a.low + b.low, a.high + b.high)
    case "-":
      // The mask idiom 0 - bit; everything else must not wrap.
      if (a.high === 0n && b.high === 1n) return exact ? range(ones32, ones32) : range(0n, ones32)
      return range(a.low - b.high, a.high - b.low)
    case "*":
      return range(a.low * b.low, a.high * b.high)
    case "<<":
      if (wrap && a.high << b.low > ones32)
        return exact ? range((a.low << b.low) & ones32, (a.low << b.low) & ones32) : range(0n, ones32)
      return range(a.low << b.low, a.high << b.high)
    case ">>":
      return range(a.low >> b.low, a.high >> b.high)
    case "&": {
      if (exact) return range(a.low & b.low, a.low & b.low)
      // A value within the mask passes unchanged.
      if (b.low === b.high && b.low === ones(b.low) && a.high <= b.high) return range(a.low, a.high)
      return range(0n, a.high < b.high ? a.high : b.high)
    }
    case "|":
      return exact ? range(a.low | b.low, a.low | b.low) : range(0n, ones(a.high | b.high))
    case "^":
      if (exact) return range(a.low ^ b.low, a.low ^ b.low)
      throw new RangeError("exclusive or of a range")
    default:
      throw new Error(`unknown operator ${operator}`)
  }
}
const ones32 = 0xffffffffn

export interface Memory {
  load(address: number): Range
  store(address: number, value: Range): void
}

class Run {
  readonly #memory: Memory
  readonly #variables = new Map<string, Value>()
  readonly #pointers: Map<string, number>
  #tokens: string[] = []
  #bits: 32 | 64 = 32
  readonly #wrap: boolean

  constructor(memory: Memory, pointers: Map<string, number>, wrap: boolean) {
    this.#memory = memory
    this.#wrap = wrap
    this.#pointers = pointers
    for (const name of ["k", "mask"]) {
      const value = BigInt(pointers.get(name) ?? 0)
      this.#variables.set(name, { low: value, high: value, bits: 32 })
    }
  }

  /** `bits`: the type the context asks for; a load takes it over. */
  #evaluate(text: string, bits: 32 | 64): Value {
    this.#tokens = tokenize(text)
    this.#bits = bits
    const value = this.#expression(0)
    if (this.#tokens.length > 0) throw new Error(`left over: ${this.#tokens.join(" ")}`)
    return value
  }

  #expression(minimum: number): Value {
    let left = this.#operand()
    for (;;) {
      const operator = this.#tokens[0]
      const precedence = operator === undefined ? undefined : PRECEDENCE[operator]
      if (precedence === undefined || precedence <= minimum) return left
      this.#tokens.shift()
      left = apply(operator!, left, this.#expression(precedence), this.#wrap)
    }
  }

  #expect(token: string): void {
    const found = this.#tokens.shift()
    if (found !== token) throw new Error(`expected ${token}, got ${found}`)
  }

  #operand(): Value {
    const token = this.#tokens.shift()!
    if (token === "(") {
      const value = this.#expression(0)
      this.#expect(")")
      return value
    }
    if (token === "<u32>") {
      const value = this.#operand()
      if (value.high >= 1n << 32n) throw new RangeError(`u32 overflow: cast of ${value.high}`)
      return { ...value, bits: 32 }
    }
    if (token === "load<u32>") {
      this.#expect("(")
      const pointer = this.#pointers.get(this.#tokens.shift()!)!
      this.#expect(",")
      const offset = Number(this.#tokens.shift())
      this.#expect(")")
      const [low, high] = this.#memory.load(pointer + offset)
      return { low, high, bits: this.#bits }
    }
    if (/^\d/.test(token)) return { low: BigInt(token), high: BigInt(token), bits: 32 }
    const value = this.#variables.get(token)
    if (!value) throw new Error(`unknown variable ${token}`)
    return value
  }

  statement(line: string): void {
    const declaration = line.match(/^ +(?:const|let) (\w+): u(32|64) = (.*)$/)
    const update = line.match(/^ +(\w+) (\+|>>|)= ?(.*)$/)
    const storing = line.match(/^ +store<u32>\(r, (.*), (\d+)\)$/)
    if (declaration) {
      const bits = Number(declaration[2]) as 32 | 64
      const value = this.#evaluate(declaration[3]!, bits)
      this.#variables.set(declaration[1]!, { ...value, bits })
    } else if (update) {
      const old = this.#variables.get(update[1]!)!
      const value = this.#evaluate(update[3]!, old.bits)
      this.#variables.set(update[1]!, update[2] === "" ? { ...value, bits: old.bits } : apply(update[2]!, old, value))
    } else if (storing) {
      const { low, high } = this.#evaluate(storing[1]!, 32)
      if (high > ones32) throw new RangeError(`u32 overflow: store of ${high}`)
      this.#memory.store(this.#pointers.get("r")! + Number(storing[2]), [low, high])
    } else throw new Error(`cannot read "${line}"`)
  }
}

/** Calls a field function on addresses, the last argument being the factor k or the mask where it takes one. */
export function callField(memory: Memory, name: string, ...values: number[]): void {
  const { parameters, body } = fieldFunctions.get(name)!
  const pointers = new Map(parameters.map((parameter, i) => [parameter, values[i]!]))
  const run = new Run(memory, pointers, /Words$/.test(name))
  for (const line of body) {
    try {
      run.statement(line)
    } catch (cause) {
      throw new RangeError(`${name}: ${(cause as Error).message} in "${line.trim().slice(0, 100)}"`, { cause })
    }
  }
}
