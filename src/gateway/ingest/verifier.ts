/**
 * Checking what a device signed. Behind an asynchronous interface with nothing but bytes and plain facts in it, so that
 * `VerifyPool` can take the place of `inlineVerifier` without its callers noticing.
 */
import { Refusal } from "../../protocol/ack.ts"
import { decodeFirst } from "../../protocol/cbor/index.ts"
import { type Signed, type SigningContext, splitSigned } from "../../protocol/cose.ts"
import type { Crypto } from "../../protocol/crypto.ts"
import { DormouseError, type ErrorCode } from "../../protocol/errors.ts"
import { decodeReport, headAfter, Kind, type Report, verifySigned } from "../../protocol/report.ts"
import { asUint } from "../../protocol/shape.ts"
import { codeOf } from "../errors.ts"
import type { CheckedReport } from "../store/reports.ts"

const SIGNATURE_LENGTH = 64

export interface VerifyJob {
  context: SigningContext
  /** 33 or 65 bytes */
  publicKey: Uint8Array
  /** `payload || r || s` each */
  reports: readonly Uint8Array[]
}

export interface Rejection {
  seq: number
  /** one of `Refusal` */
  reason: number
  code: ErrorCode
}

export type Verdict = { report: CheckedReport } | { rejection: Rejection }

export interface Verifier {
  /** how many batches it takes at once */
  readonly slots: number
  /** One verdict for each report of each job, in order. */
  check(jobs: readonly VerifyJob[]): Promise<Verdict[][]>
  close(): Promise<void>
}

/** In the caller's own thread. */
export function inlineVerifier(crypto: Crypto): Verifier {
  return { slots: 1, check: async (jobs) => checkAll(crypto, jobs), close: async () => {} }
}

export function checkAll(crypto: Crypto, jobs: readonly VerifyJob[]): Verdict[][] {
  return jobs.map((job) => job.reports.map((bytes) => checkReport(crypto, job, bytes)))
}

export function checkReport(
  crypto: Crypto,
  { context, publicKey }: Omit<VerifyJob, "reports">,
  bytes: Uint8Array,
): Verdict {
  const { seq } = headOf(bytes)
  const reject = (reason: number, code: ErrorCode): Verdict => ({ rejection: { seq, reason, code } })
  try {
    const { signed, report } = decodeSigned(bytes)
    if (!verifySigned(crypto, context, publicKey, signed)) return reject(Refusal.wrongSignature, "E_SIGNATURE")
    const { kind, epoch, prev } = report
    const gap = report.kind === Kind.gap && report.firstSeq > 0 ? report : undefined
    const range = gap && { firstSeq: gap.firstSeq, lastSeq: gap.lastSeq }
    return { report: { seq, kind, epoch, prev, head: headAfter(crypto, signed), bytes, gap: range } }
  } catch (error) {
    const code = codeOf(error)
    // A fault of ours is no reason to refuse a report for good.
    return reject(code === "E_INTERNAL" ? Refusal.later : Refusal.malformed, code)
  }
}

/** Decodes once: the signature is what stands last, and the payload must end right before it. */
function decodeSigned(bytes: Uint8Array): { signed: Signed; report: Report } {
  const end = Math.max(0, bytes.length - SIGNATURE_LENGTH)
  const signed = { payload: bytes.subarray(0, end), signature: bytes.subarray(end) }
  try {
    return { signed, report: decodeReport(signed.payload) }
  } catch (error) {
    splitSigned(bytes) // has a better word for it where the length is wrong
    throw error
  }
}

/** What a report that is not checked yet claims. Throws `E_CBOR_*` or `E_MESSAGE` where it cannot even be read. */
export function headOf(bytes: Uint8Array): { seq: number; epoch: number } {
  // an array of fewer than 24 fields, and a kind in one byte
  if (bytes[0]! >> 5 !== 4 || bytes[0]! > 0x97 || !(bytes[1]! < 24))
    throw new DormouseError("E_MESSAGE", "report: an array that begins with kind and seq expected.")
  const { value, end } = decodeFirst(bytes, 2)
  const seq = asUint(value, "seq")
  const epoch = bytes.length > end ? decodeFirst(bytes, end).value : 0
  return { seq, epoch: typeof epoch === "number" ? epoch : 0 }
}
