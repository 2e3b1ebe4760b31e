/**
 * No limb ever overflows: interval arithmetic over the generated field code, and over the group law that calls it. What is
 * shown for the ranges below holds for every input, because each operation keeps its results within them.
 */
import { describe, expect, test } from "vitest"
import { callField, fieldFunctions, type Memory, type Range } from "./interval.ts"
import { P, randomSource, toNumber } from "./oracles.ts"
import { loadAssembly } from "./run-assembly.ts"

const FE = 40
/** Magnitude 1: what multiplication, `feCarry`, `feScale` and `feFromWords` leave. Multiplied by m: magnitude m. */
const STANDARD: bigint[] = [
  ...Array.from({ length: 8 }, (_, i) => (1n << 29n) - 1n + (i === 2 ? 1n << 11n : 0n)),
  (1n << 24n) + 127n,
]

class Limbs implements Memory {
  readonly words = new Map<number, Range>()
  load(address: number): Range {
    const value = this.words.get(address)
    if (!value) throw new Error(`read of unset memory at ${address}`)
    return value
  }
  store(address: number, value: Range): void {
    this.words.set(address, value)
  }
  element(address: number, magnitude: number): void {
    for (const [i, limb] of STANDARD.entries()) this.store(address + 4 * i, [0n, limb * BigInt(magnitude)])
  }
  /** The smallest magnitude that covers the element. */
  magnitude(address: number): number {
    const needed = STANDARD.map((limb, i) => (this.load(address + 4 * i)[1] + limb - 1n) / limb)
    return Number(needed.reduce((a, b) => (a > b ? a : b)))
  }
  number(address: number): bigint {
    return STANDARD.reduce((sum, _, i) => sum + (this.load(address + 4 * i)[0] << BigInt(29 * i)), 0n)
  }
}

/** Magnitudes of the operands at 100, 200, ... after a call with result at 0. */
function magnitudeAfter(name: string, magnitudes: number[], ...k: number[]): number {
  const memory = new Limbs()
  memory.element(0, 1)
  for (const [i, magnitude] of magnitudes.entries()) memory.element(100 * (i + 1), magnitude)
  callField(memory, name, 0, ...magnitudes.map((_, i) => 100 * (i + 1)), ...k)
  return memory.magnitude(0)
}

describe("field operations", () => {
  test("products of magnitude up to 7 fit, 8 do not", () => {
    for (const [a, b] of [
      [1, 7],
      [2, 3],
      [7, 1],
      [3, 2],
    ] as const)
      expect(magnitudeAfter("feMul", [a, b])).toBe(1)
    expect(() => magnitudeAfter("feMul", [2, 4])).toThrow("u64 overflow")
    expect(magnitudeAfter("feSqr", [2])).toBe(1)
    expect(() => magnitudeAfter("feSqr", [3])).toThrow("u64 overflow")
    for (const m of [
      [1, 1, 2, 2],
      [1, 3, 2, 2],
      [2, 3, 1, 1],
    ])
      expect(magnitudeAfter("feMulAdd", m)).toBe(1)
    expect(() => magnitudeAfter("feMulAdd", [2, 2, 2, 2])).toThrow("u64 overflow")
  })

  test("sums, differences, carries", () => {
    expect(magnitudeAfter("feAdd", [3, 4])).toBe(7)
    for (let m = 1; m <= 5; m++) {
      // k = m + 1 multiples of p cover a magnitude of m; m of them would not.
      expect(magnitudeAfter("feSub", [1, m], m + 1)).toBe(m + 2)
      expect(magnitudeAfter("feNeg", [m], m + 1)).toBe(m + 1)
      expect(() => magnitudeAfter("feNeg", [m], m)).toThrow("u32 overflow")
    }
    for (let m = 1; m <= 7; m++) expect(magnitudeAfter("feCarry", [m])).toBe(1)
    expect(() => magnitudeAfter("feCarry", [8])).toThrow("u32 overflow")
    for (const k of [1, 3, 8, 21]) expect(magnitudeAfter("feScale", [2], k)).toBe(1)
    expect(magnitudeAfter("feThreeHalves", [1])).toBeLessThanOrEqual(2)
  })

  test("limbs from words are of magnitude 1, and give the words back", () => {
    const memory = new Limbs()
    for (let i = 0; i < 8; i++) memory.store(100 + 4 * i, [0n, 0xffffffffn])
    callField(memory, "feFromWords", 0, 100)
    expect(memory.magnitude(0)).toBe(1)
    const random = randomSource(4)
    for (let i = 0; i < 8; i++) {
      const word = toNumber(random(4))
      memory.store(100 + 4 * i, [word, word])
    }
    callField(memory, "feFromWords", 0, 100)
    callField(memory, "feToWords", 200, 0)
    for (let i = 0; i < 8; i++) expect(memory.load(200 + 4 * i)).toEqual(memory.load(100 + 4 * i))
  })

  test("a negation by mask is the negation, or a copy", () => {
    const random = randomSource(5)
    for (let round = 0; round < 40; round++) {
      const memory = new Limbs()
      STANDARD.forEach((limb, i) => {
        const value = round < 2 ? BigInt(round) * limb : toNumber(random(5)) % (limb + 1n)
        memory.store(100 + 4 * i, [value, value])
      })
      callField(memory, "feNeg", 200, 100, 2)
      for (const [mask, expected] of [
        [0, 100],
        [0xffffffff, 200],
      ] as const) {
        callField(memory, "feNegIf", 0, 100, mask)
        for (let i = 0; i < 9; i++) expect(memory.load(4 * i)).toEqual(memory.load(expected + 4 * i))
      }
    }
  })

  test("results are right modulo p: the same interpreter on single numbers", () => {
    const random = randomSource(3)
    const operation: Record<string, (a: bigint, b: bigint, c: bigint, d: bigint) => bigint> = {
      feMul: (a, b) => a * b,
      feSqr: (a) => a * a,
      feMulAdd: (a, b, c, d) => a * b + c * d,
      feAdd: (a, b) => a + b,
      feSub: (a, b) => a - b,
      feNeg: (a) => -a,
      feScale: (a) => 2n * a,
      feCarry: (a) => a,
      feThreeHalves: (a) => 3n * a * ((P + 1n) / 2n),
      feMulSub: (a, b, c) => a * b - c,
      feSqrSub: (a, b, c) => a * a - b - 2n * c,
    }
    for (const [name, expected] of Object.entries(operation)) {
      const { parameters } = fieldFunctions.get(name)!
      const operands = parameters.filter((parameter) => parameter !== "r" && parameter !== "k")
      for (let round = 0; round < 40; round++) {
        const memory = new Limbs()
        for (let j = 1; j <= 4; j++) {
          STANDARD.forEach((limb, i) => {
            const extreme = round < 2 ? BigInt(round) * limb : toNumber(random(5)) % (limb + 1n)
            memory.store(100 * j + 4 * i, [extreme, extreme])
          })
        }
        const [a, b, c, d] = [100, 200, 300, 400].map((at) => memory.number(at))
        const k = parameters.includes("k") ? [2] : []
        callField(memory, name, 0, ...operands.map((_, i) => 100 * (i + 1)), ...k)
        expect((memory.number(0) - expected(a!, b!, c!, d!)) % P, name).toBe(0n)
      }
    }
  })
})

