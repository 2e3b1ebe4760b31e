import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { concat, encode, encodeReport, FIRST_HEAD, Kind, Refusal, uintBytes } from "../../../protocol/index.ts"
import type { TestDevice } from "../../test/support/device.ts"
import { EPOCH, Harness } from "../../test/support/harness.ts"

let harness: Harness
let device: TestDevice

beforeEach(async () => {
  harness = await Harness.start({ limits: { queuedReports: 8 } })
  device = await harness.approved()
})

afterEach(() => harness.end())

const stored = () => harness.store.devices.byId(device.id)!.stored
const refusal = (kind: string, code: string) => expect.objectContaining({ kind, code })
/** Sends bytes to `/r` and tells how they were answered. */
const code = async (body: Uint8Array) => {
  const answer = await harness.exchange("report", body)
  return answer && `${answer.kind} ${Buffer.from(answer.body)}`
}

describe("reports", () => {
  it("are acked with time, phase and have", async () => {
    await harness.clock.advance(1234)
    const ack = await device.send(device.sign(1), device.sign(1))
    expect(ack).toMatchObject({ have: 2, refused: [], retryAfter: 0, receipts: [], mail: [] })
    expect(ack.phase).toEqual({ epoch: 1, since: 1234, length: EPOCH })
    expect(ack.time).toBe(harness.clock.now())
  })

  it("are on disk when they are acked: a process that ends right then has lost none", async () => {
    await device.send(device.sign(1))
    harness = await harness.restart()
    const kept = harness.store.devices.byAddress(device.context.device)!
    expect([kept.stored, kept.have, kept.requestTop]).toEqual([1, 1, device.request])
  })

  it("are acked again when they come again", async () => {
    const report = device.sign(1)
    await device.send(report)
    expect(await device.send(report)).toMatchObject({ refused: [], have: 1 })
    expect([stored(), harness.core.metrics.repeats]).toEqual([1, 1])
  })

  it("may come newest first", async () => {
    const reports = [device.sign(1), device.sign(1), device.sign(1)]
    expect((await device.send(reports[2]!)).have).toBe(0)
    expect((await device.send(reports[1]!, reports[0]!)).have).toBe(3)
  })

  it("are kept as evidence where they contradict, and acked as durable", async () => {
    await device.send(device.sign(1))
    const other = device.sign(1, { seq: 1, prev: FIRST_HEAD, at: 7 })
    expect((await device.send(other)).refused).toEqual([])
    const rival = device.sign(1, { seq: 5, prev: FIRST_HEAD })
    expect((await device.send(rival)).refused).toEqual([])
    const forks = harness.store.reports.forks(harness.store.devices.byId(device.id)!, 10)
    expect(forks.map(({ seq, cause, other }) => [seq, cause, other])).toEqual([
      [1, "sameSeq", 1],
      [5, "samePrev", 1],
    ])
  })

  it("may name the epoch that is about to begin, but no later one", async () => {
    const early = device.sign(2)
    expect((await device.send(early)).refused).toEqual([{ seq: 1, reason: Refusal.futureEpoch }])
    await harness.clock.advance(EPOCH - 1500)
    const [soon, later] = [device.sign(2), device.sign(3)]
    expect((await device.send(soon, later)).refused).toEqual([{ seq: 3, reason: Refusal.futureEpoch }])
    expect(await harness.counted('reports_refused_total{code="E_FUTURE_EPOCH"}')).toBe(2)
  })

  it("of unknown time are taken", async () => {
    expect((await device.send(device.sign(0, { at: [3, 1000] }))).refused).toEqual([])
  })

  it("are told to come later when the queue is full, all of them and for no reason of theirs", async () => {
    const reports = Array.from({ length: 9 }, () => device.sign(1))
    const ack = await device.send(...reports)
    expect(ack.refused).toEqual(reports.map((_, i) => ({ seq: i + 1, reason: Refusal.later })))
    expect(ack.retryAfter).toBeGreaterThanOrEqual(1000)
    expect(stored()).toBe(0)
    expect((await device.send(...reports.slice(0, 8))).refused).toEqual([])
  })

  it("are told so one request after the other, and those before are kept", async () => {
    const bodies = Array.from({ length: 40 }, () => device.seal([device.sign(1)]))
    const answers = await Promise.all(bodies.map((body) => harness.exchange("report", body)))
    expect(new Set(answers.map((answer) => answer!.kind))).toEqual(new Set(["changed"]))
    const acks = answers.map((answer, i) => device.open(answer!.body, i + 1))
    expect(acks.filter(({ refused }) => refused.length === 0)).toHaveLength(8)
    expect(stored()).toBe(8)
  })
})

