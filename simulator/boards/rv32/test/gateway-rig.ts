/**
 * Boards in QEMU and the real gateway, over link `serial`, in one virtual time: the board's. Its lines say how late it is;
 * the gateway's clock goes there before it hears what the board sent, and stands still while the board works.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { approve } from "../../../../src/gateway/cli/approve.ts"
import { writeInstance } from "../../../../src/gateway/cli/instance.ts"
import { type Gateway, startGateway } from "../../../../src/gateway/gateway.ts"
import type { Clock } from "../../../../src/gateway/ports.ts"
import { fromHex } from "../../../../src/protocol/bytes.ts"
import { encodeSerialFrame } from "../../../../src/protocol/serial-frame.ts"
import { GatewayApi } from "../../../fleet/gateway-api.ts"
import { profile } from "../../../fleet/sensor.ts"
import { provisionDataFlash } from "../data-flash.ts"
import type { Image } from "../image.ts"
import { type BoardOptions, QemuBoard } from "../qemu-board.ts"

const START = 1_800_000_000_000
export const EPOCH_MS = 10_000

class StandingClock implements Clock {
  #now = START
  #tasks: { at: number; task: () => unknown }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, task: () => unknown): () => void {
    const entry = { at: this.#now + ms, task }
    this.#tasks.push(entry)
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry)
    }
  }

  async goTo(time: number): Promise<void> {
    for (;;) {
      const due = this.#tasks.filter(({ at }) => at <= time).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#tasks = this.#tasks.filter((other) => other !== due)
      this.#now = Math.max(this.#now, due.at)
      await due.task()
    }
    this.#now = Math.max(this.#now, Math.floor(time))
  }
}

/** What a device says of itself (`Board.trace`). */
export type Event = { e: string } & Record<string, unknown>

export class GatewayRig {
  readonly clock = new StandingClock()
  readonly dir = mkdtempSync(join(tmpdir(), "dormouse-rv32-"))
  /** everything the board has told, over all its lives */
  readonly events: Event[] = []
  /** how often it began to run, and why it died */
  starts = 0
  readonly deaths: string[] = []
  api!: GatewayApi
  #gateway!: Gateway

  get #socket(): string {
    return join(this.dir, "line")
  }

  get dataFlash(): string {
    return join(this.dir, "data.flash")
  }

  async start(): Promise<void> {
    const { dir, clock } = this
    const serial = [`listen-unix:${this.#socket}`]
    this.#gateway = await startGateway({ dataDir: dir, coapPort: 0, httpPort: 0, epochMs: EPOCH_MS, serial, clock })
    const { coap, http, secret } = this.#gateway
    writeInstance(dir, { pid: process.pid, coap, http, host: "127.0.0.1", secret })
    this.api = new GatewayApi(`http://127.0.0.1:${http}`)
    const record = await this.api.provisioning()
    const provisioning = {
      gatewayPublicKey: fromHex(record.gatewayPublicKey),
      operator: fromHex(record.operator),
      chainId: record.chainId,
      genesisHash: fromHex(record.genesisHash),
      registry: fromHex(record.registry),
      profile,
    }
    provisionDataFlash(this.dataFlash, provisioning, { batch: 1, interval: 1 })
  }

  async close(): Promise<void> {
    await this.#gateway.close()
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** One life of the board, from power-on until `done` says so or its power fails. */
  async power(image: Image, cut: BoardOptions["cut"], done: (event: Event) => boolean): Promise<"done" | "cut"> {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const socket: Socket = connect(this.#socket, () => resolve(socket)).once("error", reject)
    })
    const poweredOn = this.clock.now()
    let outcome: "done" | "cut" = "cut"
    let queue: Promise<void> = Promise.resolve()
    let failure: unknown
    /** What the board says is taken in order, and each thing to its end. */
    const inOrder = (task: () => Promise<void> | void) => {
      queue = queue.then(task).catch((error) => {
        failure ??= error
        void board.stop()
      })
    }
    const options = { image, dataFlash: this.dataFlash, clock: "counted", ...(cut && { cut }) } as const
    const board = new QemuBoard(options, {
      line: ({ what, micros, text }) =>
        inOrder(async () => {
          if (outcome === "done") return
          if (micros) await this.clock.goTo(poweredOn + micros / 1000)
          if (what === "run") this.starts++
          if (what === "died") this.deaths.push(text)
          if (what !== "trace") return
          const event: Event = JSON.parse(text)
          this.events.push(event)
          if (event.e === "pending") await approve({ dataDir: this.dir, addresses: "all" })
          if (!done(event)) return
          outcome = "done"
          await board.stop()
        }),
      frame: (frame) => inOrder(() => void (outcome === "cut" && socket.write(encodeSerialFrame(frame)))),
    })
    socket.on("data", (bytes) => board.write(bytes))
    await board.ended
    await queue
    socket.destroy()
    if (failure) throw failure
    return outcome
  }
}
