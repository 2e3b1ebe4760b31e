/** `dormouse sim`: from the command line to an exit code. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import type { WriteStream } from "node:tty"
import { DormouseError } from "../../src/protocol/index.ts"
import { impairmentOf } from "../radio/air-options.ts"
import { htmlReport } from "../report/html.ts"
import { jsonReport } from "../report/json.ts"
import type { RunRecord } from "../report/run-record.ts"
import { type RunSummary, summarise } from "../report/summary.ts"
import { textReport } from "../report/text.ts"
import { readScenario } from "../scenarios/read.ts"
import type { Scenario } from "../scenarios/scenario.ts"
import { type DataDir, openDataDir } from "./data-dir.ts"
import { type GatewayProcess, startGateway } from "./gateway-process.ts"
import { deviceCount, type LinkShare } from "./link-shares.ts"
import { defaults, parseOptions, type SimOptions, virtualDefaults } from "./options.ts"
import { environment } from "./ports.ts"
import { isComplete, type SimResult } from "./result.ts"
import { runSim, type SimOutcome, type SimSettings } from "./sim.ts"
import { type StopSignal, stopSignal } from "./stop.ts"
import { liveView } from "./view/live-view.ts"
import { plainView } from "./view/plain-view.ts"
import { progressBar, progressLines } from "./view/progress.ts"
import type { View } from "./view/view.ts"
import { nextCommands, summaryWords } from "./view/words.ts"
import { defaultScenario } from "./virtual/default-scenario.ts"
import { runVirtual, type VirtualOutcome } from "./virtual/run.ts"

type VirtualFigures = Pick<
  RunSummary,
  "delivery" | "guardMedianMs" | "missRate" | "radioOverhead" | "energyRatioNaive" | "batteryYears"
>

/** `args`: what stands behind `dormouse sim`. */
export async function sim(args: string[]): Promise<number> {
  const { stdout, stderr } = process
  const options = parseOptions(args, { out: (text) => stdout.write(text), err: (text) => stderr.write(text) })
  if (typeof options === "number") return options
  // A program that reads the result must find nothing else on stdout; a terminal can show both.
  const people = options.json && !stdout.isTTY ? stderr : stdout
  try {
    return await (options.virtual ? runInVirtualTime(options, people) : run(options, people))
  } catch (error) {
    if (!(error instanceof DormouseError)) throw error
    stderr.write(`${error.code}: ${error.message}\n`)
    return 1
  }
}

async function run(options: SimOptions, people: WriteStream): Promise<number> {
  const say = (line: string) => people.write(`${line}\n`)
  const dir = openData(options, say)
  let gateway: GatewayProcess | undefined
  const stop = stopSignal(() => gateway?.kill())
  try {
    const shares = sharesOf(options, dir)
    const devices = deviceCount(shares)
    const batch = options.batch ?? dir.record?.batch ?? defaults.batch
    const view = people.isTTY ? liveView(people, process.env) : plainView(say, devices)
    if (!options.gateway) {
      view.notice("Starting the gateway: keys, chain and contracts ...")
      gateway = await startGateway(dir.path, {
        epochSeconds: options.epoch ?? (dir.record ? undefined : defaults.epoch),
        serial: shares.some(({ link }) => link === "serial"),
      })
      view.notice(`Gateway: CoAP on port ${gateway.coap}, HTTP at http://127.0.0.1:${gateway.http}`)
    }
    const settings = { shares, batch, ...settingsOf(options, dir, gateway) }
    const runs = (dir.record?.runs ?? 0) + 1
    dir.save({ devices: Math.max(devices, dir.record?.devices ?? 0), links: shares, batch, runs })
    const outcome = await live(settings, { view, dir, stop, gateway })
    await gateway?.stop()
    gateway = undefined
    return await report(outcome, options, dir, say)
  } finally {
    await gateway?.stop()
    stop.dispose()
    dir.release()
  }
}

/** A run in virtual time is whole in itself: it begins with an empty directory and ends with its report. */
async function runInVirtualTime(options: SimOptions, people: WriteStream): Promise<number> {
  const say = (line: string) => people.write(`${line}\n`)
  const { data = join(".dormouse", "virtual") } = options
  if (options.data !== undefined && existsSync(data) && readdirSync(data).length > 0)
    throw new DormouseError(
      "E_DATA_USED",
      `${data} is not empty: a run in virtual time begins anew. Name another --data.`,
    )
  const dir = openDataDir(data, true)
  const stop = stopSignal(() => {})
  try {
    say(`Data: ${relative(process.cwd(), dir.path)}${options.data ? "" : " (made new for each run)"}`)
    const view = people.isTTY
      ? progressBar(people, environment.monotonicMs)
      : progressLines(say, environment.monotonicMs)
    const scenario = scenarioOf(options)
    dir.save({ devices: scenario.groups.reduce((sum, { count }) => sum + count, 0), batch: 1, runs: 1 })
    const outcome = await runVirtual(scenario, { environment, view, dir, stopAsked: stop.asked })
    const folder = options.report ?? join(dir.path, "report")
    const { text, html } = writeReports(outcome.record, folder)
    say(text)
    say(`Report: ${relative(process.cwd(), html)} (and report.txt, report.json beside it)`)
    return await report({ ...outcome, result: virtualResult(outcome) }, { ...options, data }, dir, say)
  } finally {
    stop.dispose()
    dir.release()
  }
}

