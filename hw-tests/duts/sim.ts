/** A machine of the simulator with test firmware: the same device code on the same engine, without a board. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Duplex } from "node:stream"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { bundle } from "../../setup/bundle.js"
import type { Engine, TurnResult } from "../../simulator/fleet/engine.ts"
import { liveScheduler } from "../../simulator/fleet/live.ts"
import { Machine } from "../../simulator/fleet/machine.ts"
import { idealOscillator } from "../../simulator/fleet/scheduler.ts"
import { Replay } from "../../simulator/fleet/sensor.ts"
import { FLASH_BYTES } from "../../simulator/xs/device/provision.ts"
import { type TurnParameters, XsWorker } from "../../simulator/xs/worker.ts"
import type { Cut } from "../dut.ts"
import { type Description, LineDut } from "../line-dut.ts"

const ID = 1
const BUNDLE = "build/device/hw-tests.js"
/** A board that loops has this many meter units until its watchdog: a second or so of an ESP32. */
const METER = 50_000_000

export async function openSim(description: Description): Promise<LineDut> {
  await bundle({ "hw-tests": "hw-tests/agent/entry.ts" })
  const folder = mkdtempSync(join(tmpdir(), "dormouse-hw-"))
  const flash = join(folder, "flash.bin")
  const worker = await XsWorker.start({ bundle: BUNDLE, clock: "real", limits: { meter: METER } })
  let board: Board | undefined
  const line = new Duplex({
    read() {},
    write: (bytes: Buffer, _, done) => void Promise.resolve(board?.receive(bytes)).then(() => done(), done),
  })
  const powerOn = async (cut?: Cut) => {
    await board?.off()
    board = new Board(worker, (bytes) => void line.push(bytes), cut)
    board.on()
  }
  return new LineDut(description, {
    line,
    async flash() {
      await board?.off()
      board = undefined
      rmSync(flash, { force: true })
      await worker.create(ID, { flash, flashBytes: FLASH_BYTES, link: "serial" })
      await powerOn()
    },
    reset: (_, cut) => powerOn(cut),
    async close() {
      await board?.off()
      await worker.close()
      rmSync(folder, { recursive: true })
    },
  })
}

/** From power-on to power-off; resets of its own in between. */
class Board {
  readonly #worker: XsWorker
  readonly #machine: Machine
  #cut: Cut | undefined
  #operations = 0
  receive: (bytes: Uint8Array) => void | Promise<void> = () => {}

  constructor(worker: XsWorker, send: (bytes: Uint8Array) => void, cut: Cut | undefined) {
    this.#worker = worker
    this.#cut = cut
    const medium = {
      open: (_: number, receive: (bytes: Uint8Array) => void | Promise<void>) => {
        this.receive = receive
        return { send, close: () => void (this.receive = () => {}) }
      },
      close: () => {},
    }
    const text = (line: string) => send(Buffer.from(`\0${line}\r\n\0`))
    const observer = {
      woke: () => {},
      trace: (_: number, trace: object) => text(JSON.stringify(trace)),
      turn: () => {},
      reset: (_: number, why: string) => text(`reset: ${why.replaceAll(/[^\x20-\x7e]/g, " ")}`),
    }
    const scheduler = liveScheduler(
      () => performance.now(),
      (error) => text(`fault: ${(error as Error).message}`),
    )
    const sensor = new Replay([[21.5, 40, 600]], 0)
    this.#machine = new Machine(ID, { scheduler, medium, engine: this.#engine(), observer }, idealOscillator(0), sensor)
  }

  on(): void {
    void this.#machine.powerOn()
  }

  async off(): Promise<void> {
    this.receive = () => {}
    await this.#machine.stop()
    await this.#worker.powerCut(ID)
  }

  /** The worker, with power that fails at the operation that was chosen. */
  #engine(): Engine {
    const worker = this.#worker
    const armed = async (turn: (cut: Partial<TurnParameters>) => Promise<TurnResult>) => {
      const left = this.#cut && this.#cut.operation - this.#operations
      const result = await turn(left && left > 0 ? { cutAfterFlashOps: left, tear: this.#cut!.tear } : {})
      this.#operations += result.flashOps
      return result
    }
    return {
      wake: (id, parameters) => armed((cut) => worker.wake(id, { ...parameters, ...cut })),
      datagram: (id, parameters) => armed((cut) => worker.datagram(id, { ...parameters, ...cut })),
      alarm: (id, parameters) => armed((cut) => worker.alarm(id, { ...parameters, ...cut })),
      powerCut: (id) => worker.powerCut(id),
    }
  }
}
