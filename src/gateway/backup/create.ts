/** `dormouse backup`: store and chain of one moment, in one file. */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { toHex } from "../../protocol/bytes.ts"
import type { Clock, Random } from "../ports.ts"
import { Store } from "../store/store.ts"
import { BackupError } from "./errors.ts"
import { fileChunks, syncDirectory } from "./file.ts"
import { headOf } from "./head.ts"
import { encodeManifest, FORMAT, MANIFEST, type Manifest, sha256Of } from "./manifest.ts"
import { snapshot } from "./snapshot.ts"
import { type TarEntry, writeTar } from "./tar.ts"

export interface BackupOptions {
  dataDir: string
  /** a file that is not there yet, or a directory to make one in */
  output: string
  withKeys?: boolean
  clock: Pick<Clock, "now">
  random: Random
}

export const KEYS = ["gateway", "operator", "sealer"] as const
/** Store first: what it says is on the chain, the chain's copy has. */
const DATABASES = ["gateway.sqlite", "chain.sqlite"] as const
const PLAIN = ["genesis.json", "chain.json"] as const

/** Writes a backup of a gateway, running or not; where to, and what is in it. */
export async function createBackup(options: BackupOptions): Promise<{ file: string; manifest: Manifest }> {
  const { dataDir, withKeys = false, clock, random } = options
  for (const name of [...DATABASES, ...PLAIN]) {
    if (existsSync(join(dataDir, name))) continue
    throw new BackupError(
      "E_BACKUP_SOURCE",
      `${join(dataDir, name)} is not there: no gateway has started on ${dataDir}.`,
    )
  }
  const takenAt = clock.now()
  const file = outputPath(options.output, takenAt)
  const work = workDirectory(file)
  try {
    await snapshot(DATABASES.map((name) => ({ from: join(dataDir, name), to: join(work, name) })))
    const keys = KEYS.filter((name) => existsSync(keyPath(dataDir, name)))
    const about = { id: toHex(random(16)), takenAt, keys: [...keys] }
    const described = describe(dataDir, work, about)
    const entry = (name: string, from: string, mode = 0o600): TarEntry => ({ name, from, mode, time: takenAt })
    const entries = [
      ...PLAIN.map((name) => entry(name, join(dataDir, name))),
      ...(withKeys ? keys.map((name) => entry(`keys/${name}.json`, keyPath(dataDir, name))) : []),
      ...DATABASES.map((name) => entry(name, join(work, name))),
    ]
    const files = entries.map(({ name, from }) => ({ name, ...sha256Of(fileChunks(from as string)) }))
    const manifest: Manifest = { format: FORMAT, ...about, ...described, files }
    const written = join(work, "backup")
    writeTar(written, [{ name: MANIFEST, mode: 0o600, time: takenAt, from: encodeManifest(manifest) }, ...entries])
    renameSync(written, file)
    syncDirectory(dirname(file))
    return { file, manifest }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const keyPath = (dataDir: string, name: string) => join(dataDir, "keys", `${name}.json`)

function outputPath(output: string, takenAt: number): string {
  const isDirectory = existsSync(output) && statSync(output).isDirectory()
  const name = `dormouse-${new Date(takenAt).toISOString().replaceAll(/[:.]/g, "-")}.backup`
  const file = resolve(isDirectory ? join(output, name) : output)
  if (existsSync(file)) throw new BackupError("E_BACKUP_EXISTS", `${file} is there already: a backup replaces nothing.`)
  return file
}

/** Beside the output, so that the last step is a rename. */
function workDirectory(file: string): string {
  try {
    return mkdtempSync(join(dirname(file), `.${basename(file)}-`))
  } catch (cause) {
    throw new BackupError("E_BACKUP_SOURCE", `${dirname(file)} cannot be written to: ${(cause as Error).message}.`, {
      cause,
    })
  }
}

/** Reads the copies, checks that they fit, and marks the store's: whoever starts a gateway on it starts a new incarnation. */
function describe(dataDir: string, work: string, about: { id: string; takenAt: number; keys: string[] }) {
  const { chainId, genesisHash } = JSON.parse(readFileSync(join(dataDir, "chain.json"), "utf8"))
  const head = headOf(join(work, "chain.sqlite"))
  const store = new Store(join(work, "gateway.sqlite"))
  try {
    const { devices, reports, anchors, lastEpoch, block } = store.figures()
    if (block > head.height)
      throw new BackupError("E_BACKUP_SOURCE", `The store knows block ${block}, the chain ends at ${head.height}.`)
    const { number } = store.incarnations.current
    const { id, takenAt, keys } = about
    store.incarnations.setMark({ backup: id, takenAt, height: head.height, keys })
    store.makePlain()
    const chain = { id: chainId as number, genesisHash: genesisHash as string, ...head }
    return { incarnation: number, chain, store: { devices, reports, anchors, lastEpoch } }
  } finally {
    store.close()
  }
}
