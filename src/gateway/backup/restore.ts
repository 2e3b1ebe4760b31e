/** `dormouse restore`: a data directory from a backup, whole or not at all. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { BackupError } from "./errors.ts"
import { syncDirectory, writing } from "./file.ts"
import { decodeManifest, MANIFEST, type Manifest, sha256Of } from "./manifest.ts"
import { readTar } from "./tar.ts"

export interface RestoreOptions {
  file: string
  /** not there, or empty */
  dataDir: string
}

const MANIFEST_LIMIT = 1 << 20
/** Nothing else is in a backup, so no name can lead out of the directory. */
const NAMES = /^((gateway|chain)\.sqlite|(genesis|chain)\.json|keys\/(gateway|operator|sealer)\.json)$/

/** Unpacks beside `dataDir`, or inside where that is there, and moves everything in place when every checksum holds. */
export function restoreBackup({ file, dataDir }: RestoreOptions): Manifest {
  const target = resolve(dataDir)
  if (!existsSync(file)) throw new BackupError("E_BACKUP_CORRUPT", `There is no backup at ${file}.`)
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new BackupError("E_BACKUP_EXISTS", `${target} is not empty: restore into a new directory.`)
  // An empty directory may be a volume of its own: it can be neither replaced nor renamed into.
  const inside = existsSync(target)
  mkdirSync(dirname(target), { recursive: true })
  const work = mkdtempSync(inside ? join(target, ".restore-") : join(dirname(target), `.${basename(target)}-`))
  try {
    const manifest = unpack(file, work)
    for (const directory of [work, join(work, "keys")]) if (existsSync(directory)) syncDirectory(directory)
    if (inside) moveUp(work, target)
    else renameSync(work, target)
    syncDirectory(inside ? target : dirname(target))
    return manifest
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The marked store first, keys last: cut short in between, what is there does not start. */
function moveUp(work: string, target: string): void {
  const order = ["gateway.sqlite", "chain.sqlite", "genesis.json", "chain.json", "keys"]
  for (const name of order) if (existsSync(join(work, name))) renameSync(join(work, name), join(target, name))
}

/** Reads a backup to its end and checks everything; nothing is kept. */
export function unpack(file: string, into: string): Manifest {
  let manifest: Manifest | undefined
  const seen = new Set<string>()
  readTar(file, (name, mode, chunks) => {
    if (!manifest) manifest = readManifest(name, chunks)
    else {
      checkFile(manifest, name, takeFile(into, name, mode, chunks))
      seen.add(name)
    }
  })
  const missing = manifest?.files.find(({ name }) => !seen.has(name))
  if (!manifest || missing)
    throw new BackupError("E_BACKUP_CORRUPT", `${file} is not whole: ${missing?.name ?? MANIFEST} is missing.`)
  return manifest
}

function readManifest(name: string, chunks: Iterable<Uint8Array>): Manifest {
  if (name !== MANIFEST) throw new BackupError("E_BACKUP_CORRUPT", `The file begins with ${name}: it is no backup.`)
  const parts: Uint8Array[] = []
  let size = 0
  for (const chunk of chunks) {
    if ((size += chunk.length) > MANIFEST_LIMIT) throw new BackupError("E_BACKUP_CORRUPT", "The manifest is too long.")
    parts.push(chunk)
  }
  return decodeManifest(Buffer.concat(parts))
}

function takeFile(into: string, name: string, mode: number, chunks: Iterable<Uint8Array>) {
  if (!NAMES.test(name)) throw new BackupError("E_BACKUP_CORRUPT", `"${name}" does not belong in a backup.`)
  const path = join(into, name)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  return sha256Of(writing(path, mode & 0o700, chunks))
}

function checkFile({ files }: Manifest, name: string, { sha256, size }: { sha256: string; size: number }): void {
  const stated = files.find((file) => file.name === name)
  if (stated?.size === size && stated.sha256 === sha256) return
  const found = stated ? `has SHA-256 ${sha256}, its manifest says ${stated.sha256}` : "is not in the manifest"
  throw new BackupError("E_BACKUP_CORRUPT", `${name} ${found}: the backup is damaged, take another.`)
}