/** A scenario's own figures give way to what the command line says. */
function scenarioOf(options: SimOptions): Scenario {
  const { devices, epoch, epochs, batch, days, seed } = options
  const named = options.scenario === undefined ? undefined : readScenario(options.scenario)
  const epochMs = 1000 * (epoch ?? (named ? named.epoch / 1e6 : virtualDefaults.epoch))
  const length = days ?? (epochs === undefined ? undefined : (epochs * epochMs) / 86_400_000)
  if (!named)
    return defaultScenario({
      ...{ devices: devices ?? virtualDefaults.devices, batch: batch ?? virtualDefaults.batch, epochMs },
      ...{ days: length ?? virtualDefaults.days, seed: Number(seed ?? virtualDefaults.seed) },
    })
  return { ...named, epoch: epochMs * 1000, days: length ?? named.days, seed: Number(seed ?? named.seed) }
}

/** What a live run says, and what only virtual time can tell. */
function virtualResult({ result, record }: VirtualOutcome): SimResult & VirtualFigures {
  const { delivery, guardMedianMs, missRate, radioOverhead, energyRatioNaive, batteryYears } = summarise(record)
  return { ...result, delivery, guardMedianMs, missRate, radioOverhead, energyRatioNaive, batteryYears }
}

function writeReports(record: RunRecord, folder: string): { text: string; html: string } {
  mkdirSync(folder, { recursive: true })
  const text = textReport(record)
  const html = join(folder, "report.html")
  writeFileSync(join(folder, "report.txt"), text)
  writeFileSync(join(folder, "report.json"), jsonReport(record))
  writeFileSync(html, htmlReport(record))
  return { text, html }
}

function live(
  settings: SimSettings,
  { view, dir, stop, gateway }: { view: View; dir: DataDir; stop: StopSignal; gateway: GatewayProcess | undefined },
): Promise<SimOutcome> {
  const gatewayEnded = gateway?.ended ?? new Promise<undefined>(() => {})
  return runSim(settings, { environment, view, dir, stopAsked: stop.asked, gatewayEnded })
}

/** Without `--data`: a directory of the demo's own, new each time. */
function openData({ data, gateway }: SimOptions, say: (line: string) => void): DataDir {
  if (data !== undefined) return openDataDir(data, false)
  const path = join(".dormouse", gateway ? "fleet" : "demo")
  const dir = openDataDir(path, true)
  say(`Data: ${relative(process.cwd(), dir.path)} (made new for each run; --data DIR keeps and continues one)`)
  return dir
}

function sharesOf({ links, devices }: SimOptions, { record }: DataDir): readonly LinkShare[] {
  if (links) return links
  if (devices === undefined && record?.links) return record.links
  return [{ link: "wifi", devices: devices ?? record?.devices ?? defaults.devices }]
}

function settingsOf(options: SimOptions, dir: DataDir, gateway: GatewayProcess | undefined) {
  const seed = options.seed ?? environment.freshSeed()
  const run = dir.record?.runs ?? 0
  return {
    epochs: options.epochs,
    // A continued directory replays other stretches, and its devices draw other random numbers.
    seed: `${seed}/${run}`,
    deviceSeed: options.seed === undefined ? undefined : `${seed}/${run}`,
    gatewayCoap: options.gateway ?? `coap://127.0.0.1:${gateway!.coap}`,
    gatewaySerial: options.serial ?? gateway?.serial,
    impairment: impairmentOf(options, `${seed}/${run}`),
    gatewayHttp: options.http ?? `http://127.0.0.1:${gateway!.http}`,
    operatorDataDir: options.data ?? (gateway && dir.path),
  }
}

async function report(
  { result, ending, example }: SimOutcome,
  { json, gateway, data }: SimOptions,
  dir: DataDir,
  say: (line: string) => void,
): Promise<number> {
  for (const line of summaryWords(result, ending)) say(line)
  if (!gateway || data) for (const line of nextCommands(dir.path, process.cwd(), example)) say(line)
  // Whoever waits for this line must get it whole before the process ends.
  if (json) await new Promise((written) => process.stdout.write(`${JSON.stringify(result)}\n`, written))
  return ending.kind === "stopped" || (ending.kind === "done" && isComplete(result)) ? 0 : 1
}
