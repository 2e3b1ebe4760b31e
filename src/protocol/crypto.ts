/**
 * The cryptography both sides need, as a port: on Node it is `as/index.ts` (wasm), on XS native C made from the
 * same AssemblyScript. Byte strings are `Uint8Array`; sizes in bytes are given in the names or comments.
 */
export interface Crypto {
  /** 32-byte digest (FIPS 180-4). */
  sha256(data: Uint8Array): Uint8Array
  /** 32-byte digest, the original Keccak padding that Ethereum uses. */
  keccak256(data: Uint8Array): Uint8Array
  /** 32-byte tag (RFC 2104). */
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array
  /** `length` bytes, at most 255 * 32 (RFC 5869). */
  hkdfSha256(inputKey: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array
  /** AES-CCM-16-64-128 (RFC 9053 §4.2): key 16, nonce 13; returns ciphertext with its 8-byte tag behind it. */
  ccmSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array
  /** The plaintext, or `undefined` where the tag does not fit. */
  ccmOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
  /** Whether 32 bytes are a secret key: 0 < key < n. */
  isSecretKey(secretKey: Uint8Array): boolean
  /** SEC 1 public key: 33 bytes compressed (default) or 65. */
  getPublicKey(secretKey: Uint8Array, compressed?: boolean): Uint8Array
  /** Re-encodes a public key (33 or 65 bytes); throws where it is not a point of the curve. */
  convertPublicKey(publicKey: Uint8Array, compressed: boolean): Uint8Array
  /** Deterministic ECDSA (RFC 6979) over a 32-byte digest: r(32) || s(32, low) || recovery id(1). */
  sign(digest: Uint8Array, secretKey: Uint8Array): Uint8Array
  /** `signature` is r(32) || s(32); high s is refused. Never throws for a wrong signature. */
  verify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean
  /** Public key (65 bytes, uncompressed) that made `signature` r || s || recovery id; `undefined` where there is none. */
  recover(signature: Uint8Array, digest: Uint8Array): Uint8Array | undefined
  /** Shared secret: x coordinate, 32 bytes (SEC 1 §3.3.1). */
  ecdh(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array
}
