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

function round(i) {
  const [a, b, c, d, e, f, g, h] = Array.from({ length: 8 }, (_, j) => "abcdefgh"[(j - i + 8) % 8])
  const sigma1 = `(rotr<u32>(${e}, 6) ^ rotr<u32>(${e}, 11) ^ rotr<u32>(${e}, 25))`
  const sigma0 = `(rotr<u32>(${a}, 2) ^ rotr<u32>(${a}, 13) ^ rotr<u32>(${a}, 22))`
  return [
    `    ${h} += ${sigma1} + (${g} ^ (${e} & (${f} ^ ${g}))) + load<u32>(K + i, ${4 * i}) + load<u32>(SHA_SCHEDULE + i, ${4 * i})`,
    `    ${d} += ${h}`,
    `    ${h} += ${sigma0} + ((${a} & ${b}) | (${c} & (${a} | ${b})))`,
  ]
}

const letters = [..."abcdefgh"]
export const shaSource = `// Written by scripts/sha256.js: the rounds of SHA-256.
import { SHA, SHA_SCHEDULE } from "../memory"

const K: usize = memory.data<u32>([
${constants()
  .map((k) => `  ${k},`)
  .join("\n")}
])

/** All rounds over the schedule at SHA_SCHEDULE, added to the chaining value at SHA. */
export function shaRounds(): void {
${letters.map((v, i) => `  let ${v} = load<u32>(SHA, ${4 * i})`).join("\n")}
  for (let i: usize = 0; i < 256; i += 32) {
${Array.from({ length: 8 }, (_, i) => round(i))
  .flat()
  .join("\n")}
  }
${letters.map((v, i) => `  store<u32>(SHA, load<u32>(SHA, ${4 * i}) + ${v}, ${4 * i})`).join("\n")}
}
`
