import type { LinkName } from "../../src/protocol/link-message.ts"

/** What one XS machine may use; a turn that wants more ends that machine and no other. */
export interface XsLimits {
  /** Slots of the heap: 32 bytes each on a 64-bit host, 16 on a 32-bit board. */
  slots: number
  /** Bytes for strings, buffers and arrays. */
  chunkBytes: number
  /** Slots of the JavaScript stack. */
  stackSlots: number
  /** Meter units of one turn: about one per bytecode instruction. */
  meter: number
}

export interface XsWorkerParameters {
  /** Path of the device bundle: one script, no modules. */
  bundle: string
  /** `real`: a device's time goes on with the host's clock. `meter`: with the instructions it executes. */
  clock: "real" | "meter"
  /** Simulated microseconds of a meter unit where `clock` is `meter`. Default 0.1. */
  meterMicros?: number
  /** Simulated microseconds of one instruction of native crypto, as rv32 counts them. Default 0. */
  instructionMicros?: number
  limits?: Partial<XsLimits>
  /** Path of the worker's binary. Default: the one that `setup/xs.js` builds. */
  binary?: string
}

export interface CreateParameters {
  /** Path of the flash file, made where it is missing. */
  flash: string
  /** Size of the flash: a multiple of 4096. */
  flashBytes: number
  /** Rated error of the device's oscillator, which it is told. Default 20. */
  ppm?: number
  /** Whether its link is one on which the gateway calls each device at its slot. */
  slotted?: boolean
  /** How it reaches its gateway: what its datagrams are, whole messages or pieces of a line. Default `wifi`. */
  link?: LinkName
  /** 32 bytes: `host.random` is then a stream that depends on them alone. Without: the system's entropy. */
  seed?: Uint8Array
  /** Where that stream goes on: `randomCounter` of the last turn. */
  seedCounter?: number
}

export interface TurnParameters {
  /** Microseconds since the device's power-on, by its own oscillator. */
  now: number
  /** Power fails at this write or erase of the turn, counted from 1. 0: never. */
  cutAfterFlashOps?: number
  /** How much of that operation still happens, from 0 to 1. Default 0.5. */
  tear?: number
}

export interface WakeParameters extends TurnParameters {
  reason: "power-on" | "timer" | "pin"
  /** The sample that `host.sensor` shows; `null` where a channel has no value. */
  sensor?: readonly (number | null)[]
  /** Default 3000. */
  batteryMillivolts?: number
}

export interface DatagramParameters extends TurnParameters {
  bytes: Uint8Array
  /** nobody waits for the answer at once */
  patient?: boolean
}

/** `retained`: the byte at `where` of retained memory loses or gains the bits of `mask`. `wear`: sector `where` fails from now on. */
export interface Disturbance {
  kind: "retained" | "wear"
  /** modulo what there is */
  where: number
  mask?: number
}

export interface HeapUse {
  /** Bytes in use at the end of the turn, and the most since the machine woke. */
  slots: number
  slotsPeak: number
  chunks: number
  chunksPeak: number
  stackPeak: number
}

/**
 * - `waiting`: the machine lives; it goes on with a datagram or its alarm.
 * - `asleep`: it called `host.sleep`; the machine is deleted, retained memory is kept.
 * - `died`: a limit, an exception or a rejected promise ended it, see `reason`.
 * - `cut`: power failed where the frame said so.
 * - `off`: there is no machine: never woken, or its power was cut.
 */
export type MachineState = "off" | "waiting" | "asleep" | "died" | "cut"

export interface TurnResult {
  state: MachineState
  /** Where `asleep`: the device time it wants to wake at. */
  until?: number
  /** The alarm that is set now. Send `alarm` once the device's clock has reached it. */
  alarm?: number
  /** Device time at the end of the turn. */
  now: number
  sends: Uint8Array[]
  /** Device time of each. */
  sentAt: number[]
  traces: string[]
  tracedAt: number[]
  /** Meter units of this turn: the same on every host. */
  meter: number
  /** Time the turn took on this host, in nanoseconds. */
  wallNs: number
  /** Duration of each `host.crypto.sign` of this turn (the first 64), in nanoseconds. */
  signNs: number[]
  /** Writes and erases of this turn. */
  flashOps: number
  /** Bytes programmed, sectors erased. */
  flashBytes: number
  flashErases: number
  /** Blocks that a seeded `host.random` has used since `seedCounter` 0. */
  randomCounter: number
  heap: HeapUse
  /** Where `died` or `cut`: why, with the error's message and stack where there is one. */
  reason?: string
}
