import { DormouseError } from "../../src/protocol/errors.ts"
import type { LinkName } from "../../src/protocol/link-message.ts"
import type {
  CreateParameters,
  DatagramParameters,
  Disturbance,
  MachineState,
  TurnParameters,
  TurnResult,
  WakeParameters,
  XsLimits,
  XsWorkerParameters,
} from "./types.ts"

/** What a device's time goes on with. */
export type ClockSettings = Required<Pick<XsWorkerParameters, "clock" | "meterMicros" | "instructionMicros">>

/** Frame types; the table is in README.md, the worker's side in host/frames.h. */
const type = {
  configure: 1,
  create: 2,
  wake: 3,
  datagram: 4,
  alarm: 5,
  powerCut: 6,
  remove: 7,
  disturb: 8,
  ready: 0x80,
  ok: 0x81,
  refused: 0x82,
  send: 0x83,
  trace: 0x84,
  done: 0x85,
} as const

const disturbances: readonly Disturbance["kind"][] = ["retained", "wear"]
const states: readonly MachineState[] = ["off", "waiting", "asleep", "died", "cut"]
const reasons = ["power-on", "timer", "pin"] as const
const links: readonly LinkName[] = ["wifi", "zigbee", "lora", "serial"]
const noSensor = 0xffff
/** Of a 32 kHz crystal. */
const CRYSTAL_PPM = 20
/** A full pair of AA lithium cells, where a wake says nothing of it (mV). */
const FULL_BATTERY = 3000

/** Writes one frame. The size is known beforehand, so a frame is one allocation. */
class FrameWriter {
  readonly #buffer: Buffer
  #offset = 5

  constructor(frameType: number, bodySize: number) {
    this.#buffer = Buffer.allocUnsafe(5 + bodySize)
    this.#buffer.writeUInt32LE(1 + bodySize, 0)
    this.#buffer.writeUInt8(frameType, 4)
  }

  u8(value: number): this {
    this.#offset = this.#buffer.writeUInt8(value, this.#offset)
    return this
  }

  u16(value: number): this {
    this.#offset = this.#buffer.writeUInt16LE(value, this.#offset)
    return this
  }

  u32(value: number): this {
    this.#offset = this.#buffer.writeUInt32LE(value, this.#offset)
    return this
  }

  f64(value: number): this {
    this.#offset = this.#buffer.writeDoubleLE(value, this.#offset)
    return this
  }

  bytes(value: Uint8Array): this {
    this.#buffer.set(value, this.#offset)
    this.#offset += value.length
    return this
  }

  turn(id: number, { now, cutAfterFlashOps = 0, tear = 0.5 }: TurnParameters): this {
    return this.u32(id).f64(now).f64(Number(process.hrtime.bigint())).u32(cutAfterFlashOps).f64(tear)
  }

  end(): Buffer {
    return this.#buffer
  }
}

const turnSize = 4 + 8 + 8 + 4 + 8

export const frame = {
  configure({ clock, meterMicros, instructionMicros }: ClockSettings, limits: XsLimits, bundle: Uint8Array): Buffer {
    return new FrameWriter(type.configure, 1 + 8 + 8 + 16 + bundle.length)
      .u8(clock === "meter" ? 1 : 0)
      .f64(meterMicros)
      .f64(instructionMicros)
      .u32(limits.slots)
      .u32(limits.chunkBytes)
      .u32(limits.stackSlots)
      .u32(limits.meter)
      .bytes(bundle)
      .end()
  },

  create(id: number, parameters: CreateParameters): Buffer {
    const { flash, flashBytes, ppm = CRYSTAL_PPM, slotted = false, link = "wifi", seed, seedCounter = 0 } = parameters
    const path = Buffer.from(flash)
    const writer = new FrameWriter(type.create, 4 + 4 + 2 + path.length + 8 + 1 + 1 + 1 + (seed ? 40 : 0))
    writer
      .u32(id)
      .u32(flashBytes)
      .u16(path.length)
      .bytes(path)
      .f64(ppm)
      .u8(slotted ? 1 : 0)
      .u8(links.indexOf(link))
      .u8(seed ? 1 : 0)
    return seed ? writer.bytes(seed).f64(seedCounter).end() : writer.end()
  },

  wake(id: number, parameters: WakeParameters): Buffer {
    const { reason, sensor, batteryMillivolts = FULL_BATTERY } = parameters
    const writer = new FrameWriter(type.wake, turnSize + 1 + 2 + 2 + 8 * (sensor?.length ?? 0))
    writer
      .turn(id, parameters)
      .u8(reasons.indexOf(reason))
      .u16(batteryMillivolts)
      .u16(sensor?.length ?? noSensor)
    for (const value of sensor ?? []) writer.f64(value ?? Number.NaN)
    return writer.end()
  },

  datagram(id: number, parameters: DatagramParameters): Buffer {
    return new FrameWriter(type.datagram, turnSize + parameters.bytes.length)
      .turn(id, parameters)
      .bytes(parameters.bytes)
      .end()
  },

  alarm(id: number, parameters: TurnParameters): Buffer {
    return new FrameWriter(type.alarm, turnSize).turn(id, parameters).end()
  },

  powerCut(id: number): Buffer {
    return new FrameWriter(type.powerCut, 4).u32(id).end()
  },

  disturb(id: number, { kind, where, mask = 0 }: Disturbance): Buffer {
    return new FrameWriter(type.disturb, 10).u32(id).u8(disturbances.indexOf(kind)).u32(where).u8(mask).end()
  },

  remove(id: number): Buffer {
    return new FrameWriter(type.remove, 4).u32(id).end()
  },
}

