/**
 * The additions of `multiplyBase` are not complete: `assembly/mixed.ts` says why none of their exceptions can pass. Here
 * they are forced, by blinding points that meet a table entry, and every result is still right.
 */
import { afterAll, expect, test } from "vitest"
import { getPublicKey, randomize } from "../index.ts"
import { memory } from "../module.ts"
import { N, noble, randomSource, toNumber } from "./oracles.ts"

/** As in `assembly/memory.ts`: scalar in eight words, then X, Y, ZZ, ZZZ in nine limbs each, 40 bytes apart. */
const BLIND_SCALAR = 1024 + 128
const BLIND_POINT = BLIND_SCALAR + 32
const words = new DataView(memory.buffer)
const mod = (a: bigint) => ((a % N) + N) % N

/** The next call starts from the point b G; `multiplyBase` takes -2 times what is stored. */
function setBlinding(b: bigint): void {
  const stored = mod(-b * ((N + 1n) / 2n))
  const { x, y } = noble.Point.BASE.multiply(stored).toAffine()
  for (let i = 0; i < 8; i++) {
    words.setUint32(BLIND_SCALAR + 4 * i, Number((mod(8n * stored) >> BigInt(32 * i)) & 0xffffffffn), true)
  }
  for (const [j, value] of [x, y, 1n, 1n].entries()) {
    for (let i = 0; i < 9; i++) {
      words.setUint32(BLIND_POINT + 40 * j + 4 * i, Number((value >> BigInt(29 * i)) & 0x1fffffffn), true)
    }
  }
}

const storedScalar = () => toNumber(memory.slice(BLIND_SCALAR, BLIND_SCALAR + 32).reverse())

/** The sum of the teeth of the first entry that is added, row 0 at spacing 3, by their signs in bits 0, `spread`, ... */
function entryOf(signs: bigint, spread: bigint): bigint {
  const teeth = [0n, 1n, 2n, 3n, 4n, 5n]
  return teeth.reduce((sum, t) => sum + ((signs >> (spread * t)) & 1n ? 1n : -1n) * (1n << (4n * t)), 0n)
}

afterAll(randomize)

test("a sum that meets an entry or its opposite is computed again, from another blinding point", () => {
  const random = randomSource(11)
  const met = { equal: 0, opposite: 0 }
  for (let round = 0; round < 240; round++) {
    const entry = entryOf(toNumber(random(1)), 1n)
    setBlinding(mod(entry))
    const before = storedScalar()
    const key = random(32)
    expect(getPublicKey(key)).toEqual(noble.getPublicKey(key))
    const once = mod(-2n * before)
    // The signs are the bits of v (comb.ts); the sum starts from -b G.
    const v = mod((toNumber(key) + once + (1n << 264n) - 1n) * ((N + 1n) / 2n))
    const first = entryOf(v >> 3n, 4n)
    if (first === entry) met.opposite++
    else if (first === -entry) met.equal++
    expect(storedScalar()).toBe(first === entry || first === -entry ? mod(-2n * once) : once)
  }
  // One key in 64 each.
  expect(Math.min(met.equal, met.opposite)).toBeGreaterThan(0)
})
