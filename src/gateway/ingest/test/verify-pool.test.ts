import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { crypto } from "../../../../as/index.ts"
import { addressOf, encodeReport, FIRST_HEAD, joinSigned, Kind, signPayload } from "../../../protocol/index.ts"
import { silentLog } from "../../log.ts"
import { checkAll, type Verdict, type VerifyJob } from "../verifier.ts"
import { VerifyPool } from "../verify-pool.ts"
import { VerifyQueue } from "../verify-queue.ts"
import { packJobs, packVerdicts, unpackJobs, unpackVerdicts } from "../verify-wire.ts"

const secretKey = new Uint8Array(32).fill(3)
const publicKey = crypto.getPublicKey(secretKey, false)
const context = { chainId: 7, registry: new Uint8Array(20).fill(1), device: addressOf(crypto, publicKey) }

function report(seq: number, fields: object = {}): Uint8Array {
  const base = { kind: Kind.samples, seq, epoch: 70_000, prev: FIRST_HEAD, at: 0, step: 0, samples: [[20, null]] }
  return joinSigned(signPayload(crypto, context, secretKey, encodeReport({ ...base, ...fields } as never)))
}

/** Good ones, a gap record, a wrong signature, a wrong length, a wrong kind. */
function jobs(count = 4): VerifyJob[] {
  return Array.from({ length: count }, (_, i) => {
    const gap = report(9, { kind: Kind.gap, cause: 1, firstSeq: 3, lastSeq: 5, samples: 6 })
    const forged = report(3)
    forged[forged.length - 1]! ^= 1
    const kind = report(4)
    kind[1] = 7
    return { context, publicKey, reports: [report(i + 1), gap, forged, report(2).slice(0, -1), kind] }
  })
}

const mortal = new URL("./mortal-worker.ts", import.meta.url)
const kindOf = (verdict: Verdict) => ("report" in verdict ? verdict.report.seq : verdict.rejection.code)
const pools: VerifyPool[] = []
async function open(options: { workers?: number; source?: URL } = {}): Promise<VerifyPool> {
  const pool = new VerifyPool({ crypto, log: silentLog, workers: 2, ...options })
  pools.push(pool)
  while (pool.ready < (options.workers ?? 2)) await new Promise((resolve) => setTimeout(resolve, 5))
  return pool
}
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())))

describe("the pool", () => {
  it("says what the same check in one's own thread says", async () => {
    const pool = await open()
    const batch = jobs()
    const verdicts = await pool.check(batch)
    expect(verdicts).toEqual(checkAll(crypto, batch))
    expect(verdicts[0]!.map(kindOf)).toEqual([1, 9, "E_SIGNATURE", "E_SIGNED_LENGTH", "E_REPORT_KIND"])
    expect(verdicts[0]![1]).toMatchObject({ report: { gap: { firstSeq: 3, lastSeq: 5 } } })
  })

  it("takes many batches at once", async () => {
    const pool = await open()
    const batches = Array.from({ length: 20 }, (_, i) => jobs(1 + (i % 3)))
    const all = await Promise.all(batches.map((batch) => pool.check(batch)))
    expect(all).toEqual(batches.map((batch) => checkAll(crypto, batch)))
  })

  it("checks by itself while no worker is ready", async () => {
    const pool = new VerifyPool({ crypto, log: silentLog, workers: 1 })
    pools.push(pool)
    expect(pool.ready).toBe(0)
    expect((await pool.check(jobs(1)))[0]!.map(kindOf)).toHaveLength(5)
  })

  it("answers what it took before it closes", async () => {
    const pool = await open()
    const answer = pool.check(jobs())
    await pool.close()
    expect(await answer).toHaveLength(4)
  })
})

describe("a worker that dies", () => {
  it("is replaced, and its batches are checked again", async () => {
    const dir = mkdtempSync(join(tmpdir(), "dormouse-"))
    const flag = join(dir, "once")
    writeFileSync(flag, "")
    process.env.DORMOUSE_TEST_MORTAL = flag
    const pool = await open({ workers: 1, source: mortal })
    const batches = [jobs(), jobs(), jobs()]
    const all = await Promise.all(batches.map((batch) => pool.check(batch)))
    expect(all).toEqual(batches.map((batch) => checkAll(crypto, batch)))
    expect(existsSync(flag)).toBe(false)
    while (pool.ready === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await pool.check(jobs())).toHaveLength(4)
    rmSync(dir, { recursive: true })
  })

  it("again and again is given up, and everything is still checked", async () => {
    process.env.DORMOUSE_TEST_MORTAL = "always"
    const pool = await open({ workers: 1, source: mortal })
    while (pool.size > 0) {
      expect((await pool.check(jobs())).map((verdicts) => verdicts.map(kindOf)[0])).toEqual([1, 2, 3, 4])
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(await pool.check(jobs())).toHaveLength(4)
  })
})

describe("the queue before it", () => {
  it("releases results in the order of their batches, whichever is ready first", async () => {
    const pending: ((verdicts: Verdict[][]) => void)[] = []
    const queue = new VerifyQueue({
      slots: 2,
      close: async () => {},
      check: () => new Promise((resolve) => pending.push(resolve)),
    })
    const done: number[] = []
    const job = (reports: number) => ({ context, publicKey, reports: new Array(reports).fill(publicKey) })
    const checks = [32, 32, 1].map((count, i) => queue.check("live", i, job(count)).then(() => done.push(i)))
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    await turn()
    expect(pending).toHaveLength(2) // as many as it has slots: the third waits
    pending[1]!([[]])
    await turn()
    await turn()
    expect([done, pending.length]).toEqual([[], 3])
    pending[0]!([[]])
    await turn()
    expect(done).toEqual([0, 1])
    pending[2]!([[]])
    await Promise.all(checks)
  })

  it("hands a failure to those whose batch it was, and goes on", async () => {
    let calls = 0
    const queue = new VerifyQueue({
      slots: 1,
      close: async () => {},
      check: async (batch) => {
        if (++calls === 1) throw new Error("broken")
        return checkAll(crypto, batch)
      },
    })
    await expect(queue.check("live", 1, jobs(1)[0]!)).rejects.toThrow("broken")
    expect(await queue.check("live", 1, jobs(1)[0]!)).toHaveLength(5)
  })
})

describe("the wire between threads", () => {
  it("carries jobs and verdicts whole, beyond its first buffer", () => {
    const many = jobs(60)
    expect(unpackJobs(packJobs(many))).toEqual(many)
    const verdicts = checkAll(crypto, many)
    expect(unpackVerdicts(packVerdicts(verdicts), many)).toEqual(verdicts)
    expect(unpackJobs(packJobs([]))).toEqual([])
  })
})
