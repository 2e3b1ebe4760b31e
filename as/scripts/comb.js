/**
 * The signed comb of the generator, for the wasm's data and for C (Hamburg 2012, "Fast and compact
 * elliptic-curve cryptography" §3.3). Row b, entry e holds 2^(24b) * (2^20 + sum over t < 5 of +-2^(4t)) * G, the sign of
 * tooth t being + where bit t of e is set; x and y are eight little-endian words each.
 *
 * What is stored of a row are coefficients, of which the entries are sums: see `combSelect`.
 */
const P = 2n ** 256n - 2n ** 32n - 977n
const G = [
  0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
] // SEC 2 §2.4.1
export const ROWS = 11
const TEETH = 6
const SPACING = 4

const mod = (a) => ((a % P) + P) % P

function invert(a) {
  let [r0, r1, s0, s1] = [P, mod(a), 0n, 1n]
  while (r1) [r0, r1, s0, s1] = [r1, r0 % r1, s1, s0 - (r0 / r1) * s1]
  return mod(s0)
}

function add([x1, y1], [x2, y2]) {
  if (x1 === x2 && y1 !== y2) throw new Error("comb table meets the point at infinity")
  const slope = x1 === x2 ? 3n * x1 * x1 * invert(2n * y1) : (y2 - y1) * invert(x2 - x1)
  const x3 = mod(slope * slope - x1 - x2)
  return [x3, mod(slope * (x1 - x3) - y1)]
}

const negate = ([x, y]) => [x, P - y]

function row(teeth) {
  const [top, ...rest] = [...teeth].reverse()
  let points = [top]
  // Highest free tooth first, so that tooth t ends up at bit t of the index.
  for (const tooth of rest) points = points.flatMap((point) => [add(point, negate(tooth)), add(point, tooth)])
  return points
}

const ENTRIES = 1 << (TEETH - 1)
const wordOf = (value, i) => (value >> BigInt(64 * i)) & 0xffffffffffffffffn

/** Of the values of a function of five bits, the coefficients of its algebraic normal form: the Moebius transform. */
function coefficients(values) {
  const result = [...values]
  for (let bit = 1; bit < ENTRIES; bit <<= 1) {
    for (let i = 0; i < ENTRIES; i++) if (i & bit) result[i] ^= result[i ^ bit]
  }
  return result
}

/** Word by word of 64 bits (four of x, four of y), the coefficients of each row. */
export function combTable() {
  const words = []
  let base = G
  for (let b = 0; b < ROWS; b++) {
    const teeth = []
    for (let t = 0; t < TEETH; t++) {
      teeth.push(base)
      for (let i = 0; i < SPACING; i++) base = add(base, base)
    }
    const entries = row(teeth)
    for (let i = 0; i < 8; i++) words.push(...coefficients(entries.map((entry) => wordOf(entry[i >> 2], i & 3))))
  }
  return BigUint64Array.from(words)
}

/** As a data segment in WebAssembly text. */
export function combSegment(address) {
  const bytes = new Uint8Array(combTable().buffer)
  const text = Array.from(bytes, (byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")
  return `(data (i32.const ${address}) "${text}")`
}

/** As C, for the flash of a board. */
export function combC() {
  const words = new Uint32Array(combTable().buffer)
  const line = (i) =>
    `  ${Array.from(words.subarray(8 * i, 8 * i + 8), (word) => `0x${word.toString(16)}`).join(", ")},`
  return `/* Written by as/generate.js: signed comb of the generator, 11 rows of 32 affine points, as comb.c reads them. */
#include <stdint.h>

const uint32_t dormouse_comb_table[${ROWS} * 32 * 16] = {
${Array.from({ length: words.length / 8 }, (_, i) => line(i)).join("\n")}
};
`
}
