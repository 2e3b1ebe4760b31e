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
const NO_DEVICE = -1
const stderrTail = 4096

interface Pending {
  id: number
  bytes: Buffer
  sends: Uint8Array[]
  sentAt: number[]
  traces: string[]
  tracedAt: number[]
  resolve(answer: Answer): void
  reject(error: DormouseError): void
}

/**
 * A process that hosts the XS machines of many devices. Requests of one turn of the event loop go out together, first those
 * that somebody waits for; those of one device stay in order. A machine that dies ends alone. Where the process itself ends, every pending and later request rejects with `E_XS_WORKER`.
 */
export class XsWorker {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #pending: Pending[] = []
  #first = 0
  /** not sent yet */
  #urgent: Pending[] = []
  #patient: Pending[] = []
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
      const configure = frame.configure({ clock, meterMicros, instructionMicros }, all, source)
      const answer = await worker.#request(NO_DEVICE, () => configure)
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
    await this.#request(id, () => frame.create(id, parameters))
  }

  /** Runs the bundle in a fresh machine. */
  wake(id: number, parameters: WakeParameters): Promise<TurnResult> {
    return this.#turn(id, () => frame.wake(id, parameters), true)
  }

  /** Calls `host.on.datagram`. Nothing happens where the device is not awake. */
  datagram(id: number, parameters: DatagramParameters): Promise<TurnResult> {
    return this.#turn(id, () => frame.datagram(id, parameters), parameters.patient)
  }

  /** Calls `host.on.alarm`. Nothing happens where no alarm is set, or one later than `now`. */
  alarm(id: number, parameters: TurnParameters): Promise<TurnResult> {
    return this.#turn(id, () => frame.alarm(id, parameters))
  }

  /** Ends the device's machine at once and drops its retained memory. Flash stays. */
  async powerCut(id: number): Promise<void> {
    await this.#request(id, () => frame.powerCut(id))
  }

  /** What goes wrong with a board beside its power. */
  async disturb(id: number, disturbance: Disturbance): Promise<void> {
    await this.#request(id, () => frame.disturb(id, disturbance))
  }

  /** Forgets the device; its flash file stays. */
  async remove(id: number): Promise<void> {
    await this.#request(id, () => frame.remove(id))
  }

  /** Answers what is pending, then ends the process. */
  async close(): Promise<void> {
    this.#closing = true
    this.#flush()
    this.#child.stdin.end()
    await this.#exited
  }

  async #turn(id: number, encode: () => Buffer, patient = false): Promise<TurnResult> {
    const answer = await this.#request(id, encode, patient)
    if (answer.kind !== "done")
      throw new DormouseError("E_XS_WORKER", `the XS worker answered a turn by ${answer.kind}`)
    return answer.result
  }

  /** `patient`: nobody waits for the answer at once. */
  #request(id: number, encode: () => Buffer, patient = false): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure)
      if (this.#closing) return reject(new DormouseError("E_XS_CLOSED", "the XS worker is closed"))
      const pending = { id, bytes: encode(), sends: [], sentAt: [], traces: [], tracedAt: [], resolve, reject }
      if (this.#urgent.length + this.#patient.length === 0) setImmediate(() => this.#flush())
      if (patient || this.#patient.some((other) => other.id === id)) this.#patient.push(pending)
      else this.#urgent.push(pending)
    })
  }

  #flush(): void {
    const requests = [...this.#urgent, ...this.#patient]
    this.#urgent = []
    this.#patient = []
    if (requests.length === 0) return
    for (const request of requests) this.#pending.push(request)
    this.#child.stdin.write(Buffer.concat(requests.map(({ bytes }) => bytes)))
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
    const unsent = [...this.#urgent.splice(0), ...this.#patient.splice(0)]
    for (const pending of [...this.#pending.splice(0).slice(this.#first), ...unsent]) pending.reject(this.#failure)
    this.#first = 0
  }
}