describe("live reports before backlog", () => {
  it("when there is no room for all: the newest is durable, the rest comes later", async () => {
    const old = Array.from({ length: 6 }, (_, i) => device.sign(0, { at: [1, i] })).reverse()
    const ack = await device.send(...old)
    expect(ack.refused).toEqual([5, 4, 3, 2, 1].map((seq) => ({ seq, reason: Refusal.later })))
    expect(ack.retryAfter).toBeGreaterThanOrEqual(1000)
    expect(stored()).toBe(1)
    expect((await device.send(...old.slice(1, 4))).refused).toEqual([])
    expect((await device.send(...old.slice(4))).have).toBe(6)
  })

  it("whatever names the current epoch is live", async () => {
    const reports = Array.from({ length: 6 }, () => device.sign(1)).reverse()
    expect((await device.send(...reports)).refused).toEqual([])
  })

  it("a full queue still answers those who only ask", async () => {
    const bodies = Array.from({ length: 20 }, () => device.seal([]))
    const answers = await Promise.all(bodies.map((body) => harness.exchange("report", body)))
    const acks = answers.map((answer, i) => device.open(answer!.body, i + 1))
    expect(acks.filter(({ retryAfter }) => retryAfter === 0)).toHaveLength(8)
    expect(acks.flatMap(({ refused }) => refused)).toEqual([])
  })
})

it("what is on its way when the gateway ends is committed and answered first", async () => {
  const bodies = Array.from({ length: 6 }, () => device.seal([device.sign(1)]))
  const answers = Promise.all(bodies.map((body) => harness.exchange("report", body)))
  await harness.core.drain()
  expect(stored()).toBe(6)
  expect((await answers).every((answer) => answer?.kind === "changed")).toBe(true)
})

describe("mail", () => {
  it("rides in the ack until the cursor says that it arrived", async () => {
    const { devices, mailbox } = harness.store
    const kept = devices.byId(device.id)!
    harness.store.transaction(() => {
      mailbox.put(kept, 1, [6, 1])
      devices.save(kept)
    })
    const mail = [{ number: 1, type: 1, payload: [6, 1] }]
    const { mailboxCursor } = device
    expect((await device.send()).mail).toEqual(mail)
    device.mailboxCursor = mailboxCursor
    expect((await device.send()).mail).toEqual(mail)
    expect((await device.send()).mail).toEqual([])
    expect(mailbox.above(kept, 10)).toEqual([])
  })
})

describe("bad input, each by its name and without effect", () => {
  const cases: [name: string, make: () => Uint8Array, answer: string][] = [
    ["nothing", () => new Uint8Array(0), "badRequest E_MESSAGE"],
    ["not CBOR", () => new Uint8Array([0xff, 0xff]), "badRequest E_CBOR_INDEFINITE"],
    ["cut short", () => device.seal([device.sign(1)]).slice(0, 40), "badRequest E_CBOR_END"],
    [
      "non-deterministic CBOR",
      () => concat(new Uint8Array([0x18, 1]), device.seal([])),
      "badRequest E_CBOR_NOT_SHORTEST",
    ],
    ["a float", () => new Uint8Array([0xfb, 0, 0, 0, 0, 0, 0, 0, 0]), "badRequest E_CBOR_TYPE"],
    ["trailing bytes", () => concat(device.seal([device.sign(1)]), new Uint8Array([0])), "badRequest E_MESSAGE"],
    ["an unknown device", () => concat(encode(4711), device.seal([]).slice(1)), "unauthorized E_DEVICE_UNKNOWN"],
    ["another session's seal", () => flip(device.seal([device.sign(1)])), "unauthorized E_ENVELOPE"],
    [
      "a request number beyond 40 bits",
      () => concat(encode(1), encode(2 ** 40), encode(FIRST_HEAD)),
      "badRequest E_MESSAGE",
    ],
    ["an oversized body", () => new Uint8Array(65_537), "tooLarge E_BODY_TOO_LARGE"],
    [
      "a receipt cursor beyond the first report",
      () => device.seal([device.sign(1)], undefined, 99),
      "badRequest E_MESSAGE",
    ],
  ]
  for (const [name, make, answer] of cases)
    it(name, async () => {
      const before = harness.store.devices.byId(device.id)!.requestTop
      expect(await code(make())).toBe(answer)
      expect(await harness.counted(`dropped_total{code="${answer.split(" ")[1]}"}`)).toBe(1)
      expect(stored()).toBe(0)
      if (!name.includes("cursor")) expect(harness.store.devices.byId(device.id)!.requestTop).toBe(before)
      // and the device goes on as if nothing had been
      device.request++
      expect((await device.send(device.sign(1))).refused).toEqual([])
    })

  it("a replayed request, now and after a restart: silence", async () => {
    const body = device.seal([device.sign(1)])
    expect(await code(body)).toMatch(/^changed/)
    expect(await code(body)).toBeUndefined()
    harness = await harness.restart()
    expect(await code(body)).toBeUndefined()
    expect(await harness.counted('dropped_total{code="E_REPLAY"}')).toBe(1)
  })

  it("a request replayed while it is being committed: one answer", async () => {
    const body = device.seal([device.sign(1)])
    const answers = await Promise.all([code(body), code(body)])
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1)
  })
})

