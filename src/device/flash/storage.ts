/** What records need of a board: the flash, and a hash in native code to find torn and decayed records by. */
import type { Board } from "../ports.ts"

export type Storage = Pick<Board, "flash" | "crypto"> & Partial<Pick<Board, "trace">>

export const CHECKSUM_LENGTH = 4

/**
 * First four bytes of SHA-256. It guards against torn writes and decay, not against forgers; a CRC would do as well, but
 * would be computed byte by byte in the interpreter.
 */
export function checksum({ crypto }: Pick<Storage, "crypto">, bytes: Uint8Array): Uint8Array {
  return crypto.sha256(bytes).subarray(0, CHECKSUM_LENGTH)
}

export function hasChecksum(storage: Pick<Storage, "crypto">, stored: Uint8Array, bytes: Uint8Array): boolean {
  const sum = storage.crypto.sha256(bytes)
  return sum[0] === stored[0] && sum[1] === stored[1] && sum[2] === stored[2] && sum[3] === stored[3]
}