describe("group law", () => {
  const limbs = new Limbs()
  const flags = new Map<number, number>()
  const names = ["feMul", "feSqr", "feMulAdd", "feAdd", "feSub", "feNeg", "feScale", "feCarry", "feCopy"]
  const others = [...fieldFunctions.keys()].filter(
    (name) => !["feSelect", "feNegIf", "feFromWords", "feToWords"].includes(name),
  )
  const fields = [...new Set([...names, ...others])].filter((name) => fieldFunctions.has(name))
  const host = {
    functions: {
      ...Object.fromEntries(fields.map((name) => [name, (...values: number[]) => callField(limbs, name, ...values)])),
      // The general case of an addition: points neither equal nor opposite. Doubling, the other case, is checked by itself.
      feVanishes: () => false,
      feSetSmall: (r: number) => limbs.element(r, 1),
    },
    load: (address: number, offset = 0) => flags.get(address + offset) ?? 0,
    store: (address: number, value: number, offset = 0) => void flags.set(address + offset, value),
    copy: () => {},
    fill: () => {},
  }
  const point = (address: number, ...values: number[]) => {
    for (const [i, magnitude] of values.entries()) limbs.element(address + FE * i, magnitude)
  }
  const magnitudes = (address: number) => [0, 1, 2].map((i) => limbs.magnitude(address + FE * i))
  const [p, q, r] = [10_000, 11_000, 12_000] as const

  // Stands for the constant zero, the only static data that the group law reads.
  limbs.element(0x8000, 1)
  const complete = loadAssembly("point", host)
  test.each([
    ["pointAdd", [1, 1, 1], [1, 2, 1]],
    ["pointDouble", [1, 1, 1], [1, 1, 1]],
  ] as const)("complete %s keeps magnitude 1", (name, first, second) => {
    for (const result of [r, p]) {
      point(p, ...first)
      point(q, ...second)
      complete[name]!(result, p, q)
      expect(magnitudes(result)).toEqual([1, 1, 1])
    }
  })

  const mixed = loadAssembly("mixed", host)
  test.each(["mixedAddNegate", "mixedDoubleNegate"])("%s keeps magnitude 1", (name) => {
    point(p, 1, 1, 1, 1)
    point(q, 1, 2)
    mixed[name]!(p, q)
    expect([...magnitudes(p), limbs.magnitude(p + 3 * FE)]).toEqual([1, 1, 1, 1])
  })

  const jacobian = loadAssembly("jacobian", host)
  test.each(["jacDoubleNegate", "jacAddAffine", "jacAdd"])("Jacobian %s keeps magnitude 1", (name) => {
    for (const result of [r, p]) {
      point(p, 1, 1, 1)
      point(q, 1, name === "jacAddAffine" ? 2 : 1, 1)
      jacobian[name]!(result, p, q)
      expect(magnitudes(result)).toEqual([1, 1, 1])
    }
  })
})
