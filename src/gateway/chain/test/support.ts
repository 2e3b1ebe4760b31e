import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { keccak_256 } from "@noble/hashes/sha3.js"
import * as secp from "@noble/secp256k1"
import { encode, rfc8949EncodeOptions } from "cborg"
import { bytesToHex, hexToBytes } from "viem"
import type { Hex } from "../index.ts"

secp.hashes.sha256 = sha256
secp.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message)

/** A directory that goes with the test. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "dormouse-chain-"))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A clock that stands still until told otherwise. */
export function stoppedClock(seconds = 1_800_000_000) {
  const clock = { ms: seconds * 1000, now: () => clock.ms }
  return clock
}

/** Deterministic CBOR by an encoder that is not ours. */
export const cbor = (value: unknown): Uint8Array => encode(value, rfc8949EncodeOptions)

const PROTECTED = cbor(new Map([[1, -47]])) // ES256K

/** A device that shares no code with the project. */
export class TestDevice {
  readonly #secretKey: Uint8Array
  readonly publicKey: Uint8Array
  readonly address: Hex

  constructor(seed: number) {
    this.#secretKey = sha256(Uint8Array.of(seed))
    this.publicKey = secp.getPublicKey(this.#secretKey, false)
    this.address = bytesToHex(keccak_256(this.publicKey.slice(1)).slice(12))
  }

  /** r || s || recovery id over the COSE_Sign1 of `payload`. */
  sign(payload: Uint8Array, chainId: number, registry: Hex): Uint8Array {
    const aad = cbor(["dormouse-1", chainId, hexToBytes(registry), hexToBytes(this.address)])
    const digest = sha256(cbor(["Signature1", PROTECTED, aad, payload]))
    const signature = secp.sign(digest, this.#secretKey, { prehash: false, format: "recovered" })
    return Uint8Array.from([...signature.slice(1), signature[0]!])
  }

  hello(profileHash: Uint8Array, kind = 0): Uint8Array {
    return cbor([kind, new Uint8Array(32).fill(0xc1), new Uint8Array(16).fill(0xd2), profileHash])
  }

  /** What a gateway passes to `registry.request`. */
  request(chainId: number, registry: Hex, homeGateway: Hex, profileHash = new Uint8Array(32).fill(0x50)) {
    const helloPayload = this.hello(profileHash)
    const signature = this.sign(helloPayload, chainId, registry)
    return { publicKey: this.publicKey, profileHash, homeGateway, helloPayload, signature }
  }
}
