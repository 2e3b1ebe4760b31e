/** Enough of POSIX ustar for a backup: plain files with short names. Any `tar` reads what this writes. */
import { closeSync, fsyncSync, openSync, readSync, statSync } from "node:fs"
import { BackupError } from "./errors.ts"
import { fileChunks, writeAll } from "./file.ts"

export interface TarEntry {
  name: string
  mode: number
  /** unix ms */
  time: number
  /** a file to copy, or the bytes */
  from: string | Uint8Array
}

const BLOCK = 512
const CHUNK = 1 << 20
/** What 11 octal digits can say; larger files take GNU's binary form. */
const OCTAL_LIMIT = 8 ** 11

/** Writes `entries` to a new file, for its owner alone, and returns when it is on the disk. */
export function writeTar(path: string, entries: readonly TarEntry[]): void {
  const output = openSync(path, "wx", 0o600)
  try {
    for (const entry of entries) writeEntry(output, entry)
    writeAll(output, new Uint8Array(2 * BLOCK))
    fsyncSync(output)
  } finally {
    closeSync(output)
  }
}

function writeEntry(output: number, entry: TarEntry): void {
  const { from } = entry
  const size = typeof from === "string" ? statSync(from).size : from.length
  writeAll(output, header(entry, size))
  for (const chunk of typeof from === "string" ? fileChunks(from) : [from]) writeAll(output, chunk)
  writeAll(output, new Uint8Array(padding(size)))
}

/** Calls `take` for each file, which must read it to its end by the chunks it is given. */
export function readTar(path: string, take: (name: string, mode: number, chunks: Iterable<Uint8Array>) => void): void {
  const input = openSync(path, "r")
  try {
    for (let at = 0; ; ) {
      const head = exactly(input, at, BLOCK)
      if (head.every((byte) => byte === 0)) return
      const { name, mode, size } = parse(head)
      take(name, mode, chunksOf(input, at + BLOCK, size))
      at += BLOCK + size + padding(size)
    }
  } finally {
    closeSync(input)
  }
}

function* chunksOf(input: number, start: number, size: number): Generator<Uint8Array> {
  for (let done = 0; done < size; ) {
    const chunk = exactly(input, start + done, Math.min(CHUNK, size - done))
    done += chunk.length
    yield chunk
  }
}

function exactly(input: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let have = 0; have < length; ) {
    const read = readSync(input, bytes, have, length - have, position + have)
    if (read === 0)
      throw new BackupError("E_BACKUP_CORRUPT", `The backup ends after ${position + have} bytes: cut short.`)
    have += read
  }
  return bytes
}

const padding = (size: number) => (BLOCK - (size % BLOCK)) % BLOCK

function header({ name, mode, time }: TarEntry, size: number): Buffer {
  const head = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, width: number) =>
    head.write(value.toString(8).padStart(width - 1, "0"), at, "latin1")
  head.write(name, 0, 100)
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  if (size < OCTAL_LIMIT) octal(size, 124, 12)
  else {
    head[124] = 0x80
    head.writeBigUInt64BE(BigInt(size), 128)
  }
  octal(Math.floor(time / 1000), 136, 12)
  head.write("0", 156)
  head.write("ustar\x0000", 257, "latin1")
  head.fill(" ", 148, 156)
  head.write(`${sum(head).toString(8).padStart(6, "0")}\0 `, 148, "latin1")
  return head
}

function parse(bytes: Uint8Array): { name: string; mode: number; size: number } {
  const head = Buffer.from(bytes)
  const stated = Number.parseInt(head.toString("latin1", 148, 154), 8)
  head.fill(" ", 148, 156)
  if (head.toString("latin1", 257, 262) !== "ustar" || stated !== sum(head))
    throw new BackupError("E_BACKUP_CORRUPT", "The file is no backup, or damaged: a tar header is not one.")
  const text = (from: number, to: number) => head.toString("utf8", from, to).replace(/\0.*$/s, "")
  const size = head[124] === 0x80 ? Number(head.readBigUInt64BE(128)) : Number.parseInt(text(124, 136), 8)
  return { name: text(0, 100), mode: Number.parseInt(text(100, 108), 8), size }
}

const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => total + byte, 0)
