/** The device bundle on the XS engine, driven by the fleet in virtual order against an in-memory gateway. */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { coapExchange } from "../../../src/gateway/bridges/coap-exchange.ts"
import { testMeter } from "../../../src/gateway/bridges/test/meter.ts"
import { MAX_BODY } from "../../../src/protocol/coap.ts"
import { bundleOf } from "../../xs/bundle.ts"
import { XsWorker, xsBinary } from "../../xs/worker.ts"
import { openDataDir } from "../data-dir.ts"
import { startWorkers } from "../engine.ts"
import { prepareFlash } from "../flash.ts"
import { Fleet } from "../fleet.ts"
import type { Medium } from "../medium.ts"
import { Replay, readRecording, stretchStart } from "../sensor.ts"
import { isDone, totalsOf } from "../state.ts"
import { VirtualScheduler } from "../virtual/scheduler.ts"
import { StubGateway, stubProvisioning } from "./stub-gateway.ts"

const bundle = bundleOf()
const START = 1_800_000_000_000
const EPOCH_US = 10_000_000
const directory = mkdtempSync(join(tmpdir(), "dormouse-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Runs a fleet for some epochs of virtual time; `approveAt`: when the operator approves. */
async function runFleet(
  name: string,
  options: { devices: number; epochs: number; batch: number; approveAt?: number; outage?: [from: number, to: number] },
) {
  const { devices, epochs, batch, approveAt = 0, outage = [0, 0] } = options
  const scheduler = new VirtualScheduler()
  const unixMs = () => START + 3000 + Math.floor(scheduler.now() / 1000)
  const gateway = new StubGateway({
    start: START,
    epochMs: EPOCH_US / 1000,
    approved: () => scheduler.now() >= approveAt,
  })
  const bodies: number[] = []
  const exchange = coapExchange({
    handle: async (topic, message) => {
      bodies.push(message.length)
      const body = gateway.handle(topic, message, unixMs())
      return body ? { kind: "changed", body } : { kind: "unauthorized", body: new Uint8Array(0) }
    },
    ...{
      meter: testMeter(),
      clock: { now: unixMs, after: () => () => {} },
      random: (length) => new Uint8Array(length),
    },
  })
  const isDown = () => scheduler.now() >= outage[0] * EPOCH_US && scheduler.now() < outage[1] * EPOCH_US
  const medium: Medium = {
    open: (device, receive) => ({
      send: (bytes) => {
        scheduler.at(scheduler.now() + 2000, async () => {
          const answer = isDown() ? undefined : await exchange(bytes, { address: "192.0.2.1", port: device })
          if (answer) await receive(answer)
        })
      },
      close: () => {},
    }),
    close: () => {},
  }
  const dir = openDataDir(join(directory, name), false)
  const boards = prepareFlash(dir, stubProvisioning, { devices, batch, seed: "1" })
  const workers = await startWorkers(() => XsWorker.start({ bundle, clock: "meter" }), boards, 1)
  const recording = readRecording()
  const sensors = boards.map((_, i) => new Replay(recording, stretchStart("1", i, recording.length), epochs * batch))
  const errors: string[] = []
  const fleet = new Fleet({ scheduler, mediumOf: () => medium, engineOf: workers.engineOf }, sensors, (event) => {
    if (event.type === "reset") errors.push(event.why)
    if (event.type === "trace" && event.trace.e === "error") errors.push(event.trace.message)
  })
  fleet.powerOn(1000)
  await scheduler.runUntil((epochs + 5) * EPOCH_US + approveAt)
  await fleet.stop()
  await workers.close()
  dir.release()
  return { devices: fleet.devices, gateway, errors, bodies }
}

describe.skipIf(!existsSync(xsBinary) || !existsSync(bundle))("devices on XS", () => {
  it("enrol, sample, sign, send, and hold a verified receipt for every report", async () => {
    const { devices, gateway, errors } = await runFleet("plain", { devices: 3, epochs: 2, batch: 3 })
    expect(errors).toEqual([])
    expect(totalsOf(devices)).toMatchObject({ samples: 18, signed: 6, acked: 6, receiptsVerified: 6, resets: 0 })
    expect(devices.every(isDone)).toBe(true)
    for (const { address, signed } of devices) expect(gateway.durable.get(address!)).toEqual(new Set(signed))
  })

  it("wait for approval, then report", async () => {
    const { devices, errors } = await runFleet("late", { devices: 2, epochs: 1, batch: 2, approveAt: 2 * EPOCH_US })
    expect(errors).toEqual([])
    expect(totalsOf(devices)).toMatchObject({ samples: 4, receiptsVerified: totalsOf(devices).signed, pending: 0 })
    expect(devices.every(isDone)).toBe(true)
  })

  it("bring a backlog in blocks, once the link has been good for a wake", async () => {
    const outage: [number, number] = [2, 26]
    const { devices, gateway, errors, bodies } = await runFleet("outage", { devices: 1, epochs: 30, batch: 24, outage })
    expect(errors).toEqual([])
    expect(Math.max(...bodies)).toBeGreaterThan(MAX_BODY)
    const { signed, acked } = totalsOf(devices)
    expect(signed - acked).toBeLessThan(2) // the last may be on its way
    expect(gateway.durable.get(devices[0]!.address!)!.size).toBe(acked)
  })

  it("are the same devices on the same flash", async () => {
    const first = await runFleet("again", { devices: 2, epochs: 1, batch: 2 })
    const second = await runFleet("again", { devices: 2, epochs: 1, batch: 2 })
    expect(second.devices.map(({ address }) => address)).toEqual(first.devices.map(({ address }) => address))
    expect(second.errors).toEqual([])
    // The gateway is new and knows none of them: they enrol again, with numbers that go on.
    expect(Math.min(...second.devices[0]!.signed)).toBeGreaterThan(Math.max(...first.devices[0]!.signed))
    expect(second.devices.every(isDone)).toBe(true)
  })
})
