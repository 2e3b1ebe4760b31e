import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { DormouseError } from "../../src/protocol/errors.ts"
import { type Answer, AnswerReader, frame } from "./frames.ts"
import type {
  CreateParameters,
  DatagramParameters,
  Disturbance,
  TurnParameters,
  TurnResult,
  WakeParameters,
  XsLimits,
  XsWorkerParameters,
} from "./types.ts"

export type * from "./types.ts"

/** `DORMOUSE_XS` names another build of the worker, such as one with sanitizers. */
export const xsBinary = process.env.DORMOUSE_XS ?? fileURLToPath(new URL("../../build/xs/dormouse-xs", import.meta.url))

/** An ESP32 without external RAM leaves about this much to a script. */
export const defaultLimits: XsLimits = { slots: 6144, chunkBytes: 96 * 1024, stackSlots: 768, meter: 50_000_000 }

const maxDevices = 1 << 24
const stderrTail = 4096

interface Pending {
  sends: Uint8Array[]
  sentAt: number[]
  traces: string[]
  tracedAt: number[]
  resolve(answer: Answer): void
  reject(error: DormouseError): void
}

/**
 * A process that hosts the XS machines of many devices. Requests are pipelined and answered in order; a machine that
 * dies ends alone. Where the process itself ends, every pending and later request rejects with `E_XS_WORKER`.
 */
export class XsWorker {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #pending: Pending[] = []
  #first = 0
  #stderr = ""
  #failure: DormouseError | undefined
  #closing = false
  readonly #exited: Promise<void>

  /** The engine behind the machines, as in "xs 13.3.0". */
  engine = ""

  static async start(parameters: XsWorkerParameters): Promise<XsWorker> {
    const { bundle, clock, meterMicros = 0.1, instructionMicros = 0, limits, binary = xsBinary } = parameters
    const source = await readFile(bundle).catch((cause) => {
      throw new DormouseError("E_XS_BUNDLE", `cannot read the device bundle ${bundle}: build it first`, { cause })
    })
    const worker = new XsWorker(binary)
    const all = { ...defaultLimits, ...limits }
    try {
      const answer = await worker.#request(() =>
        frame.configure({ clock, meterMicros, instructionMicros }, all, source),
      )
      if (answer.kind === "ready") worker.engine = answer.engine
      return worker
    } catch (error) {
      await worker.close()
      throw error
    }
  }

  private constructor(binary: string) {
    this.#child = spawn(binary, [], { stdio: ["pipe", "pipe", "pipe"] })
    const reader = new AnswerReader()
    this.#child.stdout.on("data", (data: Buffer) => {
      try {
        for (const answer of reader.read(data)) this.#accept(answer)
      } catch (error) {
        this.#fail(error as DormouseError)
        this.#child.kill("SIGKILL")
      }
    })
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrTail)
    })
    this.#child.stdin.on("error", () => {}) // the exit tells
    this.#exited = new Promise((resolve) => {
      this.#child.on("error", (cause) => {
        this.#fail(
          new DormouseError("E_XS_WORKER", `cannot start the XS worker ${binary}: run "npm run build"`, { cause }),
        )
        resolve()
      })
      this.#child.on("close", (code, signal) => {
        const how = signal ? `was ended by ${signal}` : `ended with code ${code}`
        const said = this.#stderr.trim()
        this.#fail(new DormouseError("E_XS_WORKER", `the XS worker ${how}${said ? `: ${said}` : ""}`))
        resolve()
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Puts a device there, switched off. Where `id` is taken, the old one is removed first. */
  async create(id: number, parameters: CreateParameters): Promise<void> {
    if (!Number.isInteger(id) || id < 0 || id >= maxDevices) {
      throw new DormouseError("E_XS_ARGUMENT", `id ${id} is not an integer from 0 to ${maxDevices - 1}`)
    }
    if (parameters.seed && parameters.seed.length !== 32) {
      throw new DormouseError("E_XS_ARGUMENT", `seed has ${parameters.seed.length} bytes, not 32`)
    }
    await this.#request(() => frame.create(id, parameters))
  }

  /** Runs the bundle in a fresh machine. */
  wake(id: number, parameters: WakeParameters): Promise<TurnResult> {
    return this.#turn(() => frame.wake(id, parameters))
  }

  /** Calls `host.on.datagram`. Nothing happens where the device is not awake. */
  datagram(id: number, parameters: DatagramParameters): Promise<TurnResult> {
    return this.#turn(() => frame.datagram(id, parameters))
  }

  /** Calls `host.on.alarm`. Nothing happens where no alarm is set, or one later than `now`. */
  alarm(id: number, parameters: TurnParameters): Promise<TurnResult> {
    return this.#turn(() => frame.alarm(id, parameters))
  }

  /** Ends the device's machine at once and drops its retained memory. Flash stays. */
  async powerCut(id: number): Promise<void> {
    await this.#request(() => frame.powerCut(id))
  }

  /** What goes wrong with a board beside its power. */
  async disturb(id: number, disturbance: Disturbance): Promise<void> {
    await this.#request(() => frame.disturb(id, disturbance))
  }

  /** Forgets the device; its flash file stays. */
  async remove(id: number): Promise<void> {
    await this.#request(() => frame.remove(id))
  }

  /** Answers what is pending, then ends the process. */
  async close(): Promise<void> {
    this.#closing = true
    this.#child.stdin.end()
    await this.#exited
  }

  async #turn(encode: () => Buffer): Promise<TurnResult> {
    const answer = await this.#request(encode)
    if (answer.kind !== "done")
      throw new DormouseError("E_XS_WORKER", `the XS worker answered a turn by ${answer.kind}`)
    return answer.result
  }

  #request(encode: () => Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure)
      if (this.#closing) return reject(new DormouseError("E_XS_CLOSED", "the XS worker is closed"))
      const bytes = encode()
      this.#pending.push({ sends: [], sentAt: [], traces: [], tracedAt: [], resolve, reject })
      this.#child.stdin.write(bytes)
    })
  }

  #accept(answer: Answer): void {
    const pending = this.#pending[this.#first]
    if (!pending) throw new DormouseError("E_XS_WORKER", `the XS worker sent ${answer.kind} without being asked`)
    if (answer.kind === "send") {
      pending.sends.push(answer.bytes)
      pending.sentAt.push(answer.at)
    } else if (answer.kind === "trace") {
      pending.traces.push(answer.text)
      pending.tracedAt.push(answer.at)
    } else {
      // a queue by index: shifting an array costs its length where hundreds of requests wait
      if (++this.#first === this.#pending.length || this.#first === 1024) {
        this.#pending.splice(0, this.#first)
        this.#first = 0
      }
      if (answer.kind === "refused") {
        pending.reject(new DormouseError(answer.code, answer.message))
      } else {
        if (answer.kind === "done") {
          const { sends, sentAt, traces, tracedAt } = pending
          Object.assign(answer.result, { sends, sentAt, traces, tracedAt })
        }
        pending.resolve(answer)
      }
    }
  }

  #fail(error: DormouseError): void {
    this.#failure ??= error
    for (const pending of this.#pending.splice(0).slice(this.#first)) pending.reject(this.#failure)
    this.#first = 0
  }
}