describe("bad reports in an authentic envelope are refused for good, by seq", () => {
  const wrong = (reason: number) => [{ seq: 1, reason }]
  const cases: [name: string, make: () => Uint8Array, code: string, reason: number][] = [
    ["wrong signature", () => flip(device.sign(1)), "E_SIGNATURE", Refusal.wrongSignature],
    ["wrong chain", () => device.sign(1, {}, { ...device.context, chainId: 1 }), "E_SIGNATURE", Refusal.wrongSignature],
    [
      "wrong registry",
      () => device.sign(1, {}, { ...device.context, registry: FIRST_HEAD }),
      "E_SIGNATURE",
      Refusal.wrongSignature,
    ],
    ["high s", () => highS(device.sign(1)), "E_SIGNATURE", Refusal.wrongSignature],
    ["a signature cut short", () => device.sign(1).slice(0, -1), "E_SIGNED_LENGTH", Refusal.malformed],
    [
      "bytes behind the signature",
      () => concat(device.sign(1), new Uint8Array(1)),
      "E_SIGNED_LENGTH",
      Refusal.malformed,
    ],
    [
      "an unknown kind",
      () => device.signRaw(encode([7, 1, 1, FIRST_HEAD, 0, [1]])),
      "E_REPORT_KIND",
      Refusal.malformed,
    ],
    ["a wrong shape", () => device.signRaw(encode([Kind.samples, 1, 1, "x", 0, [1]])), "E_MESSAGE", Refusal.malformed],
    [
      "samples that do not fit",
      () => device.signRaw(encode([1, 1, 1, FIRST_HEAD, 0, [1], 1, 2, FIRST_HEAD])),
      "E_SAMPLES",
      Refusal.malformed,
    ],
    ["non-deterministic CBOR", () => device.signRaw(longForm(1)), "E_CBOR_NOT_SHORTEST", Refusal.malformed],
  ]
  for (const [name, make, code, reason] of cases)
    it(name, async () => {
      const bad = make()
      const ack = await device.send(bad, device.sign(1, { seq: 2 }))
      expect(ack.refused).toEqual(wrong(reason))
      expect(await harness.counted(`reports_refused_total{code="${code}"}`)).toBe(1)
      // the good one in the same request is durable
      expect(stored()).toBe(1)
    })

  it("refuses the whole request under seq 0 where a report's seq cannot be read", async () => {
    const ack = await device.send(device.signRaw(encode("no report")), device.sign(1))
    expect(ack.refused).toEqual([{ seq: 0, reason: Refusal.malformed }])
    expect(stored()).toBe(0)
  })

  it("refuses a hello's payload in place of a report", async () => {
    const { deviceNonce, challenge } = await device.challenge()
    const hello = encode([Kind.hello, challenge, deviceNonce, new Uint8Array(32)])
    expect((await device.send(device.signRaw(hello))).refused).toEqual([{ seq: 0, reason: Refusal.malformed }])
  })
})

describe("a fault of ours", () => {
  it("in one entry of a group commit leaves the others whole", async () => {
    const other = await harness.approved()
    const add = harness.store.reports.add
    harness.store.reports.add = function (kept, report, time) {
      if (kept.id === other.id) throw new Error("disk full")
      return add.call(this, kept, report, time)
    }
    const [mine, theirs] = await Promise.allSettled([device.send(device.sign(1)), other.send(other.sign(1))])
    expect(mine).toMatchObject({ status: "fulfilled", value: { have: 1 } })
    expect(theirs).toMatchObject({ status: "rejected", reason: refusal("busy", "E_INTERNAL") })
    harness.store.reports.add = add
    expect(
      (await other.send(...[...other.reports.values()].map(({ payload, signature }) => concat(payload, signature))))
        .have,
    ).toBe(1)
  })
})

function flip(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice()
  out[out.length - 1]! ^= 1
  return out
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

function highS(report: Uint8Array): Uint8Array {
  const out = report.slice()
  const s = BigInt(`0x${Buffer.from(out.slice(-32)).toString("hex")}`)
  out.set(Buffer.from((ORDER - s).toString(16).padStart(64, "0"), "hex"), out.length - 32)
  return out
}

/** A report of one sample, one of whose integers is written longer than needed. */
function longForm(seq: number): Uint8Array {
  const payload = encodeReport({ kind: Kind.samples, seq, epoch: 1, prev: FIRST_HEAD, at: 0, step: 0, samples: [[5]] })
  return concat(payload.slice(0, -1), new Uint8Array([0x18]), uintBytes(5, 1))
}

it("a device whose first attempts are lost beside another's slot is given another, in the same ack", async () => {
  const other = await harness.approved(7)
  let mail: { type: number }[] = []
  for (let epoch = 2; epoch < 14; epoch++) {
    await harness.clock.advance(EPOCH)
    if (epoch > 6) device.request++ // sent, and not arrived
    mail = [...mail, ...(await device.send(device.sign(1))).mail]
    await other.send(other.sign(1))
  }
  expect(mail).toMatchObject([{ type: 2 }])
  expect(await harness.counted("slots_assigned_total")).toBe(1)
})
