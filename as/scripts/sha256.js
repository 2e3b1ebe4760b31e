/** Writes `assembly/generated/sha256.ts`: the 64 rounds of FIPS 180-4 §6.2.2, eight to an iteration so that no variable moves. */

/** Cube roots of the first 64 primes, 32 bits of the fraction (FIPS 180-4 §4.2.2). */
function constants() {
  const primes = []
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n)
  const cubeRoot = (n) => {
    let x = 1n << 40n
    for (let last = 0n; last !== x; ) [last, x] = [x, (2n * x + n / (x * x)) / 3n]
    while (x ** 3n > n) x--
    return x
  }
  return primes.map((p) => `0x${(cubeRoot(BigInt(p) << 96n) & 0xffffffffn).toString(16)}`)
}

/**
 * Round i of eight, with less to do than it says in FIPS 180-4 §4.1.2. Rotations are nested: 11 = 6 + 5, 25 = 6 + 5 + 14, and
 * so on. Maj(a, b, c) is b where a ^ b or b ^ c is 0, else a; the next round needs a ^ b as its b ^ c.
 */
function round(i) {
  const [a, b, , d, e, f, g, h] = Array.from({ length: 8 }, (_, j) => "abcdefgh"[(j - i + 8) % 8])
  return [
    `    ${h} += load<u32>(K + i, ${4 * i}) + load<u32>(SHA_SCHEDULE + i, ${4 * i})`,
    `    ${h} += (${g} ^ (${e} & (${f} ^ ${g})))`,
    `    ${h} += rotr<u32>(${e} ^ rotr<u32>(${e} ^ rotr<u32>(${e}, 14), 5), 6)`,
    `    ${d} += ${h}`,
    `    const m${i} = ${a} ^ ${b}`,
    `    ${h} += rotr<u32>(${a} ^ rotr<u32>(${a} ^ rotr<u32>(${a}, 9), 11), 2) + (${b} ^ (m${i} & ${i ? `m${i - 1}` : "last"}))`,
  ]
}

/** The word sixteen rounds on (FIPS 180-4 §6.2.2, step 1), between the rounds: it keeps the processor busy while they wait. */
function schedule(i) {
  const word = (t) => (t >= 16 ? `w${t - 16}` : `load<u32>(SHA_SCHEDULE + i, ${4 * t})`)
  return [
    `    const x${i} = ${word(i + 1)}`,
    `    const y${i} = ${word(i + 14)}`,
    `    const w${i} = ${word(i)} + ${word(i + 9)} + (rotr<u32>(x${i}, 7) ^ rotr<u32>(x${i}, 18) ^ (x${i} >> 3)) +`,
    `      (rotr<u32>(y${i}, 17) ^ rotr<u32>(y${i}, 19) ^ (y${i} >> 10))`,
    `    store<u32>(SHA_SCHEDULE + i, w${i}, ${4 * (i + 16)})`,
  ]
}

const letters = [..."abcdefgh"]
const eight = (lines) =>
  Array.from({ length: 8 }, (_, i) => lines(i))
    .flat()
    .join("\n")
const table = constants()
  .map((k) => `  ${k},`)
  .join("\n")
export const shaSource = `// Written by scripts/sha256.js: the rounds of SHA-256.
import { SHA, SHA_SCHEDULE } from "../memory"

const K: usize = memory.data<u32>([
${table}
])

/** All rounds over the sixteen words at SHA_SCHEDULE, added to the chaining value at SHA. */
export function shaRounds(): void {
${letters.map((v, i) => `  let ${v} = load<u32>(SHA, ${4 * i})`).join("\n")}
  let last = b ^ c
  for (let i: usize = 0; i < 192; i += 32) {
${eight((i) => [...round(i), ...schedule(i)])}
    last = m7
  }
  for (let i: usize = 192; i < 256; i += 32) {
${eight(round)}
    last = m7
  }
${letters.map((v, i) => `  store<u32>(SHA, load<u32>(SHA, ${4 * i}) + ${v}, ${4 * i})`).join("\n")}
}
`
