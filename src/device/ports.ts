/**
 * What the device runtime needs from a board. Shapes follow ECMA-419 (a constructor's options, `sample()`, callbacks
 * set as properties); times are microseconds. The simulator and every board target implement these, nothing else.
 */
import type { Crypto } from "../protocol/crypto.ts"
import type { LinkName, LinkQuality } from "../protocol/link-message.ts"

/** NOR flash: programming clears bits, erasing sets a sector to 0xFF. Offsets and lengths of writes are multiples of 32. */
export interface Flash {
  readonly size: number
  readonly sectorSize: number
  read(offset: number, length: number): Uint8Array
  write(offset: number, bytes: Uint8Array): void
  erase(offset: number, length: number): void
}

/** Memory that deep sleep keeps and a power cut loses; at most 4,096 bytes. */
export interface Retained {
  read(): Uint8Array | undefined
  write(bytes: Uint8Array): void
}

/** The board's own oscillator: microseconds since power-on, running on through deep sleep. */
export interface Clock {
  now(): number
  /** Rated worst-case error while asleep, parts per million: about 20 for a 32 kHz crystal, 500 for a calibrated RC. */
  readonly ppm: number
}

export interface Entropy {
  random(length: number): Uint8Array
}

export interface Sensor {
  /** One value a channel of the profile, in its unit, `null` where a part failed; `undefined`: no more to measure. */
  sample(): readonly (number | null)[] | undefined
}

export type WakeReason = "power-on" | "timer" | "pin"

export interface Power {
  readonly reason: WakeReason
  /** Millivolts at the battery; 0 where it cannot be measured. */
  readonly batteryMillivolts: number
  /** Deep sleep until `micros` of the clock. The program ends here and starts anew on waking. */
  sleep(micros: number): void
}

/** One way to the gateway (docs/links.md). */
export interface Link {
  readonly name: LinkName
  /** Bytes of a frame's payload; what is larger travels in fragments or blocks. */
  readonly mtu: number
  /** Largest message body, bytes, fragments and all. */
  readonly maxBody: number
  /** How well the last answer was received, where the link tells. */
  readonly quality?: LinkQuality | undefined
  /** Oscillator µs before which nothing more may be sent (duty cycle); what `remember` hands over must tell it. */
  readonly idleUntil?: number
  /** Only where the way must be opened first (a network joined): resolves when messages can go, or cannot. */
  ready?(): Promise<unknown>
  /** Sends one message and waits for its answer; `undefined` where none came in time. */
  exchange(message: LinkMessage): Promise<LinkAnswer | undefined>
  /**
   * Only where a coordinator serves each device at its slot: listens for the call to this device, `micros` at most.
   * Whether it came. The call is not authenticated: it says "now" and nothing else.
   */
  listen?(micros: number): Promise<boolean>
  /**
   * What `openLink` of the next wake is given, 64 bytes at most: how it got on the network, so that it gets on sooner.
   * Gone after a power cut.
   */
  remember?(): Uint8Array
  close(): void
}

export interface LinkMessage {
  kind: "hello" | "report"
  body: Uint8Array
  /** Never repeated by this device: what the link derives its own message numbers from. */
  request: number
  timeout: number
}

/**
 * `refused`: the gateway answered, but not to this device (unknown id, wrong session). `retryAfter`: µs after which one that is
 * busy wants to be asked again, where it told; nobody vouches for it.
 */
export type LinkAnswer =
  | { ok: true; body: Uint8Array }
  | { ok: false; reason: "refused" }
  | { ok: false; reason: "busy"; retryAfter?: number }

/** A board, as the runtime sees it. */
export interface Board {
  flash: Flash
  retained: Retained
  clock: Clock
  entropy: Entropy
  sensor: Sensor
  power: Power
  crypto: Crypto
  /** Turns the radio on. Called at most once a wake. `remembered`: what the link of an earlier wake handed over; empty: nothing. */
  openLink(remembered: Uint8Array): Link
  /** Telemetry for people: a serial console, or the simulator's view. */
  trace(event: TraceEvent): void
}

export type TraceEvent = { e: string } & Record<string, unknown>
