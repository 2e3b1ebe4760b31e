/**
 * What a machine of the XS worker (simulator/xs/host) shows its script: the global `host`. Only the adapters in this
 * folder use it (`declare const host: Host`); they make ECMA-419-shaped ports of it.
 *
 * A *turn* begins with a frame from Node (wake, datagram, alarm) and ends when no promise job is left. Nothing runs
 * between turns. Times are microseconds since power-on by the device's own oscillator.
 *
 * Every argument that is not what it says here throws a TypeError or RangeError that names it.
 */
import type { Crypto } from "../../../src/protocol/crypto.ts"
import type { LinkName } from "../../../src/protocol/link-message.ts"

export interface HostFlash {
  /** Bytes, a multiple of `sectorSize`. A fresh flash reads 0xFF everywhere. */
  readonly size: number
  readonly sectorSize: 4096
  /** A copy of any range. */
  read(offset: number, length: number): Uint8Array
  /**
   * NOR semantics: bits go from 1 to 0 only. `offset` and the length are multiples of 32. A write that would have to
   * set a bit throws a RangeError and writes nothing.
   */
  write(offset: number, bytes: Uint8Array): void
  /** Sets whole sectors to 0xFF; `offset` and `length` are multiples of `sectorSize`. */
  erase(offset: number, length: number): void
}

export interface HostRetained {
  /** What was last written, as long as the device has only slept since: not across power cuts and crashes. */
  read(): Uint8Array | undefined
  /** At most 4096 bytes. */
  write(bytes: Uint8Array): void
}

export interface HostHandlers {
  /** A datagram came in; on link `serial`, a piece of the line. */
  datagram?(bytes: Uint8Array): void
  /** The alarm's time has come; it is no longer set. */
  alarm?(): void
}

export interface HostHeap {
  /** Bytes of heap slots in use, 32 a slot here, 16 on a 32-bit board; and the most since the machine woke. */
  slots: number
  slotsPeak: number
  /** Bytes of chunks: strings, buffers, arrays. Garbage counts until it is collected. */
  chunks: number
  chunksPeak: number
  /** Bytes of the JavaScript stack. */
  stack: number
  stackPeak: number
}

export interface Host {
  /** Native code. Same semantics as in `src/protocol/crypto.ts`. */
  readonly crypto: Crypto
  readonly flash: HostFlash
  readonly retained: HostRetained
  /** Microseconds since power-on, with fractions. */
  now(): number
  /** At most 65,536 bytes: the system's entropy, or a stream that depends on the device's seed alone. */
  random(length: number): Uint8Array
  /** The sample that the wake brought, one number a channel, `null` where a channel has no value. */
  readonly sensor: (number | null)[] | undefined
  /** Rated error of the oscillator, parts per million. */
  readonly ppm: number
  /** The gateway calls each device at its slot, by an empty datagram. */
  readonly slotted: boolean
  readonly link: LinkName
  /** At the battery, as the wake brought it. */
  readonly batteryMillivolts: number
  /** Why the machine was created. */
  readonly reason: "power-on" | "timer" | "pin"
  /** Sends one datagram, at most 65,507 bytes. */
  send(bytes: Uint8Array): void
  /** Sets the only alarm, or with `undefined` clears it. */
  setAlarm(at: number | undefined): void
  /** One line of telemetry. */
  trace(text: string): void
  /** Ends the machine when this turn ends. What the device wants to remember must be in flash or retained memory. */
  sleep(until: number): void
  /** What later turns call. Set it in the first. */
  on: HostHandlers | undefined
  /** As in "xs 13.3.0". */
  readonly engine: string
  /** Meter units since this turn began: about one per bytecode instruction, the same on every host. */
  meter(): number
  heap(): HostHeap
}
