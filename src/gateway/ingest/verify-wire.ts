/**
 * Jobs and verdicts as they cross between threads: one buffer a batch, moved and not copied. Cloning a dozen small
 * arrays a report would cost more than reading it.
 */
import { utf8Decode, utf8Encode } from "../../protocol/bytes.ts"
import type { ErrorCode } from "../../protocol/errors.ts"
import type { Verdict, VerifyJob } from "./verifier.ts"

export function packJobs(jobs: readonly VerifyJob[]): ArrayBuffer {
  const writer = new Writer()
  writer.number(jobs.length)
  for (const { context, publicKey, reports } of jobs) {
    writer.number(context.chainId)
    for (const field of [context.registry, context.device, publicKey]) writer.bytes(field)
    writer.number(reports.length)
    for (const report of reports) writer.bytes(report)
  }
  return writer.finish()
}

export function unpackJobs(buffer: ArrayBuffer): VerifyJob[] {
  const reader = new Reader(buffer)
  return list(reader.number(), () => {
    const chainId = reader.number()
    const [registry, device, publicKey] = [reader.bytes(), reader.bytes(), reader.bytes()]
    const reports = list(reader.number(), () => reader.bytes())
    return { context: { chainId, registry, device }, publicKey, reports }
  })
}

/** A report's own bytes stay where they came from. */
export function packVerdicts(verdicts: readonly (readonly Verdict[])[]): ArrayBuffer {
  const writer = new Writer()
  for (const verdict of verdicts.flat()) {
    if ("report" in verdict) {
      const { kind, seq, epoch, prev, head, gap } = verdict.report
      for (const value of [0, kind, seq, epoch, gap?.firstSeq ?? 0, gap?.lastSeq ?? 0]) writer.number(value)
      writer.bytes(prev)
      writer.bytes(head)
    } else {
      const { reason, seq, code } = verdict.rejection
      writer.number(reason)
      writer.number(seq)
      writer.bytes(utf8Encode(code))
    }
  }
  return writer.finish()
}

export function unpackVerdicts(buffer: ArrayBuffer, jobs: readonly VerifyJob[]): Verdict[][] {
  const reader = new Reader(buffer)
  return jobs.map(({ reports }) => reports.map((bytes) => readVerdict(reader, bytes)))
}

function readVerdict(reader: Reader, bytes: Uint8Array): Verdict {
  const reason = reader.number()
  if (reason !== 0) {
    const seq = reader.number()
    return { rejection: { reason, seq, code: utf8Decode(reader.bytes()) as ErrorCode } }
  }
  const [kind, seq, epoch] = [reader.number(), reader.number(), reader.number()]
  const [firstSeq, lastSeq] = [reader.number(), reader.number()]
  // Copies: a head lives as long as its device is remembered, and would keep the whole batch with it.
  const [prev, head] = [reader.bytes().slice(), reader.bytes().slice()]
  return { report: { kind, seq, epoch, prev, head, bytes, gap: firstSeq > 0 ? { firstSeq, lastSeq } : undefined } }
}

function list<T>(length: number, make: () => T): T[] {
  return Array.from({ length }, make)
}

const NUMBER = 8

class Writer {
  #buffer = new ArrayBuffer(8192)
  #view = new DataView(this.#buffer)
  #length = 0

  number(value: number): void {
    this.#reserve(NUMBER)
    this.#view.setFloat64(this.#length, value)
    this.#length += NUMBER
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(2 + bytes.length)
    this.#view.setUint16(this.#length, bytes.length)
    new Uint8Array(this.#buffer).set(bytes, this.#length + 2)
    this.#length += 2 + bytes.length
  }

  finish(): ArrayBuffer {
    return this.#buffer.slice(0, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.byteLength) return
    const grown = new ArrayBuffer(2 * this.#buffer.byteLength + more)
    new Uint8Array(grown).set(new Uint8Array(this.#buffer))
    this.#buffer = grown
    this.#view = new DataView(grown)
  }
}

class Reader {
  readonly #buffer: ArrayBuffer
  readonly #view: DataView
  #offset = 0

  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer
    this.#view = new DataView(buffer)
  }

  number(): number {
    this.#offset += NUMBER
    return this.#view.getFloat64(this.#offset - NUMBER)
  }

  bytes(): Uint8Array {
    const length = this.#view.getUint16(this.#offset)
    this.#offset += 2 + length
    return new Uint8Array(this.#buffer, this.#offset - length, length)
  }
}
