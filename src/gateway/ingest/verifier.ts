/**
 * Checking what a device signed. Behind an asynchronous interface with nothing but bytes and plain facts in it, so that
 * a pool of workers can take the place of `inlineVerifier` without its callers noticing.
 */
import { Refusal } from "../../protocol/ack.ts"
import { decodeFirst } from "../../protocol/cbor/index.ts"
import { type SigningContext, splitSigned } from "../../protocol/cose.ts"
import type { Crypto } from "../../protocol/crypto.ts"
import { DormouseError, type ErrorCode } from "../../protocol/errors.ts"
import { decodeReport, headAfter, Kind, verifySigned } from "../../protocol/report.ts"
import { asUint } from "../../protocol/shape.ts"
import { codeOf } from "../errors.ts"
import type { CheckedReport } from "../store/reports.ts"

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
  /** One verdict for each report, in order. */
  check(job: VerifyJob): Promise<Verdict[]>
}

export function inlineVerifier(crypto: Crypto): Verifier {
  return { check: async (job) => job.reports.map((bytes) => checkReport(crypto, job, bytes)) }
}

export function checkReport(
  crypto: Crypto,
  { context, publicKey }: Omit<VerifyJob, "reports">,
  bytes: Uint8Array,
): Verdict {
  const seq = seqOf(bytes)
  const reject = (reason: number, code: ErrorCode): Verdict => ({ rejection: { seq, reason, code } })
  try {
    const signed = splitSigned(bytes)
    const report = decodeReport(signed.payload)
    if (!verifySigned(crypto, context, publicKey, signed)) return reject(Refusal.wrongSignature, "E_SIGNATURE")
    const { kind, epoch, prev } = report
    const gap = report.kind === Kind.gap && report.firstSeq > 0 ? report : undefined
    const range = gap && { firstSeq: gap.firstSeq, lastSeq: gap.lastSeq }
    return { report: { seq, kind, epoch, prev, head: headAfter(crypto, signed), bytes, gap: range } }
  } catch (error) {
    return reject(Refusal.malformed, codeOf(error))
  }
}

/** The seq of a report that is not checked yet. Throws `E_CBOR_*` or `E_MESSAGE` where it cannot even be read. */
export function seqOf(bytes: Uint8Array): number {
  // an array of fewer than 24 fields, and a kind in one byte
  if (bytes[0]! >> 5 !== 4 || bytes[0]! > 0x97 || !(bytes[1]! < 24))
    throw new DormouseError("E_MESSAGE", "report: an array that begins with kind and seq expected.")
  return asUint(decodeFirst(bytes, 2).value, "seq")
}
