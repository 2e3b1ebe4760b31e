import { ecrecover } from "@ethereumjs/util"
import { keccak_256 } from "@noble/hashes/sha3.js"
import * as secp from "@noble/secp256k1"
import fc from "fast-check"
import { expect, test } from "vitest"
import { addressOfKey, keccak, libraryCrypto, recoverAddress, signDigest } from "../node/crypto.ts"
import "./support.ts" // gives noble its hashes

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const ORDER = secp.Point.CURVE().n
const toWord = (value: bigint) => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex"))
const toNumber = (word: Uint8Array) => BigInt(`0x${Buffer.from(word).toString("hex")}`)

test("hashes are those of another library, at every length around a block", () => {
  for (let length = 0; length < 300; length++) {
    const data = new Uint8Array(length).fill(length)
    expect(keccak(data)).toEqual(keccak_256(data))
  }
})

test("signatures lead back to the address of the key", () => {
  fc.assert(
    fc.property(bytes(32), bytes(32), (digest, key) => {
      fc.pre(secp.utils.isValidSecretKey(key))
      expect(recoverAddress(digest, signDigest(digest, key))).toEqual(addressOfKey(key))
    }),
    { numRuns: 50 },
  )
})

// Consensus depends on it: whatever ECRECOVER takes or refuses, every node must (Yellow Paper, appendix E).
test("recovery takes and refuses what the reference library does", () => {
  const outcome = (recover: typeof ecrecover, ...args: Parameters<typeof ecrecover>) => {
    try {
      return Buffer.from(recover(...args)).toString("hex")
    } catch {
      return "refused"
    }
  }
  const compare = (digest: Uint8Array, v: bigint, r: Uint8Array, s: Uint8Array) =>
    expect(outcome(libraryCrypto.ecrecover as typeof ecrecover, digest, v, r, s)).toBe(
      outcome(ecrecover, digest, v, r, s),
    )
  const edges = [0n, 1n, 2n, ORDER / 2n, ORDER / 2n + 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n].map(toWord)
  for (const r of edges)
    for (const s of edges) for (const v of [26n, 27n, 28n, 29n]) compare(new Uint8Array(32).fill(3), v, r, s)
  fc.assert(
    fc.property(bytes(32), bytes(32), fc.boolean(), (digest, key, high) => {
      fc.pre(secp.utils.isValidSecretKey(key))
      const signature = signDigest(digest, key)
      const [r, s] = [signature.slice(0, 32), signature.slice(32, 64)]
      const parity = BigInt(signature[64]!)
      // The other form of the same signature: ECRECOVER takes a high s.
      if (high) compare(digest, 28n - parity, r, toWord(ORDER - toNumber(s)))
      else compare(digest, 27n + parity, r, s)
      compare(digest, 28n - parity, r, s)
    }),
    { numRuns: 50 },
  )
  fc.assert(
    fc.property(bytes(32), bytes(32), bytes(32), (digest, r, s) => {
      compare(digest, 27n, r, s)
    }),
    { numRuns: 100 },
  )
})
