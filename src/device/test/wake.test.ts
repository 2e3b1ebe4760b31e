import { expect, test } from "vitest"
import { Kind } from "../../protocol/report.ts"
import { Life } from "./life.ts"

const held = (life: Life) => [...life.gateway.held.values()].flat().map(({ report }) => report)

test("a device enrols, samples, reports every epoch and verifies its receipts", async () => {
  const life = new Life({ batch: 3, samples: 9 })
  await life.run(16)
  expect(life.errors).toEqual([])
  expect(life.traces("error")).toEqual([])
  const reports = held(life)
  expect(reports.map(({ kind, seq }) => [kind, seq])).toEqual([
    [Kind.samples, 1],
    [Kind.samples, 2],
    [Kind.samples, 3],
  ])
  expect(reports.flatMap((r) => (r.kind === Kind.samples ? r.samples.map((s) => s[0]! / 100) : []))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ])
  expect(life.traces("receipt").map(({ seq, ok }) => [seq, ok])).toEqual([
    [1, true],
    [2, true],
    [3, true],
  ])
  expect(life.traces("asleep").at(-1)).toMatchObject({ unreceipted: 0, unsent: 0 })
})

test("samples lie evenly in the epoch, and the report goes out inside it", async () => {
  const life = new Life({ batch: 4, samples: 8, epochMs: 60_000 })
  await life.run(14)
  const [first, second] = held(life)
  for (const report of [first!, second!]) {
    if (report.kind !== Kind.samples) throw new Error("samples expected")
    const steps = typeof report.step === "number" ? [report.step] : report.step
    for (const step of steps) expect(Math.abs(step - 1500)).toBeLessThan(3)
  }
  expect(second!.epoch).toBe(first!.epoch + 1)
  for (const { leaf, report } of [...life.gateway.held.values()].flat())
    expect(life.gateway.schedule.epochAt(leaf.gatewayTime)).toBe(report.epoch)
})

test("an interval of several epochs gives one report in each of them", async () => {
  const life = new Life({ batch: 6, interval: 3, samples: 12 })
  await life.run(24)
  const epochs = held(life).map(({ epoch }) => epoch)
  expect(epochs.length).toBe(2)
  expect(epochs[1]! - epochs[0]!).toBe(3)
})

test("a device that is not approved waits and takes no samples", async () => {
  const life = new Life({ samples: 3 })
  life.gateway.approved = false
  await life.run(6)
  expect(life.taken).toEqual([])
  expect(life.traces("sample")).toEqual([])
  life.gateway.approved = true
  await life.run(10)
  expect(held(life).length).toBe(1)
})

test("what an outage held back goes out afterwards, newest first", async () => {
  let outage = false
  const life = new Life({ batch: 1, samples: 12, carries: () => ({ up: !outage, down: !outage }) })
  await life.run(4)
  outage = true
  await life.run(5)
  outage = false
  await life.run(10)
  expect(held(life).length).toBe(12)
  const sent = life.traces("acked").map(({ seqs }) => seqs as number[])
  const after = sent.find((seqs) => seqs.length > 1)!
  expect(after[0]).toBe(Math.max(...after))
  expect(after.slice(1)).toEqual([...after.slice(1)].sort((a, b) => a - b))
  expect(life.gateway.repeatedRequests).toBe(0)
})

test("an answer that is lost costs a repeat of the same bytes, not a second report", async () => {
  const life = new Life({ batch: 1, samples: 5, carries: (n) => ({ up: true, down: n % 2 === 0 || n < 4 }) })
  await life.run(14)
  for (const entries of life.gateway.held.values()) expect(entries.length).toBe(1)
  expect(held(life).length).toBe(5)
  expect(life.gateway.repeatedRequests).toBe(0)
})