/** What the worker says: every request is answered by exactly one `ready`, `ok`, `refused` or `done`. */
export type Answer =
  | { kind: "ready"; engine: string }
  | { kind: "ok" }
  | { kind: "refused"; code: `E_${string}`; message: string }
  | { kind: "send"; id: number; at: number; bytes: Uint8Array }
  | { kind: "trace"; id: number; at: number; text: string }
  | { kind: "done"; id: number; result: TurnResult }

/** Cuts the worker's output into answers. */
export class AnswerReader {
  #rest: Buffer = Buffer.alloc(0)

  read(data: Buffer): Answer[] {
    const answers: Answer[] = []
    const buffer = this.#rest.length ? Buffer.concat([this.#rest, data]) : data
    let offset = 0
    while (buffer.length - offset >= 4) {
      const end = offset + 4 + buffer.readUInt32LE(offset)
      if (end > buffer.length) break
      answers.push(parse(buffer.subarray(offset + 4, end)))
      offset = end
    }
    this.#rest = Buffer.from(buffer.subarray(offset))
    return answers
  }
}

function parse(body: Buffer): Answer {
  switch (body[0]) {
    case type.ready:
      return { kind: "ready", engine: body.toString("utf8", 1) }
    case type.ok:
      return { kind: "ok" }
    case type.refused: {
      const codeEnd = 6 + body.readUInt8(5)
      const code = body.toString("latin1", 6, codeEnd) as `E_${string}`
      return { kind: "refused", code, message: body.toString("utf8", codeEnd) }
    }
    case type.send:
      return {
        kind: "send",
        id: body.readUInt32LE(1),
        at: body.readDoubleLE(5),
        bytes: Uint8Array.from(body.subarray(13)),
      }
    case type.trace:
      return { kind: "trace", id: body.readUInt32LE(1), at: body.readDoubleLE(5), text: body.toString("utf8", 13) }
    case type.done:
      return { kind: "done", id: body.readUInt32LE(1), result: parseResult(body) }
    default:
      throw new DormouseError("E_XS_WORKER", `the XS worker sent a frame of unknown type ${body[0]}: rebuild it`)
  }
}

function parseResult(body: Buffer): TurnResult {
  let offset = 5
  const u8 = () => body.readUInt8(offset++)
  const u16 = () => body.readUInt16LE((offset += 2) - 2)
  const u32 = () => body.readUInt32LE((offset += 4) - 4)
  const f64 = () => body.readDoubleLE((offset += 8) - 8)
  const optional = (value: number) => (Number.isNaN(value) ? undefined : value)

  const result: TurnResult = {
    state: states[u8()]!,
    until: optional(f64()),
    alarm: optional(f64()),
    now: f64(),
    sends: [],
    sentAt: [],
    traces: [],
    tracedAt: [],
    meter: f64(),
    wallNs: f64(),
    flashOps: u32(),
    flashBytes: u32(),
    flashErases: u32(),
    randomCounter: f64(),
    heap: { slots: f64(), slotsPeak: f64(), chunks: f64(), chunksPeak: f64(), stackPeak: f64() },
    signNs: Array.from({ length: u16() }, f64),
  }
  if (offset < body.length) result.reason = body.toString("utf8", offset)
  return result
}
