import { describe, expect, test } from "vitest"
import { convertPublicKey, ecdh, getPublicKey, isSecretKey, recover, sha256, sign, verify } from "../index.ts"
import {
  hex,
  N,
  noble,
  nobleSign,
  opensslKey,
  opensslVerify,
  P,
  randomSource,
  toBytes,
  toNumber,
  unhex,
  utf8,
} from "./oracles.ts"
import { rfc6979 } from "./rfc6979.ts"

const random = randomSource(1)
const key = toBytes(N - 12345n)
const publicKey = getPublicKey(key)

describe("RFC 6979", () => {
  test.each(rfc6979)("key $secret signs $message", ({ secret, message, signature }) => {
    expect(hex(sign(sha256(utf8(message)), unhex(secret)).subarray(0, 64))).toBe(signature)
  })

  test("signatures, keys and recovery equal noble's, and OpenSSL accepts them", () => {
    for (let i = 0; i < 100; i++) {
      const secretKey = random(32)
      const message = random(i)
      const digest = sha256(message)
      const signature = sign(digest, secretKey)
      expect(hex(signature)).toBe(hex(nobleSign(digest, secretKey)))
      const full = getPublicKey(secretKey, false)
      expect(hex(full)).toBe(hex(noble.getPublicKey(secretKey, false)))
      expect(hex(recover(signature, digest)!)).toBe(hex(full))
      expect(verify(signature.subarray(0, 64), digest, getPublicKey(secretKey))).toBe(true)
      expect(opensslVerify(signature.subarray(0, 64), message, opensslKey(full))).toBe(true)
    }
  })
})

describe("edges", () => {
  test.each([0n, N, N + 1n, 2n ** 256n - 1n])("%s is no secret key", (value) => {
    const bad = toBytes(value)
    expect(isSecretKey(bad)).toBe(false)
    expect(() => getPublicKey(bad)).toThrow(/^secretKey: expected 32 bytes with 0 < key < n/)
    expect(() => sign(bad, bad)).toThrow("secretKey")
    expect(() => ecdh(bad, publicKey)).toThrow("secretKey")
  })

  test.each([1n, 2n, 3n, N / 2n, N - 2n, N - 1n])("key %s agrees with noble", (value) => {
    const secret = toBytes(value)
    expect(isSecretKey(secret)).toBe(true)
    expect(hex(getPublicKey(secret))).toBe(hex(noble.getPublicKey(secret)))
    expect(hex(ecdh(secret, publicKey))).toBe(hex(noble.getSharedSecret(secret, publicKey).subarray(1)))
  })

  test.each([0n, 1n, N - 1n, N, N + 1n, 2n ** 256n - 1n])("digest %s", (value) => {
    const digest = toBytes(value)
    const signature = sign(digest, key)
    expect(hex(signature)).toBe(hex(nobleSign(digest, key)))
    expect(verify(signature.subarray(0, 64), digest, publicKey)).toBe(true)
    expect(hex(recover(signature, digest)!)).toBe(hex(getPublicKey(key, false)))
  })

  test("r or s at 0, n, above; high s; a signature that is another's", () => {
    const digest = sha256(utf8("edge"))
    const good = sign(digest, key).subarray(0, 64)
    const change = (r: bigint, s: bigint) => Uint8Array.from([...toBytes(r), ...toBytes(s)])
    const r = toNumber(good.subarray(0, 32))
    const s = toNumber(good.subarray(32))
    expect(verify(change(r, s), digest, publicKey)).toBe(true)
    for (const value of [0n, 1n, N - 1n, N, N + 1n, 2n ** 256n - 1n]) {
      expect(verify(change(value, s), digest, publicKey)).toBe(false)
      expect(verify(change(r, value), digest, publicKey)).toBe(false)
    }
    expect(verify(change(r, N - s), digest, publicKey)).toBe(false)
    expect(verify(good, sha256(digest), publicKey)).toBe(false)
    expect(verify(good, digest, getPublicKey(toBytes(5n)))).toBe(false)
  })

  test("r + n below p: the x coordinate was reduced, recovery ids 2 and 3", () => {
    // A point whose x is r + n, searched upwards: then Q = (s R - z G) / r signs with that r.
    let r = 1n
    const isX = (x: bigint) => {
      try {
        return convertPublicKey(Uint8Array.from([2, ...toBytes(x)]), false)
      } catch {
        return undefined
      }
    }
    while (!isX(r + N)) r++
    const digest = sha256(utf8("reduced"))
    for (const id of [2, 3]) {
      const signature = Uint8Array.from([...toBytes(r), ...toBytes(7n), id])
      const q = recover(signature, digest)!
      expect(verify(signature.subarray(0, 64), digest, q)).toBe(true)
      expect(noble.verify(signature.subarray(0, 64), digest, q, { prehash: false })).toBe(true)
    }
    // r + n at or above p has no point.
    expect(recover(Uint8Array.from([...toBytes(P - N), ...toBytes(7n), 2]), digest)).toBeUndefined()
    expect(recover(Uint8Array.from([...toBytes(N - 1n), ...toBytes(7n), 2]), digest)).toBeUndefined()
  })

  test("infinity: u1 G + u2 Q = 0 is refused", () => {
    // Q = -(z / r) G makes it so for any s.
    const digest = toBytes(3n)
    const q = getPublicKey(toBytes(N - 1n))
    const signature = Uint8Array.from([...toBytes(3n), ...toBytes(9n)])
    expect(verify(signature, digest, q)).toBe(false)
    // R = k G, s k = z: the recovered key would be at infinity.
    const one = toNumber(getPublicKey(toBytes(1n)).subarray(1))
    const id = getPublicKey(toBytes(1n))[0]! & 1
    expect(recover(Uint8Array.from([...toBytes(one), ...toBytes(3n), id]), digest)).toBeUndefined()
  })

  test("the additions of verify meet equal and opposite points", () => {
    // Q = G and Q = -G with equal u1 and u2: the sums double, or cancel.
    for (const secret of [1n, 2n, 4n, N - 2n]) {
      for (let z = 1n; z < 20n; z++) {
        const digest = toBytes(z)
        const signature = sign(digest, toBytes(secret))
        const q = getPublicKey(toBytes(secret))
        expect(verify(signature.subarray(0, 64), digest, q)).toBe(true)
        expect(hex(recover(signature, digest)!)).toBe(hex(convertPublicKey(q, false)))
      }
    }
  })
})

