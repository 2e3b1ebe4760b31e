import { createCipheriv, createHash, createHmac, hkdfSync } from "node:crypto"
import { keccak_256 } from "@noble/hashes/sha3.js"
import { describe, expect, test } from "vitest"
import { ccmOpen, ccmSeal, hkdfSha256, hmacSha256, keccak256, Sha256, sha256 } from "../index.ts"
import { concat, hex, randomSource, unhex, utf8 } from "./oracles.ts"

const random = randomSource(2)
/** Around every boundary: blocks of 16, 64, 136 bytes, the chunk of 1024. */
const lengths = [
  0, 1, 15, 16, 17, 55, 56, 63, 64, 65, 119, 120, 127, 128, 135, 136, 137, 271, 272, 1023, 1024, 1025, 4097,
]

describe("SHA-256", () => {
  test.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
  ])("FIPS 180-4 example %#", (message, digest) => expect(hex(sha256(utf8(message)))).toBe(digest))

  test("every length near a boundary, in one piece and in three", () => {
    for (const length of lengths) {
      const data = random(length)
      const expected = createHash("sha256").update(data).digest("hex")
      expect(hex(sha256(data))).toBe(expected)
      const [stream, other] = [new Sha256(), new Sha256()]
      for (const [from, to] of [
        [0, 7],
        [7, length >> 1],
        [length >> 1, length],
      ]) {
        if (from! < to!) stream.update(data.subarray(from, to))
        other.update(random(5))
      }
      if (length > 14) expect(hex(stream.digest())).toBe(expected)
    }
  })
})

test("Keccak-256", () => {
  expect(hex(keccak256(utf8("")))).toBe("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
  for (const length of lengths) {
    const data = random(length)
    expect(hex(keccak256(data))).toBe(hex(keccak_256(data)))
  }
})

describe("HMAC (RFC 4231)", () => {
  const ascii = (text: string) => hex(utf8(text))
  test.each([
    ["0b".repeat(20), ascii("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [
      ascii("Jefe"),
      ascii("what do ya want for nothing?"),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    ["aa".repeat(20), "dd".repeat(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
    [
      "aa".repeat(131),
      ascii("Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ])("case %#", (key, data, tag) => expect(hex(hmacSha256(unhex(key), unhex(data)))).toBe(tag))

  test("equals OpenSSL at every length", () => {
    for (const length of lengths) {
      const [key, data] = [random(length), random(length)]
      expect(hex(hmacSha256(key, data))).toBe(createHmac("sha256", key).update(data).digest("hex"))
    }
  })
})

describe("HKDF", () => {
  test("RFC 5869 A.1 to A.3", () => {
    const ikm = unhex("0b".repeat(22))
    expect(hex(hkdfSha256(ikm, unhex("000102030405060708090a0b0c"), unhex("f0f1f2f3f4f5f6f7f8f9"), 42))).toBe(
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    )
    const range = (from: number) => Uint8Array.from({ length: 80 }, (_, i) => from + i)
    expect(hex(hkdfSha256(range(0), range(0x60), range(0xb0), 82))).toBe(
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09" +
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    )
    expect(hex(hkdfSha256(ikm, new Uint8Array(0), new Uint8Array(0), 42))).toBe(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    )
  })

  test("equals OpenSSL, up to 8160 bytes", () => {
    for (const length of [1, 31, 32, 33, 64, 100, 8160]) {
      const [ikm, salt, info] = [random(length % 200), random(70), random(length % 500)]
      expect(hex(hkdfSha256(ikm, salt, info, length))).toBe(
        hex(new Uint8Array(hkdfSync("sha256", ikm, salt, info, length))),
      )
    }
    expect(() => hkdfSha256(random(1), random(1), random(1), 8161)).toThrow("length: expected 0 to 8160")
    expect(hkdfSha256(random(1), random(1), random(1), 0)).toHaveLength(0)
  })
})

describe("AES-CCM", () => {
  const key = unhex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf")

  test("RFC 3610 packet vectors 1 to 3", () => {
    const text = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => from + i)
    const cases: [string, number, string][] = [
      ["00000003020100a0a1a2a3a4a5", 23, "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0"],
      ["00000004030201a0a1a2a3a4a5", 24, "72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916"],
      ["00000005040302a0a1a2a3a4a5", 25, "51b1e5f44a197d1da46b0f8e2d282ae871e838bb64da8596574adaa76fbd9fb0c5"],
    ]
    for (const [nonce, length, sealed] of cases) {
      const aad = text(0, 8)
      expect(hex(ccmSeal(key, unhex(nonce), aad, text(8, length)))).toBe(sealed)
      expect(hex(ccmOpen(key, unhex(nonce), aad, unhex(sealed))!)).toBe(hex(text(8, length)))
    }
  })

  test("equals OpenSSL for all lengths and tags; CCM* without a tag is its key stream", () => {
    for (const length of lengths) {
      for (const tagLength of [4, 8, 16] as const) {
        const [nonce, aad, plaintext] = [random(13), random(length % 301), random(length)]
        const cipher = createCipheriv("aes-128-ccm", key, nonce, { authTagLength: tagLength })
        cipher.setAAD(aad, { plaintextLength: length })
        const expected = hex(concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag()))
        const sealed = ccmSeal(key, nonce, aad, plaintext, tagLength)
        expect(hex(sealed)).toBe(expected)
        expect(hex(ccmOpen(key, nonce, aad, sealed, tagLength)!)).toBe(hex(plaintext))
        const bare = ccmSeal(key, nonce, aad, plaintext, 0)
        expect(hex(bare)).toBe(hex(sealed.subarray(0, length)))
        expect(hex(ccmOpen(key, nonce, aad, bare, 0)!)).toBe(hex(plaintext))
      }
    }
  })

  test("one flipped bit anywhere is refused", () => {
    const [nonce, aad, plaintext] = [random(13), random(20), random(33)]
    const sealed = ccmSeal(key, nonce, aad, plaintext)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const bad = sealed.slice()
      bad[bit >> 3]! ^= 1 << (bit & 7)
      expect(ccmOpen(key, nonce, aad, bad)).toBeUndefined()
    }
    expect(ccmOpen(key, nonce, aad.subarray(1), sealed)).toBeUndefined()
    expect(ccmOpen(key, nonce, aad, sealed.subarray(0, 7))).toBeUndefined()
  })

  test("lengths are checked", () => {
    const none = new Uint8Array(0)
    expect(() => ccmSeal(none, none, none, none)).toThrow("key: expected 16 bytes, got 0 bytes")
    expect(() => ccmSeal(key, none, none, none)).toThrow("nonce: expected 13 bytes, got 0 bytes")
    expect(() => ccmSeal(key, random(13), new Uint8Array(0xff00), none)).toThrow("aad: expected at most 65279 bytes")
    expect(() => ccmSeal(key, random(13), none, new Uint8Array(0x10000))).toThrow(
      "plaintext: expected at most 65535 bytes",
    )
  })
})
