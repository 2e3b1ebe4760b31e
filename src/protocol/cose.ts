/** The two COSE structures (RFC 9052) that travel stripped of everything constant and are rebuilt on arrival. */
import { concat } from "./bytes.ts"
import { decodeFirst, encode, Tagged } from "./cbor/index.ts"
import type { Crypto } from "./crypto.ts"
import { DormouseError } from "./errors.ts"

/** `{1: -47}`: ES256K (RFC 8812 §3.2). */
const ES256K_HEADER = new Uint8Array([0xa1, 0x01, 0x38, 0x2e])
/** `{1: 10}`: AES-CCM-16-64-128 (RFC 9053 §4.2). */
const CCM_HEADER = new Uint8Array([0xa1, 0x01, 0x0a])
/** CBOR tag of COSE_Sign1 (RFC 9052 §2). */
const SIGN1_TAG = 18

const SIGNATURE_LENGTH = 64

/** What binds a signature to one chain, one registry and one device; never sent. */
export interface SigningContext {
  chainId: number
  /** 20 bytes */
  registry: Uint8Array
  /** 20 bytes */
  device: Uint8Array
}

/** A payload with its signature: on the wire `payload || r || s`. */
export interface Signed {
  payload: Uint8Array
  /** r(32) || s(32) */
  signature: Uint8Array
}

export function externalAad({ chainId, registry, device }: SigningContext): Uint8Array {
  return encode(["dormouse-1", chainId, registry, device])
}

/** SHA-256 of the Sig_structure (RFC 9052 §4.4): the digest that ES256K signs. */
export function signingDigest(crypto: Crypto, context: SigningContext, payload: Uint8Array): Uint8Array {
  return crypto.sha256(encode(["Signature1", ES256K_HEADER, externalAad(context), payload]))
}

/** The whole tagged COSE_Sign1, as any COSE library reads it. */
export function coseSign1(signed: Signed): Uint8Array {
  return encode(coseSign1Value(signed))
}

export function coseSign1Value({ payload, signature }: Signed): Tagged {
  return new Tagged(SIGN1_TAG, [ES256K_HEADER, new Map(), payload, signature])
}

export function joinSigned({ payload, signature }: Signed): Uint8Array {
  return concat(payload, signature)
}

/** Splits what `joinSigned` made. What came from outside `splitSigned` must look at. */
export function partsOf(bytes: Uint8Array): Signed {
  const end = bytes.length - SIGNATURE_LENGTH
  return { payload: bytes.subarray(0, end), signature: bytes.subarray(end) }
}

/** Splits `payload || r || s`; the payload is one CBOR item, so it tells its own length. */
export function splitSigned(bytes: Uint8Array): Signed {
  const { end } = decodeFirst(bytes)
  if (bytes.length !== end + SIGNATURE_LENGTH)
    throw new DormouseError(
      "E_SIGNED_LENGTH",
      `Signed message: ${bytes.length - end} bytes behind the payload, a signature of ${SIGNATURE_LENGTH} expected.`,
    )
  return { payload: bytes.slice(0, end), signature: bytes.slice(end) }
}

/** Enc_structure (RFC 9052 §5.3): the additional data that AES-CCM authenticates. */
export function encryptionAad(external: Uint8Array): Uint8Array {
  return encode(["Encrypt0", CCM_HEADER, external])
}
