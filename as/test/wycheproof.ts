/** Project Wycheproof's ECDSA cases, read from the shared data beside the project where that is there. */
import { existsSync, readFileSync } from "node:fs"
import { concat, N, toBytes, toNumber, unhex } from "./oracles.ts"

const file = new URL("../../../shared/data/wycheproof/ecdsa_secp256k1_sha256_bitcoin_test.json", import.meta.url)
export const wycheproofMissing = !existsSync(file)

export interface WycheproofCase {
  id: number
  comment: string
  message: Uint8Array
  signature: Uint8Array
  publicKey: Uint8Array
  valid: boolean
}

export function wycheproofCases(): WycheproofCase[] {
  const { testGroups } = JSON.parse(readFileSync(file, "utf8"))
  return testGroups.flatMap((group: { publicKey: { uncompressed: string }; tests: Record<string, string>[] }) =>
    group.tests.map((test) => ({
      id: Number(test.tcId),
      comment: test.comment,
      message: unhex(test.msg ?? ""),
      signature: unhex(test.sig ?? ""),
      publicKey: unhex(group.publicKey.uncompressed),
      valid: test.result === "valid",
    })),
  )
}

/** DER integer at `at` (X.690 §8.3), minimal and not negative; undefined where it is not one. */
function integer(der: Uint8Array, at: number): { value: bigint; end: number } | undefined {
  const length = der[at + 1] ?? 0
  const end = at + 2 + length
  if (der[at] !== 2 || length === 0 || length > 33 || end > der.length) return undefined
  const body = der.subarray(at + 2, end)
  if (body[0]! >= 0x80 || (length > 1 && body[0] === 0 && body[1]! < 0x80)) return undefined
  return { value: toNumber(body), end }
}

/** r || s of a strict DER signature; undefined where it is none or does not fit 64 bytes. */
export function fromDer(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined
  const r = integer(der, 2)
  const s = r && integer(der, r.end)
  if (!r || !s || s.end !== der.length || r.value > N || s.value > N) return undefined
  return concat(toBytes(r.value), toBytes(s.value))
}
