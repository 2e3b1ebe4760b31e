/**
 * The model of docs/scale.md against runs in virtual time: how far it is off in what grows with a fleet. Two runs of
 * different size and length, so that what belongs to devices, reports and anchors can be told apart.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openDataDir } from "../simulator/fleet/data-dir.ts"
import { environment } from "../simulator/fleet/ports.ts"
import { defaultScenario } from "../simulator/fleet/virtual/default-scenario.ts"
import { runVirtual } from "../simulator/fleet/virtual/run.ts"
import type { Figure } from "./run.ts"
import { chainOf, costs, loadOf } from "./scale/model.ts"

const EPOCH = 600
/** Tables that are empty, contracts, keys (bytes): what a gateway has before its first device. */
const EMPTY_STORE = 60_000
const EMPTY_CHAIN = 120_000

interface Grown {
  devices: number
  epochs: number
  reports: number
  anchors: number
  storeBytes: number
  chainBytes: number
}

async function grow(devices: number, epochs: number): Promise<Grown> {
  const directory = mkdtempSync(join(tmpdir(), "dormouse-scale-"))
  const dir = openDataDir(directory, false)
  try {
    const days = (epochs * EPOCH) / 86_400
    const usual = defaultScenario({ devices, batch: 1, epochMs: EPOCH * 1000, days, seed: 1 })
    const scenario = { ...usual, groups: usual.groups.map((group) => ({ ...group, naive: undefined })) }
    const view = { notice() {}, update() {}, end() {} }
    const { result } = await runVirtual(scenario, { environment, view, dir, stopAsked: new Promise(() => {}) })
    return {
      ...{ devices, epochs, reports: result.reports.anchored, anchors: result.chain.anchors },
      storeBytes: statSync(join(directory, "gateway.sqlite")).size,
      chainBytes: statSync(join(directory, "chain.sqlite")).size,
    }
  } finally {
    dir.release()
    rmSync(directory, { recursive: true, force: true })
  }
}

function ratios({ devices, reports, anchors, storeBytes, chainBytes }: Grown): Figure[] {
  const load = loadOf({ devices, gateways: 1, epoch: EPOCH, interval: 1, fanIn: 1 })
  const epochsADay = 86_400 / EPOCH
  const store = EMPTY_STORE + devices * costs.storeDevice + (load.storeBytes / epochsADay) * (reports / devices)
  const chain = EMPTY_CHAIN + chainOf(anchors, devices)
  const row = (name: string, value: number): Figure => ({
    ...{ name: `${name}, ${devices} devices, ${anchors} anchors: model / run`, value, unit: "" },
    ok: Math.abs(value - 1) <= 0.1,
  })
  return [row("store", store / storeBytes), row("chain", chain / chainBytes)]
}

export async function run({ gates } = { gates: false }): Promise<Figure[]> {
  if (gates) return []
  const figures = [...ratios(await grow(20, 144)), ...ratios(await grow(200, 24))]
  const large = { devices: 1e6, gateways: 1000, epoch: EPOCH, interval: 1, fanIn: 1 }
  const alone = loadOf(large)
  const together = loadOf({ ...large, fanIn: 100 })
  const gib = (bytes: number) => (bytes * 365) / 2 ** 30
  return [
    ...figures,
    { name: "1 M devices, 1,000 gateways: reports a day", value: alone.reports, unit: "" },
    { name: "  a gateway's store", value: gib(alone.storeBytes), unit: "GiB a year" },
    { name: "  a gateway's core for ingest", value: 100 * alone.core, unit: "%" },
    { name: "  chain, every gateway anchoring", value: alone.chainBytes / 2 ** 30, unit: "GiB in a year" },
    { name: "  chain's capacity", value: 100 * alone.chainPart, unit: "%" },
    { name: "  enrolling all of them", value: alone.enrolHours, unit: "h" },
    { name: "  chain, anchors of 100 anchors", value: together.chainBytes / 2 ** 30, unit: "GiB in a year" },
    { name: "  chain's capacity then", value: 100 * together.chainPart, unit: "%" },
    { name: "  a full receipt grows by", value: together.receiptBytes, unit: "B" },
  ]
}
