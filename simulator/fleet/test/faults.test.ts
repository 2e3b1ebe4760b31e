/** One family of faults after the other, on the real device, engine and gateway: nothing is lost in silence. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { FIRMWARE } from "../../../src/device/firmware.ts"
import { storePath } from "../../../src/gateway/gateway.ts"
import { Store } from "../../../src/gateway/store/store.ts"
import { decodeReport, fromHex, Kind, splitSigned } from "../../../src/protocol/index.ts"
import { parseScenario } from "../../scenarios/read.ts"
import { bundleOf } from "../../xs/bundle.ts"
import { openDataDir } from "../data-dir.ts"
import { environment } from "../ports.ts"
import { runVirtual } from "../virtual/run.ts"

const root = mkdtempSync(join(tmpdir(), "dormouse-faults-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Epochs of a minute, on a wire; `days` in hours. */
async function outcomeOf(name: string, hours: number, rest: string) {
  const scenario = parseScenario(`name: ${name}\ndays: ${hours / 24}\nepoch: 1m\n${rest}`, name)
  const dir = openDataDir(join(root, name), true)
  const view = { notice() {}, update() {}, end() {} }
  const { result, record, ending } = await runVirtual(scenario, {
    ...{ environment, view, dir, stopAsked: new Promise<void>(() => {}) },
  })
  dir.release()
  return { result, record, ending, groups: Object.fromEntries(record.groups.map((group) => [group.name, group])) }
}

const group = (name: string, count = 1) =>
  `  - { name: ${name}, count: ${count}, medium: serial, oscillator: crystal32k }\n`

describe("faults", () => {
  it("of boards and links leave no sample behind, and no number is used twice", async () => {
    const kinds = ["power-cut", "reset", "retained-corrupted", "bad-blocks", "brown-out", "outage", "clock-off"]
    const { result, record, groups } = await outcomeOf(
      "boards",
      0.5,
      `groups:\n${kinds.map((kind) => group(kind, 2)).join("")}faults:
  - { kind: power-cut, every: 4m, group: power-cut }
  - { kind: reset, every: 4m, group: reset }
  - { kind: retained-corrupted, every: 4m, group: retained-corrupted }
  - { kind: bad-blocks, at: 10m, sectors: 20, group: bad-blocks }
  - { kind: brown-out, at: 12m, for: 5m, group: brown-out }
  - { kind: outage, at: 10m, for: 12m, group: outage }
  - { kind: clock-off, at: 15m, by: 5h, group: clock-off }\n`,
    )
    expect(result).toMatchObject({ forks: 0, duplicates: 0 })
    for (const kind of kinds) {
      expect(record.faults.filter((fault) => fault.kind === kind).length, kind).toBeGreaterThanOrEqual(2)
      const { taken, anchored, inGaps } = groups[kind]!.samples
      expect(taken, kind).toBeGreaterThan(40)
      expect(anchored + inGaps, kind).toBeGreaterThanOrEqual(taken)
    }
    expect(groups["power-cut"]!.resets).toBeGreaterThan(4)
    expect(groups.reset!.resets).toBeGreaterThan(4)
  }, 60_000)

  it("of the gateway: down, restarted, restored from an old backup, its clock wrong", async () => {
    const { result, record, ending, groups } = await outcomeOf(
      "gateway",
      0.8,
      `groups:\n${group("sensors", 3)}restarts: [4m]\nfaults:
  - { kind: gateway-down, at: 8m, for: 5m }
  - { kind: gateway-restored, at: 22m, age: 5m }
  - { kind: gateway-time, at: 32m, for: 5m, by: 25m }\n`,
    )
    expect(result).toMatchObject({ forks: 0 })
    expect(record.faults.map(({ kind }) => kind)).toEqual(["gateway-down", "gateway-restored", "gateway-time"])
    expect(record.gateway.restarts).toBe(3)
    // Set back, its clock waits for most of half an hour, beyond the last sample: so does what is newer than it.
    expect(ending.kind).toBe("done")
    const { taken, anchored, inGaps } = groups.sensors!.samples
    expect(anchored + inGaps).toBeGreaterThanOrEqual(taken)
  }, 60_000)

  it("of trust: a clone is seen, a stolen key is refused once it is revoked", async () => {
    const { result, record, groups } = await outcomeOf(
      "trust",
      0.4,
      `groups:\n${group("cloned")}${group("stolen")}${group("honest")}faults:
  - { kind: cloned, at: 10m, group: cloned }
  - { kind: key-revoked, at: 15m, group: stolen }\n`,
    )
    expect(result.forks).toBeGreaterThan(0)
    expect(record.faults.map(({ kind, group }) => [kind, group])).toEqual([
      ["cloned", "cloned"],
      ["key-revoked", "stolen"],
    ])
    const { samples } = groups.stolen!
    expect(samples.anchored).toBeGreaterThan(5)
    expect(samples.anchored).toBeLessThan(20)
    expect(groups.honest!.samples.anchored).toBe(groups.honest!.samples.taken)
  }, 60_000)

  it("of no kind: a board that is given other firmware goes on where it was", async () => {
    const bundle = readFileSync(bundleOf(), "utf8")
    const other = join(root, "other.js")
    writeFileSync(other, bundle.replaceAll(FIRMWARE, "dormouse other"))
    const faults = `faults:\n  - { kind: update, at: 6m, group: updated, firmware: ${other} }\n`
    const { result, record, groups } = await outcomeOf(
      "update",
      0.25,
      `groups:\n${group("updated", 2)}${group("left")}${faults}`,
    )
    expect(result).toMatchObject({ samples: 45, gaps: 0, forks: 0, duplicates: 0 })
    expect(record.faults.map(({ kind, detail }) => [kind, detail])).toEqual(Array(2).fill(["update", "other.js"]))
    expect([groups.updated!.resets, groups.left!.resets]).toEqual([2, 0])
    expect(groups.updated!.samples.anchored).toBe(30)
    // Once up again, each says in a status report what it runs.
    const store = new Store(storePath(join(root, "update")), { durable: false })
    const firmware = result.addresses.map((address) => {
      const reports = store.reports.from(store.devices.byAddress(fromHex(address))!, 0, 100)
      return reports.flatMap(({ bytes }) => {
        const report = decodeReport(splitSigned(bytes).payload)
        return report.kind === Kind.status ? [report.firmware] : []
      })
    })
    store.close()
    expect(firmware).toEqual([["dormouse other"], ["dormouse other"], []])
  }, 60_000)
})
