import { createHash } from "node:crypto"
import { BackupError } from "./errors.ts"

export const FORMAT = "dormouse-backup-1"
export const MANIFEST = "manifest.json"

/** First in every backup: what it holds, of when, and the checksum of each file. */
export interface Manifest {
  format: typeof FORMAT
  /** hex; a restored store names it */
  id: string
  /** unix ms: nothing later than this is in it */
  takenAt: number
  incarnation: number
  chain: { id: number; genesisHash: string; height: number; head: string }
  store: { devices: number; reports: number; anchors: number; lastEpoch: number }
  /** names of the keys that the gateway had; whether they are in here, `files` tells */
  keys: string[]
  files: { name: string; size: number; sha256: string }[]
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`)
}

export function decodeManifest(bytes: Uint8Array): Manifest {
  try {
    const manifest = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Manifest
    if (manifest.format === FORMAT && Array.isArray(manifest.files) && Array.isArray(manifest.keys)) return manifest
    throw new Error(`format ${String(manifest.format)}, ${FORMAT} expected`)
  } catch (cause) {
    throw new BackupError("E_BACKUP_CORRUPT", `The backup's manifest cannot be used: ${(cause as Error).message}.`, {
      cause,
    })
  }
}

export function sha256Of(chunks: Iterable<Uint8Array>): { sha256: string; size: number } {
  const hash = createHash("sha256")
  let size = 0
  for (const chunk of chunks) {
    hash.update(chunk)
    size += chunk.length
  }
  return { sha256: hash.digest("hex"), size }
}