test("a permanent refusal becomes a gap record that names the report", async () => {
  const life = new Life({ batch: 2, samples: 8 })
  life.gateway.refuse.add(2)
  await life.run(18)
  const gaps = held(life).filter((report) => report.kind === Kind.gap)
  expect(gaps).toMatchObject([{ cause: 2, firstSeq: 2, lastSeq: 2, samples: 2 }])
  expect(life.traces("asleep").at(-1)).toMatchObject({ unreceipted: 0, unsent: 0 })
})

test("a report that the gateway cannot read at all is found, named in a gap record, and holds up no other", async () => {
  let outage = false
  const life = new Life({ batch: 1, samples: 12, carries: () => ({ up: !outage, down: !outage }) })
  life.gateway.unreadable = 5
  await life.run(4)
  outage = true
  await life.run(4)
  outage = false
  await life.settle(60)
  const gaps = held(life).filter((report) => report.kind === Kind.gap)
  expect(gaps).toMatchObject([{ firstSeq: 5, lastSeq: 5, samples: 1 }])
  expect(held(life).filter((report) => report.kind === Kind.samples).length).toBe(11)
})

test("a gateway restored from a backup gets again what the device still has", async () => {
  const life = new Life({ batch: 1, samples: 10 })
  await life.run(8)
  const before = life.gateway.held.size
  expect(before).toBeGreaterThan(4)
  life.gateway.rewind(2)
  await life.run(12)
  expect(life.gateway.held.size).toBe(10)
  expect(life.traces("have-fell").length).toBeGreaterThan(0)
})

test("a restored gateway gets it too where the device's power went with its memory of `have`", async () => {
  const life = new Life({ batch: 1, samples: 10 })
  await life.run(8)
  life.gateway.rewind(2)
  await life.wake(1)
  await life.run(14)
  expect(life.traces("have-fell")).toMatchObject([{ to: 2 }])
  const seqs = held(life).map(({ seq }) => seq)
  expect(seqs.sort((a, b) => a - b)).toEqual(life.traces("signed").map(({ seq }) => seq))
})

test("a gateway that forgot the device is greeted anew, and nothing is lost", async () => {
  const life = new Life({ batch: 1, samples: 8 })
  await life.run(5)
  const { gateway } = life
  const forgotten = Object.getOwnPropertyNames(gateway).length
  expect(forgotten).toBeGreaterThan(0)
  const handle = gateway.handle.bind(gateway)
  let refusals = 2
  gateway.handle = (message) =>
    message.kind === "report" && refusals-- > 0 ? { ok: false, reason: "refused" } : handle(message)
  await life.run(12)
  expect(life.traces("hello").length).toBe(2)
  expect(held(life).length).toBe(8)
  expect(gateway.repeatedRequests).toBe(0)
})

test("a full outbox gives up its oldest reports and signs for it", async () => {
  let outage = false
  const life = new Life({ batch: 4, samples: 200, sectors: 11, carries: () => ({ up: !outage, down: !outage }) })
  await life.run(10)
  outage = true
  await life.run(185)
  outage = false
  await life.run(60)
  const reports = held(life)
  const named = reports.flatMap((r) => (r.kind === Kind.gap ? [r] : []))
  expect(named.length).toBeGreaterThan(0)
  const kept = reports.flatMap((r) => (r.kind === Kind.samples ? r.samples.map((s) => s[0]! / 100) : []))
  expect(new Set(kept).size).toBe(kept.length)
  const lost = named.reduce((sum, { samples }) => sum + samples, 0)
  expect(kept.length + lost).toBe(life.taken.length)
  expect(life.errors).toEqual([])
})

test("what a link hands over it gets back at the next wake, and not after a power cut", async () => {
  const life = new Life({ batch: 1, samples: 6 })
  await life.run(6)
  const { remembered } = life.device
  expect(remembered.length).toBeGreaterThan(3)
  expect(remembered.map(([byte]) => byte ?? 0)).toEqual(remembered.map((_, i) => i))
  life.device.powerCut()
  const before = remembered.length
  await life.run(4)
  expect(remembered.slice(before).map(([byte]) => byte ?? 0)[0]).toBe(0)
})
