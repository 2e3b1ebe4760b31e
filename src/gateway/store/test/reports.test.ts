import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { concat, FIRST_HEAD, Kind, uintBytes } from "../../../protocol/index.ts"
import { openDatabase } from "../database.ts"
import type { Device } from "../devices.ts"
import type { CheckedReport } from "../reports.ts"
import { Store } from "../store.ts"

const fill = (byte: number, length: number) => new Uint8Array(length).fill(byte)

let dir: string
let store: Store
let device: Device

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dormouse-"))
  store = new Store(join(dir, "gateway.sqlite"))
  const keys = { publicKey: fill(2, 33), profile: fill(0, 1), hello: fill(0, 1), signature: fill(0, 64) }
  device = store.devices.enrol({ address: fill(1, 20), ...keys, challengeTime: 1 })
})

afterEach(() => {
  store.close()
  rmSync(dir, { recursive: true, force: true })
})

/** A head that only the test knows: `seq` and which of several reports of that seq. */
const headOf = (seq: number, version = 0) => (seq === 0 ? FIRST_HEAD : concat(uintBytes(seq, 6), uintBytes(version, 2)))

function report(seq: number, previous: number, fields: Partial<CheckedReport> & { version?: number } = {}) {
  const { version = 0, ...rest } = fields
  const bytes = concat(fill(version, 4), uintBytes(seq, 4))
  const base = { seq, kind: Kind.samples as number, epoch: 1, bytes, gap: undefined }
  return { ...base, prev: headOf(previous), head: headOf(seq, version), ...rest }
}

function gap(seq: number, previous: number, firstSeq: number, lastSeq: number) {
  return report(seq, previous, { kind: Kind.gap, gap: { firstSeq, lastSeq } })
}

function add(...reports: CheckedReport[]) {
  return store.transaction(() =>
    reports.map((one) => {
      const outcome = store.reports.add(device, one, 1000)
      store.devices.save(device)
      return outcome
    }),
  )
}

describe("have", () => {
  it("follows prev, over holes in seq", () => {
    add(report(1, 0), report(2, 1), report(65, 2), report(66, 65))
    expect(device.have).toBe(66)
    expect(store.reports.link.countGaps()).toBe(0)
  })

  it("waits for a missing report and catches up when it comes", () => {
    add(report(1, 0), report(4, 3), report(3, 2))
    expect(device.have).toBe(1)
    expect(store.reports.link.countGaps()).toBe(1)
    add(report(2, 1))
    expect(device.have).toBe(4)
    expect(store.reports.link.countGaps()).toBe(0)
  })

  it("is the same in whatever order reports come, and survives a restart", () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 })
    let number = 10
    fc.assert(
      fc.property(order, (seqs) => {
        const address = fill(number++, 20)
        device = store.devices.enrol({ ...device, address, challengeTime: 1 })
        for (const seq of seqs) add(report(seq, seq - 1))
        store.devices.forget()
        device = store.devices.byAddress(address)!
        expect([device.have, device.lastSeq, device.stored]).toEqual([8, 8, 8])
        expect(store.reports.link.countGaps(device.id)).toBe(0)
      }),
      { numRuns: 50 },
    )
  })

  it("passes a break that a gap record covers, whichever comes first", () => {
    add(report(1, 0), report(6, 5))
    expect([device.have, store.reports.link.countGaps()]).toEqual([1, 1])
    add(gap(7, 6, 2, 5))
    expect([device.have, store.reports.link.countGaps()]).toEqual([7, 0])
  })

  it("passes a covered break at the very beginning", () => {
    add(gap(4, 3, 1, 2), report(3, 2))
    expect([device.have, store.reports.link.countGaps()]).toEqual([4, 0])
  })

  it("counts a gap that a record elsewhere does not cover", () => {
    add(report(1, 0), report(3, 2), report(9, 8), gap(10, 9, 4, 8))
    expect([device.have, store.reports.link.countGaps()]).toEqual([1, 1])
  })

  it("ignores a gap record that names no report", () => {
    add(report(1, 0), { ...report(2, 1), kind: Kind.gap }, report(4, 3))
    expect([device.have, store.reports.link.countGaps()]).toEqual([2, 1])
  })
})

describe("reports as a set", () => {
  it("keeps a repeat once", () => {
    expect(add(report(1, 0))).toEqual(["stored"])
    expect(add(report(1, 0), report(2, 1))).toEqual(["repeat", "stored"])
    expect([device.stored, store.reports.countForks()]).toEqual([2, 0])
  })

  it("keeps another report of the same seq as evidence, once", () => {
    add(report(1, 0))
    expect(add(report(1, 0, { version: 1 }))).toEqual(["fork"])
    expect(add(report(1, 0, { version: 1 }))).toEqual(["repeat"])
    const [fork] = store.reports.forks(device, 10)
    expect(fork).toMatchObject({ seq: 1, cause: "sameSeq", other: 1, bytes: report(1, 0, { version: 1 }).bytes })
    expect(store.reports.get(device, 1)!.bytes).toEqual(report(1, 0).bytes)
    expect(device.stored).toBe(1)
  })

  it("keeps two successors of one report, and flags them", () => {
    add(report(1, 0), report(2, 1), report(3, 1))
    expect(store.reports.forks(device, 10)).toMatchObject([{ seq: 3, cause: "samePrev", other: 2 }])
    expect([device.have, device.stored, store.reports.link.countGaps()]).toEqual([2, 3, 0])
  })

  it("flags a second first report", () => {
    add(report(1, 0), report(2, 0))
    expect(store.reports.forks(device, 10)).toMatchObject([{ seq: 2, cause: "samePrev", other: 1 }])
  })

  it("flags a chain whose seq goes back", () => {
    add(report(1, 0), report(5, 1), report(3, 5))
    expect(store.reports.forks(device, 10)).toMatchObject([{ seq: 3, cause: "order", other: 5 }])
    expect(device.have).toBe(5)
  })
})

describe("store", () => {
  it("undoes a failed transaction in memory too", () => {
    add(report(1, 0))
    const fail = () => {
      store.reports.add(device, report(2, 1), 1000)
      throw new Error("disk full")
    }
    expect(() => store.transaction(fail)).toThrow("disk full")
    const again = store.devices.byId(device.id)!
    expect([again.have, again.stored, again.lastSeq]).toEqual([1, 1, 1])
    expect(store.reports.get(again, 2)).toBeUndefined()
  })

  it("forgets mail only up to the cursor, and never what was not sent", () => {
    for (const payload of ["a", "b", "c"]) store.mailbox.put(device, 1, payload)
    store.mailbox.confirm(device, 2)
    store.mailbox.confirm(device, 1)
    expect(store.mailbox.above(device, 10)).toEqual([{ number: 3, type: 1, payload: "c" }])
    store.mailbox.confirm(device, 99)
    expect(device.mailCursor).toBe(3)
    expect(store.mailbox.put(device, 1, "d")).toBe(4)
  })

  it("refuses a file of another schema", () => {
    const path = join(dir, "other.sqlite")
    const database = openDatabase(path)
    database.exec("PRAGMA user_version = 99")
    database.close()
    expect(() => new Store(path)).toThrow(/version 99/)
  })

  it("refuses a file that is no database", () => {
    expect(() => new Store(dir)).toThrow(expect.objectContaining({ code: "E_STORE" }))
  })
})
