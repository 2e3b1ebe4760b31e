/** After a call nothing of its arguments, results or working memory is left in the module. */
import { execFileSync } from "node:child_process"
import { expect, test } from "vitest"
import * as dormouse from "../index.ts"
import { memory } from "../module.ts"
import { loadAssembly } from "./run-assembly.ts"
import { compile, testWith } from "./tools.ts"

const nothing = { functions: {}, load: () => 0, store: () => {}, copy: () => {}, fill: () => {} }
const map = loadAssembly("memory", nothing) as unknown as Record<string, number>
/** Constants begin here: `memoryBase` in generate.js. */
const STATICS = 0x2000

test("working memory ends before the constants, they before the table", () => {
  expect(map.SECRET_END!).toBeLessThanOrEqual(STATICS)
  expect(memory.subarray(map.COMB_TABLE! - 1024, map.COMB_TABLE!).every((byte) => byte === 0)).toBe(true)
})

const key = dormouse.sha256(Uint8Array.of(1))
const digest = dormouse.sha256(Uint8Array.of(2))
const peer = dormouse.getPublicKey(digest)
const long = new Uint8Array(3000).fill(9)
const [short, nonce] = [key.subarray(0, 16), key.subarray(0, 13)]
const sealed = dormouse.ccmSeal(short, nonce, digest, long)
const swallow = (run: () => unknown) => () => {
  expect(run).toThrow()
}

test.each<[string, () => unknown]>([
  ["sign", () => dormouse.sign(digest, key)],
  ["sign with a bad key", swallow(() => dormouse.sign(digest, new Uint8Array(32).fill(255)))],
  ["getPublicKey", () => dormouse.getPublicKey(key, false)],
  ["isSecretKey", () => dormouse.isSecretKey(key)],
  ["ecdh", () => dormouse.ecdh(key, peer)],
  ["ecdh with a bad point", swallow(() => dormouse.ecdh(key, new Uint8Array(33).fill(5)))],
  ["hmacSha256", () => dormouse.hmacSha256(key, long)],
  ["hkdfSha256", () => dormouse.hkdfSha256(key, long, digest, 100)],
  ["ccmSeal", () => dormouse.ccmSeal(short, nonce, digest, long)],
  ["ccmOpen", () => dormouse.ccmOpen(short, nonce, digest, sealed)],
  ["ccmOpen of a forgery", () => dormouse.ccmOpen(short, nonce, key, sealed)],
  ["sha256", () => dormouse.sha256(long)],
  ["Sha256", () => new dormouse.Sha256().update(long).digest()],
  ["keccak256", () => dormouse.keccak256(long)],
  ["randomize", () => dormouse.randomize()],
])("%s leaves zeros", (_, run) => {
  // What public calls left goes first.
  memory.fill(0, 0, map.BLIND)
  memory.fill(0, map.SECRET, STATICS)
  run()
  const left = [...memory.subarray(0, map.BLIND), ...memory.subarray(map.SECRET, STATICS)]
  expect(left.filter((byte) => byte !== 0)).toEqual([])
})

testWith(["cc"])(
  "native C leaves zeros",
  () => {
    const places = [`-DBLIND=${map.BLIND}`, `-DSECRET=${map.SECRET}`, `-DSTATICS=${STATICS}`]
    const program = compile("wipe", ["wipe.c"], ["-O2", ...places], true)
    expect(execFileSync(program, { encoding: "utf8" })).toBe("")
  },
  60_000,
)
