import { execFileSync } from "node:child_process"
import { expect, it } from "vitest"
import { flashBytes, lab } from "./lab.ts"

/** Resident memory of a process in KiB. */
const resident = (pid: number) => Number(execFileSync("ps", ["-o", "rss=", "-p", `${pid}`], { encoding: "utf8" }))

it("hosts 500 machines that wait at the same time", async () => {
  const { worker, create, wake } = await lab(`
    let sum = host.sensor[0]
    host.on = { datagram(bytes) { sum += bytes[0]; host.trace("" + sum) } }`)
  const ids = Array.from({ length: 500 }, (_, index) => index)
  await Promise.all(ids.map((id) => create(id)))
  await Promise.all(ids.map((id) => wake(id, { sensor: [id] })))
  const results = await Promise.all(ids.map((id) => worker.datagram(id, { now: 1, bytes: Uint8Array.of(id % 256) })))
  expect(results.map(({ traces }) => Number(traces[0]))).toEqual(ids.map((id) => id + (id % 256)))
})

it("gives back all memory: 20,000 wakes, a tenth of them dying, leave the process as it was", async () => {
  const { worker, create, wake } = await lab(
    `const keep = new Uint8Array(5000)
     const text = "x".repeat(3000) + /b+/.exec("abbb")
     host.retained.write(keep.subarray(0, 100))
     host.flash.write(0, host.flash.read(0, 32))
     if (host.reason === "pin") [() => { throw new Error(text) }, () => { for (;;) host.list = { list: host.list } },
       () => { const f = () => [1].map(f); f() }, () => host.flash.erase(0, 4096)][host.sensor[0]]()
     host.sleep(1)`,
    { limits: { slots: 2048 } },
  )
  await create(1)
  const rounds = async (count: number) => {
    for (let done = 0; done < count; done += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          index % 10
            ? wake(1, { reason: "timer" })
            : wake(1, { reason: "pin", sensor: [(index / 10) % 4], cutAfterFlashOps: 2 }),
        ),
      )
    }
    for (let id = 2; id < 50; id++) await create(id, { flashBytes })
    for (let id = 2; id < 50; id++) await worker.remove(id)
  }
  await rounds(2000)
  const before = resident(worker.pid!)
  await rounds(20_000)
  expect(resident(worker.pid!) - before).toBeLessThan(512)
})

it.skipIf(process.platform !== "linux")("keeps no page of the flash of devices that sleep", async () => {
  const DEVICES = 100
  const { worker, create, wake } = await lab("host.flash.read(0, host.flash.size); host.sleep(1)")
  const ids = Array.from({ length: DEVICES }, (_, index) => index)
  await Promise.all(ids.map((id) => create(id, { flashBytes: 4 * flashBytes })))
  await wake(0)
  const before = resident(worker.pid!)
  for (const id of ids) await wake(id)
  expect(resident(worker.pid!) - before).toBeLessThan((DEVICES * 4 * flashBytes) / 1024 / 8)
})
