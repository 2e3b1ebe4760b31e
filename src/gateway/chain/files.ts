import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs"
import { dirname } from "node:path"

/** Writes the whole file or nothing: a power cut leaves the old content or the new. */
export function writeDurably(path: string, content: string, mode = 0o644): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, "w", mode)
  try {
    writeSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
  // The new name is durable only when its directory is. (Windows cannot open one, and needs not.)
  if (process.platform === "win32") return
  const directory = openSync(dirname(path), "r")
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
