/** Devices on the XS engine that reach a whole gateway over link `serial`. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { approve } from "../../../src/gateway/cli/approve.ts"
import { writeInstance } from "../../../src/gateway/cli/instance.ts"
import { startGateway } from "../../../src/gateway/gateway.ts"
import { bundleOf } from "../../xs/bundle.ts"
import { XsWorker } from "../../xs/worker.ts"
import { openDataDir } from "../data-dir.ts"
import { startWorkers } from "../engine.ts"
import { prepareFlash } from "../flash.ts"
import { Fleet, type FleetEvent } from "../fleet.ts"
import { lineMedium } from "../line.ts"
import { liveScheduler } from "../live.ts"
import { Replay, readRecording } from "../sensor.ts"

const bundle = bundleOf("serial")
const DEVICES = 2

test("enrolment, reports and receipts travel over serial lines", async () => {
  const dir = mkdtempSync(join(tmpdir(), "dormouse-"))
  const path = join(dir, "line")
  const data = openDataDir(dir, false)
  const parts = { dataDir: dir, coapPort: 0, httpPort: 0, epochMs: 1_000 }
  const gateway = await startGateway({ ...parts, serial: [`listen-unix:${path}`] })
  const host = "127.0.0.1"
  writeInstance(dir, { pid: process.pid, coap: gateway.coap, http: gateway.http, host, secret: gateway.secret })
  const record = await (await fetch(`http://${host}:${gateway.http}/api/provisioning`)).json()

  const boards = prepareFlash(data, record as never, { devices: DEVICES, batch: 2, seed: undefined })
  const workers = await startWorkers(
    () => XsWorker.start({ bundle, clock: "real" }),
    boards.map((board) => ({ ...board, link: "serial" })),
    1,
  )
  const faults: unknown[] = []
  const fail = (error: unknown) => faults.push(error)
  const medium = lineMedium({ path }, fail)
  const scheduler = liveScheduler(() => performance.now(), fail)
  const recording = readRecording()
  const sensors = Array.from({ length: DEVICES }, (_, i) => new Replay(recording, 100 * i))
  let fleet: Fleet | undefined
  onTestFinished(async () => {
    await fleet?.stop()
    medium.close()
    await workers.close()
    await gateway.close()
    rmSync(dir, { recursive: true, force: true })
  })

  await new Promise<void>((resolve) => {
    const heard = (event: FleetEvent) => {
      if (event.type === "pending") approve({ dataDir: dir, addresses: [event.device.address!] }).catch(fail)
      if (fleet!.devices.every(({ receipts }) => receipts.size > 0) || faults.length > 0) resolve()
    }
    fleet = new Fleet({ scheduler, mediumOf: () => medium, engineOf: workers.engineOf }, sensors, heard)
    fleet.powerOn(0)
  })
  expect(faults).toEqual([])
  for (const device of fleet!.devices) expect(device).toMatchObject({ enrolled: true, resets: 0, badReceipts: 0 })
})