describe("public keys", () => {
  test.each([
    ["x at p", `02${P.toString(16)}`],
    ["x without a point", `02${"00".repeat(31)}05`],
    ["off the curve", `04${"00".repeat(31)}01${"00".repeat(31)}02`],
    ["hybrid prefix", `06${hex(getPublicKey(key, false)).slice(2)}`],
    ["compressed prefix on 65 bytes", `02${hex(getPublicKey(key, false)).slice(2)}`],
    ["full prefix on 33 bytes", `04${hex(publicKey).slice(2)}`],
    ["infinity", "00".repeat(33)],
    ["y at p", `04${hex(publicKey).slice(2)}${P.toString(16)}`],
  ])("%s is refused", (_, text) => {
    const bad = unhex(text)
    expect(() => convertPublicKey(bad, true)).toThrow(/^publicKey: expected a point of secp256k1/)
    expect(() => ecdh(key, bad)).toThrow("publicKey")
    expect(verify(new Uint8Array(64).fill(1), new Uint8Array(32), bad)).toBe(false)
  })

  test("both forms convert both ways", () => {
    for (let i = 0; i < 50; i++) {
      const secret = random(32)
      const [short, full] = [getPublicKey(secret), getPublicKey(secret, false)]
      expect(hex(convertPublicKey(short, false))).toBe(hex(full))
      expect(hex(convertPublicKey(full, true))).toBe(hex(short))
      expect(hex(convertPublicKey(short, true))).toBe(hex(short))
    }
  })
})

test("lengths and types: the error names argument, value, expectation", () => {
  const cases: [() => unknown, string][] = [
    [() => sign(new Uint8Array(31), key), "digest: expected 32 bytes, got 31 bytes"],
    [() => sign(new Uint8Array(32), new Uint8Array(33)), "secretKey: expected 32 bytes, got 33 bytes"],
    [() => getPublicKey("00" as never), "secretKey: expected Uint8Array, got string"],
    [() => ecdh(key, new Uint8Array(64)), "publicKey: expected 33 or 65 bytes, got 64 bytes"],
    [() => recover(new Uint8Array(64), new Uint8Array(32)), "signature: expected 65 bytes, got 64 bytes"],
    [() => verify(null as never, new Uint8Array(32), key), "signature: expected Uint8Array, got null"],
  ]
  for (const [call, message] of cases) expect(call).toThrow(message)
  expect(verify(new Uint8Array(63), new Uint8Array(32), publicKey)).toBe(false)
})
