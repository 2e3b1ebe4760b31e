/** A run in virtual time: the fleet on the engine, its media and its gateway, from power-on to the last receipt. */
import { availableParallelism } from "node:os"
import { oscillators } from "../../energy/oscillators.ts"
import type { RunRecord } from "../../report/run-record.ts"
import type { Scenario } from "../../scenarios/scenario.ts"
import type { DataDir } from "../data-dir.ts"
import { startWorkers, type Workers, workerCount } from "../engine.ts"
import { prepareFlash } from "../flash.ts"
import type { Environment } from "../ports.ts"
import type { SimResult } from "../result.ts"
import type { ProgressView } from "../view/progress.ts"
import type { Ending, Example } from "../view/words.ts"
import { kindOf, startEngine } from "./engines.ts"
import { VirtualGateway } from "./gateway.ts"
import { isSlotted, membersOf } from "./members.ts"
import { VirtualScheduler } from "./scheduler.ts"
import { Simulation } from "./simulation.ts"

/** Neither changes a byte of what comes out. */
export interface Parallelism {
  /** processes of the engine */
  workers?: number | undefined
  /** threads that verify signatures */
  verifyWorkers?: number | undefined
}

export interface VirtualPorts {
  environment: Environment
  view: ProgressView
  dir: DataDir
  /** a person asks to end the run */
  stopAsked: Promise<void>
}

export interface VirtualOutcome {
  result: SimResult
  record: RunRecord
  ending: Ending
  example: Example | undefined
}

/** Throws a `DormouseError` where the run cannot go on. */
export async function runVirtual(
  scenario: Scenario,
  ports: VirtualPorts,
  { workers: processes, verifyWorkers }: Parallelism = {},
): Promise<VirtualOutcome> {
  const { dir, view } = ports
  const { start, epoch } = scenario
  const seed = String(scenario.seed)
  const scheduler = new VirtualScheduler()
  const gateway = new VirtualGateway({
    ...{ scheduler, dataDir: dir.path, seed, start, epochMs: epoch / 1000, verifyWorkers },
  })
  view.notice("Starting the gateway: keys, chain and contracts ...")
  let workers: Workers<string> | undefined
  try {
    await gateway.start()
    const members = membersOf(scenario)
    const boards = prepareFlash(dir, gateway.provisioning(), {
      ...{ devices: members.length, batch: 1, seed },
      settingsOf: (index) => {
        const { group, guard } = members[index]!
        const { batch, interval } = group
        return { batch, interval, ...(guard !== undefined && { guard }) }
      },
      boardOf: (index) => {
        const { group } = members[index]!
        return { ppm: oscillators[group.oscillator].rated.value, slotted: isSlotted(group) }
      },
    })
    // One core is this process's own, which has as much to do as the engine.
    const count = processes ?? workerCount(boards.length, availableParallelism() - 1)
    workers = await startWorkers(startEngine, boards, count, (index) => kindOf(members[index]!.group))
    return await new Simulation({ ...ports, scenario, members, scheduler, gateway, workers }).run()
  } finally {
    await workers?.close()
    await gateway.stop()
  }
}
