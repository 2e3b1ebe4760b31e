import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs"

const CHUNK = 1 << 20

/** A disk that is nearly full takes a part only, and fails at the next call. */
export function writeAll(output: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(output, bytes, done)
}

/** A file's bytes, piece by piece. The pieces share memory: each is good until the next is asked for. */
export function* fileChunks(path: string): Generator<Uint8Array> {
  const input = openSync(path, "r")
  try {
    const chunk = new Uint8Array(CHUNK)
    for (let read: number; (read = readSync(input, chunk)) > 0; ) yield chunk.subarray(0, read)
  } finally {
    closeSync(input)
  }
}

/** Writes a new file and passes on each piece that went into it; at the end it is on the disk. */
export function* writing(path: string, mode: number, chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const output = openSync(path, "wx", mode)
  try {
    for (const chunk of chunks) {
      writeAll(output, chunk)
      yield chunk
    }
    fsyncSync(output)
  } finally {
    closeSync(output)
  }
}

/** Makes what was put into a directory, or renamed in it, survive a power cut. (Windows cannot open one, and needs not.) */
export function syncDirectory(path: string): void {
  if (process.platform === "win32") return
  const directory = openSync(path, "r")
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
